"""Does a sandbox hold? Attempts to break out, each shown to succeed without it; for whoever writes another kind.

python -m metier.sandboxes.probes [bubblewrap | landlock …]
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from metier.sandbox import Grant, Killed, Sandbox
from metier.sandboxes import attacks
from metier.sandboxes.field import LIMITS, Field
from metier.sandboxes.python import python_grant

_FILE = Path(attacks.__file__).resolve()

PROBES: tuple[str, ...] = tuple(attacks.ATTACKS)
"""The name of every attempt, in the order of `attacks.py`."""

_OWN_LIMITS = {
    "spin": replace(LIMITS, cpu_s=0.3),
    "spin_in_many_processes": replace(LIMITS, cpu_s=0.3),
    "spin_in_processes_that_nobody_waits_for": replace(LIMITS, cpu_s=0.3),
    "spin_in_processes_that_leave_no_trace": replace(LIMITS, cpu_s=0.3),
    "sleep_long": replace(LIMITS, wall_s=1.0),
    "ignore_every_signal": replace(LIMITS, wall_s=1.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """How one attempt went.

    Attributes:
        held: Whether the sandbox held.
        inside: What the attempt said or what ended it.
        outside: What it said without a sandbox; empty if that was not tried.
        meaningful: Whether it succeeds without a sandbox, on this machine and as this user.
    """

    name: str
    held: bool
    inside: str
    outside: str = ""
    meaningful: bool = False


def check_sandbox(sandbox: Sandbox, *, names: Iterable[str] = PROBES) -> tuple[Probed, ...]:
    """Check that no attempt to break out succeeds.

    Raises:
        AssertionError: At least one did; the message names each, with what it got.

    >>> from metier.sandboxes import open_sandbox
    >>> with open_sandbox() as sandbox:
    ...     [probed.held for probed in check_sandbox(sandbox, names=["read_a_secret"])]
    [True]
    """
    results = probe_all(sandbox, names=names)
    escaped = [f"{one.name} ({one.inside})" for one in results if not one.held]
    if escaped:
        raise AssertionError(f"{len(escaped)} of {len(results)} attempts broke out: {'; '.join(escaped)}.")
    return results


def probe_all(sandbox: Sandbox, *, names: Iterable[str] = PROBES) -> tuple[Probed, ...]:
    """Make every attempt inside a sandbox, and say how each went."""
    with Field() as field:
        return tuple(probe(sandbox, field, name) for name in names)


def probe(sandbox: Sandbox, field: Field, name: str, *, trace: bool = True) -> Probed:
    """Make one attempt inside a sandbox.

    Args:
        field: Is laid out anew.
        name: One of `PROBES`.
    """
    field.lay_out()
    with _within_reach(field):
        ended = sandbox.run(
            [sys.executable, "-I", "-S", str(_FILE), name],
            grant=python_grant() | Grant(read=(str(field.shown), str(_FILE)), write=(str(field.work),)),
            limits=_OWN_LIMITS.get(name, LIMITS),
            stdin=json.dumps(field.told).encode(),
            trace=trace,
        )
    said = ended.stdout.decode(errors="replace").strip()
    if _lives_on(field):
        return Probed(name=name, held=False, inside="a daemon lives on")
    if not field.untouched():
        return Probed(name=name, held=False, inside=f"something outside was touched; {said}")
    if ended.killed_by not in (Killed.NOT, Killed.WALL) or (name in _OWN_LIMITS and ended.killed_by):
        return Probed(name=name, held=True, inside=f"killed by the limit: {ended.killed_by.value}")
    if ended.exit_code > 128:
        return Probed(name=name, held=True, inside=f"killed by signal {ended.exit_code - 128}")
    ran = said.startswith("held: ")
    return Probed(name=name, held=ran, inside=said or f"said nothing: {ended.stderr.decode(errors='replace')[-200:]}")


def attempt(field: Field, name: str) -> Probed:
    """Make one attempt without any sandbox: `meaningful` tells whether it succeeds."""
    field.lay_out()
    with _within_reach(field) as descriptor:
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(_FILE), name],
            input=json.dumps(field.told).encode(),
            capture_output=True,
            check=False,
            pass_fds=[descriptor],
            cwd=field.work,
            timeout=60,
        )
    said = done.stdout.decode(errors="replace").strip()
    succeeded = said.startswith("BROKE OUT") or _lives_on(field)
    return Probed(name=name, held=not succeeded, inside="", outside=said, meaningful=succeeded)


class _within_reach:  # noqa: N801
    """Leave a secret in the environment and an open file that a careless start would pass on."""

    def __init__(self, field: Field) -> None:
        self._field = field

    def __enter__(self) -> int:
        os.environ["METIER_PROBE"] = self._field.token
        self._descriptor = os.open(self._field.told["secret"], os.O_RDONLY)
        os.set_inheritable(self._descriptor, True)
        return self._descriptor

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)
        del os.environ["METIER_PROBE"]


def _lives_on(field: Field) -> bool:
    heart = field.work / "heart"
    if not heart.exists():
        return False
    before = heart.stat().st_size
    time.sleep(0.15)
    return heart.stat().st_size > before


def _report(kinds: Iterable[str]) -> Iterator[str]:
    from metier.sandboxes.open import open_sandbox

    with Field() as field:
        outside = {name: attempt(field, name) for name in PROBES}
        for kind in kinds:
            with open_sandbox(kind) as sandbox:
                for name in PROBES:
                    inside = probe(sandbox, field, name)
                    mark = "held" if inside.held else "BROKE OUT"
                    meaning = "" if outside[name].meaningful else f" [not possible here: {outside[name].outside}]"
                    yield f"{kind}\t{mark}\t{name}\t{inside.inside}{meaning}"


if __name__ == "__main__":
    for line in _report(sys.argv[1:] or ("bubblewrap", "landlock")):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
