"""What are the steps of this program, whatever language it is written in?

A lexer that knows strings, comments, brackets, blocks and assignments, and no grammar. It serves JavaScript, Python,
PowerShell, Ruby, Go and whatever else; it never fails, and it is fast.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from metier.govern.scan.aliases import aliases_of
from metier.govern.scan.codes import in_one_line, own_of
from metier.govern.scan.handed import Keepers, called_at_once, may_hand
from metier.govern.scan.literals import joined
from metier.govern.scan.statement import Statement
from metier.govern.scan.variables import NAME

_HASH = frozenset({"python", "hash-script", "shell-lines", "data"})
_FOLDED = frozenset({"script", "hash-script"})
_HANDS = {"python": "#", "script": "//"}
"""Languages in which a function is handed on by its name, and what begins a comment."""
_REGEX = (
    r"(?:(?<=[(,=:[!&|?{};+\n])|(?<=[(,=:[!&|?{};+>][ ])|(?<=\breturn[ ]))"
    r"/(?![*/])(?:[^/\\[\n]|\\[^\n]|\[(?:[^]\\\n]|\\[^\n]){0,200}+]){1,400}+/[a-z]{0,8}"
)
"""A pattern of JavaScript, which begins where a value may stand; quotes in it begin no text."""
_TOKEN_SAID = (
    rf"""(?P<regex>{_REGEX})|"""
    r"""(?P<string>\"\"\"[\s\S]*?(?:\"\"\"|\Z)|\'\'\'[\s\S]*?(?:\'\'\'|\Z)
        |\"(?:[^"\\\n]|\\(?:[\s\S]|\Z))*+(?:\"|$)|'(?:[^'\\\n]|\\(?:[\s\S]|\Z))*+(?:'|$)|`(?:[^`\\]|\\(?:[\s\S]|\Z))*+(?:`|\Z))
    |(?P<slash>SLASH)
    |(?P<hash>\#[^\n]*)
    |(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<newline>\\?\n)|(?P<semi>;)
    |(?P<plain>(?:[^"'`/\#(){}\[\];\n\\]++|\\(?!\n)|(?<=[^\w\s"'`/\#(){}\[\];$])\\)++|[\s\S])"""
)
_FILLED_IN = r"\#\{[^{}\n]{0,200}\}"
"""What Ruby puts into a text, which may stand between brackets and no quotes; a hash that begins it begins no comment."""
_TOKEN, _HASH_TOKEN, _RUBY_TOKEN = (
    re.compile(_TOKEN_SAID.replace("SLASH", slash), re.X | re.M)
    for slash in (r"//[^\n]*|/\*[\s\S]*?(?:\*/|\Z)", r"//|/\*", rf"//|/\*|{_FILLED_IN}")
)
"""What is neither a text nor a sign that matters is taken in one piece; two slashes begin a comment where no hash does."""
_STRING = (
    r"(?:\"{3}[^\"\\]{0,9000}+\"{3}|'{3}[^'\\]{0,9000}+'{3}|\"(?!\"\")(?:[^\"\\\n]{1,300}+|\\[\s\S]){0,60}+\""
    r"|'(?!'')(?:[^'\\\n]{1,300}+|\\[\s\S]){0,60}+'"
    r"|`(?:[^`\\]{1,300}+|\\[\s\S]){0,60}+`)"
)
"""A text that is never so long that it has to be cut."""
_WORDS = re.compile(rf"{_STRING}|[A-Za-z_$][\w$]*|[^\w\s\"'`/#(){{}}\[\];$]+|[\s\S]")


_SIGNS = r"\"'`/#(){}\[\];\\"
_BEFORE_TABLE = (*"([,=?|&", *(f"{sign} " for sign in "([,=?|&"), "import ", "export ", "return ", "const ")
"""A brace after one of these begins a table of values, and no block."""
_TABLE = r"\{(?:(?<=[(\[,=?|&]\{)|(?<=[(\[,=?|&] \{)|(?<=(?:import|export|return) \{)|(?<=const \{))"


def _simple(signs: str, brackets: dict[str, str], slash: str) -> str:
    """Plain text, strings and closed brackets, up to three inside each other.

    Args:
        signs: What ends plain text; inside a bracket, a line end does not.
        slash: What begins with a slash and is no comment.
    """
    text = rf"{slash}|{_STRING}"
    inner = rf"[^{_SIGNS}]++|{text}"
    for _ in range(3):
        closed = "|".join(rf"{opens}(?:{inner})*+{closes}" for opens, closes in brackets.items())
        inner = rf"[^{_SIGNS}]++|{text}|{closed}"
    return rf"[^{signs}]++|{text}|{closed}"


def _lexer(name: str, comment: str) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """What says nothing, a statement that needs no counting of brackets, and what goes on inside a bracket.

    A statement may be the end of a block, or what stands before the brace that it opens.
    """
    if name == "python":
        brackets = {r"[(\[{]": r"[)\]}]"}
        goes_on, ends = "", r"\n|;|\Z"
    else:
        brackets = {r"[(\[]": r"[)\]]", _TABLE: r"\}"}
        is_left = f"|{_LEFT_OPEN}" if name == "/" else ""
        goes_on, ends = rf"|\n(?:(?={_GOES_ON}){is_left})", rf"\n(?!{_GOES_ON})|;|\Z|(?P<opens>\{{)"
    blank = rf"[\s;]++|{comment}"
    slash = rf"{_REGEX}|/(?![/*])" if name in ("/", "ruby") else r"/(?![/*])"
    slash += rf"|{_FILLED_IN}" if name == "ruby" else ""
    within = _simple(_SIGNS, brackets, slash)
    text = _simple(_SIGNS + r"\n", brackets, slash)
    return (
        re.compile(rf"(?:{blank})++"),
        re.compile(rf"(?:{blank})*+(?:(?P<closes>\}})|(?P<text>(?:{text}{goes_on})++)(?:{comment})?+(?:{ends}))"),
        re.compile(rf"(?:{within})++"),
    )


_GOES_ON = r"\s{0,39}(?:[.+?|,]|&(?!\s?[\"'$(]))"
"""What carries a line on from the one above; PowerShell calls what follows its sign."""
_LEFT_OPEN = r"(?<=[^=!<>]=\n)|(?<=\|\|\n)|(?<=&&\n)|(?<=\?\?\n)|(?<=[^+]\+\n)|(?<==>\n)(?!\s{0,39}\{)"
"""An end of a line that leaves a statement open: the value comes below."""
_COMMENTS = {
    "python": r"#[^\n]*+",
    "#": r"#[^\n]*+",
    "ruby": rf"(?!{_FILLED_IN})#[^\n]*+",
    "/": r"//[^\n]*+|/\*(?:[^*]++|\*(?!/))*+\*/",
}
_ON = re.compile(_GOES_ON)
_OPEN_END = re.compile(r"(?:[^=!<>]=|\|\||&&|\?\?|[^+]\+|=>)\Z")
_LEXERS = {name: _lexer(name, comment) for name, comment in _COMMENTS.items()}
_SIGN = re.compile(r"[^\w\s\"'`/#(){}\[\];$]")
_SURELY_BLOCK = re.compile(r"(?:\)|=>|(?<!\w)(?:else|try|do|finally|then))\Z")
_HEADED = re.compile(
    r"[\s}]*(?:else\s+)?(?:if|for|foreach|function|filter|process|begin|trap|while|switch|match|loop|select|func|fn|sub\s+\w+|unsafe|impl|mod|pub|guard|go\s+func|defer\s+func|case|default)\b"
)
_RUBY = re.compile(r"\.(?:rb|rake|gemspec|podspec|ru)$")
"""Where a hash begins a comment, and patterns stand between slashes all the same."""
_MAX_LINE = 200
_ROW_BEFORE = re.compile(r"\][\w.]+$|(?<![!=<>])=\s*&?[\w.]+$")
"""Before a brace: a table of values of that type."""
_GIVES_ROW = re.compile(r"\s*func\s[^{}]{0,160}\)\s*(?:\*?\[\w*\]|map\[)[\w.*\[\]]{1,60}\s*\{$")
"""The head of a function of Go that gives back a row or a table."""
_DEFINES = frozenset({"de", "fu", "fn", "su", "ex", "as", "pu", "pr", "st", "lo", "ov"})
"""How the words begin with which a function may be defined."""
_DEF = re.compile(
    r"^(?:(?:export|default|async|public|private|static|pub|func|local|override)\s+)*"
    r"(?:def|function|fn|func|sub|function\*)\s+(?:\([^)]*\)\s*)?(?P<name>[\w$-]+)\s*\(?(?P<parameters>[^)]*)"
)
_ARROW = re.compile(
    r"^(?:(?:export|const|let|var)\s+)*(?P<name>[\w$]+)\s*=\s*(?:async\s*)?(?:function\s*)?\(?(?P<parameters>[\w\s,{}=:]*)\)?\s*(?:=>|$)"
)
_HEADS = ("class", "interface", "struct", "impl", "namespace", "enum", "catch")
"""What has a block wherever it stands before it."""
_RETURNS = r"\)\s*:\s*[\w.]+(?:<[\w<>,.\s\[\]|]{0,80}>)?(?:\[\])*(?:\s*\|\s*[\w.]+){0,4}"
"""What a function gives back, said between its parameters and its block."""
_TYPED, _MAX_TYPE = re.compile(rf"{_RETURNS}\s*\Z"), 200
_BLOCK_BEFORE = re.compile(
    rf"(?:\)|{_RETURNS}|=>|\b(?:else|try|do|finally|then)|^)\s*$|^(?:export\s+|default\s+|abstract\s+|public\s+|final\s+)*(?:{'|'.join(_HEADS)})\b"
)
_ARROW_LINE = re.compile(
    r"^(?:(?:export|const|let|var)\s+)*(?P<name>[\w$]+)\s*=\s*(?:async\s*)?(?:\((?P<parameters>[\w\s,{}=:.]*)\)|(?P<one>[\w$]+))\s*(?::\s*[\w<>\[\]. |]{1,60})?=>\s*(?=[^\s{])"
)
_LAMBDA_LINE = re.compile(r"^(?P<name>\w+)\s*=\s*lambda\s+(?P<parameters>[\w\s,=*]*)(?P<one>):\s*(?=\S)")
"""Functions that are a single expression."""
_CLASS = re.compile(r"^(?:export\s+|default\s+|abstract\s+)*class\s+(\w+)")
_MAKERS = frozenset(
    "__init__ constructor initialize __call__ __iter__ __next__ __enter__ __aenter__ __getitem__ __getattr__ __str__".split()
)
"""What is called by the name of its class, or by the name of a thing of it."""
_PROMISE = re.compile(
    r"\bnew Promise\s*(?:<[^>]{0,60}>)?\(\s*(?:async\s*)?(?:function\s*)?\(?\s*(?!resolve\b)([A-Za-z_$]\w*)"
)
_GROUPS = ("const (", "var (")
_OF_GROUP = re.compile(
    r"(?<![\w.\"`])(?P<name>[A-Za-z_]\w{0,60})(?:\s+[\w.\[\]*]{1,40})?\s*=\s*(?P<value>\"(?:[^\"\\]|\\.)*\"|`[^`]*`|[^\s()\"`]+)"
)
_METHOD = re.compile(
    r"^(?:async\s+|static\s+|get\s+|set\s+|public\s+|private\s+|protected\s+|override\s+)*(?P<name>[\w$]+)\s*\((?P<parameters>[^)]*)\)\s*(?::.{1,120})?$"
)
_DEFAULT = re.compile(r"=[^,]*|:[^,]*")


def script_statements(
    text: str, path: str, *, kind: str, first_line: int = 1, is_live: bool = True, sources: list[str] | None = None
) -> list[Statement]:
    """Read a program. Comments are dropped, strings stay.

    Args:
        sources: Where it is given, what each statement is in the text is added to it.

    >>> [(s.text, s.assigns) for s in script_statements("const a = process.env; // all\\nsend(a)", "x.js", kind="script")]
    [('const a = process.env', ('a',)), ('send(a)', ())]
    """
    is_python, is_folded = kind == "python", kind in _FOLDED
    statements: list[Statement] = []
    scopes: list[tuple[int, str]] = []
    classes: list[tuple[int, str]] = []
    gives: list[tuple[int, re.Pattern[str]]] = []
    aliases = aliases_of(text) if is_folded else None
    if aliases is not None and "return" in text:
        text = in_one_line(text)
    own = own_of(text) if aliases is not None else None
    hands = kind in _HANDS and may_hand(text)
    keepers = Keepers(_HANDS[kind]) if hands else None
    line, counted, line_start = first_line, 0, 0
    for begin, depth, written, opens in _pieces(text, kind, sources, is_ruby=_RUBY.search(path) is not None):
        if newlines := text.count("\n", counted, begin):
            line += newlines
            if is_python:
                line_start = text.rfind("\n", counted, begin) + 1
        counted = begin
        piece = written
        if is_folded:
            written = own.said(written) if own is not None else written
            piece = joined(written, is_coded=aliases is not None)
            piece = aliases.said(piece, written) if aliases is not None else piece
        piece = keepers.said(called_at_once(piece, _HANDS[kind])) if keepers is not None else piece
        level = begin - line_start if is_python else depth
        while scopes and level <= scopes[-1][0]:
            scopes.pop()
        scope = scopes[-1][1] if scopes else ""
        while classes and level <= classes[-1][0]:
            classes.pop()
        if "class " in piece and (named := _CLASS.match(piece)):
            classes.append((level, named[1]))
        while gives and level <= gives[-1][0]:
            gives.pop()
        if gives:
            piece = gives[-1][1].sub("resolve", piece)
        if "new Promise" in piece and (promise := _PROMISE.search(piece)):
            by = re.compile(rf"(?<![\w.$]){re.escape(promise[1])}(?=\s*[()])")
            gives.append((level, by))
            piece = by.sub("resolve", piece)
        begun = _DEF.match(piece) if piece[:2] in _DEFINES else None
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
            name = classes[-1][1] if classes and begun["name"] in _MAKERS else begun["name"]
            parameters = (name, *names)
            scopes.append((level, name))
            scope = name
        elif ("=>" in piece and (line_of := _ARROW_LINE.match(piece))) or (
            is_python and "lambda" in piece and (line_of := _LAMBDA_LINE.match(piece))
        ):
            scope = line_of["name"]
            parameters = (scope, *NAME.findall(_DEFAULT.sub("", line_of["parameters"] or line_of["one"] or "")))
        statements.append(Statement(path, line, piece, scope, None, None, parameters, False, is_live, False, kind))
        if piece.startswith(_GROUPS):
            statements += _grouped(statements[-1])
    return statements


def _grouped(group: Statement) -> Iterator[Statement]:
    """What a group of constants or variables of Go gives names to, one by one.

    >>> group = Statement("a.go", 3, 'const ( at = "a.invalid" n int = 3 )')
    >>> [one.text for one in _grouped(group)]
    ['at = "a.invalid"', 'n = 3']
    """
    for found in _OF_GROUP.finditer(group.text):
        yield group._replace(text=f"{found['name']} = {found['value']}")


def _pieces(
    text: str, kind: str, sources: list[str] | None = None, *, is_ruby: bool = False
) -> Iterator[tuple[int, int, str, bool]]:
    """Place, depth of blocks, text of each step, and whether it opens a block."""
    hashes, is_python = kind in _HASH, kind == "python"
    name = "python" if is_python else "ruby" if is_ruby else "#" if hashes else "/"
    blank, simple, inside = _LEXERS[name]
    next_token = (_RUBY_TOKEN if name == "ruby" else _HASH_TOKEN if hashes else _TOKEN).match
    parts: list[str] = []
    place = begin = blocks = 0
    length = len(text)
    stack: list[str] = []
    uncut: dict[int, str] = {}

    def flush() -> str:
        piece = " ".join("".join(parts).split())
        if piece and sources is not None:
            sources.append("".join([uncut.get(number, part) for number, part in enumerate(parts)]))
        parts.clear()
        uncut.clear()
        return piece

    while place < length:
        while not parts and place < length and (not stack or stack[-1] == "block"):
            found = simple.match(text, place)
            if found is None:
                passed = blank.match(text, place)
                place = passed.end() if passed else place
                break
            group = found.lastgroup
            if group == "closes":
                place = found.start("closes")
                if not stack:
                    break
                stack.pop()
                blocks -= 1
                place += 1
                continue
            said, opens = found["text"], group == "opens"
            place = found.start("text")
            if opens and not _SURELY_BLOCK.search(said.rstrip()[-9:]):
                break
            begin = place
            if sources is not None:
                sources.append(said)
            yield begin, blocks, " ".join(said.split()), opens
            if opens:
                stack.append("block")
                blocks += 1
            place = found.end()
        if parts and stack and stack[-1] != "block" and (found := inside.match(text, place)):
            end = found.end()
            # A backslash after a sign carries no line on.
            end += text.startswith("\\\n", end) and _SIGN.match(text, end - 1) is not None
            parts.append(text[place:end])
            place = end
        token = next_token(text, place)
        if token is None:
            break
        place = token.end()
        group, value = token.lastgroup, token[0]
        if group == "regex" and hashes and not is_ruby:
            group, value, place = "plain", "/", token.start() + 1
        elif group == "slash" and hashes:
            # No comment here: `a // b`, `ls /*` and the slashes of an address end after two signs.
            group = "plain"
        if group == "string":
            if not parts:
                begin = token.start()
            # A string alone on its line is a comment.
            if len(value) >= 20_000:
                uncut[len(parts)], value = value, value[:20_000]
            parts.append(value)
        elif (group == "slash" and not hashes) or (group == "hash" and hashes):
            continue
        elif group == "newline":
            if (
                value[0] == "\\"
                or (stack and stack[-1] != "block")
                or (not is_python and parts and _ON.match(text, place))
                or (name == "/" and parts and _OPEN_END.search(text, max(0, token.start() - 3), token.start()))
            ):
                parts.append(" ")
            elif parts and (piece := flush()):
                yield begin, blocks, piece, False
        elif (group == "semi" and (not stack or stack[-1] == "block") and not is_python) or (
            group == "semi" and is_python and not stack
        ):
            if piece := flush():
                yield begin, blocks, piece, False
        elif group == "open":
            if (
                value == "{"
                and not is_python
                and (
                    _begins_block(parts, is_top=not stack)
                    or ((not stack or stack[-1] == "block") and _heads_block(parts, text, place))
                )
            ):
                if piece := flush():
                    yield begin, blocks, piece, True
                stack.append("block")
                blocks += 1
            else:
                if not parts:
                    begin = token.start()
                stack.append(value)
                parts.append(value)
        elif group == "close":
            if stack and stack[-1] == "block" and value == "}":
                if piece := flush():
                    yield begin, blocks, piece, False
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
                begin = place - len(rest)
                value = rest
            parts.append(value)
    if piece := flush():
        yield begin, blocks, piece, False


def _heads_block(parts: list[str], text: str, place: int) -> bool:
    """Whether a brace at the end of a line begins the block of a statement that needs no brackets around its condition."""
    first = max(0, place - _MAX_LINE)
    line = text[text.rfind("\n", first, place) + 1 or first : place]
    if not parts or text[place : place + _MAX_LINE].partition("\n")[0].strip() or not _HEADED.match(line):
        return False
    if _GIVES_ROW.match(line):
        return True
    before = "".join(parts[-2:]).rstrip()
    return not before.endswith(_BEFORE_TABLE) and _ROW_BEFORE.search(before[-40:]) is None


def _begins_block(parts: list[str], *, is_top: bool) -> bool:
    """Whether a brace after this begins a block, and not a table of values; the last twelve words tell."""
    if "".join([part[-7:] for part in parts[-2:]]).endswith(_BEFORE_TABLE):
        return False
    if parts and "\n" in parts[-1][-_MAX_TYPE:] and parts[-1][-_MAX_TYPE:].rstrip().endswith(("(", "[", ",")):
        # On the line below what it is handed to.
        return False
    last = parts[-1] if parts else ""
    said = last.rstrip()
    if said and len(last) - len(said) < 12:
        if _SURELY_BLOCK.search(said[-9:]):
            return True
        near = "".join(parts[-12:])
        if ":" in near and _TYPED.search(near[-_MAX_TYPE:]):
            return True
        if not any(word in near for word in _HEADS):
            return False
    words: list[str] = []
    for part in reversed(parts):
        words = [*(_WORDS.findall(part)[-12:] if part[0] not in "\"'`/#" else (part,)), *words]
        if len(words) >= 12:
            break
    before = "".join(words[-12:]).strip()
    return _BLOCK_BEFORE.search(before) is not None or (is_top and not before)
