"""Where does a new version go on that stopped in the old one?

By the line that stopped, by the condition before it, and by what a handler catches.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from metier.govern.units import Unit
from metier.govern.versions import Loosening, Versions, told_of

STOPS = re.compile(
    r"\bexit\s+[1-9]|\bsys\.exit|\braise\b|\bthrow\b|process\.exit|\babort\b|\bdie\b|\bfail\(|\breturn\s+(?:1\b|False\b|false\b|err\b|None\b)|\bpanic!?\(|\bbail!|\bensure!|os\.Exit|SystemExit|\b(?:status|sendStatus|HTTPException|abort|Error)\(4\d\d|\bdeny\b|\breject\w*\b"
)
LEAVES = re.compile(r"\b(?:return|continue|break|pass)\b")
SAYS_SO = re.compile(
    r"\b(?:warn\w*|note|echo|e?print\w*|log\w*|console\.\w+|pass|continue|true)\b|\|\|\s*:|\bfmt\.Print", re.I
)
_PASSES_OVER = re.compile(
    r"\|\|\s*(?:true|:)(?!\w)|^\s*exit 0\b|\bset \+e\b|\bexcept\b.{0,40}:\s*pass\b|\bcatch\s*(?:\([^)]*\))?\s*\{\s*\}"
)
OR_TRUE = re.compile(
    r"\|\|\s*(?:true|:)(?!\w)|\|\|\s*\{?\s*(?:echo|printf|warn\w*|log\w*)\b(?!.*\b(?:exit|return|false|die|kill|abort)\b)"
)
RUNS_CHECK = re.compile(r"audit|scan|verify|check|sum\b|gpg|cosign|minisign|signify|trivy|pytest|\btest|\blint", re.I)
_CONDITION = re.compile(r"^\W{0,3}(?:if|elif|unless|guard|else if|\[|test)\b|^\[")
CHECKED = re.compile(
    r"admin|role|permi|allow|authori|authen|trust|verif|signat|signed|limit|amount|approv|owner|relative_to|travers|secur|token|csrf|hash|digest|checksum|sha\d|budget|consent|confirm|votes?\b|quorum|attempt",
    re.I,
)
"""What somebody answers for who lets it pass."""
_TO_LOG = re.compile(r"^\s*[\w.?]{0,40}(?:log\w*|console)[?]?\.(?:debug|info|warn\w*|trace|log)\(")
_HANDLES = re.compile(r"^\W{0,3}(?:except|catch|rescue)\b(?P<what>[^\n]{0,120})")
_OF_TRUST = re.compile(
    r"(?<!\w)\w{0,40}(?:signature|verif|integrity|checksum|digest|hash|permission|denied|forbidden|unauthori|authenti|authori|security|untrusted|ssl|tls|certificate|expired|csrf|tamper|traversal|unsafe|approv)\w{0,40}",
    re.I,
)
"""What is caught where trust was in question."""
_GOES_OUT = re.compile(r"\b(?:return|continue|break)\b")
_MAX_BODY = 6


def gone_on(both: Versions) -> Iterator[Loosening]:
    """Files that stop in fewer places than before, and pass over what fails, or no longer check it."""
    fresh = {(unit.path, unit.line) for unit in both.fresh}
    lost = {(unit.path, unit.line) for unit in both.lost}
    said_now = " ".join(unit.text.lower() for unit in both.fresh if unit.is_code)
    for _, said, says in both.changed():
        old, new = ([unit for unit in units if unit.is_code] for units in (said, says))
        stops = [unit for unit in old if STOPS.search(unit.text)]
        num_stops = sum(STOPS.search(unit.text) is not None for unit in new)
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
                or not STOPS.search(unit.text)
                or not _CONDITION.search(condition.text)
                or not (checked := {found.lower() for found in CHECKED.findall(f"{condition.text} {unit.text}")})
            ):
                continue
            if (place := places.get(condition.key)) is not None:
                behind = new[place + 1 : place + 3]
                is_left = any(STOPS.search(one.text) or LEAVES.search(one.text) for one in behind)
                if behind and not is_left and SAYS_SO.search(behind[0].text):
                    yield told_of(behind[0], "goes on where it stopped before")
            elif (
                num_stops < len(stops)
                and not any(one in said_now for one in checked)
                and any(one.key in places for one in old[number + 1 : number + 3])
            ):
                yield told_of(condition, "no longer stops here")


def _passes_over(text: str) -> bool:
    """Whether a line takes what failed for nothing, or says it to a log alone."""
    return _PASSES_OVER.search(text) is not None or (_TO_LOG.match(text) is not None and STOPS.search(text) is None)


def handlers_gone_on(both: Versions) -> Iterator[Loosening]:
    """Handlers of a failed check that stopped, and now only say so, or nothing."""
    for _, said, says in both.changed():
        handled = {name: body for _, name, body in _handlers(said) if _stops(body)}
        if not handled:
            continue
        still = {name for _, name, body in _handlers(says) if _stops(body)}
        for _, name, body in _handlers(says):
            if name in handled and name not in still and body:
                yield told_of(body[0], "goes on where it stopped before")


def _handlers(units: Sequence[Unit]) -> Iterator[tuple[Unit, str, list[Unit]]]:
    """What catches a failed check: its line, what it catches, and the lines that stand deeper behind it."""
    for number, unit in enumerate(units):
        handles = _HANDLES.match(unit.text) if unit.is_code else None
        found = _OF_TRUST.search(handles["what"]) if handles else None
        if found:
            body = []
            for one in units[number + 1 : number + 1 + _MAX_BODY]:
                if one.indent <= unit.indent:
                    break
                body.append(one)
            yield unit, found[0].lower(), body


def _stops(body: Sequence[Unit]) -> bool:
    return any(STOPS.search(unit.text) or _GOES_OUT.search(unit.text) for unit in body)
