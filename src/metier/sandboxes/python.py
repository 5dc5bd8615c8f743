"""What does a Python program need to be granted? The interpreter and its standard library, nothing of the user's."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from metier.sandbox import Grant

_SHARED_DATA = ("/etc/localtime", "/usr/share/zoneinfo", "/usr/lib/locale", "/etc/ssl/openssl.cnf", "/etc/mime.types")


def python_grant(executable: str = "", *, packages: bool = False) -> Grant:
    """Grant an interpreter and its standard library, to read and to execute.

    Args:
        executable: The interpreter; by default the one that runs this. May be that of a virtual environment.
        packages: Whether the packages of a virtual environment may be read, too. Those that lie beside the standard
            library always may.

    >>> grant = python_grant()
    >>> grant.write, grant.env
    ((), ('LANG=C.UTF-8', 'PYTHONDONTWRITEBYTECODE=1', 'MALLOC_ARENA_MAX=2'))
    """
    chosen = Path(os.path.abspath(executable or sys.executable))
    real = chosen.resolve()
    read = [folder for name in ("lib", "lib64") if (folder := real.parent.parent / name).is_dir()]
    environment = chosen.parent.parent
    if (environment / "pyvenv.cfg").exists():
        read.append(environment / "pyvenv.cfg")
        if packages:
            read += sorted(environment.glob("lib*/python3*/site-packages"))
    shared = [path for path in map(Path, _SHARED_DATA) if path.exists()]
    return Grant(
        read=tuple(str(path) for path in (*read, *shared) if path.exists()),
        exec=tuple(dict.fromkeys((str(chosen), str(real)))),
        # The C library sets aside 64 MiB of address space for each thread, and so 15 were the most within 1 GiB.
        env=("LANG=C.UTF-8", "PYTHONDONTWRITEBYTECODE=1", "MALLOC_ARENA_MAX=2"),
    )
