r"""What do numbers and mixed texts of a script say once they are spelled out, and which function of its own spells them?

`implode("", array_map("chr", [104, 105]))` is `"hi"`, and so is `x("6869")` where `x` is `(h) => Buffer.from(h, "hex").toString()`.
Only what stands written out is computed; what texts say that are put side by side is told in `literals`.
"""

from __future__ import annotations

import base64
import codecs
import json
import re
from collections.abc import Callable, Collection
from functools import cache
from urllib.parse import unquote

from metier.govern.scan.triggers import words_of

STRING = r"(?:\"[^\"\\]*+(?:\\.[^\"\\]*+)*+\"|'[^'\\]*+(?:\\.[^'\\]*+)*+'|`[^`\\$]*+(?:\\.[^`\\$]*+)*+`)"
"""A text that fills nothing in."""
NUMBERS = r"\d[\d\s,xXa-fA-F]{6,4000}"
_CODES = rf"[\[(]\s*(?P<codes>{NUMBERS})[\])]"
_TURN = r"(?:\s*(?P<op>[-+^])\s*(?P<key>0x[\da-fA-F]{1,4}|\d{1,4}))?"
"""What each number is mixed with before it is a letter."""
_NOTHING = r"(?:''|\"\"|``)"
_CHARACTER = r"String\.from(?:CharCode|CodePoint)"
_EACH = r"\(\s*(?:\(\s*\w{1,40}\s*\)|\w{1,40})\s*=>\s*"
"""What is done to each one of a row, in JavaScript."""
_TO_TEXT = r"\.toString\([^()]*\)"
_ROWS = tuple(
    map(
        re.compile,
        (
            rf"\b(?:implode|join)\(\s*{_NOTHING}\s*,\s*array_map\(\s*(?:[\"']chr[\"']|(?:static\s+)?(?:fn\s*\(\s*\$\w{{1,40}}\s*\)\s*=>|function\s*\(\s*\$\w{{1,40}}\s*\)\s*\{{\s*return)\s+chr\(\s*\$\w{{1,40}}{_TURN}\s*\)\s*;?\s*\}}?)\s*,\s*{_CODES}\s*\)\s*\)",
            rf"\b{_CHARACTER}\.apply\(\s*\w{{1,20}}\s*,\s*{_CODES}\s*\)",
            rf"\b{_CHARACTER}\(\s*\.{{3}}\s*{_CODES}\s*\)",
            rf"\b{_CHARACTER}\(\s*\.{{3}}\s*{_CODES}\.map{_EACH}\w{{1,40}}{_TURN}\s*\)\s*\)",
            rf"(?<!\w){_CODES}\.map{_EACH}{_CHARACTER}\(\s*\w{{1,40}}{_TURN}\s*\)\s*\)\.join\(\s*{_NOTHING}\s*\)",
            rf"\bBuffer\.from\(\s*{_CODES}\s*\)(?:\.map{_EACH}\w{{1,40}}{_TURN}\s*\))?{_TO_TEXT}",
            rf"\bBuffer\.from\(\s*{_CODES}\.map{_EACH}\w{{1,40}}{_TURN}\s*\)\s*\){_TO_TEXT}",
            rf"\bnew\s+TextDecoder\([^()]*\)\.decode\(\s*(?:new\s+Uint8Array|Uint8Array\.from|Buffer\.from)\(\s*{_CODES}(?:\.map{_EACH}\w{{1,40}}{_TURN}\s*\))?\s*\)\s*\)",
            rf"(?<!\w){_CODES}\.(?:map|collect)\s*(?:\(\s*&:chr\s*\)|\{{\s*\|\s*\w{{1,40}}\s*\|\s*\(?\s*\w{{1,40}}{_TURN}\s*\)?\.chr\s*\}})\.join(?:\(\s*{_NOTHING}?\s*\))?",
            rf"\bjoin\s*\(?\s*{_NOTHING}\s*,\s*map\s*(?:\{{\s*chr\s*(?:\(?\s*\$_{_TURN}\s*\)?)?\s*\}}|\(?\s*chr\s*,?)\s*{_CODES}\s*\)?\s*\)?",
            rf"\bpack\(\s*[\"'][cCU]\*[\"']\s*,\s*(?:\.{{3}}\s*)?{_CODES}\s*\)",
            rf"(?<!\w){_CODES}\.pack\(\s*[\"'][cCU]\*[\"']\s*\)",
        ),
    )
)
"""How languages turn a row of numbers into a text."""
_LETTERS = tuple(
    map(
        re.compile,
        (
            rf"(?:\[\s*\.{{3}}\s*(?P<a>{STRING})\s*\]|Array\.from\(\s*(?P<b>{STRING})\s*\)|(?P<c>{STRING})\.split\(\s*{_NOTHING}\s*\))\.map{_EACH}{_CHARACTER}\(\s*\w{{1,40}}\.(?:charCodeAt|codePointAt)\(\s*0?\s*\){_TURN}\s*\)\s*\)\.join\(\s*{_NOTHING}\s*\)",
            rf"(?P<hex>{STRING})\.(?:match\(\s*/[^/\n]{{1,24}}/g\s*\)\.map\(|replace\(\s*/[^/\n]{{1,24}}/g\s*,)\s*\(?\s*\w{{1,40}}\s*\)?\s*=>\s*{_CHARACTER}\(\s*(?:parseInt\(\s*\w{{1,40}}\s*,\s*16\s*\)|[\"']0x[\"']\s*\+\s*\w{{1,40}}){_TURN}\s*\)\s*\)(?:\.join\(\s*{_NOTHING}\s*\))?",
            rf"\bBuffer\.from\(\s*(?P<bytes>{STRING})\s*,\s*[\"'](?P<by>hex|base64)[\"']\s*\)\.map{_EACH}\w{{1,40}}{_TURN}\s*\)(?:{_TO_TEXT})?",
        ),
    )
)
"""How JavaScript turns a text into another, letter by letter."""
_WITHOUT = re.compile(
    rf"({STRING})\.(?:replaceAll\(\s*({STRING})|replace\(\s*/(?P<sign>[^/\n\\]{{1,4}})/g)\s*,\s*{_NOTHING}\s*\)|({STRING})\.split\(\s*({STRING})\s*\)\.join\(\s*{_NOTHING}\s*\)"
)
"""What is put into a text so that nobody finds it is taken out again."""


def _told_by_json(text: str) -> str:
    bare = text.replace("\\\\", "\\")
    try:
        said = json.loads(bare)
    except ValueError:
        # The letters of its escapes stand written out already.
        said = re.sub(r"\\(.)", r"\1", bare).strip('"') if "\\" in bare else None
    if not isinstance(said, str):
        raise ValueError
    return said


_TEXTS: tuple[tuple[re.Pattern[str], Callable[[str], str]], ...] = (
    (
        re.compile(
            rf"(?:\[\s*\.{{3}}\s*({STRING})\s*\]|Array\.from\(\s*({STRING})\s*\)|({STRING})\.split\(\s*{_NOTHING}\s*\))\.reverse\(\s*\)\.join\(\s*{_NOTHING}\s*\)|\bstrrev\(\s*({STRING})\s*\)|({STRING})\.reverse\b(?!\s*\(\s*\)\s*\.)(?:\(\s*\))?|\bscalar\s+reverse\s*\(?\s*({STRING})\s*\)?"
        ),
        lambda text: text[::-1],
    ),
    (
        re.compile(
            rf"\b(?:hex2bin\(\s*|pack\(\s*[\"']H\*[\"']\s*,\s*)({STRING})\s*\)|\[\s*({STRING})\s*\]\.pack\(\s*[\"']H\*[\"']\s*\)|\bnew\s+TextDecoder\([^()]*\)\.decode\(\s*Buffer\.from\(\s*({STRING})\s*,\s*[\"']hex[\"']\s*\)\s*\)"
        ),
        lambda text: bytes.fromhex(text).decode(),
    ),
    (re.compile(rf"\bJSON\.parse\(\s*({STRING})\s*\)"), lambda text: _told_by_json(text)),
    (re.compile(rf"\bstr_rot13\(\s*({STRING})\s*\)"), lambda text: codecs.decode(text, "rot13")),
    (
        re.compile(
            rf"\b(?:decodeURI(?:Component)?|unescape|(?:raw)?urldecode)\(\s*(?:escape\(\s*)?({STRING})\s*\)?\s*\)"
        ),
        unquote,
    ),
)
"""How languages turn a text into another as a whole."""
_IMPLODED = re.compile(
    rf"\bimplode\(\s*(?:({STRING})\s*,\s*)?[\[(]\s*({STRING}(?:\s*,\s*{STRING})*)\s*,?\s*[\])]\s*\)|(?<![\w.])join\s*\(?\s*({STRING})\s*,\s*\(?\s*({STRING}(?:\s*,\s*{STRING})+)\s*\)?\s*\)?"
)
_WORDS = (
    "chr", "fromC", "pack(", "Buffer.from", "TextDecoder", "reverse", "strrev", "hex2bin", "JSON.parse(", "replace", ".split(", "rot13", "decodeURI", "unescape", "urldecode", "implode", "join",
)  # fmt: skip
"""What can be spelled out holds one of these."""
_CODE = re.compile(r"0x[0-9a-fA-F]+|\d+")
_ONE = re.compile(STRING)
_BRACKET = re.compile(rf"{STRING}|[()\[\]{{}},]")
_MIN_COMMAS = 6

_BODY = r"(?:[^;\n{}]|\n\s{0,40}\.|\{[^{};\n]{0,80}\}){4,300}"
_GIVEN = r"(?:\(\s*(?P<one>\$?[\w$]{1,60})(?:\s*:\s*\w{1,20})?\s*\)|(?P<two>[\w$]{1,60}))"
_RETURNS = r"\s*(?::\s*\w{1,20}\s*)?\{\s*return\s+"
_FUNCTIONS = re.compile(
    rf"(?<![\w$.])(?P<name>\$?[A-Za-z_][\w$]{{0,60}})\s*[=:]\s*(?:(?:static\s+)?fn\s*)?{_GIVEN}\s*(?::\s*\w{{1,20}}\s*)?=>\s*(?:\{{\s*return\s+)?(?P<body>{_BODY})"
    rf"|(?:\bfunction\s+|(?<=[\s{{,]))(?P<called>[A-Za-z_$][\w$]{{0,60}})\s*\(\s*(?:string\s+)?(?P<three>\$?[\w$]{{1,60}})(?:\s*:\s*\w{{1,20}})?\s*\){_RETURNS}(?P<gives>{_BODY})"
    rf"|(?<![\w$.])(?P<held>\$?[A-Za-z_][\w$]{{0,60}})\s*=\s*function\s*\(\s*(?P<four>\$?[\w$]{{1,60}})\s*\){_RETURNS}(?P<said>{_BODY})"
    rf"|\bdef\s+(?:self\.)?(?P<defined>[a-z_]\w{{0,60}})[ (]\s*(?P<five>\w{{1,60}})\s*\)?\s*[=\n;]\s*(?P<does>{_BODY})"
)
"""A function that gives back one expression of one thing that it is given."""
_DECODES = re.compile(
    r"a(?<!\wa)tob\b|B(?<!\wB)uffer\.from\(|f(?<!\wf)rom(?:CharCode|CodePoint)\b|\.reverse\b|base64_decode|decode64|hex2bin|strrev|rot13"
    r"|c(?<!\wc)hr\b|u(?<!\wu)npack1?\(|p(?<!\wp)ack\(|unescape"
)
"""Each begins with its first letter and then looks back, so that only these letters are looked for."""
_HANDED = re.compile(
    r"(?<=[(,])(\s*)function\s*\(\s*(\$?\w{1,40})\s*\)\s*\{\s*return\s+((?:chr\(|String\.from(?:CharCode|CodePoint)\()[^;{}\n]{1,120}?)\s*;?\s*\}"
)
"""A function that turns a number into a letter, where it is handed on."""
_MAX_OWN, _MAX_TEXT = 20, 300_000


def quoted(text: str) -> str:
    """A text as it is written in a script."""
    return f"'{text}'" if '"' in text and "'" not in text else '"' + re.sub(r'(?<!\\)"', r"\\" + '"', text) + '"'


def in_one_line(text: str) -> str:
    """A program with each function that turns a number into a letter as an expression, where it is handed on.

    >>> in_one_line("row.map(function (c) { return String.fromCharCode(c ^ 1); })")
    'row.map((c) => String.fromCharCode(c ^ 1))'
    >>> in_one_line("array_map(function ($c) { return chr($c); }, $row)")
    'array_map(fn($c) => chr($c), $row)'
    """
    if "return chr(" not in text and "return String.from" not in text:
        return text
    return _HANDED.sub(lambda found: f"{found[1]}{'fn' if found[2][0] == '$' else ''}({found[2]}) => {found[3]}", text)


@cache
def _words_in() -> Callable[[str], Collection[str]]:
    return words_of(_WORDS)


def spelled(piece: str) -> str:
    """A statement with the rows of numbers and the mixed texts in it spelled out.

    >>> spelled("$to = implode('', array_map('chr', [104, 105, 32, 121, 111, 117]));")
    '$to = "hi you";'
    >>> spelled("f([...'kj'].map((c) => String.fromCharCode(c.charCodeAt(0) ^ 3)).join(''), strrev('ih'))")
    'f("hi", "hi")'
    """
    found = _words_in()(piece)
    if not found:
        return piece
    words = frozenset(found)
    if piece.count(",") >= _MIN_COMMAS and not words.isdisjoint(
        ("chr", "fromC", "pack(", "Buffer.from", "TextDecoder")
    ):
        for pattern in _ROWS:
            piece = pattern.sub(_of_row, piece)
    if "fromC" in words or "Buffer.from" in words:
        for pattern in _LETTERS:
            piece = pattern.sub(_by_letter, piece)
    if "implode" in words or ("join" in words and ".join" not in piece):
        piece = _IMPLODED.sub(_together, piece)
    if "replace" in words or ".split(" in words:
        piece = _WITHOUT.sub(_taken_out, piece)
    for pattern, turned in _TEXTS:
        piece = pattern.sub(lambda found, turned=turned: _as_whole(found, turned), piece)  # type: ignore[misc]
    return piece


def _taken_out(found: re.Match[str]) -> str:
    """A text without what was put between its letters."""
    text = (found[1] or found[4])[1:-1]
    sign = found["sign"] or (found[2] or found[5])[1:-1]
    # Words are replaced in sentences; what keeps a word from being found stands in it often.
    is_hidden = sign and not sign.isspace() and text.count(sign) > 1
    return quoted(text.replace(sign, "")) if is_hidden else found[0]


def _as_whole(found: re.Match[str], turned: Callable[[str], str]) -> str:
    said = next(group for group in found.groups() if group is not None)
    try:
        text = turned(said[1:-1])
    except ValueError:
        return found[0]
    return quoted(text) if _is_plain(text) else found[0]


def _of_row(found: re.Match[str]) -> str:
    text = text_of([int(one, 0) for one in _CODE.findall(found["codes"])], *_turn(found))
    return quoted(text) if text else found[0]


def _turn(found: re.Match[str]) -> tuple[str, int]:
    held = found.groupdict()
    return held.get("op") or "", int(held.get("key") or "0", 0)


def text_of(codes: list[int], op: str = "", key: int = 0) -> str:
    """What a row of numbers says, each mixed with another or not; nothing if that is no text.

    >>> text_of([104, 105]), text_of([105, 104], "^", 1), text_of([1, 2])
    ('hi', 'hi', '')
    """
    turned = [code ^ key if op == "^" else code - key if op == "-" else code + key for code in codes]
    text = "".join(map(chr, turned)) if all(0 < code < 0x110000 for code in turned) else ""
    return text if _is_plain(text) else ""


def _by_letter(found: re.Match[str]) -> str:
    held = found.groupdict()
    if (code := held.get("hex") or held.get("bytes")) is not None:
        try:
            by = bytes.fromhex if held.get("by", "hex") == "hex" else _of_base64
            codes = [*by(code[1:-1])]
        except ValueError:
            return found[0]
    else:
        codes = [*map(ord, (held["a"] or held["b"] or held["c"])[1:-1])]
    text = text_of(codes, *_turn(found))
    return quoted(text) if text else found[0]


def _of_base64(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)


def _together(found: re.Match[str]) -> str:
    by, texts = found[1] or found[3] or "''", found[2] or found[4]
    return quoted(by[1:-1].join(one[0][1:-1] for one in _ONE.finditer(texts)))


def _is_plain(text: str) -> bool:
    return text.replace("\n", " ").replace("\t", " ").isprintable()


class Own:
    """The functions of a script that do nothing but decode what they are given.

    >>> own = Own("const x = (h) => Buffer.from(h, 'hex').toString();")
    >>> own.said("get(x('6869'))")
    "get(Buffer.from('6869', 'hex').toString())"
    """

    def __init__(self, text: str) -> None:
        self._bodies: dict[str, tuple[str, str]] = {}
        self._text = text
        self._texts: dict[str, list[str]] = {}
        self._calls: re.Pattern[str] | None = None
        if len(text) < _MAX_TEXT and _DECODES.search(text):
            for found in _FUNCTIONS.finditer(text):
                self._take(found)
        if self._bodies:
            names = "|".join(re.escape(name) for name in self._bodies)
            self._calls = re.compile(
                rf"(?<![\w$.])(?:[\w$]{{1,40}}(?:\.|::|->))?(?P<name>{names})(?:\(\s*(?:(?P<text>{STRING}|\[\s*{NUMBERS}\])|(?P<of>[\w$.]{{1,60}})(?:\[\s*(?P<at>\d{{1,3}})\s*\])?)\s*\)|\s+(?P<bare>{STRING}))"
            )

    def _take(self, found: re.Match[str]) -> None:
        name = found["name"] or found["called"] or found["held"] or found["defined"]
        parameter = found["one"] or found["two"] or found["three"] or found["four"] or found["five"]
        body = found["body"] or found["gives"] or found["said"] or found["does"]
        if len(self._bodies) < _MAX_OWN and _DECODES.search(body):
            self._bodies.setdefault(name, (parameter, " ".join(_expression(body).split())))

    @property
    def are_any(self) -> bool:
        """Whether there is such a function."""
        return bool(self._bodies)

    def said(self, piece: str) -> str:
        """A statement with what such functions do to texts put where they are called."""
        return self._calls.sub(self._called, piece) if self._calls is not None else piece

    def _called(self, found: re.Match[str]) -> str:
        text = found["text"] or found["bare"] or self._text_of(found["of"], int(found["at"] or -1))
        if not text:
            return found[0]
        parameter, body = self._bodies[found["name"]]
        return re.sub(rf"(?<![\w$])(?<!(?<!\.\.)\.){re.escape(parameter)}(?![\w$])", lambda _: text, body)

    def _text_of(self, name: str, at: int) -> str:
        """The text that a name stands for wherever it is given one, or that stands at a place of a row."""
        last = re.split(r"\.|->|::", name)[-1]
        if last not in self._texts:
            if len(self._texts) >= _MAX_OWN:
                return ""
            value = rf"(?P<codes>\[\s*{NUMBERS}\])|(?P<row>\[\s*(?:{STRING}\s*,\s*){{0,400}}{STRING})|(?P<one>{STRING})(?=\s*(?:[;,\n}}]|$))"
            held = [*re.finditer(rf"(?<![\w$.])[\"']?{re.escape(last)}[\"']?\s*[:=]\s*(?:{value})", self._text)]
            self._texts[last] = _texts_in(held[0]) if len(held) == 1 else []
        texts = self._texts[last]
        if at < 0:
            return texts[0] if len(texts) == 1 else ""
        return texts[at] if at < len(texts) else ""


def own_of(text: str) -> Own | None:
    """The functions of a script that do nothing but decode, if it has any.

    >>> own_of("const x = (h) => h + 1;") is None
    True
    """
    own = Own(text)
    return own if own.are_any else None


def _texts_in(found: re.Match[str]) -> list[str]:
    if found["codes"]:
        return [found["codes"]]
    return [one[0] for one in _ONE.finditer(found["row"] or found["one"])]


def _expression(body: str) -> str:
    """The first expression of a text: up to where a bracket ends that did not begin in it, or to a comma outside of all.

    >>> _expression("atob(s), other: 1"), _expression("atob(s))")
    ('atob(s)', 'atob(s)')
    """
    depth = 0
    for found in _BRACKET.finditer(body):
        sign = found[0]
        depth += (sign in "([{") - (sign in ")]}")
        if depth < 0 or (depth == 0 and sign == ","):
            return body[: found.start()]
    return body
