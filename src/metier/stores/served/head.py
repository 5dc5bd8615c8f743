"""What does the head of a SKILL.md say, word for word, as JSON? And does an entry say the same?

An entry carries the frontmatter verbatim, so it is read strictly here: what would have to be repaired first cannot be
rendered verbatim. YAML 1.1 and 1.2 read some plain scalars differently (`yes`, `1:30`, a date); a server may have used
either, so an entry agrees with a scalar if it gives one of the readings. A block at the end keeps its last line end, as
in skills-ref; an entry from which it was cut off with the ruler agrees too. The lenient reader is `stores.frontmatter`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import yaml

from metier.errors import PackageError

_MAX_CHARACTERS, _MAX_EVENTS, _MAX_DEPTH = 1 << 16, 20_000, 32
_HEAD = re.compile(r"\A---\r?\n(.*?\r?\n)---(?:\r?\n|\Z)", re.DOTALL)
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CONSTRUCTOR: Any = yaml.constructor.SafeConstructor()
_BOOLEANS_12 = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NULLS_12 = ("", "~", "null", "Null", "NULL")
_INTEGER_12 = re.compile(r"[-+]?[0-9]+")
_FLOAT_12 = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def verbatim(data: bytes) -> dict[str, Any]:
    """Read the frontmatter of a SKILL.md as a JSON object: every field the author wrote, with its type.

    Raises:
        PackageError: It is not UTF-8, has no frontmatter, or its YAML has no JSON form: it must be repaired first, or
            it uses aliases, tags, a key twice, or numbers that are not finite.

    >>> verbatim(b"---\\nname: x\\ndescription: Add.\\nmetadata:\\n  stars: 3\\n---\\nBody.")
    {'name': 'x', 'description': 'Add.', 'metadata': {'stars': 3}}
    """
    value = _value(_tree(_block(data)))
    assert isinstance(value, dict)
    return value


def agrees(data: bytes, frontmatter: Mapping[str, Any]) -> str:
    """Where an entry's frontmatter differs from that of a SKILL.md: the field, or an empty string.

    Raises:
        PackageError: The SKILL.md has no frontmatter that could be compared.

    >>> text = b"---\\nname: x\\ndescription: Add.\\n---\\n"
    >>> agrees(text, {"name": "x", "description": "Add."}), agrees(text, {"name": "x", "description": "Add!"})
    ('', 'description')
    """
    block = _block(data)
    field = _difference(_tree(block), frontmatter)
    if field and not _difference(_tree(block.removesuffix("\n").removesuffix("\r")), frontmatter):
        return ""
    return field


def body_of(data: bytes) -> str:
    """The text below the frontmatter.

    >>> body_of(b"---\\nname: x\\n---\\n# X\\n")
    '# X\\n'
    """
    text = _text(data)
    head = _HEAD.match(text)
    return text[head.end() :] if head else text


def _difference(node: Any, frontmatter: Mapping[str, Any]) -> str:
    fields = {key.value: value for key, value in node.value}
    for name in (*fields, *frontmatter):
        if name not in fields or name not in frontmatter or not _same(fields[name], frontmatter[name]):
            return str(name)
    return ""


def _block(data: bytes) -> str:
    """The lines between the rulers, the last one ended."""
    head = _HEAD.match(_text(data))
    if head is None:
        raise PackageError("SKILL.md does not begin with frontmatter between two lines ---.")
    return head[1]


def _tree(block: str) -> Any:
    if len(block) > _MAX_CHARACTERS:
        raise PackageError(f"The frontmatter has {len(block)} characters; at most {_MAX_CHARACTERS} are read.")
    try:
        _refuse_odd_events(block)
        node = yaml.compose(block, Loader=_LOADER)
    except yaml.YAMLError as failure:
        problem = getattr(failure, "problem", None) or "it cannot be read"
        raise PackageError(f"The frontmatter is not YAML as it stands: {problem}.") from failure
    if not isinstance(node, yaml.MappingNode):
        raise PackageError("The frontmatter is not one mapping of fields.")
    _refuse_odd_keys(node)
    return node


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        raise PackageError(f"SKILL.md is not UTF-8 at byte {failure.start}.") from failure


def _refuse_odd_events(block: str) -> None:
    """Bound the work before any node is made: a few bytes of aliases stand for a very large document."""
    depth = 0
    for count, event in enumerate(yaml.parse(block, Loader=_LOADER)):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if count > _MAX_EVENTS or depth > _MAX_DEPTH:
            raise PackageError("The frontmatter has too many parts or is nested too deep.")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "tag", None):
            raise PackageError("The frontmatter uses an alias or a tag, which have no JSON form.")


def _refuse_odd_keys(node: Any) -> None:
    if isinstance(node, yaml.MappingNode):
        keys = [key.value if isinstance(key, yaml.ScalarNode) else None for key, _ in node.value]
        if None in keys or any(not isinstance(_value(key), str) for key, _ in node.value):
            raise PackageError("A key of the frontmatter is not text.")
        if len(set(keys)) < len(keys):
            raise PackageError("A key stands twice in the frontmatter.")
    if isinstance(node, yaml.CollectionNode):
        for part in node.value:
            for one in part if isinstance(part, tuple) else (part,):
                _refuse_odd_keys(one)


def _value(node: Any) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {key.value: _value(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_value(part) for part in node.value]
    return _readings(node)[0]


def _same(node: Any, value: Any) -> bool:
    """Whether a JSON value is one reading of a YAML node. 1 is 1.0 in JSON, and true is not 1."""
    if isinstance(node, yaml.MappingNode):
        return (
            isinstance(value, dict)
            and len(value) == len(node.value)
            and all(key.value in value and _same(part, value[key.value]) for key, part in node.value)
        )
    if isinstance(node, yaml.SequenceNode):
        return (
            isinstance(value, list)
            and len(value) == len(node.value)
            and all(_same(part, one) for part, one in zip(node.value, value, strict=True))
        )
    return any(reading == value and isinstance(reading, bool) == isinstance(value, bool) for reading in _readings(node))


def _readings(node: Any) -> list[Any]:
    """What a scalar means: by YAML 1.1 first, as most Python tools read it, then by the core schema of YAML 1.2."""
    text, kind = node.value, node.tag.rpartition(":")[2]
    if kind == "str" or node.style in ("'", '"', "|", ">"):
        return [text]
    if kind not in ("bool", "int", "float", "null", "timestamp"):
        raise PackageError(f"The value {text[:40]!r} of the frontmatter has no JSON form.")
    readings = [_reading_11(node, kind), _reading_12(text)]
    if kind == "timestamp" and _DATE.fullmatch(text):
        readings.append(f"{text}T00:00:00.000Z")
    if any(isinstance(reading, float) and not math.isfinite(reading) for reading in readings):
        raise PackageError(f"The number {text[:40]!r} of the frontmatter is not finite.")
    return readings


def _reading_11(node: Any, kind: str) -> Any:
    if kind == "timestamp":
        return node.value
    try:
        return getattr(_CONSTRUCTOR, f"construct_yaml_{kind}")(node)
    except (ValueError, OverflowError) as failure:
        raise PackageError(f"The number {node.value[:40]!r} of the frontmatter cannot be read.") from failure


def _reading_12(text: str) -> Any:
    if text in _NULLS_12:
        return None
    if text in _BOOLEANS_12:
        return _BOOLEANS_12[text]
    if _INTEGER_12.fullmatch(text) and len(text) < 400:
        return int(text)
    return float(text) if _FLOAT_12.fullmatch(text) else text
