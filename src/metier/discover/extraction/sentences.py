"""Where does each sentence of a job ad begin and end? Offsets into the text as it was given.

Ads are not prose: bullets, headings without a full stop, lists with semicolons, wrapped lines, rests of HTML. So the
layout is read first (`metier.discover.extraction.layout`), then lists that stand in one line, then sentences, and last
what is too long for an encoder is cut. Every step is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from metier.discover.extraction.ends import (
    BEFORE_NUMBER,
    DATES,
    DOTTED,
    HOURS,
    NEVER_FINAL,
    RARELY_FINAL,
    STARTERS,
    SUFFIXES,
)
from metier.discover.extraction.layout import units

LONGEST = 600
"""Characters after which a sentence is cut at the best place; encoders read about 256 tokens, some 1,000 characters."""

Span = tuple[int, int]

_STOP = re.compile(r"([.!?…]+|[。！？｡؟۔।॥；]+)([\"'”’»)\]）」』】]*)(\s*)")
_INSIDE = re.compile(r"(?:[.!?…。！？｡؟۔।॥；]|;\s|[-–*]\s|\d\)\s)(?!\Z)")
"""Whatever may part a line has one of these before its end; most items of lists have none."""
_OPENERS = "\"'“„‘«([¿¡"
_GLUED = re.compile(r"([A-ZÀ-Þ][a-zß-ÿ]+)(?=[\s,’'])|([AI]) ")
_DASHES = re.compile(r"[:.;!?]\s*([-–*])\s+(?=\w)")
_SPACED = re.compile(r"[-–*]\s")
_NUMBER = re.compile(r"(\d{1,2})[.)]\s+(?=[^\W\d])")
_WORD = re.compile(r"\w*")
_SEMICOLON = re.compile(r";\s+")
_GOOD_CUTS = ("; ", ": ", ", ", " – ", " - ", " and ", " und ", " or ", "、", "，")
_WORDS_OF_A_PHRASE = 3


def split(text: str) -> list[Span]:
    r"""Cut a text into sentences and list items, as offsets `[start, end)` in order.

    Spans do not overlap, neither begin nor end with a blank, and cover the text but for blanks, bullets, numbers of
    lists and block tags of HTML. No span is longer than `LONGEST`. A list in one line is cut at its semicolons if it
    has three items or more and they are phrases.

    >>> ad = "We use Node.js, e.g. for APIs. You bring:\n• 3.5 years of C++\n• R&D experience"
    >>> [ad[start:end] for start, end in split(ad)]
    ['We use Node.js, e.g. for APIs.', 'You bring:', '3.5 years of C++', 'R&D experience']
    """
    spans: list[Span] = []
    for unit in units(text):
        if unit[1] - unit[0] <= LONGEST and not _INSIDE.search(text, *unit):
            spans.append(unit)
            continue
        for item in _items_in_line(text, *unit):
            for sentence in _sentences(text, *item):
                for part in _semicolon_items(text, *sentence):
                    spans.extend(_short_enough(text, *part))
    return spans


def _sentences(text: str, start: int, end: int) -> Iterator[Span]:
    cased: bool | None = None
    for found in _STOP.finditer(text, start, end):
        stop, after = found.start(3), found.end()
        if after == end:
            break
        if found.start() == start:
            continue
        if cased is None:
            cased = not text[start:end].islower()
        glued = stop == after and found[1][0] in ".!?…"
        if _is_glued(text, found, start) if glued else _is_end(text, found, start, cased=cased):
            yield start, stop
            start = after
    if start < end:
        yield start, end


def _is_end(text: str, found: re.Match[str], start: int, *, cased: bool) -> bool:
    """Whether a mark with a blank after it, or one of a script that writes none, ends the sentence."""
    mark = found[1]
    if mark.strip(".…"):
        return True
    after = found.end()
    following = text[after : min(after + 24, found.endpos)].lstrip(_OPENERS)
    lower = following[:1].islower()
    if mark != ".":
        return not lower
    word = _word_before(text, found.start(), start)
    if following.startswith(("NET", "js")) and text[found.start() - 1].isspace():
        return False
    if not lower:
        return _ends_before_capital(word, following)
    plain, starts = word.lower(), _first_word(following) in STARTERS
    if (
        plain in NEVER_FINAL
        or len(word) < 2
        or _is_dotted(word)
        or (cased and (plain == "etc" or plain in RARELY_FINAL))
    ):
        return False
    return starts or text[found.start() - 1].isspace() or not (cased or plain in RARELY_FINAL)


def _ends_before_capital(word: str, following: str) -> bool:
    plain = word.lower()
    if plain in NEVER_FINAL or plain in DOTTED or (len(word) == 1 and word.islower()):
        return False
    if plain in HOURS:
        return _first_word(following) not in DATES
    if plain in RARELY_FINAL or _is_dotted(word) or (len(word) == 1 and word.isalpha()):
        return _first_word(following) in STARTERS
    is_ordinal = word.isdigit() and len(word) < 3
    if following[:1].isdigit():
        return plain not in BEFORE_NUMBER and not is_ordinal
    return not (is_ordinal and _first_word(following) in DATES)


def _is_glued(text: str, found: re.Match[str], start: int) -> bool:
    """Whether a sentence ends though no blank follows: `environment.We offer`, but neither `Node.Js` nor an address."""
    stop = found.start()
    before = text[max(start, stop - 2) : stop]
    if not (before.isalpha() and before.islower()):
        return False
    following = _GLUED.match(text, found.end(), found.endpos)
    if following is None or following[0].lower() in SUFFIXES:
        return False
    word = text[max(start, stop - 40) : stop].rsplit(None, 1)[-1]
    return not any(sign in word for sign in "@/.")


def _word_before(text: str, stop: int, start: int) -> str:
    words = text[max(start, stop - 24) : stop].rsplit(None, 1)
    return words[-1].lstrip(_OPENERS).rpartition("/")[2].rpartition("-")[2] if words else ""


def _first_word(following: str) -> str:
    return _WORD.match(following)[0].lower()  # type: ignore[index]


def _is_dotted(word: str) -> bool:
    """Whether a word is letters with dots between, such as `U.S` or `B.Sc`, its last dot taken off."""
    return "." in word and all(part.isalpha() and len(part) <= 3 for part in word.split("."))


def _items_in_line(text: str, start: int, end: int) -> Iterable[Span]:
    """Cut `We expect: - Java - English` and `Tasks: 1) plan 2) order` at their marks."""
    cuts = _dashes(text, start, end) or _numbers(text, start, end)
    return _between(text, start, end, cuts) if cuts else ((start, end),)


def _dashes(text: str, start: int, end: int) -> list[Span]:
    """The dashes of a list in a line: the first stands after a mark or was taken off as a bullet."""
    if not _SPACED.search(text, start, end):
        return []
    opens = _DASHES.search(text, start, end)
    mark, first = (opens[1], opens.start(1)) if opens else (text[max(0, start - 2) : start].strip(), start)
    if mark not in ("-", "–", "*"):
        return []
    # A dash inside prose has a small letter after it: the items of a list that was a list begin alike.
    item = re.compile(rf"(?<=\s){re.escape(mark)}\s+" + ("" if opens else "(?=[A-Z0-9])"))
    cuts = [found.span() for found in item.finditer(text, first, end)]
    return cuts if len(cuts) > 1 else []


def _numbers(text: str, start: int, end: int) -> list[Span]:
    """The numbers of a list in a line: 1, 2 and so on; the first may have been taken off as a bullet."""
    cuts: list[Span] = []
    due = 2 if text[max(0, start - 4) : start].strip(" (") in ("1.", "1)") else 1
    for found in _NUMBER.finditer(text, start, end):
        left = found.start() - text.startswith("(", found.start() - 1)
        if int(found[1]) == due and (left <= start or text[left - 1].isspace()):
            cuts.append((max(left, start), found.end()))
            due += 1
    return cuts if due > 2 and cuts else []


def _semicolon_items(text: str, start: int, end: int) -> Iterable[Span]:
    if text.count("; ", start, end) < 2:
        return ((start, end),)
    cuts = [(found.start() + 1, found.end()) for found in _SEMICOLON.finditer(text, start, end)]
    if len(text[start:end].split()) < _WORDS_OF_A_PHRASE * (len(cuts) + 1):
        return ((start, end),)
    return _between(text, start, end, cuts)


def _between(text: str, start: int, end: int, cuts: Iterable[Span]) -> Iterator[Span]:
    """What is left of a span when cuts are taken out, without the blanks before each."""
    for left, right in (*cuts, (end, end)):
        stop = start + len(text[start:left].rstrip())
        if stop > start:
            yield start, stop
        start = right


def _short_enough(text: str, start: int, end: int) -> Iterator[Span]:
    while end - start > LONGEST:
        middle, most = start + LONGEST // 2, start + LONGEST
        place = max(text.rfind(sign, middle, most) + len(sign) - 1 for sign in _GOOD_CUTS)
        if place < middle:
            place = max(text.rfind(blank, middle, most) for blank in " \n\t")
        cut = place + 1 if place >= middle else most
        yield start, start + len(text[start:cut].rstrip())
        start = cut
        while text[start].isspace():  # a span never ends with a blank, so this stops
            start += 1
    if start < end:
        yield start, end
