"""`metier skill host` against our own server: over loopback HTTP, and over standard input and output."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("mcp")

from typer.testing import CliRunner, Result

from mcp_peers import ours_over_http, over_http, shelf_of
from metier.errors import ConfigError, NotApproved, NotStored, VerificationError
from metier.faces.commands import host as face
from metier.faces.mcp.hosting import approvals_path, hosted, label_of
from metier.stores.served.consent import Answer
from metier.stores.served.host import Host
from served_skills import Server, User, write

GUIDE = b"Carry the one.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "library", "sum", files={"guide.md": GUIDE})
    return tmp_path / "library"


@pytest.fixture
def url(folder: Path) -> Iterator[str]:
    with over_http(ours_over_http(shelf_of(folder))) as address:
        yield f"{address}/mcp"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "approvals.json"


def run(kept: Path, *words: str, answer: str = "") -> Result:
    return CliRunner().invoke(face.app, [*words, "--label", "docs", "--approvals", str(kept)], input=answer)


def said(result: Result) -> Any:
    assert result.exception is None, result.exception
    return json.loads(result.stdout)


def shown(kept: Path, url: str, *words: str) -> Any:
    return said(run(kept, "show", url, "docs/sum", *words, "--json"))


def approve(kept: Path, url: str) -> Any:
    digest = shown(kept, url)["digest"]
    return said(run(kept, "approve", url, "docs/sum", "--digest", digest, "--json"))


def test_the_listing_says_what_is_offered_and_that_nothing_is_approved(kept: Path, url: str) -> None:
    row = said(run(kept, "list", url, "--json"))["skills"][0]
    assert (row["handle"], row["state"], row["files"], row["description"]) == (
        "docs/sum", "not approved", 2, "About sum."
    )  # fmt: skip
    assert not kept.exists()


def test_one_skill_is_shown_with_the_digest_of_each_file_and_its_text_only_when_asked(kept: Path, url: str) -> None:
    plain = shown(kept, url)
    assert {Path(one["uri"]).name for one in plain["entry"]["resources"]} == {"SKILL.md", "guide.md"}
    assert plain["text"] is None
    assert "Add the numbers." in shown(kept, url, "--text")["text"]


def test_nothing_is_loaded_where_nobody_can_agree(kept: Path, url: str) -> None:
    result = run(kept, "load", url, "docs/sum")
    assert isinstance(result.exception, NotApproved) and not result.stdout


def test_an_approved_skill_is_loaded_by_a_later_command_with_its_files(kept: Path, url: str) -> None:
    assert approve(kept, url)["state"] == "approved"
    loaded = said(run(kept, "load", url, "docs/sum", "--json"))
    assert "Add the numbers." in loaded["text"] and "from 'docs'" in loaded["text"]
    assert "Carry the one." in run(kept, "load", url, "docs/sum", "guide.md").stdout


def test_an_approval_is_of_one_digest(kept: Path, url: str) -> None:
    result = run(kept, "approve", url, "docs/sum", "--digest", f"sha256:{'0' * 64}")
    assert isinstance(result.exception, NotApproved)
    assert shown(kept, url)["state"] == "not approved"


@pytest.mark.parametrize("back", [False, True])
def test_a_skill_that_changed_is_refused_even_when_it_changes_back(
    kept: Path, url: str, folder: Path, back: bool
) -> None:
    approve(kept, url)
    (folder / "sum" / "guide.md").write_bytes(b"Carry two.\n")
    assert shown(kept, url)["state"] == "changed since you approved it"
    if back:
        (folder / "sum" / "guide.md").write_bytes(GUIDE)
    result = run(kept, "load", url, "docs/sum")
    assert isinstance(result.exception, NotApproved) and "changed since" in result.stderr
    assert approve(kept, url)["state"] == "approved"


def test_what_was_agreed_to_can_be_forgotten(kept: Path, url: str) -> None:
    approve(kept, url)
    assert said(run(kept, "approve", url, "docs/sum", "--revoke", "--json"))["state"] == "not approved"


@pytest.mark.parametrize(("answer", "state"), [("always", "approved"), ("once", "not approved"), ("x", "not approved")])
def test_a_person_at_a_terminal_is_asked(
    kept: Path, url: str, answer: str, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(face, "sys", SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True)))
    result = run(kept, "load", url, "docs/sum", answer=f"{answer}\n")
    assert result.stderr.count("sha256:") >= 2
    assert (result.exit_code == 0) == (answer in ("always", "once"))
    assert shown(kept, url)["state"] == state


def test_a_bare_name_means_no_served_skill(kept: Path, url: str) -> None:
    assert isinstance(run(kept, "show", url, "sum").exception, NotStored)


def test_text_of_a_server_cannot_steer_the_terminal(kept: Path, url: str, folder: Path) -> None:
    (folder / "sum" / "guide.md").write_bytes(b"red \x1b[31m\n\tin\n")
    approve(kept, url)
    out = run(kept, "load", url, "docs/sum", "guide.md").stdout
    assert "\x1b" not in out and "        in" in out


def test_what_is_made_anew_each_time_cannot_be_approved() -> None:
    server = Server({"sum": {"SKILL.md": b""}})
    server.entries[0]["resources"] = "dynamic"
    host = Host({"docs": server}, User(Answer.ALWAYS))
    with pytest.raises(VerificationError):
        host.approve(host.refresh()[0])


def test_two_servers_get_two_labels_unless_the_user_names_them(url: str, kept: Path) -> None:
    assert label_of("http://a/mcp") != label_of("https://a/mcp")
    with hosted(url, User(), approvals=kept) as host:
        assert host.known()[0].server == label_of(url)


@pytest.mark.parametrize("server", ["", "metier 'serve"])
def test_what_is_no_command_is_told(server: str, kept: Path) -> None:
    assert isinstance(run(kept, "list", server).exception, ConfigError)


def test_a_server_over_standard_input_and_output_is_used_the_same_way(tmp_path: Path, folder: Path, kept: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('semantic = "optional"\n')
    server = shlex.join([sys.executable, "-m", "metier", "serve", "--mcp", str(folder), "--policy", str(policy)])
    approve(kept, server)
    assert "Add the numbers." in run(kept, "load", server, "docs/sum").stdout


@pytest.mark.parametrize(("named", "state"), [("/state", "/state"), ("state", "/home/you/.local/state")])
def test_approvals_do_not_lie_in_the_folder_one_stands_in(
    monkeypatch: pytest.MonkeyPatch, named: str, state: str
) -> None:
    monkeypatch.setenv("HOME", "/home/you")
    monkeypatch.setenv("XDG_STATE_HOME", named)
    assert approvals_path() == Path(state, "metier/approvals.json")
