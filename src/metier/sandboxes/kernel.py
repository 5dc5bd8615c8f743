"""How are the kernel's calls made that Python has no words for?

Only `ctypes` and the standard library, so that the warden starts in a few milliseconds and a child between `fork` and
`execve` does nothing that could wait for a lock.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import struct
from contextlib import suppress

from metier.sandboxes.calls import numbers

SECCOMP_ADDFD_SEND = 2
NOTIFY = 0x7FC00000  # SECCOMP_RET_USER_NOTIF

_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS, _PR_CAPBSET_DROP = 1, 36, 38, 24
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
_SECCOMP_SET_MODE_FILTER, _SECCOMP_GET_ACTION_AVAIL = 1, 2
_SECCOMP_FILTER_FLAG_NEW_LISTENER = 1 << 3
_SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV = 1 << 5
_CAPABILITY_VERSION_3 = 0x20080522
_PIDFD_GET_INFO, _PIDFD_INFO_EXIT = 0xC040FF0B, 1 << 3

_libc = ctypes.CDLL(None, use_errno=True)
_NR = numbers()


def call(name: str, *arguments: int | bytes | ctypes.Array[ctypes.c_char] | None) -> int:
    """Make a system call.

    Raises:
        OSError: What the kernel answered, with the name of the call.

    >>> call("getppid") == os.getppid()
    True
    """
    words = [ctypes.c_long(word) if isinstance(word, int) else word for word in arguments]
    answer: int = _libc.syscall(ctypes.c_long(_NR[name]), *words)
    if answer < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{name}: {os.strerror(error)}")
    return answer


def die_with_parent(signal: int) -> None:
    """Ask for a signal when the thread that forked this process ends."""
    _prctl(_PR_SET_PDEATHSIG, signal)


def adopt_orphans() -> None:
    """Become the parent of every process below whose own parent has ended."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def give_up_privileges(*, keep: int = 0) -> None:
    """Drop every capability for good, and let no program that is started gain any.

    Args:
        keep: A set of capabilities that are left, as bits.
    """
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    if os.geteuid() == 0:
        os.setgroups([])
    for capability in range(64):
        # Fails past the last capability there is, and for whoever has none to drop.
        if not keep >> capability & 1 and _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0):
            break
    low, high = keep.to_bytes(8, "little")[:4], keep.to_bytes(8, "little")[4:]
    words = low + low + bytes(4) + high + high + bytes(4)
    call("capset", _CAPABILITY_VERSION_3.to_bytes(4, "little") + bytes(4), words)


def exit_status(process: int) -> int | None:
    """Give the wait status of anybody's child by its pidfd, once it was waited for; `None` before Linux 6.15.

    >>> exit_status(os.pidfd_open(os.getpid())) is None
    True
    """
    info = bytearray(64)
    struct.pack_into("<Q", info, 0, _PIDFD_INFO_EXIT)
    try:
        fcntl.ioctl(process, _PIDFD_GET_INFO, info, True)
    except OSError:
        return None
    (told,) = struct.unpack_from("<Q", info, 0)
    return int(struct.unpack_from("<i", info, 60)[0]) if told & _PIDFD_INFO_EXIT else None


def install_filter(program: bytes, *, listen: bool) -> int:
    """Bind this process and all it starts to a BPF program; give the descriptor that its questions come from.

    A question that was received is interrupted by no signal, from Linux 5.19 on.
    """
    instructions = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("<HxxxxxxQ", len(program) // 8, ctypes.addressof(instructions))
    flags = _SECCOMP_FILTER_FLAG_NEW_LISTENER if listen else 0
    if listen:
        with suppress(OSError):
            return call("seccomp", _SECCOMP_SET_MODE_FILTER, flags | _SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, header)
    return call("seccomp", _SECCOMP_SET_MODE_FILTER, flags, header)


def can_notify() -> bool:
    """Whether seccomp can hand a system call to a supervisor.

    >>> can_notify()
    True
    """
    try:
        call("seccomp", _SECCOMP_GET_ACTION_AVAIL, 0, NOTIFY.to_bytes(4, "little"))
    except OSError:
        return False
    return True


class _Vector(ctypes.Structure):
    _fields_ = (("base", ctypes.c_size_t), ("length", ctypes.c_size_t))


_Two = _Vector * 2

_PAGE = 4096


def write_memory(pid: int, address: int, data: bytes) -> None:
    """Write to the memory of another process.

    Raises:
        OSError: There is nothing at that address.
    """
    memory = os.open(f"/proc/{pid}/mem", os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.pwrite(memory, data, address)
    finally:
        os.close(memory)


def read_memory(pid: int, address: int, length: int) -> bytes:
    """Read up to `length` bytes, at most a page, of another process; fewer where its memory ends.

    Raises:
        OSError: There is nothing at that address.

    >>> text = ctypes.create_string_buffer(b"abc")
    >>> read_memory(os.getpid(), ctypes.addressof(text), 3)
    b'abc'
    """
    length = min(length, _PAGE)
    buffer = ctypes.create_string_buffer(length)
    # A piece that reaches into a page that is not there is not read at all, so it is cut where the page ends.
    first = min(length, _PAGE - address % _PAGE)
    here = _Vector(ctypes.addressof(buffer), length)
    there = _Two(_Vector(address, first), _Vector(address + first, length - first))
    num_read: int = _libc.process_vm_readv(
        pid, ctypes.byref(here), ctypes.c_ulong(1), there, ctypes.c_ulong(2), ctypes.c_ulong(0)
    )
    if num_read < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return buffer.raw[:num_read]


def _prctl(option: int, value: int) -> None:
    if _libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0):
        error = ctypes.get_errno()
        raise OSError(error, f"prctl({option}): {os.strerror(error)}")
