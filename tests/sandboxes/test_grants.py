"""What does a grant come to, and what is the interpreter granted?"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.errors import ConfigError
from metier.sandbox import Grant
from metier.sandboxes import python_grant
from metier.sandboxes.addresses import address, dns_name
from metier.sandboxes.bubblewrap import _arguments
from metier.sandboxes.confine import confine, covers, loader_of

PATHS = st.lists(st.sampled_from(["/a", "/b", "/c/d"])).map(tuple)
GRANTS = st.builds(Grant, read=PATHS, write=PATHS, exec=PATHS, env=PATHS)


@given(GRANTS, GRANTS, GRANTS)
def test_grants_add_up_in_any_grouping_and_nothing_is_lost(one: Grant, two: Grant, three: Grant) -> None:
    assert (one | two) | three == one | (two | three)
    assert set(one.read) | set(two.read) == set((one | two).read)


def test_a_grant_of_nothing_adds_nothing() -> None:
    grant = python_grant()
    assert grant | Grant() == grant


def test_the_interpreter_s_grant_holds_nothing_that_may_be_written_and_no_home() -> None:
    grant = python_grant()
    assert grant.write == ()
    assert str(Path.home()) not in grant.read
    assert os.path.realpath(sys.executable) in grant.exec


def test_a_path_below_another_is_covered_and_a_longer_name_is_not() -> None:
    assert covers(["/a"], "/a/b/c")
    assert not covers(["/a"], "/ab")
    assert covers(["/a/"], "/a/b")


def test_a_relative_path_is_granted_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a").mkdir()
    confined = confine(["/bin/true"], Grant(write=("a",), exec=("/bin/true",)), cwd=None)
    assert confined.write == (str(tmp_path / "a"),)
    assert confined.cwd == str(tmp_path / "a")


def test_the_loader_is_found_and_is_no_program_of_the_grant() -> None:
    confined = confine([sys.executable], python_grant(), cwd=None)
    assert loader_of(os.path.realpath(sys.executable)) != ""
    assert confined.loaders
    assert not set(confined.loaders) & set(confined.exec)


@pytest.mark.parametrize(
    "head", [b"", b"\x7fELF", b"\x7fELF\x02" + bytes(59), b"\x7fELF\x02" + b"\xff" * 200], ids=range(4)
)
def test_a_broken_program_names_no_loader(tmp_path: Path, head: bytes) -> None:
    (tmp_path / "bad").write_bytes(head)
    assert loader_of(str(tmp_path / "bad")) == ""


@pytest.mark.parametrize("entry", ["", "=value", "A\0B=c"])
def test_an_environment_entry_without_a_name_is_refused(entry: str) -> None:
    with pytest.raises(ConfigError, match=r"NAME or NAME=value"):
        confine(["/bin/true"], Grant(exec=("/bin/true",), env=(entry,)), cwd=None)


@pytest.mark.parametrize("kind", ["read", "write", "exec"])
def test_an_empty_path_grants_nothing_and_least_of_all_the_folder_one_is_in(kind: str) -> None:
    with pytest.raises(ConfigError, match=r"a path to grant, got an empty one") as refusal:
        confine(["/bin/true"], Grant(exec=("/bin/true",)) | Grant(**{kind: ("",)}), cwd=None)
    assert refusal.value.hint == "Name it; . is the folder that you are in."


@pytest.mark.parametrize("argv", [[], [""], ["/bin/true", "a\0b"]])
def test_arguments_that_no_program_can_get_are_refused(argv: list[str]) -> None:
    with pytest.raises(ConfigError, match=r"a program and its arguments"):
        confine(argv, Grant(exec=("/bin/true",)), cwd=None)


def test_a_link_that_leads_over_another_leads_on_where_one_of_them_is_granted_by_its_folder(tmp_path: Path) -> None:
    real, programs, environment = (tmp_path / name for name in ("real", "programs", "environment"))
    for folder in (real, programs, environment):
        folder.mkdir()
    (real / "python3.11").write_text("#!/bin/true\n")
    (real / "python3.11").chmod(0o755)
    (programs / "python3").symlink_to("../real/python3.11")
    (environment / "python3").symlink_to(programs / "python3")
    program = environment / "python"
    program.symlink_to("python3")
    confined = confine([str(program)], Grant(read=(str(environment),), exec=(str(program),)), cwd=None)
    words = _arguments(confined)
    links = [words[place + 1 : place + 3] for place, word in enumerate(words) if word == "--symlink"]
    assert [str(real / "python3.11"), str(programs / "python3")] in links
    assert str(program) not in [alias for _, alias in links]


def test_every_granted_path_is_mounted_once_and_outer_ones_first(tmp_path: Path) -> None:
    for name in ("a/b", "c"):
        (tmp_path / name).mkdir(parents=True)
    outer, inner = str(tmp_path / "a"), str(tmp_path / "a" / "b")
    confined = confine(["/bin/true"], Grant(read=(outer,), write=(inner,), exec=("/bin/true",)), cwd=None)
    words = _arguments(confined)
    assert words.index(outer) < words.index(inner)
    assert words[words.index(inner) - 1] == "--bind"
    assert words[words.index(outer) - 1] == "--ro-bind"


@given(st.binary(max_size=200))
def test_no_address_and_no_query_is_too_odd_to_read(raw: bytes) -> None:
    address(raw)
    dns_name(raw)
