"""How is a script of a package run? With its package to read, a folder of its own to write in, and nothing else.

What it makes with no folder named, as `tempfile` and `mktemp` do, it makes in a folder of the run, too (`TMPDIR`).
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from itertools import islice
from pathlib import Path

from metier.errors import InputError, SandboxError, nearest
from metier.sandbox import Act, Grant, Limits, Outcome, Sandbox, ScriptRun, Trace
from metier.sandboxes.confine import covers
from metier.sandboxes.observed import ROOM, comparable, observed, plain
from metier.sandboxes.python import python_grant

_WORK, _TEMPORARY = "work", "tmp"
_PROGRAMS = ("/bin", "/usr/bin")
_SHELL = (".sh", ".bash")
_ENDINGS = (".py", *_SHELL)
_MAX_LOOKED_AT = 2000
_MODULES = (".py", ".pyc", ".so")
_MAX_SHEBANG = 200
_SHEBANG = re.compile(
    r"#!\s*(\S*/env\s+(-S\s+)?)?(\S*/)?(?P<name>bash|dash|sh|python)[\d.]*(?P<options>(\s+-\S+)*)\s*$"
)
_INTERPRETER = re.compile(r"#!\s*(?P<path>/\S+)")


def run_script(
    sandbox: Sandbox,
    package: str | Path,
    script: str,
    arguments: Sequence[str] = (),
    *,
    grant: Grant = Grant(),
    limits: Limits = Limits(),
    stdin: bytes = b"",
    work: str | Path | None = None,
    stop: threading.Event | None = None,
) -> Outcome:
    """Run a script that lies in a package: `.py` with this Python, `.sh` with the shell, anything else as a program.

    A `.sh` or `.bash` whose first line names another shell, or Python, is run by that. Whoever runs scripts of packages
    runs them by this function, so that what was traced is what is served.

    Args:
        script: Its path inside the package, or from where one is.
        grant: What it may touch beyond its package and where it works.
        work: The folder to work in; by default an empty one that is removed afterwards.
        stop: Kills it once set, by any thread.

    Raises:
        InputError: There is no such file inside the package; the way out names those that there are. Or it is to be
            run as a program, and may not be executed, or what its first line names may not.
        SandboxError: Nothing was run: a layer is missing, or the shell that the script names.

    >>> import os
    >>> from metier.sandboxes import open_sandbox
    >>> with tempfile.TemporaryDirectory() as package, open_sandbox() as sandbox:
    ...     _ = Path(package, "hello.py").write_text("print('hello')")
    ...     run_script(sandbox, package, "hello.py").stdout
    b'hello\\n'
    """
    folder, path = _inside(package, script)
    with _room() as room:
        return _run_in(
            room,
            sandbox,
            folder,
            path,
            arguments,
            grant=grant,
            limits=limits,
            stdin=stdin,
            work=work or room / _WORK,
            stop=stop,
        )


def record_script(
    sandbox: Sandbox,
    package: str | Path,
    script: str,
    arguments: Sequence[str] = (),
    *,
    digest: str | Callable[[Path], str],
    grant: Grant = Grant(),
    limits: Limits = Limits(),
    stdin: bytes = b"",
) -> tuple[Outcome, ScriptRun]:
    """Run a script as `run_script` does, and record of which content it was, how it ended and what it touched.

    The folder of the run is recorded as `/metier-run`, and a temporary file by its number: two runs that
    do the same leave the same record. A file name that is no text is told by its bytes, as `\\xe9`.

    Args:
        digest: That of the skill in the package, or what tells it of a folder; empty if it holds none. What tells it is
            asked of the very bytes that are run: a copy that nobody else writes to, told as what it is of. Where
            `grant` lets the package itself be written there is no copy, and the record of a run during which it changed
            is of no content.

    Raises:
        InputError, SandboxError: As `run_script`.
    """
    folder, path = _inside(package, script)
    tell = digest if callable(digest) else lambda _: digest
    is_copied = callable(digest) and not _is_written(folder, grant) and tell(folder) != ""
    with _room() as room, _copy_of(folder) if is_copied else nullcontext(folder) as place:
        content = tell(place)
        ended = _run_in(
            room,
            sandbox,
            place,
            place / path.relative_to(folder),
            arguments,
            grant=grant | Grant(read=(str(folder),)),
            limits=limits,
            stdin=stdin,
            work=room / _WORK,
        )
        content = content if tell(place) == content else ""
        ended = _told_as(folder, ended, place=place)
        accesses = comparable(ended.trace.accesses, room=str(room), temporary=str(room / _TEMPORARY))
    accesses = tuple(replace(access, target=plain(access.target)) for access in accesses)
    own, granted = (plain(str(folder)), ROOM), tuple(plain(str(Path(name).resolve())) for name in grant.write)
    started = (str(Path(_start(path)[0][0]).resolve()), str(path), *_imported(path, ended.trace))
    started = tuple(map(plain, started))
    return ended, ScriptRun(
        digest=content,
        script=plain(path.relative_to(folder).as_posix()),
        exit_code=ended.exit_code,
        kind=sandbox.name,
        killed_by=ended.killed_by,
        truncated=ended.truncated,
        stdout=ended.stdout.decode(errors="replace"),
        stderr=ended.stderr.decode(errors="replace"),
        own=own,
        granted=granted,
        started=started,
        observed=observed(Trace(accesses=accesses), own=own, granted=granted, started=started),
        accesses=accesses,
        complete=ended.trace.complete,
    )


@contextmanager
def _room() -> Iterator[Path]:
    """The folder of one run: one to work in, and one for temporary files."""
    with tempfile.TemporaryDirectory(prefix="metier-run-") as name:
        room = Path(name).resolve()
        (room / _WORK).mkdir()
        (room / _TEMPORARY).mkdir()
        yield room


@contextmanager
def _copy_of(folder: Path) -> Iterator[Path]:
    """A copy of a package that nobody else writes to. A link within leads within the copy, any other where it led."""
    with tempfile.TemporaryDirectory(prefix="metier-package-") as name:
        copy = Path(name).resolve() / folder.name
        try:
            for top, folders, files in os.walk(folder):
                inside = copy / Path(top).relative_to(folder)
                inside.mkdir()
                for path in (Path(top, one) for one in (*folders, *files)):
                    target = path.resolve()
                    if path.is_symlink():
                        within = target.is_relative_to(folder)
                        (inside / path.name).symlink_to(copy / target.relative_to(folder) if within else target)
                    elif path.is_file():
                        shutil.copy2(path, inside / path.name)
        except (OSError, RuntimeError) as error:
            raise SandboxError(f"Cannot copy the package {str(folder)!r} to run it: {error}.") from error
        yield copy


def _is_written(folder: Path, grant: Grant) -> bool:
    written = [os.path.realpath(path) for path in grant.write]
    return covers(written, str(folder)) or any(covers((str(folder),), path) for path in written)


def _told_as(folder: Path, ended: Outcome, *, place: Path) -> Outcome:
    """Name the package by where it lies, and not by where its copy lay."""
    copy, original = str(place), str(folder)
    accesses = (
        replace(access, target=original + access.target[len(copy) :]) if covers((copy,), access.target) else access
        for access in ended.trace.accesses
    )
    return replace(
        ended,
        stdout=ended.stdout.replace(os.fsencode(copy), os.fsencode(original)),
        stderr=ended.stderr.replace(os.fsencode(copy), os.fsencode(original)),
        trace=replace(ended.trace, accesses=tuple(dict.fromkeys(accesses))),
    )


def _run_in(
    room: Path,
    sandbox: Sandbox,
    folder: Path,
    path: Path,
    arguments: Sequence[str],
    *,
    grant: Grant,
    limits: Limits,
    stdin: bytes,
    work: str | Path,
    stop: threading.Event | None = None,
) -> Outcome:
    start, needed = _start(path)
    if start == [str(path)]:
        _refuse_unstartable(path, grant)
    temporary = Grant(env=(f"TMPDIR={room / _TEMPORARY}",))  # the first, as what is granted may name another
    # One folder where it can be, as no file can be renamed from one that is granted to another.
    places = (str(room),) if Path(work).is_relative_to(room) else (str(room), str(work))
    return sandbox.run(
        [*start, *arguments],
        grant=temporary | needed | grant | Grant(read=(str(folder),), write=places),
        limits=limits,
        stdin=stdin,
        cwd=work,
        stop=stop,
    )


def is_shell_script(script: Path) -> bool:
    """Whether `run_script` hands a script to a shell.

    >>> is_shell_script(Path("say.py"))
    False
    """
    named = _named(script)
    return named is not None and named[0] != "python"


def _inside(package: str | Path, script: str) -> tuple[Path, Path]:
    folder = Path(package).resolve()
    # First as the package calls it, then as a shell completes it from where one is.
    for path in ((folder / script).resolve(), Path(script).resolve()):
        if path.is_file() and path.is_relative_to(folder):
            return folder, path
    if not folder.is_dir():
        raise InputError(f"Expected the folder of a package, got {str(package)!r}.")
    path = Path(os.path.abspath(folder / script))
    if path.is_relative_to(folder) and os.path.lexists(path) and (real := path.resolve()) != path:
        raise InputError(
            f"Expected a script inside {str(package)!r}, got {script!r}, which leads to {str(real)!r}.",
            hint="Put the file itself into the package, and no link.",
        )
    raise InputError(
        f"Expected a script inside {str(package)!r}, got {script!r}.", hint=nearest(script, _scripts(folder))
    )


def _scripts(folder: Path) -> list[str]:
    """What in a folder looks as if it could be run."""
    paths = (Path(top, name) for top, _, names in os.walk(folder) for name in names)
    return [
        path.relative_to(folder).as_posix()
        for path in islice(paths, _MAX_LOOKED_AT)
        if path.suffix in _ENDINGS or os.access(path, os.X_OK)
    ]


def _start(path: Path) -> tuple[list[str], Grant]:
    named = _named(path)
    if named is None:
        return [str(path)], Grant(exec=(str(path),))
    name, options = named
    if name == "python":
        # Neither the environment nor the user's own libraries add to what can be imported; the script's folder does, as
        # it does where an agent runs the script. The folder it works in is another.
        return [sys.executable, "-E", "-s", "-B", str(path)], python_grant()
    shell = shutil.which(name, path=os.pathsep.join(_PROGRAMS))
    if shell is None:
        raise SandboxError(f"The script {path.name!r} needs {name}, which is not in {' or '.join(_PROGRAMS)}.")
    return [shell, *options, str(path)], Grant(exec=(shell,))


def _refuse_unstartable(path: Path, grant: Grant) -> None:
    """Refuse what is to be run as a program and cannot be: a kind of sandbox would say only that it is not there."""
    if not os.access(path, os.X_OK):
        raise InputError(
            f"The script {path.name!r} is neither .py nor .sh, and it may not be executed.",
            hint="Make it executable, and name in its first line what runs it: #!/usr/bin/env …",
        )
    started_by = _INTERPRETER.match(_first_line(path))
    if started_by is None:
        return
    program = started_by["path"]
    if not os.path.exists(program):
        raise InputError(f"The script {path.name!r} is started by {program!r}, which is not there.")
    if not covers(map(os.path.realpath, grant.exec), os.path.realpath(program)):
        raise InputError(
            f"The script {path.name!r} is started by {program!r}, which is not granted.",
            hint=f"Grant it, and what that starts in turn: --exec {program}",
        )


def _first_line(path: Path) -> str:
    with path.open("rb") as file:
        return file.readline(_MAX_SHEBANG).decode("utf-8", "replace")


def _imported(path: Path, trace: Trace) -> tuple[str, ...]:
    """The modules beside a Python script that it read, with the folders in which Python looked for them."""
    named = _named(path)
    if named is None or named[0] != "python":
        return ()
    below = [Path(target) for target in trace.targets(Act.READ) if covers((str(path.parent),), target)]
    modules = [place for place in below if place.suffix in _MODULES]
    folders = {path.parent, *(folder for module in modules for folder in module.parents)}
    return tuple(map(str, (place for place in below if place in modules or place in folders)))


def _named(path: Path) -> tuple[str, list[str]] | None:
    """What a script is for, with its options: by its ending Python, or else what its first line names; None if neither.

    A shell script may name another shell, or Python; a Python script is one whatever it names.
    """
    if path.suffix == ".py":
        return "python", []
    if path.suffix not in _SHELL:
        return None
    named = _SHEBANG.match(_first_line(path))
    return (named["name"], named["options"].split()) if named else (path.suffix[1:], [])
