"""How fast are all forms of ESCO found in job ads, and does every peer find the same?

Ours, both engines, beside ahocorasick-rs, pyahocorasick, flashtext2 and spaCy's PhraseMatcher: the same canonical forms
over the same texts, whole words, longest first, each peer with the Python that makes offsets of what it gives. The
oracle is one regular expression a form-start, tried at every word. Every engine is run for itself; CPU time, best of
three, the heap frozen, so that the collector does not walk the taxonomy.

Then: what a matcher kept in a file costs to load; how many mentions of each set of rules lie in what people tagged in
SkillSpan (Zhang et al., NAACL 2022); and what inflected forms do to recall and precision on sentences with gold skills.

    python benchmarks/discover_match.py DATA_FOLDER [TEXTS…]
"""

from __future__ import annotations

import csv
import gc
import gzip
import json
import platform
import re
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from metier.discover.extraction.gold import read_gold
from metier.discover.extraction.skills import skills_of
from metier.discover.match import Matcher, Mention
from metier.discover.matching.kept import dump, load_matcher
from metier.discover.matching.rules import EVERY_FORM, careful, forms_of
from metier.discover.matching.words import canonical, is_word
from metier.taxonomy import Concept, Taxonomy

Spans = list[list[tuple[int, int]]]
Find = Callable[[list[str]], Sequence[Sequence[tuple[int, int] | Mention]]]
PEERS = ("ahocorasick-rs", "pyahocorasick", "flashtext2", "spacy")
ORACLE = "regex oracle"
ROUNDS = 3
RULES = {
    "every form": EVERY_FORM,
    "every form, inflected": replace(EVERY_FORM, inflections=True),
    "careful": careful(),
    "careful, inflected": replace(careful(), inflections=True),
}


def load(folder: Path) -> Taxonomy:
    """ESCO 1.1.1 in English as a taxonomy."""
    with gzip.open(folder / "esco_skills_en_v1.1.1.csv.gz", "rt", encoding="utf-8") as lines:
        return Taxonomy(
            name="esco",
            concepts=tuple(
                Concept(
                    id=row["conceptUri"],
                    label=row["preferredLabel"],
                    alt_labels=tuple(alt for alt in row["altLabels"].split("\n") if alt.strip()),
                )
                for row in csv.DictReader(lines)
            ),
        )


def read(paths: list[Path]) -> Iterator[str]:
    """The texts of the files: a line of text or of JSON with `tokens` is one."""
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                yield " ".join(json.loads(line)["tokens"]) if ".jsonl" in path.name else line.rstrip("\n")


def ours(engine: str) -> Callable[[Taxonomy, list[str]], Find]:
    """One of our engines, with all its mentions made."""

    def build(taxonomy: Taxonomy, forms: list[str]) -> Find:
        matcher = Matcher(taxonomy, engine=engine)
        list(matcher.find_all(("",)))
        return lambda texts: list(matcher.find_all(texts))

    return build


def longest(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Whole words, from left to right the longest."""
    kept, read = [], 0
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= read and not is_word(text[end : end + 1]) and not (start and is_word(text[start - 1])):
            kept.append((start, end))
            read = end
    return kept


def rust(taxonomy: Taxonomy, forms: list[str]) -> Find:
    """ahocorasick-rs with all overlapping matches, filtered in Python."""
    import ahocorasick_rs

    automaton = ahocorasick_rs.AhoCorasick(forms, matchkind=ahocorasick_rs.MatchKind.Standard)
    return lambda texts: [
        longest(low, [(start, end) for _, start, end in automaton.find_matches_as_indexes(low, overlapping=True)])
        for low in map(str.lower, texts)
    ]


def automaton(taxonomy: Taxonomy, forms: list[str]) -> Find:
    """pyahocorasick, filtered in Python."""
    import ahocorasick

    made = ahocorasick.Automaton()
    for form in forms:
        made.add_word(form, len(form))
    made.make_automaton()
    return lambda texts: [
        longest(low, [(end + 1 - size, end + 1) for end, size in made.iter(low)]) for low in map(str.lower, texts)
    ]


def flash(taxonomy: Taxonomy, forms: list[str]) -> Find:
    """flashtext2 with its own words."""
    from flashtext2 import KeywordProcessor

    processor = KeywordProcessor(case_sensitive=False)
    processor.add_keywords_from_iter(forms)
    return lambda texts: [[(s, e) for _, s, e in processor.extract_keywords_with_span(text)] for text in texts]


def spacy_phrases(taxonomy: Taxonomy, forms: list[str]) -> Find:
    """A blank English pipeline with PhraseMatcher and filter_spans."""
    import spacy
    from spacy.matcher import PhraseMatcher
    from spacy.util import filter_spans

    nlp = spacy.blank("en")
    phrases = PhraseMatcher(nlp.vocab, attr="LOWER")
    phrases.add("form", list(nlp.tokenizer.pipe(forms)))
    return lambda texts: [
        [(span.start_char, span.end_char) for span in filter_spans(phrases(doc, as_spans=True))]
        for doc in nlp.tokenizer.pipe(texts)
    ]


def oracle(taxonomy: Taxonomy, forms: list[str]) -> Find:
    """At each word the alternation of all forms that begin with it, longest first, blanks as any gap."""
    gap = r"[\s\-\u2010\u2011]+"
    head = re.compile(r"\w[\w\u0300-\u036f]*|[^\w\s\-]")
    begin: dict[str, list[str]] = {}
    for form in sorted(forms, key=len, reverse=True):
        begin.setdefault(head.match(form)[0], []).append(gap.join(map(re.escape, form.split(" "))))
    patterns = {
        first: re.compile(rf"(?<![\w])(?:{'|'.join(found)})(?![\w])", re.IGNORECASE) for first, found in begin.items()
    }

    def find(text: str) -> list[tuple[int, int]]:
        kept, at = [], 0
        while word := head.search(text, at):
            pattern = patterns.get(word[0].lower())
            found = pattern.match(text, word.start()) if pattern else None
            if found:
                kept.append(found.span())
            at = found.end() if found else word.end()
        return kept

    return lambda texts: [find(text) for text in texts]


ENGINES: dict[str, tuple[str, Callable[[Taxonomy, list[str]], Find]]] = {
    "ours, table": ("numpy", ours("table")),
    "ours, lookup": ("", ours("lookup")),
    "ahocorasick-rs": ("ahocorasick-rs", rust),
    "pyahocorasick": ("pyahocorasick", automaton),
    "flashtext2": ("flashtext2", flash),
    "spaCy PhraseMatcher": ("spacy", spacy_phrases),
    ORACLE: ("", oracle),
}


def span(place: tuple[int, int] | Mention) -> tuple[int, int]:
    """Start and end of what an engine gave."""
    return (place.start, place.end) if isinstance(place, Mention) else place


def run(name: str, arguments: list[str]) -> tuple[float, list[float], float, Spans]:
    """Build seconds, MB per CPU second of lines and of ads of forty lines, MB of memory grown, places in the lines."""
    folder, *files = map(Path, arguments)
    files = files or sorted([*folder.glob("jobtext_*.gz"), *folder.glob("skillspan_*.jsonl.gz")])
    taxonomy, lines = load(folder), list(read(files))
    forms = [form for form in forms_of(taxonomy, EVERY_FORM).names if form == canonical(form)[0]]
    ads = ["\n".join(lines[n : n + 40]) for n in range(0, len(lines), 40)]
    _, build = ENGINES[name]
    build(Taxonomy(name="none"), ["none"])
    gc.collect()
    gc.freeze()
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    find = build(taxonomy, forms)
    built = time.process_time() - began
    gc.collect()
    gc.freeze()
    speeds, found = [], []
    for texts in (lines, ads):
        seconds = []
        for _ in range(1 if name == ORACLE else ROUNDS):
            began = time.process_time()
            said = find(texts)
            seconds.append(time.process_time() - began)
        found = found or [list(dict.fromkeys(map(span, places))) for places in said]
        speeds.append(sum(len(text.encode()) for text in texts) / 1e6 / min(seconds))
    return built, speeds, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024, found


def main(arguments: list[str]) -> None:
    """Print one row an engine."""
    print(f"Python {platform.python_version()}; {', '.join(_version(name) for name in ('numpy', *PEERS))}.\n")
    print("| engine | build, CPU s | lines, MB per CPU s | ads, MB per CPU s | memory, MB | places | missed | extra |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    expected: set[tuple[int, int, int]] = set()
    for name in (ORACLE, *(name for name in ENGINES if name != ORACLE)):
        package, _ = ENGINES[name]
        if package and "missing" in _version(package):
            continue
        # A process of its own, so that no engine's memory is counted for another.
        with get_context("spawn").Pool(1) as pool:
            built, (lines, ads), memory, found = pool.apply(run, (name, arguments))
        places = {(number, *span) for number, spans in enumerate(found) for span in spans}
        expected = expected or places
        print(
            f"| {name} | {built:.2f} | {lines:.1f} | {ads:.1f} | {memory:.0f} | {len(places):,} "
            f"| {len(expected - places):,} | {len(places - expected):,} |"
        )
    kept_table(Path(arguments[0]))
    rules_table(Path(arguments[0]))
    inflection_table(Path(arguments[0]))


def kept_table(folder: Path) -> None:
    """CPU milliseconds to make a matcher with its table, and to load it from the file that `dump` writes."""
    taxonomy = load(folder)
    print("\n| rules | made, CPU ms | loaded, CPU ms | file, MB |\n| --- | ---: | ---: | ---: |")
    for name, rules in RULES.items():
        with TemporaryDirectory() as scratch:
            file = Path(scratch, "kept")
            dump(Matcher(taxonomy, rules, engine="table"), file)
            makers = (lambda: Matcher(taxonomy, rules, engine="table"), lambda: load_matcher(file))  # noqa: B023
            made, loaded = (min(_seconds(make) for _ in range(5)) for make in makers)
            print(f"| {name} | {made * 1e3:.0f} | {loaded * 1e3:.0f} | {file.stat().st_size / 1e6:.1f} |")


def _seconds(make: Callable[[], Matcher]) -> float:
    began = time.process_time()
    list(make().find_all(("",)))
    return time.process_time() - began


def inflection_table(folder: Path) -> None:
    """Of gold skills, how many are mentioned; of mentioned skills, how many are gold; with and without inflections."""
    taxonomy = load(folder)
    skills = skills_of(taxonomy)
    print("\n| validation set | rules | recall | precision | of inflected mentions right |")
    print("| --- | --- | ---: | ---: | ---: |")
    matchers = {name: Matcher(taxonomy, rules) for name, rules in RULES.items()}
    for file in ("tech_validation_annotations.csv", "house_validation_annotations.csv", "skillskape_dev.csv.gz"):
        rows = [row for row in read_gold(folder / file, skills)[0] if row.skills]
        gold = [{skills.ids[place] for place in row.skills} for row in rows]
        for name, matcher in matchers.items():
            found = list(matcher.find_all(row.text for row in rows))
            named = [{mention.concept for mention in mentions} for mentions in found]
            right = sum(len(here & there) for here, there in zip(gold, named, strict=True))
            more = [m.concept in here for here, ms in zip(gold, found, strict=True) for m in ms if m.inflected]
            asked, given = sum(map(len, gold)), sum(map(len, named))
            shares = f"{right} of {asked} = {right / asked:.1%} | {right} of {given} = {right / given:.1%}"
            print(f"| {file.split('_')[0]} | {name} | {shares} | {sum(more)} of {len(more)} |")


def rules_table(folder: Path) -> None:
    """How many mentions of each set of rules touch a span that SkillSpan tags as skill or knowledge."""
    taxonomy = load(folder)
    print("\n| SkillSpan, part | rules | mentions | of them in a tagged span |\n| --- | --- | ---: | ---: |")
    for path in sorted(folder.glob("skillspan_*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        for name, rules in RULES.items():
            found = Matcher(taxonomy, rules).find_all(" ".join(row["tokens"]) for row in rows)
            hits = [
                any(start < m.end and m.start < end for start, end in tagged(row))
                for row, mentions in zip(rows, found, strict=True)
                for m in mentions
            ]
            print(
                f"| {path.name.split('.')[0]} | {name} | {len(hits):,} | {sum(hits):,} = {sum(hits) / len(hits):.1%} |"
            )


def tagged(row: dict[str, list[str]]) -> list[tuple[int, int]]:
    """The character offsets of each tagged token."""
    spans, at = [], 0
    for token, skill, knowledge in zip(row["tokens"], row["tags_skill"], row["tags_knowledge"], strict=True):
        if skill != "O" or knowledge != "O":
            spans.append((at, at + len(token)))
        at += len(token) + 1
    return spans


def _version(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return f"{package} missing"


if __name__ == "__main__":
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        raise SystemExit(2)
    main(sys.argv[1:])
