"""How does what a command wrote reach the file that somebody named, whatever kind of file that is?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from metier.whole import whole


@contextmanager
def writing(path: Path) -> Iterator[IO[bytes]]:
    """Open a file to write, which appears whole or not at all. A link stays one, and what it leads to is written.

    What is no plain file, such as a pipe or a device, is written as it is.

    Raises:
        OSError: It cannot be written; what was there before is left as it was.

    >>> import tempfile
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
        with whole(Path(os.path.realpath(path)), mode=0o644) as file:
            yield file
