"""What stands at the head of a SKILL.md? YAML from strangers, read leniently and never trusted.

The YAML is followed as a stream of events: no object is constructed, every scalar stays the text that was written, and
depth, size and aliases are bounded. What strict tools refuse is repaired where that is safe, and listed as a `Fault`.
This module knows the names of the fields that a skill has, and not what they say.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import yaml

from metier.errors import PackageError
from metier.stores.events import EventTree, NoFields, Unbounded
from metier.stores.fault import Fault, error
from metier.stores.strict import Refusal, load_fields

FIELDS = ("name", "description", "license", "compatibility", "metadata", "allowed-tools")
"""The fields of the format."""

READER = f"PyYAML {yaml.__version__}, {'with' if yaml.__with_libyaml__ else 'without'} libyaml"
"""What takes the YAML apart; another one may see other fields."""

MAX_CHARACTERS = 1 << 16
"""So many of a frontmatter are read as YAML."""

_MAX_REPAIRS = 50
_MAX_LINE = 4096
_MAX_PLAIN_FIELDS = 100
_UNPRINTABLE = re.compile("[^\t\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_KEY_AND_VALUE = re.compile(r"(?P<indent>\s*)(?P<key>[\w.-]+):[ \t]+(?P<value>\S.*)")
_UNSPACED = re.compile(r"(?P<key>[A-Za-z][\w-]*):(?P<value>[^\s:/].*)")
_DESCRIPTION = re.compile(r"(?P<indent>\s*)(?:- +)?description[ \t]*:[ \t]*(?P<value>\S.*)", re.IGNORECASE)
_BLOCK = re.compile(r"[|>][0-9+-]*[ \t]*(#.*)?")
_TOP_FIELD = re.compile(r"[\w.-]+:([ \t].*)?")


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
    gap = _first_gap(lines)
    dots = _closing_dots(lines, end, gap)
    if dots is not None:
        faults.append(error(skipped + dots + 1, "The frontmatter is closed with dots.", "Write --- instead."))
        end = dots
    if end is not None:
        try:
            front = _front(lines, end, end + 1, skipped, where)
        except _NotMended as failure:
            if end < gap:
                front = _plain_lines(lines, end, end + 1, skipped, failure)
                return replace(front, faults=(*faults, *front.faults))
        else:
            block = "\n".join(lines[1:end])
            is_cut = dots is None and start.split("---", 2)[1].strip() != block.strip()
            return replace(front, faults=(*faults, *([_cut_fault(text)] if is_cut else []), *front.faults))
    faults.append(error(skipped + gap + 1, "The frontmatter is not closed.", "Write a line --- where it ends."))
    try:
        front = _front(lines, gap, gap, skipped, where)
    except _NotMended as failure:
        front = _plain_lines(lines, gap, gap, skipped, failure)
    return replace(front, faults=(*faults, *front.faults))


def _closing_dots(lines: list[str], end: int | None, gap: int) -> int | None:
    """The line of three dots that ends the YAML: below a description, and above more than blank lines."""
    dots = next((number for number, line in enumerate(lines[: gap if end is None else end]) if line == "..."), None)
    if dots is None or not any(map(_DESCRIPTION.fullmatch, lines[:dots])):
        return None
    return dots if end is None or any(map(str.strip, lines[dots + 1 : end])) else None


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
    description = None if fields.get("description") else _written_description(lines, end, skipped)
    if description:
        fields["description"], found = description
        places["description"] = found.line
    if not fields.get("description"):
        raise failure
    fault = error(skipped + 2, f"{failure} Only its plain lines were read.", "Shorten or mend it.")
    body = "\n".join(lines[body_start:])
    blank = len(body) - len(body.lstrip("\n"))
    return Frontmatter(
        fields=dict(fields),
        lines=places,
        body=body.strip(),
        body_line=skipped + body_start + blank + 1,
        faults=(fault, *([description[1]] if description else [])),
    )


def _written_description(lines: list[str], end: int, skipped: int) -> tuple[str, Fault] | None:
    """Find a description that YAML does not, such as one that is indented below another field."""
    for number in range(1, end):
        match = _DESCRIPTION.fullmatch(lines[number], 0, _MAX_LINE)
        if match is None or match["value"][0] in "[{&*!":
            continue
        value = _unquoted(match["value"].strip())
        if _BLOCK.fullmatch(value):
            below = re.compile(rf"{match['indent']}[ \t]+.*|\s*")
            words = [line.strip() for line in itertools.takewhile(below.fullmatch, lines[number + 1 : end])]
            value = _UNPRINTABLE.sub("\ufffd", "\n".join(words).strip())
        if value:
            place = "is indented below another field" if match["indent"] else "stands where YAML does not find it"
            message = f"The description {place}, and is read all the same."
            return value, error(skipped + number + 1, message, "Begin its line with description: and a space.")
    return None


def _other_description(lines: list[str], end: int, skipped: int, tree: EventTree) -> list[Fault]:
    """Take a description that is written in capitals or stands elsewhere, where there is none else."""
    for name, value in tree.root.items():
        if name.lower() == "description" and _has_description({"description": value}):
            tree.root["description"], line = value, tree.lines[name]
            tree.lines["description"] = line
            return [error(line, f"The field {name!r} is read as the description.", "Write it in lower case.")]
    found = _written_description(lines, end, skipped)
    if found is None:
        return []
    tree.root["description"], fault = found
    tree.lines["description"] = fault.line
    return [fault]


def _unquoted(value: str) -> str:
    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return _UNPRINTABLE.sub("\ufffd", value[1:-1] if is_quoted else value)


def _head_faults(text: str) -> Iterator[Fault]:
    if text.startswith("\ufeff"):
        yield error(1, "The file begins with a byte order mark.", "Save it as UTF-8 without a byte order mark.")
    elif text[:1] in (" ", "\t", "\n"):
        yield error(1, "Something stands before the first ---.", "Remove the blank space before the first ---.")


def _first_gap(lines: list[str]) -> int:
    """Where a frontmatter without a closing ruler ends: at the first blank line below its first field, or at a heading
    below its last one.
    """
    field = next((number for number, line in enumerate(lines) if _KEY_AND_VALUE.fullmatch(line)), 0)
    gap = next((number for number in range(field + 1, len(lines)) if not lines[number].strip()), len(lines))
    last = max((number for number in range(field, gap) if _TOP_FIELD.fullmatch(lines[number])), default=field)
    return next((number for number in range(last + 1, gap) if lines[number].startswith("#")), gap)


def _front(lines: list[str], end: int, body_start: int, skipped: int, where: str) -> Frontmatter:
    """Read the lines up to `end` as YAML and what begins at `body_start` as the body."""
    block, body = "\n".join(lines[1:end]), "\n".join(lines[body_start:])
    if len(block) > MAX_CHARACTERS:
        message = f"The frontmatter of {where!r} has {len(block)} characters; at most {MAX_CHARACTERS} are read."
        hint = "Move what is long into the body or a file."
        return _plain_lines(lines, end, body_start, skipped, PackageError(message, hint=hint))
    faults = []
    if odd := _UNPRINTABLE.search(block):
        line = skipped + 2 + block[: odd.start()].count("\n")
        faults.append(error(line, "The frontmatter holds a control character.", "Remove it."))
    try:
        tree, repairs = _repaired_tree(_UNPRINTABLE.sub("\ufffd", block), first_line=skipped + 2, where=where)
    except (NoFields, Unbounded) as failure:
        return _plain_lines(lines, end, body_start, skipped, failure)
    if not _has_description(tree.root):
        faults += _other_description(lines, end, skipped, tree)
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
        except NoFields as failure:
            if not (fault := _without_odd_line(lines, failure.line, first_line)):
                raise
            repairs.append(fault)
            continue
        return tree, repairs
    raise _NotMended(
        f"The frontmatter of {where!r} has more than {_MAX_REPAIRS} faults; the first: {repairs[0].message}",
        hint="Write one field a line: name: and description: first.",
    )


def _without_odd_line(lines: list[str], at: int, first_line: int) -> Fault | None:
    """Mend in place the line that makes a frontmatter something else than fields, if it is none of them."""
    at = min(at, len(lines) - 1)
    if lines[at].startswith("- "):
        goes_on = at + 1 < len(lines) and lines[at + 1].startswith("  ")
        lines[at] = ("  " if goes_on else "") + lines[at][2:].lstrip()
        return error(first_line + at, "A field is written as a part of a list.", "Remove the hyphen before it.")
    if not lines[at].strip() or _TOP_FIELD.fullmatch(lines[at].strip()) or lines[at].lstrip()[0] in "[{":
        return None
    return _spaced(lines, at, first_line) or _left_out(lines, at, first_line)


def _spaced(lines: list[str], at: int, first_line: int) -> Fault | None:
    match = _UNSPACED.fullmatch(lines[at])
    if match is None:
        return None
    lines[at] = f"{match['key']}: {match['value']}"
    return error(first_line + at, f"No space stands behind {match['key']}:.", "Put a space behind the colon.")


def _left_out(lines: list[str], at: int, first_line: int) -> Fault:
    line, lines[at] = lines[at], ""
    return error(first_line + at, f"This line is not YAML and was left out: {line[:60]!r}.", "Remove or mend it.")


def _outdented(lines: list[str], at: int, first_line: int) -> Fault | None:
    """Take back the indentation of the fields above one that is not indented."""
    above = [line for line in lines[:at] if line.strip() and not line.startswith("#")]
    depth = min((len(line) - len(line.lstrip(" ")) for line in above), default=0)
    if not depth or not _TOP_FIELD.fullmatch(lines[at]):
        return None
    lines[:at] = [line if line.startswith("#") else line[depth:] for line in lines[:at]]
    return error(first_line, "The first fields are indented and the others are not.", "Indent no field.")


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
    if fault := _outdented(lines, at, first_line) or _spaced(lines, at, first_line):
        return fault
    for number in range(at, max(at - 50, -1), -1):
        match = _KEY_AND_VALUE.fullmatch(lines[number])
        if match and number not in quoted and match["value"][0] not in "|>":
            if above := _plain_value_above(lines, number):
                if above[0] in quoted or not _carries_on(match, above[1]):
                    break
                number, match = above
            quoted.add(number)
            _quote(lines, number, match)
            return error(
                first_line + number,
                f"The value of {match['key']!r} is not YAML as it stands: {problem}.",
                "Put the value in quotes.",
            )
        if match or not lines[number].startswith((" ", "\t")):
            break
    return _left_out(lines, at, first_line)


def _plain_value_above(lines: list[str], at: int) -> tuple[int, re.Match[str]] | None:
    """The field with a plain value below which a line is indented. No field may stand there."""
    depth = _depth(lines[at])
    for number in range(at - 1, -1, -1):
        line = lines[number]
        if line.strip() and not line.lstrip().startswith("#") and _depth(line) < depth:
            if match := _KEY_AND_VALUE.fullmatch(line):
                return None if match["value"][0] in "|>'\"[{&*!#" else (number, match)
            depth = _depth(line)
    return None


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def _carries_on(line: re.Match[str], above: re.Match[str]) -> bool:
    """Whether a line that looks like a field carries on the text of the field above it, and is none out of place."""
    is_text = " " in above["value"].strip() or _DESCRIPTION.fullmatch(above[0]) is not None
    return is_text and line["key"].lower() not in FIELDS


def _quote(lines: list[str], number: int, match: re.Match[str]) -> None:
    """Put a value and the deeper lines that carry it on in single quotes; blank lines keep the count of lines."""
    deeper, end = re.compile(rf"{match['indent']}[ \t]+\S"), number
    for following in range(number + 1, len(lines)):
        if deeper.match(lines[following]):
            end = following
        elif lines[following].strip():
            break
    words = [match["value"].strip(), *(line.strip() for line in lines[number + 1 : end + 1] if line.strip())]
    lines[number + 1 : end + 1] = [""] * (end - number)
    value = " ".join(words).replace("'", "''")
    lines[number] = f"{match['indent']}{match['key']}: '{value}'"
