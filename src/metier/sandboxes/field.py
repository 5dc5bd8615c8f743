"""What does an attempt to break out find around it? A made-up secret, a victim, listeners on every kind of socket."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from metier.sandbox import Limits

LIMITS = Limits(
    wall_s=8, cpu_s=8, memory_bytes=256 << 20, processes=16, output_bytes=1 << 18, disk_bytes=8 << 20, files=64
)
"""The limits of an attempt that is not about time; the figures below lie well above them."""

_ASKED_FOR = {"many": 40, "memory": 400 << 20, "output": 4 << 20, "disk": 64 << 20, "descriptors": 200}


class Field:
    """A folder full of things to steal, with processes and sockets beside it. Use it as a context.

    >>> with Field() as field:
    ...     "token" in field.told and field.untouched()
    True
    """

    def __init__(self) -> None:
        self.token = secrets.token_hex(8)
        self.received: list[str] = []
        self._stack = ExitStack()

    def __enter__(self) -> Field:
        self.folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="metier-field-"))).resolve()
        self.shown, self.work, self.outside = (self.folder / name for name in ("shown", "work", "outside"))
        self._private = self.folder / "private"
        self._listen()
        self.victim = subprocess.Popen(["/bin/sleep", "600"], env={"SECRET": self.token})
        self._stack.callback(self.victim.wait)
        self._stack.callback(self.victim.kill)
        self.lay_out()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def told(self) -> dict[str, Any]:
        """What the attempt is told on its standard input."""
        return {
            "secret": str(self._private / "secret"),
            "kept": str(self.outside / "kept"),
            "shown": str(self.shown),
            "work": str(self.work),
            "outside": str(self.outside),
            "token": self.token,
            "victim": self.victim.pid,
            "user": os.getpid(),
            "python": os.path.realpath(sys.executable),
            "true": "/bin/true",
            "loader": _loader(),
            "tcp": self._tcp,
            "udp": self._udp,
            "unix": str(self.folder / "stream"),
            "abstract": self.token,
            "datagrams": str(self.folder / "datagrams"),
            "wall_s": 1.0,
            "cpu_s": 0.3,
            **_ASKED_FOR,
        }

    def lay_out(self) -> None:
        """Lay every file out anew."""
        for folder in (self.shown, self.work, self.outside, self._private):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
        (self._private / "secret").write_text(self.token)
        (self.outside / "kept").write_text("kept")
        (self.shown / "harmless").write_text("harmless")
        (self.shown / "link").symlink_to(self._private / "secret")
        shutil.copy("/bin/true", self.shown / "tool")
        (self.work / "way-out").symlink_to(self.outside)
        self._before = self._seen()

    def untouched(self) -> bool:
        """Whether everything outside the granted folder is as it was laid out, and nobody was reached."""
        return self._seen() == self._before

    def _seen(self) -> list[object]:
        seen: list[object] = [tuple(self.received)]
        for folder in (self.shown, self.outside, self._private):
            for path in sorted([folder, *folder.rglob("*")]):
                state = path.lstat()
                content = path.read_bytes() if path.is_file() else b""
                seen.append((str(path), content, state.st_mode, state.st_uid, state.st_mtime_ns, state.st_nlink))
        return seen + [str(path) for path in self.work.glob("*") if path.lstat().st_mode & 0o6000]

    def _listen(self) -> None:
        self._tcp = self._serve(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0))[1]
        self._udp = self._serve(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0))[1]
        self._serve(socket.AF_UNIX, socket.SOCK_STREAM, str(self.folder / "stream"))
        self._serve(socket.AF_UNIX, socket.SOCK_STREAM, "\0" + self.token)
        self._serve(socket.AF_UNIX, socket.SOCK_DGRAM, str(self.folder / "datagrams"))
        with suppress(OSError):  # only root may listen there, and somebody may do so already
            self._serve(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 53))

    def _serve(self, family: int, kind: int, where: Any) -> Any:
        server = socket.socket(family, kind)
        try:
            server.bind(where)
        except OSError:
            server.close()
            raise
        action: Callable[[socket.socket], None] = self._echo
        if kind == socket.SOCK_STREAM:
            server.listen()
            action = self._greet
        thread = threading.Thread(target=action, args=(server,), daemon=True)
        thread.start()
        self._stack.callback(server.close)
        self._stack.callback(thread.join)
        self._stack.callback(_wake, server, kind)
        return server.getsockname()

    def _greet(self, server: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = server.accept()
                with connection:
                    self.received.append("a connection")
                    connection.sendall(self.token.encode())

    def _echo(self, server: socket.socket) -> None:
        with suppress(OSError):
            while True:
                text, sender = server.recvfrom(512)
                if text == b"stop":
                    return
                self.received.append("a datagram")
                if sender:
                    server.sendto(self.token.encode(), sender)


def _wake(server: socket.socket, kind: int) -> None:
    """Let the thread of a server end: closing a socket does not wake who waits for it."""
    if kind == socket.SOCK_STREAM:
        server.shutdown(socket.SHUT_RDWR)
        return
    with socket.socket(server.family, kind) as one:
        one.sendto(b"stop", server.getsockname())


def _loader() -> str:
    from metier.sandboxes.confine import loader_of

    return loader_of(os.path.realpath(sys.executable))
