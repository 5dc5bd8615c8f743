"""How does the process that uses a sandbox speak to its wardens? Over sockets, from any thread.

Nothing is forked here: the one process that forks is started like any other program, and has no threads.
"""

from __future__ import annotations

import json
import os
import select
import socket
import struct
import subprocess
import sys
import threading
import weakref
from pathlib import Path
from typing import Any

from metier.errors import SandboxError

_LOOK_S = 0.05
_START = """
import sys, types
for name, folder in (("metier", {house!r}), ("metier.sandboxes", {room!r})):
    package = types.ModuleType(name)
    package.__path__ = [folder]
    sys.modules[name] = package
from metier.sandboxes.warden import serve
serve({descriptor})
"""
"""Only the warden's own modules are loaded: the packages above them are empty stand-ins, so a start is quick."""


class Wardens:
    """Starts the process that forks wardens when it is first needed, and again if it is gone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pid = 0
        self._control: socket.socket | None = None
        self._let_go: weakref.finalize[Any, Any] | None = None

    def ask(
        self, request: dict[str, Any], stdin: bytes, stop: threading.Event | None = None
    ) -> tuple[dict[str, Any], bytes, bytes]:
        """Have one run done; give its report, its standard output and its standard error.

        Args:
            stop: Ends the run once set; it is reported as any other.

        Raises:
            SandboxError: Nothing was run, or the warden was killed.
        """
        if stop is not None and stop.is_set():
            raise SandboxError(f"The run of {request['program']!r} was stopped before it was started.")
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                self._pass_on(theirs)
            text = json.dumps({**request, "stdin": len(stdin)}).encode()
            try:
                ours.sendall(struct.pack("<Q", len(text)) + text + stdin)
                if stop is not None:
                    _await(ours, stop)
                (length,) = struct.unpack("<Q", _receive(ours, 8))
                report: dict[str, Any] = json.loads(_receive(ours, length))
                streams = [_receive(ours, length) for length in report["streams"]]
            except OSError as error:
                raise SandboxError(f"The warden of a run ended before its report: {error}.") from error
        if "error" in report:
            raise SandboxError(f"Could not start {request['program']!r} in the sandbox: {report['error']}.")
        return report, streams[0], streams[1]

    def close(self) -> None:
        """End the process; runs that still go on are killed. May be called twice."""
        with self._lock:
            if self._let_go is not None:
                self._let_go()
            self._control = self._let_go = None

    @property
    def pid(self) -> int:
        """The process that forks wardens, or 0 before the first run: to measure what it uses."""
        return self._pid if self._control else 0

    def _pass_on(self, connection: socket.socket) -> None:
        with self._lock:
            for _ in range(2):
                if self._control is None or self._owner != os.getpid():
                    self._begin()
                assert self._control is not None
                try:
                    socket.send_fds(self._control, [b"\n"], [connection.fileno()])
                    return
                except OSError:
                    self._control = None
        raise SandboxError("The process that forks wardens does not stay alive.")

    def _begin(self) -> None:
        here = Path(__file__).resolve().parent
        ours, theirs = socket.socketpair()
        with theirs:
            code = _START.format(house=str(here.parent), room=str(here), descriptor=theirs.fileno())
            process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", code],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                cwd="/",
                env={},
                start_new_session=True,  # what the terminal sends to the caller is the caller's to pass on
            )
        self._control, self._pid, self._owner = ours, process.pid, os.getpid()
        self._let_go = weakref.finalize(self, _let_go, ours, process, os.getpid())


def _let_go(control: socket.socket, process: subprocess.Popen[bytes], owner: int) -> None:
    control.close()
    if owner == os.getpid():  # a fork of the caller has no child to wait for
        process.wait()
    else:
        process.returncode = 0


def _await(connection: socket.socket, stop: threading.Event) -> None:
    """Wait for the report, and tell the warden to make it now once the run is to stop: we say nothing more."""
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    while not poll.poll(_LOOK_S * 1000):
        if stop.is_set():
            connection.shutdown(socket.SHUT_WR)
            return


def _receive(connection: socket.socket, length: int) -> bytes:
    buffer = bytearray(length)
    view, place = memoryview(buffer), 0
    while place < length:
        num_read = connection.recv_into(view[place:])
        if not num_read:
            raise ConnectionError("the connection was closed")
        place += num_read
    return bytes(buffer)
