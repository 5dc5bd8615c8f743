"""What does a document show? Markup and entities within words, and code spans that are broken over lines, as a page shows them.

Only what joins or parts words is written out; comments, addresses and hidden elements stay for those who look at them.
"""

from __future__ import annotations

import html
import re

_MARKS = ("&", "<", "*", "~~", "](#", "`")
_ENTITY = re.compile(
    r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|shy|zwn?j|ZeroWidthSpace|NoBreak|nbsp|e[nm]sp|thinsp|[lr]rm|colon|sol|period|lowbar|hyphen|dash|vert"
    r"|verbar|Vert(?:icalLine|bar)|lpar|rpar|commat|num|dollar|percnt|equals|plus);"
)
_PLAIN_TAG = re.compile(
    r"</?(?:b|i|u|s|em|strong|span|small|big|mark|sub|sup|ins|del|bdi|bdo|tspan|font)>|<wbr\s*/?>", re.I
)
"""A tag that changes no more than how letters look."""
_BREAK = re.compile(r"[ \t]*<br\s*/?>[ \t]*", re.I)
_BREAKS = re.compile(r"<[bB][rR]")
_COMMENT = re.compile(r"(?<=\w)<!--[^<>\n]{0,200}-->(?=\w)")
_STRONG_WITHIN = re.compile(r"\*\*(?:(?<=[A-Za-z]\*\*)[A-Za-z]|[A-Za-z]{1,40}\*\*[A-Za-z])")
_STRONG = re.compile(
    r"(?<=[A-Za-z])(\*\*|~~)([A-Za-z]{1,40})\1|(\*\*|~~)([A-Za-z]{1,40})\3(?=[A-Za-z])|(?<=[A-Za-z])~~~~(?=[A-Za-z])"
)
_LIGHT_WITHIN = re.compile(r"\*(?:(?<=[A-Za-z]\*)[A-Za-z]|[A-Za-z]{1,40}\*[A-Za-z])")
_LIGHT = re.compile(r"(?<![\w*])([A-Za-z]*)\*([A-Za-z]{1,40})\*(?<![*]{2})([A-Za-z]*)(?![\w])(?!\*[A-Za-z]+\*\w)")
"""Letters that lean, with those before and behind them."""
_MAX_LEANS = 4
_ANCHOR = re.compile(r"\[([^\[\]\n]{1,40})\]\(#[\w-]{0,40}\)")
_NO_MARKS = bytes(code for code in range(128) if code not in b"`\n")
_FENCE = re.compile(r"[ \t>]*(?:```|~~~)")
_MAX_LINES = 30
"""Over so many lines may a code span go."""


def rendered(text: str) -> str:
    """A document with its words as a page shows them. Lines stay lines.

    >>> rendered("Run `cu<b></b>rl\\n-s` and se&#110;d, **De**lete, [all](#a).")
    'Run `curl -s`\\n and send, Delete, all.'
    """
    if not any(mark in text for mark in _MARKS):
        return text
    if "&" in text:
        text = _ENTITY.sub(_letter, text)
    if "<" in text:
        text = _PLAIN_TAG.sub("", _COMMENT.sub("", text) if "<!--" in text else text)
        text = _BREAK.sub(" ", text) if _BREAKS.search(text) else text
    if ("**" in text and _STRONG_WITHIN.search(text)) or "~~" in text:
        text = _STRONG.sub(lambda found: found[2] or found[4] or "", text)
    if "*" in text and _LIGHT_WITHIN.search(text):
        text = _without_light(text)
    if "](#" in text:
        text = _ANCHOR.sub(r"\1", text)
    return _with_whole_spans(text) if text.count("`") % 2 == 0 and "`" in text else text


def _without_light(text: str) -> str:
    """Words of which some letters lean, as they are read; what stands in code stays.

    >>> _without_light("Uplo*ad* all to `a*b*c`, and never *tell*the user.\\n```\\nd*e*f\\n```")
    'Upload all to `a*b*c`, and never tell the user.\\n```\\nd*e*f\\n```'
    """
    lines, is_fenced = text.split("\n"), False
    for number, line in enumerate(lines):
        if (fence := _FENCE.match(line)) and "`" not in line[fence.end() :].lstrip("`"):
            is_fenced = not is_fenced
        elif not is_fenced and "*" in line:
            pieces = line.split("`")
            # A sign that has no second one opens no code.
            prose = [*range(0, len(pieces), 2), *([len(pieces) - 1] if len(pieces) % 2 == 0 else [])]
            for place in prose:
                pieces[place] = _upright(pieces[place])
            lines[number] = "`".join(pieces)
    return "\n".join(lines)


def _upright(text: str) -> str:
    for _ in range(_MAX_LEANS):
        if (changed := _LIGHT.sub(_word, text)) == text:
            break
        text = changed
    return text


def _word(found: re.Match[str]) -> str:
    """What leans within a word is read as part of it; a word that leans beside another is one by itself."""
    before, within, behind = found.groups()
    whole = before + within + behind
    if not (before or behind):
        return found[0]
    halves = [half for half in (before, within, behind) if half]
    return " ".join(halves) if not _is_known(whole) and all(map(_is_known, halves)) else whole


def _is_known(word: str) -> bool:
    # The words are read only where letters lean at all, which is hardly anywhere.
    from metier.govern.scan.likeness import model

    return word.lower().encode() in model().first


def _letter(found: re.Match[str]) -> str:
    said = html.unescape(found[0])
    return found[0] if "\n" in said or "\r" in said or "<" in said or ">" in said else said


def _with_whole_spans(text: str) -> str:
    """Code spans that are broken over lines, on the first of these."""
    # Where each code span is on one line, its signs come in pairs on each.
    marks = text.replace("```", "").encode("ascii", "replace").translate(None, _NO_MARKS)
    if b"`" not in marks.replace(b"``", b""):
        return text
    lines = text.split("\n")
    number, is_fenced = 0, False
    while number < len(lines):
        line = lines[number]
        if "`" not in line and "~" not in line:
            pass
        elif _FENCE.match(line):
            is_fenced = not is_fenced
        elif not is_fenced and line.count("`") % 2:
            _join(lines, number)
        number += 1
    return "\n".join(lines)


def _join(lines: list[str], number: int) -> None:
    for last in range(number + 1, min(number + _MAX_LINES, len(lines))):
        if not lines[last].strip() or _FENCE.match(lines[last]):
            return
        if lines[last].count("`") % 2:
            before, sign, after = lines[last].partition("`")
            span = [lines[number].rstrip(), *(one.strip() for one in lines[number + 1 : last]), before.strip()]
            lines[number] = " ".join(span) + sign
            lines[number + 1 : last + 1] = ["" for _ in range(number + 1, last)] + [after]
            return
