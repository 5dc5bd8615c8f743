"""What is asked, and how is the answer checked? The same Item is exam question, practice task, filter and evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from metier.digest import digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A question with a checkable answer.

    Attributes:
        prompt: The question as the model sees it.
        reference: The right answer, in the form that the grader compares with.
        grader: Name of a grader of the entry-point group `metier.graders`.
        policy: How this item is graded: options of that grader, such as `{"relative": 0.01}`.
        choices: The options of a choice question, in the order shown.
        concepts: Identifiers of the concepts it asks about.
        cluster: Items of one cluster stand or fall together (variants of a question, one function pair); intervals and
            splits respect clusters.
        level: How many skills a right answer joins; 1 is atomic.
        source: Where it came from.

    >>> Item(prompt="2 + 2 =", reference="4", grader="number").item_id[:5]
    'item_'
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    prompt: str
    reference: str
    grader: str = "exact"
    policy: Mapping[str, Any] = field(default_factory=dict)
    choices: tuple[str, ...] = ()
    concepts: tuple[str, ...] = ()
    cluster: str = ""
    level: int = 1
    source: str = ""

    @property
    def item_id(self) -> str:
        """`item_` and 20 hexadecimal digits of the SHA-256 of the whole item."""
        return "item_" + digest(self)[7:27]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamProtocol:
    """The conditions under which an exam is taken. A temperature of 0 is greedy decoding."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    system: str = ""
    temperature: float = 0.0
    max_tokens: int = 256
    stop: tuple[str, ...] = ()
    epochs: int = 1
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Exam:
    """A named set of Items and the protocol under which they are taken.

    >>> len(Exam(name="sums", items=(Item(prompt="1 + 1 =", reference="2"),)).items)
    1
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    name: str
    items: tuple[Item, ...]
    protocol: ExamProtocol = field(default_factory=ExamProtocol)

    @property
    def digest(self) -> str:
        """The SHA-256 of the items and the protocol."""
        return digest(self)
