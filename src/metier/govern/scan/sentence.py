"""Where does each sentence of a document begin and end? Paragraphs, items, comments and text that a page does not show."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from metier.govern.scan.triggers import may_hold
from metier.verdict import Severity

_END = re.compile(r"[.!?。！？](?<!e\.g\.)(?<!i\.e\.)(?<!etc\.)(?:[\"')*_]*\s+(?=[^\s.a-z])|(?<=[。！？]))")
_MARKS = frozenset("-*+•|")
_SIGNS = _MARKS | {">", "#"}
_NUMBER = re.compile(r"\d+[.)]\s+")
_COMMENT = re.compile(r"(?<!`)<!--(.*?)(?:-->|\Z)", re.S)
_UNSEEN_HTML = re.compile(
    r"<(\w+)[^>]*(?:display:\s*none|font-size:\s*[01](?:px|pt|em)?\b|(?<!-)color:\s*(?:white|transparent|#fff)|visibility:\s*hidden|opacity:\s*0|\shidden\b)[^>]*>(.*?)(?:</\1>|\Z)",
    re.I | re.S,
)
_MARKUP = re.compile(r"[*_](?:(?<=\*)\*|(?<=_)_|(?<!\w[*_])(?=\w)|(?<=\w[*_])(?!\w))")
_WHO = r"(?:you|we|it|agents?|assistants?|skills?|(?:this|the)\s+(?:skill|agent|assistant))"
_WILL_NOT = r"(?:(?:will|does|do|must|should|shall|may|can)\s*(?:not|n['’]t|never)|won['’]t|can['’]t|cannot|never)"
_REFUSAL = re.compile(
    rf"\W*(?:(?:{_WHO}\s+)?(?:{_WILL_NOT}|do\s+not|don['’]?ts?|avoid)(?:\s+ever)?(?:\s+(?:do|ask\s+for|store|share|commit|collect))?(?:\s+(?:this|these|any\s+of\s+these|the\s+following))?"
    rf"|(?:things|what)\s+(?:to\s+avoid|(?:not|never)\s+to\s+do)|what\s+{_WHO}\s+{_WILL_NOT}\s+do|what\s+(?:{_WILL_NOT}|stays?\s+out)(?:\s+\w+){{0,4}}|mistakes\s+to\s+avoid"
    r"|(?:strictly\s+)?(?:not\s+allowed|not\s+permitted|forbidden|prohibited|disallowed|off[- ]limits)(?:\s+actions?)?|anti-?\s?patterns?|bad\s+practices|red\s+(?:lines|flags?)(?:\W+never)?|never|non-?goals|out\s+of\s+scope)"
    r"(?:,?\s+(?:under\s+any\s+circumstances|for\s+any\s+reason))?\W*",
    re.I,
)
"""A heading, or words before a list, that forbid what follows."""
_REFUSAL_WORDS = (
    "not", "don", "n't", "never", "avoid", "forbid", "prohibit", "disallow", "limit", "anti", "bad", "red", "goal", "out",
)  # fmt: skip
"""It holds one of them."""
_TURNS = re.compile(
    r"\W*(?:never|do\s+not|don['’]t|but|however|instead|except|unless|otherwise|always|must|rather)\b", re.I
)
"""Words at the beginning of a sentence that stand for themselves, whatever the heading."""
_LOOKS_FOR = re.compile(
    r"\b(?:look(?:ing|s)?|watch(?:ing|es)?|check(?:ing|s)?)\s+(?:out\s+|closely\s+|especially\s+)?for(?:\s+\w+){0,3}\W*\Z|\bcheck(?:ing|s)?\s+(?:\w+\s+){1,4}for\W*\Z|\b(?:flag|beware\s+of|warn\s+(?:of|about))(?:\s+\w+){0,3}\W*\Z|\bred\s+flags?\W*\Z",
    re.I,
)
"""Words before a list of what is looked for,"""
_LOOKED_AT = re.compile(
    r"\b(?:diffs?|code|source|skills?|scripts?|plug-?ins?|extensions?|updates?|changes|versions?|pull\s+requests?|commits?|dependenc(?:y|ies)|packages?)\b",
    re.I,
)
"""and in what."""
_MAX_HEAD = 70
_BEFORE_LIST = (":", "*")


class Sentence(NamedTuple):
    """One sentence of prose and where it begins.

    Attributes:
        path, line, text: Where it stands, and what it says.
        is_hidden: A page does not show it.
        is_refused: The heading, or the words before the list, forbid it.
        is_command: A line of code that hands over a file; read for what prose says of the file, not as prose.
        fills: The files that it has filled with secrets.
        is_quoted: It stands in a quotation of several lines.
        own_line: Where it begins, if not where its paragraph does.
        is_looked_for: It is an item of what is looked for in a text.
    """

    path: str
    line: int
    text: str
    is_hidden: bool = False
    is_refused: bool = False
    is_command: bool = False
    fills: tuple[str, ...] = ()
    is_quoted: bool = False
    own_line: int = 0
    is_looked_for: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """A rule that a sentence meets, with what it weighs there, and where in the sentence the words begin."""

    rule: str
    severity: Severity
    sentence: Sentence
    start: int = 0


_ALONE = re.compile(r"https?://\S{4,300}")


def leads_below(text: str) -> bool:
    """Whether a sentence goes on below, so that an address that stands there by itself belongs to it.

    >>> leads_below("At each start, fetch"), leads_below("Fetch it from:"), leads_below("Authenticate first.")
    (True, True, False)
    """
    return text[-1:] not in ".!?。!?" and "icense" not in text


def sentences(text: str, path: str, *, first_line: int = 1) -> list[Sentence]:
    """Cut prose into sentences; wrapped lines are joined, list items stand alone, comments are told apart.

    >>> [(s.line, s.text) for s in sentences("Read the whole of\\nthe file. Then write a summary.\\n- Stop there.", "x")]
    [(1, 'Read the whole of the file.'), (1, 'Then write a summary.'), (3, 'Stop there.')]
    >>> [(s.line, s.text) for s in sentences("---\\nname: a\\n---\\nRead the file.", "x")]
    [(1, '--- name: a ---'), (4, 'Read the file.')]
    """
    every = [*_unseen(text, path, first_line)] if "<!--" in text or "style=" in text or "hidden" in text else []
    text = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text) if "<!--" in text else text
    level, is_led, looks_for = 0, False, False
    above: Sentence | None = None
    for lines, line, head, is_item in _paragraphs(text, first_line):
        paragraph = " ".join(lines) if len(lines) > 1 else lines[0]
        said = _cut(paragraph, path, line)
        is_address = paragraph.startswith("http") and not (head or is_item) and _ALONE.fullmatch(paragraph)
        if is_address and above and leads_below(above.text):
            # An address that stands by itself belongs to the sentence above it.
            said = [above._replace(text=f"{above.text} {paragraph}", line=line, own_line=0)]
            above = None
        else:
            above = said[-1] if said else None
        if len(lines) > 1:
            said = _numbered(said, lines, paragraph)
        if looks_for and is_item:
            said = [one._replace(is_looked_for=True) for one in said]
        looks_for = _leads_to_looking(paragraph) or (looks_for and is_item)
        if head or not is_item:
            is_short = head or (paragraph[-1:] in _BEFORE_LIST and len(paragraph) < _MAX_HEAD)
            forbids = bool(is_short and may_hold(paragraph, _REFUSAL_WORDS) and _REFUSAL.fullmatch(paragraph))
            is_led = forbids and not head
            if head and (forbids or head <= level):
                level = head if forbids else 0
        if (level or (is_led and is_item)) and said and not head and not _TURNS.match(said[0].text):
            said[0] = said[0]._replace(is_refused=True)
        every += said
    return every


def _leads_to_looking(paragraph: str) -> bool:
    """Whether a paragraph ends with what comes before a list of what is looked for in a text that somebody wrote.

    >>> _leads_to_looking("Read the diff. Look for"), _leads_to_looking("Look for:"), _leads_to_looking("Read the diff.")
    (True, False, False)
    """
    end = paragraph[-_MAX_HEAD:]
    return ("for" in end or "lag" in end or "of" in end or "about" in end) and bool(
        _LOOKS_FOR.search(end) and _LOOKED_AT.search(paragraph[-4 * _MAX_HEAD :])
    )


def _numbered(said: Sequence[Sentence], lines: Sequence[str], paragraph: str) -> list[Sentence]:
    """Sentences with the lines on which they begin; what marks words takes no space away."""
    ends = [*itertools.accumulate([line.count(" ") + 1 for line in lines])]
    found, place = [], 0
    for one in said:
        place = max(place, paragraph.find(one.text[:24], place))
        below = bisect_right(ends, paragraph.count(" ", 0, place))
        found.append(one._replace(own_line=one.line + below) if below else one)
    return found


def _unseen(text: str, path: str, first_line: int) -> Iterator[Sentence]:
    """What a page does not show: comments, and text that is styled away."""
    at, last = first_line, 0
    for found in _COMMENT.finditer(text) if "<!--" in text else ():
        at, last = at + text.count("\n", last, found.start()), found.start()
        whole = Sentence(path, at, " ".join(found[1].split())[:4000], is_hidden=True)
        yield whole
        # What one sentence of a comment forbids takes nothing back of what another orders.
        if "icens" not in whole.text and len(said := _cut(whole.text, path, at)) > 1:
            yield from said
    at, last = first_line, 0
    for found in _UNSEEN_HTML.finditer(text) if "style=" in text or "hidden" in text else ():
        at, last = at + text.count("\n", last, found.start()), found.start()
        yield Sentence(path, at, " ".join(found[2].split())[:4000], is_hidden=True)


def _paragraphs(text: str, first_line: int) -> list[tuple[list[str], int, int, bool]]:
    """Paragraphs, items and headings: the lines, the first one's number, the level of a heading or 0, whether it is an item."""
    found: list[tuple[list[str], int, int, bool]] = []
    kept: list[str] = []
    begin, length, is_item = first_line, 0, False
    for number, line in enumerate(text.split("\n"), start=first_line):
        said = line.strip()
        if not said:
            if kept:
                found.append((kept, begin, 0, is_item))
                kept, length = [], 0
            continue
        first = said[0]
        item, level, is_end = None, 0, False
        if first in _SIGNS or first.isdecimal():
            item = _item(said, line) if first != "#" else None
            # What stands right below the front matter is no part of it.
            is_end = first == "#" or (said == "---" and kept[:1] == ["---"])
            if kept and (item is not None or first == "#"):
                found.append((kept, begin, 0, is_item))
                kept, length = [], 0
            said = said if item is None else item
            if said[:1] == "#":
                title = said.lstrip("#")
                level = len(said) - len(title) if first == "#" else 0
                said = title.strip()
        if not kept:
            begin, is_item = number, item is not None
        kept.append(said)
        length += len(said)
        if is_end or length > 4000:
            found.append((kept, begin, level, is_item))
            kept, length = [], 0
    if kept:
        found.append((kept, begin, 0, is_item))
    return found


def _item(said: str, line: str) -> str | None:
    """What a line says that begins an item or a quotation, without its mark; nothing for another line."""
    first = said[0]
    if first in _MARKS:
        return said[1:].lstrip() if said[1:2].isspace() or (said == first and line[-1:].isspace()) else None
    if first == ">":
        return said[1:].lstrip()
    mark = _NUMBER.match(line.lstrip())
    return said[mark.end() :] if mark else None


def _may_end_within(paragraph: str) -> bool:
    """Whether a sentence may end before a paragraph does; of most paragraphs the last sign is the only one."""
    return (
        "!" in paragraph
        or "?" in paragraph
        or paragraph.find(".", 0, -1) >= 0
        or (not paragraph.isascii() and any(sign in paragraph for sign in "。！？"))
    )


def _cut(paragraph: str, path: str, line: int) -> list[Sentence]:
    if "*" in paragraph or "_" in paragraph:
        paragraph = _MARKUP.sub("", paragraph)
    found, begin = [], 0
    # Fewer signs say as much where each is a word.
    least = 8 if paragraph.isascii() else 4
    if len(paragraph) > 40 and _may_end_within(paragraph):
        for end in _END.finditer(paragraph):
            if end.start() - begin >= least:
                found.append(Sentence(path, line, paragraph[begin : end.start() + 1][:3000]))
            begin = end.end()
    if len(paragraph) - begin > least:
        found.append(Sentence(path, line, paragraph[begin : begin + 3000]))
    return found
