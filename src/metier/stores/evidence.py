"""What does everything that was seen come to, in one file that can be compared byte by byte?"""

from __future__ import annotations

from pathlib import Path

from metier.digest import canonical, digest
from metier.store import Store
from metier.whole import whole


def write_evidence(store: Store, path: Path) -> str:
    """Write every attempt, verdict and skill as canonical lines, sorted, and return the digest of the file.

    The file holds no clock time and no order of arrival: the same seed gives the same bytes, in a store that has kept
    nothing else.
    """
    lines = {canonical(["attempt", attempt]) for attempt in store.attempts()}
    lines |= {canonical(["verdict", verdict]) for verdict in store.verdicts()}
    lines |= {canonical(["skill", version]) for skill in store.skills() for version in store.versions(skill.name)}
    data = b"".join(line + b"\n" for line in sorted(lines))
    with whole(path, mode=0o644) as file:
        file.write(data)
    return digest(data)
