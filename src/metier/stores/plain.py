"""How is a file of a stranger opened so that it is a plain file and nothing else?

What was a file when it was listed may be a link by the time it is opened, or a pipe on which a reader waits for ever.
Every reader of a package opens its files here.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_NO_FILE = (errno.ELOOP, errno.ENXIO)
"""What opening a link and a socket comes to."""


class NotPlain(OSError):
    """A folder, a link or a special file lies where a plain file was expected."""


def open_plain(path: str | Path) -> int:
    """Open a plain file for reading and return its descriptor; no link is followed, and no pipe waited for.

    Raises:
        NotPlain: It is a folder, a link or a special file.
        OSError: It cannot be opened.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "a.txt").write_text("abc")
    ...     with os.fdopen(open_plain(Path(folder) / "a.txt"), "rb") as file:
    ...         file.read()
    b'abc'
    """
    try:
        handle = os.open(path, _FLAGS)
    except OSError as failure:
        if failure.errno in _NO_FILE:
            raise NotPlain(failure.errno, "It is no plain file", str(path)) from failure
        raise
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise NotPlain(errno.EINVAL, "It is no plain file", str(path))
    return handle
