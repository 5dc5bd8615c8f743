"""What is said when the disk refuses? One sentence with the path, and the way out.

Shared by `metier.stores.bulk`, `metier.stores.package` and `metier.stores.library`; it knows none of them.
"""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path

from metier.errors import StoreError, StoreFull

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
_LONGEST = 1_000
"""So many characters of a path are shown, which may be refused for its length."""
_IN_THE_WAY = (errno.ENOTDIR, errno.EEXIST, errno.EISDIR)


@contextlib.contextmanager
def told(doing: str, what: str, folder: Path) -> Iterator[None]:
    """Say in our words what the operating system reports.

    Args:
        doing: Such as "keep".
        what: Such as "a file".
        folder: Where it was to be.

    Raises:
        StoreFull: The disk is full.
        StoreError: Anything else that is an `OSError`.

    >>> with told("keep", "a file", Path("bulk")):
    ...     raise PermissionError(errno.EACCES, "Permission denied", "bulk/ab")
    Traceback (most recent call last):
    metier.errors.StoreError: Cannot keep a file in 'bulk': Permission denied ('bulk/ab').
    See that you may read and write there, or name another folder.
    """
    try:
        yield
    except OSError as failure:
        if failure.errno in _FULL:
            raise StoreFull(
                f"No room is left for {what} in {str(folder)!r}; nothing half-written is left there.",
                hint="Free some space on that disk and run again: what was kept so far is found and not redone.",
            ) from failure
        at = f" ({str(failure.filename)[:_LONGEST]!r})" if failure.filename is not None else ""
        raise StoreError(
            f"Cannot {doing} {what} in {str(folder)!r}: {failure.strerror or failure}{at}.", hint=_way_out(failure)
        ) from failure


def _way_out(failure: OSError) -> str:
    if failure.errno in _FORBIDDEN:
        return "See that you may read and write there, or name another folder."
    if failure.errno in _IN_THE_WAY:
        return "Something else lies in the way: move it, or name another folder."
    return "See to that disk and run again: what was kept so far is found and not redone."
