"""Which links does a program write into pages so that no reader sees them?

Links out of sight are there for the counting of search engines, and for whoever is paid for them. What is kept for readers
of the screen, or shown when somebody opens it, leads into the page itself, is no link, or is brought into sight again.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from metier.govern.scan.flow import Step
from metier.govern.scan.grants import Found
from metier.govern.scan.hosts import Place
from metier.govern.scan.parts import Part
from metier.govern.scan.purpose import Purpose
from metier.govern.scan.seen import Seen, place_of_step
from metier.govern.scan.variables import NAME
from metier.verdict import Severity

HIDING = (
    "left", "right", "top:", "bottom", "indent", "margin", "display", "visibility", "size", "height", "width", "opacity", "clip", "color",
    "translate", "scale(", "sr-only", "hidden", "screen-reader", "d-none",
)  # fmt: skip
"""What puts a stretch of a page out of sight holds one of them."""
OF_LINT = r"\baudit|\bdetect|spam|\blint"
_FAR = r"(?:(?:left|right|top|bottom|text-indent|margin-\w{3,6})\s*:\s*-\d{4,6}(?:\.\d+)?(?:px|pt)?|translate\w?\(\s*-\d{4,6}px)"
_TINY = r"(?:font-size\s*:\s*[01](?:px|pt|em)?(?![\w.%])|clip\s*:\s*rect\(|clip-path\s*:\s*(?:inset\((?:50|100)%|circle\(0)|scale\(0\)|(?<![-\w])color\s*:\s*transparent)"
_FOLDED = r"(?:(?:left|right|top|text-indent)\s*:\s*-\d{3}(?:r?em|px|v[wh]|%)|display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?:\.0\d?)?(?![.\d])|(?<![-\w])(?:max-)?(?:height|width)\s*:\s*[01](?:px)?(?![\w.%]))"
"""So, what opens when it is asked to is closed as well."""
_CLASS = r"class\s*=\W{1,3}[\w -]{0,40}\b(?:sr-only|visually-?hidden|screen-reader-\w{4,8})\b"
_FOLDED_CLASS = r"class\s*=\W{1,3}[\w -]{0,40}\b(?:d-none|invisible)\b"
_HIDDEN = r"\shidden(?=[\s>])"
"""A program, even in another file, takes it away; so it weighs less."""
_LINK = r"<a\s(?![^<>\n]{0,120}(?:\brel=\W{1,3}(?:me|author|publisher)\b|class=\W{1,3}(?:u|h|p)-))[^<>\n]{0,80}href=\W{1,3}https?://(?!(?:www\.)?(?:github|gitlab)\.com/)"
"""A link to somebody; one that says who the author is, is for programs."""
LINK_UNSEEN = re.compile(
    rf"(?:{_FAR}|{_TINY}|display\s*:\s*none|visibility\s*:\s*hidden)[^<>\n]{{0,80}}>[^<>\n]{{0,40}}{_LINK}"
    rf"|<a(?=\s[^<>\n]{{0,200}}(?:{_FAR}|{_TINY}|display\s*:\s*none|visibility\s*:\s*hidden))(?<=<a){_LINK.removeprefix('<a')}"
)
"""A stretch of a page that nobody sees, with a link in it, or a link that nobody sees."""
_PAGE_LINK = re.compile(rf"(?:{_FAR}|{_TINY})[^<>\n]{{0,80}}>\s{{0,40}}[^<>\n]{{0,40}}{_LINK}", re.I)
_PAGES = (
    ".html",
    ".htm",
    ".liquid",
    ".njk",
    ".ejs",
    ".erb",
    ".hbs",
    ".mustache",
    ".twig",
    ".tmpl",
    ".j2",
    ".md",
    ".mdx",
    ".markdown",
)
_FORBIDS = re.compile(
    r"\b(?:never|avoid|don['’]t|do\s+not|not|wrong|bad|spam\w*|penal\w+|black-?hat|against|remove|find|flag|like)\b",
    re.I,
)
_BEFORE = 240
"""So much of a document before a stretch of a page may say that it is not to be done."""
_ELEMENT = r"<(?P<tag>div|p|ul|ol|li|section|aside|footer|nav|small|center|font|table|span)\b[^<>\n]{0,160}?"
_ENDS_TAG = r"[^<>\n]{0,80}>(?P<within>[^<>\n]{0,160})"
_OUT_OF_SIGHT = re.compile(
    rf"{_ELEMENT}(?:(?P<far>{_FAR})|(?P<tiny>{_TINY}|{_CLASS})|(?P<folded>{_FOLDED}|{_FOLDED_CLASS})|(?P<hidden>{_HIDDEN})){_ENDS_TAG}",
    re.I,
)
_STYLED = re.compile(
    rf"\b(?P<one>\w{{1,40}})\.(?:style\.cssText\s*=\s*[\"'`][^\"'`\n]{{0,120}}?(?:{_FAR}|{_TINY}|{_FOLDED})|style\.(?:left|top|textIndent)\s*=\s*[\"'`]-\d{{4,}}|style\.display\s*=\s*[\"'`]none"
    rf"|setAttribute\(\s*[\"'`]style[\"'`]\s*,\s*[\"'`][^\"'`\n]{{0,120}}?(?:{_FAR}|{_TINY}|{_FOLDED}))"
    rf"|\b(?P<made>\w{{1,40}})\s*=\s*[\w.]{{1,40}}\(\s*[\"'](?:div|p|section|footer)[\"']\s*,[^\n]{{0,80}}?(?:{_FAR}|{_TINY}|{_FOLDED})"
)
"""An element that a program makes, and puts out of sight."""
_FILLED = r"(?<!\w){}\.(?:innerHTML\b|insertAdjacentHTML\(|append\w{{0,6}}\(|add\w{{0,6}}\()"
_MAKES_LINKS = re.compile(
    r"(?i:<a\s[^<>\n]{0,80}href\s*=)|(?:new_tag|createElement|Element|h)\(\s*[\"'`]a[\"'`]|\blink_to\b|\]\(\s*[#$%]?\{"
)
_SHOWS_AGAIN = re.compile(
    r"addEventListener\(|\bonclick\b|\btoggle|aria-(?:expanded|controls|haspopup)|:(?:hover|focus|target)\b|<details\b|\bdisplay\s*[:=]\s*\W?(?:block|flex|grid)|transition|\bdropdown|\bmodal|\bdialog",
    re.I,
)
_LISTED = re.compile(
    r"https?://(?!(?:www\.)?(?:github|gitlab)\.com/)[\w.-]{4,80}[^\s\"'`|,<>]{0,100}(?:[|;,\t]\s?[A-Za-z][\w -]{3,60}[\"'`\n]|[\"'`]\s*(?:,|=>|:|=)\s*(?:\w{1,12}\s*[:=]>?\s*)?[\"'`][A-Za-z][\w' -]{3,60}[\"'`])"
    r"|[\"'`][A-Za-z][\w' -]{3,60}[\"'`]\s*(?:,|=>|:)\s*(?:\w{1,12}\s*[:=]>?\s*)?[\"'`]https?://(?!(?:www\.)?(?:github|gitlab)\.com/)[\w.-]{4,80}"
)
"""Addresses that a program holds, each with the words of its link."""
_KEPT = re.compile(
    r"^[\s({]*(?:(?:const|let|var|my|our|local|auto|export)\s+)?[$@]?(\w{1,40})\s*(?:\.|\+|\|\||:|<)?=|\bF?[Pp]rintf?\w*\(\s*&(\w{1,40})|^[$@]?(\w{1,40})\.(?:Write\w*|append|push|add|insert)\("
)
"""A name that is given something, or more of it."""
_MAX_PLACES = 40


def unseen_links(steps: Sequence[Step], purpose: Purpose, text: str) -> Iterator[Seen]:
    """The first step of a program that puts links into a page where nobody sees them.

    Args:
        text: The steps, a line each.

    >>> from metier.govern.scan.statement import Statement
    >>> lines = ["row = f'<a href={at}>{word}</a>'", "page += f'<div style=\\"left:-9999px\\">{row}</div>'"]
    >>> steps = [Step(Statement("a.py", n, line), frozenset()) for n, line in enumerate(lines)]
    >>> [seen.step.statement.line for seen in unseen_links(steps, Purpose(), "\\n".join(lines))]
    [1]
    """
    said = text.lower()
    if not any(word in said for word in HIDING) or not _MAKES_LINKS.search(text) or purpose.says(OF_LINT):
        return
    found = [*_places(text)]
    if not found:
        return
    names = _names_of_links(steps)
    is_strange = _LISTED.search(text) is not None or any(
        "fetch" in step.labels and step.urls and place_of_step(step, purpose) >= Place.UNKNOWN for step in steps
    )
    is_shown_again = _SHOWS_AGAIN.search(text) is not None
    told: Seen | None = None
    for place in found:
        holds_links = _MAKES_LINKS.search(place.within) or not names.isdisjoint(_words(place.within))
        if not holds_links or not (place.is_far or is_strange) or (place.is_folded and is_shown_again):
            continue
        step = steps[min(text.count("\n", 0, place.start), len(steps) - 1)]
        weight = Severity.REVIEW if place.is_hidden else Severity.BLOCK
        if told is None or weight == Severity.BLOCK:
            told = Seen("hidden-text", weight, step, "links that a page does not show")
        if weight == Severity.BLOCK:
            break
    if told is not None:
        yield told


def unseen_in_pages(parts: Sequence[Part], purpose: Purpose) -> Iterator[Found]:
    """The first link of each page, template or document that stands where no reader sees it.

    >>> from metier.govern.scan.parts import read_text
    >>> text = '<p style="left:-9999px"><a href="https://spin.invalid/">slots</a></p>'
    >>> [found[:2] for found in unseen_in_pages(read_text(text, "foot.html").parts, Purpose())]
    [('hidden-text', <Severity.BLOCK: 'block'>)]
    """
    for part in parts:
        if (
            part.is_example
            or "href" not in part.text.lower()
            or not part.path.lower().endswith(_PAGES)
            or purpose.says(OF_LINT)
        ):
            continue
        for found in itertools.islice(_PAGE_LINK.finditer(part.text), _MAX_PLACES):
            if not _FORBIDS.search(part.text, max(0, found.start() - _BEFORE), found.start()):
                line = part.text.count("\n", 0, found.start()) + 1
                yield "hidden-text", Severity.BLOCK, part.path, line, found[0]
                break


class _Place(NamedTuple):
    """Where something is put out of sight.

    Attributes:
        start, within: Where it stands, and what is put there.
        is_far: It is far outside of the page.
        is_folded: It may be opened.
        is_hidden: Nothing but a word that programs take away hides it.
    """

    start: int
    within: str
    is_far: bool = False
    is_folded: bool = False
    is_hidden: bool = False


def _places(text: str) -> Iterator[_Place]:
    """Where something is put out of sight."""
    for found in itertools.islice(_OUT_OF_SIGHT.finditer(text), _MAX_PLACES):
        behind = text[found.end("within") : found.end("within") + 120].partition("\n")[0]
        within = _inside(found["within"] + behind, found["tag"])
        is_hidden = found["hidden"] is not None
        is_folded = is_hidden or found["folded"] is not None
        yield _Place(found.start(), within, found["far"] is not None, is_folded, is_hidden)
    for found in [*_STYLED.finditer(text)][:_MAX_PLACES]:
        filled = re.compile(_FILLED.format(re.escape(found["one"] or found["made"])))
        if (put := filled.search(text, found.end(), found.end() + 1200)) is not None:
            line = text[put.end() : put.end() + 300].partition("\n")[0]
            yield _Place(found.start(), line)


def _inside(text: str, tag: str) -> str:
    """What stands in an element, up to the tag that closes it.

    >>> _inside("{a}<div>{b}</div>{c}</div><table>{d}</table>", "div")
    '{a}<div>{b}</div>{c}'
    """
    depth = 1
    for found in re.finditer(rf"<(/?){tag}\b", text, re.I):
        depth += -1 if found[1] else 1
        if depth == 0:
            return text[: found.start()]
    return text


def _names_of_links(steps: Sequence[Step]) -> set[str]:
    """The names that hold links, and the functions that give some back."""
    names: set[str] = set()
    for _ in range(2):
        for step in steps:
            text = step.text
            if not _MAKES_LINKS.search(text) and names.isdisjoint(_words(text)):
                continue
            names.update(name.lstrip("$@") for name in step.statement.assigns)
            if (kept := _KEPT.search(text)) is not None:
                names.update(filter(None, kept.groups()))
            if step.statement.scope and ("return" in text or _MAKES_LINKS.search(text)):
                names.add(step.statement.scope)
    return names


def _words(text: str) -> set[str]:
    return {name.lstrip("$") for name in NAME.findall(text)}
