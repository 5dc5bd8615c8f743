"""Does the training text hold what the model will be examined on? Every sentence that does is taken out and listed.

Two sentences are the same when their letters are: case, signs and the places where a tokeniser cuts do not count. They
are nearly the same (`near`) when they share three or more pairs of neighbouring words and these are 0.6 of all their
pairs, by Jaccard; or when one is the other with its placeholders filled in, four or more words beside them. One is a
`part` of the other when all pairs of the shorter one, four or more, or 0.8 of them, five or more, stand in the longer
one. The numbers were set on 40,118 sentences of job text against 160 validation sentences, where each pair above them
is one sentence in two versions or a part of the other. The search is exact: whatever shares a pair of words is seen.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from metier.discover.supervision.labelled import Sentence
from metier.discover.supervision.likeness import Shingles, jaccard, letters, shingles, template, words
from metier.discover.supervision.reading import Split, read_sentences
from metier.errors import DocumentError

JACCARD, SHARED_ALIKE = 0.6, 3
CONTAINED, SHARED_INSIDE, SHARED_WHOLE = 0.8, 5, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """A sentence that was taken out, and the evaluation sentence that it is, resembles or holds a part of.

    `likeness` is 1 for the same letters, else the Jaccard similarity of the pairs of words (`near`) or the share of the
    shorter one's that stand in the longer one (`part`).
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    text: str
    source: str
    evaluation_text: str
    evaluation_source: str
    kind: Literal["same", "near", "part"]
    likeness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What the training text was compared with, and what was taken out.

    Attributes:
        against: Sentences of each evaluation file; empty if none was named, and then nothing was checked.
        checked: Sentences that came in.
        leaks: What was taken out.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    against: dict[str, int]
    checked: int
    leaks: tuple[Leak, ...] = ()

    def rows(self) -> Iterator[tuple[str, object]]:
        """The gate as a table of two columns."""
        if not self.against:
            yield "kept apart from", "nothing: no evaluation file was named"
            return
        for name, count in self.against.items():
            yield f"kept apart from {name}", f"{count} sentences"
        kinds = Counter(leak.kind for leak in self.leaks)
        yield from ((f"  taken out: {kind}", kinds[kind]) for kind in ("same", "near", "part"))


def read_evaluation(paths: Sequence[Path], *, field: str = "", split: Split | None = None) -> dict[str, list[Sentence]]:
    """Read the sentences of evaluation files, each once, by path; as whole rows and, with `split`, cut up as well.

    Raises:
        DocumentError: A file cannot be read, or holds no sentence: nothing could be kept apart from it.
    """
    files = {}
    for path in paths:
        rows = {row.text: row for row in read_sentences(path, field=field)}
        if split:
            rows = {row.text: row for row in read_sentences(path, field=field, split=split)} | rows
        files[str(path)] = [row for row in rows.values() if letters(row.text)]
        if not files[str(path)]:
            raise DocumentError(f"Expected sentences in the evaluation file {str(path)!r}, got none.")
    return files


def gate(sentences: Iterable[Sentence], evaluation: Mapping[str, Sequence[Sentence]]) -> tuple[list[Sentence], Gate]:
    """Take out the sentences that occur, exactly or nearly, in an evaluation file.

    Args:
        sentences: The training text before anything is masked.
        evaluation: The sentences of each file, as `read_evaluation` gives them.

    >>> exam = {"exam.csv": [Sentence("You know C++ , SQL and <ORGANIZATION> tools well", "exam.csv:2")]}
    >>> kept, passed = gate([Sentence("you know C++, SQL and our tools well!"), Sentence("You know SQL")], exam)
    >>> [one.text for one in kept], passed.leaks[0].kind
    (['You know SQL'], 'near')
    """
    known = _Known([row for rows in evaluation.values() for row in rows])
    kept, leaks, checked = [], [], 0
    for sentence in sentences:
        checked += 1
        leak = known.leak(sentence)
        if leak:
            leaks.append(leak)
        else:
            kept.append(sentence)
    against = {name: len(rows) for name, rows in evaluation.items()}
    return kept, Gate(against=against, checked=checked, leaks=tuple(leaks))


class _Known:
    """The evaluation sentences by their letters and by their pairs of words."""

    def __init__(self, rows: Sequence[Sentence]) -> None:
        self._rows = rows
        self._pairs = [shingles(row.text, size=2) for row in rows]
        self._words = [" ".join(words(row.text)) for row in rows]
        self._templates = [template(row.text) for row in rows]
        self._by_letters = {letters(row.text): at for at, row in reversed(list(enumerate(rows)))}
        self._by_pair: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for at, pairs in enumerate(self._pairs):
            for pair in pairs:
                self._by_pair[pair].append(at)

    def leak(self, sentence: Sentence) -> Leak | None:
        same = self._by_letters.get(letters(sentence.text))
        if same is not None:
            return self._leak(sentence, same, "same", 1.0)
        own = shingles(sentence.text, size=2)
        shared = Counter(at for pair in own if pair in self._by_pair for at in self._by_pair[pair])
        alike = [(*likeness, -at) for at, many in shared.items() if (likeness := _alike(own, self._pairs[at], many))]
        if alike:
            share, kind, at = max(alike)
            return self._leak(sentence, -at, kind, share)
        return self._filled_in(sentence, own, sorted(shared))

    def _filled_in(self, sentence: Sentence, own: Shingles, candidates: Sequence[int]) -> Leak | None:
        """Whether one of the two is the other with its placeholders filled in."""
        text, pattern = " ".join(words(sentence.text)), template(sentence.text)
        for at in candidates:
            known = self._templates[at]
            if (known and known.fullmatch(text)) or (pattern and pattern.fullmatch(self._words[at])):
                return self._leak(sentence, at, "near", jaccard(own, self._pairs[at]))
        return None

    def _leak(self, sentence: Sentence, at: int, kind: Literal["same", "near", "part"], share: float) -> Leak:
        row = self._rows[at]
        return Leak(
            text=sentence.text,
            source=sentence.source,
            evaluation_text=row.text,
            evaluation_source=row.source,
            kind=kind,
            likeness=round(share, 3),
        )


def _alike(one: Shingles, other: Shingles, shared: int) -> tuple[float, Literal["near", "part"]] | None:
    similarity = shared / (len(one) + len(other) - shared)
    if similarity >= JACCARD and shared >= SHARED_ALIKE:
        return similarity, "near"
    inside = shared / min(len(one), len(other))
    enough = SHARED_WHOLE if inside == 1 else SHARED_INSIDE
    return (inside, "part") if inside >= CONTAINED and shared >= enough else None
