"""Does a faulty table of concepts say on which line it is faulty?"""

from __future__ import annotations

from pathlib import Path

import pytest

from metier.discover.taxonomies import load_taxonomy, parse_taxonomy
from metier.errors import DocumentError
from metier.taxonomy import Taxonomy


def read(text: str) -> Taxonomy:
    return parse_taxonomy(text, name="t", where="t.csv")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "t.csv: expected a header with the columns id, label, .* the file is empty"),
        ("\n\n", "the file is empty"),
        ("id,definition\na,b\n", r"t.csv, line 1: expected a column 'label', got 'id', 'definition'"),
        ("label\na\n", "line 1: expected a column 'id'"),
        ("id,label,lable\n", "line 1: unknown column 'lable'"),
        ("id,label,id\n", "line 1: the column 'id' is there twice"),
        ("id,label\na,b\nc,d,e\n", "t.csv, line 3: expected 2 fields, got 3"),
        ("id,label\na,b\n,d\n", "line 3: expected an id and a label, got '' and 'd'"),
        ("id,label\na,b\nc\n", "line 3: expected an id and a label, got 'c' and ''"),
        ("id,label\na, \n", "line 2: expected an id and a label"),
        ('id,label\n"a\nb",c\nd,"open\nand more\n', "line 4: this row is no CSV: unexpected end of data"),
        ('id,label\na,"b"c\n', "line 2: this row is no CSV"),
        ("id,label\na,b\nc,d\na,e\n", "line 4: the identifier 'a' is taken by an earlier row"),
        ("id,label,parents\na,b,\nc,d,x\n", "t.csv, line 3: Concept 'c' .* parent 'x' that is missing"),
        ("id,label,parents\na,b,c\nc,d,a\n", r"t.csv, line [23]: The parents of concept .* run in a circle"),
        ("id,label\na," + "b" * 200_000 + "\n", "line 2: this row is no CSV: field larger than field limit"),
    ],
)
def test_a_fault_is_named_with_its_line(text: str, says: str) -> None:
    with pytest.raises(DocumentError, match=says):
        read(text)


def test_a_mistyped_column_gets_a_suggestion() -> None:
    with pytest.raises(DocumentError) as caught:
        read("id,lable\n")
    assert caught.value.hint == "Did you mean 'label'?"


def test_quotes_commas_and_line_breaks_inside_a_field_are_text() -> None:
    tree = read('id,label,definition\na,"b, ""c""","first\nsecond"\nd,e,\n')
    assert tree["a"].label == 'b, "c"'
    assert tree["a"].definition == "first\nsecond"
    assert tree["d"].label == "e"


def test_blanks_around_cells_blank_lines_and_short_rows_do_not_matter() -> None:
    tree = read("id, label ,alt_labels\n\n a ,b , c | | d \nx,y\n")
    assert tree["a"].labels == ("b", "c", "d")
    assert tree["x"].alt_labels == ()


def test_a_file_with_a_byte_order_mark_and_windows_line_ends_reads_the_same(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("\ufeffid,label\r\na,é\r\n".encode())
    assert load_taxonomy(path)["a"].label == "é"
    assert read("\ufeffid,label\r\na,é\r\n")["a"].label == "é"


@pytest.mark.parametrize("content", [None, b"id,label\na,\xff\n"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "t.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DocumentError, match=r"Cannot read the taxonomy .*t\.csv"):
        load_taxonomy(path)
