"""What uplift is measured of a skill that helps, one that is idle and one that harms? With a model of your own.

    python benchmarks/evaluate_skills.py --client http://127.0.0.1:8000/v1#model [--seed 7]

A list of shelves helps with forty questions for a shelf, which nobody knows without it. A style for messages of commits
is idle, and a rule to answer nothing harms, with forty questions for capitals. Last stands what the verdict says.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from metier.clients.open import open_client
from metier.evaluate.uplift import measure
from metier.govern.judge import judge
from metier.govern.policy import parse_policy
from metier.graders import grader_for
from metier.item import Exam, ExamProtocol, Item
from metier.skill import Skill
from metier.stores.sqlite import SqliteStore
from metier.verdict import Scan

CAPITALS = """
Albania Tirana, Armenia Yerevan, Austria Vienna, Bangladesh Dhaka, Belgium Brussels, Bulgaria Sofia, Canada Ottawa,
Chile Santiago, Croatia Zagreb, Cuba Havana, Denmark Copenhagen, Egypt Cairo, Estonia Tallinn, Finland Helsinki,
Georgia Tbilisi, Ghana Accra, Greece Athens, Hungary Budapest, Iceland Reykjavik, Ireland Dublin, Japan Tokyo, Kenya
Nairobi, Latvia Riga, Lithuania Vilnius, Mongolia Ulaanbaatar, Morocco Rabat, Nepal Kathmandu, Norway Oslo, Peru Lima,
Poland Warsaw, Portugal Lisbon, Romania Bucharest, Senegal Dakar, Slovenia Ljubljana, Spain Madrid, Sweden Stockholm,
Thailand Bangkok, Turkey Ankara, Ukraine Kyiv, Vietnam Hanoi
"""
GOODS = """
candles, lamps, ropes, screws, blankets, tents, stoves, maps, knives, boots, gloves, buckets, ladders, paints,
brushes, nails, hammers, pillows, kettles, spoons, chairs, tables, mirrors, clocks, radios, cables, batteries,
bottles, towels, curtains, rugs, vases, saws, drills, wheels, pumps, hoses, seeds, pots, rakes
"""


def capitals() -> list[Item]:
    pairs = [pair.split() for pair in CAPITALS.strip().split(",")]
    return [
        Item(
            prompt=f"What is the capital of {country}? Answer with its name.", reference=rf"\b{city}\b", grader="regex"
        )
        for country, city in pairs
    ]


def shelves(seed: int) -> tuple[str, list[Item]]:
    draw = random.Random(seed)
    shelf_of = {goods.strip(): f"{draw.choice('ABCDEFGH')}{draw.randint(10, 99)}" for goods in GOODS.split(",")}
    items = [
        Item(prompt=f"On which shelf are the {goods}?", reference=rf"\b{shelf}\b", grader="regex")
        for goods, shelf in shelf_of.items()
    ]
    return "\n".join(f"The {goods} are on shelf {shelf}." for goods, shelf in shelf_of.items()), items


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--client", required=True, help="URL#MODEL, or FILE.toml")
    options.add_argument("--seed", type=int, default=7)
    chosen = options.parse_args()
    listed, of_shelves = shelves(chosen.seed)
    cases = {
        "helps": (Skill(name="shelves", description="Where goods lie.", policy=listed), of_shelves),
        "idle": (
            Skill(name="commits", description="Messages.", policy="Begin a commit message with a verb."),
            capitals(),
        ),
        "harms": (Skill(name="careful", description="Care.", policy="Answer only: I cannot say."), capitals()),
    }
    policy = parse_policy('semantic = "optional"\nbehavioural = "measured"')
    with closing(open_client(chosen.client)) as client, tempfile.TemporaryDirectory() as folder:
        print(f"{client.name}, seed {chosen.seed}, Python {sys.version.split()[0]}\n")
        print("| skill | items | without | with | uplift | bootstrap | what the verdict says |")
        print("| --- | ---: | ---: | ---: | ---: | ---: | --- |")
        for name, (skill, items) in cases.items():
            exam = Exam(name=name, items=tuple(items), protocol=ExamProtocol(max_tokens=48))
            with closing(SqliteStore(Path(folder) / f"{name}.db")) as store:
                found, _ = measure(exam, skill, client, store, grader_for=grader_for, seed=chosen.seed)
            verdict = judge(skill, Scan(), evidence=found.evidence, policy=policy)
            change = found.difference
            print(
                f"| {name} | {len(items)} | {change.before:.3f} | {change.after:.3f} | {100 * change.difference:+.1f} "
                f"| {100 * found.low:+.1f} to {100 * found.high:+.1f} | {verdict.reasons[-1]} |"
            )


if __name__ == "__main__":
    main()
