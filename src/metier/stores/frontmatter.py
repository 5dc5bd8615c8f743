"""What stands at the head of a SKILL.md? YAML from strangers, read leniently and never trusted.

The YAML is followed as a stream of events: no object is constructed, every scalar stays the text that was written, and
depth, size and aliases are bounded. What strict tools refuse is repaired where that is safe, and listed as a `Fault`.
This module does not know which fields a skill has.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import yaml

from metier.errors import PackageError
from metier.stores.events import EventTree, Unbounded
from metier.stores.fault import Fault, error
from metier.stores.strict import Refusal, load_fields

_MAX_CHARACTERS = 1 << 16
_MAX_REPAIRS = 50
_MAX_LINE = 4096
_MAX_PLAIN_FIELDS = 100
_UNPRINTABLE = re.compile("[^\t\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_KEY_AND_VALUE = re.compile(r"(?P<indent>\s*)(?P<key>[\w.-]+):[ \t]+(?P<value>\S.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Frontmatter:
    """The head and the body of a SKILL.md.

    Attributes:
        fields: The fields, with every scalar as text.
        lines: The line of each field, from 1.
        body: The Markdown below, without blank lines around it.
        body_line: The line where the body begins.
        faults: What was repaired or would be refused elsewhere.
    """

    fields: dict[str, Any]
    lines: dict[str, int]
    body: str
    body_line: int
    faults: tuple[Fault, ...]


def read_frontmatter(text: str, *, where: str) -> Frontmatter:
    """Read the head of a SKILL.md and cut off its body.

    Args:
        text: The whole file. Line ends are `\\n`.
        where: What to name in the message.

    Raises:
        PackageError: There is no frontmatter, it is no mapping, or it is larger or deeper than any honest one.

    >>> front = read_frontmatter("---\\nname: x\\ndescription: Use when: asked\\n---\\nDo it.", where="x/SKILL.md")
    >>> front.fields["description"], front.body, [fault.line for fault in front.faults]
    ('Use when: asked', 'Do it.', [3])
    """
    try:
        front = _lenient(text, where)
    except PackageError:
        if strict := _as_strict_tools_do(text):
            return strict
        raise
    if _has_description(front.fields):
        return front
    return _as_strict_tools_do(text) or front


def _has_description(fields: Mapping[str, Any]) -> bool:
    value = fields.get("description")
    return bool(value.strip()) if isinstance(value, str) else bool(value)


def _as_strict_tools_do(text: str) -> Frontmatter | None:
    """Read what strict tools accept and the lines do not show, such as a field on the line of the first ruler."""
    try:
        fields = load_fields(text)
    except Refusal:
        return None
    if not isinstance(fields.get("description"), str) or not _has_description(fields):
        return None
    head, body = text[: text.find("---", 3) + 3], text[text.find("---", 3) + 3 :]
    message = "The frontmatter does not stand between two lines ---, and is read as strict tools do."
    fault = Fault(level="warning", line=1, message=message, fix="Write each --- on a line of its own.")
    return Frontmatter(
        fields={name: _as_text(value) for name, value in fields.items()},
        lines={},
        body=body.strip(),
        body_line=head.count("\n") + 1 + len(body[: len(body) - len(body.lstrip())].split("\n")) - 1,
        faults=(fault,),
    )


def _as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _as_text(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_as_text(part) for part in value]
    return str(value)


def _lenient(text: str, where: str) -> Frontmatter:
    start = text.lstrip("\ufeff \t\n")
    skipped = text[: len(text) - len(start)].count("\n")
    lines = start.split("\n")
    if lines[0].rstrip() != "---":
        raise PackageError(
            f"Expected {where!r} to begin with YAML frontmatter, got {lines[0][:40]!r}.",
            hint="Begin the file with a line ---, then name: and description:, then a line ---.",
        )
    end = next((number for number, line in enumerate(lines[1:], start=1) if line.rstrip() == "---"), None)
    faults = list(_head_faults(text))
    if end is not None:
        with contextlib.suppress(_NotMended):
            front = _front(lines, end, end + 1, skipped, where)
            block = "\n".join(lines[1:end])
            cut = [_cut_fault(text)] if start.split("---", 2)[1].strip() != block.strip() else []
            return replace(front, faults=(*faults, *cut, *front.faults))
    end = _first_gap(lines)
    faults.append(error(skipped + end + 1, "The frontmatter is not closed.", "Write a line --- where it ends."))
    front = _front(lines, end, end, skipped, where)
    return replace(front, faults=(*faults, *front.faults))


class _NotMended(PackageError):
    """More faults than a frontmatter can have; perhaps it is the body that was read."""


def _plain_lines(lines: list[str], end: int, body_start: int, skipped: int, failure: PackageError) -> Frontmatter:
    """Read no more than the fields that take one plain line each, where the whole would be too much."""
    fields, places = {}, {}
    for number in range(1, end):
        match = _KEY_AND_VALUE.fullmatch(lines[number], 0, _MAX_LINE)
        if match and not match["indent"] and match["value"][0] not in "[{|>&*!":
            fields[match["key"]] = _unquoted(match["value"].strip())
            places[match["key"]] = skipped + number + 1
        if len(fields) == _MAX_PLAIN_FIELDS:
            break
    if not fields.get("description"):
        raise failure
    fault = error(skipped + 2, f"{failure} Only its plain lines were read.", "Shorten it.")
    body = "\n".join(lines[body_start:])
    blank = len(body) - len(body.lstrip("\n"))
    return Frontmatter(
        fields=dict(fields),
        lines=places,
        body=body.strip(),
        body_line=skipped + body_start + blank + 1,
        faults=(fault,),
    )


def _indented_description(lines: list[str], end: int, skipped: int, tree: EventTree) -> list[Fault]:
    """Take a description that is indented below another field, where there is none else."""
    for number in range(1, end):
        match = _KEY_AND_VALUE.fullmatch(lines[number], 0, _MAX_LINE)
        if match and match["key"] == "description" and match["value"][0] not in "[{|>&*!":
            tree.root["description"] = _unquoted(match["value"].strip())
            tree.lines["description"] = skipped + number + 1
            message = "The description is indented below another field, and is read all the same."
            return [error(skipped + number + 1, message, "Begin its line with description:.")]
    return []


def _unquoted(value: str) -> str:
    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return _UNPRINTABLE.sub("\ufffd", value[1:-1] if is_quoted else value)


def _head_faults(text: str) -> Iterator[Fault]:
    if text.startswith("\ufeff"):
        yield error(1, "The file begins with a byte order mark.", "Save it as UTF-8 without a byte order mark.")
    elif text[:1] in (" ", "\t", "\n"):
        yield error(1, "Something stands before the first ---.", "Remove the blank space before the first ---.")


def _first_gap(lines: list[str]) -> int:
    """Where a frontmatter without a closing ruler ends: at the first blank line below its first field."""
    field = next((number for number, line in enumerate(lines) if _KEY_AND_VALUE.fullmatch(line)), 0)
    return next((number for number in range(field + 1, len(lines)) if not lines[number].strip()), len(lines))


def _front(lines: list[str], end: int, body_start: int, skipped: int, where: str) -> Frontmatter:
    """Read the lines up to `end` as YAML and what begins at `body_start` as the body."""
    block, body = "\n".join(lines[1:end]), "\n".join(lines[body_start:])
    if len(block) > _MAX_CHARACTERS:
        message = f"The frontmatter of {where!r} has {len(block)} characters; at most {_MAX_CHARACTERS} are read."
        return _plain_lines(lines, end, body_start, skipped, PackageError(message))
    faults = []
    if odd := _UNPRINTABLE.search(block):
        line = skipped + 2 + block[: odd.start()].count("\n")
        faults.append(error(line, "The frontmatter holds a control character.", "Remove it."))
    try:
        tree, repairs = _repaired_tree(_UNPRINTABLE.sub("\ufffd", block), first_line=skipped + 2, where=where)
    except Unbounded as failure:
        return _plain_lines(lines, end, body_start, skipped, failure)
    if not _has_description(tree.root):
        faults += _indented_description(lines, end, skipped, tree)
    blank = len(body) - len(body.lstrip("\n"))
    return Frontmatter(
        fields=tree.root,
        lines=tree.lines,
        body=body.strip(),
        body_line=skipped + body_start + blank + 1,
        faults=(*faults, *repairs, *tree.faults),
    )


def _cut_fault(text: str) -> Fault:
    line = text[: text.find("---", 3)].count("\n") + 1
    return error(
        line,
        "Some tools end the frontmatter at the first three hyphens, which stand inside a line here.",
        "Write the three hyphens in another way, such as a dash.",
    )


def _repaired_tree(block: str, *, first_line: int, where: str) -> tuple[EventTree, list[Fault]]:
    repairs: list[Fault] = []
    lines = block.split("\n")
    quoted: set[int] = set()
    for _ in range(_MAX_REPAIRS):
        tree = EventTree(first_line=first_line, where=where)
        try:
            tree.follow("\n".join(lines) + "\n")
        except yaml.MarkedYAMLError as failure:
            repairs.append(_repair(lines, _place(failure, lines), quoted, first_line, failure.problem or "not YAML"))
            continue
        return tree, repairs
    raise _NotMended(
        f"The frontmatter of {where!r} has more than {_MAX_REPAIRS} faults; the first: {repairs[0].message}",
        hint="Write one field a line: name: and description: first.",
    )


def _place(failure: yaml.MarkedYAMLError, lines: list[str]) -> int:
    """The line to mend: where YAML stumbled, or the line it was in the middle of, or the last one above with text."""
    marks = [failure.problem_mark, failure.context_mark]
    if failure.context == "while scanning a simple key":
        marks.reverse()
    at = min(next((mark.line for mark in marks if mark), 0), len(lines) - 1)
    return next((number for number in range(at, -1, -1) if lines[number].strip()), at)


def _repair(lines: list[str], at: int, quoted: set[int], first_line: int, problem: str) -> Fault:
    """Mend one line in place so that the next reading comes further."""
    if re.match(r" *\t", lines[at]):
        lines[at] = re.sub(r"^[ \t]+", lambda blank: blank[0].replace("\t", "  "), lines[at])
        return error(first_line + at, "A tab indents this line, which YAML forbids.", "Indent with spaces.")
    for number in range(at, max(at - 50, -1), -1):
        match = _KEY_AND_VALUE.fullmatch(lines[number])
        if match and number not in quoted and match["value"][0] not in "|>":
            quoted.add(number)
            _quote(lines, number, match)
            return error(
                first_line + number,
                f"The value of {match['key']!r} is not YAML as it stands: {problem}.",
                "Put the value in quotes.",
            )
        if match or not lines[number].startswith((" ", "\t")):
            break
    left_out, lines[at] = lines[at], ""
    return error(first_line + at, f"This line is not YAML and was left out: {left_out[:60]!r}.", "Remove or mend it.")


def _quote(lines: list[str], number: int, match: re.Match[str]) -> None:
    """Put a value and the deeper lines that carry it on in single quotes; blank lines keep the count of lines."""
    words = [match["value"].strip()]
    following = number + 1
    while following < len(lines) and re.match(rf"{match['indent']}[ \t]+\S", lines[following]):
        words.append(lines[following].strip())
        lines[following] = ""
        following += 1
    value = " ".join(words).replace("'", "''")
    lines[number] = f"{match['indent']}{match['key']}: '{value}'"
