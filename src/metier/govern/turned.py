"""Which lines of a new version were made of one that matched, compared, led or bounded otherwise?

Lines of code that match more or compare the other way, sentences of which the limit is another, and places in the place
of others.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from metier.govern.acts import destinations
from metier.govern.compared import is_inverted, is_turned_round, stops_for_less, stops_later
from metier.govern.guards import is_for_people
from metier.govern.looser import looser_word
from metier.govern.origins import Origins
from metier.govern.scan.hosts import registered
from metier.govern.stops import OR_TRUE, RUNS_CHECK, SAYS_SO, STOPS
from metier.govern.units import Unit
from metier.govern.versions import LISTED, Loosening, Versions, by_path, told_of

_EXACT = re.compile(
    r"\bnot\s+in\b|===?|!==?|\bis\s+not\b|\bfullmatch\(|\.equals\(|\bhas\(|\bin\s+[A-Z_]{3,}|\.hostname\b|\.netloc\b"
)
_PARTLY = re.compile(
    r"\bany\(|\bin\s+(?:url|href|link|address|host|origin|email|s|text)\b|\.includes\(|\.indexOf\(|startswith\(|endswith\(|startsWith\(|endsWith\(|re\.(?:match|search)\(|\bor\s+True\b|\|\|\s*true\b|\.contains\(|strings\.Contains"
)
_IN_A_LIST = re.compile(r"\b\w{0,40}(?:[a-rt-z]s|list|set|allowed\w{0,40})\.(?:includes|contains|indexOf)\(", re.I)
"""One of several, which is exact, where `url.includes` asks for a part."""
_BOUND = re.compile(
    r"\b(?:at (?:most|least)|max(?:imum|\.)?|min(?:imum|\.)?|no(?:t)? more than|never (?:over|above|more|exceed\w*)|up to|limit\w*|above|below|over|under|within|exceed\w*)\b",
    re.I,
)
_MOST = re.compile(
    r"\b(?:at most|max(?:imum|\.)?|no(?:t)? more than|never (?:over|above|more|exceed\w*)|up to|limit\w*|above|over|exceed\w*)\b",
    re.I,
)
_LEAST = re.compile(r"\b(?:at least|min(?:imum|\.)?|below|under)\b", re.I)
_GRAVE_BOUND = re.compile(
    r"\b(?:mg|mcg|µg|g|ml|iu|units?|dos(?:e|es|age)|amps?|volts?|bar|psi|°c|°f)\b|[€$£]|\b(?:eur|usd|gbp|chf)\b|\b(?:objection|appeal|deadline|statutory|limitation|court)\b",
    re.I,
)
_PEOPLE_BOUND = re.compile(
    r"\b(?:ask|confirm|approv\w+|review\w*|refund\w*|human|person|manager|sign\w*|pay\w*|spend\w*)\b", re.I
)
_LASTS = re.compile(r"\d\s*(?:ms|s|sec\w*|min\w*|h|hours?|days?|weeks?|months?)\b", re.I)
"""How long somebody takes is no sum that is let pass."""
_NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,_]\d+)*(?![\w.])")
_QUANTITY = re.compile(
    r"(?<![\w.])(\d+(?:[.,]\d+)?)\s?(mg|mcg|µg|g|kg|ml|l|mm|cm|m|km|°C|degC|bar|psi|kPa|V|A|W|ppm|dB|IU)(?![\w/])"
)
_MUCH = 2.0
"""So many times what it was is another quantity."""
_SAME_SENTENCE = 0.75
_DENIES = re.compile(r"\b(?:not|never|no|without|cannot)\b|n't\b", re.I)
_CONTRAST = re.compile(r"\((?:not|no)\b[^()]{0,60}\)", re.I)
"""What something is not, beside what it is: `kg (not pounds)`."""
_OF_A_TOOL = re.compile(
    r"\b(?:options?|flags?|parameters?|cache|tools?|scripts?|programs?|plugins?|platforms?|linux|windows|macos|python|browsers?|api|librar(?:y|ies)|modules?|tables?|columns?|headers?)\b",
    re.I,
)
_OBLIGES = re.compile(
    r"\b(?:must|should|shall|may|always|never|do not|don'?t|ask|users?|consent|person|people)\b", re.I
)
_DELETES = re.compile(r"\b(?:DELETE\s+FROM|UPDATE\s+\S+\s+SET)\b", re.I)
_WHERE = re.compile(r"\bWHERE\b", re.I)
_ALIKE = 0.45


def lines_turned(both: Versions) -> Iterator[Loosening]:
    """Lines that were made of another one, and stop no longer, match more, lead elsewhere or bound otherwise."""
    before, after = (
        {registered(host) for unit in units for host in destinations(unit.text)} for units in (both.said, both.says)
    )
    lost, fresh = (by_path(units) for units in (both.lost, both.fresh))
    for path, units in fresh.items():
        gone = lost.get(both.old_path(path))
        if not gone:
            continue
        origins = Origins(gone, num_asked=len(units))
        was_around, around = _around(both.said_in[both.old_path(path)]), _around(both.says_in[path])
        placed = {was_around[unit]: unit for unit in gone if unit.is_code}
        for unit in units:
            old = _made_of(unit, origins, both) or placed.get(around.get(unit, ("", "")))
            if old is None:
                continue
            yield from _line_turned(old, unit, both) if unit.is_code else _sentence_turned(old, unit)
            if unit.is_code and (new := _places(unit, before)):
                led = _places(old, after)
                if not led and not _keys(old, both).isdisjoint(_keys(unit, both)):
                    # One of its places may still be named elsewhere; this line leads there no longer.
                    led = _places(old, {registered(host) for host in destinations(unit.text)})
                if led:
                    yield told_of(unit, f"leads to {new[0]}, where it led to {led[0]}")


def _made_of(unit: Unit, origins: Origins, both: Versions) -> Unit | None:
    """The lost line that a new one was made of: that of the same name, or the nearest one."""
    keys = _keys(unit, both)
    share, old = origins.nearest(
        unit,
        more=lambda other: 0.0 if not keys or keys.isdisjoint(_keys(other, both)) else _ALIKE,
        is_like=lambda other: other.is_code == unit.is_code,
    )
    return old if share >= _ALIKE else None


def _around(units: Sequence[Unit]) -> Mapping[Unit, tuple[str, str]]:
    """The lines of code of a file, each with what the one before it and the one behind it say."""
    keys = ["", *(unit.key for unit in units), ""]
    return {unit: (keys[number], keys[number + 2]) for number, unit in enumerate(units) if unit.is_code}


def _keys(unit: Unit, both: Versions) -> frozenset[str]:
    return frozenset(key for key, _ in both.pairs(unit)) if unit.is_code else frozenset()


def _line_turned(old: Unit, unit: Unit, both: Versions) -> Iterator[Loosening]:
    if words := looser_word(old.text, unit.text, path=unit.path):
        yield told_of(unit, f"{words[0]} became {words[1]}")
    is_passed = STOPS.search(old.text) and not STOPS.search(unit.text) and SAYS_SO.search(unit.text)
    if is_passed or (RUNS_CHECK.search(unit.text) and not OR_TRUE.search(old.text) and OR_TRUE.search(unit.text)):
        yield told_of(unit, "goes on where it stopped before")
    elif STOPS.search(old.text) and STOPS.search(unit.text) and stops_later(old.text, unit.text):
        yield told_of(unit, "stops at another number than it did")
    elif (
        LISTED.search(unit.text)
        and _is_less_exact(old.text, unit.text)
        and not _PARTLY.search(_IN_A_LIST.sub("", old.text))
        and _PARTLY.search(unit.text)
    ):
        yield told_of(unit, "matches more than it did")
    if _DELETES.search(unit.text) and _WHERE.search(old.text) and not _WHERE.search(unit.text):
        yield told_of(unit, "changes every row, where it changed some")
    if is_turned_round(old.text, unit.text) and not is_inverted(old, unit, both):
        yield told_of(unit, "compares the other way round")
    elif stops_for_less(old, unit, both):
        yield told_of(unit, "stops for less than it did")


def _sentence_turned(old: Unit, unit: Unit) -> Iterator[Loosening]:
    if (
        _BOUND.search(unit.text)
        and _BOUND.search(old.text)
        and (_GRAVE_BOUND.search(unit.text) or (_PEOPLE_BOUND.search(unit.text) and not _LASTS.search(unit.text)))
        and _is_wider(old.text, unit.text)
    ):
        yield told_of(unit, "sets another limit than it did")
    elif _is_other_quantity(old.text, unit.text):
        yield told_of(unit, "names another quantity than it did")
    elif (
        _is_denied(old) != _is_denied(unit)
        and not _tells_of_a_tool(unit)
        and _share(old.words, unit.words) >= _SAME_SENTENCE
    ):
        yield told_of(
            unit, 'says "not" where it did not' if _is_denied(unit) else 'says without a "not" what it said with one'
        )


def _is_less_exact(old: str, new: str) -> bool:
    return not set(_EXACT.findall(old)) <= set(_EXACT.findall(new)) or (
        _IN_A_LIST.search(old) is not None and _IN_A_LIST.search(new) is None
    )


def _places(unit: Unit, others: Collection[str]) -> list[str]:
    """The hosts of a line that the other version does not name."""
    return sorted(host for host in destinations(unit.text) if "@" not in host and registered(host) not in others)


def _is_other_quantity(old: str, new: str) -> bool:
    """Whether a quantity with a unit of physics or medicine is many times what it was, or a small part of it."""
    before, after = (_QUANTITY.findall(text) for text in (old, new))
    return len(before) == len(after) and any(
        unit == other and not 1 / _MUCH < (_number(is_) or 1) / (_number(was) or 1) < _MUCH
        for (was, unit), (is_, other) in zip(before, after, strict=True)
    )


def _tells_of_a_tool(unit: Unit) -> bool:
    """Whether a sentence tells what a program does, and is no rule."""
    return is_for_people(unit.path) or bool(_OF_A_TOOL.search(unit.text) and not _OBLIGES.search(unit.text))


def _is_denied(unit: Unit) -> bool:
    return _DENIES.search(_CONTRAST.sub("", unit.text)) is not None


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other))


def _is_wider(old: str, new: str) -> bool:
    """Whether the numbers of a sentence that bounds something bound it less now, as far as can be told."""
    before, after = (Counter(_NUMBER.findall(text)) for text in (old, new))
    was, now = (sorted(map(_number, one)) for one in (before - after, after - before))
    if not (was and now):
        return False
    is_most, is_least = _MOST.search(new) is not None, _LEAST.search(new) is not None
    if is_most == is_least or len(was) != len(now):
        return True
    return any(b > a if is_most else b < a for a, b in zip(was, now, strict=True))


def _number(said: str) -> float:
    return float(said.replace("_", "").replace(",", ".")) if said.count(".") + said.count(",") < 2 else 0.0
