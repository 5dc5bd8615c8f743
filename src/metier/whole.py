"""How does a file appear whole or not at all? It grows under another name on the same disk, and then takes its own.

It knows nothing of what is written. Whoever writes says what a reader may rely on: the mode, and whether it outlives a
power cut.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO


@contextmanager
def whole(path: Path, *, mode: int = 0o600, is_synced: bool = True, within: Path | None = None) -> Iterator[IO[bytes]]:
    """Open a file to write. It takes its name when all is written, in place of what had it; a link is replaced, too.

    Args:
        mode: Its permissions.
        is_synced: Whether its content is on the disk before it takes its name; what can be made again need not be.
        within: The folder in which it grows, on the same disk; by default the one that it is to lie in.

    Raises:
        OSError: It cannot be written; what was there before is left as it was, and nothing half-written beside it.

    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with whole(Path(folder) / "a.txt") as file:
    ...         _ = file.write(b"whole")
    ...     (Path(folder) / "a.txt").read_text(), len(os.listdir(folder))
    ('whole', 1)
    """
    handle, part = tempfile.mkstemp(dir=within or path.parent, prefix=".part-")
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), mode)
            yield file
            if is_synced:
                file.flush()
                os.fsync(file.fileno())
        Path(part).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(part).unlink()
        raise
