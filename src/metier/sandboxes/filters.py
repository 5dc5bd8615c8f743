"""Which seccomp filter keeps a program in? Assembled here, as classic BPF, from the lists in `calls`.

It may *watch* (hand calls to the warden), *keep* (let nothing pass that is not listed), or both. Bubblewrap needs both
halves apart: it is watched from its first call, and keeps what it starts, for it must itself mount what a program must
never mount.
"""

from __future__ import annotations

import errno
import platform
import signal
import struct
from functools import lru_cache

from metier.sandboxes.calls import (
    ALARMS,
    CHANGES,
    CONNECTS,
    FORKS,
    FREE,
    LOOKED_AT,
    MACHINES,
    MODED,
    NAMES,
    OPENS,
    SET_ID,
    STARTS,
    UNSUPPORTED,
    numbers,
)

_LOAD, _JUMP_EQUAL, _JUMP_OVER, _JUMP_FROM, _AND, _RETURN, _JUMP_ANY = 0x20, 0x15, 0x25, 0x35, 0x54, 0x06, 0x45
_ALLOW, _KILL, _NOTIFY, _ERRNO = 0x7FFF0000, 0x80000000, 0x7FC00000, 0x00050000
_NUMBER, _MACHINE, _ARGUMENTS = 0, 4, 16
_X32 = 0x40000000

_NEW_NAMESPACES = 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000
_UNTRACED = 0x00800000 | 0x00002000  # CLONE_UNTRACED, CLONE_PTRACE
_MAP_SHARED, _MAP_HUGETLB = 0x1, 0x40000

_IOCTLS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # TCGETS TIOCGWINSZ FIONREAD FIONBIO FIONCLEX FIOCLEX
_PRCTLS = (2, 3, 15, 16, 21, 23, 29, 30, 37, 38, 39, 0x53564D41)  # asking, names, timer slack, no_new_privs, VMA names
_FCNTLS_REFUSED = (8, 10, 15, 1024, 1026)  # F_SETOWN, F_SETSIG, F_SETOWN_EX, F_SETLEASE, F_NOTIFY: signals to others

_SOCKET_FILTERS = (26, 50, 51, 52)  # SO_ATTACH_FILTER, SO_ATTACH_BPF, SO_ATTACH_REUSEPORT_CBPF and _EBPF


@lru_cache
def assemble(*, watch: bool, keep: bool, files: bool = True, machine: str = "") -> bytes:
    """Make the BPF program.

    Args:
        watch: Hand to the warden what it decides on: starts, forks, what is done when a child ends, shared memory,
            connections, alarms, changes of modes, set-user-ID files.
        keep: Allow only what is listed; without it everything that is not watched passes.
        files: Whether the warden is told of every file, too.

    >>> len(assemble(watch=True, keep=True, machine="x86_64")) % 8
    0
    """
    machine = machine or platform.machine()
    table = numbers(machine)
    lines = [*_door(machine)]
    if keep:
        lines += _looked_at(table)
    if watch:
        for name, place in MODED.items():
            if name in table:
                lines += _where(table[name], [_argument(place), _jump(_JUMP_ANY, SET_ID, 0, 1), _return(_NOTIFY)])
        watched = STARTS | FORKS | CONNECTS | ALARMS | CHANGES | ((OPENS | NAMES) if files else frozenset())
        lines += _one_of(sorted(table[name] for name in watched if name in table), _NOTIFY)
        lines += _where(table["mmap"], [_argument(3), _jump(_JUMP_ANY, _MAP_SHARED, 0, 1), _return(_NOTIFY)])
        lines += _where(table["rt_sigaction"], _new_action_for_children())
    if keep:
        rest = FREE | LOOKED_AT | OPENS | NAMES | STARTS | FORKS | CONNECTS | ALARMS | CHANGES
        lines += _one_of(sorted(table[name] for name in rest if name in table), _ALLOW)
        lines += [_return(_ERRNO | errno.ENOSYS)]
    else:
        lines += [_return(_ALLOW)]
    return b"".join(lines)


def _door(machine: str) -> list[bytes]:
    lines = [_load(_MACHINE), _jump(_JUMP_EQUAL, MACHINES[machine], 1, 0), _return(_KILL), _load(_NUMBER)]
    return [*lines, _jump(_JUMP_FROM, _X32, 0, 1), _return(_KILL)]


def _one_of(numbers_: list[int], verdict: int) -> list[bytes]:
    """Return `verdict` for these numbers, sorted; ranges keep the program short and its installation fast."""
    ranges: list[list[int]] = []
    for number in numbers_:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    lines = []
    for first, last in ranges:
        lines += [_jump(_JUMP_OVER, last, 2, 0), _jump(_JUMP_FROM, first, 0, 1), _return(verdict)]
    return lines


def _looked_at(table: dict[str, int]) -> list[bytes]:
    refused, no_such = _return(_ERRNO | errno.EPERM), _return(_ERRNO | errno.ENOSYS)
    rules: dict[str, list[bytes]] = {
        "clone": [_argument(0), _jump(_JUMP_ANY, _NEW_NAMESPACES | _UNTRACED, 0, 1), refused],
        "mmap": [_argument(3), _jump(_JUMP_ANY, _MAP_HUGETLB, 0, 1), refused],  # memory that no process is counted for
        "clone3": [no_such],  # its flags lie in memory, where no filter can look; clone does the same
        "openat2": [no_such],
        "fchmodat2": [no_such],
        "ioctl": [_argument(1), *_only(_IOCTLS, refused)],
        "prctl": [_argument(0), *_only(_PRCTLS, refused)],
        "fcntl": [
            _argument(1),
            *(line for one in _FCNTLS_REFUSED for line in (_jump(_JUMP_EQUAL, one, 0, 1), refused)),
        ],
        # A connected pair can reach nobody else; a pair of datagram sockets could be sent from to any address.
        "socketpair": [
            _argument(0),
            *_only((1,), refused),
            _argument(1),
            struct.pack("<HBBI", _AND, 0, 0, 0xF),
            *_only((1, 5), refused),
        ],
        # Every socket leads nowhere, so an option of its protocol changes nothing: it is said to be done.
        "setsockopt": [
            _argument(1),
            _jump(_JUMP_EQUAL, 1, 1, 0),
            _return(_ERRNO),
            _argument(2),
            *(line for one in _SOCKET_FILTERS for line in (_jump(_JUMP_EQUAL, one, 0, 1), refused)),
        ],
        "prlimit64": [_argument(0), *_only((0,), refused)],  # its own limits, which it cannot raise
    }
    rules |= {name: [_return(_ERRNO | errno.ENOTSUP)] for name in sorted(UNSUPPORTED)}
    lines = []
    for name, rule in rules.items():
        if name in table:
            lines += _where(table[name], rule)
    return lines


def _new_action_for_children() -> list[bytes]:
    """Whoever says what is done when a child ends may say that nobody waits for it."""
    is_child = [_argument(0), _jump(_JUMP_EQUAL, signal.SIGCHLD, 0, 5)]
    either_half = [_argument(1), _jump(_JUMP_EQUAL, 0, 0, 2), _load(_ARGUMENTS + 12), _jump(_JUMP_EQUAL, 0, 1, 0)]
    return [*is_child, *either_half, _return(_NOTIFY)]


def _where(number: int, rule: list[bytes]) -> list[bytes]:
    """Follow a rule for one call; what the rule does not answer goes on."""
    return [_jump(_JUMP_EQUAL, number, 0, len(rule)), *rule, _load(_NUMBER)]


def _only(values: tuple[int, ...], refused: bytes) -> list[bytes]:
    """Go on with one of these values, else answer."""
    tests = [_jump(_JUMP_EQUAL, value, len(values) - place, 0) for place, value in enumerate(values)]
    return [*tests, refused]


def _load(offset: int) -> bytes:
    return struct.pack("<HBBI", _LOAD, 0, 0, offset)


def _argument(place: int) -> bytes:
    """The low half of an argument: the kernel itself reads no more of those that are looked at here."""
    return _load(_ARGUMENTS + 8 * place)


def _jump(test: int, value: int, so: int, otherwise: int) -> bytes:
    return struct.pack("<HBBI", test, so, otherwise, value)


def _return(verdict: int) -> bytes:
    return struct.pack("<HBBI", _RETURN, 0, 0, verdict)
