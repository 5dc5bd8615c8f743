"""Which data do the events of a YAML parser make, when it comes from strangers?

No object is constructed, every scalar stays the text that was written, aliases are not followed, and depth and size are
bounded. What strict tools refuse is listed as a fault on the way.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

from metier.errors import PackageError
from metier.stores.fault import Fault, error

_MAX_EVENTS = 20_000
_MAX_DEPTH = 32
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Unbounded(PackageError):
    """A frontmatter that is larger or deeper than any honest one."""


class NoFields(PackageError):
    """Something else than one mapping of fields.

    Attributes:
        line: Where it begins in the YAML, from 0.
    """

    def __init__(self, message: str, *, line: int, hint: str) -> None:
        super().__init__(message, hint=hint)
        self.line = line


@dataclass(slots=True)
class _Open:
    """A collection whose end has not been met yet."""

    value: dict[str, Any] | list[Any]
    key: str | None = None
    inner_column: int | None = None


@dataclass(slots=True)
class EventTree:
    """Builds plain data from events, bounded, with the faults met on the way.

    Args:
        first_line: The line of the file where the YAML begins.
        where: What to name in a message.

    >>> tree = EventTree(first_line=2, where="x/SKILL.md")
    >>> tree.follow("name: x\\ntags: [a]")
    >>> tree.root, tree.lines, [fault.line for fault in tree.faults]
    ({'name': 'x', 'tags': ['a']}, {'name': 2, 'tags': 3}, [3])
    """

    first_line: int
    where: str
    root: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    _open: list[_Open] = field(default_factory=list)
    _flow_depth: int = 0

    def follow(self, block: str) -> None:
        """Read the whole of some YAML.

        Raises:
            yaml.MarkedYAMLError: It is no YAML.
            NoFields: It is no mapping.
            Unbounded: It has too many parts, or is nested too deep.
        """
        num_roots = 0
        for count, event in enumerate(yaml.parse(block, Loader=_Loader)):
            if count > _MAX_EVENTS or len(self._open) > _MAX_DEPTH:
                raise Unbounded(
                    f"The frontmatter of {self.where!r} has too many parts or is nested too deep.",
                    hint="Move what is long into the body or a file.",
                )
            if isinstance(event, yaml.NodeEvent) and not self._open:
                num_roots += 1
                if num_roots > 1 or not isinstance(event, yaml.MappingStartEvent):
                    mark: Any = event.start_mark
                    raise NoFields(
                        f"Expected the frontmatter of {self.where!r} to be one mapping of fields.",
                        line=mark.line,
                        hint="Write it as lines of name: value.",
                    )
            self._take(event)

    def _take(self, event: Any) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._strict(event)
            self._add(event.value, event)
        elif isinstance(event, yaml.AliasEvent):
            self._fault(event, f"The alias *{event.anchor} is not followed.", "Write the value out.")
            self._add("", event)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._strict(event)
            self._begin(event)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._open.pop()
            self._flow_depth = max(0, self._flow_depth - 1)

    def _begin(self, event: Any) -> None:
        value: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        if self._flow_depth or event.flow_style:
            if not self._flow_depth:
                fix = "Write one part a line, or put the value in quotes."
                self._fault(event, "A value is written in the style of JSON, which strict tools refuse.", fix)
            self._flow_depth += 1
        if not self._open and isinstance(value, dict):
            self.root = value
        else:
            self._check_column(event)
            self._add(value, event)
        self._open.append(_Open(value=value))

    def _check_column(self, event: Any) -> None:
        parent, column = self._open[-1], event.start_mark.column
        if not isinstance(event, yaml.MappingStartEvent) or parent.key is None or self._flow_depth:
            return
        if parent.inner_column not in (None, column):
            self._fault(event, "Mappings of the same level are not indented alike.", "Indent them alike.")
        parent.inner_column = parent.inner_column or column

    def _add(self, value: Any, event: Any) -> None:
        parent = self._open[-1]
        if isinstance(parent.value, list):
            parent.value.append(value)
        elif parent.key is None:
            self._add_key(parent, value, event)
        else:
            if value != "" or parent.key not in parent.value:
                parent.value[parent.key] = value
            parent.key = None

    def _add_key(self, parent: _Open, value: Any, event: Any) -> None:
        if not isinstance(value, str):
            self._fault(event, "A key is not a word.", "Use a plain word as the key.")
        parent.key = value if isinstance(value, str) else "?"
        if parent.key in parent.value:
            self._fault(
                event,
                f"The key {parent.key!r} stands twice; the last one that says something counts.",
                "Remove one of them.",
            )
        if len(self._open) == 1:
            self.lines[parent.key] = self.first_line + event.start_mark.line

    def _strict(self, event: Any) -> None:
        """Report what YAML allows and strict tools refuse."""
        if event.anchor is not None:
            self._fault(event, f"The anchor &{event.anchor} is refused by strict tools.", "Write the value out.")
        if event.tag is not None:
            self._fault(event, f"The tag {event.tag!r} is refused by strict tools and ignored here.", "Remove it.")

    def _fault(self, event: Any, message: str, fix: str) -> None:
        self.faults.append(error(self.first_line + event.start_mark.line, message, fix))
