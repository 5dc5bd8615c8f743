"""What does a program get in a sandbox, and how does a run end?"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from metier.errors import ConfigError, SandboxError
from metier.sandbox import Act, Grant, Killed, Limits, Outcome, Sandbox
from metier.sandboxes import open_sandbox, python_grant
from metier.sandboxes.bubblewrap import BubblewrapSandbox
from metier.sandboxes.calls import ALARMS, CHANGES, CONNECTS, NAMES, OPENS, numbers
from metier.sandboxes.landlock import LandlockSandbox
from metier.sandboxes.processes import children

Run = Callable[..., Outcome]


def test_a_kind_keeps_the_shape_of_the_promise(sandbox: Sandbox) -> None:
    assert isinstance(sandbox, Sandbox)
    assert all(layer.present for layer in sandbox.check())


def test_a_program_reads_its_input_and_writes_its_output(run: Run) -> None:
    sent = os.urandom(300_000)
    ended = run(
        "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read()[::-1]); print('said', file=sys.stderr)",
        stdin=sent,
    )
    assert ended.ok
    assert ended.stdout == sent[::-1]
    assert ended.stderr == b"said\n"


def test_much_input_takes_its_length_and_not_its_square(sandbox: Sandbox) -> None:
    grant, begun = Grant(exec=("/bin/wc",)), time.monotonic()
    ended = sandbox.run(["/bin/wc", "-c"], grant=grant, limits=Limits(wall_s=60), stdin=bytes(64 << 20))
    assert ended.stdout == b"%d\n" % (64 << 20)
    assert time.monotonic() - begun < 8


def test_input_that_is_not_read_does_no_harm(run: Run) -> None:
    assert run("pass", stdin=b"x" * 1_000_000).ok


def test_the_exit_code_is_the_program_s(run: Run) -> None:
    ended = run("raise SystemExit(7)")
    assert (ended.exit_code, ended.ok, ended.killed_by) == (7, False, Killed.NOT)


def test_a_program_that_dies_of_a_signal_says_so_as_in_a_shell(run: Run) -> None:
    assert run("import os; os.kill(os.getpid(), 15)").exit_code == 128 + signal.SIGTERM


@pytest.mark.parametrize("number", [signal.SIGXCPU, signal.SIGXFSZ])
def test_an_exit_code_like_that_of_a_limit_is_no_limit(sandbox: Sandbox, run: Run, number: signal.Signals) -> None:
    version = tuple(map(int, re.findall(r"\d+", os.uname().release)[:2]))
    if number == signal.SIGXFSZ and sandbox.name == "bubblewrap" and version < (6, 15):
        pytest.skip("bubblewrap tells a signal as an exit code, and this kernel does not tell more")
    ended = run(f"import os; os._exit({128 + number})")
    assert (ended.exit_code, ended.killed_by) == (128 + number, Killed.NOT)


def test_the_signal_of_a_limit_that_was_not_reached_is_no_limit(run: Run) -> None:
    ended = run("import os; os.kill(os.getpid(), 24)")
    assert (ended.exit_code, ended.killed_by) == (128 + signal.SIGXCPU, Killed.NOT)


def test_a_file_over_the_limit_ends_a_program_that_does_not_say_otherwise(run: Run) -> None:
    code = "import signal; signal.signal(25, signal.SIG_DFL); open('a', 'w').truncate(1 << 30)"
    ended = run(code)
    assert (ended.exit_code, ended.killed_by) == (128 + signal.SIGXFSZ, Killed.DISK)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 0.0, -1.0])
@pytest.mark.parametrize("name", ["wall_s", "cpu_s", "memory_bytes", "disk_bytes"])
def test_a_limit_that_is_none_is_refused(name: str, value: float) -> None:
    with pytest.raises(ConfigError, match=f"Expected a finite limit '{name}' above 0, got {value}"):
        Limits(**{name: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["wall_s", "cpu_s", "memory_bytes", "disk_bytes"])
def test_a_limit_that_no_kernel_counts_to_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match=f"Expected a limit '{name}' of at most {1 << 62}, got 1e[+]300"):
        Limits(**{name: 1e300})


def test_the_highest_limits_can_be_kept(sandbox: Sandbox) -> None:
    most = Limits(wall_s=1 << 62, cpu_s=1 << 62, memory_bytes=1 << 62, disk_bytes=1 << 62, output_bytes=1 << 62)
    assert sandbox.run(["/bin/true"], grant=Grant(exec=("/bin/true",)), limits=most).ok


def test_a_limit_that_is_reached_before_the_start_is_named(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxError, match="it reached its limit on wall before it was started, so allow it more"):
        sandbox.run(["/bin/true"], grant=Grant(exec=("/bin/true",)), limits=Limits(wall_s=1e-6))


def test_a_program_starts_in_the_first_folder_it_may_write(run: Run, work: Path) -> None:
    assert run("import os; print(os.getcwd())").stdout.decode().strip() == str(work)


def test_only_the_environment_that_is_granted_is_there(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSED_ON", "here")
    monkeypatch.setenv("SECRET", "mine")
    code = "import os; os.environ.pop('PWD', 0); print(sorted(os.environ.items()))"
    ended = run(code, grant=Grant(env=("PASSED_ON", "SET=a=b", "NOT_THERE")))
    assert ended.stdout.decode().strip() == str(
        [
            ("LANG", "C.UTF-8"),
            ("MALLOC_ARENA_MAX", "2"),
            ("PASSED_ON", "here"),
            ("PYTHONDONTWRITEBYTECODE", "1"),
            ("SET", "a=b"),
        ]
    )


def test_a_folder_that_is_granted_can_be_read_and_not_written(run: Run, tmp_path: Path) -> None:
    shown = tmp_path / "shown"
    shown.mkdir()
    (shown / "a").write_text("text")
    code = f"print(open({str(shown / 'a')!r}).read()); open({str(shown / 'b')!r}, 'w')"
    ended = run(code, grant=Grant(read=(str(shown),)))
    assert ended.stdout == b"text\n"
    assert ended.exit_code == 1
    assert not (shown / "b").exists()


def test_a_folder_that_may_be_written_takes_all_that_programs_do_to_files(run: Run, work: Path) -> None:
    code = """
        import os, shutil, tempfile
        os.makedirs("a/b")
        open("a/b/one", "w").write("1")
        os.rename("a/b/one", "a/two")
        shutil.copy2("a/two", "three")
        os.chmod("three", 0o640)
        os.utime("three", (5, 6))
        os.symlink("three", "link")
        os.link("three", "hard")
        os.truncate("a/two", 0)
        os.mkfifo("pipe")
        with tempfile.NamedTemporaryFile(dir=".") as file:
            file.write(b"x")
        os.unlink("pipe")
        shutil.rmtree("a")
        state = os.stat("three")
        print(oct(state.st_mode), state.st_mtime, sorted(os.listdir(".")))
    """
    ended = run(textwrap.dedent(code))
    assert ended.stderr == b""
    assert ended.stdout.decode().strip() == "0o100640 6.0 ['hard', 'link', 'three']"
    assert (work / "three").read_text() == "1"


def test_a_single_file_can_be_granted_to_be_written(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "one").write_text("")
    code = f"open({str(tmp_path / 'one')!r}, 'w').write('x'); open({str(tmp_path / 'two')!r}, 'w')"
    ended = sandbox.run(
        [sys.executable, "-I", "-S", "-c", code], grant=python_grant() | Grant(write=(str(tmp_path / "one"),))
    )
    assert (tmp_path / "one").read_text() == "x"
    assert ended.exit_code == 1
    assert not (tmp_path / "two").exists()


def test_what_is_readable_inside_a_writable_folder_stays_writable(run: Run, work: Path) -> None:
    inner = work / "inner"
    inner.mkdir()
    assert run("open('inner/a', 'w')", grant=Grant(read=(str(inner),))).ok


def test_a_link_grants_what_it_points_to(run: Run, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a").write_text("text")
    (tmp_path / "alias").symlink_to("real")
    code = f"print(open({str(tmp_path / 'alias' / 'a')!r}).read())"
    assert run(code, grant=Grant(read=(str(tmp_path / "alias"),))).stdout == b"text\n"


def test_a_granted_program_can_start_another_that_is_granted(run: Run) -> None:
    code = "import subprocess; print(subprocess.run(['/bin/echo', 'a'], capture_output=True).stdout)"
    ended = run(code, grant=Grant(exec=("/bin/echo",)))
    assert ended.stdout == b"b'a\\n'\n"
    assert os.path.realpath("/bin/echo") in ended.trace.targets(Act.EXEC)


def test_a_script_with_a_granted_interpreter_can_be_started(sandbox: Sandbox, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("#!/bin/sh\necho from a script\n")
    script.chmod(0o755)
    ended = sandbox.run([str(script)], grant=Grant(exec=(str(script), "/bin/sh")))
    assert ended.stdout == b"from a script\n", ended.stderr


def test_threads_and_processes_below_the_limit_work(run: Run) -> None:
    code = """
        import concurrent.futures as futures, os
        with futures.ThreadPoolExecutor(4) as pool:
            print(sum(pool.map(len, ["a"] * 50)))
        for _ in range(60):
            if not (pid := os.fork()):
                os._exit(0)
            os.waitpid(pid, 0)
    """
    ended = run(textwrap.dedent(code), limits=Limits(processes=8))
    assert (ended.stdout, ended.stderr) == (b"50\n", b"")


def test_output_over_the_limit_is_cut_and_ends_the_run(run: Run) -> None:
    ended = run("while True: print('x' * 1000)", limits=Limits(output_bytes=5000))
    assert ended.killed_by == Killed.OUTPUT
    assert ended.truncated
    assert len(ended.stdout) == 5000


def test_shared_memory_counts_once_and_until_it_is_freed(run: Run) -> None:
    code = """
        import mmap, os, time
        for _ in range(4):
            with mmap.mmap(-1, 100 << 20) as shared:
                shared[:: mmap.PAGESIZE] = b"x" * (len(shared) // mmap.PAGESIZE)
                if not (child := os.fork()):
                    shared[:: mmap.PAGESIZE]
                    time.sleep(0.2)
                    os._exit(0)
                os.waitpid(child, 0)
        print(len(mmap.mmap(-1, 150 << 20)))
    """
    ended = run(textwrap.dedent(code), limits=Limits(memory_bytes=256 << 20))
    assert ended.ok, ended
    assert ended.stdout == b"157286400\n"


def test_a_run_ends_at_its_time(run: Run) -> None:
    ended = run("import time; print('a', flush=True); time.sleep(60)", limits=Limits(wall_s=0.7))
    assert ended.killed_by == Killed.WALL
    assert ended.exit_code == 128 + signal.SIGKILL
    assert ended.wall_s < 30


def test_a_run_that_is_stopped_tells_what_it_did_until_then(run: Run, tmp_path: Path) -> None:
    secret, begun = tmp_path / "secret", tmp_path / "work" / "begun"
    secret.write_text("x")
    code = f"""
        import pathlib, subprocess, sys, time
        try:
            open({str(secret)!r})
        except OSError:
            print("denied", flush=True)
        subprocess.Popen([sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)"])
        pathlib.Path({str(begun)!r}).touch()
        time.sleep(60)
    """
    stop = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        ended = pool.submit(run, textwrap.dedent(code), limits=Limits(wall_s=50), stop=stop)
        while not begun.exists() and not ended.done():
            time.sleep(0.01)
        stop.set()
    outcome = ended.result()
    assert (outcome.killed_by, outcome.stdout, outcome.ok) == (Killed.STOPPED, b"denied\n", False)
    assert [access.target for access in outcome.trace.denied if access.target == str(secret)]


def test_a_run_that_was_stopped_before_is_refused(run: Run, work: Path) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(SandboxError, match="stopped before it was started"):
        run("open('begun', 'w')", cwd=work, stop=stop)
    assert not list(work.iterdir())


def test_a_program_that_is_not_granted_is_not_started(sandbox: Sandbox) -> None:
    with pytest.raises(ConfigError, match=r"'/bin/true' is not granted"):
        sandbox.run(["/bin/true"], grant=Grant())


@pytest.mark.parametrize("path", ["/", "/proc", "/proc/self/environ", "/sys/kernel", "/no/such/place"])
def test_what_can_never_be_granted_is_refused(sandbox: Sandbox, path: str) -> None:
    for grant in (Grant(read=(path,)), Grant(write=(path,))):
        with pytest.raises(ConfigError, match=r"Cannot grant"):
            sandbox.run(["/bin/true"], grant=grant | Grant(exec=("/bin/true",)))


def test_a_folder_to_start_in_must_be_granted(sandbox: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"is not granted"):
        sandbox.run(["/bin/true"], grant=Grant(exec=("/bin/true",)), cwd=tmp_path)


def test_a_program_in_a_bad_format_could_not_be_started_or_fails(sandbox: Sandbox, tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    bad.write_bytes(b"\x7fELF nonsense")
    bad.chmod(0o755)
    try:
        assert not sandbox.run([str(bad)], grant=Grant(exec=(str(bad),))).ok
    except SandboxError as error:
        assert "Exec format error" in str(error)


def test_runs_from_several_threads_do_not_meet(sandbox: Sandbox) -> None:
    def one(number: int) -> bytes:
        return sandbox.run(["/bin/echo", str(number)], grant=Grant(exec=("/bin/echo",))).stdout

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(one, range(30))) == [f"{number}\n".encode() for number in range(30)]


def test_a_run_can_be_awaited(sandbox: Sandbox) -> None:
    async def three() -> list[bytes]:
        runs = [asyncio.to_thread(sandbox.run, ["/bin/echo", word], grant=Grant(exec=("/bin/echo",))) for word in "abc"]
        return [ended.stdout for ended in await asyncio.gather(*runs)]

    assert asyncio.run(three()) == [b"a\n", b"b\n", b"c\n"]


def test_a_sandbox_that_was_closed_opens_again(sandbox: Sandbox) -> None:
    sandbox.close()
    sandbox.close()
    assert sandbox.run(["/bin/true"], grant=Grant(exec=("/bin/true",))).ok


def test_a_sandbox_that_is_closed_ends_the_runs_that_still_go_on(sandbox: Sandbox, work: Path) -> None:
    code = "import time; open('begun', 'w'); time.sleep(60)"
    grant = python_grant() | Grant(write=(str(work),))
    with ThreadPoolExecutor() as pool:
        run = pool.submit(sandbox.run, [sys.executable, "-I", "-S", "-c", code], grant=grant, limits=Limits(wall_s=60))
        _until((work / "begun").exists)
        begun = time.monotonic()
        sandbox.close()
        assert time.monotonic() - begun < 10
        with pytest.raises(SandboxError, match="ended before its report"):
            run.result()
    _until(lambda: not _holding(str(work)))


PARENT = """
import os, signal, sys, threading, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job inherits that it is ignored
from metier.sandbox import Grant, Limits
from metier.sandboxes import open_sandbox, python_grant
work = sys.argv[2]
code = "import os, time; [os.fork() for _ in range(2)]; open(str(os.getpid()), 'w'); time.sleep(600)"
sandbox = open_sandbox(sys.argv[1])
grant = python_grant() | Grant(write=(work,))
sandbox.run([sys.executable, "-I", "-S", "-c", code], grant=grant, limits=Limits(wall_s=600))
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_when_its_user_is_killed_no_process_of_a_run_is_left(
    sandbox: Sandbox, tmp_path: Path, number: signal.Signals
) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, sandbox.name, str(tmp_path)], stderr=subprocess.DEVNULL)
    _until(lambda: len(list(tmp_path.iterdir())) >= 4)
    below = _holding(str(tmp_path))
    assert len(below) >= 4
    parent.send_signal(number)
    parent.wait()
    _until(lambda: not _holding(str(tmp_path)))


IGNORING = """
import signal, sys
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
from metier.sandbox import Grant
from metier.sandboxes import open_sandbox
with open_sandbox(sys.argv[1]) as sandbox:
    print(sandbox.run(["/bin/sh", "-c", "/bin/true; exit 3"], grant=Grant(exec=("/bin/sh", "/bin/true"))).exit_code)
"""


def test_a_caller_may_ignore_the_end_of_its_children(sandbox: Sandbox) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", IGNORING, sandbox.name], capture_output=True, text=True, check=False, timeout=60
    )
    assert (ended.stdout, ended.stderr) == ("3\n", "")


def test_a_caller_that_reaps_its_children_first_is_told_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    false = tmp_path / "bwrap"
    false.write_text('#!/bin/sh\n[ "$1" = --version ] && echo bubblewrap 1 && exit\necho no permissions >&2; exit 1\n')
    false.chmod(0o755)
    run = subprocess.run

    def reaped(*words: object, **rest: object) -> object:
        """As `subprocess` tells the end of a child that somebody else waited for."""
        ended = run(*words, **rest)  # type: ignore[call-overload]
        ended.returncode = 0
        return ended

    monkeypatch.setattr("subprocess.run", reaped)
    (layer,) = [layer for layer in BubblewrapSandbox(str(false)).check() if "namespaces" in layer.name]
    assert (layer.present, layer.detail) == (False, "no permissions")


def test_a_bubblewrap_that_does_not_answer_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metier.sandboxes.bubblewrap._ANSWERS_S", 0.5)
    slow = tmp_path / "bwrap"
    slow.write_text('#!/bin/sh\n[ "$1" = --version ] && echo bubblewrap 1 && exit\nexec sleep 60\n')
    slow.chmod(0o755)
    with BubblewrapSandbox(str(slow)) as sandbox, pytest.raises(SandboxError, match=r"did not answer within 0\.5 s"):
        sandbox.run(["/bin/true"], grant=Grant(exec=("/bin/true",)))


def test_when_the_warden_of_a_run_is_killed_no_process_of_the_run_is_left(sandbox: Sandbox, tmp_path: Path) -> None:
    code = "import os, time; [os.fork() for _ in range(2)]; open(str(os.getpid()), 'w'); time.sleep(600)"
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(
            sandbox.run,
            [sys.executable, "-I", "-S", "-c", code],
            grant=python_grant() | Grant(write=(str(tmp_path),)),
            limits=Limits(wall_s=600),
        )
        _until(lambda: len(list(tmp_path.iterdir())) >= 4)
        for warden in children(sandbox._wardens.pid):  # type: ignore[attr-defined]
            os.kill(warden, signal.SIGKILL)
        with pytest.raises(SandboxError, match=r"ended before its report"):
            running.result()
    _until(lambda: not _holding(str(tmp_path)))


def test_what_a_program_makes_up_does_not_end_its_warden(run: Run) -> None:
    """Every watched call, with arguments that make no sense; each in a process of its own."""
    code = """
        import ctypes, json, os, sys
        libc = ctypes.CDLL(None, use_errno=True)
        open("a", "w")
        text = ctypes.create_string_buffer(b"a" * 5000)
        times = (ctypes.c_long * 4)(2**62, -1, -(2**62), 2**62)
        places = (0, -1, 1 << 62, ctypes.addressof(text), ctypes.addressof(times))
        for number in json.load(sys.stdin):
            if not (pid := os.fork()):
                for place in places:
                    libc.syscall(ctypes.c_long(number), *map(ctypes.c_long, (place,) * 6))
                    libc.syscall(ctypes.c_long(number), *map(ctypes.c_long, (-100, place, place, 0, place, 16)))
                    libc.syscall(ctypes.c_long(number), 1, *map(ctypes.c_long, (place, 16, place, place, place)))
                libc.utimensat(-100, b"a", times, 0)
                os._exit(0)
            os.waitpid(pid, 0)
        print("done")
    """
    watched = CONNECTS | NAMES | OPENS | CHANGES | ALARMS | {"execve", "execveat", "set_tid_address"}
    table = numbers()
    ended = run(textwrap.dedent(code), stdin=json.dumps([table[name] for name in watched if name in table]).encode())
    assert ended.stdout == b"done\n", ended


def test_when_the_process_that_forks_is_killed_the_next_run_starts_another(sandbox: Sandbox) -> None:
    grant = Grant(exec=("/bin/true",))
    assert sandbox.run(["/bin/true"], grant=grant).ok
    before = sandbox._wardens.pid  # type: ignore[attr-defined]
    os.kill(before, signal.SIGKILL)
    _until(lambda: Path(f"/proc/{before}/stat").read_text().split()[2] == "Z")
    assert sandbox.run(["/bin/true"], grant=grant).ok
    assert sandbox._wardens.pid != before  # type: ignore[attr-defined]


def test_a_missing_program_is_named_and_nothing_runs(tmp_path: Path) -> None:
    with BubblewrapSandbox(str(tmp_path / "bwrap")) as sandbox, pytest.raises(SandboxError) as caught:
        sandbox.run(["/bin/true"], grant=Grant(exec=("/bin/true",)))
    assert "bwrap is missing" in str(caught.value)


def test_a_bubblewrap_that_cannot_make_namespaces_is_refused(tmp_path: Path) -> None:
    false = tmp_path / "bwrap"
    false.write_text('#!/bin/sh\n[ "$1" = --version ] && echo bubblewrap 1 && exit\necho no permissions >&2; exit 1\n')
    false.chmod(0o755)
    with BubblewrapSandbox(str(false)) as sandbox, pytest.raises(SandboxError, match=r"namespaces.*no permissions"):
        sandbox.run(["/bin/true"], grant=Grant(exec=("/bin/true",)))


def test_a_bubblewrap_that_is_none_does_not_run_the_program(tmp_path: Path) -> None:
    false = tmp_path / "bwrap"
    false.write_text("#!/bin/sh\n[ $# -gt 0 ] && echo bubblewrap 1\nexit 0\n")
    false.chmod(0o755)
    with BubblewrapSandbox(str(false)) as sandbox, pytest.raises(SandboxError):
        sandbox.run([sys.executable, "-c", "print('ran')"], grant=python_grant())


@pytest.mark.parametrize(("version", "reason"), [(0, "the kernel has none"), (3, "ABI 6 is needed")])
def test_an_old_landlock_is_refused(monkeypatch: pytest.MonkeyPatch, version: int, reason: str) -> None:
    monkeypatch.setattr("metier.sandboxes.ruleset.abi", lambda: version)
    with LandlockSandbox() as sandbox, pytest.raises(SandboxError, match=reason):
        sandbox.run(["/bin/true"], grant=Grant(exec=("/bin/true",)))


def test_a_kernel_without_notification_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metier.sandboxes.kernel.can_notify", lambda: False)
    with pytest.raises(SandboxError, match=r"seccomp with user notification"):
        open_sandbox("auto")


def test_an_unknown_kind_is_refused_with_a_suggestion() -> None:
    with pytest.raises(ConfigError) as caught:
        open_sandbox("landlok")
    assert "landlock" in caught.value.hint


def _holding(text: str) -> list[str]:
    """The processes whose working folder is this one."""
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if str(link.readlink()) == text:
                found.append(link.parent.name)
        except OSError:
            continue
    return found


def _until(condition: object, patience_s: float = 30.0) -> None:
    deadline = time.monotonic() + patience_s
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)


def test_an_interpreter_whose_environment_may_be_read_is_started(sandbox: Sandbox, tmp_path: Path) -> None:
    """The interpreter of a virtual environment is a link to a link beside it, and that leads to one elsewhere."""
    real = Path(os.path.realpath("/bin/echo"))
    for folder in ("environment", "system"):
        (tmp_path / folder).mkdir()
    (tmp_path / "system" / "program").symlink_to(real)
    (tmp_path / "environment" / "program3").symlink_to(tmp_path / "system" / "program")
    (tmp_path / "environment" / "program").symlink_to("program3")
    program = str(tmp_path / "environment" / "program")
    grant = Grant(read=(str(tmp_path / "environment"),), exec=(program,))
    assert sandbox.run([program, "hello"], grant=grant).stdout == b"hello\n"


def test_settings_that_were_not_granted_are_not_there_for_openssl(sandbox: Sandbox) -> None:
    """OpenSSL ends a program whose settings are refused, and starts without them where there are none."""
    settings = "/etc/ssl/openssl.cnf"
    if os.path.realpath(settings) != settings:
        pytest.skip("needs the settings of OpenSSL where Debian has them")
    reads = Grant(exec=("/bin/cat",))
    refused = sandbox.run(["/bin/cat", settings], grant=reads)
    assert b"No such file" in refused.stderr
    assert (Act.READ, settings) in [(access.act, access.target) for access in refused.trace.denied]
    assert sandbox.run(["/bin/cat", settings], grant=reads | Grant(read=(settings,))).ok


def test_as_many_threads_start_as_the_limit_allows(run: Callable[..., Outcome]) -> None:
    code = """
import threading
ready = threading.Barrier(31)
def wait(): str(ready).encode(); ready.wait()
threads = [threading.Thread(target=wait) for _ in range(30)]
for one in threads: one.start()
ready.wait()
print(len(threads))
"""
    assert run(code, limits=Limits(processes=32)).stdout == b"30\n"


@pytest.mark.parametrize("shell", ["/bin/sh", "/bin/bash"])
def test_the_end_of_one_child_keeps_no_other_from_being_started(sandbox: Sandbox, shell: str) -> None:
    """A shell is told of it while it starts the next program of a pipeline, which must not be broken off by that."""
    script = "for n in 1 2 3 4 5 6 7 8; do echo 1 | cat; echo $(echo 2 | cat); done"
    ended = sandbox.run([shell, "-c", script], grant=Grant(exec=(shell, "/bin/cat"), env=("PATH=/bin",)))
    assert (ended.exit_code, ended.stderr, ended.stdout) == (0, b"", b"1\n2\n" * 8)


@pytest.mark.parametrize("shell", ["/bin/sh", "/bin/bash"])
def test_a_program_names_its_own_streams_by_a_path(sandbox: Sandbox, shell: str) -> None:
    script = "echo 1 > /dev/stderr; echo 2 > /dev/fd/2; echo 3 >> /dev/stdout; echo 4 | cat /dev/stdin"
    script += "; while read n; do echo $n; done < <(echo 5)" if shell == "/bin/bash" else ""
    ended = sandbox.run([shell, "-c", script], grant=Grant(exec=(shell, "/bin/cat"), env=("PATH=/bin",)))
    told = b"3\n4\n5\n" if shell == "/bin/bash" else b"3\n4\n"
    assert (ended.exit_code, ended.stdout, ended.stderr) == (0, told, b"1\n2\n")


def test_a_descriptor_that_a_program_has_not_is_given_by_no_path(run: Callable[..., Outcome]) -> None:
    ended = run("""
for path in ("/dev/fd/77", "/proc/self/fd/77", "/proc/1/fd/0"):
    try: print(open(path))
    except OSError as error: print("no")
""")
    assert ended.stdout == b"no\n" * 3
