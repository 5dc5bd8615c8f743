"""What do the names of a script stand for: functions under another name, and texts that had to be decoded?

`const { execSync: x } = require("child_process")` makes `x(…)` mean `execSync(…)`; a text that was decoded, an address or a
command is put where its name stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import cache

from metier.govern.scan.codes import NUMBERS, quoted, text_of
from metier.govern.scan.literals import joined
from metier.govern.scan.triggers import words_of
from metier.govern.scan.variables import NAME

_HOUSES = r"[\"'](?:node:)?(?:child_process|vm|https?|dns|fs|net|process|module)(?:/promises)?[\"']"
_TAKEN = re.compile(
    rf"(?:const|let|var)\s*\{{(?P<a>[^{{}}]*)\}}\s*=\s*(?:await\s+)?(?:require|import)\s*\(\s*{_HOUSES}|import\s*\{{(?P<b>[^{{}}]*)\}}\s*from\s*{_HOUSES}|(?:const|let|var)\s*\{{(?P<c>[^{{}}]*)\}}\s*=\s*(?:cp|child_process|vm|dns)\b"
)
_RENAMED = re.compile(r"(\w+)\s*(?::|\bas\b)\s*(\w+)")
_FUNCTIONS = "exec execSync spawn spawnSync execFile execFileSync fork runInThisContext runInNewContext lookup resolve resolveTxt".split()
_MEMBER = re.compile(
    rf"^(?:const |let |var )?(\w+)\s*=\s*(?:(?:util\.)?promisify\(\s*)?(?:[\w$]+|require\(\s*{_HOUSES}\s*\))\.({'|'.join(_FUNCTIONS)})\)?(?:\.bind\([\w.]*\))?\s*$"
)
_MODULE = re.compile(
    r"^(?:const |let |var )?(\w+)\s*=\s*(?:await\s+)?(?:require|import)\s*\(\s*[\"'](?:node:)?(child_process|vm|https?|dns|net)[\"']\s*\)\s*$"
)
_WHOLE = re.compile(
    r"^(?:const |let |var )?(\w+)\s*=\s*(?:\(\s*0\s*,\s*)?(?:(?:globalThis|window|global|self)\.)?(eval|Function|fetch|atob)\)?\s*$"
)
_LETTERS = re.compile(
    r"^(?:const |let |var )?(\w+)\s*=\s*\(?\s*\.\.\.(\w+)\s*\)?\s*=>\s*String\.fromC(?:harCode|odePoint)\(\s*\.\.\.\2\s*\)\s*$"
)
_BUILDER = re.compile(
    r"^(?:const |let |var )?(\w+)\s*=\s*\(?\s*(?:\(\s*(?:async\s*)?(?:\(\s*\)\s*=>|function\s*\w*\(\s*\))\s*\{\s*\}\s*\)|Object\.getPrototypeOf\(.*\))\.constructor\s*$|^(?:const |let |var )?(\w+)\s*=\s*Object\.getPrototypeOf\(\s*(?:async\s+)?function\s*\*?\s*\w*\(\s*\)\s*$"
)
_TEXT = re.compile(
    r"^(?:(?:const|let|var|my|our|local)\s+)?(?P<name>\$?[A-Za-z_]\w*)\s*=\s*(?P<value>\"(?:[^\"\\]|\\.){2,400}\"|'(?:[^'\\]|\\.){2,400}'|`[^`\\$]{2,400}`)\s*(?://.*)?$"
)
_STRING = r"(?:\"(?:[^\"\\]|\\.){2,400}\"|'(?:[^'\\]|\\.){2,400}'|`[^`\\$]{2,400}`)"
_SEVERAL = re.compile(
    rf"^(?:const|let|var)\s+[A-Za-z_]\w*\s*=\s*{_STRING}(?:\s*,\s*[A-Za-z_]\w*\s*=\s*{_STRING}){{1,8}}\s*(?://.*)?$"
)
_ONE_OF = re.compile(rf"(?P<name>[A-Za-z_]\w*)\s*=\s*(?P<value>{_STRING})")
_ROW = re.compile(
    rf"^(?:const|let|var)\s*\[(?P<names>[\w\s,]{{3,200}})\]\s*=\s*\[(?P<values>\s*{_STRING}(?:\s*,\s*{_STRING}){{1,8}})\s*,?\s*\]\s*(?://.*)?$"
)
"""Several texts, each given a name."""
_TELLING = re.compile(r"://|\b(?:curl|wget|exec|eval|bash|child_process|iex|system|powershell)\b", re.I)
_WORTH = (
    "& ", "exec", "child_", "pack", ".constructor", "Function", "child_process", "eval", "atob", "Buffer.from", "fromC", "\\x", "\\u00", "[char", "FromBase64", "frombase64",
    "chr(", "'chr'", '"chr"', ":chr", ".chr", "{chr", "{ chr", " chr", "strrev(", "implode(", "decode_base64", "reverse(", "hex2bin(", "rot13", "TextDecoder", "unescape(", ".reverse", "JSON.parse('", 'JSON.parse("', ").replaceAll(", '".replace', "'.replace", "'.split(", '".split(', "-join", "-JOIN", "-f ", "spawn", "iex", "Invoke-Expression", "node:vm", "dns", "base64_decode", "decode64", "&(", "&'", '&"',
)  # fmt: skip
"""A script that has names or codes that matter holds one of these, most often one of the first."""
_NUMBERS = re.compile(
    rf"^(?:(?:export|const|let|var|my|our|local|static|private|public|final|readonly)\s+)*(?P<name>[$@]?[A-Za-z_]\w{{0,60}})\s*=\s*(?:new\s+Uint8Array\(\s*)?(?:\[|\(|array\()\s*(?P<codes>{NUMBERS})[\])]"
)
"""A row of numbers that is given a name."""
_SPELLS = re.compile(r"\bchr\b|\bfrom(?:CharCode|CodePoint)\b|\bpack\(|\bBuffer\.from\(|\bUint8Array\b|\.pack\b")
"""What turns numbers into letters."""
_EACH = re.compile(
    r"^(?:for\s*\(\s*(?:const|let|var)\s+(?P<one>\w+)\s+of\s+(?P<of>\w+)|foreach\s*\(\s*(?P<in>\$\w+)\s+as\s+(?:\$\w+\s*=>\s*)?(?P<two>\$\w+)|for(?:each)?\s+(?:my\s+)?(?P<three>\$\w+)\s*\(\s*(?P<from>@\w+)"
    r"|(?P<at>\w+)\.(?:each|forEach)\b\s*(?:do\s*|\{\s*|\(\s*)[|(]?\s*(?P<four>\w+)|for\s+(?P<five>\w+)\s+in\s+(?P<by>\w+)\s*$)"
)
"""A row is gone through, one by one."""
_ADDED = re.compile(
    r"(?P<name>(?<![\w$.])\$?[A-Za-z_]\w{0,60})\s*(?:\.=|\+=|<<)\s*(?:chr\s*\(?|String\.from(?:CharCode|CodePoint)\()\s*(?P<one>\$?\w+)\s*(?:(?P<op>[-+^])\s*(?P<key>0x[\da-fA-F]{1,4}|\d{1,4}))?\s*\)?"
    r"|(?P<added>(?<![\w$.])[a-z_]\w{0,60})\s*(?:\+=|<<)\s*\(?\s*(?P<two>\w+)\s*(?:(?P<by>[-+^])\s*(?P<with>0x[\da-fA-F]{1,4}|\d{1,4}))?\s*\)?\.chr\b"
)
"""A letter that a number stands for is put behind a text."""
_CODE = re.compile(r"0x[0-9a-fA-F]+|\d+")
_MAX_NAMES = 60
_MAX_ROWS = 20


class Aliases:
    """The names of one script; learnt from statement to statement."""

    def __init__(self) -> None:
        self._functions: dict[str, str] = {}
        self._modules: dict[str, str] = {}
        self._owned: re.Pattern[str] | None = None
        self._texts: dict[str, str] = {}
        self._seen: set[str] = set()
        self._called: re.Pattern[str] | None = None
        self._put: re.Pattern[str] | None = None
        self._rows: dict[str, str] = {}
        self._rowed: re.Pattern[str] | None = None
        self._each: dict[str, str] = {}

    def said(self, piece: str, written: str) -> str:
        """What a statement says, and what it teaches.

        Args:
            written: The statement before its strings were put together.

        >>> names = Aliases()
        >>> _ = names.said("const { exec: x } = require('child_process')", "")
        >>> names.said("x('ls')", "x('ls')")
        "exec('ls')"
        """
        if self._owned is not None:
            piece = self._owned.sub(lambda found: self._modules[found[0]], piece)
        if self._called is not None:
            told = self._called.sub(lambda found: self._functions[found[0]], piece)
            piece = joined(told) if told != piece and "fromCharCode" in told else told
        if self._put is not None and (told := self._put.sub(self._text, piece)) != piece:
            piece = joined(told)
        piece = self._spelled(piece) if self._rows else piece
        if "," in piece and len(self._rows) < _MAX_ROWS and (row := _NUMBERS.match(piece)):
            self._rows[row["name"]] = row["codes"]
            names = "|".join(map(re.escape, self._rows))
            self._rowed = re.compile(rf"(?<![\w$@])(?<!(?<!\.\.)\.)(?:\w{{1,40}}::)?(?P<name>{names})(?!\w)")
        if "=" in piece or "import" in piece:
            self._learn(piece, is_decoded=piece != written)
        return piece

    def _spelled(self, piece: str) -> str:
        """A statement with a row of numbers put where it makes letters of them, all at once or one by one."""
        if each := _EACH.match(piece):
            row = each["of"] or each["in"] or each["from"] or each["at"] or each["by"]
            if row in self._rows:
                self._each[each["one"] or each["two"] or each["three"] or each["four"] or each["five"]] = self._rows[
                    row
                ]
        if self._rowed is None or not _SPELLS.search(piece):
            return piece
        added = _ADDED.search(piece) if self._each else None
        if added and (codes := self._each.get(added["one"] or added["two"])):
            numbers = [int(one, 0) for one in _CODE.findall(codes)]
            key = int(added["key"] or added["with"] or "0", 0)
            said = text_of(numbers, added["op"] or added["by"] or "", key)
            return f"{added['name'] or added['added']} = {quoted(said)} // {piece}" if said else piece
        told = self._rowed.sub(lambda found: f"[{self._rows[found['name']]}]", piece)
        return joined(told) if told != piece else piece

    def _text(self, found: re.Match[str]) -> str:
        name = found["template"] or found["index"] or found["code"] or found["inner"]
        value = self._texts[name]
        if found["template"] or found["inner"]:
            return value[1:-1]
        return f"[{value}]" if found["index"] else value

    def _take(self, name: str, value: str, *, is_decoded: bool) -> bool:
        """Learn a text by its name; tells whether what is put where names stand has changed."""
        is_known = name in self._seen
        self._seen.add(name)
        if is_known:
            # What is given twice is nothing fixed.
            self._texts.pop(name, None)
        elif is_decoded or _TELLING.search(value):
            self._texts[name] = value
        else:
            return False
        return True

    def _learn(self, piece: str, *, is_decoded: bool) -> None:
        if len(self._functions) + len(self._texts) + len(self._modules) > _MAX_NAMES:
            return
        new: dict[str, str] = {}
        if "}" in piece and (taken := _TAKEN.search(piece)):
            for of, name in _RENAMED.findall(taken["a"] or taken["b"] or taken["c"] or ""):
                new[name] = of
        elif ("require" in piece or "import" in piece) and (found := _MODULE.match(piece)) and found[1] != found[2]:
            self._modules[found[1]] = found[2]
            self._owned = re.compile(rf"(?<![\w.$])(?:{'|'.join(map(re.escape, self._modules))})(?=\s*\.\s*\w)")
            return
        elif found := _MEMBER.match(piece) or _WHOLE.match(piece):
            new[found[1]] = found[2]
        elif "String.fromC" in piece and (found := _LETTERS.match(piece)):
            new[found[1]] = "String.fromCharCode"
        elif ("constructor" in piece or "getPrototypeOf" in piece) and (found := _BUILDER.match(piece)):
            new[found[1] or found[2]] = "Function"
        new = {name: of for name, of in new.items() if name != of}
        if new:
            self._functions |= new
            self._called = re.compile(rf"(?<![\w.$])(?:{'|'.join(map(re.escape, self._functions))})(?=\s*\()")
            return
        changed = [self._take(name, value, is_decoded=is_decoded) for name, value in _texts_in(piece)]
        if not any(changed):
            return
        names = "|".join(re.escape(name) for name in self._texts)
        # PowerShell puts a name's text into the words of a text that it stands in.
        inner = "|".join(re.escape(name) for name in self._texts if name[0] == "$") or "(?!)"
        self._put = (
            re.compile(
                rf"\$\{{\s*(?P<template>{names})\s*\}}|\[\s*(?P<index>{names})\s*\](?=\s*[\(.])|(?<=[(,+&.])\s*(?P<code>{names})(?=\s*[),+.\s])(?!\s*\.\s*\w)|(?<=[\w-])(?P<inner>{inner})\b"
            )
            if names
            else None
        )


def _texts_in(piece: str) -> list[tuple[str, str]]:
    """The names that a statement gives to texts, each with its text.

    >>> _texts_in("const [a, b] = ['child_process', 'exec']")
    [('a', "'child_process'"), ('b', "'exec'")]
    """
    if (text := _TEXT.match(piece)) is not None:
        return [(text["name"], text["value"])]
    if (row := _ROW.match(piece)) is not None:
        return [*zip(NAME.findall(row["names"]), re.findall(_STRING, row["values"]), strict=False)]
    several = _SEVERAL.match(piece)
    return [(one["name"], one["value"]) for one in _ONE_OF.finditer(piece)] if several else []


def aliases_of(text: str) -> Aliases | None:
    """Something to learn names with, where a script has any that matter.

    >>> aliases_of("let a = 1") is None
    True
    """
    return Aliases() if _worth_in()(text) else None


@cache
def _worth_in() -> Callable[[str], Collection[str]]:
    return words_of(_WORTH)
