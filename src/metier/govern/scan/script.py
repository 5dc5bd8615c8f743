"""What are the steps of this program, whatever language it is written in?

A lexer that knows strings, comments, brackets, blocks and assignments, and no grammar. It serves JavaScript, Python,
PowerShell, Ruby, Go and whatever else; it never fails, and it is fast.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from metier.govern.scan.aliases import aliases_of
from metier.govern.scan.literals import joined
from metier.govern.scan.statement import Statement
from metier.govern.scan.variables import NAME

_HASH = frozenset({"python", "hash-script", "shell-lines", "data"})
_FOLDED = frozenset({"script", "hash-script"})
_TOKEN = re.compile(
    r"""(?P<string>\"\"\"[\s\S]*?(?:\"\"\"|\Z)|\'\'\'[\s\S]*?(?:\'\'\'|\Z)
        |\"(?:[^"\\\n]|\\[\s\S])*(?:\"|$)|'(?:[^'\\\n]|\\[\s\S])*(?:'|$)|`(?:[^`\\]|\\[\s\S])*(?:`|\Z))
    |(?P<slash>//[^\n]*|/\*[\s\S]*?(?:\*/|\Z))
    |(?P<hash>\#[^\n]*)
    |(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<newline>\\?\n)|(?P<semi>;)
    |(?P<plain>(?:[^"'`/\#(){}\[\];\n\\]++|\\(?!\n)|(?<=[^\w\s"'`/\#(){}\[\];$])\\)++|[\s\S])""",
    re.X | re.M,
)
"""What is neither a text nor a sign that matters is taken in one piece."""
_STRING = r"(?:\"(?!\"\")(?:[^\"\\\n]|\\[\s\S]){0,9000}+\"|'(?!'')(?:[^'\\\n]|\\[\s\S]){0,9000}+'|`(?:[^`\\]|\\[\s\S]){0,9000}+`)"
_WORDS = re.compile(rf"{_STRING}|[A-Za-z_$][\w$]*|[^\w\s\"'`/#(){{}}\[\];$]+|[\s\S]")


def _simple(inner: str, outer: str) -> str:
    """Plain text, strings and closed brackets, up to three inside each other."""
    text = rf"[^\s\"'`/#(){{}}\[\];\\]++|/(?![/*])|{_STRING}"
    bracket = rf"[(\[{inner}](?:\s++|{text})*+[)\]{outer}]"
    for _ in range(2):
        bracket = rf"[(\[{inner}](?:\s++|{text}|{bracket})*+[)\]{outer}]"
    return rf"[^\S\n]++|{text}|{bracket}"


_GOES_ON = r"\s{0,39}[.+?|&,]"
_COMMENTS = {"python": r"#[^\n]*+", "#": r"#[^\n]*+", "/": r"//[^\n]*+"}
_BLANK = {name: re.compile(rf"(?:[\s;]++|{comment})++") for name, comment in _COMMENTS.items()}
_SIMPLE = {
    name: re.compile(
        rf"(?:[\s;]++|{comment})*+(?P<text>(?:{_simple('{', '}') if name == 'python' else _simple('', '')})++)(?:{comment})?+"
        + (r"(?:\n|;|\Z)" if name == "python" else rf"(?:\n(?!{_GOES_ON})|;|\Z|(?P<opens>\{{))")
    )
    for name, comment in _COMMENTS.items()
}
"""A statement that needs no counting of brackets, or what stands before the brace that it opens."""
_INSIDE = {
    name: re.compile(rf"(?:\s++|{_simple('{', '}') if name == 'python' else _simple('', '')})++") for name in _COMMENTS
}
"""What goes on inside a bracket."""
_SIGN = re.compile(r"[^\w\s\"'`/#(){}\[\];$]")
_SURELY_BLOCK = re.compile(r"(?:\)|=>|(?<!\w)(?:else|try|do|finally|then))\Z")
_DEFINES = ("def ", "function", "fn ", "func ", "sub ")
"""What defines a function holds one of them."""
_DEF = re.compile(
    r"^(?:(?:export|default|async|public|private|static|pub|func|local|override)\s+)*"
    r"(?:def|function|fn|func|sub|function\*)\s+(?:\([^)]*\)\s*)?(?P<name>[\w$-]+)\s*\(?(?P<parameters>[^)]*)"
)
_ARROW = re.compile(
    r"^(?:(?:export|const|let|var)\s+)*(?P<name>[\w$]+)\s*=\s*(?:async\s*)?(?:function\s*)?\(?(?P<parameters>[\w\s,{}=:]*)\)?\s*(?:=>|$)"
)
_BLOCK_BEFORE = re.compile(
    r"(?:\)|=>|\b(?:else|try|do|finally|then)|^)\s*$|^(?:class|interface|struct|impl|namespace|enum|catch)\b"
)
_METHOD = re.compile(r"^(?:async\s+|static\s+|get\s+|set\s+)*(?P<name>[\w$]+)\s*\((?P<parameters>[^)]*)\)\s*$")
_DEFAULT = re.compile(r"=[^,]*|:[^,]*")


def script_statements(
    text: str, path: str, *, kind: str, first_line: int = 1, is_live: bool = True, sources: list[str] | None = None
) -> Iterator[Statement]:
    """Read a program. Comments are dropped, strings stay.

    Args:
        sources: Where it is given, what each statement is in the text is added to it.

    >>> [(s.text, s.assigns) for s in script_statements("const a = process.env; // all\\nsend(a)", "x.js", kind="script")]
    [('const a = process.env', ('a',)), ('send(a)', ())]
    """
    scopes: list[tuple[int, str]] = []
    aliases = aliases_of(text) if kind in _FOLDED else None
    for line, indent, depth, written, opens in _pieces(text, kind, sources):
        piece = joined(written, is_coded=aliases is not None) if kind in _FOLDED else written
        piece = aliases.said(piece, written) if aliases is not None else piece
        if kind == "python":
            while scopes and indent <= scopes[-1][0]:
                scopes.pop()
        else:
            while scopes and depth <= scopes[-1][0]:
                scopes.pop()
        scope = scopes[-1][1] if scopes else ""
        begun = None
        for word in _DEFINES:
            if word in piece:
                begun = _DEF.match(piece)
                break
        if begun is None and ("=>" in piece[-4:] or (piece[-1:] == ")" and "function" in piece)):
            begun = _ARROW.match(piece)
        if begun is None and opens:
            method = _METHOD.match(piece)
            begun = (
                method if method and method["name"] not in ("if", "for", "while", "switch", "catch", "return") else None
            )
        parameters: tuple[str, ...] = ()
        if begun:
            names = [
                name
                for name in NAME.findall(_DEFAULT.sub("", begun["parameters"]))
                if name not in ("self", "cls", "this")
            ]
            parameters = (begun["name"], *names)
            scopes.append((indent if kind == "python" else depth, begun["name"]))
            scope = begun["name"]
        yield Statement(
            path, first_line + line, piece, scope, None, None, parameters, False, is_live, False, kind
        )  # fmt: skip


def _pieces(text: str, kind: str, sources: list[str] | None = None) -> Iterator[tuple[int, int, int, str, bool]]:
    """Line, indent, depth of blocks, text of each step, and whether it opens a block."""
    hashes, is_python = kind in _HASH, kind == "python"
    name = "python" if is_python else "#" if hashes else "/"
    blank, simple, inside = _BLANK[name], _SIMPLE[name], _INSIDE[name]
    parts: list[str] = []
    place = line = begin = indent = line_start = blocks = 0
    stack: list[str] = []
    uncut: dict[int, str] = {}

    def flush() -> str:
        piece = " ".join("".join(parts).split())
        if piece and sources is not None:
            sources.append("".join([uncut.get(number, part) for number, part in enumerate(parts)]))
        parts.clear()
        uncut.clear()
        return piece

    while place < len(text):
        while not parts and (not stack or stack[-1] == "block"):
            found = simple.match(text, place)
            passed = found or blank.match(text, place)
            if passed and (start := found.start("text") if found else passed.end()) > place:
                newlines, place = text.count("\n", place, start), start
                if newlines:
                    line, line_start = line + newlines, text.rfind("\n", 0, place) + 1
            if found is None:
                if not stack or text[place : place + 1] != "}":
                    break
                stack.pop()
                blocks -= 1
                place += 1
                continue
            said, end = found["text"], found.end()
            opens = found.lastgroup == "opens"
            if opens and not _SURELY_BLOCK.search(said.rstrip()[-9:]):
                break
            begin, indent = line, place - line_start
            if sources is not None:
                sources.append(said)
            yield begin, indent, blocks, " ".join(said.split()), opens
            if opens:
                stack.append("block")
                blocks += 1
            newlines, place = text.count("\n", place, end), end
            if newlines:
                line, line_start = line + newlines, text.rfind("\n", 0, place) + 1
        if parts and stack and stack[-1] != "block" and (found := inside.match(text, place)):
            end = found.end()
            # A backslash after a sign carries no line on.
            end += text.startswith("\\\n", end) and _SIGN.match(text, end - 1) is not None
            parts.append(text[place:end])
            newlines, place = text.count("\n", place, end), end
            if newlines:
                line, line_start = line + newlines, text.rfind("\n", 0, place) + 1
        token = _TOKEN.match(text, place)
        if token is None:
            break
        place = token.end()
        group, value = token.lastgroup, token[0]
        if group == "slash" and hashes:
            # No comment here: `a // b`, `ls /*` and the slashes of an address end after two signs.
            group, value, place = "plain", value[:2], token.start() + 2
        if group == "string":
            if not parts:
                begin, indent = line, token.start() - line_start
            newlines = value.count("\n")
            if newlines:
                line += newlines
                line_start = token.start() + value.rfind("\n") + 1
            # A string alone on its line is a comment.
            if len(value) >= 20_000:
                uncut[len(parts)], value = value, value[:20_000]
            parts.append(value)
        elif (group == "slash" and not hashes) or (group == "hash" and hashes):
            newlines = value.count("\n")
            if newlines:
                line += newlines
                line_start = token.start() + value.rfind("\n") + 1
        elif group == "newline":
            line += 1
            line_start = token.end()
            if (
                value[0] == "\\"
                or (stack and stack[-1] != "block")
                or (
                    not is_python
                    and parts
                    and text[token.end() : token.end() + 40].lstrip()[:1] in (".", "+", "?", "|", "&", ",")
                )
            ):
                parts.append(" ")
            elif parts and (piece := flush()):
                yield begin, indent, blocks, piece, False
        elif (group == "semi" and (not stack or stack[-1] == "block") and not is_python) or (
            group == "semi" and is_python and not stack
        ):
            if piece := flush():
                yield begin, indent, blocks, piece, False
        elif group == "open":
            if value == "{" and not is_python and _begins_block(parts, is_top=not stack):
                if piece := flush():
                    yield begin, indent, blocks, piece, True
                stack.append("block")
                blocks += 1
            else:
                if not parts:
                    begin, indent = line, token.start() - line_start
                stack.append(value)
                parts.append(value)
        elif group == "close":
            if stack and stack[-1] == "block" and value == "}":
                if piece := flush():
                    yield begin, indent, blocks, piece, False
                stack.pop()
                blocks -= 1
            else:
                if stack and stack[-1] != "block":
                    stack.pop()
                parts.append(value)
        else:
            if not parts:
                rest = value.lstrip()
                if not rest:
                    continue
                begin, indent = line, token.start() - line_start + len(value) - len(rest)
                value = rest
            parts.append(value)
    if piece := flush():
        yield begin, indent, blocks, piece, False


def _begins_block(parts: list[str], *, is_top: bool) -> bool:
    """Whether a brace after this begins a block, and not a table of values; the last twelve words tell."""
    words: list[str] = []
    for part in reversed(parts):
        words = [*(_WORDS.findall(part)[-12:] if part[0] not in "\"'`/#" else (part,)), *words]
        if len(words) >= 12:
            break
    before = "".join(words[-12:]).strip()
    return _BLOCK_BEFORE.search(before) is not None or (is_top and not before)
