"""How is one field of a SKILL.md changed, and nothing else? Lines are replaced; every other byte stays as it was.

The frontmatter is not written anew: the lines of a field are found by the marks of the YAML parser, and only they are
exchanged, so comments, order, quoting, line ends and a byte order mark keep their place. What the change would make of
the file is read again before it is written, and it is refused if any other field came out different.
"""

from __future__ import annotations

import errno
import itertools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from metier.errors import PackageError
from metier.stores.disk import told
from metier.stores.frontmatter import MAX_CHARACTERS
from metier.stores.markdown import scalar
from metier.stores.package import Package, manifest_bytes, manifest_path, read_package, refuse_unloadable
from metier.whole import whole

_PLAINLY = "Write the frontmatter in a plainer way first."
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_LINES = re.compile(r"[^\n]*\n|[^\n]+\Z")
_RULER = re.compile(r"---[ \t]*")
_SURROGATE = re.compile("[\ud800-\udfff]")
_OTHER_LINE_ENDS = re.compile("\r(?!\n)|[\x85\u2028\u2029]")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """Where a field stands: its first line, the line behind its last one, how deep it is indented, and what it holds:
    fields in lines, fields in braces, nothing (empty), or anything else (other).
    """

    start: int
    end: int
    indent: int
    kind: str


def edit_package(path: str | Path, changes: Mapping[str, str | None], *, body: str | None = None) -> Package:
    """Change fields of the SKILL.md in a folder, and its body, keeping every other byte.

    The package need not load yet; it must with the change.

    Args:
        path: The folder, or the SKILL.md in it.
        changes: A text for each field to set, None for each to remove; `metadata.KEY` names a key below metadata. A
            field that is not there yet is added at the end.
        body: The Markdown to put below the frontmatter; as it is by default.

    Returns:
        The package as it is now, with its faults.

    Raises:
        PackageError: The file cannot be read, its frontmatter is not plain enough to find the field, the change
            would touch another one, or the package would not load with it. Nothing is written then.
        StoreError: The file cannot be written; it is as it was.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "SKILL.md"
    ...     _ = path.write_text("---\\nname: pdf  # as the folder\\ndescription: Fill in.\\n---\\nDo it.\\n")
    ...     _ = edit_package(folder, {"description": "Fill in forms: all of them.", "metadata.version": "1.1"})
    ...     print(path.read_text())
    ---
    name: pdf  # as the folder
    description: "Fill in forms: all of them."
    metadata:
      version: "1.1"
    ---
    Do it.
    <BLANKLINE>
    """
    file = manifest_path(path)
    try:
        text = manifest_bytes(file).decode()
    except UnicodeDecodeError as failure:
        raise PackageError(
            f"{str(file)!r} is not UTF-8, so its bytes could not be kept.", hint="Save it as UTF-8 first."
        ) from failure
    edited = edit_text(text, changes, body=body, where=str(file))
    if edited != text:
        data = edited.encode()
        refuse_unloadable(data, file)
        _write(file, data)
    return read_package(path)


def edit_text(text: str, changes: Mapping[str, str | None], *, body: str | None = None, where: str = "SKILL.md") -> str:
    """Change fields in the text of a SKILL.md, as `edit_package` does in a folder.

    Raises:
        PackageError: As there.

    >>> edit_text("---\\r\\nname: a\\r\\n# kept\\r\\ndescription: b\\r\\n---\\r\\n", {"name": "c"})
    '---\\r\\nname: c\\r\\n# kept\\r\\ndescription: b\\r\\n---\\r\\n'
    """
    head, lines, rest = _parts(text, where)
    line_end = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    wanted, was = _fields(lines, where), _length(lines)
    for name, value in changes.items():
        lines = _changed(lines, name, value, line_end, where)
        _expect(wanted, name, value)
    if (length := _length(lines)) > max(MAX_CHARACTERS, was):
        raise PackageError(
            f"The frontmatter of {where!r} would have {length} characters; at most {MAX_CHARACTERS} are read.",
            hint="Move what is long into the body or a file.",
        )
    if _fields(lines, where) != wanted:
        raise PackageError(
            f"The change would touch other fields of {where!r} too.",
            hint=_PLAINLY,
        )
    if body is not None:
        if odd := _SURROGATE.search(body):
            raise PackageError(
                f"The body holds the character {odd[0]!r}, which UTF-8 may not hold.", hint="Leave it out."
            )
        ruler, _, _ = rest.partition("\n")
        blank = "" if body.startswith("\n") else line_end
        rest = ruler.rstrip("\r") + line_end + blank + body.replace("\r\n", "\n").replace("\n", line_end)
    return head + "".join(lines) + rest


def _parts(text: str, where: str) -> tuple[str, list[str], str]:
    """What stands up to the end of the first ruler, the lines of the frontmatter, and what begins with the second."""
    lines = _LINES.findall(text)
    first = next((number for number, line in enumerate(lines) if line.strip("\ufeff \t\r\n")), len(lines))
    if first < len(lines) and _RULER.fullmatch(lines[first].lstrip("\ufeff \t").rstrip("\r\n")):
        for number in range(first + 1, len(lines)):
            if _RULER.fullmatch(lines[number].rstrip("\r\n")):
                return "".join(lines[: first + 1]), lines[first + 1 : number], "".join(lines[number:])
    raise PackageError(
        f"Expected {where!r} to begin with frontmatter between two lines ---.", hint="Write both lines --- first."
    )


def _length(lines: list[str]) -> int:
    """The characters of the frontmatter as its reader counts them."""
    return len("\n".join(line.rstrip("\r\n") for line in lines))


def _changed(lines: list[str], name: str, value: str | None, line_end: str, where: str) -> list[str]:
    outer, _, inner = name.partition(".")
    if outer != "metadata" or not inner:
        if "." in name or not _KEY.fullmatch(name):
            raise PackageError(f"{name!r} is no field.", hint="Name it as in license, or metadata.version.")
        spans = _spans(lines, where)
        return _replaced(lines, spans.get(name), name, value, line_end, _margin(spans))
    if not _KEY.fullmatch(inner):
        raise PackageError(f"{inner!r} cannot be a key below metadata.", hint="Use letters, digits, _, . and -.")
    return _changed_below(lines, inner, value, line_end, where)


def _changed_below(lines: list[str], name: str, value: str | None, line_end: str, where: str) -> list[str]:
    """Change a key below metadata; the field comes with its first key and goes with its last one."""
    spans = _spans(lines, where)
    metadata = spans.get("metadata")
    if metadata is None:
        if value is None:
            return lines
        outer = _margin(spans)
        head = f"{' ' * outer}metadata:{line_end}"
        return [*_closed(lines, line_end), head, _line(name, value, line_end, outer + 2)]
    if metadata.kind == "empty" and value is not None:
        first = _line(name, value, line_end, metadata.indent + 2)
        return [*_closed(lines[: metadata.end], line_end), first, *lines[metadata.end :]]
    if metadata.kind == "braces":
        return _changed_in_braces(lines, metadata, name, value, line_end, where)
    if metadata.kind != "lines":
        raise PackageError(
            f"The field 'metadata' of {where!r} holds no keys: it is neither lines of key: text nor {{key: text}}.",
            hint="Write it so, one key a line, then edit it.",
        )
    inner = _spans(lines, where, below="metadata")
    if value is None and set(inner) == {name}:
        _, alone = _comments(lines, metadata)
        last = inner[name]
        kept = [line.lstrip(" ") for number, line in alone.items() if not last.start <= number < last.end]
        return [*lines[: metadata.start], *kept, *lines[metadata.end :]]
    indent = _margin(inner)
    if name in inner or value is None:
        return _replaced(lines, inner.get(name), name, value, line_end, indent)
    at = max(span.end for span in inner.values())
    return [*_closed(lines[:at], line_end), _line(name, value, line_end, indent), *lines[at:]]


def _changed_in_braces(
    lines: list[str], metadata: _Span, name: str, value: str | None, line_end: str, where: str
) -> list[str]:
    """Change a key of metadata that is written as {key: text}, as JSON is; what stands between the others stays."""
    pairs = next(node for key, node in _composed(lines, where).value if key.value == "metadata")
    found = {key.value: number for number, (key, _) in enumerate(pairs.value)}
    if len(found) != len(pairs.value):
        raise PackageError(f"A key of 'metadata' in {where!r} stands twice.", hint="Remove one of them first.")
    begins = [0, *itertools.accumulate(map(len, lines))]
    number = found.get(name)
    if value is None and (number is None or len(found) == 1):
        return lines if number is None else [*lines[: metadata.start], *lines[metadata.end :]]

    def at(mark: yaml.Mark) -> int:
        return int(begins[mark.line] + mark.column)

    # What needs no quotes in a line of its own may need them in braces.
    plain = scalar(value or "")
    said = plain if plain.startswith('"') else json.dumps(value, ensure_ascii=False)
    if value is None and number is not None:
        key, node = pairs.value[number]
        if number:
            first, last = at(pairs.value[number - 1][1].end_mark), at(node.end_mark)
        else:
            first, last = at(key.start_mark), at(pairs.value[1][0].start_mark)
        new = ""
    elif number is not None:
        first, last = (at(mark) for mark in (pairs.value[number][1].start_mark, pairs.value[number][1].end_mark))
        new = said
    elif pairs.value:
        key, node = pairs.value[-1]
        first = last = at(node.end_mark)
        is_below = key.start_mark.line > pairs.start_mark.line
        between = f",{line_end}{lines[key.start_mark.line][: key.start_mark.column]}" if is_below else ", "
        new = f"{between}{json.dumps(name) if key.style else name}: {said}"
    else:
        first = last = at(pairs.start_mark) + 1
        new = f"{json.dumps(name)}: {said}"
    text = "".join(lines)
    return _LINES.findall(f"{text[:first]}{new}{text[last:]}")


def _replaced(
    lines: list[str], span: _Span | None, name: str, value: str | None, line_end: str, indent: int
) -> list[str]:
    if span is None:
        return lines if value is None else [*_closed(lines, line_end), _line(name, value, line_end, indent)]
    if value is None:
        return [*lines[: span.start], *lines[span.end :]]
    behind, alone = _comments(lines, span)
    new = _line(name, value, line_end, span.indent, comment=behind)
    return [*lines[: span.start], new, *alone.values(), *lines[span.end :]]


def _line(name: str, value: str, line_end: str, indent: int, *, comment: str = "") -> str:
    return f"{' ' * indent}{name}: {scalar(value)}{comment}{line_end}"


def _comments(lines: list[str], span: _Span) -> tuple[str, dict[int, str]]:
    """The comments of a field: those behind its parts in one, and the lines that hold nothing else, by their number."""
    behind, alone = "", {}
    for number, line in enumerate(_without_scalars(lines[span.start : span.end]), start=span.start):
        found = re.search(r"(?:^|[ \t]+)#[^\r\n]*", line)
        if found and line[: found.start()].strip():
            behind += found[0]
        elif found:
            alone[number] = lines[number]
    return behind, alone


def _without_scalars(lines: list[str]) -> list[str]:
    """Some lines of YAML with x for every character of a scalar, in which a # begins no comment."""
    lines = list(lines)
    for token in yaml.scan("".join(lines), Loader=_Loader):
        if isinstance(token, yaml.ScalarToken):
            start, end = token.start_mark, token.end_mark
            for number in range(start.line, min(end.line + 1, len(lines))):
                line = lines[number]
                first = start.column if number == start.line else 0
                last = end.column if number == end.line else len(line)
                if token.style in ("|", ">") and number == start.line:
                    last = len(line) - len(line[first:].lstrip("|>+-0123456789"))
                lines[number] = line[:first] + "x" * (last - first) + line[last:]
    return lines


def _margin(spans: Mapping[str, _Span]) -> int:
    return next(iter(spans.values())).indent if spans else 0


def _closed(lines: list[str], line_end: str) -> list[str]:
    """The lines, the last of them ended."""
    return [*lines[:-1], lines[-1] if lines[-1].endswith("\n") else lines[-1] + line_end] if lines else []


def _spans(lines: list[str], where: str, *, below: str | None = None) -> dict[str, _Span]:
    """Where each field stands, of the frontmatter or below one of its fields."""
    root = _composed(lines, where)
    if below is not None:
        root = next(value for key, value in root.value if key.value == below)
    spans = {}
    for key, value in root.value:
        start, end = key.start_mark.line, _last_line(value)
        if lines[start][: key.start_mark.column].strip():
            raise PackageError(
                f"The field {key.value!r} of {where!r} is written with a question mark before it.", hint=_PLAINLY
            )
        while end > start and not lines[end].strip() and not _keeps_blank_lines(value):
            end -= 1
        spans[key.value] = _Span(
            start=start,
            end=max(end, start) + 1,
            indent=key.start_mark.column,
            kind=_kind(value),
        )
    if len(spans) != len(root.value):
        raise PackageError(f"A field of {where!r} stands twice.", hint="Remove one of them first.")
    return spans


def _kind(node: yaml.Node) -> str:
    if isinstance(node, yaml.MappingNode):
        return "braces" if node.flow_style else "lines"
    return "empty" if isinstance(node, yaml.ScalarNode) and not node.value and not node.style else "other"


def _last_line(node: yaml.Node) -> int:
    """The line of the last character of a value. A block ends before the blank lines and comments below it."""
    if isinstance(node, yaml.ScalarNode):
        ends_below = node.style in ("|", ">") and node.end_mark.column == 0
        return int(node.end_mark.line) - (1 if ends_below else 0)
    if not isinstance(node, yaml.CollectionNode) or node.flow_style or not node.value:
        return int(node.end_mark.line)
    last = node.value[-1]
    return _last_line(last[1] if isinstance(last, tuple) else last)


def _keeps_blank_lines(node: yaml.Node) -> bool:
    """Whether the blank lines below a value are part of it, as in a block that begins with |+."""
    while isinstance(node, yaml.CollectionNode) and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    if not isinstance(node, yaml.ScalarNode) or node.style not in ("|", ">"):
        return False
    return bool(node.value.endswith("\n")) and not node.value[:-1].rpartition("\n")[2].strip()


def _composed(lines: list[str], where: str) -> yaml.MappingNode:
    block = "".join(lines)
    if _OTHER_LINE_ENDS.search(block):
        raise PackageError(
            f"The frontmatter of {where!r} holds line ends other than LF and CRLF.", hint="Save it with LF first."
        )
    try:
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(block, Loader=_Loader)):
            raise PackageError(f"The frontmatter of {where!r} uses an alias.", hint="Write its value out first.")
        root = yaml.compose(block, Loader=_Loader)
    except (yaml.YAMLError, RecursionError) as failure:
        problem = getattr(failure, "problem", None) or "it is not YAML"
        raise PackageError(
            f"The frontmatter of {where!r} cannot be edited as it stands: {problem}.",
            hint="See metier skill check for the line and mend it first.",
        ) from failure
    if root is None:
        return yaml.MappingNode("tag:yaml.org,2002:map", [])
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise PackageError(f"Expected the frontmatter of {where!r} to be lines of name: value.", hint=_PLAINLY)
    if not all(isinstance(key, yaml.ScalarNode) for key, _ in root.value):
        raise PackageError(f"A key in the frontmatter of {where!r} is not a word.", hint=_PLAINLY)
    return root


def _fields(lines: list[str], where: str) -> dict[str, Any]:
    """The fields as plain data, every scalar as text."""
    return {key.value: _plain(value) for key, value in _composed(lines, where).value}


def _plain(node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): _plain(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(part) for part in node.value]
    return node.value


def _expect(fields: dict[str, Any], name: str, value: str | None) -> None:
    """Make of the fields what a change should make of them."""
    outer, _, inner = name.partition(".")
    if not inner:
        if value is None:
            fields.pop(name, None)
        else:
            fields[name] = value
        return
    metadata = fields.get(outer)
    if value is not None:
        fields[outer] = {**(metadata or {}), inner: value}
    elif isinstance(metadata, dict):
        metadata.pop(inner, None)
        if not metadata:
            del fields[outer]


def _write(file: Path, data: bytes) -> None:
    """Exchange a file whole, keeping its mode.

    It grows beside the package, as every file in it counts, or in it where the folder around cannot be used.
    """
    with told("write", "a package", file.parent):
        try:
            _exchange(file, data, within=file.parent.resolve().parent)
        except OSError as failure:
            if failure.errno not in (errno.EXDEV, errno.EACCES, errno.EPERM, errno.EROFS):
                raise
            _exchange(file, data, within=file.parent)


def _exchange(file: Path, data: bytes, *, within: Path) -> None:
    with whole(file, mode=file.stat().st_mode & 0o777, within=within) as stream:
        stream.write(data)
