"""How is a grant told to Landlock? One rule a path, in a ruleset that handles every right there is.

Needs Landlock ABI 6 (Linux 6.12): the first that also keeps signals and abstract sockets inside.
"""

from __future__ import annotations

import os
import stat
import struct

from metier.sandboxes.kernel import call

MIN_ABI = 6

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR, _TRUNCATE = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 14
_MAKE_CHAR, _MAKE_BLOCK, _MAKE_SOCK, _IOCTL_DEV = 1 << 6, 1 << 11, 1 << 9, 1 << 15
_EVERY_RIGHT = (1 << 16) - 1
_OF_A_FILE = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE
_NETWORK, _SCOPES = 0b11, 0b11  # bind and connect TCP; abstract sockets and signals

READ = _READ_FILE | _READ_DIR
WRITE = _EVERY_RIGHT & ~(_EXECUTE | _MAKE_CHAR | _MAKE_BLOCK | _MAKE_SOCK | _IOCTL_DEV)
EXEC = _EXECUTE | _READ_FILE


def abi() -> int:
    """Give the version of Landlock that the running kernel has; 0 if it has none or was started without it.

    >>> abi() >= 0
    True
    """
    try:
        return call("landlock_create_ruleset", 0, 0, 1)
    except OSError:
        return 0


def make_ruleset(rights: dict[str, int]) -> int:
    """Give the descriptor of a ruleset that allows these rights below these paths, and nothing else.

    Raises:
        OSError: A path is not there, or Landlock is not.
    """
    attributes = struct.pack("<QQQ", _EVERY_RIGHT, _NETWORK, _SCOPES)
    ruleset = call("landlock_create_ruleset", attributes, len(attributes), 0)
    for path, wanted in rights.items():
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            is_folder = stat.S_ISDIR(os.fstat(place).st_mode)
            rule = struct.pack("<Qi", wanted if is_folder else wanted & _OF_A_FILE, place)
            call("landlock_add_rule", ruleset, 1, rule, 0)
        finally:
            os.close(place)
    return ruleset


def restrict_self(ruleset: int) -> None:
    """Bind this process, and all it starts, to a ruleset. Cannot be undone."""
    call("landlock_restrict_self", ruleset, 0)
