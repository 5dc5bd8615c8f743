"""What does a scalar say? Plain text, quoted text, and the blocks that begin with | or >, as ruamel.yaml reads them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from metier.stores.strict.token import Token

if TYPE_CHECKING:
    from metier.stores.strict.scanner import Scanner

_SPACE_OR_END = " \n\0\t\x85\u2028\u2029"
_BREAKS = "\n\x85\u2028\u2029"
_NOT_END = "[^ \n\0\t\x85\u2028\u2029:]"
_COLON_INSIDE = ":(?![ \n\0\t\x85\u2028\u2029])"
_PLAIN = re.compile(f"(?:{_NOT_END}+|{_COLON_INSIDE})*")
_PLAIN_IN_FLOW = re.compile(f"(?:[^ \n\0\t\x85\u2028\u2029:,\\[\\]{{}}]+|{_COLON_INSIDE})*")
_LINE = re.compile("[^\n\0\x85\u2028\u2029]*")
_INDICATORS = re.compile("(?P<chomp>[+-])?(?P<digit>[0-9])?(?P<late>[+-])?")
_QUOTED_RUN = re.compile("[^ \n'\"\\\\\0\t\x85\u2028\u2029]+")
_SPACES_AND_TABS = re.compile("[ \t]*")
_HEX = "0123456789ABCDEFabcdef"
_ESCAPE_LENGTHS = {"x": 2, "u": 4, "U": 8}
_ESCAPES = {
    "0": "\0", "a": "\x07", "b": "\x08", "t": "\t", "\t": "\t", "n": "\n", "v": "\x0b", "f": "\x0c", "r": "\r",
    "e": "\x1b", " ": " ", '"': '"', "/": "/", "\\": "\\", "N": "\x85", "_": "\xa0", "L": "\u2028", "P": "\u2029",
}  # fmt: skip


def scan_plain(scanner: Scanner) -> Token:
    """Read text without quotes, which may go on over deeper lines.

    >>> from metier.stores.strict.scanner import Scanner
    >>> scan_plain(Scanner("two words\\n  and more")).value
    'two words and more'
    """
    text, start, flow = scanner.text, scanner.pos, bool(scanner.flow)
    indent, end = scanner.indent + 1, scanner.pos
    chunks: list[str] = []
    spaces: list[str] | None = []
    pattern = _PLAIN_IN_FLOW if flow else _PLAIN
    while text[scanner.pos] != "#":
        stop = pattern.match(text, scanner.pos).end()  # type: ignore[union-attr]
        if stop == scanner.pos:
            break
        scanner.allow_simple_key = False
        chunks += spaces or ()
        chunks.append(text[scanner.pos : stop])
        scanner.pos = end = stop
        spaces = _plain_spaces(scanner)
        if not spaces or text[scanner.pos] == "#" or (not flow and scanner.column() < indent):
            break
    token = _scalar(start, end, "".join(chunks))
    if spaces and spaces[0] == "\n":
        token.add_post_comment(True)
    return token


def _plain_spaces(scanner: Scanner) -> list[str] | None:
    """The spaces and line ends inside a plain scalar; None at the end of the document."""
    text, start = scanner.text, scanner.pos
    stop = start
    while text[stop] == " ":
        stop += 1
    scanner.pos = stop
    if text[stop] not in _BREAKS:
        return [text[start:stop]] if stop > start else []
    line_break = _break(scanner)
    scanner.allow_simple_key = True
    if _is_separator(scanner):
        return None
    breaks = []
    while (char := text[scanner.pos]) == " " or char in _BREAKS:
        if char == " ":
            scanner.pos += 1
        else:
            breaks.append(_break(scanner))
            if _is_separator(scanner):
                return None
    if line_break != "\n":
        return [line_break, *breaks]
    return breaks or [" "]


def scan_quoted(scanner: Scanner) -> Token:
    """Read text in single or double quotes.

    >>> from metier.stores.strict.scanner import Scanner
    >>> scan_quoted(Scanner("'it''s'")).value, scan_quoted(Scanner('"a\\\\tb"')).value
    ("it's", 'a\\tb')
    """
    text, start = scanner.text, scanner.pos
    quote = text[start]
    scanner.pos += 1
    chunks = _quoted_text(scanner, quote, start)
    while text[scanner.pos] != quote:
        chunks += _quoted_spaces(scanner, start)
        chunks += _quoted_text(scanner, quote, start)
    scanner.pos += 1
    return _scalar(start, scanner.pos, "".join(chunks), quote)


def _quoted_text(scanner: Scanner, quote: str, start: int) -> list[str]:
    text, double = scanner.text, quote == '"'
    chunks: list[str] = []
    while True:
        if run := _QUOTED_RUN.match(text, scanner.pos):
            chunks.append(run.group())
            scanner.pos = run.end()
        char = text[scanner.pos]
        if not double and char == "'" and text[scanner.pos + 1] == "'":
            chunks.append("'")
            scanner.pos += 2
        elif (double and char == "'") or (not double and char in '"\\'):
            chunks.append(char)
            scanner.pos += 1
        elif double and char == "\\":
            scanner.pos += 1
            chunks += _escape(scanner, start)
        else:
            return chunks


def _escape(scanner: Scanner, start: int) -> list[str]:
    text, char = scanner.text, scanner.text[scanner.pos]
    context = "while scanning a double-quoted scalar"
    if char in _ESCAPES:
        scanner.pos += 1
        return [_ESCAPES[char]]
    if length := _ESCAPE_LENGTHS.get(char):
        scanner.pos += 1
        for digit in text[scanner.pos : scanner.pos + length]:
            if digit not in _HEX:
                found = f"expected escape sequence of {length} hexdecimal numbers, but found {digit!r}"
                raise scanner.error(context, start, found)
        code = int(text[scanner.pos : scanner.pos + length], 16)
        scanner.pos += length
        return [_character(code)]
    if char in _BREAKS:
        _break(scanner)
        return _quoted_breaks(scanner, start)
    raise scanner.error(context, start, f"found unknown escape character {char!r}")


def _character(code: int) -> str:
    from metier.stores.strict.marks import StrictYamlCrash

    try:
        return chr(code)
    except (ValueError, OverflowError) as failure:
        raise StrictYamlCrash(f"{type(failure).__name__}: {failure}") from failure


def _quoted_spaces(scanner: Scanner, start: int) -> list[str]:
    text, begin = scanner.text, scanner.pos
    scanner.pos = _SPACES_AND_TABS.match(text, begin).end()  # type: ignore[union-attr]
    char = text[scanner.pos]
    if char == "\0":
        raise scanner.error("while scanning a quoted scalar", start, "found unexpected end of stream")
    if char not in _BREAKS:
        return [text[begin : scanner.pos]]
    line_break = _break(scanner)
    breaks = _quoted_breaks(scanner, start)
    if line_break != "\n":
        return [line_break, *breaks]
    return breaks or [" "]


def _quoted_breaks(scanner: Scanner, start: int) -> list[str]:
    chunks: list[str] = []
    while True:
        if _is_separator(scanner):
            raise scanner.error("while scanning a quoted scalar", start, "found unexpected document separator")
        scanner.pos = _SPACES_AND_TABS.match(scanner.text, scanner.pos).end()  # type: ignore[union-attr]
        if scanner.text[scanner.pos] not in _BREAKS:
            return chunks
        chunks.append(_break(scanner))


def scan_block_scalar(scanner: Scanner) -> Token:
    """Read a block that begins with | or >.

    >>> from metier.stores.strict.scanner import Scanner
    >>> scan_block_scalar(Scanner(">-\\n  two\\n  words\\n")).value
    'two words'
    """
    text, start, style = scanner.text, scanner.pos, scanner.text[scanner.pos]
    scanner.pos += 1
    chomping, increment = _block_header(scanner, start)
    has_comment = _block_header_end(scanner, start)
    min_indent = scanner.indent + 1
    if increment is None:
        breaks, max_indent, end = _block_indentation(scanner)
        indent = max(min_indent, max_indent)
    else:
        min_indent = max(min_indent, 1)
        indent = min_indent + increment - 1
        breaks, end = _block_breaks(scanner, indent)
    chunks: list[str] = []
    line_break = ""
    while scanner.column() == indent and text[scanner.pos] != "\0":
        chunks += breaks
        is_text = text[scanner.pos] not in " \t"
        stop = _LINE.match(text, scanner.pos).end()  # type: ignore[union-attr]
        chunks.append(text[scanner.pos : stop])
        scanner.pos = stop
        line_break = _break(scanner)
        breaks, end = _block_breaks(scanner, indent)
        if min_indent == 0 and scanner.column() == 0 and _is_separator(scanner):
            break
        if scanner.column() != indent or text[scanner.pos] == "\0":
            break
        if style == ">" and line_break == "\n" and is_text and text[scanner.pos] not in " \t":
            chunks += () if breaks else " "
        else:
            chunks.append(line_break)
    if chomping != "-":
        chunks.append(line_break)
    if chomping == "+":
        chunks += breaks
    token = _scalar(start, end, "".join(chunks), style)
    if has_comment:
        token.add_pre_comments([True])
    if chomping != "+" and breaks:
        scanner.skip_quietly()
        token.add_post_comment(True)
    return token


def _block_header(scanner: Scanner, start: int) -> tuple[str | None, int | None]:
    """The signs behind | or >: what to do with line ends at the end, and how deep the block is."""
    found: Any = _INDICATORS.match(scanner.text, scanner.pos)
    chomping, digit, late = found["chomp"], found["digit"], found["late"]
    if chomping and late:
        late = None
    scanner.pos += len(chomping or "") + (digit != "0" and len(digit or "")) + (digit != "0" and len(late or ""))
    context = "while scanning a block scalar"
    if digit == "0":
        problem = "expected indentation indicator in the range 1-9, but found 0"
        raise scanner.error(context, start, problem)
    char = scanner.text[scanner.pos]
    if char not in " \0" and char not in _BREAKS:
        problem = f"expected chomping or indentation indicators, but found {char!r}"
        raise scanner.error(context, start, problem)
    return chomping or late, int(digit) if digit else None


def _block_header_end(scanner: Scanner, start: int) -> bool:
    """Go to the line below; whether a comment stood behind | or >."""
    text = scanner.text
    while text[scanner.pos] == " ":
        scanner.pos += 1
    has_comment = text[scanner.pos] == "#"
    if has_comment:
        scanner.pos = _LINE.match(text, scanner.pos).end()  # type: ignore[union-attr]
    char = text[scanner.pos]
    if char != "\0" and char not in _BREAKS:
        problem = f"expected a comment or a line break, but found {char!r}"
        raise scanner.error("while scanning a block scalar", start, problem)
    _break(scanner)
    return has_comment


def _block_indentation(scanner: Scanner) -> tuple[list[str], int, int]:
    text, breaks, deepest, end = scanner.text, [], 0, scanner.pos
    while (char := text[scanner.pos]) == " " or char in _BREAKS:
        if char == " ":
            scanner.pos += 1
            deepest = max(deepest, scanner.column())
        else:
            breaks.append(_break(scanner))
            end = scanner.pos
    return breaks, deepest, end


def _block_breaks(scanner: Scanner, indent: int) -> tuple[list[str], int]:
    text, breaks, end = scanner.text, [], scanner.pos
    _indent_to(scanner, indent)
    while text[scanner.pos] in _BREAKS:
        breaks.append(_break(scanner))
        end = scanner.pos
        _indent_to(scanner, indent)
    return breaks, end


def _indent_to(scanner: Scanner, indent: int) -> None:
    at = scanner.column()
    while at < indent and scanner.text[scanner.pos] == " ":
        scanner.pos += 1
        at += 1


def _break(scanner: Scanner) -> str:
    """Read one line end: the separators of Unicode stay what they are, any other is a line feed."""
    char = scanner.text[scanner.pos]
    if char not in _BREAKS:
        return ""
    scanner.pos += 1
    if char == "\n":
        scanner.line_start = scanner.pos
    return "\n" if char in "\n\x85" else char


def _is_separator(scanner: Scanner) -> bool:
    text, pos = scanner.text, scanner.pos
    return text[pos : pos + 3] in ("---", "...") and text[pos + 3] in _SPACE_OR_END


def _scalar(start: int, end: int, value: str, style: str = "") -> Token:
    return Token("<scalar>", start, end, value, style)
