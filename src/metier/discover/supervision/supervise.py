"""From files of ads to training data: read, cut into sentences, kept apart from every exam, labelled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from metier.border import load_json
from metier.discover.extraction.sentences import split
from metier.discover.match import Matcher
from metier.discover.supervision.label import label
from metier.discover.supervision.labelled import Labelled, Labelling
from metier.discover.supervision.leak import Gate, gate, read_evaluation
from metier.discover.supervision.reading import read_sentences
from metier.discover.supervision.report import Report
from metier.discover.taxonomies.groups import is_group
from metier.errors import DocumentError, InputError
from metier.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervision:
    """Labelled sentences, with what the gate took out before and what the filters dropped."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    labelled: tuple[Labelled, ...]
    gate: Gate
    report: Report


def supervise(
    ads: Sequence[Path],
    taxonomy: Taxonomy,
    *,
    against: Sequence[Path] = (),
    settings: Labelling | None = None,
    groups: bool = False,
    field: str = "",
    against_field: str = "",
) -> Supervision:
    """Label the sentences of files with the skills that they name.

    Args:
        ads: Text, Markdown, JSON lines, CSV, CoNLL, plain or gzipped; see `read_sentences`.
        taxonomy: The skills.
        against: Evaluation files, read in the same way. What they hold is taken out of the training text.
        settings: What to drop and what to mask; as it stands if nothing is said.
        groups: Whether concepts that only hold others together label as well; else they count as `occurring` alone.
        field: Which column or key holds the text of an ad; by default the first there is of `reading.FIELDS`.
        against_field: The same for the evaluation files.

    Raises:
        DocumentError: A file cannot be read, or an evaluation file holds no sentence.
        InputError: The taxonomy holds no skill, only groups, and these may not label.
    """
    evaluation = read_evaluation(against, field=against_field, split=split)
    sentences = (sentence for path in ads for sentence in read_sentences(path, field=field, split=split))
    kept, passed = gate(sentences, evaluation)
    skills, everything = taxonomy if groups else _skills(taxonomy), Matcher(taxonomy)
    matcher = everything if skills is taxonomy else Matcher(skills)
    labelled, report = label(kept, matcher, taxonomy=skills, settings=settings, named=everything)
    return Supervision(labelled=tuple(labelled), gate=passed, report=report)


def _skills(taxonomy: Taxonomy) -> Taxonomy:
    """The taxonomy without its groups, and so without its hierarchy."""
    kept = [concept for concept in taxonomy if not is_group(concept)]
    if not kept:
        raise InputError(f"Taxonomy {taxonomy.name!r} holds no skill, only groups.", hint="Let groups label: --groups.")
    if len(kept) == len(taxonomy):
        return taxonomy
    return replace(taxonomy, concepts=tuple(replace(concept, parents=(), related=()) for concept in kept))


def read_labelled(path: Path) -> Iterator[Labelled]:
    """Read labelled sentences, one as canonical JSON on each line.

    Raises:
        DocumentError: The file cannot be read, or a line is no labelled sentence; the message names the line.
    """
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                yield load_json(Labelled, line, where=f"{path.name}, line {number}", error=DocumentError)
    except OSError as error:
        raise DocumentError(f"Cannot read the labelled sentences {str(path)!r}: {error.strerror}.") from error
