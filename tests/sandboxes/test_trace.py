"""What does a trace tell, and which capabilities does it show?"""

from __future__ import annotations

import os
import struct
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from metier.capability import Capability
from metier.sandbox import Access, Act, Grant, Outcome, Sandbox, Trace
from metier.sandboxes import notable, observed, python_grant, run_script
from metier.sandboxes.calls import numbers
from metier.sandboxes.observed import is_asked
from metier.sandboxes.resolve import Names, _real
from metier.sandboxes.shared import Shared
from metier.sandboxes.watch import Watch

Run = Callable[..., Outcome]


def _trying(*lines: str) -> str:
    return "\n".join(f"try:\n    {line}\nexcept OSError:\n    pass" for line in lines)


def _of(ended: Outcome, act: Act) -> list[tuple[str, bool]]:
    return [(access.target, access.allowed) for access in ended.trace.accesses if access.act == act]


def test_files_are_told_by_their_real_path_with_what_was_denied(run: Run, work: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s")
    (work / "link").symlink_to(secret)
    (work / "mine").write_text("m")
    ended = run(_trying("open('mine')", "open('link')", "open('new', 'w')", "open('/etc/shadow')"))
    read = _of(ended, Act.READ)
    assert (str(work / "mine"), True) in read
    assert (str(secret), False) in read
    assert ("/etc/shadow", False) in read
    assert _of(ended, Act.WRITE) == [(str(work / "new"), True)]


def test_a_relative_path_is_told_from_where_the_program_stands(run: Run, work: Path) -> None:
    (work / "a").mkdir()
    (work / "a" / "file").write_text("")
    ended = run(_trying("import os; os.chdir('a'); open('file'); open('../b', 'w')"))
    assert (str(work / "a" / "file"), True) in _of(ended, Act.READ)
    assert _of(ended, Act.WRITE) == [(str(work / "b"), True)]


def test_deleting_renaming_and_changing_are_told(run: Run, work: Path) -> None:
    for name in "abc":
        (work / name).write_text("")
    ended = run(_trying("import os", "os.unlink('a')", "os.rename('b', 'd')", "os.chmod('c', 0o600)"))
    assert _of(ended, Act.DELETE) == [(str(work / "a"), True), (str(work / "b"), True)]
    assert _of(ended, Act.WRITE) == [(str(work / "d"), True)]
    assert _of(ended, Act.CHANGE) == [(str(work / "c"), True)]


def test_changing_a_file_outside_or_giving_it_one_more_name_is_told(run: Run, work: Path, tmp_path: Path) -> None:
    outside = [tmp_path / name for name in ("modes", "times", "owner", "linked")]
    for path in outside:
        path.write_text("x")
    modes, times, owner, linked = map(str, outside)
    code = f"""
import os
tries = (lambda: os.chmod({modes!r}, 0o777), lambda: os.utime({times!r}), lambda: os.chmod({owner!r}, 0o4755),
         lambda: os.link({linked!r}, 'mine'), lambda: os.link({linked!r}, 'mine', follow_symlinks=False))
for attempt in tries:
    try: attempt()
    except OSError: pass
open('own', 'w').close()
os.link('own', 'more')
print(sorted(os.listdir()))
"""
    outcome = run(code)
    assert outcome.stdout == b"['more', 'own']\n"
    tried = {(access.act, access.target) for access in outcome.trace.denied}
    assert tried >= {(Act.CHANGE, modes), (Act.CHANGE, times), (Act.CHANGE, owner), (Act.READ, linked)}


def test_pipes_and_nodes_are_told_and_set_user_id_is_refused_by_every_call(run: Run, work: Path) -> None:
    (work / "mine").write_text("")
    ended = run(
        _trying(
            "import os; os.umask(0)",
            "os.mkfifo('pipe')",
            "os.mknod('node')",
            "os.mknod('a', 0o104755)",
            "os.close(os.open('b', os.O_CREAT | os.O_WRONLY, 0o4755))",
            "os.mkdir('c', 0o2755)",
            "os.chmod('mine', 0o4755)",
        )
    )
    assert _of(ended, Act.WRITE) == [(str(work / name), True) for name in ("pipe", "node")]
    assert _of(ended, Act.CHANGE) == [(str(work / name), False) for name in ("a", "b", "c", "mine")]
    assert not any(path.stat().st_mode & 0o6000 for path in work.iterdir())


def test_connections_are_told_with_their_address_and_none_is_made(run: Run) -> None:
    ended = run(
        _trying(
            "import socket",
            "socket.create_connection(('192.0.2.1', 443), 1)",
            "socket.socket(socket.AF_INET6).connect(('2001:db8::1', 80))",
            "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.2', 123))",
            "socket.socket(socket.AF_UNIX).connect('/run/docker.sock')",
            "socket.socket(socket.AF_UNIX).connect(chr(0) + 'hidden')",
            "socket.socket().bind(('0.0.0.0', 8080))",
            "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
        )
    )
    assert _of(ended, Act.CONNECT) == [
        ("tcp 192.0.2.1:443", False),
        ("tcp [2001:db8::1]:80", False),
        ("udp 192.0.2.2:123", False),
        ("unix /run/docker.sock", False),
        ("unix @hidden", False),
        ("netlink raw", False),
    ]
    assert _of(ended, Act.LISTEN) == [("tcp 0.0.0.0:8080", False)]


def test_the_name_that_a_program_looks_up_is_told(run: Run) -> None:
    ended = run(_trying("import socket", "socket.getaddrinfo('collector.example', 443)"))
    assert ("dns collector.example", False) in _of(ended, Act.CONNECT)


def test_programs_are_told_whether_granted_or_not(run: Run) -> None:
    ended = run(
        _trying("import subprocess", "subprocess.run(['/bin/true'])", "subprocess.run(['/bin/sh', '-c', 'true'])"),
        grant=Grant(exec=("/bin/true",)),
    )
    told = _of(ended, Act.EXEC)
    assert (os.path.realpath("/bin/true"), True) in told
    assert (os.path.realpath("/bin/sh"), False) in told


def test_a_call_that_no_program_needs_is_told_by_name(run: Run) -> None:
    ended = run("import ctypes; libc = ctypes.CDLL(None); libc.ptrace(0, 0, 0, 0); libc.unshare(0x10000000)")
    assert _of(ended, Act.SYSTEM) == [("ptrace", False), ("unshare", False)]


def test_without_a_trace_files_are_not_told_and_all_else_is(run: Run) -> None:
    ended = run(
        _trying("open('new', 'w')", "import socket", "socket.create_connection(('192.0.2.1', 443))"), trace=False
    )
    assert ended.trace.targets(Act.READ, Act.WRITE) == ()
    assert ended.trace.targets(Act.CONNECT) == ("tcp 192.0.2.1:443",)


def test_a_trace_that_grows_too_long_says_that_it_is_not_complete(run: Run) -> None:
    ended = run("for n in range(5000):\n    try: open(f'/nowhere/{n}')\n    except OSError: pass")
    assert not ended.trace.complete
    assert len(ended.trace.denied) == 4096


def test_harmless_accesses_leave_room_for_a_denied_one(run: Run) -> None:
    code = "import os\nfor n in range(5000):\n    try: os.rmdir(f'{n}')\n    except OSError: pass\n"
    ended = run(code + _trying("open('/etc/shadow')"))
    assert not ended.trace.complete
    assert [access.target for access in notable(ended.trace)] == ["/etc/shadow"]


def test_a_path_that_is_no_text_is_told(run: Run) -> None:
    ended = run(_trying("open(b'/etc/\\xff\\n')"))
    assert any(target.startswith("/etc/") and "\n" in target for target in ended.trace.targets(Act.READ))


def test_a_trace_shows_the_capabilities_that_a_script_uses(sandbox: object, tmp_path: Path) -> None:
    package, work = tmp_path / "package", tmp_path / "work"
    package.mkdir()
    work.mkdir()
    (package / "data").write_text("")
    script = package / "script.py"
    script.write_text(
        _trying(
            "import os, socket, subprocess",
            f"open({str(package / 'data')!r})",
            "open('out', 'w')",
            "open(os.path.expanduser('/home/somebody/.aws/credentials'))",
            "open('/home/somebody/.bashrc', 'a')",
            "socket.create_connection(('192.0.2.1', 443))",
            "subprocess.run(['/bin/sh', '-c', 'true'])",
        )
    )
    ended = sandbox.run(  # type: ignore[attr-defined]
        [sys.executable, "-I", "-S", str(script)],
        grant=python_grant() | Grant(read=(str(package),), write=(str(work),)),
    )
    told = [a for a in ended.trace.accesses if a.act == Act.READ and not a.allowed]
    assert set(observed(ended.trace, own=(str(package), str(work)), started=(sys.executable,))) == {
        Capability.READ_FILES,
        Capability.WRITE_FILES,
        Capability.READ_OUTSIDE,
        Capability.READ_CREDENTIALS,
        Capability.WRITE_OUTSIDE,
        Capability.PERSIST,
        Capability.FETCH,
        Capability.RUN_PROGRAMS,
        Capability.RUN_SHELL,
    }, told


def test_a_program_that_does_nothing_shows_no_capability(run: Run, work: Path) -> None:
    ended = run("import json, socket, subprocess; print(json.dumps([1]))")
    assert ended.ok
    assert observed(ended.trace, own=(str(work),), started=(sys.executable,)) == ()


@pytest.mark.parametrize(
    ("act", "target", "capability"),
    [
        (Act.READ, "/home/me/.mozilla/firefox/x/cookies.sqlite", Capability.READ_BROWSER),
        (Act.READ, "/home/me/.electrum/wallets/default", Capability.READ_WALLETS),
        (Act.READ, "/etc/shadow", Capability.READ_SYSTEM),
        (Act.READ, "/proc/1/environ", Capability.READ_CREDENTIALS),
        (Act.WRITE, "/etc/cron.d/job", Capability.PERSIST),
        (Act.WRITE, "/home/me/.claude/settings.json", Capability.CHANGE_AGENT),
        (Act.EXEC, "/usr/bin/sudo", Capability.ELEVATE),
        (Act.EXEC, "/usr/bin/pip", Capability.INSTALL_PACKAGES),
        (Act.EXEC, "/usr/bin/xclip", Capability.CLIPBOARD),
        (Act.CONNECT, "tcp 192.0.2.1:25", Capability.SEND_MESSAGES),
        (Act.CONNECT, "tcp 192.0.2.1:5432", Capability.DATABASE),
        (Act.LISTEN, "tcp 0.0.0.0:80", Capability.LISTEN),
        (Act.SYSTEM, "ptrace", Capability.CONTROL_PROCESSES),
        (Act.SYSTEM, "setuid", Capability.ELEVATE),
    ],
)
def test_an_access_shows_its_capability(act: Act, target: str, capability: Capability) -> None:
    trace = Trace(accesses=(Access(act=act, target=target, allowed=False),))
    assert capability in observed(trace)


def test_keys_in_a_folder_that_was_granted_are_keys() -> None:
    trace = Trace(accesses=(Access(act=Act.READ, target="/srv/home/.ssh/id_rsa", allowed=True),))
    assert observed(trace) == (Capability.READ_OUTSIDE, Capability.READ_CREDENTIALS)
    assert observed(trace, granted=("/srv/home",)) == (Capability.READ_FILES, Capability.READ_CREDENTIALS)
    assert observed(trace, own=("/srv/home",)) == (Capability.READ_FILES,)


@pytest.mark.parametrize(
    ("target", "capability"),
    [
        ("/usr/local/backup/.ssh/id_rsa", Capability.READ_CREDENTIALS),
        ("/usr/share/keys/.aws/credentials", Capability.READ_CREDENTIALS),
        ("/usr/lib/x/.netrc", Capability.READ_CREDENTIALS),
        ("/usr/local/share/locale/.mozilla/firefox/x", Capability.READ_BROWSER),
        ("/usr/local/backup/letters.txt", Capability.READ_OUTSIDE),
        ("/usr/share/backup/letters.txt", Capability.READ_OUTSIDE),
    ],
)
def test_what_an_interpreter_does_not_need_is_told_wherever_it_lies(target: str, capability: Capability) -> None:
    trace = Trace(accesses=(Access(act=Act.READ, target=target, allowed=False),))
    assert capability in observed(trace) and notable(trace) == trace.accesses


@pytest.mark.parametrize(
    "target",
    [
        "/usr/share/locale/C/LC_MESSAGES/libc.mo",
        "/usr/share/zoneinfo/Etc/UTC",
        "/usr/share/perl5",
        "/usr/local/lib/python3.12/site-packages",
        "/usr/local/lib/libpython3.12.so.1.0",
        "/usr/local/ssl/openssl.cnf",
        "/etc/passwd",
        "/proc/self/maps",
        "/sys/devices/system/cpu/online",
        "/proc/cpuinfo",
        "/proc/sys/kernel/ngroups_max",
        "/opt/some/openssl/openssl.cnf",
        "/root/.inputrc",
        "/etc/gitconfig",
    ],
)
def test_what_an_interpreter_looks_for_is_no_behaviour(target: str) -> None:
    trace = Trace(accesses=(Access(act=Act.READ, target=target, allowed=False),))
    assert (observed(trace), notable(trace)) == ((), ())


def test_code_that_is_called_credentials_is_no_key() -> None:
    assert observed(Trace(accesses=(Access(act=Act.READ, target="/srv/auth/credentials.py", allowed=True),))) == ()


def test_a_terminal_that_is_read_or_changed_is_told() -> None:
    accesses = tuple(Access(act=act, target="/dev/tty", allowed=False) for act in (Act.WRITE, Act.READ, Act.CHANGE))
    assert notable(Trace(accesses=accesses)) == accesses[1:]


@pytest.mark.parametrize("call", ["mbind", "set_mempolicy", "sched_setaffinity"])
def test_where_memory_and_threads_lie_is_no_behaviour(call: str) -> None:
    """`import numpy` asks for the first, torch for the last."""
    trace = Trace(accesses=(Access(act=Act.SYSTEM, target=call, allowed=False),))
    assert (observed(trace), notable(trace)) == ((), ())


def test_looking_for_a_library_by_its_name_is_no_violation(run: Run, work: Path) -> None:
    ended = run("import ctypes.util; ctypes.util.find_library('none')", grant=Grant(env=(f"TMPDIR={work}",)))
    assert notable(ended.trace) == ()


def test_what_libraries_ask_of_the_machine_is_no_behaviour(run: Run) -> None:
    ended = run(
        _trying(
            "import os; os.cpu_count()",
            "os.listdir('/proc/self/fd')",
            "open('/proc/self/maps')",
            "import multiprocessing; multiprocessing.Lock()",
            "import socket; socket.socket(socket.AF_INET6).bind(('::1', 0))",
            "open('/dev/stderr', 'w')",
            "open('/dev/stdin')",
        )
    )
    assert ended.ok and (notable(ended.trace), observed(ended.trace)) == ((), ())


@pytest.mark.parametrize(
    "line",
    [
        "cp -p file copy && cp -a file other && [ -x copy ]",
        "install -m 755 file installed && [ -x installed ]",
        "sed -i s/x/y/ file && grep -q y file && [ -x file ]",
        "id -u && id > /dev/null",
        "awk '{print $1}' file",
    ],
)
def test_what_every_shell_script_does_is_no_violation(sandbox: Sandbox, tmp_path: Path, line: str) -> None:
    package, work = tmp_path / "package", tmp_path / "work"
    package.mkdir()
    work.mkdir()
    (work / "file").write_text("x 1\n")
    (work / "file").chmod(0o755)
    (package / "a.sh").write_text(f"{line}\n")
    grant = Grant(exec=("/bin", "/usr/bin"), env=("PATH=/usr/bin:/bin",))
    ended = run_script(sandbox, package, "a.sh", grant=grant, work=work)
    assert (ended.exit_code, notable(ended.trace)) == (0, ()), ended.stderr


def test_a_program_may_become_who_it_is_and_nobody_else(run: Run) -> None:
    """make does the first before it starts a program."""
    own = run("import os; os.setresuid(-1, os.getuid(), -1); os.setresgid(-1, os.getgid(), -1); os.setuid(os.getuid())")
    assert (own.exit_code, notable(own.trace)) == (0, ()), own.stderr
    for call, attempt in (("setresuid", "setresuid(-1, 4242, -1)"), ("setgid", "setgid(4242)")):
        other = run(f"import os\ntry: os.{attempt}\nexcept PermissionError: print('refused')")
        assert other.stdout == b"refused\n"
        assert (Act.SYSTEM, call) in [(access.act, access.target) for access in other.trace.denied]


def test_an_attribute_is_told_and_there_are_none(run: Run) -> None:
    told = run(
        "import os, errno\ntry: os.setxattr('.', 'user.a', b'1')\nexcept OSError as e: print(e.errno == errno.ENOTSUP)"
    )
    assert told.stdout == b"True\n"
    assert [access.target for access in told.trace.denied if access.act == Act.SYSTEM] == ["setxattr"]


def test_who_asks_for_the_full_name_of_the_machine_reaches_nobody(run: Run) -> None:
    told = run("import email.utils, socket; email.utils.make_msgid(); socket.getfqdn('mail.example')")
    assert [access.target for access in notable(told.trace)] == ["dns mail.example"]


def test_an_owner_that_a_file_has_already_may_be_set_and_no_other(run: Run, work: Path, tmp_path: Path) -> None:
    """For root SQLite does the first to each file that it makes, and tar to each that it unpacks."""
    outside = tmp_path / "outside"
    outside.write_text("x")
    own = run(
        """
import os, sqlite3, mimetypes
database = sqlite3.connect('a.db')
database.execute('CREATE TABLE a (b)')
database.commit()
with open('own', 'w') as file: os.fchown(file.fileno(), os.getuid(), os.getgid())
os.symlink('nowhere', 'link')
os.chown('own', os.getuid(), -1)
os.lchown('link', -1, os.getgid())
os.chown('link', os.getuid(), os.getgid(), follow_symlinks=False)
os.chown('own', -1, -1, dir_fd=os.open('.', os.O_RDONLY))
mimetypes.init()
"""
    )
    assert (own.exit_code, notable(own.trace)) == (0, ()), own.stderr
    for attempt in (
        "os.chown('own', 4242, -1)",
        f"os.chown({str(outside)!r}, os.getuid(), -1)",
        "os.chown('no', -1, -1)",
    ):
        told = run(f"import os\ntry: {attempt}\nexcept PermissionError: print('refused')")
        assert told.stdout == b"refused\n"
        assert (Act.SYSTEM, "chown") in [(access.act, access.target) for access in told.trace.denied]


def test_what_a_program_asks_of_itself_is_told_without_its_number(run: Run) -> None:
    ended = run(_trying("open('/dev/stdout', 'w')", "open('/proc/self/environ')", "open('/proc/1/maps')"))
    assert ("/proc/self/fd/pipe", False) in _of(ended, Act.WRITE)
    assert {("/proc/self/environ", False), ("/proc/1/maps", False)} <= {*_of(ended, Act.READ)}
    assert [access.target for access in notable(ended.trace)] == ["/proc/self/environ", "/proc/1/maps"]


def test_what_the_caller_names_in_an_option_or_by_a_link_is_its_own_doing(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "far")
    assert is_asked(f"{tmp_path}/out.csv", [f"--out={tmp_path}/out.csv"])
    assert is_asked(f"{tmp_path}/far/in.csv", [f"{tmp_path}/link"])
    assert not is_asked(f"{tmp_path}/other", [f"--out={tmp_path}/out.csv", "a=b", "="])


@pytest.mark.parametrize("name", ["/", "//", "/..", "/a/..", "--in=/", "/proc/self/root"])
def test_naming_the_root_asks_for_nothing_below(name: str) -> None:
    assert not is_asked("/srv/letters.txt", [name])


def test_a_helper_that_lets_go_of_its_capabilities_late_is_not_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bubblewrap's first process does so while the program starts, and on a busy machine after it."""
    helper, program = 1 << 30, (1 << 30) + 1
    questions = iter([(helper, "openat"), (program, "execve"), (helper, "capset"), (program + 1, "capset")])
    answers: list[int] = []

    def ioctl(_: int, __: int, data: bytearray | bytes | int, *___: object) -> None:
        if isinstance(data, bytearray):
            pid, name = next(questions)
            struct.pack_into("<QIIi", data, 0, 1, pid, 0, numbers()[name])
        elif isinstance(data, bytes):
            answers.append(struct.unpack("<QqiI", data)[2])

    monkeypatch.setattr("metier.sandboxes.watch.fcntl.ioctl", ioctl)
    monkeypatch.setattr("metier.sandboxes.watch.is_bare", lambda pid: True)
    names, shared = Names(read=(), write=(), exec=()), Shared(os.getpid(), max_bytes=1)
    watch = Watch(0, names, max_tasks=9, shared=shared, programs_before=1, act_for=False, root=os.getpid())
    for _ in range(3):
        watch.answer()
    assert (answers, watch.accesses) == ([0, 0, 0], {})
    watch.answer()
    assert answers[3] < 0 and list(watch.accesses) == [("system", "capset", False)]


def test_a_path_is_resolved_by_the_kernel_as_python_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target, link, gone, loop = (tmp_path / name for name in ("target (deleted)", "link", "gone", "loop"))
    target.mkdir()
    (target / "file").write_text("f")
    link.symlink_to(target, target_is_directory=True)
    gone.symlink_to(tmp_path / "nowhere")
    loop.symlink_to(loop)
    paths = [link / "file", link / ".." / "target (deleted)", gone, loop, link / "new", "/proc/self/fd/0", "/", "/lib"]
    expected = [os.path.realpath(path) for path in paths]
    assert [_real(str(path)) for path in paths] == expected
    monkeypatch.setattr(os, "lstat", None)  # what Python asks of every folder on the way
    assert _real(str(link / "file")) == str(target / "file")
