"""Does a new line only say in part what an old one said, or clean up what its own script made?

A sentence of two clauses is split in two, and a script removes the file that it fetched: neither is a new deed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from metier.govern.heeded import telling
from metier.govern.origins import Origins
from metier.govern.units import Unit

_FEW = 2
_NAME = r"[\"']?(?P<path>[\w./${}~:-]{2,120})[\"']?"
_MADE = re.compile(
    rf"(?:\s-[oO]\s{{0,2}}|--output[= ]|(?<![0-9&>])>{{1,2}}\s{{0,2}}){_NAME}|(?<!\S)(?P<name>\w{{1,40}})=[\"']?(?:\$\(|`)\s?mktemp\b"
)
"""A file that a command writes, or the name of one for a while."""
_REMOVED = re.compile(rf"(?<!\S)[\"']?rm\s+(?:-\w{{1,4}}\s+)?{_NAME}[\"']?(?=\s*(?:$|;|&&|EXIT\b))")


def is_cut_out(unit: Unit, lost: Origins) -> bool:
    """Whether the telling words of a sentence, with their "not", stand one after the other in one that is gone.

    >>> from metier.govern.units import text_units
    >>> old = Origins(list(text_units("Links are mailed, never shown here.", "a.md")), num_asked=2)
    >>> [is_cut_out(unit, old) for unit in text_units("Never show it here. Show links here.", "a.md")]
    [True, False]
    """
    told = telling(unit)
    if unit.is_code or unit.is_hidden or len(told) < _FEW:
        return False
    part = f" {' '.join(told)} "
    return any(part in f" {' '.join(telling(old))} " for old, _ in lost.candidates(unit.words) if not old.is_code)


def made_in(units: Iterable[Unit]) -> Collection[tuple[str, str]]:
    """What the scripts among some units write, each with the path of the script.

    >>> from metier.govern.units import text_units
    >>> sorted(made_in(text_units('curl "$URL" -o "$D/a.xz"\\ntmp=$(mktemp)', "a.sh")))
    [('a.sh', '$D/a.xz'), ('a.sh', '$tmp')]
    """
    return {
        (unit.path, _plain(found["path"] or f"${found['name']}"))
        for unit in units
        if unit.is_code and (">" in unit.text or "-o" in unit.text or "-O" in unit.text or "mktemp" in unit.text)
        for found in _MADE.finditer(unit.text)
    }


def without_removal(text: str, path: str, made: Collection[tuple[str, str]]) -> str:
    """What a line does besides removing what its script made.

    >>> without_removal('rm -f "$tmp"; send', "a.sh", {("a.sh", "$tmp")}), without_removal("rm -f b", "a.sh", set())
    ('; send', 'rm -f b')
    """
    if "rm " not in text:
        return text
    return _REMOVED.sub(lambda found: "" if (path, _plain(found["path"])) in made else found[0], text)


def _plain(path: str) -> str:
    """A path with the names in it as they are written shortest."""
    return path.replace("{", "").replace("}", "")
