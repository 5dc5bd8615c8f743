"""Job ads are cut where a reader would cut them, offset for offset, whatever they are made of."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from discover.extraction.sentences_gold import read_gold
from metier.discover.extraction.sentences import LONGEST, split

_SIGNS = (
    " |.|\n|\r\n|\n\n|a|B|•|- |1) |2) |; |<br>|&nbsp;|。|\u2028|e.g. |etc. |(|)|?|The|\t|…|\xa0|word and |: - |U.S. "
)
_PIECES = st.sampled_from([*_SIGNS.split("|"), "x" * 200, "e\u0301", "----"])
_TEXTS = st.one_of(st.text(), st.lists(_PIECES, max_size=60).map("".join))
_BETWEEN = re.compile(r"(?:\s|[•▪●◦‣⁃∙■▸►➤➔✓✔✅❖◆◾·*+>→–—_=~#|\uf000-\uf0ff-]|&nbsp;|<br>|\(?\w{1,2}(?:\.\d+)?[.)])*")


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in split(text)]


@given(_TEXTS)
def test_spans_are_ordered_disjoint_short_and_bare_of_blanks(text: str) -> None:
    last = 0
    for start, end in split(text):
        assert last <= start < end <= len(text)
        assert end - start <= LONGEST
        assert text[start:end] == text[start:end].strip()
        last = end


@given(_TEXTS)
def test_nothing_but_blanks_bullets_and_tags_lies_between_spans(text: str) -> None:
    place = 0
    for start, end in [*split(text), (len(text), len(text))]:
        assert _BETWEEN.fullmatch(text, place, start), text[place:start]
        place = end


@example("a.The", "")
@given(st.lists(_PIECES, max_size=30).map("".join), st.lists(_PIECES, max_size=30).map("".join))
def test_a_blank_line_parts_texts_that_do_not_know_of_each_other(left: str, right: str) -> None:
    offset = len(left) + 2
    assert split(f"{left}\n\n{right}") == split(left) + [(s + offset, e + offset) for s, e in split(right)]


@pytest.mark.parametrize("part", ["a", "b"])
def test_nearly_every_cut_is_where_a_reader_made_it(part: str) -> None:
    right = wrong = missed = 0
    for ad in read_gold(part):
        found = ad.found(end for _, end in split(ad.text))
        right, wrong, missed = right + len(found & ad.cuts), wrong + len(found - ad.cuts), missed + len(ad.cuts - found)
    assert right > 70
    assert 2 * right / (2 * right + wrong + missed) >= 0.985


@pytest.mark.parametrize(
    "sentence",
    [
        "We use Node.js, ASP.NET, .NET 8, C++ and C# in R&D.",
        "Knowledge of . NET and Vue . js is a plus .",
        "You have a Ph.D. or a B.Sc. in physics, e.g. optics, i.e. light, etc. and like it.",
        "Pay is $1.5M after approx. 3.5 years, i.e. 24/7 work for the U.S. government.",
        "Ask J. R. Smith, Dr. Jones or jobs@example.co.uk, see https://example.org/a.b?c=d.",
        "Sie haben ca. 3 Jahre Erfahrung, z. B. ab dem 1. Januar.",
        "You are curious and... patient.",
        "Write to Ann Smith <hr@example.com> or <p.jones@example.com>.",
    ],
)
def test_names_figures_and_abbreviations_are_not_cut(sentence: str) -> None:
    assert _sentences(sentence) == [sentence]
    assert _sentences(f"{sentence} We hire.")[-1] == "We hire."


def test_a_wrapped_sentence_is_one_and_short_lines_are_several() -> None:
    wrapped = (
        "You will support the migration of all of our systems to Amazon\n"
        "Web Services and will work with colleagues from Engineering and\n"
        "Security."
    )
    assert _sentences(wrapped) == [wrapped]
    assert _sentences("Python\nteam player\nMachine learning") == ["Python", "team player", "Machine learning"]


def test_lists_in_one_line_are_cut_at_their_marks() -> None:
    items = ["Plan the route", "Load the van", "Drive"]
    assert _sentences("Your tasks: - Plan the route - Load the van - Drive") == ["Your tasks:", *items]
    assert _sentences("Your tasks: (1) Plan the route (2) Load the van (3) Drive") == ["Your tasks:", *items]
    assert _sentences("1) Plan the route 2) Load the van 3) Drive") == items
    assert _sentences("- Plan the route - Load the van - Drive") == items
    prose = ["Our app - now version 2.", "It sells - and well."]
    assert _sentences(" ".join(prose)) == prose


def test_lines_of_uneven_length_are_one_paragraph_if_it_began_with_a_capital() -> None:
    prose = (
        "Our client is a leader in its field and looks for somebody who knows\n"
        "how ships are built and also how the market for them\n"
        "works today."
    )
    assert _sentences(prose) == [prose]
    lines = "design and build ships for our customers\nreview the plans of your colleagues now\nwrite documentation"
    assert _sentences(lines) == lines.split("\n")
    item = "- knows how ships are built and how they are\n  sold"
    assert _sentences(item) == [item[2:]]


def test_a_list_of_phrases_is_cut_at_semicolons_and_a_list_of_words_is_not() -> None:
    assert _sentences("Plan the routes; check the vehicles; talk to customers.") == [
        "Plan the routes;",
        "check the vehicles;",
        "talk to customers.",
    ]
    assert _sentences("Tools: Git; Docker; Helm.") == ["Tools: Git; Docker; Helm."]
    assert _sentences("Remote work is possible; office work is welcome.") == [
        "Remote work is possible; office work is welcome."
    ]


def test_a_long_line_without_marks_is_cut_between_words() -> None:
    text = "knowledge of many different programming languages " * 60
    pieces = _sentences(text)
    assert len(pieces) > 4
    assert " ".join(pieces) == text.strip()


def test_text_of_no_words_has_no_sentences() -> None:
    assert [_sentences(text) for text in ("", " \r\n\t", "• \n - \n<br>")] == [[], [], []]
