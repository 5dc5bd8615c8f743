"""Is an answer the same day or the same time of day, however it is written?"""

from __future__ import annotations

import re
from datetime import date

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
_NAMED = (
    (re.compile(rf"(?:the )?{_DAY}(?: of)? ([A-Za-z]{{3,9}})\.?,? (\d{{4}})"), (2, 1, 0)),
    (re.compile(rf"([A-Za-z]{{3,9}})\.? {_DAY},? (\d{{4}})"), (2, 0, 1)),
)
_YEAR = re.compile(r"\d{4}")
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_NUMBERED = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})")
_WEEKDAY = re.compile(r"(?i)^(?:mon|tues|wednes|thurs|fri|satur|sun)day,? ")
_TIME = re.compile(r"(?i)(\d{1,2})(?:[:/.](\d\d))?(?::(\d\d))? ?(?:([ap])\.? ?m\.?)?")
_COLON = re.compile(r"\d{1,2}[:/]\d\d")
"""A text that is nothing but `14:30` comes as the ratio `14/30`."""
_SURE = re.compile(r"(?:[ap]\. ?m|[AP]\.?M)\.?$")
_WORDS = re.compile(r"(?i)(?:12(?:[:/]00)? ?)?(noon|midday|midnight)")
_OCLOCK = re.compile(r"(?i)(?<=\d) ?(?:h|hrs|hours|o'?clock)\b\.?(?: in the (?:morning|afternoon|evening))?$")


def same_day(gold: str, answer: str) -> bool | None:
    """Whether both are one day; None if one of them is no date, or both are in numbers that may be read in two ways.

    A date in numbers with the year last is read with the day first and with the month first, and may be either.

    >>> same_day("1905-06-30", "June 30, 1905"), same_day("1905-06-30", "30/7/1905"), same_day("30", "30")
    (True, False, None)
    """
    if not _YEAR.search(gold):
        return None
    wanted, said = _days(gold), _days(_WEEKDAY.sub("", answer))
    if not wanted or not said:
        # What is written as 1905-06-30 is no difference of numbers.
        return False if wanted and _ISO.fullmatch(gold) else None
    if len(wanted) == len(said) == 2:
        return None
    return bool(wanted & said)


def _days(text: str) -> set[date]:
    if found := _ISO.fullmatch(text):
        return _valid([found.groups()])
    if found := _NUMBERED.fullmatch(text):
        one, _, two, year = found.groups()
        return _valid([(year, one, two), (year, two, one)])
    for pattern, order in _NAMED:
        if found := pattern.fullmatch(text):
            year, month, day = (found.groups()[place] for place in order)
            numbers = [n for n, name in enumerate(_MONTHS, start=1) if name.startswith(month.lower())]
            return _valid([(year, str(n), day) for n in numbers])
    return set()


def _valid(written: list[tuple[str, ...]]) -> set[date]:
    found = set()
    for year, month, day in written:
        try:
            found.add(date(int(year), int(month), int(day)))
        except ValueError:
            continue
    return found


def same_time(gold: str, answer: str) -> bool | None:
    """Whether both are one time of day; None if neither says am or pm, or nothing tells pm from picometres.

    A colon tells, and so do `p.m.`, `PM`, noon and midnight.

    >>> same_time("14:30", "2:30 pm"), same_time("2:30 am", "2:30 p.m."), same_time("2.30 pm", "2.31 pm")
    (True, False, None)
    >>> same_time("7 pm", "7 PM"), same_time("noon", "12 pm"), same_time("7 p.m", "19:00 h"), same_time("7 pm", "8 pm")
    (True, True, True, None)
    """
    if not (gold[-1:] in "mMnNtT.0123456789hHyks" and (gold[:1].isdigit() or gold[:1] in "nmNM")):
        return None
    gold, answer = (_WORDS.sub(_twelve, text) if text[-1:] in "nNtTy" else text for text in (gold, answer))
    sure = _COLON.match(gold) or _COLON.match(answer) or _SURE.search(gold) or _SURE.search(answer)
    if not sure or "m" not in gold[-3:].lower() + answer[-3:].lower():
        return None
    read = [_TIME.fullmatch(_OCLOCK.sub("", text)) for text in (gold, answer)]
    if read[0] is None or read[1] is None or not (read[0][4] or read[1][4]):
        return None
    wanted, said = _seconds(read[0]), _seconds(read[1])
    return None if wanted is None or said is None else wanted == said


def _twelve(found: re.Match[str]) -> str:
    return "12:00 am" if found[1].lower() == "midnight" else "12:00 pm"


def _seconds(found: re.Match[str]) -> int | None:
    hour, minute, second = (int(found[place] or 0) for place in (1, 2, 3))
    half = (found[4] or "").lower()
    if not (half or found[2]) or not (1 if half else 0) <= hour <= (12 if half else 23) or minute > 59 or second > 59:
        return None
    hour = hour % 12 + 12 * (half == "p") if half else hour
    return 3600 * hour + 60 * minute + second
