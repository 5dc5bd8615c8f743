"""How are scripts of packages run, from Python and from the command line?"""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from metier.border import load_json
from metier.errors import InputError, SandboxError
from metier.faces.cli import app
from metier.faces.show import as_text
from metier.sandbox import Act, Grant, Limits, Sandbox, ScriptRun
from metier.sandboxes import notable, record_script, run_script
from metier.sandboxes.observed import ROOM


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "package"
    (folder / "scripts").mkdir(parents=True)
    (folder / "scripts" / "ok.py").write_text("import sys; print(sys.argv[1:]); open('out', 'w').write('x')")
    (folder / "scripts" / "bad.py").write_text(
        "import socket\ntry: socket.create_connection(('192.0.2.1', 443))\nexcept OSError: pass"
    )
    (folder / "scripts" / "ok.sh").write_text("echo $((1 + 1))")
    return folder


def test_a_python_script_and_a_shell_script_run(sandbox: Sandbox, package: Path) -> None:
    assert run_script(sandbox, package, "scripts/ok.py", ["a b"]).stdout == b"['a b']\n"
    assert run_script(sandbox, package, "scripts/ok.sh").stdout == b"2\n"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("say.sh", "#!/usr/bin/env python3\nimport sys; print(*['python', sys.flags.ignore_environment])"),
        ("say.sh", "#!/bin/bash\na=(python 1)\necho ${a[@]}"),
        ("say.bash", "a=(python 1)\necho ${a[@]}"),
        ("say.py", "#!/bin/sh\nimport sys; print(*['python', sys.flags.ignore_environment])"),
    ],
)
def test_a_script_is_run_by_what_its_first_line_names(sandbox: Sandbox, package: Path, name: str, content: str) -> None:
    (package / name).write_text(content)
    ended, recorded = record_script(sandbox, package, name, digest="")
    assert ended.stdout == b"python 1\n", ended.stderr
    assert recorded.started[1] == str(package / name) and recorded.observed == ()
    assert notable(recorded.trace) == ()


def test_a_script_imports_what_lies_beside_it_and_nothing_of_where_it_works(
    sandbox: Sandbox, package: Path, work: Path
) -> None:
    (package / "scripts" / "parts").mkdir()
    (package / "scripts" / "parts" / "one.py").write_text("def f(): return 'one'")
    (package / "scripts" / "two.py").write_text("from parts.one import f")
    (package / "scripts" / "uses.py").write_text("from two import f; print(f())")
    (work / "three.py").write_text("")
    (package / "scripts" / "strays.py").write_text("import three")
    ended, recorded = record_script(sandbox, package, "scripts/uses.py", digest="")
    assert ended.stdout == b"one\n", ended.stderr
    assert (recorded.observed, notable(recorded.trace)) == ((), ())
    grant = Grant(env=(f"PYTHONPATH={work}",))
    assert (
        b"No module named 'three'" in run_script(sandbox, package, "scripts/strays.py", grant=grant, work=work).stderr
    )


def test_a_file_that_is_no_module_is_read_by_the_script(sandbox: Sandbox, package: Path) -> None:
    (package / "scripts" / "data.txt").write_text("")
    (package / "scripts" / "reads.py").write_text("open(__file__.replace('reads.py', 'data.txt'))")
    _, recorded = record_script(sandbox, package, "scripts/reads.py", digest="")
    assert [what.value for what in recorded.observed] == ["read-files"]


def test_a_script_has_a_place_for_temporary_files(sandbox: Sandbox, package: Path) -> None:
    (package / "made.py").write_text(
        "import os, tempfile\n"
        "with tempfile.TemporaryDirectory() as d: open(d + '/a.csv', 'w').write('x')\n"
        "with tempfile.NamedTemporaryFile('w', delete=False) as f: f.write('kept')\n"
        "os.replace(f.name, 'out'); print(os.listdir())"
    )
    runs = [record_script(sandbox, package, "made.py", digest="") for _ in range(2)]
    assert [ended.stdout for ended, _ in runs] == [b"['out']\n"] * 2, runs[0][0].stderr
    first, second = (recorded for _, recorded in runs)
    assert first == second and notable(first.trace) == ()
    assert [what.value for what in first.observed] == ["read-files", "write-files", "delete-files"]
    written = first.trace.targets(Act.WRITE)
    assert written[1:] == (f"{ROOM}/tmp/2", f"{ROOM}/tmp/2/a.csv", f"{ROOM}/tmp/3", f"{ROOM}/work/out")


def test_a_place_for_temporary_files_that_is_granted_is_taken(sandbox: Sandbox, package: Path, work: Path) -> None:
    (package / "made.py").write_text("import tempfile; print(tempfile.gettempdir())")
    grant = Grant(write=(str(work),), env=(f"TMPDIR={work}",))
    assert run_script(sandbox, package, "made.py", grant=grant).stdout.decode() == f"{work}\n"


def test_a_temporary_file_whose_name_shows_something_is_told_by_its_name(sandbox: Sandbox, package: Path) -> None:
    (package / "made.sh").write_text(': > "$TMPDIR/.bashrc"')
    _, recorded = record_script(sandbox, package, "made.sh", digest="")
    assert recorded.trace.targets(Act.WRITE) == (f"{ROOM}/tmp/.bashrc",)
    assert [what.value for what in recorded.observed] == ["write-files", "persist"]


def test_a_shell_that_is_not_here_is_told(sandbox: Sandbox, package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metier.sandboxes.script._PROGRAMS", (str(package),))
    with pytest.raises(SandboxError, match=r"'ok\.sh' needs sh, which is not in"):
        run_script(sandbox, package, "scripts/ok.sh")


def test_a_script_works_in_a_folder_that_is_its_own(sandbox: Sandbox, package: Path, work: Path) -> None:
    assert run_script(sandbox, package, "scripts/ok.py", work=work).ok
    assert (work / "out").read_text() == "x"
    assert sorted(path.name for path in package.rglob("*")) == ["bad.py", "ok.py", "ok.sh", "scripts"]


@pytest.mark.parametrize("script", ["scripts/none.py", "../outside.py", "scripts", "/etc/passwd"])
def test_a_script_that_is_not_in_the_package_is_refused(sandbox: Sandbox, package: Path, script: str) -> None:
    (package.parent / "outside.py").write_text("")
    with pytest.raises(InputError, match=r"Expected a script inside"):
        run_script(sandbox, package, script)


def test_a_script_is_found_in_its_package_first_and_then_from_where_one_is(
    sandbox: Sandbox, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(package.parent)
    _, recorded = record_script(sandbox, "package", "package/scripts/ok.sh", digest="")
    assert (recorded.script, recorded.stdout) == ("scripts/ok.sh", "2\n")
    inner = package / "package" / "scripts"
    inner.mkdir(parents=True)
    (inner / "ok.sh").write_text("echo inner")
    _, recorded = record_script(sandbox, "package", "package/scripts/ok.sh", digest="")
    assert (recorded.script, recorded.stdout) == ("package/scripts/ok.sh", "inner\n")


def test_a_script_that_is_not_there_is_told_with_those_that_are(sandbox: Sandbox, package: Path) -> None:
    (package / "SKILL.md").write_text("")
    for name, way_out in (
        ("scripts/okk.py", "Did you mean 'scripts/ok.py'?"),
        ("go", "Known: 'scripts/bad.py', 'scripts/ok.py', 'scripts/ok.sh'."),
    ):
        with pytest.raises(InputError) as told:
            run_script(sandbox, package, name)
        assert told.value.hint == way_out
    with pytest.raises(InputError, match="Expected the folder of a package, got"):
        run_script(sandbox, package / "none", "ok.py")


def test_a_link_that_leads_out_of_the_package_is_told_with_where_it_leads(sandbox: Sandbox, package: Path) -> None:
    outer = package.parent / "outer.py"
    outer.write_text("print('ran')")
    (package / "scripts" / "link.py").symlink_to(outer)
    with pytest.raises(InputError) as told:
        run_script(sandbox, package, "scripts/link.py")
    assert f"got 'scripts/link.py', which leads to {str(outer)!r}" in str(told.value)
    assert told.value.hint == "Put the file itself into the package, and no link."


def test_a_file_elsewhere_is_no_link_of_the_package(sandbox: Sandbox, package: Path, tmp_path: Path) -> None:
    (tmp_path / "bin").symlink_to("/usr/bin")
    with pytest.raises(InputError) as told:
        run_script(sandbox, package, f"{tmp_path}/bin/true")
    assert "leads to" not in str(told.value) and "no link" not in told.value.hint


def metier(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "metier", "sandbox", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_command_runs_a_script_and_tells_what_it_tried(sandbox: Sandbox, package: Path) -> None:
    ok = metier("run", package, "scripts/ok.py", "--kind", sandbox.name)
    assert (ok.returncode, ok.stdout) == (0, "[]\n")
    assert "observed: write-files (" in ok.stderr
    bad = metier("run", package, "scripts/bad.py", "--kind", sandbox.name, "--json")
    told = json.loads(bad.stdout)
    assert bad.returncode == 1
    assert (told["observed"], told["script"]) == (["fetch"], "scripts/bad.py")
    assert {"act": "connect", "target": "tcp 192.0.2.1:443", "allowed": False} in told["accesses"]


def test_what_is_recorded_is_of_the_content_that_was_run(sandbox: Sandbox, package: Path) -> None:
    helper = package / "scripts" / "helper.py"
    helper.write_text("print('honest', __file__)")
    (package / "scripts" / "link.py").symlink_to("helper.py")
    (package / "scripts" / "asks.py").write_text("import helper, link\nopen(__file__, 'a')")

    def digest(folder: Path) -> str:
        content = (folder / "scripts" / "helper.py").read_text()
        if folder != package:
            helper.write_text("print('swapped')")
        return content

    ended, recorded = record_script(sandbox, package, "scripts/asks.py", digest=digest)
    link = package / "scripts" / "link.py"
    assert recorded.stdout == f"honest {helper}\nhonest {link}\n"
    assert (recorded.digest, helper.read_text()) == ("print('honest', __file__)", "print('swapped')")
    assert [access.target for access in notable(ended.trace)] == [str(package / "scripts" / "asks.py")]
    assert str(helper) in recorded.started and "metier-package-" not in repr(recorded)


def test_a_name_that_is_no_text_leaves_a_record_that_can_be_read(sandbox: Sandbox, package: Path) -> None:
    (package / "scripts" / "odd.py").write_text(
        "open(b'r\\xe9sultat.txt', 'w')\ntry: open(b'/r\\xe9')\nexcept OSError: 0"
    )
    _, recorded = record_script(sandbox, package, "scripts/odd.py", digest="sha256:0")
    assert load_json(ScriptRun, as_text(recorded), where="record") == recorded
    targets = [access.target for access in recorded.accesses]
    assert f"{ROOM}/work/r\\xe9sultat.txt" in targets and "/r\\xe9" in targets


def test_what_changes_while_it_runs_is_recorded_as_of_no_content(sandbox: Sandbox, package: Path) -> None:
    (package / "scripts" / "grows.py").write_text("import sys; open(sys.argv[1] + '/new', 'w')")
    (package / "out").mkdir()
    words = ("scripts/grows.py", [str(package / "out")])
    grant = Grant(write=(str(package / "out"),))
    contents = [
        record_script(sandbox, package, *words, digest=digest, grant=grant)[1].digest
        for digest in (lambda folder: str(sorted(folder.rglob("*"))), lambda folder: "same")
    ]
    assert contents == ["", "same"]


def test_the_command_tells_which_layers_are_there(sandbox: Sandbox) -> None:
    told = json.loads(metier("check", "--json").stdout)
    assert all(layer["present"] for layer in told[sandbox.name])


@pytest.mark.parametrize("wall", ["nan", "inf", "0", "-1"])
def test_the_command_refuses_a_time_that_is_none(package: Path, wall: str) -> None:
    done = metier("run", package, "scripts/ok.py", "--wall", wall)
    assert done.returncode == 2
    assert "Expected a finite limit 'wall_s' above 0" in done.stderr


def test_the_command_says_what_is_wrong_with_a_kind() -> None:
    done = metier("run", ".", "none.py", "--kind", "landlok")
    assert done.returncode == 2
    assert "Did you mean 'landlock'?" in done.stderr


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_what_a_script_says_reaches_a_pipe_as_it_is_and_a_terminal_without_escapes(
    sandbox: Sandbox, package: Path, stream: str
) -> None:
    (package / "escapes.py").write_text(f"import sys; sys.{stream}.buffer.write(b'\\x1b[31mred\\xff\\tx\\n')")
    command = [sys.executable, "-m", "metier", "sandbox", "run", str(package), "escapes.py", "--kind", sandbox.name]
    piped = subprocess.run(command, capture_output=True, check=False)
    assert getattr(piped, stream).startswith(b"\x1b[31mred\xff\tx\n")
    ours, theirs = pty.openpty()
    subprocess.run(command, stdout=theirs, stderr=theirs, check=False)
    os.close(theirs)
    shown = os.read(ours, 4096)
    os.close(ours)
    assert b"\x1b" not in shown and b"\\u001b[31mred" in shown


def test_the_command_hands_on_standard_input(package: Path, tmp_path: Path) -> None:
    (package / "hears.py").write_text("import sys; print(sys.stdin.read())")
    (tmp_path / "words").write_text("hello")
    assert metier("run", package, "hears.py", "--stdin", tmp_path / "words").stdout == "hello\n"
    command = [sys.executable, "-m", "metier", "sandbox", "run", str(package), "hears.py", "--stdin", "-"]
    assert subprocess.run(command, input=b"hi", capture_output=True, check=False).stdout == b"hi\n"


def test_the_command_names_the_limit_that_was_reached_and_how_to_allow_more(sandbox: Sandbox, package: Path) -> None:
    (package / "many.py").write_text("for number in range(5000): open(str(number), 'w').close()")
    done = metier("run", package, "many.py", "--kind", sandbox.name)
    assert "killed by its limit: files; --files allows more." in done.stderr
    assert "Traceback" not in done.stderr


def test_a_program_of_a_package_names_what_it_lacks_to_be_started(sandbox: Sandbox, package: Path) -> None:
    program = package / "say"
    program.write_text("#!/usr/bin/env -S printf hello\n")
    with pytest.raises(InputError, match="and it may not be executed"):
        run_script(sandbox, package, "say")
    program.chmod(0o755)
    with pytest.raises(InputError, match="started by '/usr/bin/env', which is not granted") as refused:
        run_script(sandbox, package, "say")
    assert "--exec /usr/bin/env" in refused.value.hint
    grant = Grant(exec=("/usr/bin/env", "/usr/bin/printf"), env=("PATH=/usr/bin",))
    assert run_script(sandbox, package, "say", grant=grant).stdout == b"hello"
    program.write_text("#!/usr/bin/none\n")
    with pytest.raises(InputError, match="'/usr/bin/none', which is not there"):
        run_script(sandbox, package, "say", grant=grant)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), {"wall_s": 10.0, "cpu_s": 10.0, "memory_bytes": 1 << 30, "output_bytes": 1 << 20}),
        (("--wall", "60"), {"wall_s": 60.0, "cpu_s": 60.0}),
        (("--wall", "2"), {"wall_s": 2.0, "cpu_s": 10.0}),
        (("--wall", "60", "--cpu", "3"), {"wall_s": 60.0, "cpu_s": 3.0}),
        (("--memory", "64", "--output", "2"), {"memory_bytes": 64 << 20, "output_bytes": 2 << 20}),
        (
            ("--disk", "128", "--files", "9", "--processes", "8"),
            {"disk_bytes": 128 << 20, "files": 9, "processes": 8},
        ),
    ],
)
def test_the_command_sets_limits(
    package: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], told: dict[str, float]
) -> None:
    seen: list[Limits] = []

    def recording(*_: object, limits: Limits, **rest: object) -> None:
        seen.append(limits)
        raise InputError("seen")

    monkeypatch.setattr("metier.sandboxes.record_script", recording)
    CliRunner().invoke(app, ["sandbox", "run", str(package), "scripts/ok.py", *options])
    assert {name: getattr(seen[0], name) for name in told} == told
