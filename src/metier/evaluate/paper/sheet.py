"""How is an exam paper written down? Questions with points, parts, options, numbers with units, and rubrics.

A paper is one JSON or TOML file. Unknown keys are refused; what is not a matter of form is told by `check_paper`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from metier.border import load, load_json
from metier.errors import InputError
from metier.evaluate.unreadable import unreadable

Kind = Literal["choice", "choices", "true_false", "number", "short", "free", "parts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One line of a rubric: what an answer must show for these points."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    text: str
    points: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question or a part of one.

    Attributes:
        id: What the paper calls it, such as `3` or `b`.
        kind: `choice` (one option), `choices` (several), `true_false`, `number`, `short` (a few words), `free`
            (graded by its criteria), `parts` (points and answers are those of its parts).
        points: What a full answer earns. 0 for `parts` means: the sum of the parts.
        options: For `choice` and `choices`, in the order printed: A, B, C …
        answers: A letter for each right option; `true` or `false`; a number; or every wording that counts as right.
        unit: The unit a number is wanted in.
        relative: How far a number may be off, as a share of it.
        absolute: How far a number may be off, in its unit.
        credit: Whether `choices` earn points only as a whole, or a share for each option (wrong ones take away).
        criteria: The rubric of a `free` question.
        model_answer: What a full answer looks like; shown to the judge.
        parts: The parts, for `parts`.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    id: str
    prompt: str
    kind: Kind
    points: float = 0.0
    options: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    unit: str = ""
    relative: float = 0.0
    absolute: float = 0.0
    credit: Literal["whole", "each"] = "whole"
    criteria: tuple[Criterion, ...] = ()
    model_answer: str = ""
    parts: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """An exam paper. `points` is the total that the paper states, or 0 if it states none."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    name: str
    questions: tuple[Question, ...]
    points: float = 0.0
    instructions: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A question that is answered: its path of ids (`3.b`), the texts above it."""

    path: str
    question: Question
    story: tuple[str, ...] = ()


def read_paper(path: Path) -> Paper:
    """Read a paper from a .json or .toml file.

    Raises:
        InputError: It cannot be read, or a key is unknown, missing or of the wrong type.

    >>> read_paper(Path("nowhere.json"))
    Traceback (most recent call last):
    metier.errors.InputError: Cannot read 'nowhere.json': No such file or directory.
    Check the path; it is taken from the current folder.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(path, error, hint="A paper is a .json or .toml file in UTF-8.") from error
    if path.suffix != ".toml":
        return load_json(Paper, text, where=str(path))
    try:
        return load(Paper, tomllib.loads(text), where=str(path))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: not TOML: {error}.") from error


def leaves(paper: Paper) -> Iterator[Leaf]:
    """Every question that is answered, in the order of the paper.

    >>> part = Question(id="a", prompt="Sum?", kind="number", points=1, answers=("2",))
    >>> question = Question(id="1", prompt="1, 1", kind="parts", parts=(part,))
    >>> [leaf.path for leaf in leaves(Paper(name="p", questions=(question,)))]
    ['1.a']
    """
    for question in paper.questions:
        yield from _leaves(question, "", ())


def points_of(question: Question) -> float:
    """What a full answer earns: the stated points, or those of the parts.

    >>> points_of(Question(id="1", prompt="", kind="free", points=4))
    4
    """
    return sum(map(points_of, question.parts)) if question.kind == "parts" else question.points


def _leaves(question: Question, above: str, story: tuple[str, ...]) -> Iterator[Leaf]:
    path = f"{above}{question.id}"
    if question.kind != "parts":
        yield Leaf(path=path, question=question, story=story)
    for part in question.parts:
        yield from _leaves(part, f"{path}.", (*story, question.prompt))
