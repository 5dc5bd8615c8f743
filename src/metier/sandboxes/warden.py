"""Who stands beside a program that is not trusted, until none of its processes is left?

One small process of one thread, started once by each sandbox (`serve`), forks a warden for every run; the warden forks
the program, watches it and reports. So nothing is ever forked from the process that uses the sandbox, which may have
threads and gigabytes, and killing that process ends the run: the warden sees its connection close.

Only the standard library and modules that need no more are imported here; see `docs/decisions/004-sandbox.md`.
"""

from __future__ import annotations

import errno
import gc
import json
import os
import select
import signal
import socket
import struct
import time
from contextlib import suppress
from typing import Any, NoReturn

from metier.sandboxes.calls import names_of
from metier.sandboxes.enter import enter
from metier.sandboxes.filters import assemble
from metier.sandboxes.kernel import adopt_orphans, call, exit_status
from metier.sandboxes.processes import Use, children, kill_all
from metier.sandboxes.resolve import Names
from metier.sandboxes.ruleset import make_ruleset
from metier.sandboxes.shared import Shared
from metier.sandboxes.usage import Growth
from metier.sandboxes.watch import Watch

_FIRST_LOOK_S, _SLOWEST_LOOK_S = 0.02, 0.1
_DISK_SHARE = 10  # at most a tenth of the time goes into measuring folders
_CHUNK = 1 << 16


def serve(descriptor: int) -> NoReturn:
    """Fork a warden for every connection that comes over a socket, until it closes; then kill what still runs."""
    control = socket.socket(fileno=descriptor)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # the caller may ignore the end of its children; every warden waits
    adopt_orphans()
    _make_ready()
    wardens: dict[int, int] = {}
    poll = select.poll()
    poll.register(control, select.POLLIN)
    serving = True
    while serving:
        for ready, _ in poll.poll():
            if ready != control.fileno():
                poll.unregister(ready)
                _ended(ready, wardens)
                continue
            said, passed, _, _ = socket.recv_fds(control, 1, 1)
            if not said:
                serving = False
                break
            if not passed:  # no descriptor is left for it, and whoever asked sees the connection close
                continue
            pid = os.fork()
            if not pid:
                control.close()
                _attend(socket.socket(fileno=passed[0]))
            os.close(passed[0])
            process = os.pidfd_open(pid)
            wardens[process] = pid
            poll.register(process, select.POLLIN)
    kill_all(os.getpid())
    os._exit(0)


def _make_ready() -> None:
    """Do once what every warden would do again: forks share it."""
    for files in (True, False):
        for keep in (True, False):
            assemble(watch=True, keep=keep, files=files)
    assemble(watch=False, keep=True)
    names_of()
    gc.freeze()


def _ended(process: int, wardens: dict[int, int]) -> None:
    """Take leave of a warden; if it died before its program, what it left comes to us, and is killed."""
    os.close(process)
    os.waitpid(wardens.pop(process), 0)
    while strays := [child for child in children(os.getpid()) if child not in wardens.values()]:
        for child in strays:
            with suppress(OSError):
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)


def _attend(connection: socket.socket) -> NoReturn:
    """Do one run, from its request to its report."""
    try:
        adopt_orphans()
        head = json.loads(_receive(connection, *struct.unpack("<Q", _receive(connection, 8))))
        stdin = _receive(connection, head["stdin"])
        run = _Run(connection, head, stdin)
        try:
            report, streams = run.report()
        finally:
            kill_all(os.getpid())
    except Exception as error:
        report, streams = {"error": f"{error}"}, (b"", b"")
    with suppress(OSError):
        text = json.dumps({**report, "streams": [len(stream) for stream in streams]}).encode()
        connection.sendall(struct.pack("<Q", len(text)) + text + b"".join(streams))
    os._exit(0)


def _receive(connection: socket.socket, length: int) -> bytes:
    chunks = []
    while length:
        chunk = connection.recv(min(length, _CHUNK))
        if not chunk:
            os._exit(0)
        chunks.append(chunk)
        length -= len(chunk)
    return b"".join(chunks)


class _Run:
    """One program, its pipes, its watch and its limits."""

    def __init__(self, connection: socket.socket, request: dict[str, Any], stdin: bytes) -> None:
        self._connection, self._request, self._stdin = connection, request, memoryview(stdin)
        self._limits = request["limits"]
        self._names = Names(**request["names"])
        self._streams: dict[int, bytearray] = {}
        self._truncated, self._killed_by, self._failure = False, "", ""
        self._poll = select.poll()
        self._growth = Growth(request["folders"])
        self._use = Use(os.getpid())
        self._shared = Shared(os.getpid(), max_bytes=self._limits["memory_bytes"])
        self._started = self._next_disk = time.monotonic()
        self._start()

    def report(self) -> tuple[dict[str, Any], tuple[bytes, bytes]]:
        """Watch the program to its end, leave nothing of it behind, and say how it went."""
        self._attend()
        wall_s = time.monotonic() - self._started
        with suppress(OSError):
            os.kill(self._pid, signal.SIGKILL)
        _, status = os.waitpid(self._pid, 0)
        if not kill_all(os.getpid()):
            raise OSError("a process of the run could not be killed")
        os.close(self._listener)  # not before: a call that nobody answers any more fails, and a program would say so
        for stream in list(self._streams):
            while self._read(stream):
                pass
        if self._watch.programs_before:
            told = bytes(self._streams[self._err]).decode(errors="replace").strip()
            if self._killed_by == "stopped":
                self._failure = "it was stopped before"
            elif self._killed_by:
                self._failure = f"it reached its limit on {self._killed_by} before it was started, so allow it more"
            self._failure = self._failure or told or "it ended before it was started"
        if self._failure:
            return {"error": self._failure}, (b"", b"")
        self._use.look()
        exit_code = os.waitstatus_to_exitcode(status)
        exit_code = 128 - exit_code if exit_code < 0 else exit_code
        report = {
            "exit_code": exit_code,
            "killed_by": self._killed_by or self._killed_by_signal(status),
            "truncated": self._truncated,
            "accesses": list(self._watch.accesses),
            "complete": self._watch.complete,
            "wall_s": wall_s,
            "cpu_s": self._use.seconds,
        }
        return report, (bytes(self._streams[self._out]), bytes(self._streams[self._err]))

    def _killed_by_signal(self, status: int) -> str:
        """Which limit the kernel kept, by the program's own status: bubblewrap's tells a signal as an exit code."""
        told = exit_status(self._watch.program)
        if told is None and self._request["kind"] == "bubblewrap":
            told = max(0, os.waitstatus_to_exitcode(status) - 128)
        number = os.WTERMSIG(status if told is None else told)
        if number == signal.SIGXCPU and self._use.seconds > self._limits["cpu_s"]:
            return "cpu"
        return "disk" if number == signal.SIGXFSZ else ""

    # Before

    def _start(self) -> None:
        request, bubblewrap = self._request, self._request["kind"] == "bubblewrap"
        ruleset = -1 if bubblewrap else make_ruleset(request["rights"])
        keep = _kept_filter() if bubblewrap else -1
        if bubblewrap:
            request["argv"] = [word if word != "{seccomp}" else str(keep) for word in request["argv"]]
        program = assemble(watch=True, keep=not bubblewrap, files=request["trace"])
        given, self._in = os.pipe()
        self._out, out = os.pipe()
        self._err, err = os.pipe()
        self._up, up = os.pipe()
        go, going = os.pipe()
        self._pid = os.fork()
        if not self._pid:
            stdio = (given, out, err)
            enter(request, program=program, ruleset=ruleset, keep=keep, stdio=stdio, up=up, go=go)
        for descriptor in (given, out, err, up, go, *(one for one in (ruleset, keep) if one >= 0)):
            os.close(descriptor)
        self._process = os.pidfd_open(self._pid)
        self._listener = self._meet()
        self._watch = Watch(
            self._listener,
            self._names,
            max_tasks=self._limits["processes"] + (2 if bubblewrap else 0),
            shared=self._shared,
            programs_before=2 if bubblewrap else 1,
            act_for=not bubblewrap,
            root=os.getpid(),
        )
        os.write(going, b"\n")
        os.close(going)
        for descriptor in (self._in, self._out, self._err):
            os.set_blocking(descriptor, False)
        self._streams = {self._out: bytearray(), self._err: bytearray()}
        for descriptor in (self._listener, self._out, self._err, self._process, self._up, self._connection.fileno()):
            self._poll.register(descriptor, select.POLLIN)
        self._poll.register(self._in, select.POLLOUT)

    def _meet(self) -> int:
        """Take over the child's listener, once it is confined and waits."""
        told = os.read(self._up, 4096)
        if len(told) != 4:
            raise OSError(os.fsdecode(told[1:]) or "the child ended before it was confined")
        return call("pidfd_getfd", self._process, int.from_bytes(told, "little"), 0)

    # During

    def _attend(self) -> None:
        pause, next_look = _FIRST_LOOK_S, self._started + _FIRST_LOOK_S
        deadline = self._started + self._limits["wall_s"]
        while not self._killed_by and not self._failure:
            now = time.monotonic()
            if now >= deadline:
                self._killed_by = "wall"
                return
            if now >= next_look:
                self._look_at_use()
                if now >= self._next_disk:
                    self._look_at_disk()
                pause = min(_SLOWEST_LOOK_S, pause * 1.5)
                next_look = now + pause
            wait_s = min(next_look, deadline) - now
            for ready, events in self._poll.poll(max(1, int(wait_s * 1000) + 1)):
                if ready == self._process:
                    self._look_at_disk()
                    return
                if ready == self._listener and not events & select.POLLIN:
                    self._poll.unregister(ready)  # nobody is left who could ask
                else:
                    self._on(ready)

    def _on(self, ready: int) -> None:
        if ready == self._listener:
            self._watch.answer()
            self._after_answer()
        elif ready in self._streams:
            self._read(ready)
        elif ready == self._in:
            self._write()
        elif ready == self._up:
            self._poll.unregister(ready)
            self._failure = os.read(ready, 4096)[1:].decode(errors="replace")
        elif ready == self._connection.fileno():
            self._killed_by = "stopped"  # the caller is gone, or wants no more of it and waits for the report
        else:
            self._poll.unregister(ready)
            self._watch.overheard(ready)

    def _after_answer(self) -> None:
        if self._watch.made_files and time.monotonic() >= self._next_disk:
            self._watch.made_files = False
            self._look_at_disk()
        for pair in self._watch.new_pairs():
            self._poll.register(pair, select.POLLIN)
        if self._watch.breached:
            self._killed_by = "breach"

    def _read(self, stream: int) -> bool:
        """Take some of what the program wrote; false where there is no more, now or ever."""
        try:
            chunk = os.read(stream, _CHUNK)
        except BlockingIOError:
            return False
        if not chunk:
            with suppress(KeyError):
                self._poll.unregister(stream)
            return False
        held = self._streams[stream]
        room = self._limits["output_bytes"] - len(held)
        held += chunk[:room]
        if len(chunk) > room:
            self._truncated, self._killed_by = True, self._killed_by or "output"
            return False
        return True

    def _write(self) -> None:
        try:
            if self._stdin:
                self._stdin = self._stdin[os.write(self._in, self._stdin[:_CHUNK]) :]
        except BlockingIOError:
            return
        except OSError as error:
            if error.errno != errno.EPIPE:
                raise
            self._stdin = self._stdin[:0]
        if not self._stdin:
            self._poll.unregister(self._in)
            os.close(self._in)

    def _look_at_use(self) -> None:
        seconds, memory = self._use.look()
        if seconds > self._limits["cpu_s"]:
            self._killed_by = "cpu"
        elif memory + self._shared.num_bytes > self._limits["memory_bytes"]:
            self._shared.forget()
            if memory + self._shared.num_bytes > self._limits["memory_bytes"]:
                self._killed_by = "memory"

    def _look_at_disk(self) -> None:
        """Measure the folders that may be written, and set when it may be done again."""
        before = time.monotonic()
        if self._request["folders"]:
            try:
                num_bytes, num_files = self._growth.since(os.getpid())
            except OSError:  # what hides from being measured is over the limit
                self._killed_by = "disk"
            else:
                if num_bytes > self._limits["disk_bytes"]:
                    self._killed_by = "disk"
                elif num_files > self._limits["files"]:
                    self._killed_by = "files"
        now = time.monotonic()
        self._next_disk = now + (now - before) * _DISK_SHARE


def _kept_filter() -> int:
    """Lay the filter that bubblewrap installs last into a file without a name."""
    descriptor = os.memfd_create("filter")
    os.write(descriptor, assemble(watch=False, keep=True))
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor
