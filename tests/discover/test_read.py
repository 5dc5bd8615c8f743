"""How do files become documents, and what is refused?"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from metier.discover import read
from metier.discover.papers import Unread
from metier.discover.read import read_documents
from metier.errors import DocumentError


def sections(tmp_path: Path, text: str, name: str = "book.md") -> list[tuple[str, str, str]]:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return [(d.title, d.text, d.source) for d in read_documents(path)]


def test_each_section_of_markdown_is_a_document(tmp_path: Path) -> None:
    assert sections(tmp_path, "before\n# One ##\ntext\n\n### Two\nmore\n") == [
        ("book.md", "before", "book.md#1"),
        ("One", "text", "book.md#2"),
        ("Two", "more", "book.md#5"),
    ]


def test_a_heading_without_text_makes_no_section(tmp_path: Path) -> None:
    assert sections(tmp_path, "# Chapter\n\n## Reverse\nBackwards.\n## Empty\n") == [
        ("Reverse", "Backwards.", "book.md#3")
    ]


@pytest.mark.parametrize(
    "code",
    [
        "```sh\n# no heading\n```",
        "~~~\n# no heading\n```\n~~~",
        "````\n```\n# no heading\n````",
        "```\n# open to the end",
    ],
)
def test_what_stands_in_fenced_code_is_no_heading_and_never_lost(tmp_path: Path, code: str) -> None:
    assert sections(tmp_path, f"# One\n{code}") == [("One", code, "book.md#1")]


def test_code_within_one_line_opens_no_fence(tmp_path: Path) -> None:
    assert [title for title, _, _ in sections(tmp_path, "# One\n```x``` is code\n# Two\ntext\n")] == ["One", "Two"]


def test_a_heading_of_very_many_blanks_costs_no_time(tmp_path: Path) -> None:
    assert len(sections(tmp_path, "# " + " " * 100_000 + "x\ntext\n")) == 1


def test_plain_text_is_one_document_and_a_blank_file_none(tmp_path: Path) -> None:
    assert sections(tmp_path, "# not Markdown\n", "notes.txt") == [("notes", "# not Markdown\n", "notes.txt")]
    assert sections(tmp_path, " \n\n", "notes.txt") == []
    assert sections(tmp_path, "", "book.md") == []


def test_a_papers_page_gives_its_papers_and_collects_what_it_could_not_read(tmp_path: Path) -> None:
    path = tmp_path / "p.txt"
    path.write_text("\ufeffDaily Papers\n\nMar 16, 2026\n\nT\n\nA\n\nlab\n·\nMar 2\n\nstray\n", encoding="utf-8")
    unread: list[Unread] = []
    assert [d.source for d in read_documents(path, name="docs/p.txt", unread=unread)] == ["docs/p.txt#5"]
    assert unread == [Unread(line=13, text="stray", source="docs/p.txt")]
    assert len(list(read_documents(path))) == 1


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"Cannot read the document .*No such file"):
        list(read_documents(tmp_path / "none.txt"))


def test_a_file_that_is_no_text_says_where(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_bytes(b"ab\xff")
    with pytest.raises(DocumentError, match=r"x\.txt: expected UTF-8 text, byte 2 is not"):
        list(read_documents(tmp_path / "x.txt"))


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "MAX_BYTES", 3)
    (tmp_path / "x.txt").write_text("abcd")
    with pytest.raises(DocumentError, match="4 bytes is more than the 3"):
        list(read_documents(tmp_path / "x.txt"))


def test_a_folder_or_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(DocumentError, match="expected a plain file"):
            list(read_documents(path))
