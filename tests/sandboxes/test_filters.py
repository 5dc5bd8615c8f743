"""Does the seccomp program say what it should of each call? Interpreted here, so that both machines are covered."""

from __future__ import annotations

import errno
import struct

import pytest

from metier.sandboxes.calls import ALARMS, FREE, MACHINES, numbers
from metier.sandboxes.filters import assemble

ALLOW, KILL, NOTIFY, ERRNO = 0x7FFF0000, 0x80000000, 0x7FC00000, 0x00050000
REFUSED, NO_SUCH = ERRNO | errno.EPERM, ERRNO | errno.ENOSYS


def verdict(program: bytes, number: int, *arguments: int, machine: str = "x86_64", door: int | None = None) -> int:
    data = struct.pack("<IIQ6Q", number, MACHINES[machine] if door is None else door, 0, *(*arguments, *[0] * 6)[:6])
    accumulator = place = 0
    while True:
        code, so, otherwise, value = struct.unpack_from("<HBBI", program, place * 8)
        place += 1
        if code == 0x06:
            return value
        if code == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, value)
        elif code == 0x54:
            accumulator &= value
        else:
            holds = {0x15: accumulator == value, 0x25: accumulator > value, 0x35: accumulator >= value}
            holds[0x45] = bool(accumulator & value)
            place += so if holds[code] else otherwise


@pytest.mark.parametrize("machine", MACHINES)
def test_every_call_that_is_not_listed_does_not_exist(machine: str) -> None:
    program, table = assemble(watch=True, keep=True, machine=machine), numbers(machine)
    for number in range(600):
        if number not in table.values():
            assert verdict(program, number, machine=machine) == NO_SUCH


@pytest.mark.parametrize("machine", MACHINES)
def test_free_calls_pass_and_alarms_go_to_the_warden(machine: str) -> None:
    program, table = assemble(watch=True, keep=True, machine=machine), numbers(machine)
    for name in FREE & table.keys():
        assert verdict(program, table[name], machine=machine) == ALLOW, name
    for name in ALARMS & table.keys():
        assert verdict(program, table[name], machine=machine) == NOTIFY, name


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("keep", [True, False])
def test_another_door_kills(machine: str, keep: bool) -> None:
    program = assemble(watch=True, keep=keep, machine=machine)
    assert verdict(program, 39, door=0x40000003, machine=machine) == KILL
    assert verdict(program, 0x40000000 | 39, machine=machine) == KILL


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("clone", (0x10000000 | 17,), REFUSED),
        ("clone", (0x00003D0F00,), NOTIFY),
        ("clone3", (), NO_SUCH),
        ("rt_sigaction", (17, 1 << 12), NOTIFY),
        ("rt_sigaction", (17, 1 << 32), NOTIFY),
        ("rt_sigaction", (17, 0), ALLOW),
        ("rt_sigaction", (2, 1 << 12), ALLOW),
        ("mmap", (0, 4096, 3, 0x22), ALLOW),
        ("mmap", (0, 4096, 3, 0x21), NOTIFY),
        ("mmap", (0, 4096, 3, 0x03), NOTIFY),
        ("mmap", (0, 4096, 3, 0x40021), REFUSED),
        ("openat2", (), NO_SUCH),
        ("ioctl", (0, 0x5412), REFUSED),
        ("ioctl", (0, 0x1_0000_5412), REFUSED),
        ("ioctl", (0, 0x5401), ALLOW),
        ("prctl", (4, 0), REFUSED),
        ("prctl", (15,), ALLOW),
        ("fcntl", (0, 8), REFUSED),
        ("fcntl", (0, 1), ALLOW),
        ("socketpair", (1, 1 | 0x80000), ALLOW),
        ("socketpair", (1, 2), REFUSED),
        ("socketpair", (2, 1), REFUSED),
        ("setsockopt", (3, 6, 1), ERRNO),
        ("setsockopt", (3, 1, 26), REFUSED),
        ("setsockopt", (3, 1, 2), ALLOW),
        ("prlimit64", (0, 7), ALLOW),
        ("prlimit64", (1, 7), REFUSED),
        ("fchmod", (3, 0o4755), NOTIFY),
        ("fchmod", (3, 0o755), NOTIFY),
        ("openat", (0, 0, 0o101, 0o2755), NOTIFY),
        ("openat", (0, 0, 0o101, 0o644), NOTIFY),
        ("setxattr", (), NOTIFY),
        ("getxattr", (), ERRNO | errno.ENOTSUP),
    ],
)
def test_a_call_is_judged_by_its_arguments(name: str, arguments: tuple[int, ...], expected: int) -> None:
    program = assemble(watch=True, keep=True, machine="x86_64")
    assert verdict(program, numbers("x86_64")[name], *arguments) == expected


def test_files_pass_unwatched_where_they_are_not_traced() -> None:
    program = assemble(watch=True, keep=True, files=False, machine="x86_64")
    assert verdict(program, numbers("x86_64")["openat"]) == ALLOW
    assert verdict(program, numbers("x86_64")["openat"], 0, 0, 0o101, 0o4755) == NOTIFY
    assert verdict(program, numbers("x86_64")["mknod"], 0, 0o104755) == NOTIFY
    assert verdict(program, numbers("x86_64")["execve"]) == NOTIFY


def test_the_half_that_only_watches_lets_everything_else_pass() -> None:
    program, table = assemble(watch=True, keep=False, machine="x86_64"), numbers("x86_64")
    assert verdict(program, table["prctl"], 4) == ALLOW
    assert verdict(program, table["mount"]) == NOTIFY


def test_the_half_that_only_keeps_asks_nobody() -> None:
    program, table = assemble(watch=False, keep=True, machine="x86_64"), numbers("x86_64")
    assert {verdict(program, number) for number in table.values()} <= {ALLOW, REFUSED, NO_SUCH, ERRNO, ERRNO | 95}
    assert verdict(program, table["io_pgetevents"]) == NO_SUCH
