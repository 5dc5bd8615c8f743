"""How does a forked child go into the sandbox? Step by step, from the outermost layer to the program.

It runs in a process of one thread that holds no lock, so it may use all of Python until `execve`.
"""

from __future__ import annotations

import math
import os
import resource
import signal
from typing import Any, NoReturn

from metier.sandboxes.kernel import call, die_with_parent, give_up_privileges, install_filter
from metier.sandboxes.ruleset import restrict_self

CLOSE_ON_EXEC = 4  # CLOSE_RANGE_CLOEXEC

_SETFCAP = 1 << 31
"""What the kernel wants of root to map root into a user namespace; bubblewrap gives it up before the program starts."""


def enter(
    request: dict[str, Any], *, program: bytes, ruleset: int, keep: int, stdio: tuple[int, int, int], up: int, go: int
) -> NoReturn:
    """Become the program; tell through `up` the listener's number, or else what went wrong.

    Args:
        program: The filter that is watched by the warden.
        ruleset: A Landlock ruleset, or -1.
        keep: A descriptor that the program inherits, for bubblewrap's own filter, or -1.
        up, go: The pipes to and from the warden.
    """
    step = "start"
    try:
        step = "a session of its own"
        os.setsid()
        die_with_parent(signal.SIGKILL)
        _forget_the_parent()
        step = "its standard input and output"
        for place, descriptor in enumerate(stdio):
            os.dup2(descriptor, place, inheritable=True)
        call("close_range", 3, 0xFFFFFFFF, CLOSE_ON_EXEC)
        if keep >= 0:
            os.set_inheritable(keep, True)
        step = f"the folder {request['cwd']!r}"
        os.chdir(request["cwd"] if ruleset >= 0 else "/")
        step = "limits"
        _limit(request["limits"])
        step = "giving up privileges"
        give_up_privileges(keep=_SETFCAP if ruleset < 0 and os.geteuid() == 0 else 0)
        step = "Landlock"
        if ruleset >= 0:
            restrict_self(ruleset)
        step = "seccomp"
        listener = install_filter(program, listen=True)
        os.write(up, listener.to_bytes(4, "little"))
        os.read(go, 1)
        step = f"the program {request['argv'][0]!r}"
        os.execve(request["argv"][0], request["argv"], dict(request["env"]))
    except BaseException as error:
        os.write(up, f"!{step}: {error}".encode()[:4000])
    finally:
        os._exit(127)


def _forget_the_parent() -> None:
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    os.umask(0o022)
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")


def _limit(limits: dict[str, Any]) -> None:
    cpu = math.ceil(limits["cpu_s"]) + 1
    for kind, soft, hard in (
        (resource.RLIMIT_CPU, cpu, cpu + 1),
        (resource.RLIMIT_AS, limits["memory_bytes"], limits["memory_bytes"]),
        (resource.RLIMIT_FSIZE, limits["disk_bytes"], limits["disk_bytes"]),
        (resource.RLIMIT_NOFILE, limits["files"], limits["files"]),
        # One byte, not none: none still lets a core go to the program that the system pipes them to.
        (resource.RLIMIT_CORE, 1, 1),
        (resource.RLIMIT_MSGQUEUE, 0, 0),
        (resource.RLIMIT_MEMLOCK, 0, 0),
    ):
        most = resource.getrlimit(kind)[1]
        if most != resource.RLIM_INFINITY:
            soft, hard = min(soft, most), min(hard, most)
        resource.setrlimit(kind, (soft, hard))
