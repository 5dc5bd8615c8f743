"""Does training help skills that it never saw? A fifth of them is held out of it altogether.

    python benchmarks/discover_unseen.py TAXONOMY ENCODER NAME=FILE… -- ADS…

The encoder is tuned on everything but the sentences, definitions and other names of a fifth of the skills that ads
name. hit@5 over gold pairs, before and after, of those skills and of the other skills that ads name: both groups are of
one kind, and one training decides.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

from metier.discover.extraction.encoders import SentenceEncoder
from metier.discover.extraction.fit import fit_judge
from metier.discover.extraction.gold import Gold, read_gold
from metier.discover.extraction.lanes import Weights, weigh
from metier.discover.extraction.model import Extractor, Facts
from metier.discover.extraction.skills import Skills, skills_of
from metier.discover.extraction.train import say
from metier.discover.extraction.tune import Example, Tuning, examples, tune
from metier.discover.supervision.supervise import supervise
from metier.discover.taxonomies import load_taxonomy

# The prior counts what the ads name and would tell held-out skills apart from others, so it has no weight here.
JOINED = Weights(dense=0.68, window=0.2, lexical=0.12, prior=0.0, named=0.5)
DENSE = Weights(dense=1.0, window=0.0, lexical=0.0, prior=0.0, named=0.0)


def main(taxonomy: Path, encoder: Path, files: dict[str, Path], ads: list[Path]) -> None:
    concepts = load_taxonomy(taxonomy)
    skills = skills_of(concepts)
    gold = [one for file in files.values() for one in read_gold(file, skills)[0] if one.skills]
    made = supervise(ads, concepts, against=list(files.values()))
    named = np.array(sorted({skills.index[c] for one in made.labelled for c in one.concepts}), np.int64)
    held = set(np.random.default_rng(0).permutation(named)[: len(named) // 5].tolist())
    seen = set(named.tolist()) - held
    tuning = Tuning()
    found = examples(
        made.labelled, skills.index, definitions=skills.definitions, names=[forms[1:] for forms in skills.forms],
        tuning=tuning,
    )  # fmt: skip
    before = hits(SentenceEncoder(encoder), skills, gold)
    kept = [one for one in found if not held & {*one.skills, *one.occurring}]
    tuned, seconds = learnt(encoder, kept, skills, tuning)
    after = hits(tuned, skills, gold)
    print(f"{len(kept)} of {len(found)} examples without {len(held)} held-out skills; {seconds:.0f} CPU s of tuning\n")
    print("| ranking | skills | gold pairs | hit@5 before | after | gain |")
    print("| --- | --- | ---: | ---: | ---: | ---: |")
    for ranking in ("dense", "joined"):
        gains = []
        for name, group in (("seen", seen), ("held out", held)):
            rows = [i for i, skill in enumerate(before["skill"]) if skill in group]
            first, then = 100 * np.mean(before[ranking][rows]), 100 * np.mean(after[ranking][rows])
            gains.append(then - first)
            print(f"| {ranking} | {name} | {len(rows)} | {first:.1f} | {then:.1f} | {then - first:+.1f} |")
        print(f"| {ranking} | held out, of the gain of seen | | | | {100 * gains[1] / gains[0]:.0f} % |")


def learnt(path: Path, kept: list[Example], skills: Skills, tuning: Tuning) -> tuple[SentenceEncoder, float]:
    encoder = SentenceEncoder(path)
    start = time.process_time()
    tune(encoder, kept, skills.labels, tuning=tuning)
    return encoder, time.process_time() - start


def hits(encoder: SentenceEncoder, skills: Skills, gold: list[Gold]) -> dict[str, np.ndarray]:
    """For each gold pair its skill, and whether each ranking has it among the first five."""
    facts = Facts(skills=skills, weights={"full": JOINED}, judges={"full": fit_judge([], JOINED)})
    said = say(Extractor(facts, encoder.encode(skills.labels), encoder), gold)
    pairs = [(row, skill) for row, one in enumerate(gold) for skill in one.skills]
    found = {"skill": np.array([skill for _, skill in pairs])}
    for name, weights in (("dense", DENSE), ("joined", JOINED)):
        first = weigh(said.laid, weights).places[:, :5]
        found[name] = np.array([skill in first[row] for row, skill in pairs])
    return found


if __name__ == "__main__":
    if len(sys.argv) < 5 or "--" not in sys.argv:
        print(__doc__, file=sys.stderr)
        raise SystemExit(2)
    cut = sys.argv.index("--")
    named_files = dict(one.rsplit("=", 1) for one in sys.argv[3:cut])
    main(
        Path(sys.argv[1]), Path(sys.argv[2]), {name: Path(file) for name, file in named_files.items()},
        [Path(ad) for ad in sys.argv[cut + 1 :]],
    )  # fmt: skip
