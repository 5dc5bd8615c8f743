"""How does what a command wrote reach the file that somebody named, whatever kind of file that is?"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def writing(path: Path) -> Iterator[IO[bytes]]:
    """Open a file to write, which appears whole or not at all. A link stays one, and what it leads to is written.

    What is no plain file, such as a pipe or a device, is written as it is.

    Raises:
        OSError: It cannot be written; what was there before is left as it was.

    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with writing(Path(folder) / "a.txt") as file:
    ...         _ = file.write(b"whole")
    ...     (Path(folder) / "a.txt").read_text()
    'whole'
    """
    if path.exists() and not path.is_file():
        with path.open("wb") as plain:
            yield plain
    else:
        with _whole(Path(os.path.realpath(path))) as file:
            yield file


@contextmanager
def _whole(path: Path) -> Iterator[IO[bytes]]:
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:200]}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), 0o644)
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(part).replace(path)
    finally:
        Path(part).unlink(missing_ok=True)
