"""Which lines of a new version were made of one that stopped, matched, led or bounded otherwise?

Code that goes on where it stopped, comparisons that go the other way, sentences of which the limit is another, and
places in the place of others.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator

from metier.govern.acts import destinations
from metier.govern.guards import is_for_people
from metier.govern.looser import looser_word
from metier.govern.origins import Origins
from metier.govern.scan.hosts import registered
from metier.govern.units import Unit
from metier.govern.versions import LISTED, Loosening, Versions, by_path, told_of

_STOPS = re.compile(
    r"\bexit\s+[1-9]|\bsys\.exit|\braise\b|\bthrow\b|process\.exit|\babort\b|\bdie\b|\bfail\(|\breturn\s+(?:1\b|False\b|false\b|err\b|None\b)|\bpanic!?\(|\bbail!|\bensure!|os\.Exit|SystemExit|\b(?:status|sendStatus|HTTPException|abort|Error)\(4\d\d|\bdeny\b|\breject\w*\b"
)
_LEAVES = re.compile(r"\b(?:return|continue|break|pass)\b")
_SAYS_SO = re.compile(
    r"\b(?:warn\w*|note|echo|e?print\w*|log\w*|console\.\w+|pass|continue|true)\b|\|\|\s*:|\bfmt\.Print", re.I
)
_PASSES_OVER = re.compile(
    r"\|\|\s*(?:true|:)(?!\w)|^\s*exit 0\b|\bset \+e\b|\bexcept\b.{0,40}:\s*pass\b|\bcatch\s*(?:\([^)]*\))?\s*\{\s*\}"
)
_OR_TRUE = re.compile(r"\|\|\s*(?:true|:)(?!\w)")
_RUNS_CHECK = re.compile(r"audit|scan|verify|check|sum\b|gpg|cosign|trivy|pytest|\btest|\blint", re.I)
_CONDITION = re.compile(r"^\W{0,3}(?:if|elif|unless|guard|else if|\[|test)\b|^\[")
_CHECKED = re.compile(
    r"admin|role|permi|allow|authori|authen|trust|verif|signat|signed|limit|amount|approv|owner|relative_to|travers|secur|token|csrf|hash|digest|checksum|sha\d|budget|consent|confirm",
    re.I,
)
"""What somebody answers for who lets it pass."""
_TO_LOG = re.compile(r"^\s*[\w.?]{0,40}(?:log\w*|console)[?]?\.(?:debug|info|warn\w*|trace|log)\(")
_EXACT = re.compile(
    r"\bnot\s+in\b|===?|!==?|\bis\s+not\b|\bfullmatch\(|\.equals\(|\bhas\(|\bin\s+[A-Z_]{3,}|\.hostname\b|\.netloc\b"
)
_PARTLY = re.compile(
    r"\bany\(|\bin\s+(?:url|href|link|address|host|origin|email|s|text)\b|\.includes\(|\.indexOf\(|startswith\(|endswith\(|startsWith\(|endsWith\(|re\.(?:match|search)\(|\bor\s+True\b|\|\|\s*true\b|\.contains\(|strings\.Contains"
)
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
_FLIPS = tuple(
    (re.compile(a), re.compile(b))
    for a, b in (
        (r"-(?:mtime|mmin|atime|size)\s+\+\d", r"-(?:mtime|mmin|atime|size)\s+-\d"),
        (r"(?<![<>=!-])>=?(?!>)", r"(?<![<>=!-])<=?(?!<)"),
        (r"(?<![=!<>])==(?!=)", r"!=(?!=)"),
        (r"\bnot\s+in\b", r"(?<!not )\bin\b"),
        (r"\band\b|&&", r"\bor\b|\|\|"),
    )
)
"""What compares, and what compares the other way round."""
_SIDES = re.compile(r"([\w.]+)(?:\[[^\]]*\]|\(\))?\s*[<>]=?\s*([\w.]+)")
_LOOP = re.compile(r"^\W{0,2}(?:for|while)\b")
_TOKEN = re.compile(r"\w+")
_NEARLY_ALL, _SAME_SENTENCE = 0.8, 0.75
_DENIES = re.compile(r"\b(?:not|never|no|without|cannot)\b|n't\b", re.I)
_OF_A_TOOL = re.compile(
    r"\b(?:options?|flags?|parameters?|cache|tools?|scripts?|programs?|plugins?|platforms?|linux|windows|macos|python|browsers?|api|librar(?:y|ies)|modules?|tables?|columns?|headers?)\b",
    re.I,
)
_OBLIGES = re.compile(
    r"\b(?:must|should|shall|may|always|never|do not|don'?t|ask|users?|consent|person|people)\b", re.I
)
_COMPARED = re.compile(r"([<>]=?)\s*(\d+(?:\.\d+)?)\b")
_DELETES = re.compile(r"\b(?:DELETE\s+FROM|UPDATE\s+\S+\s+SET)\b", re.I)
_WHERE = re.compile(r"\bWHERE\b", re.I)
_ALIKE = 0.45


def gone_on(both: Versions) -> Iterator[Loosening]:
    """Files that stop in fewer places than before, and pass over what fails, or no longer check it."""
    fresh = {(unit.path, unit.line) for unit in both.fresh}
    lost = {(unit.path, unit.line) for unit in both.lost}
    said_now = " ".join(unit.text.lower() for unit in both.fresh if unit.is_code)
    for _, said, says in both.changed():
        old, new = ([unit for unit in units if unit.is_code] for units in (said, says))
        stops = [unit for unit in old if _STOPS.search(unit.text)]
        num_stops = sum(_STOPS.search(unit.text) is not None for unit in new)
        passes = [unit for unit in new if (unit.path, unit.line) in fresh and _passes_over(unit.text)]
        if any((unit.path, unit.line) in lost for unit in stops) and passes and num_stops < len(stops):
            yield told_of(passes[0], "goes on where it stopped before")
        places: dict[str, int] = {}
        for number, unit in enumerate(new):
            places.setdefault(unit.key, number)
        for number, unit in enumerate(old[1:], start=1):
            condition = old[number - 1]
            if (
                (unit.path, unit.line) not in lost
                or not _STOPS.search(unit.text)
                or not _CONDITION.search(condition.text)
                or not (checked := {found.lower() for found in _CHECKED.findall(f"{condition.text} {unit.text}")})
            ):
                continue
            if (place := places.get(condition.key)) is not None:
                behind = new[place + 1 : place + 3]
                is_left = any(_STOPS.search(one.text) or _LEAVES.search(one.text) for one in behind)
                if behind and not is_left and _SAYS_SO.search(behind[0].text):
                    yield told_of(behind[0], "goes on where it stopped before")
            elif (
                num_stops < len(stops)
                and not any(one in said_now for one in checked)
                and any(one.key in places for one in old[number + 1 : number + 3])
            ):
                yield told_of(condition, "no longer stops here")


def _passes_over(text: str) -> bool:
    """Whether a line takes what failed for nothing, or says it to a log alone."""
    return _PASSES_OVER.search(text) is not None or (_TO_LOG.match(text) is not None and _STOPS.search(text) is None)


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
        for unit in units:
            old = _made_of(unit, origins, both)
            if old is None:
                continue
            yield from _line_turned(old, unit, both) if unit.is_code else _sentence_turned(old, unit)
            if unit.is_code and (new := _places(unit, before)) and (led := _places(old, after)):
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


def _keys(unit: Unit, both: Versions) -> frozenset[str]:
    return frozenset(key for key, _ in both.pairs(unit)) if unit.is_code else frozenset()


def _line_turned(old: Unit, unit: Unit, both: Versions) -> Iterator[Loosening]:
    if words := looser_word(old.text, unit.text, path=unit.path):
        yield told_of(unit, f"{words[0]} became {words[1]}")
    is_passed = _STOPS.search(old.text) and not _STOPS.search(unit.text) and _SAYS_SO.search(unit.text)
    if is_passed or (_RUNS_CHECK.search(unit.text) and not _OR_TRUE.search(old.text) and _OR_TRUE.search(unit.text)):
        yield told_of(unit, "goes on where it stopped before")
    elif _STOPS.search(old.text) and _STOPS.search(unit.text) and _stops_later(old.text, unit.text):
        yield told_of(unit, "stops at another number than it did")
    elif (
        LISTED.search(unit.text)
        and not set(_EXACT.findall(old.text)) <= set(_EXACT.findall(unit.text))
        and not _PARTLY.search(old.text)
        and _PARTLY.search(unit.text)
    ):
        yield told_of(unit, "matches more than it did")
    if _DELETES.search(unit.text) and _WHERE.search(old.text) and not _WHERE.search(unit.text):
        yield told_of(unit, "changes every row, where it changed some")
    if not _LOOP.search(unit.text) and _is_turned_round(old.text, unit.text) and not _is_inverted(old, unit, both):
        yield told_of(unit, "compares the other way round")


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


def _places(unit: Unit, others: Collection[str]) -> list[str]:
    """The hosts of a line that the other version does not name."""
    return sorted(host for host in destinations(unit.text) if "@" not in host and registered(host) not in others)


def _is_turned_round(old: str, new: str) -> bool:
    """Whether a line is the same but for a comparison, which goes the other way."""
    for one, other in _FLIPS:
        for a, b in ((one, other), (other, one)):
            if a.search(old) and not b.search(old) and b.search(new) and not a.search(new):
                was, now = (Counter(_TOKEN.findall(form.sub("", text))) for form, text in ((a, old), (b, new)))
                if 2 * (was & now).total() >= _NEARLY_ALL * (was + now).total():
                    return not _are_swapped(old, new)
    return False


def _are_swapped(old: str, new: str) -> bool:
    """Whether what is compared changed its sides with the sign: `a >= b` and `b <= a`."""
    before, after = (_SIDES.search(text) for text in (old, new))
    return before is not None and after is not None and before[1] == after[2] and before[1] != after[1]


def _is_inverted(old: Unit, new: Unit, both: Versions) -> bool:
    """Whether a condition was turned round together with what it is for: `if a == b: continue` and `if a != b: do`."""
    behind, now = both.said_at.get((old.path, old.line + 1)), both.says_at.get((new.path, new.line + 1))
    return behind is not None and _LEAVES.search(behind.text) is not None and (now is None or now.key != behind.key)


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
    return _DENIES.search(unit.text) is not None


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other))


def _stops_later(old: str, new: str) -> bool:
    """Whether the numbers with which a line compares before it stops let more pass, as far as can be told."""
    before, after = (_COMPARED.findall(text) for text in (old, new))
    if not before or not after or before == after:
        return False
    if len(before) != len(after) or any(a[0] != b[0] for (a, _), (b, _) in zip(before, after, strict=True)):
        return True
    is_more = [
        (sign[0] == ">") == (float(b) > float(a)) for (sign, a), (_, b) in zip(before, after, strict=True) if a != b
    ]
    return any(is_more) or not is_more


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
