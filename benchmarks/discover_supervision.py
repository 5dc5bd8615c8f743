"""What do one's own ads become, does the gate hold an exam out, and are negatives what their sampler says?

ESCO and job text from a folder: `esco_skills_en_*.csv.gz`, `esco_*_broaderRelationsSkillPillar_en.csv.gz`,
`esco_*_skillSkillRelations_en.csv.gz`, `jobtext_*.txt.gz`, `skillspan_train.jsonl.gz`, `skillspan_dev.jsonl.gz`,
`skillskape_train.csv.gz` and `*_validation_annotations.csv`. Siblings are counted from the edges of the file, not by
the code that draws them.

    python benchmarks/discover_supervision.py FOLDER [--seed 0]
"""

from __future__ import annotations

import argparse
import csv
import gzip
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from metier.discover.extraction.sentences import split
from metier.discover.match import Matcher
from metier.discover.supervision.label import label
from metier.discover.supervision.labelled import Labelled, Labelling, Sentence
from metier.discover.supervision.leak import gate, read_evaluation
from metier.discover.supervision.likeness import letters, words
from metier.discover.supervision.mixture import make_sampler, shortfalls
from metier.discover.supervision.reading import read_sentences
from metier.discover.supervision.sampler import SHORT, FromPool
from metier.discover.supervision.space import Space, space
from metier.taxonomy import Concept, Taxonomy

SENTENCES, NEGATIVES = 10_000, 20
RECIPES = (
    "random",
    "siblings",
    "string-near",
    "embedding-near",
    "related",
    "random:3,siblings:1,string-near:2",
)
MASK = 0.5
Edge = tuple[str, str]


def main() -> None:
    """Print the four tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    folder, seed = arguments.folder, arguments.seed
    edges = [(row["conceptUri"], row["broaderUri"]) for row in _rows(folder, "esco_*_broaderRelationsSkillPillar_en*")]
    taxonomy, ids = _esco(folder, edges)
    print(f"Python {sys.version.split()[0]}, numpy {np.__version__}, CPU seconds, seed {seed}, {len(ids)} skills\n")
    labelled = _labels(folder, taxonomy, ids, seed)
    _gate(folder, seed)
    _samplers(_space(folder, taxonomy, ids, seed), edges, labelled, seed)


def _labels(folder: Path, taxonomy: Taxonomy, ids: list[str], seed: int) -> list[Labelled]:
    """What 30,000 lines of job text become; gives what is labelled without a cap."""
    files = [*sorted(folder.glob("jobtext_*.txt.gz")), folder / "skillspan_train.jsonl.gz"]
    skills = Taxonomy(name="esco", concepts=tuple(replace(taxonomy[uri], parents=()) for uri in ids))
    matcher = Matcher(skills)
    spent = time.process_time()
    sentences = [sentence for path in files for sentence in read_sentences(path, split=split)]
    kept, passed = gate(sentences, read_evaluation(_exams(folder), split=split))
    read_s, spent = time.process_time() - spent, time.process_time()
    _, report = label(kept, matcher, taxonomy=skills, settings=Labelling(seed=seed, mask_share=MASK))
    label_s = time.process_time() - spent
    _, more = label(kept, matcher, taxonomy=skills, settings=Labelling(seed=seed, ambiguous="preferred"))
    print("| what | how many |\n|---|---|")
    for name, value in [*passed.rows(), *report.rows()]:
        print(f"| {name.replace(str(folder) + '/', '').replace('  ', '– ')} | {value} |")
    print(f"| with `ambiguous: preferred`: positives, skills covered | {more.positives}, {more.skills} |")
    print(f"| CPU s to read, split and gate {len(sentences)} sentences | {read_s:.1f} |")
    print(f"| CPU s to match and label | {label_s:.1f} |\n")
    uncapped, _ = label(kept, matcher, taxonomy=skills, settings=Labelling(seed=seed, cap=1000, ambiguous="preferred"))
    return uncapped


def _gate(folder: Path, seed: int) -> None:
    """How many changed copies of exam sentences are taken out, and how much of other text."""
    exams = read_evaluation([*_exams(folder), folder / "skillspan_dev.jsonl.gz"])
    texts = sorted({row.text for rows in exams.values() for row in rows if letters(row.text)})
    chance = random.Random(seed)
    print(f"| change of {len(texts)} exam sentences | up to 4 words | 5 to 9 | 10 or more |\n|---|---|---|---|")
    for name, change in CHANGES.items():
        shares = []
        for low, high in ((1, 4), (5, 9), (10, 10**6)):
            pairs = [(text, change(text, chance)) for text in texts if low <= len(words(text)) <= high]
            copies = [Sentence(copy) for text, copy in pairs if copy != text and letters(copy)]
            kept, _ = gate(copies, exams)
            shares.append(f"{1 - len(kept) / len(copies):.1%} of {len(copies)}" if copies else "none")
        print(f"| {name} | {' | '.join(shares)} |")
    print("\n| text of other origin | sentences | same letters | near | part |\n|---|---|---|---|---|")
    for path in [*sorted(folder.glob("jobtext_*.txt.gz")), folder / "skillskape_train.csv.gz"]:
        _, passed = gate(read_sentences(path, split=split), exams)
        kinds = [sum(leak.kind == kind for leak in passed.leaks) for kind in ("same", "near", "part")]
        print(f"| {path.name} | {passed.checked} | {' | '.join(map(str, kinds))} |")
        for leak in passed.leaks:
            print(f"{leak.kind} {leak.likeness}: {leak.text!r} | {leak.evaluation_text!r}", file=sys.stderr)
    print()


Change = Callable[[str, random.Random], str]


def _one_word(make: Callable[[str], str]) -> Change:
    """Change one word that is chosen by chance."""

    def change(text: str, chance: random.Random) -> str:
        parts = text.split()
        at = chance.randrange(len(parts))
        return " ".join([*parts[:at], make(parts[at]), *parts[at + 1 :]])

    return change


def _halved(text: str, chance: random.Random) -> str:
    parts = text.split()
    return " ".join(parts[: len(parts) // 2])


CHANGES: dict[str, Change] = {
    "capitals": lambda text, _: text.upper(),
    "small letters": lambda text, _: text.lower(),
    "no signs": lambda text, _: re.sub(r"[^\w\s<>+#]", "", text),
    "signs apart, as a tokeniser does": lambda text, _: re.sub(r"([^\w\s<>+#])", r" \1 ", text),
    "a bullet before, a full stop behind": lambda text, _: f"• {text}.",
    "names as `<ORGANIZATION>`": lambda text, _: re.sub(r"(?<=\w )[A-Z]\w+", "<ORGANIZATION>", text),
    "`<…>` filled in": lambda text, _: re.sub(r"(<\w+>\s*)+", "Muster and Sons ", text),
    "a word left out": _one_word(lambda word: ""),
    "a word put in": _one_word(lambda word: f"{word} really"),
    "a word replaced": _one_word(lambda word: "something"),
    "a letter doubled": _one_word(lambda word: word + word[-1]),
    "inside a paragraph": lambda text, _: (
        f"This is who we are and what we do. {text} Write to us until the end of May."
    ),
    "its first half": _halved,
}


def _samplers(here: Space, edges: Sequence[Edge], labelled: list[Labelled], seed: int) -> None:
    """What each sampler costs, what it is short of, and what it draws."""
    chosen = random.Random(seed).choices(labelled, k=SENTENCES)
    positives = [here.indices(one.concepts) for one in chosen]
    occurring = [here.indices(one.occurring) for one in chosen]
    kin, near = _kin(here, edges), {"siblings": _siblings(here, edges)}
    print(f"{SENTENCES} sentences, {NEGATIVES} negatives each\n")
    print("| sampler | CPU s to make | CPU s to draw | short |\n|---|---|---|---|")
    draws = {}
    for recipe in RECIPES:
        spent = time.process_time()
        sampler = make_sampler(recipe, here)
        made, spent = time.process_time() - spent, time.process_time()
        draws[recipe] = sampler.draw(positives, NEGATIVES, np.random.default_rng(seed), occurring=occurring)
        cost = time.process_time() - spent
        if isinstance(sampler, FromPool) and recipe != "siblings":
            near[recipe] = [set(sampler.pool.of(at).tolist()) for at in range(len(here))]
        short, asked = shortfalls(sampler, draws[recipe]), Counter(sampler.columns(NEGATIVES))
        shares = ", ".join(f"{name} {short[name] / many / SENTENCES:.1%}" for name, many in asked.items())
        print(f"| {recipe} | {made:.1f} | {cost:.2f} | {shares} |")
    print(f"\n| of what was drawn | {' | '.join(near)} | kin or named |\n|{'---|' * (len(near) + 2)}")
    for recipe, drawn in draws.items():
        found = [(set(row[row != SHORT].tolist()), at) for at, row in enumerate(drawn)]
        total = sum(len(row) for row, _ in found)
        shares = [
            f"{sum(len(row & set().union(*(sets[p] for p in positives[at]))) for row, at in found) / total:.1%}"
            for sets in near.values()
        ]
        wrong = sum(len(row & set(occurring[at]).union(*(kin[p] for p in positives[at]))) for row, at in found)
        print(f"| {recipe} | {' | '.join(shares)} | {wrong} |")
    print("\n| largest group | skills without siblings | siblings, median | short |\n|---|---|---|---|")
    for largest in (25, 50, 100, 200, 300):
        sampler = make_sampler("siblings", replace(here, largest_group=largest))
        drawn = sampler.draw(positives, NEGATIVES, np.random.default_rng(seed), occurring=occurring)
        sizes = np.diff(sampler.pool.starts)  # type: ignore[attr-defined]
        print(f"| {largest} | {(sizes == 0).sum()} | {np.median(sizes):.0f} | {(drawn == SHORT).mean():.1%} |")


def _siblings(here: Space, edges: Sequence[Edge]) -> list[set[int]]:
    """Who shares a parent with whom, whatever its size, read from the edges alone."""
    below: dict[str, set[int]] = {}
    for child, parent in edges:
        if child in here.index:
            below.setdefault(parent, set()).add(here.index[child])
    families: list[set[int]] = [set() for _ in here.ids]
    for group in below.values():
        for at in group:
            families[at] |= group - {at}
    return families


def _kin(here: Space, edges: Sequence[Edge]) -> list[set[int]]:
    """Who is above or below whom, by walking up the edges."""
    up: dict[str, list[str]] = {}
    for child, parent in edges:
        up.setdefault(child, []).append(parent)
    kin = [{at} for at in range(len(here))]
    for at, uri in enumerate(here.ids):
        front, seen = [uri], {uri}
        while front:
            front = [parent for child in front for parent in up.get(child, ()) if parent not in seen]
            seen.update(front)
        for other in (here.index[name] for name in seen if name in here.index):
            kin[at].add(other)
            kin[other].add(at)
    return kin


def _space(folder: Path, taxonomy: Taxonomy, ids: list[str], seed: int) -> Space:
    relations: dict[str, list[str]] = {}
    for row in _rows(folder, "esco_*_skillSkillRelations_en*"):
        relations.setdefault(row["originalSkillUri"], []).append(row["relatedSkillUri"])
    vectors = _vectors([taxonomy[uri].label for uri in ids], seed)
    spent = time.process_time()
    made = space(taxonomy, ids, related=lambda uri: relations.get(uri, ()), vectors=vectors)
    print(f"CPU seconds to make the space: {time.process_time() - spent:.1f}; ", end="")
    return made


def _vectors(labels: Sequence[str], seed: int) -> np.ndarray:
    """Stand-ins for embeddings: the sum of one random vector for each word."""
    table: dict[str, np.ndarray] = {}
    rng = np.random.default_rng(seed)
    rows = [[table.setdefault(word, rng.normal(size=384)) for word in label.split()] for label in labels]
    return np.array([np.sum(row, axis=0) for row in rows])


def _esco(folder: Path, edges: Sequence[Edge]) -> tuple[Taxonomy, list[str]]:
    """The skills with their forms, below the groups; and the identifiers of the skills."""
    above: dict[str, list[str]] = {}
    for child, parent in edges:
        above.setdefault(child, []).append(parent)
    skills = {row["conceptUri"]: row for row in _rows(folder, "esco_skills_en_*")}
    groups = {uri for edge in edges for uri in edge} - set(skills)
    concepts = [
        Concept(
            id=uri,
            label=row["preferredLabel"],
            alt_labels=tuple(filter(None, row["altLabels"].split("\n"))),
            parents=tuple(above.get(uri, ())),
        )
        for uri, row in skills.items()
    ]
    concepts += [Concept(id=uri, label=uri, parents=tuple(above.get(uri, ()))) for uri in sorted(groups)]
    return Taxonomy(name="esco", concepts=tuple(concepts)), list(skills)


def _exams(folder: Path) -> list[Path]:
    return sorted(folder.glob("*_validation_annotations.csv"))


def _rows(folder: Path, pattern: str) -> Iterator[dict[str, str]]:
    (path,) = folder.glob(pattern)
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


if __name__ == "__main__":
    main()
