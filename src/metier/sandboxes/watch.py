"""What does a watched program ask the kernel for, and which of it may the kernel do?

The warden's side of seccomp's user notification. It decides alone on what the kernel's own rules cannot tell apart: how
many processes there are, which program is started, and who is connected to (nobody). Of files it is only told: Landlock
or the mounts decide, for a program with two threads can change a path after it was read here.
"""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn

from metier.sandboxes.addresses import HOST, address, dns_name
from metier.sandboxes.calls import (
    ATTRIBUTES,
    CHANGES,
    FORKS,
    IDENTITIES,
    MODED,
    NAMES,
    OPENS,
    OWNERS,
    SET_ID,
    names_of,
)
from metier.sandboxes.kernel import SECCOMP_ADDFD_SEND, call, read_memory, write_memory
from metier.sandboxes.processes import is_bare, num_tasks, process_of
from metier.sandboxes.resolve import Names, change, told
from metier.sandboxes.shared import Shared

_RECEIVE, _SEND, _ADD_DESCRIPTOR, _SET_FLAGS = 0xC0502100, 0xC0182101, 0x40182103, 0x40082104
_CONTINUE = 1
_MAX_ACCESSES = 4096
_MAX_PAIRS = 64
_UNCHANGED = 0xFFFFFFFF  # -1: the user or the group stays
_RIGHTS = (b"system.posix_acl_access", b"system.posix_acl_default")
_RESTART = 0x10000000  # SA_RESTART
_NO_CHILD_WAIT = 2  # SA_NOCLDWAIT

_STREAM, _DATAGRAM = 1, 2
_FAMILIES = {1: "unix", 2: "inet", 10: "inet6", 16: "netlink", 17: "packet", 38: "alg", 40: "vsock"}

_ABSENT = ("/etc/resolv.conf",)
"""Not there, rather than refused: any resolver then asks its default server, which is us, and so tells its wish."""

_ABSENT_UNLESS_GRANTED = ("/etc/ssl/openssl.cnf", "/etc/pki/tls/openssl.cnf")
"""As above: OpenSSL, and so Node and all else that holds it, starts without its settings and not with refused ones."""

Arguments = tuple[int, ...]


class Watch:
    """Answers the questions of one run.

    Args:
        listener: The descriptor they come from.
        names: What the grant covers.
        max_tasks: Processes and threads at one time.
        shared: What the processes share of memory.
        programs_before: Programs of our own that start before the one that is not trusted.
        act_for: Whether modes and times are changed here, for want of a kernel rule, or by the kernel.
        root: The process below which all processes of the run are.
    """

    def __init__(
        self,
        listener: int,
        names: Names,
        *,
        max_tasks: int,
        shared: Shared,
        programs_before: int,
        act_for: bool,
        root: int,
    ) -> None:
        self.accesses: dict[tuple[str, str, bool], None] = {}
        self._num_noted = {True: 0, False: 0}
        self.complete = True
        self.breached = False
        self.made_files = False
        self.program = -1
        """The first process of the program that is not trusted, as a pidfd."""
        self._listener, self._names, self._shared, self._root = listener, names, shared, root
        self._max_tasks, self.programs_before, self._act_for = max_tasks, programs_before, act_for
        self._pairs: dict[int, socket.socket] = {}
        self._new_pairs: list[int] = []
        self._unverified: set[int] = set()
        self._helpers: set[int] = set()
        self._datagrams: set[str] = set()
        self._num_tasks, self._counted = max_tasks, 0.0
        self._in_flight: dict[int, float] = {}
        self._names_of = names_of()
        # What asks for the full name of the machine, as e-mails do in their numbers, reaches nobody by that.
        self._own_names = {"localhost", HOST, os.uname().nodename.lower()}
        with suppress(OSError):  # a scheduling hint, from Linux 6.6 on
            fcntl.ioctl(listener, _SET_FLAGS, 1)

    def answer(self) -> None:
        """Take one question and answer it. The kernel makes the call, or the program gets an error."""
        buffer = bytearray(80)
        try:
            fcntl.ioctl(self._listener, _RECEIVE, buffer, True)
        except OSError:
            return  # whoever asked is gone
        question, pid, _, number = struct.unpack_from("<QIIi", buffer)
        arguments: Arguments = struct.unpack_from("<6Q", buffer, 32)
        name = self._names_of.get(number, str(number))
        if self.programs_before:
            self._helpers.add(pid)
            if name == "execve":
                self.programs_before -= 1
                self._unverified = {pid}
                self._helpers.discard(pid)
                if not self.programs_before:
                    with suppress(ProcessLookupError):
                        self.program = os.pidfd_open(pid)
                if not self.programs_before and not is_bare(pid):
                    self.breached = True
                    self._say(question, -errno.EPERM, 0)
                    return
            self._say(question, 0, _CONTINUE)
            return
        if (pid in self._unverified or name == "set_tid_address") and not self._verified(pid):
            self._say(question, -errno.EACCES, 0)
            return
        try:
            self._decide(question, pid, name, arguments)
        except OSError as error:
            self._say(question, -(error.errno or errno.EPERM), 0)
        except Exception:  # what a program makes up must not end its warden
            self._say(question, -errno.EINVAL, 0)

    def new_pairs(self) -> list[int]:
        """The descriptors at which something may be overheard, each told once."""
        told, self._new_pairs = self._new_pairs, []
        return told

    def overheard(self, descriptor: int) -> None:
        """Take what a program sent into its datagram socket: if it asks for a name, that is what it wanted to reach."""
        with self._pairs.pop(descriptor) as pair, suppress(OSError):
            name = dns_name(pair.recv(512))
            if name and name.lower() not in self._own_names:
                self._note("connect", f"dns {name}", False)

    def _decide(self, question: int, pid: int, name: str, arguments: Arguments) -> None:
        if name in MODED and arguments[MODED[name]] & SET_ID:
            self._refuse_set_id(pid, name, arguments)
        elif (name in OPENS or name in NAMES) and pid in self._helpers:
            # Bubblewrap's first process still tidies up while the program starts: what it opens is not the program's.
            self._say(question, 0, _CONTINUE)
        elif name in OPENS:
            self._open(question, pid, name, arguments)
        elif name in NAMES:
            if self._is_absent(self._file(pid, name, arguments)):
                raise FileNotFoundError(errno.ENOENT, name)
            self._say(question, 0, _CONTINUE)
        elif name in FORKS:
            self._say(question, *((0, _CONTINUE) if self._may_fork(pid) else (-errno.EAGAIN, 0)))
        elif name == "rt_sigaction":
            self._say(question, *((0, _CONTINUE) if self._will_wait(pid, arguments[1]) else (-errno.EINVAL, 0)))
        elif name == "mmap":
            self._say(question, *((0, _CONTINUE) if self._may_share(pid, arguments[1]) else (-errno.ENOMEM, 0)))
        elif name in ("execve", "execveat"):
            self._say(question, *((0, _CONTINUE) if self._may_start(pid, name, arguments) else (-errno.EACCES, 0)))
        elif name == "set_tid_address":
            self._say(question, 0, _CONTINUE)
        elif name == "socket":
            self._socket(question, arguments)
        elif name in ("connect", "bind", "sendto"):
            self._reach(question, pid, name, arguments)
        elif name in CHANGES:
            self._change(question, pid, name, arguments)
        elif self._leaves_as_it_is(pid, name, arguments):
            self._say(question, 0, 0)
        elif name in ATTRIBUTES:
            self._refuse_attribute(pid, name, arguments)
        elif name == "capset" and pid in self._helpers:
            # As above, it lets go of its own beside the start. Whoever has its number later has none to gain.
            self._say(question, 0, _CONTINUE)
        else:
            self._note("system", name, False)
            self._say(question, -errno.EPERM, 0)

    # Files

    def _open(self, question: int, pid: int, name: str, arguments: Arguments) -> None:
        names = self._names
        path, flags, own = names.opened(pid, name, arguments)
        if not flags & os.O_PATH:
            writes = bool(flags & os.O_ACCMODE != os.O_RDONLY or flags & (os.O_CREAT | os.O_TRUNC))
            self.made_files |= bool(flags & os.O_CREAT)
            allowed = names.writable(path) if writes else names.readable(path)
            if not allowed or writes or os.path.exists(path):
                self._note("write" if writes else "read", told(pid, path), allowed)
        if self._is_absent(path):
            raise FileNotFoundError(errno.ENOENT, name)
        if own is None or self._act_for:
            self._say(question, 0, _CONTINUE)
        else:
            self._hand_over(question, pid, own, flags)

    def _file(self, pid: int, name: str, arguments: Arguments) -> str:
        """Note what is done to which name; give its path."""
        path = ""
        for act, path in self._names.named(pid, name, arguments):
            self._note(act, path, self._names.readable(path) if act == "read" else self._names.writable(path))
        return path

    def _is_absent(self, path: str) -> bool:
        return path in _ABSENT or (path in _ABSENT_UNLESS_GRANTED and not self._names.readable(path))

    def _hand_over(self, question: int, pid: int, descriptor: int, flags: int) -> None:
        """Give a program its own descriptor once more where it names it by a path and has no `/proc` to find it in."""
        process = os.pidfd_open(process_of(pid))
        try:
            theirs = call("pidfd_getfd", process, descriptor, 0)
        finally:
            os.close(process)
        try:
            order = struct.pack("<QIIII", question, SECCOMP_ADDFD_SEND, theirs, 0, flags & os.O_CLOEXEC)
            fcntl.ioctl(self._listener, _ADD_DESCRIPTOR, order)
        finally:
            os.close(theirs)

    def _change(self, question: int, pid: int, name: str, arguments: Arguments) -> None:
        with self._place(pid, name, arguments) as place:
            path = os.readlink(f"/proc/self/fd/{place}")
            allowed = self._names.writable(path)
            self._note("change", path, allowed)
            if not self._act_for:
                self._say(question, 0, _CONTINUE)
                return
            if not allowed:
                raise PermissionError(errno.EACCES, name)
            # On a descriptor of our own, so that nobody can swap the file after it was looked at.
            change(pid, name, arguments, f"/proc/self/fd/{place}")
        self._say(question, 0, 0)

    @contextmanager
    def _place(self, pid: int, name: str, arguments: Arguments) -> Iterator[int]:
        """Hold the file that is to be changed; of one that the program does not see it is told that it was tried."""
        try:
            place = self._names.place(pid, name, arguments)
        except OSError:
            path = self._names.changed(pid, name, arguments)
            if not self._names.writable(path):
                self._note("change", told(pid, path), False)
            raise
        try:
            yield place
        finally:
            os.close(place)

    def _leaves_as_it_is(self, pid: int, name: str, arguments: Arguments) -> bool:
        if name in IDENTITIES:
            return _is_who_it_is(name, arguments)
        return name in OWNERS and self._has_owner(pid, name, arguments)

    def _has_owner(self, pid: int, name: str, arguments: Arguments) -> bool:
        """Whether a file that may be written has the owner already that it is to be given."""
        user, group = (arguments[OWNERS[name] + place] & _UNCHANGED for place in (0, 1))
        try:
            place = self._names.place(pid, name, arguments)
        except OSError:
            return False
        try:
            file, path = os.fstat(place), os.readlink(f"/proc/self/fd/{place}")
        finally:
            os.close(place)
        is_same = user in (file.st_uid, _UNCHANGED) and group in (file.st_gid, _UNCHANGED)
        return is_same and self._names.writable(path)

    def _refuse_attribute(self, pid: int, name: str, arguments: Arguments) -> NoReturn:
        """Say that there are none, and tell of all but the list of rights that copying programs set with each mode."""
        if read_memory(pid, arguments[1], 64).partition(b"\0")[0] not in _RIGHTS:
            self._note("system", name, False)
        raise OSError(errno.ENOTSUP, name)

    def _refuse_set_id(self, pid: int, name: str, arguments: Arguments) -> NoReturn:
        """Tell which file was to let others act as its owner. The mode lies in a register, which nobody can change."""
        if name in CHANGES:
            with self._place(pid, name, arguments) as place:
                path = os.readlink(f"/proc/self/fd/{place}")
        elif name in OPENS:
            path, _, _ = self._names.opened(pid, name, arguments)
        else:
            ((_, path),) = self._names.named(pid, name, arguments)
        self._note("change", path, False)
        raise PermissionError(errno.EPERM, name)

    # Programs

    def _may_start(self, pid: int, name: str, arguments: Arguments) -> bool:
        given, path = self._names.started(pid, name, arguments)
        # What is looked at is what the program sees: through its own root, as its mounts may differ from ours.
        through = given if given.startswith("/proc/") else f"/proc/{pid}/root{given}"
        try:
            allowed = self._names.executable(path, through)
        except OSError:  # it does not see that file, or there is none
            if os.path.lexists(path):
                self._note("exec", path, False)
            raise
        self._note("exec", path, allowed)
        if allowed:
            self._unverified.update((pid, process_of(pid)))
        return allowed

    def _verified(self, pid: int) -> bool:
        """Whether the program that runs is one that may: the path could have been another when the kernel read it."""
        self._unverified.discard(pid)
        try:
            path = os.readlink(f"/proc/{pid}/exe")
            allowed = self._names.executable(path, f"/proc/{pid}/exe")
        except OSError:
            path, allowed = "(gone)", False
        if not allowed:
            self._note("exec", path, False)
            self.breached = True
        return allowed

    def _may_fork(self, pid: int) -> bool:
        """Count pessimistically between exact counts; a fork that was allowed may not yet show."""
        now = time.monotonic()
        self._in_flight = {tid: at for tid, at in self._in_flight.items() if tid != pid and now - at < 0.05}
        if self._num_tasks >= self._max_tasks:
            if now - self._counted < 0.002:
                return False
            self._num_tasks, self._counted = num_tasks(self._root) + len(self._in_flight), now
        allowed = self._num_tasks < self._max_tasks
        if allowed:
            self._num_tasks += 1
            self._in_flight[pid] = now
        else:
            self._note("system", "fork over the limit", False)
        return allowed

    def _will_wait(self, pid: int, action: int) -> bool:
        """Whether children stay until somebody waits for them: what they used is added up only then."""
        handler, flags = struct.unpack("<2Q", read_memory(pid, action, 16))
        allowed = handler != signal.SIG_IGN and not flags & _NO_CHILD_WAIT
        if not allowed:
            self._note("system", "ignore SIGCHLD", False)
        elif handler and not flags & _RESTART:
            # The end of a child breaks off a call that still waits to be asked about here. A fork never is elsewhere,
            # so that programs give up: of dash every other pipeline failed with "Cannot fork".
            write_memory(pid, action + 8, struct.pack("<Q", flags | _RESTART))
        return allowed

    def _may_share(self, tid: int, length: int) -> bool:
        allowed = self._shared.may_take(tid, length)
        if not allowed:
            self._note("system", "shared memory over the limit", False)
        return allowed

    # Connections

    def _socket(self, question: int, arguments: Arguments) -> None:
        """Give a socket that leads nowhere, so that who is to be reached shows in the next call."""
        family, kind = arguments[0] & 0xFFFFFFFF, arguments[1] & 0xF
        name = _FAMILIES.get(family, f"family {family}")
        if name not in ("unix", "inet", "inet6") or kind not in (_STREAM, _DATAGRAM) or len(self._pairs) >= _MAX_PAIRS:
            self._note("connect", name if kind != 3 else f"{name} raw", False)
            raise PermissionError(errno.EACCES, "socket")
        ours: socket.socket | None = None
        if kind == _STREAM:
            given = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        else:
            # Datagrams keep their bounds here, but unlike those of a datagram socket can be sent to nobody else.
            given, ours = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            ours.setblocking(False)
            self._datagrams.add(f"socket:[{os.fstat(given.fileno()).st_ino}]")
        flags = arguments[1]
        with given:
            if flags & socket.SOCK_NONBLOCK:
                given.setblocking(False)
            close_on_exec = os.O_CLOEXEC if flags & socket.SOCK_CLOEXEC else 0
            order = struct.pack("<QIIII", question, SECCOMP_ADDFD_SEND, given.fileno(), 0, close_on_exec)
            try:
                fcntl.ioctl(self._listener, _ADD_DESCRIPTOR, order)
            except OSError:
                if ours:
                    ours.close()
                return
        if ours:
            self._pairs[ours.fileno()] = ours
            self._new_pairs.append(ours.fileno())

    def _reach(self, question: int, pid: int, name: str, arguments: Arguments) -> None:
        pointer, length = (arguments[4], arguments[5]) if name == "sendto" else (arguments[1], arguments[2])
        if name == "sendto" and not pointer:
            self._say(question, 0, _CONTINUE)
            return
        where = address(read_memory(pid, pointer, min(length & 0xFFFFFFFF, 128)))
        is_datagram = self._is_datagram(pid, arguments[0])
        if where is None:  # AF_UNSPEC ends an association; there is none
            self._say(question, 0, 0)
            return
        family, text, port = where
        kind = family if family == "unix" else ("udp" if is_datagram else "tcp")
        if is_datagram and port == 53 and name != "bind":
            # What is sent goes to us, whatever address is named, and shows which name was asked for.
            self._say(question, 0, 0 if name == "connect" else _CONTINUE)
            return
        self._note("listen" if name == "bind" else "connect", f"{kind} {text}", False)
        self._say(question, -errno.EACCES, 0)

    def _is_datagram(self, pid: int, descriptor: int) -> bool:
        """A datagram socket is one end of our pair: by its inode, of those that were given."""
        with suppress(OSError):
            link = os.readlink(f"/proc/{pid}/fd/{descriptor & 0xFFFFFFFF}")
            return link in self._datagrams
        return False

    # Bookkeeping

    def _note(self, act: str, target: str, allowed: bool) -> None:
        if (act, target, allowed) in self.accesses:
            return
        # Each kind has its own bound, so that no number of harmless accesses keeps a denied one from being told.
        if self._num_noted[allowed] >= _MAX_ACCESSES:
            self.complete = False
            return
        self._num_noted[allowed] += 1
        self.accesses[act, target, allowed] = None

    def _say(self, question: int, value: int, flags: int) -> None:
        answer = struct.pack("<QqiI", question, 0 if value < 0 else value, min(value, 0), flags)
        with suppress(OSError):  # whoever asked may be gone
            fcntl.ioctl(self._listener, _SEND, answer)


def _is_who_it_is(name: str, arguments: Arguments) -> bool:
    """Whether a program is to become who it is: nothing of the run is ever anybody else than its warden."""
    own = os.getgid() if name.endswith("gid") else os.getuid()
    return all(one & _UNCHANGED in (own, _UNCHANGED) for one in arguments[: IDENTITIES[name]])
