"""Does what the processes of a run use add up, also where the kernel forgets it?"""

from __future__ import annotations

import subprocess
import sys

WATCHER = """
import os, resource, signal, sys, time
from metier.sandboxes.processes import Use

if not (parent := os.fork()):
    if sys.argv[1] == "nobody waits":
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in range(3):
        if not (child := os.fork()):
            while time.process_time() < 0.3:
                pass
            os._exit(0)
        try:
            os.waitpid(child, 0)
        except ChildProcessError:
            pass
    os._exit(0)
use = Use(os.getpid())
while not os.waitid(os.P_PID, parent, os.WEXITED | os.WNOHANG | os.WNOWAIT):
    use.look()
    time.sleep(0.02)
os.waitpid(parent, 0)
use.look()
ended = resource.getrusage(resource.RUSAGE_CHILDREN)
print(use.seconds, ended.ru_utime + ended.ru_stime)
"""


def _told(how: str) -> tuple[float, float]:
    said = subprocess.run([sys.executable, "-c", WATCHER, how], capture_output=True, text=True, check=True).stdout
    seen, waited_for = map(float, said.split())
    return seen, waited_for


def test_processes_that_nobody_waits_for_still_count() -> None:
    seen, waited_for = _told("nobody waits")
    assert waited_for < 0.3
    assert seen > 0.6


def test_processes_that_are_waited_for_count_once() -> None:
    seen, waited_for = _told("waited for")
    assert 0.85 < seen < 1.4
    assert abs(seen - waited_for) < 0.1
