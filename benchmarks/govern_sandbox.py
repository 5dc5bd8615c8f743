"""What does a sandbox cost a run, and does it hold? CPU and wall time over the plain subprocess; attempts to break out.

    python benchmarks/govern_sandbox.py [RUNS]

CPU is that of the program, its warden and this process, user and system; wall is the best run and the median: what
lies between is other work on the machine. The peer is `subprocess.run`, which keeps nothing from anything; bubblewrap
alone is shown for comparison (its CPU is not: it leaves children that nobody waits for).
"""

from __future__ import annotations

import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from metier.errors import SandboxError
from metier.sandbox import Grant
from metier.sandboxes import open_sandbox, python_grant
from metier.sandboxes.field import Field
from metier.sandboxes.probes import PROBES, attempt, probe

TICKS = os.sysconf("SC_CLK_TCK")
KINDS = ("bubblewrap", "landlock")


def main() -> None:
    """Print both tables."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    print(f"Python {platform.python_version()}, Linux {platform.release()}, {os.cpu_count()} cores, {runs} runs\n")
    print("| program | kind | trace | CPU ms over plain | wall ms over plain, best | median | first run, wall ms |")
    print("|---|---|---|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "script.py")
        script.write_text("import json, random, re\nprint(json.dumps(sum(range(1000))))\n")
        granted = python_grant() | Grant(read=(folder,))
        costs("/bin/true", ["/bin/true"], Grant(exec=("/bin/true",)), runs)
        costs("a Python script", [sys.executable, "-I", str(script)], granted, runs)
    print("\n| kind | attempts | of them possible without | broke out |\n|---|---:|---:|---:|")
    with Field() as field:
        possible = sum(attempt(field, name).meaningful for name in PROBES)
        for kind in KINDS:
            with open_sandbox(kind) as sandbox:
                escaped = [name for name in PROBES if not probe(sandbox, field, name).held]
            print(f"| {kind} | {len(PROBES)} | {possible} | {len(escaped)} {' '.join(escaped)} |")


def costs(name: str, argv: list[str], grant: Grant, runs: int) -> None:
    """Print one line for each way to run a program."""
    plain = measured(lambda: subprocess.run(argv, capture_output=True, check=True), children, runs)
    print(f"| {name} | plain `subprocess` | – | ({plain[0]:.1f}) | ({plain[1]:.1f}) | ({plain[2]:.1f}) | – |")
    bwrap = shutil.which("bwrap")
    if bwrap:
        alone = [bwrap, "--unshare-all", "--ro-bind", "/", "/", *argv]
        _, best, wall = measured(lambda: subprocess.run(alone, capture_output=True, check=True), children, runs)
        print(f"| {name} | bwrap alone, all readable | – | – | {best - plain[1]:.1f} | {wall - plain[2]:.1f} | – |")
    for kind in KINDS:
        for trace in (True, False):
            try:
                sandbox = open_sandbox(kind)
            except SandboxError as error:
                print(f"| {name} | {kind} | | left out: {error} | | | |")
                break
            with sandbox:
                before = time.perf_counter()
                sandbox.run(argv, grant=grant, trace=trace)
                first = (time.perf_counter() - before) * 1000
                pid = sandbox._wardens.pid
                cpu, best, wall = measured(
                    lambda s=sandbox, t=trace: s.run(argv, grant=grant, trace=t), lambda p=pid: tree(p), runs
                )
            told = "on" if trace else "off"
            over = f"{cpu - plain[0]:.1f} | {best - plain[1]:.1f} | {wall - plain[2]:.1f}"
            print(f"| {name} | {kind} | {told} | {over} | {first:.0f} |")


def measured(action: Callable[[], object], others: Callable[[], float], runs: int) -> tuple[float, float, float]:
    """Milliseconds of CPU a run, those of other processes included, and the best and the median of wall time."""
    walls = []
    before = time.process_time() + others()
    for _ in range(runs):
        start = time.perf_counter()
        action()
        walls.append(time.perf_counter() - start)
    cpu = (time.process_time() + others() - before) / runs
    return cpu * 1000, min(walls) * 1000, statistics.median(walls) * 1000


def children() -> float:
    """CPU seconds of the children that were waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def tree(pid: int) -> float:
    """CPU seconds of a process and of all that it waited for."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, words[11:15])) / TICKS


if __name__ == "__main__":
    main()
