"""Does a pattern that trusts match more than it did, or one that hides match less?

Patterns are compared as texts and none is run: by the parts that match anything, by their anchors, and by how long what
they match has to be.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import PurePosixPath

from metier.govern.settings import Held, Setting
from metier.govern.units import Unit
from metier.govern.versions import Loosening, Versions, told_of

_TRUSTS = re.compile(
    r"identit|subject|issuer|signer|certificate|origin|redirect|trust|allow|permit|branch|repo|domain|host|e?mail|sender|publisher",
    re.I,
)
_HIDES = re.compile(r"redact|mask|scrub|secret|sensitiv|anonymi[sz]|\bpii\b|\bdlp\b|credential", re.I)
_IS_PATTERN = re.compile(r"\\[.dwsbSWD/+]|[\])][*+{]|\.[*+]|\{\d+,?\d*\}")
_ANYTHING = re.compile(r"(?<!\\)\.[*+]|\\S[*+]|\[\^[^\]]{1,20}\][*+]")
_AT_LEAST = re.compile(r"\{(\d{1,5}),?\d*\}")
_QUOTED = re.compile(
    r"\b[rb]{0,2}\"([^\"\n]{3,300})\"|\b[rb]{0,2}'([^'\n]{3,300})'|/((?:[^/\\\n]|\\.){3,300})/[gimsuy]{0,5}"
)
_HIDER = re.compile(r"\b(?:def|function|func|fn|const|class)\s+\w*(?:redact|mask|scrub|anonymi[sz])", re.I)
_FLAGS = re.compile(r"^\(\?[a-zA-Z]{1,8}\)")
_MANYFOLD, _SUCCESSOR = 4, 0.5
_MAX_PATTERNS, _MAX_LONG = 40, 300


def trusts_more(name: str, old: str, new: str) -> bool:
    """Tell whether a pattern of whom to trust lets in more: it has more parts that match anything, or lost an end.

    >>> trusts_more("signer_identity", "^https://keel\\\\.dev/[a-z]+$", "^https://keel.*/[a-z]+$")
    True
    >>> trusts_more("signer_identity", "^v[0-9.]+$", "^v[0-9]+$"), trusts_more("file_name", "^[a-z]+$", ".*")
    (False, False)
    """
    old, new = (one.strip("[]\"' ") for one in (old, new))
    if not _TRUSTS.search(name) or not (_IS_PATTERN.search(old) or all(_ends(old))) or not _IS_PATTERN.search(new):
        return False
    was, now = (len(_ANYTHING.findall(one)) for one in (old, new))
    return now > was or any(_ends(old)[end] and not _ends(new)[end] for end in (0, 1))


def patterns_turned(both: Versions) -> Iterator[Loosening]:
    """Patterns of what is hidden that are gone with nothing in their place, or match less."""
    for path, said, says in both.changed():
        if not _HIDES.search(path) and not any(_HIDES.search(unit.text) for unit in said):
            continue
        before, after = (_patterns(units, both.held_in(units), path) for units in (said, says))
        gone = {one: unit for one, unit in before.items() if one not in after}
        come = [one for one in after if one not in before]
        if not gone or len(gone) * len(come) > _MAX_PATTERNS**2:
            continue
        for old, unit in gone.items():
            share, new = max(((SequenceMatcher(None, old, one).ratio(), one) for one in come), default=(0.0, ""))
            if share < _SUCCESSOR:
                yield told_of(unit, "is hidden no longer")
            elif _matches_less(old, new):
                yield told_of(after[new], "hides less than it did")


def _patterns(units: Sequence[Unit], held: Held, path: str) -> dict[str, Unit]:
    """The patterns of a file of what is hidden, each with where it stands."""
    is_hiding = _HIDES.search(PurePosixPath(path).name) is not None
    found: dict[str, Unit] = {}
    if any(unit.is_code and _HIDER.search(unit.text) for unit in units):
        for unit in units:
            for quoted in _QUOTED.finditer(unit.text) if unit.is_code else ():
                pattern = next(filter(None, quoted.groups()))
                if _is_pattern(pattern):
                    found.setdefault(pattern, unit)
    settings: list[Setting] = [one for ones in held.settings.values() for one in ones]
    for one in settings:
        if (is_hiding or _HIDES.search(one.name)) and _is_pattern(one.value):
            found.setdefault(one.value, one.unit)
    for name, items in held.items.items():
        if is_hiding or _HIDES.search(name):
            found.update({item: unit for item, unit in items.items() if _is_pattern(item)})
    return found


def _is_pattern(value: str) -> bool:
    return len(value) <= _MAX_LONG and _IS_PATTERN.search(value) is not None


def _matches_less(old: str, new: str) -> bool:
    """Whether a pattern has an end that it had not, or asks for something many times as long."""
    if any(_ends(new)[end] and not _ends(old)[end] for end in (0, 1)):
        return True
    was, now = (max(map(int, _AT_LEAST.findall(one)), default=0) for one in (old, new))
    return bool(was) and now >= _MANYFOLD * was


def _ends(pattern: str) -> tuple[bool, bool]:
    """Whether a pattern holds from the beginning, and up to the end."""
    plain = _FLAGS.sub("", pattern)
    return plain.startswith("^"), plain.endswith("$")
