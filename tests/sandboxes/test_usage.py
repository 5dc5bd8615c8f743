"""Is everything in the folders that may be written measured, and what if it cannot be?"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from metier.sandboxes.usage import Growth


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every user can reach and write in, unlike those of pytest."""
    path = Path(tempfile.mkdtemp(prefix="metier-usage-")).resolve()
    path.chmod(0o777)
    yield path
    shutil.rmtree(path)


def _as_nobody(action: Callable[[], object]) -> str:
    """What an action gives, or the error that it meets, for a user who is not root and may not list every folder."""
    reader, writer = os.pipe()
    if not (pid := os.fork()):
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setresgid(65534, 65534, 65534)
                os.setresuid(65534, 65534, 65534)
            os.write(writer, f"{action()}".encode())
        except BaseException as error:
            os.write(writer, type(error).__name__.encode())
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    os.close(writer)
    with os.fdopen(reader) as said:
        return said.read()


def _hide(path: Path, mode: int) -> None:
    path.mkdir()
    (path / "file").write_text("x" * 10_000)
    path.chmod(mode)


def test_files_below_a_path_that_is_too_long_are_measured(folder: Path) -> None:
    growth = Growth([str(folder)])
    before = os.open(".", os.O_RDONLY)
    try:
        os.chdir(folder)
        for _ in range(25):
            Path("d" * 200).mkdir()
            os.chdir("d" * 200)
        Path("file").write_bytes(bytes(100_000))
    finally:
        os.fchdir(before)
        os.close(before)
    num_bytes, num_files = growth.since(0)
    assert num_files == 26
    assert num_bytes >= 100_000


@pytest.mark.parametrize("mode", [0o300, 0o600, 0o000])
def test_a_folder_that_its_owner_cannot_look_into_is_no_empty_one(folder: Path, mode: int) -> None:
    def hide_and_measure() -> object:
        growth = Growth([str(folder)])
        _hide(folder / "hidden", mode)
        return growth.since(0)

    assert _as_nobody(hide_and_measure) == "PermissionError"


def test_nothing_starts_where_a_folder_hides_already(folder: Path) -> None:
    def measure() -> object:
        _hide(folder / "hidden", 0o300)
        return Growth([str(folder)])

    assert _as_nobody(measure) == "OSError"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder that is another user's")
def test_a_folder_of_another_user_that_nobody_may_enter_is_left_out(folder: Path) -> None:
    _hide(folder / "closed", 0o700)
    assert _as_nobody(lambda: Growth([str(folder)]).since(0)) == "(0, 0)"


def test_a_single_file_grows(folder: Path) -> None:
    file = folder / "one"
    file.write_text("")
    growth = Growth([str(file)])
    file.write_bytes(bytes(20_000))
    num_bytes, num_files = growth.since(0)
    assert (num_bytes >= 20_000, num_files) == (True, 0)
