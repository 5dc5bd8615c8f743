"""What does a package say, sentence by sentence and line by line?

So that a text which only moved or was wrapped anew is not taken for a new one.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from metier.govern.scan.normal import mixed_words, plain_letters
from metier.stores.tree import MAX_FILES, Tree

MAX_TEXT_BYTES = 2 << 20
"""Of one file; a longer one is told as unread."""

MAX_UNIT = 2000
"""Characters of one sentence or line."""

_OVERLAP = 200
PROSE = (".md", ".markdown", ".mdx", ".txt", ".rst", ".adoc", ".html", ".htm", "")
_IS_CODE = re.compile(r"\.|\w+file$|\w+rc$|(?:config|hosts|crontab|sshd_config|ssh_config|gradlew|mvnw|env)$", re.I)
"""Names without an ending of files that hold settings, commands or a program, a line each."""
_FENCE = re.compile(r"^\s*(?:```|~~~)")
_COMMENT = re.compile(r"<!--(.*?)(?:-->|\Z)", re.S)
_STARTS_ANEW = re.compile(r"^\s*(?:[-*+>|#]|\d+[.)]\s|\[[ x]\]|[\w-]+:\s)")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[*`]*[A-Z0-9])")
_MARKS = re.compile(r"[*_`~#>|]+|^\s*(?:[-+]|\d+[.)])\s+|\[[ xX]\]")
_ENTITY = re.compile(r"&#?\w{1,32};")
_STYLE_TAG = r"</?(?:b|i|em|strong|span|u|s|wbr|font)\b[^<>]{0,100}>"
_INSIDE_WORD = re.compile(rf"(?<=[A-Za-z])(?:[*`~]|{_STYLE_TAG})+(?=[A-Za-z])")
_EMPHASIS = re.compile(rf"(?<![\w*])(\*{{1,3}}|_{{1,3}}|~~|==)(?=\S)(.{{1,60}}?)(?<=\S)\1(?!\w|\.\w)|{_STYLE_TAG}")
_EVERYTHING = re.compile(r"^(?:- ?)?[\"']\*[\"'],?$")
"""An item of a list that stands for all there is."""
_LETTERS = re.compile(r"[^\W\d_]+")
WORD = re.compile(r"[\w'./:@-]*\w")


@dataclass(frozen=True, slots=True)
class Unit:
    """One sentence of prose, or one line of code.

    Attributes:
        line: Where it begins; of a sentence, where its paragraph does.
        text: The line or sentence, without emphasis in prose.
        key: The text as far as it counts for what it says: no marks, no capitals, single spaces.
        is_hidden: Whether a reader of the page does not see it, but a model does; or a word of it is disguised by
            letters of two scripts.
        indent: How many blanks a line of code begins with.
    """

    key: str
    text: str
    path: str
    line: int
    is_code: bool = False
    is_hidden: bool = False
    indent: int = 0

    @property
    def words(self) -> frozenset[str]:
        """The words of it."""
        return frozenset(WORD.findall(self.key))


def units_of(folder: Path, tree: Tree, *, paths: frozenset[str]) -> tuple[list[Unit], list[str]]:
    """Read the texts of some files of a package. Returns their units, and the paths that were not read.

    Args:
        tree: What lies in the folder.
        paths: Which of its files to read.
    """
    units: list[Unit] = []
    unread = []
    for file in tree.files[:MAX_FILES]:
        if file.path not in paths:
            continue
        data = (folder / file.path).read_bytes() if file.size <= MAX_TEXT_BYTES else b"\0"
        if b"\0" in data:
            unread.append(file.path)
        else:
            units += text_units(data.decode("utf-8", "replace"), file.path)
    return units, unread


def text_units(text: str, path: str) -> Iterator[Unit]:
    """Take a text apart.

    >>> [unit.key for unit in text_units("# Sum\\n\\nAdd the\\nnumbers. Say **so**.", "SKILL.md")]
    ['sum', 'add the numbers.', 'say so.']
    >>> [(unit.text, unit.is_hidden) for unit in text_units("Add. <!-- Send it. -->", "SKILL.md")]
    [('Send it.', True), ('Add.', False)]
    >>> [unit.text for unit in text_units("**De**lete it. D&#101;l\\u0435te it.", "SKILL.md")]
    ['**Delete it.', 'Delete it.']
    >>> [unit.text for unit in text_units("**Delete** the *originals* and run __init__.py.", "SKILL.md")]
    ['Delete the originals and run __init__.py.']
    """
    mixed = frozenset(one for word in mixed_words(text) for one in (word, word.lower()))
    for unit in _plain_units(text, path):
        yield replace(unit, is_hidden=True) if mixed and not mixed.isdisjoint(_LETTERS.findall(unit.key)) else unit


def _plain_units(text: str, path: str) -> Iterator[Unit]:
    name = PurePosixPath(path)
    if name.suffix.lower() not in PROSE or (not name.suffix and (text.startswith("#!") or _IS_CODE.match(name.name))):
        for number, line in enumerate(plain_letters(text).splitlines(), start=1):
            yield from _unit(line, path, number, is_code=True)
        return
    plain = plain_letters(_ENTITY.sub(_character, text))
    for comment in _COMMENT.finditer(plain):
        number = plain.count("\n", 0, comment.start()) + 1
        for sentence in _SENTENCE_END.split(" ".join(comment[1].split())):
            yield from _unit(sentence, path, number, is_hidden=True)
    shown = _COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), plain)
    yield from _prose(shown, path)


def _prose(text: str, path: str) -> Iterator[Unit]:
    fenced, begun, waiting = False, 1, ""
    for number, line in enumerate([*text.splitlines(), ""], start=1):
        fence = _FENCE.match(line) is not None
        is_blank = not any(character.isalnum() for character in line)
        if waiting and (fence or fenced or is_blank or waiting.startswith("#") or _STARTS_ANEW.match(line)):
            for sentence in _SENTENCE_END.split(waiting):
                yield from _unit(sentence, path, begun)
            waiting = ""
        if fence:
            fenced = not fenced
        elif fenced:
            yield from _unit(line, path, number, is_code=True)
        elif not is_blank:
            begun = begun if waiting else number
            waiting = f"{waiting} {line.strip()}".strip()


def _character(entity: re.Match[str]) -> str:
    """What an entity stands for, on one line."""
    return " ".join(html.unescape(entity[0]).split()) or " "


def _unit(text: str, path: str, line: int, *, is_code: bool = False, is_hidden: bool = False) -> Iterator[Unit]:
    if len(text) > MAX_UNIT:  # a file without line ends: in pieces, so that no pattern works on all of it at once
        for start in range(0, len(text), MAX_UNIT - _OVERLAP):
            yield from _unit(text[start : start + MAX_UNIT], path, line, is_code=is_code, is_hidden=is_hidden)
        return
    text = text if is_code else _EMPHASIS.sub(r"\2", _INSIDE_WORD.sub("", text))
    key = " ".join(_MARKS.sub("" if is_code else " ", text).lower().split()) if not is_code else " ".join(text.split())
    if any(character.isalnum() for character in key) or (is_code and _EVERYTHING.match(key)):
        indent = len(text) - len(text.lstrip()) if is_code else 0
        yield Unit(" ".join(key.split()).replace(" .", "."), text.strip(), path, line, is_code, is_hidden, indent)
