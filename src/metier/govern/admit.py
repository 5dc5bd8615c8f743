"""How does a stranger's package come into a library? Scanned, its signature checked, and pinned to what was approved.

It puts together what `metier.stores.install` (files and lock) and this folder (scan, signature, update diff) know.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from metier.errors import PackageError
from metier.govern.diff import UpdateDiff, diff
from metier.govern.gains import UpdateDecision
from metier.govern.scan import scan
from metier.govern.sign import SignatureReport, Trust, verify
from metier.stores import install
from metier.stores.lock import Locked, approved
from metier.verdict import Decision

ASKS = (UpdateDecision.REAPPROVE, UpdateDecision.BLOCK)
"""What an update is not installed with, unless somebody says why it may be."""


def add(library: str | Path, source: str | Path, *, trust: Trust | None = None, allow: str = "") -> tuple[str, Locked]:
    """Scan a package, check its signature, install and lock it. Returns its name and its entry in the lock.

    Args:
        source: A folder or an archive.
        trust: Whom to trust; then a package that is not signed by them is refused. None leaves signatures unchecked.
        allow: Why it may be installed in spite of its scan or its signature; kept in the lock.

    Raises:
        PackageError: It is no package, or is refused.
        Conflict: Another package of that name is installed, or the source is installed here or holds the library.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     Path(place, "sum").mkdir()
    ...     _ = Path(place, "sum", "SKILL.md").write_text("---\\nname: sum\\ndescription: Add.\\n---\\nAdd them.\\n")
    ...     name, locked = add(Path(place, "library"), Path(place, "sum"))
    >>> name, locked.decision.value, locked.signature
    ('sum', 'clean', 'unchecked')
    """
    return install.add(library, source, scan=scan, signature=_checked(trust, allow), allow=allow)


def add_all(
    library: str | Path, sources: Iterable[str | Path], *, trust: Trust | None = None, allow: str = ""
) -> list[install.Added]:
    """Install packages, each whole or not at all, as `add` does one. Returns what came of each."""
    return install.add_all(library, sources, scan=scan, signature=_checked(trust, allow), allow=allow)


def update(
    library: str | Path, name: str, *, source: str | Path | None = None, trust: Trust | None = None, allow: str = ""
) -> tuple[Locked, Locked]:
    """Replace an installed package by its new version, unless that does more than the old one did.

    Args:
        source: Another source than the one it came from.
        allow: Why it may be installed all the same; kept in the lock.

    Returns:
        The old and the new entry of the lock.

    Raises:
        PackageError: The new version needs approval, or is refused as `add` refuses.
        NotStored: No such package is installed.
    """
    return install.update(
        library, name, scan=scan, objection=_objection, source=source, signature=_checked(trust, allow), allow=allow
    )


def update_all(
    library: str | Path,
    names: Iterable[str],
    *,
    source: str | Path | None = None,
    trust: Trust | None = None,
    allow: str = "",
) -> list[install.Updated]:
    """Replace installed packages, each whole or not at all, as `update` does one. Returns what came of each."""
    return install.update_all(
        library, names, scan=scan, objection=_objection, source=source, signature=_checked(trust, allow), allow=allow
    )


def preview(
    library: str | Path, name: str, *, source: str | Path | None = None, trust: Trust | None = None
) -> UpdateDiff:
    """Tell what the new version of an installed package does that the old one did not; nothing is installed.

    Args:
        source: Another source than the one it came from.
        trust: Whom to trust; a version that is not signed by them needs approval. None leaves signatures unchecked, and
            one needs approval if the installed version was signed.

    Raises:
        NotStored: No such package is installed.
        PackageError: It is not what was locked, or its source cannot be read.
    """
    with install.candidate(library, name, scan=scan, source=source, signature=_told(trust)) as (old, new):
        seen = diff(old.folder, new.folder, scan)
    blocked = install.blocked_by(new) if approved(name, new.locked) != old.locked else ""
    lost = install.lost_signature(old.locked, new.locked) or _unverified(trust, new)
    lowered = install.lowered_version(old.locked, new.locked)
    if not blocked and not lost and not lowered:
        return seen
    decision = seen.decision if seen.decision in ASKS else UpdateDecision.REAPPROVE
    if blocked and new.locked.decision == Decision.BLOCK:
        decision = UpdateDecision.BLOCK
    return replace(seen, decision=decision, reasons=(*filter(None, (blocked, lost, lowered)), *seen.reasons))


def _unverified(trust: Trust | None, new: install.Staged) -> str:
    """Say that a package is not signed by those to trust; nothing if that is not so, or nobody is."""
    if trust is None or new.locked.signature == install.VERIFIED:
        return ""
    return f"Its signature comes to {new.locked.signature!r}."


def _objection(old: Path, new: Path) -> str:
    seen = diff(old, new, scan)
    return "; ".join(seen.reasons[:3]) if seen.decision in ASKS else ""


def _checked(trust: Trust | None, allow: str) -> install.SignatureCheck | None:
    if trust is None:
        return None

    def check(folder: Path) -> tuple[str, str]:
        report = verify(folder, trust)
        if not report.is_verified and not allow:
            first = report.faults[0]
            raise PackageError(
                f"The signature of {folder.name!r} comes to {report.state.value!r}: {first.path} {first.message}",
                hint=f"See all with: metier govern verify-signature {folder}. "
                "If it may be installed, say why with --allow.",
            )
        return _state(report)

    return check


def _told(trust: Trust | None) -> install.SignatureCheck | None:
    """A check that refuses nothing."""
    return None if trust is None else lambda folder: _state(verify(folder, trust))


def _state(report: SignatureReport) -> tuple[str, str]:
    return report.state.value, report.signer if report.is_verified else ""
