"""Which skills does this text ask for? A trained model, loaded from a folder, answers for sentences and documents.

The folder holds what the answer needs and nothing that runs: `model.json` (skills, weights, coefficients, report),
`labels.npy`, `index/` (what is worked out of the skills), `words.txt` and `words.npy` (the fast path), `encoder/` (a
sentence-transformers folder) and `onnx/`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np

from metier.border import load_json
from metier.digest import canonical
from metier.discover.extraction.boilerplate import skipped
from metier.discover.extraction.encoders import Encoder, Floats, OnnxEncoder, SentenceEncoder
from metier.discover.extraction.found import Extracted, Extraction, Kind, Read
from metier.discover.extraction.index import Index, index_of, read_index, write_index
from metier.discover.extraction.judge import Judge, sigmoid
from metier.discover.extraction.lanes import (
    SLAB,
    Candidates,
    Ints,
    Laid,
    Weights,
    Windows,
    cosines,
    joined,
    lay,
    weigh,
    windows,
)
from metier.discover.extraction.lexical import Lexical
from metier.discover.extraction.named import Named
from metier.discover.extraction.sentences import split
from metier.discover.extraction.skills import Skills
from metier.discover.extraction.snapped import snapped
from metier.discover.extraction.words import WordEncoder, load_words, save_words
from metier.discover.match import Mention
from metier.errors import InputError

Lane = Literal["fast", "full", "eight-bit"]
_BLOCK = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a model knows besides its vectors.

    Attributes:
        skills: The skills that are ranked.
        weights: What each lane counts, by path (`fast`, `full`).
        judges: Coefficients of the probabilities, by path.
        prior: For each skill, the log of one more than how often the training text names it.
        seen: For some skills a training sentence that names them.
        report: What training saw: sizes, seconds, seed, versions, quality on validation sentences.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    skills: Skills
    weights: Mapping[str, Weights]
    judges: Mapping[str, Judge]
    prior: tuple[float, ...] = ()
    seen: Mapping[str, str] = field(default_factory=dict)
    report: Mapping[str, Any] = field(default_factory=dict)
    format: int = 1


class Extractor:
    """Find skills with one path: `fast` (word vectors), `full` (the encoder) or `eight-bit` (the same in eight bits).

    Args:
        facts: Skills, weights and coefficients.
        labels: Unit vectors of the labels, (skills, dim).
        encoder: Gives sentences their vectors.
        path: Which weights and coefficients hold, and whether windows are looked at.
        index: What `index_of` gave for the skills, if it was kept.
    """

    def __init__(
        self, facts: Facts, labels: Floats, encoder: Encoder, *, path: Lane = "full", index: Index | None = None
    ) -> None:
        self.facts, self.labels, self.encoder, self.path = facts, labels, encoder, path
        kind = "fast" if path == "fast" else "full"
        self.weights = facts.weights.get(kind, Weights())
        self.judge = facts.judges[kind]
        skills = facts.skills
        index = index or index_of(skills)
        self.lexical = Lexical(skills.all_forms, skills.starts[:-1], kept=index.lexical)
        self._named = Named(skills, index.matcher)
        prior = np.array(facts.prior, np.float32)
        self.prior = (prior - prior.mean()) / max(float(prior.std()), 1e-6) if len(prior) else None

    def extract_sentences(
        self, sentences: Sequence[str], *, count: int = 5, least: float | None = None
    ) -> list[tuple[Extracted, ...]]:
        """Give the skills that each sentence asks for, the best first; none where it asks for none.

        Args:
            sentences: Any number of sentences; offsets of spans count the characters of each.
            count: Skills for a sentence, at most; those that are named may be more.
            least: Least probability of a skill; by default the fitted threshold.
        """
        return [skills for skills, _ in self._answers(sentences, count=count, least=least)]

    def _answers(
        self, sentences: Sequence[str], *, count: int, least: float | None
    ) -> list[tuple[tuple[Extracted, ...], float | None]]:
        """The skills of each sentence, and the probability that it asks for any."""
        found: list[tuple[tuple[Extracted, ...], float | None]] = []
        least = self.judge.threshold if least is None else least
        for start in range(0, len(sentences), _BLOCK):
            some = sentences[start : start + _BLOCK]
            ranked, vectors, mentions = self.ranked(some, count=50)
            chances = self.judge.probabilities(ranked, vectors, [len(text.split()) for text in some])
            asks = [round(float(chance), 4) for chance in sigmoid(self.judge.asking(vectors))]
            for row, text in enumerate(some):
                told = self._told(text, row, ranked, chances[row], mentions[row], count=count, least=least)
                found.append((told, asks[row] if self.judge.asks else None))
        return found

    def extract(
        self,
        text: str,
        *,
        source: str = "",
        date: str = "",
        count: int = 5,
        least: float | None = None,
        keep_boilerplate: bool = False,
    ) -> Extraction:
        """Give the skills that a document asks for, sentence by sentence and together."""
        places = split(text)
        cut = [text[start:end] for start, end in places]
        marks = [""] * len(cut) if keep_boilerplate else skipped(cut)
        read = [sentence for sentence, mark in zip(cut, marks, strict=True) if not mark]
        answers = iter(self._answers(read, count=count, least=least))
        told = [((), None) if mark else next(answers) for mark in marks]
        sentences = tuple(
            Read(start=start, end=end, skipped=mark, skills=_moved(skills, start), asks=asks)
            for (start, end), mark, (skills, asks) in zip(places, marks, told, strict=True)
        )
        return Extraction(text=text, sentences=sentences, skills=_together(sentences), source=source, date=date)

    def ranked(self, sentences: Sequence[str], *, count: int) -> tuple[Candidates, Floats, list[dict[int, Mention]]]:
        """Rank the skills of each sentence; give the candidates, the sentence vectors, and the mentions by skill."""
        laid, vectors, mentions = self.laid(sentences, count=count)
        return weigh(laid, self.weights), vectors, mentions

    def laid(self, sentences: Sequence[str], *, count: int = 200) -> tuple[Laid, Floats, list[dict[int, Mention]]]:
        """As `ranked`, but with the lanes not yet weighed."""
        full = self.path != "fast"
        found: list[Windows] | None = None
        if full:
            pairs = list(self.encoder.tokens(sentences))
            vectors = np.array([whole for whole, _ in pairs], np.float32).reshape(len(pairs), self.encoder.dim)
            found = [windows(tokens) for _, tokens in pairs]
        else:
            vectors = self.encoder.encode(sentences)
        mentions = self.named(sentences)
        dense = cosines(vectors, self.labels)
        places = [_places(named) for named in mentions]
        parts = [
            lay(
                dense[rows], self.lexical.score(sentences[rows]), places[rows], self.weights, prior=self.prior,
                found=found and found[rows], labels=self.labels, count=count,
            )
            for rows in (slice(start, start + SLAB) for start in range(0, max(len(sentences), 1), SLAB))
        ]  # fmt: skip
        return joined(parts), vectors, mentions

    def named(self, sentences: Sequence[str]) -> list[dict[int, Mention]]:
        """For each sentence, the first mention of each skill of which a form stands in it."""
        return list(self._named.find(sentences))

    def _told(
        self,
        text: str,
        row: int,
        ranked: Candidates,
        chances: np.ndarray[Any, Any],
        named: Mapping[int, Mention],
        *,
        count: int,
        least: float,
    ) -> tuple[Extracted, ...]:
        kept = [
            column
            for column in np.flatnonzero(chances >= least).tolist()
            if column < count or int(ranked.places[row, column]) in named
        ]
        if not kept:
            return ()
        implied = [column for column in kept if int(ranked.places[row, column]) not in named]
        spans = {
            column: snapped(text, *span) if span else None
            for column, span in zip(implied, self._spans(text, row, ranked, implied), strict=True)
        }
        return tuple(
            self._one(
                text, int(ranked.places[row, column]), column, row, ranked, float(chances[column]), named,
                spans.get(column),
            )
            for column in kept
        )  # fmt: skip

    def _spans(self, text: str, row: int, ranked: Candidates, columns: Sequence[int]) -> list[tuple[int, int] | None]:
        """The best window of each candidate that is kept and not named; on the fast path it is looked for only now."""
        if self.path != "fast":
            spans = [ranked.spans[row, column] for column in columns]
            return [(int(start), int(end)) if start >= 0 else None for start, end in spans]
        if not columns:
            return []
        vectors, places = windows(next(iter(self.encoder.tokens([text])))[1])
        if not len(vectors):
            return [None] * len(columns)
        best = (vectors @ self.labels[ranked.places[row, list(columns)]].T).argmax(0)
        return [(int(places[i, 0]), int(places[i, 1])) for i in best]

    def _one(
        self,
        text: str,
        place: int,
        column: int,
        row: int,
        ranked: Candidates,
        chance: float,
        named: Mapping[int, Mention],
        span: tuple[int, int] | None,
    ) -> Extracted:
        skills, mention = self.facts.skills, named.get(place)
        first, last = int(skills.starts[place]), int(skills.starts[place + 1])
        start, end = (mention.start, mention.end) if mention else span or (None, None)
        lanes = {name: round(float(values[row, column]), 4) for name, values in ranked.lanes.items()}
        seen = self.facts.seen.get(skills.ids[place])
        return Extracted(
            uri=skills.ids[place],
            label=skills.labels[place],
            score=round(float(ranked.scores[row, column]), 4),
            probability=round(chance, 4),
            kind=Kind.EXPLICIT if mention else Kind.IMPLICIT,
            start=start,
            end=end,
            form=mention.form if mention else skills.all_forms[self.lexical.best_form(text, first, last)],
            lanes=lanes,
            neighbours=(seen,) if seen else (),
            taxonomy=skills.taxonomy,
        )


def _places(named: Mapping[int, Mention]) -> Ints:
    return np.array(list(named), np.int64)


def _moved(skills: Sequence[Extracted], by: int) -> tuple[Extracted, ...]:
    return tuple(
        skill
        if skill.start is None or skill.end is None
        else replace(skill, start=skill.start + by, end=skill.end + by)
        for skill in skills
    )


def _together(sentences: Sequence[Read]) -> tuple[Extracted, ...]:
    """Each skill once, at its surest place, the surest first."""
    best: dict[str, Extracted] = {}
    for sentence in sentences:
        for skill in sentence.skills:
            if skill.uri not in best or skill.probability > best[skill.uri].probability:
                best[skill.uri] = skill
    return tuple(sorted(best.values(), key=lambda skill: (-skill.probability, skill.uri)))


def check_writable(folder: Path) -> None:
    """Refuse a place where something stands that is no model, before anything is worked out.

    Raises:
        InputError: It is a file, or a folder with other things in it.
    """
    is_model = (folder / "model.json").is_file()
    if folder.exists() and not is_model and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{str(folder)!r} holds something that is no model.", hint="Name a new folder.")


def save(
    folder: Path,
    facts: Facts,
    labels: Floats,
    *,
    words: WordEncoder | None = None,
    encoder: SentenceEncoder | None = None,
    eight_bit: bool = False,
) -> None:
    """Write a model; the folder appears when it is whole, and replaces an older model there.

    Raises:
        InputError: The folder holds something that is no model.
    """
    from metier.discover.extraction.encoders import export

    check_writable(folder)
    part = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    np.save(part / "labels.npy", labels)
    write_index(facts.skills, part / "index")
    if words is not None:
        save_words(words, part)
    if encoder is not None:
        encoder.save(part / "encoder")
        if eight_bit:
            export(encoder, part / "onnx")
    write_facts(part, facts)
    if folder.exists():
        shutil.rmtree(folder)
    part.rename(folder)


def write_facts(folder: Path, facts: Facts) -> None:
    """Write what a model knows besides its vectors, all or nothing."""
    part = folder / f".model.json.{os.getpid()}.part"
    part.write_bytes(canonical(facts))
    part.replace(folder / "model.json")


def load(folder: Path, *, path: Lane = "full") -> Extractor:
    """Load a model for one path.

    Raises:
        InputError: The folder holds no model, or not what this path needs.
    """
    file = folder / "model.json"
    if not file.is_file():
        raise InputError(f"Expected the folder of a model, {str(folder)!r} has no model.json.",
                         hint="Make one: metier discover train ADS -t TAXONOMY --out FOLDER")  # fmt: skip
    facts = load_json(Facts, file.read_bytes(), where=str(file), error=InputError)
    try:
        labels = np.load(folder / "labels.npy", allow_pickle=False)
        encoder = _encoder(folder, path)
    except (OSError, EOFError, ValueError, KeyError, MemoryError) as error:
        raise InputError(
            f"Model {str(folder)!r} lacks what the {path} path needs: {error}.", hint="Train it again, or take another."
        ) from error
    if labels.shape != (len(facts.skills), encoder.dim):
        raise InputError(f"Model {str(folder)!r} is torn: {labels.shape} label vectors, {encoder.dim} dimensions.")
    return Extractor(facts, labels, encoder, path=path, index=read_index(facts.skills, folder / "index"))


def _encoder(folder: Path, path: Lane) -> Encoder:
    if path == "fast":
        return load_words(folder)
    if path == "eight-bit":
        return OnnxEncoder(folder / "onnx")
    return SentenceEncoder(folder / "encoder")
