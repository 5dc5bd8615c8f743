"""How often do the rules of `metier.discover.classify` agree with a reader? On labelled packages, the parts apart.

The labels (`data/skill_labels.csv`) come from reading name, description, list of files, headings and the beginning of
each package; docs/discover.md has the protocol. Round 1 was labelled before any rule was written and is parted by a
hash of the identifier: rules were mended on `dev` alone. Round 2 was labelled when the rules stood, without their
output, and its packages were not looked at after. The most frequent class of `dev` stands beside, and the suffix rule
of `metier.stores.markdown` for the representation.

    python benchmarks/discover_classify.py OPENCLAW.jsonl.gz NVIDIA.jsonl.gz [--show]
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import json
import math
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from metier.discover.classify import Classified, classify
from metier.errors import PackageError
from metier.skill import File, Pattern, Skill
from metier.stores.frontmatter import read_frontmatter
from metier.stores.markdown import representation_of, skill_of

LABELS = Path(__file__).parent / "data" / "skill_labels.csv"
COUNTED = (Pattern.CODE, Pattern.WORKFLOW, Pattern.META_SKILL)


def packages(openclaw: Path, nvidia: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Packages by identifier: their files by path."""
    for name, path in (("openclaw", openclaw), ("nvidia", nvidia)):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                yield f"{name}:{row['id']}", row.get("files") or {"SKILL.md": row["skill_md"]}


def read(name: str, files: dict[str, str]) -> tuple[Skill, dict[str, object]]:
    """The skill of a package, whatever it looks like, and its frontmatter."""
    text = next((files[path] for path in ("SKILL.md", "skill.md") if path in files), "")
    listed = tuple(File(path=path, size=len(body), digest="") for path, body in sorted(files.items()))
    folder = name.rpartition("/")[2].rpartition(":")[2]
    try:
        front = read_frontmatter(text, where=name)
        skill, _ = skill_of(front, folder=folder)
        fields = dict(front.fields)
    except PackageError:
        skill, fields = Skill(name=folder, description="", policy=text), {}
    return Skill(name=skill.name, description=skill.description, policy=skill.policy, files=listed), fields


def part_of(package: str, label: dict[str, str]) -> str:
    """Which part a labelled package is in."""
    if label["round"] == "2":
        return "round 2"
    return "dev" if hashlib.sha256(f"half:{package}".encode()).digest()[0] % 2 == 0 else "held-out"


def wilson(right: int, total: int) -> str:
    """A share with its 95 % interval."""
    if not total:
        return "-"
    z, p = 1.959964, right / total
    middle, spread = p + z * z / (2 * total), z * math.sqrt(p * (1 - p) / total + z * z / (4 * total * total))
    low, high = ((middle + sign * spread) / (1 + z * z / total) for sign in (-1, 1))
    return f"{right}/{total} = {p:.0%} ({low:.0%} to {high:.0%})"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("openclaw", type=Path)
    options.add_argument("nvidia", type=Path)
    options.add_argument("--show", action="store_true", help="List where rule and reader differ on the first half.")
    chosen = options.parse_args()
    with LABELS.open(newline="") as file:
        labels = {row["package"]: row for row in csv.DictReader(file)}
    found: dict[str, Classified] = {}
    suffix: dict[str, str] = {}
    seconds, every = 0.0, 0
    for package, files in packages(chosen.openclaw, chosen.nvidia):
        skill, fields = read(package, files)
        began = time.process_time()
        classified = classify(skill, fields)
        seconds, every = seconds + time.process_time() - began, every + 1
        if package in labels:
            found[package] = classified
            suffix[package] = representation_of(skill.files).value
    parts = {name: [p for p in labels if part_of(p, labels[p]) == name] for name in ("dev", "held-out", "round 2")}
    print("| what | part | rules | most frequent class of dev | by suffix |\n| --- | --- | --- | --- | --- |")
    for axis in ("representation", "scope"):
        common = Counter(labels[p][axis] for p in parts["dev"]).most_common(1)[0][0]
        for name, part in parts.items():
            ours = sum(getattr(found[p], axis).value == labels[p][axis] for p in part)
            base = sum(labels[p][axis] == common for p in part)
            other = sum(suffix[p] == labels[p][axis] for p in part)
            by_suffix = wilson(other, len(part)) if axis == "representation" else ""
            print(f"| {axis} | {name} | {wilson(ours, len(part))} | {wilson(base, len(part))} | {by_suffix} |")
    print("\n| pattern | part | labelled | precision | recall |\n| --- | --- | ---: | --- | --- |")
    for pattern in COUNTED:
        for name, part in parts.items():
            said = {p for p in part if pattern in found[p].patterns}
            true = {p for p in part if pattern.value in labels[p]["patterns"].split("|")}
            both = len(said & true)
            cells = f"{wilson(both, len(said))} | {wilson(both, len(true))}"
            print(f"| {pattern.number} {pattern.value} | {name} | {len(true)} | {cells} |")
    speed = f"{every / seconds:,.0f} packages per CPU second"
    print(f"\n{len(found)} labelled packages; {speed}; Python {sys.version.split()[0]}.")
    if chosen.show:
        for p in parts["dev"]:
            for axis in ("representation", "scope"):
                if (ours := getattr(found[p], axis).value) != labels[p][axis]:
                    print(f"{p}: {axis} {labels[p][axis]}, rule says {ours}; {found[p].reasons[:2]}")


if __name__ == "__main__":
    main()
