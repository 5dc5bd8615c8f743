"""Was the audit log tampered with? Its entries are checked against each other, the head, the verdicts and evidence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar

from metier.audit import GENESIS, START, Anchor, Deed, Entry
from metier.digest import digest
from metier.errors import CorruptStore
from metier.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What a check of the audit log found; no faults, no tampering that could be seen.

    Attributes:
        as_found: Evidence that lay in the store before it entered any: what was done to it until then is not seen.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    head: Anchor
    faults: tuple[str, ...] = ()
    as_found: tuple[str, ...] = ()

    @property
    def intact(self) -> bool:
        """Whether nothing was found."""
        return not self.faults


def verify(store: Store, *, anchor: Anchor | None = None) -> Audit:
    """Check the whole audit log of a store, and the verdicts and the evidence that were entered in it.

    An edited, removed, added or moved entry breaks the chain; a cut end differs from the head that the store noted. Who
    can write the database can write that head, too: only an anchor that was kept elsewhere shows that a whole end was
    cut off or that all was written anew.

    Args:
        anchor: The head as it once was, kept elsewhere.

    >>> import tempfile
    >>> from metier.stores import open_store
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     verify(open_store(folder + "/metier.db")).intact
    True
    """
    entries: list[Entry] = []
    faults: list[str] = []
    # In this order, as others may write meanwhile: what was entered after the first look is nobody's fault.
    before = _head(store)
    seen = _verdicts(store, faults)
    try:
        for entry in store.entries():
            faults += _misplaced(entry, entries[-1] if entries else None)
            entries.append(entry)
        faults += _misfit_head(before, store.anchor(), entries)
        faults += _misfiled(store, entries)
    except CorruptStore as failure:
        faults.append(f"after entry {entries[-1].number if entries else 0}: {failure}")
    if seen is not None:
        faults += _unentered(seen, entries, before)
    faults += _amiss(store, faults)
    if anchor is not None:
        faults += _off_anchor(anchor, entries)
    head = Anchor(number=entries[-1].number, hash=entries[-1].hash) if entries else START
    found = (one.event for one in entries if one.event.rows is not None and one.event.rows.as_found)
    return Audit(head=head, faults=tuple(faults), as_found=tuple(event.because[0] for event in found))


def _head(store: Store) -> Anchor:
    with suppress(CorruptStore):  # told when it is compared
        return store.anchor()
    return START


def _amiss(store: Store, faults: list[str]) -> Iterator[str]:
    try:
        yield from store.amiss()
    except CorruptStore:
        if not faults:
            raise
        yield "the evidence was compared with nothing, as the log does not hang together"


def _misplaced(entry: Entry, before: Entry | None) -> Iterator[str]:
    expected = before.number + 1 if before else 1
    if entry.number != expected:
        yield f"entry {entry.number} stands where {expected} should: an entry was removed, added or moved"
    elif entry.previous != (before.hash if before else GENESIS):
        yield f"entry {entry.number} does not follow from entry {expected - 1}: one of the two was changed"


def _misfiled(store: Store, entries: list[Entry]) -> Iterator[str]:
    """An entry that stands under another skill than it is about is not found by who asks about that."""
    by_skill: dict[str, list[Entry]] = {}
    for entry in entries:
        by_skill.setdefault(entry.event.skill, []).append(entry)
    for skill, mine in by_skill.items():
        if list(store.entries(skill))[: len(mine)] != mine:
            whose = repr(skill) if skill else "evidence"
            yield f"the entries on {whose} are not found under its name: one was filed under another"


def _misfit_head(before: Anchor, after: Anchor, entries: list[Entry]) -> Iterator[str]:
    """The last entry is the one that the head names, or was written between two looks at the head."""
    hashes = [GENESIS, *(entry.hash for entry in entries)]
    number = entries[-1].number if entries else 0
    if before.number > number:
        yield f"the log ends at entry {number}, and {before.number} were written: its end was cut off"
    elif after.number < number or any(
        one.number < len(hashes) and hashes[one.number] != one.hash for one in (before, after)
    ):
        yield f"entry {number} is not the one that was written last: it was changed, or added behind the log's back"


def _off_anchor(anchor: Anchor, entries: list[Entry]) -> Iterator[str]:
    if anchor.number < 0:
        yield f"the anchor names entry {anchor.number}, and entries count from 1: it is no anchor of an audit log"
    elif anchor.number > len(entries):
        yield f"the anchor saw {anchor.number} entries, and {len(entries)} are left: the end was cut off"
    elif anchor.number and entries[anchor.number - 1].hash != anchor.hash:
        yield f"entry {anchor.number} is not the one that the anchor saw: the log was written anew"
    elif not anchor.number and anchor.hash != GENESIS:
        yield "the anchor names no entry and yet a hash: it is no anchor of an audit log"


def _verdicts(store: Store, faults: list[str]) -> list[tuple[str, str, str]] | None:
    """The skill, the content and the digest of every verdict; None if one cannot be read."""
    seen: list[tuple[str, str, str]] = []
    by_skill: dict[str, list[str]] = {}
    try:
        for verdict in store.verdicts():
            seen.append((verdict.skill, verdict.digest, digest(verdict)))
            by_skill.setdefault(verdict.skill, []).append(seen[-1][2])
        for skill, mine in by_skill.items():
            if [digest(verdict) for verdict in store.verdicts(skill)][: len(mine)] != mine:
                faults.append(f"the verdicts on {skill!r} are not found under its name: one was filed under another")
    except CorruptStore as failure:
        faults.append(str(failure))
        return None
    return seen


def _unentered(seen: list[tuple[str, str, str]], entries: list[Entry], before: Anchor) -> Iterator[str]:
    """A verdict that stands in no entry was put there past the log, or changed since."""
    entered = [entry for entry in entries if entry.event.deed == Deed.VERDICT]
    hashes, found = [entry.event.verdict for entry in entered], [one for _, _, one in seen]
    known, kept = set(hashes), set(found)
    due = [entry for entry in entered if entry.number <= before.number]
    strange = [verdict for verdict in seen if verdict[2] not in known]
    gone = [entry for entry in due if entry.event.verdict not in kept]
    for skill, content, _ in strange:
        yield f"a verdict on {skill!r} ({content[:19]}) stands in no entry"
    if not strange and not gone and (len(found) < len(due) or found != hashes[: len(found)]):
        yield "the verdicts do not stand as often, or not in the order, in which they were entered"
    for entry in gone:
        yield f"the verdict of entry {entry.number} on {entry.event.skill!r} is gone"
