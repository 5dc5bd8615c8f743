"""Does a corpus hold the questions of an exam? Long runs of the same words, weighed by how rare the words are.

The exam is indexed and the corpus streamed, once, in linear time; memory grows with the exam alone. A question leaks
into a document if the words they share in runs of eight carry more information than chance and stock phrases explain,
and these words are 13 in a row (the length of Brown et al., arXiv 2005.14165, appendix C) or half of the question.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from metier.errors import InputError
from metier.evaluate.audit.duplicates import words
from metier.evaluate.audit.finding import Finding
from metier.evaluate.audit.record import Record
from metier.evaluate.unreadable import unreadable

GRAM = 8
RUN = 13
MARGIN_BITS = 40.0
"""What a match must carry beyond log2 of the corpus' words: stock phrases of eight words carry about 55 bits."""
_MIN_WORDS = 5
_CANARY = re.compile(r"(?i)canary[^\n]{0,60}?([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})")
_SUFFIXES = (".txt", ".md", ".jsonl", ".json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """What one question shares with the document that holds most of it.

    Attributes:
        covered: The share of the question's words that lie in shared runs.
        run: The longest shared run, in words.
        bits: The information of the covered words, by their frequency in the corpus.
        with_answer: The gold follows in the document within 400 characters' worth of words after the match.
    """

    record: int
    document: str
    covered: float
    run: int
    bits: float
    with_answer: bool


def check_leaks(records: Sequence[Record], documents: Iterable[tuple[str, str]]) -> list[Finding]:
    """Questions and canary strings of an exam that stand in a corpus of (place, text).

    >>> asked = "Which moth of the genus Biston grew darker on bark blackened by soot from Manchester mills?"
    >>> row = Record(place="e:0", prompt=asked, gold="the peppered moth")
    >>> [f.rule for f in check_leaks([row], [("crawl", f"Q: {asked} A: the peppered moth")])]
    ['leak']
    """
    canaries = {name for record in records for name in _CANARY.findall(record.prompt + record.solution)}
    seen: dict[str, str] = {}

    def watched() -> Iterator[tuple[str, str]]:
        for place, text in documents:
            for name in canaries:
                if name in text:
                    seen.setdefault(name, place)
            yield place, text

    found = [_finding(records[one.record], one) for one in overlaps(records, watched())]
    return [*found, *(_canary(name, place) for name, place in sorted(seen.items()))]


def overlaps(records: Sequence[Record], documents: Iterable[tuple[str, str]]) -> list[Overlap]:
    """Every question that a document holds, in the order of the questions.

    >>> overlaps([Record(place="", prompt="What is it?", gold="")], [("a", "What is it?")])
    []
    """
    asked = [words(record.prompt) for record in records]
    index: dict[tuple[str, ...], list[tuple[int, int]]] = defaultdict(list)
    for n, tokens in enumerate(asked):
        size = min(GRAM, len(tokens))
        if size >= _MIN_WORDS:
            for i in range(len(tokens) - size + 1):
                index[tuple(tokens[i : i + size])].append((n, i))
    sizes = sorted({len(gram) for gram in index})
    counts: Counter[str] = Counter()
    matches: dict[int, list[tuple[str, frozenset[int], bool]]] = defaultdict(list)
    for place, text in documents:
        tokens = words(text)
        counts.update(tokens)
        for n, (covered, end) in _matches(tokens, index, sizes).items():
            answer = words(records[n].gold)
            near = tokens[end : end + 80]
            answered = bool(answer) and any(near[i : i + len(answer)] == answer for i in range(len(near)))
            matches[n].append((place, frozenset(covered), answered))
    return [best for n in sorted(matches) if (best := _best(n, asked[n], matches[n], counts)) is not None]


def read_corpus(path: Path) -> Iterator[tuple[str, str]]:
    """The texts of a file or of a folder and its folders: .txt, .md and .json whole, .jsonl line by line.

    Of an object every string counts, so that no name of a field needs to be known.

    Raises:
        InputError: There is no such file, or one cannot be read.
    """
    if not path.exists():
        raise unreadable(path)
    files = sorted(p for p in path.rglob("*") if p.is_file() and p.suffix in _SUFFIXES) if path.is_dir() else [path]
    for file in files:
        try:
            with file.open(encoding="utf-8", errors="replace") as lines:
                if file.suffix == ".jsonl":
                    for i, line in enumerate(lines, start=1):
                        if line.strip():
                            yield f"{file.name}:{i}", _strings(line, f"{file}, line {i}")
                else:
                    text = lines.read()
                    yield file.name, _strings(text, str(file)) if file.suffix == ".json" else text
        except OSError as error:
            raise unreadable(file, error) from error


def _strings(text: str, where: str) -> str:
    try:
        todo = [json.loads(text)]
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where}: not JSON: {error}.") from error
    found = []
    while todo:
        one = todo.pop()
        if isinstance(one, str):
            found.append(one)
        elif isinstance(one, dict | list):
            todo.extend(reversed(list(one.values()) if isinstance(one, dict) else one))
    return "\n".join(found)


def _matches(
    tokens: list[str], index: dict[tuple[str, ...], list[tuple[int, int]]], sizes: list[int]
) -> dict[int, tuple[set[int], int]]:
    """For each question the positions of its words that a document holds, and where the last match ends there."""
    found: dict[int, tuple[set[int], int]] = {}
    for size in sizes:
        for at in range(len(tokens) - size + 1):
            for n, i in index.get(tuple(tokens[at : at + size]), ()):
                covered = found[n][0] if n in found else set()
                covered.update(range(i, i + size))
                found[n] = covered, at + size
    return found


def _best(
    n: int, tokens: list[str], matches: list[tuple[str, frozenset[int], bool]], counts: Counter[str]
) -> Overlap | None:
    total = counts.total()
    weights = [math.log2((total + 1) / (counts[word] + 1)) for word in tokens]
    place, covered, answered = max(matches, key=lambda match: (sum(weights[i] for i in match[1]), match[2]))
    bits, run, share = sum(weights[i] for i in covered), _longest(covered), len(covered) / len(tokens)
    # One word counts once: "the the the" carries no information of its own.
    distinct = sum({tokens[i]: weights[i] for i in covered}.values())
    # In a corpus of few words none looks rare, so there eight that occur once are enough.
    size = math.log2(total + 1)
    if distinct < min(size + MARGIN_BITS, GRAM * size) or (run < RUN and share < 0.5):
        return None
    return Overlap(record=n, document=place, covered=share, run=run, bits=bits, with_answer=answered)


def _longest(positions: frozenset[int]) -> int:
    longest = run = 0
    last = -2
    for i in sorted(positions):
        run = run + 1 if i == last + 1 else 1
        longest, last = max(longest, run), i
    return longest


def _finding(record: Record, one: Overlap) -> Finding:
    whole = one.covered >= 0.5
    said = f"{'Most' if whole else 'A part'} of the question stands in {one.document}" + (
        ", followed by its answer." if one.with_answer else "."
    )
    return Finding(
        rule="leak" if whole else "shared_passage",
        place=record.place,
        evidence=f"{one.covered:.0%} of the words, {one.run} in a row, {one.bits:.0f} bits; {record.prompt[:120]!r}",
        message=said,
        severity="error" if whole else "warning",
    )


def _canary(name: str, place: str) -> Finding:
    return Finding(
        rule="canary",
        place=place,
        evidence=name,
        message="The corpus holds the canary string of the exam.",
        severity="error",
    )
