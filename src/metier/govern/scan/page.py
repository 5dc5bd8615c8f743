"""Which programs stand in a web page? Its script elements, and what its elements do when something happens to them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from metier.govern.scan.markdown import Block, blocks

_ENDINGS = (".html", ".htm", ".xhtml", ".svg")
_BEGINS = re.compile(r"\s*(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html)\b", re.I | re.S)
_BEGIN, _END = re.compile(r"<script\b", re.I), re.compile(r"</script\b", re.I)
_TYPE = re.compile(r"(?<![\w-])type\s*=\s*[\"']?\s*([^\s\"'>;]+)", re.I)
_RUN = re.compile(
    r"module|text/(?:babel|jsx|typescript)|(?:text|application)/(?:x-)?(?:java|ecma|j|live)script[\d.]*", re.I
)
"""What a browser runs; anything else is data to it."""
_EVENT = re.compile(r"(?<=[\s\"'/])on[a-z]{3,24}\s{0,20}=\s{0,20}(?:\"([^\"]+)\"|'([^']+)'|([^\s\"'>][^\s>]*))", re.I)
PAGE = "page"
"""The language of a block that the page itself runs, whatever is said above it."""


def is_page(path: str, text: str) -> bool:
    """Whether a document is one that a browser shows.

    >>> is_page("a/report.html", ""), is_page("report", "<!DOCTYPE html><p>"), is_page("a.md", "Write <html>.")
    (True, True, False)
    """
    return path.lower().endswith(_ENDINGS) or _BEGINS.match(text) is not None


def page_blocks(text: str) -> Iterator[Block]:
    """Cut a web page as a document, and then take the programs out of it that it runs.

    >>> [(b.kind, b.line) for b in page_blocks("<p>See\\n<script>\\nrun()</script>\\n<a onclick='go()'>there</a>")]
    [('prose', 1), ('script', 2), ('script', 4)]
    """
    yield from blocks(text)
    line, place = 1, 0
    shown: list[str] = []
    for said, begin, end in _elements(text):
        shown += [text[place:begin], "\n" * text.count("\n", begin, end)]
        line, place = line + text.count("\n", place, begin), begin
        if not said or _RUN.fullmatch(said):
            yield Block("script", text[begin:end], line, PAGE)
        line, place = line + text.count("\n", begin, end), end
    yield from _events("".join([*shown, text[place:]]))


def _elements(text: str) -> Iterator[tuple[str, int, int]]:
    """The type that each script element says it is of, and where what it holds begins and ends."""
    end = 0
    for found in _BEGIN.finditer(text):
        if found.start() < end:
            continue
        begin = text.find(">", found.end()) + 1
        if not begin:
            return
        closed = _END.search(text, begin)
        end = closed.start() if closed else len(text)
        said = _TYPE.search(text, found.end(), begin)
        if text[begin:end].strip():
            yield said[1] if said else "", begin, end


def _events(text: str) -> Iterator[Block]:
    line, place = 1, 0
    for found in _EVENT.finditer(text):
        group = found.lastindex or 0
        line, place = line + text.count("\n", place, found.start(group)), found.start(group)
        # A sign that is written out may stand for the end of a line, and there is none.
        said = "\n".join(html.unescape(one).replace("\n", " ") for one in found[group].split("\n"))
        yield Block("script", said, line, PAGE)
