"""Which lists of a new version let in an item that changes what the list is for?

Whom one trusts, which tools run unasked, what is written to a log: an item more is of another weight there than in a list
of labels.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from metier.govern.units import Unit
from metier.govern.versions import Loosening, Versions, told_of

_QUOTED = re.compile(r"\"([^\"\n]{1,80})\"|'([^'\n]{1,80})'")
_OPENED = re.compile(
    r"(?<![\w.-])(?P<name>[A-Za-z_][\w.-]{1,60})[\"']?\s{0,4}(?::=|[:=](?!=))\s{0,4}(?:\[\])?[^\[{(\n]{0,30}[\[{(]"
)
_MAX_LINES = 12
"""Lines that a list goes on for at most."""
_UNASKED = re.compile(
    r"auto_?-?(?:approv\w*|allow|accept|run|confirm)|always_?allow\w*|pre_?-?approved|no_?confirm\w*|skip_?confirm\w*",
    re.I,
)
_ONLY_READS = re.compile(
    r"(?:^|[_.:/-])(?:get|list|read|search|show|describe|view|find|count|status|fetch|look_?up|info|help|check|diff|ls|cat|explain|preview|whoami|version)",
    re.I,
)
_TRUSTED = re.compile(
    r"trusted?_?-?(?:publisher|signer|key|author|issuer|root|cas?$|identit)\w*|(?:^|_)signers?$|allowed_?signers?", re.I
)
_LOGGED = re.compile(
    r"(?:safe|log|print|dump|trace|echo|record|debug)\w*(?:header|field|key|param|attr|env|name|column)|loggable", re.I
)
_SECRET = re.compile(
    r"(?:proxy-?)?authorization|(?:set-?)?cookie|x-?(?:api|auth)-?(?:key|token)|pass(?:word|wd|phrase)|secret\w*|(?:access|refresh|id|session|auth|api)_?(?:token|key)|token|ssn|iban|card_?number|private_?key|credentials?",
    re.I,
)


def lists_widened(both: Versions) -> Iterator[Loosening]:
    """Items that came into a list of what is trusted, runs unasked or is logged, one for each list."""
    for _, said, says in both.changed():
        before, after = _lists(said), _lists(says)
        for name, items in after.items():
            come = {item: unit for item, unit in items.items() if item not in before.get(name, {})}
            if not come:
                continue
            if _LOGGED.search(name):
                come, what = {one: unit for one, unit in come.items() if _SECRET.fullmatch(one)}, "writes down"
            elif _UNASKED.search(name):
                come, what = {one: unit for one, unit in come.items() if not _ONLY_READS.search(one)}, "runs unasked"
            elif before.get(name) and before[name].keys() <= items.keys() and _TRUSTED.search(name):
                what = "trusts"
            else:
                continue
            for item, unit in list(come.items())[:1]:
                yield told_of(unit, f"{name} now {what} {item}")


def _lists(units: Sequence[Unit]) -> Mapping[str, dict[str, Unit]]:
    """What the lists of a file hold, each item with its line, as far as the list has a name that tells."""
    found: dict[str, dict[str, Unit]] = {}
    for number, unit in enumerate(units):
        opened = _OPENED.search(unit.text) if unit.is_code else None
        if opened is None or not any(form.search(opened["name"]) for form in (_UNASKED, _TRUSTED, _LOGGED)):
            continue
        items = found.setdefault(opened["name"], {})
        for one in units[number : number + _MAX_LINES]:
            text = one.text[opened.end() :] if one is unit else one.text
            end = re.search(r"[\])}]", text)
            for quoted in _QUOTED.finditer(text, 0, end.start() if end else len(text)):
                items[quoted[1] or quoted[2]] = one
            if end:
                break
    return found
