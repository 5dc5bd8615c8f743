"""Are the sentences of every kind of file found, and is every other file refused by its line?"""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from metier.discover.extraction.sentences import split
from metier.discover.supervision.labelled import Sentence
from metier.discover.supervision.reading import read_forms, read_sentences
from metier.errors import DocumentError

MARKDOWN = """# A *welder*

You **weld** thin sheets
and know `C++`.

---
```
x = 1  # no sentence
```
- reads drawings
  of all kinds
- likes snake_case * and 2 * 3
1. works in shifts
> quoted
"""


def write(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    data = text.encode() if isinstance(text, str) else text
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


def texts(path: Path, **more: object) -> list[str]:
    return [sentence.text for sentence in read_sentences(path, **more)]  # type: ignore[arg-type]


@pytest.mark.parametrize("end", ["", ".gz"])
def test_each_kind_of_file_gives_its_sentences(tmp_path: Path, end: str) -> None:
    files = {
        "a.txt": "\ufeffYou weld.\r\n\n  You cook. \n",
        "b.csv": 'id,sentence,label\n1,"You weld.",x\n2,"You\ncook.",y\n3\n',
        "c.tsv": "sentence\tlabel\nYou weld.\tx\nYou\tx\ncook.\ty\n",
        "d.jsonl": '{"text": "You weld."}\n\n{"tokens": ["You", "cook."], "tags": ["O", "O"]}\n',
        "e.conll": "You\tO\nweld.\tB\n\nYou O\ncook. O\n",
        "f.bio": "-DOCSTART- O\n\n# id 1\nYou\tO\nweld.\tB\n\n\nYou O\ncook. O",
    }
    joined = {name: " ".join(texts(write(tmp_path, name + end, text))) for name, text in files.items()}
    assert set(joined.values()) == {"You weld. You cook."} | {"You weld. You cook."}, joined
    assert next(read_sentences(write(tmp_path, "g.csv" + end, files["b.csv"]))) == Sentence(
        "You weld.", f"g.csv{end}:2"
    )


def test_markdown_loses_its_marks_and_code(tmp_path: Path) -> None:
    assert texts(write(tmp_path, "a.md", MARKDOWN)) == [
        "A welder",
        "You weld thin sheets and know C++.",
        "reads drawings of all kinds",
        "likes snake_case * and 2 * 3",
        "works in shifts",
        "quoted",
    ]


def test_a_line_is_cut_into_sentences_when_asked(tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", "You know Node.js. You write C++.\n")
    assert texts(path, split=split) == ["You know Node.js.", "You write C++."]
    assert texts(path) == ["You know Node.js. You write C++."]


def test_a_field_is_found_by_name_or_as_told(tmp_path: Path) -> None:
    path = write(tmp_path, "a.jsonl", '{"text": "one", "body": "two"}\n')
    assert texts(path) == ["one"]
    assert texts(path, field="body") == ["two"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv", "id,label\n1,x\n", "line 1: expected a field"),
        ("a.csv", "", "line 1: expected a field"),
        ("a.csv", "sentence\n" + "x" * 200_000, "line 2"),
        ("a.jsonl", '{"text": "one"}\n{"text": \n', "line 2: expected a JSON object"),
        ("a.jsonl", '["one"]\n', "line 1: expected a JSON object, got list"),
        ("a.jsonl", '{"text": 3}\n', "line 1: expected a text"),
        ("a.jsonl", '{"body": "x"}\n', "line 1: expected a field"),
        ("a.jsonl", "[" * 100_000, "line 1: expected a JSON object"),
        ("a.txt", b"\xff\xfe", "UTF-8"),
    ],
)
def test_a_file_that_holds_something_else_is_refused(
    tmp_path: Path, name: str, text: str | bytes, message: str
) -> None:
    with pytest.raises(DocumentError, match=message):
        texts(write(tmp_path, name, text))


def test_a_missing_or_broken_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="Cannot read"):
        texts(tmp_path / "none.txt")
    with pytest.raises(DocumentError, match="Cannot read"):
        texts(tmp_path)
    whole = gzip.compress(b"You weld.\n" * 1000)
    for broken in (whole[:-20], b"no gzip", whole[:30] + b"\0\0\0" + whole[33:]):
        (tmp_path / "cut.txt.gz").write_bytes(broken)
        with pytest.raises(DocumentError, match="Cannot read"):
            texts(tmp_path / "cut.txt.gz")


def test_a_list_of_forms_is_folded_and_may_hold_remarks(tmp_path: Path) -> None:
    assert read_forms(write(tmp_path, "stop.txt", "# ours\nDesign\n  big   Data\n")) == {"design", "big data"}
