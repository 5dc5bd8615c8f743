"""What stands in a directive or a tag? strictyaml refuses both, but only after it has read them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from metier.stores.strict.marks import StrictYamlError, refusal

if TYPE_CHECKING:
    from metier.stores.strict.scanner import Scanner

_SPACE_OR_END = " \n\0\t\x85\u2028\u2029"
_SPACE_OR_BREAK = " \n\0\x85\u2028\u2029"
_END = "\n\0\x85\u2028\u2029"
_NAME = re.compile("[0-9A-Za-z_:.-]*")
_HANDLE = re.compile("[0-9A-Za-z_-]*")
_NUMBER = re.compile("[0-9]*")
_URI = re.compile(r"[-0-9A-Za-z;/?:@&=+$,_.!~*'()\[\]#]*")
_UNTIL_END = re.compile("[^\n\0\x85\u2028\u2029]*")
_HEX = "0123456789ABCDEFabcdef"


def scan_directive(scanner: Scanner) -> tuple[str, Any]:
    """Read a line that begins with a per cent sign: its name, and what it declares.

    >>> from metier.stores.strict.scanner import Scanner
    >>> scan_directive(Scanner("%YAML 1.2\\n"))
    ('YAML', (1, 2))
    """
    start, text = scanner.pos, scanner.text
    scanner.pos += 1
    name = _NAME.match(text, scanner.pos).group()  # type: ignore[union-attr]
    scanner.pos += len(name)
    if not name or text[scanner.pos] not in _SPACE_OR_BREAK:
        found = f"expected alphabetic or numeric character, but found {text[scanner.pos]!r}"
        raise scanner.error("while scanning a directive", start, found)
    value: Any = None
    if name == "YAML":
        value = _version(scanner, start)
    elif name == "TAG":
        value = _tag_prefix(scanner, start)
    else:
        scanner.pos = _UNTIL_END.match(text, scanner.pos).end()  # type: ignore[union-attr]
    _rest_of_line(scanner, start)
    return name, value


def scan_tag(scanner: Scanner) -> None:
    """Read a tag.

    >>> from metier.stores.strict.scanner import Scanner
    >>> scanner = Scanner("!!str x")
    >>> scan_tag(scanner)
    >>> scanner.pos
    5
    """
    start, text = scanner.pos, scanner.text
    after = text[start + 1]
    if after == "<":
        scanner.pos += 2
        _uri(scanner, "tag", start)
        if text[scanner.pos] != ">":
            raise scanner.error("while parsing a tag", start, f"expected '>', but found {text[scanner.pos]!r}")
        scanner.pos += 1
    elif after in _SPACE_OR_END:
        scanner.pos += 1
    else:
        end = next(at for at in range(start + 1, len(text)) if text[at] in "!" + _SPACE_OR_BREAK)
        if text[end] == "!":
            _handle(scanner, "tag", start)
        else:
            scanner.pos += 1
        _uri(scanner, "tag", start)
    if text[scanner.pos] not in _SPACE_OR_BREAK:
        raise scanner.error("while scanning a tag", start, f"expected ' ', but found {text[scanner.pos]!r}")


def refuse_directives(scanner: Scanner) -> None:
    """Take the directives from the queue; a document with three hyphens, which would have to follow, never does.

    Raises:
        StrictYamlError: A directive that may not stand there.

    >>> from metier.stores.strict.scanner import Scanner
    >>> refuse_directives(Scanner("a: b"))
    """
    handles: set[str] = set()
    has_version = False
    while scanner.head().kind == "<directive>":
        token = scanner.take()
        name, value = token.value
        if name == "YAML":
            if has_version:
                raise _at(scanner, "found duplicate YAML directive", token.start)
            if value[0] != 1:
                raise _at(scanner, "found incompatible YAML document (version 1.* is required)", token.start)
            has_version = True
        elif name == "TAG":
            if value in handles:
                raise _at(scanner, f"duplicate tag handle {value!r}", token.start)
            handles.add(value)


def _at(scanner: Scanner, problem: str, index: int) -> StrictYamlError:
    return refusal(scanner.text, None, None, problem, index)


def _version(scanner: Scanner, start: int) -> tuple[int, int]:
    text = scanner.text
    _spaces(scanner)
    major = _number(scanner, start)
    if text[scanner.pos] != ".":
        found = f"expected a digit or '.', but found {text[scanner.pos]!r}"
        raise scanner.error("while scanning a directive", start, found)
    scanner.pos += 1
    minor = _number(scanner, start)
    if text[scanner.pos] not in _SPACE_OR_BREAK:
        found = f"expected a digit or ' ', but found {text[scanner.pos]!r}"
        raise scanner.error("while scanning a directive", start, found)
    return major, minor


def _number(scanner: Scanner, start: int) -> int:
    digits = _NUMBER.match(scanner.text, scanner.pos).group()  # type: ignore[union-attr]
    if not digits:
        found = f"expected a digit, but found {scanner.text[scanner.pos]!r}"
        raise scanner.error("while scanning a directive", start, found)
    scanner.pos += len(digits)
    return int(digits[-4000:])


def _tag_prefix(scanner: Scanner, start: int) -> str:
    text = scanner.text
    _spaces(scanner)
    handle = _handle(scanner, "directive", start)
    if text[scanner.pos] != " ":
        raise scanner.error("while scanning a directive", start, f"expected ' ', but found {text[scanner.pos]!r}")
    _spaces(scanner)
    _uri(scanner, "directive", start)
    if text[scanner.pos] not in _SPACE_OR_BREAK:
        raise scanner.error("while scanning a directive", start, f"expected ' ', but found {text[scanner.pos]!r}")
    return handle


def _rest_of_line(scanner: Scanner, start: int) -> None:
    text = scanner.text
    _spaces(scanner)
    if text[scanner.pos] == "#":
        scanner.pos = _UNTIL_END.match(text, scanner.pos).end()  # type: ignore[union-attr]
    if text[scanner.pos] not in _END:
        found = f"expected a comment or a line break, but found {text[scanner.pos]!r}"
        raise scanner.error("while scanning a directive", start, found)
    if text[scanner.pos] != "\0":
        scanner.go(scanner.pos + 1)


def _handle(scanner: Scanner, what: str, start: int) -> str:
    text, begin = scanner.text, scanner.pos
    if text[begin] != "!":
        raise scanner.error(f"while scanning a {what}", start, f"expected '!', but found {text[begin]!r}")
    end = begin + 1
    if text[end] != " ":
        end = _HANDLE.match(text, end).end()  # type: ignore[union-attr]
        if text[end] != "!":
            scanner.pos = end
            raise scanner.error(f"while scanning a {what}", start, f"expected '!', but found {text[end]!r}")
        end += 1
    scanner.pos = end
    return text[begin:end]


def _uri(scanner: Scanner, what: str, start: int) -> None:
    text, begin = scanner.text, scanner.pos
    while True:
        scanner.pos = _URI.match(text, scanner.pos).end()  # type: ignore[union-attr]
        if text[scanner.pos] != "%":
            break
        _escapes(scanner, what, start)
    if scanner.pos == begin:
        raise scanner.error(f"while parsing a {what}", start, f"expected URI, but found {text[begin]!r}")


def _escapes(scanner: Scanner, what: str, start: int) -> None:
    text, begin, codes = scanner.text, scanner.pos, bytearray()
    while text[scanner.pos] == "%":
        scanner.pos += 1
        for digit in text[scanner.pos : scanner.pos + 2]:
            if digit not in _HEX:
                found = f"expected URI escape sequence of 2 hexdecimal numbers, but found {digit!r}"
                raise scanner.error(f"while scanning a {what}", start, found)
        codes.append(int(text[scanner.pos : scanner.pos + 2], 16))
        scanner.pos += 2
    try:
        codes.decode()
    except UnicodeDecodeError as failure:
        raise refusal(text, f"while scanning a {what}", start, str(failure), begin) from failure


def _spaces(scanner: Scanner) -> None:
    while scanner.text[scanner.pos] == " ":
        scanner.pos += 1
