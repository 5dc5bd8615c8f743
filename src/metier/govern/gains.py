"""Which instructions are new in a version, and do they reach out of the task?

A sentence of prose or a line of code is new when the old version said it nowhere. It may be an old one put otherwise:
made of one that was lost, or put together of pairs of words that were there. Then only what it names besides counts: a
place that was not named, an act the old one had not, a "not" that came or went.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from operator import itemgetter
from pathlib import Path
from typing import ClassVar

from metier.govern.acts import Act, Seen, acts_of, destinations
from metier.govern.guards import guards_lost, without_guarded
from metier.govern.loosened import loosened
from metier.govern.origins import Origins
from metier.govern.scan.keys import veiled
from metier.govern.units import WORD, Unit, units_of
from metier.govern.versions import Loosening
from metier.stores.tree import Tree


class UpdateDecision(StrEnum):
    """What an update comes to, from best to worst."""

    NONE = "none"
    NOTE = "note"
    REAPPROVE = "re-approve"
    BLOCK = "block"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """A new sentence or line that reaches out of the task.

    Attributes:
        acts: What it does, with where to or of what: `send files.example`.
        is_hidden: Whether a reader of the page does not see it.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    path: str
    line: int
    text: str
    acts: tuple[str, ...]
    is_hidden: bool = False
    decision: UpdateDecision


@dataclass(frozen=True, slots=True, kw_only=True)
class Gains:
    """What a version says that the old one did not.

    Attributes:
        instructions: By path and line.
        says_more: Whether anything is new in it, harmless or not, and not the old words put otherwise.
        unread: Paths that changed and could not be read as text.
        guards_lost: What was forbidden, asked first or checked and is not any more, with what that comes to.
        loosened: What stands looser than it stood.
    """

    instructions: tuple[Instruction, ...] = ()
    says_more: bool = False
    unread: tuple[str, ...] = ()
    guards_lost: tuple[tuple[UpdateDecision, str], ...] = ()
    loosened: tuple[Loosening, ...] = ()


GRAVE = frozenset(Act) - {Act.CONTACT, Act.INSTALL, Act.EVERY_TASK, Act.RUN_FILE}
"""Acts of which a new one is enough to ask again. The others are noted, and two together are enough."""

_SAME = 0.45
"""From this part of common words on, a new sentence was made of a lost one."""

_SAID = 0.75
"""From this part of known pairs of words on, a sentence is put together of old ones."""

_MOVED = 0.5
"""From this part of the lines of a file on, another one is that file under a new name."""

_MAX_HOLDING = 20
"""Files at most that are looked at for one line that they hold."""

_FEW_WORDS = 3
_NEGATION = re.compile(r"\b(?:not|never|no|without|avoid|don'?t|doesn'?t|mustn'?t|shouldn'?t|cannot|can'?t|won'?t)\b")


def instructions_gained(old: Path, before: Tree, new: Path, after: Tree, *, moved: Mapping[str, str]) -> Gains:
    """Tell what a new folder instructs that the old one did not.

    Args:
        before, after: What lies in the two folders.
        moved: The old path of each file that has a new one.
    """
    was = {file.path: file.digest for file in before.files}
    touched = frozenset(file.path for file in after.files if was.get(file.path) != file.digest)
    # All of the old version is read, as what is new in one file may have stood in another.
    said, _ = units_of(old, before, paths=frozenset(was))
    says, unread = units_of(new, after, paths=frozenset(file.path for file in after.files))
    known, kept = {unit.key for unit in said}, {unit.key for unit in says}
    fresh = {unit.key: unit for unit in says if unit.key not in known}.values()
    lost = [unit for unit in said if unit.key not in kept]
    origins = Origins(lost, num_asked=len(fresh))
    earlier = _Earlier(said, was)
    moved = {**_moved(said, says, was, {file.path for file in after.files}), **moved}
    added = [path for path in touched if path not in was and path not in moved]
    instructions, says_more = [], bool(touched & set(unread))
    for unit in fresh:
        share, nearest = origins.nearest(unit)
        origin = nearest if share >= _SAME else None
        is_flipped = origin is not None and _is_flipped(unit, origin)
        is_said = not is_flipped and earlier.said(unit)
        says_more = says_more or not (is_said or _is_reworded(unit, origin))
        if acts := _acts(unit, origin, earlier, is_said=is_said):
            instructions.append(_instruction(unit, acts, added))
    return Gains(
        instructions=tuple(sorted(instructions, key=lambda one: (one.path, one.line))),
        says_more=says_more,
        unread=tuple(path for path in unread if path in touched),
        guards_lost=tuple(
            (
                UpdateDecision.REAPPROVE if is_done else UpdateDecision.NOTE,
                f"{unit.path} no longer says, as line {unit.line} did: {veiled(unit.text, end=300)}",
            )
            for unit, is_done in guards_lost(said, says)
        ),
        loosened=tuple(loosened(said, says, moved)),
    )


def _moved(said: Sequence[Unit], says: Sequence[Unit], was: Collection[str], now: Collection[str]) -> dict[str, str]:
    """The old path of each new file that holds most lines of one that is gone."""
    gone, come = (_keys_of(units, others) for units, others in ((said, now), (says, was)))
    holding: dict[str, list[str]] = defaultdict(list)
    for path, keys in sorted(gone.items()):
        for key in keys:
            if len(holding[key]) < _MAX_HOLDING:  # a line that stands in many files tells little of any
                holding[key].append(path)
    found = {}
    for path, keys in sorted(come.items()):
        common = Counter(old for key in keys for old in holding.get(key, ()))
        share, old = max(
            ((num / len(gone[old]), old) for old, num in sorted(common.items())), default=(0.0, ""), key=itemgetter(0)
        )
        if share >= _MOVED:
            found[path] = old
    return found


def _keys_of(units: Sequence[Unit], others: Collection[str]) -> dict[str, set[str]]:
    """What each file that is not among the others says."""
    found: dict[str, set[str]] = defaultdict(set)
    for unit in units:
        if unit.path not in others:
            found[unit.path].add(unit.key)
    return dict(found)


class _Earlier:
    """What the old version said and did, all of it together; worked out when it is asked for.

    What it said with a "not" is no precedent for what is said without one.
    """

    def __init__(self, units: Sequence[Unit], paths: Collection[str]) -> None:
        self._units = units
        self.names = {path.rsplit("/", 1)[-1].lower() for path in paths}

    @cached_property
    def acts(self) -> Collection[tuple[bool, Seen]]:
        """Every act, with its key, and whether it stands beside a "not"."""
        return {
            (is_not, seen) for unit in self._units for is_not in (_is_negated(unit),) for seen in acts_of(unit.text)
        }

    @cached_property
    def places(self) -> Collection[str]:
        """Every host and address that was named without a "not"."""
        return {place for unit in self._units if not _is_negated(unit) for place in destinations(unit.text)}

    @cached_property
    def _kinds(self) -> Collection[tuple[bool, Act]]:
        return {(is_negated, seen.act) for is_negated, seen in self.acts}

    @cached_property
    def _pairs(self) -> Collection[tuple[bool, tuple[str, str]]]:
        return {pair for unit in self._units for pair in _signed_pairs(unit)}

    def said(self, unit: Unit) -> bool:
        """Whether a unit is put together of what was said, as when a line between two sentences went away."""
        pairs = list(_signed_pairs(unit))
        return bool(pairs) and sum(pair in self._pairs for pair in pairs) >= _SAID * len(pairs)

    def knew(self, seen: Seen, unit: Unit) -> bool:
        """Whether an act of a unit is of a kind that was there."""
        return (_is_negated(unit), seen.act) in self._kinds

    def did(self, seen: Seen, unit: Unit) -> bool:
        """Whether an act of a unit is none that is new: of the same file, to the same place, of the same package."""
        if seen.act == Act.RUN_FILE and seen.key.rsplit("/", 1)[-1] in self.names:
            return True
        if seen.act in (Act.SEND, Act.CONTACT) and seen.key in self.places:
            return True
        return bool(seen.key) and (_is_negated(unit), seen) in self.acts


def _acts(unit: Unit, origin: Unit | None, earlier: _Earlier, *, is_said: bool) -> list[Seen]:
    acts = [seen for seen in dict.fromkeys(acts_of(without_guarded(unit))) if not earlier.did(seen, unit)]
    if is_said:
        places = [seen for seen in acts if seen.act in (Act.SEND, Act.CONTACT) and "." in seen.key]
        return places + [seen for seen in acts if seen not in places and not earlier.knew(seen, unit)]
    if acts and origin is not None:
        # Even a few words more may bring an act: "and delete the originals".
        had = {seen.act for seen in acts_of(without_guarded(origin))}
        return [seen for seen in acts if seen.act not in had or "." in seen.key or _is_flipped(unit, origin)]
    return acts


def _instruction(unit: Unit, acts: Sequence[Seen], added: Collection[str]) -> Instruction:
    kinds = {seen.act for seen in acts}
    runs_new = any(s.act == Act.RUN_FILE and any(path.lower().endswith(s.key) for path in added) for s in acts)
    is_grave = bool(kinds & GRAVE) or len(kinds) > 1 or runs_new or unit.is_hidden
    return Instruction(
        path=unit.path,
        line=unit.line,
        text=veiled(unit.text, end=300),
        acts=tuple(f"{seen.act.value} {seen.key}".strip() for seen in acts),
        is_hidden=unit.is_hidden,
        decision=UpdateDecision.REAPPROVE if is_grave else UpdateDecision.NOTE,
    )


def _is_reworded(unit: Unit, origin: Unit | None) -> bool:
    """Whether a unit is an old one with a few other words, and not with a "not" more or less. Code is never that."""
    if origin is None or unit.is_code or unit.is_hidden or _is_flipped(unit, origin):
        return False
    return len(unit.words - origin.words) <= max(_FEW_WORDS, len(origin.words) // 3)


def _is_flipped(unit: Unit, origin: Unit) -> bool:
    return _is_negated(unit) != _is_negated(origin)


def _is_negated(unit: Unit) -> bool:
    return _NEGATION.search(unit.key) is not None


def _signed_pairs(unit: Unit) -> Iterator[tuple[bool, tuple[str, str]]]:
    """The pairs of words of a unit, each with whether it stands beside a "not"."""
    is_negated = _is_negated(unit)
    yield from ((is_negated, pair) for pair in pairwise(WORD.findall(unit.key.lower())))
