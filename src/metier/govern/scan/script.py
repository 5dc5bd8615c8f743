"""What are the steps of this program, whatever language it is written in?

A lexer that knows strings, comments, brackets, blocks and assignments, and no grammar. It serves JavaScript, Python,
PowerShell, Ruby, Go and whatever else; it never fails, and it is fast.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from metier.govern.scan.literals import joined
from metier.govern.scan.statement import NAME, Statement

_HASH = frozenset({"python", "hash-script", "shell-lines", "data"})
_FOLDED = frozenset({"script", "hash-script"})
_TOKEN = re.compile(
    r"""(?P<string>[rbfuRBFU]{0,2}(?:\"\"\"[\s\S]*?(?:\"\"\"|\Z)|'''[\s\S]*?(?:'''|\Z))
        |[rbfuRBFU]{0,2}(?:\"(?:[^"\\\n]|\\[\s\S])*(?:\"|$)|'(?:[^'\\\n]|\\[\s\S])*(?:'|$))|`(?:[^`\\]|\\[\s\S])*(?:`|\Z))
    |(?P<slash>//[^\n]*|/\*[\s\S]*?(?:\*/|\Z))
    |(?P<hash>\#[^\n]*)
    |(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<newline>\\?\n)|(?P<semi>;)|(?P<word>[A-Za-z_$][\w$]*)|(?P<other>[^\w\s"'`/\#(){}\[\];$]+|.)""",
    re.X | re.M,
)
_ASSIGN = re.compile(
    r"^(?:(?:export|const|let|var|local|our|my|final|static|public|private|auto|async|global)\s+)*"
    r"(?P<names>[$@]?[\w.$]+(?:\[[^\]]{0,60}\])?(?:\s*,\s*[$@]?[\w.$]+)*|[\[{(][\w\s,:$.]{1,200}[\]})])"
    r"\s*(?::\s*[\w\[\], .|<>]+)?\s*(?P<op>:=|\+=|\|\|=|\?\?=|=(?![=>~]))"
)
_DEF = re.compile(
    r"^(?:(?:export|default|async|public|private|static|pub|func|local|override)\s+)*"
    r"(?:def|function|fn|func|sub|function\*)\s+(?:\([^)]*\)\s*)?(?P<name>[\w$-]+)\s*\(?(?P<parameters>[^)]*)"
)
_ARROW = re.compile(
    r"^(?:(?:export|const|let|var)\s+)*(?P<name>[\w$]+)\s*=\s*(?:async\s*)?(?:function\s*)?\(?(?P<parameters>[\w\s,{}=:]*)\)?\s*(?:=>|$)"
)
_LOOP = re.compile(r"^(?:async\s+)?for\s*\(?\s*(?:const|let|var)?\s*(?P<names>[\w\s,()\[\]]+?)\s+(?:in|of)\s")
_AS = re.compile(
    r"^(?:async\s+)?with\s.*?\sas\s+(?P<name>\w+)|\bfor\s+(?P<loop>[\w, ]{1,120}?)\s+in\s|(?<!\w)(?P<walrus>\w{1,120})\s?:="
)
_BLOCK_BEFORE = re.compile(
    r"(?:\)|=>|\b(?:else|try|do|finally|then)|^)\s*$|^(?:class|interface|struct|impl|namespace|enum|catch)\b"
)
_METHOD = re.compile(r"^(?:async\s+|static\s+|get\s+|set\s+)*(?P<name>[\w$]+)\s*\((?P<parameters>[^)]*)\)\s*$")
_APPEND = re.compile(
    r"^(?P<name>[\w.$]+?)(?:\[[^\]]*\]\s*=|\.(?:append|push|extend|update|add|insert|write|write_bytes|write_text|set|setdefault|concat)\s*\()"
)


def script_statements(
    text: str, path: str, *, kind: str, first_line: int = 1, is_live: bool = True
) -> Iterator[Statement]:
    """Read a program. Comments are dropped, strings stay.

    >>> [(s.text, s.assigns) for s in script_statements("const a = process.env; // all\\nsend(a)", "x.js", kind="script")]
    [('const a = process.env', ('a',)), ('send(a)', ())]
    """
    scopes: list[tuple[int, str]] = []
    for line, indent, depth, written, opens in _pieces(text, kind):
        piece = joined(written) if kind in _FOLDED else written
        if kind == "python":
            while scopes and indent <= scopes[-1][0]:
                scopes.pop()
        else:
            while scopes and depth <= scopes[-1][0]:
                scopes.pop()
        scope = scopes[-1][1] if scopes else ""
        begun = _DEF.match(piece) or (
            _ARROW.match(piece) if "=>" in piece[-4:] or (piece.endswith(")") and "function" in piece) else None
        )
        if begun is None and opens:
            method = _METHOD.match(piece)
            begun = (
                method if method and method["name"] not in ("if", "for", "while", "switch", "catch", "return") else None
            )
        parameters: tuple[str, ...] = ()
        if begun:
            names = [
                name
                for name in NAME.findall(re.sub(r"=[^,]*|:[^,]*", "", begun["parameters"]))
                if name not in ("self", "cls", "this")
            ]
            parameters = (begun["name"], *names)
            scopes.append((indent if kind == "python" else depth, begun["name"]))
            scope = begun["name"]
        yield Statement(
            path, first_line + line, piece, scope, _assigned(piece, scope), frozenset(NAME.findall(_without_plain_strings(piece))),
            parameters, False, is_live, language=kind,
        )  # fmt: skip


def _assigned(piece: str, scope: str) -> tuple[str, ...]:
    names: list[str] = []
    found = _ASSIGN.match(piece)
    if found:
        names += (
            NAME.findall(re.sub(r"\[[^\]]*\]$", "", found["names"]))
            if not found["names"].startswith(("self.", "this."))
            else ["." + found["names"].split(".")[1].split("[")[0]]
        )
    loop = _LOOP.match(piece)
    if loop:
        names += NAME.findall(loop["names"])
    for other in _AS.finditer(piece) if ":=" in piece or " in " in piece or " as " in piece else ():
        names += NAME.findall(other["name"] or other["loop"] or other["walrus"] or "")
    append = _APPEND.match(piece)
    if append:
        names += [
            "." + append["name"].split(".")[-1]
            if append["name"].startswith(("self.", "this."))
            else append["name"].split(".")[0]
        ]
    if piece.startswith(("return", "yield")) and scope:
        names.append(f"{scope}()")
    return tuple(dict.fromkeys(name for name in names if name not in ("const", "let", "var", "self", "this")))


def _without_plain_strings(piece: str) -> str:
    """Strings hold names only where they are templates."""
    return (
        re.sub(
            r"(?P<f>[fF][rR]?|`)?(?P<s>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')",
            lambda found: found[0] if found["f"] else " ",
            piece,
        )
        if '"' in piece or "'" in piece
        else piece
    )


def _pieces(text: str, kind: str) -> Iterator[tuple[int, int, int, str, bool]]:
    """Line, indent, depth of blocks, text of each step, and whether it opens a block."""
    hashes, is_python = kind in _HASH, kind == "python"
    parts: list[str] = []
    line = begin = 0
    indent = 0
    stack: list[str] = []
    blocks = 0

    def flush() -> str:
        piece = " ".join("".join(parts).split())
        parts.clear()
        return piece

    line_start = 0
    for token in _TOKEN.finditer(text):
        group, value = token.lastgroup, token[0]
        if group == "string" and value[0] in "'\"`rbfuRBFU" and any(quote in value for quote in "'\"`"):
            if not parts:
                begin, indent = line, token.start() - line_start
            newlines = value.count("\n")
            if newlines:
                line += newlines
                line_start = token.start() + value.rfind("\n") + 1
            # A string alone on its line is a comment.
            parts.append(value if len(value) < 20_000 else value[:20_000])
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
            before = "".join(parts[-12:]).strip()
            if value == "{" and not is_python and (_BLOCK_BEFORE.search(before) or (not stack and not before)):
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
                if value.isspace():
                    continue
                begin, indent = line, token.start() - line_start
            parts.append(value)
    if piece := flush():
        yield begin, indent, blocks, piece, False
