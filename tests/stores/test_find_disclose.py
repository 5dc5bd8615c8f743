"""What is disclosed stays within its budget, the best first, and as much of it as fits."""

from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.index import Level, Listed
from metier.skill import Skill
from metier.stores.find import count_tokens, disclose, open_index
from metier.stores.find.disclose import line_of

INDEX = open_index()
INDEX.put(
    [
        Skill(name="reverse", description="Write letters backwards. Use for palindromes.", policy="Start at the end."),
        Skill(name="sum", description="Add numbers. Use for totals.", policy="Add them one by one. " * 40),
        Skill(name="paint", description="Paint a wall. Use with a brush.", policy="Take a brush. " * 10),
    ]
)
FILES = {"reverse": {"references/letters.md": "a b c d " * 5, "scripts/run.py": "print(input()[::-1])"}}


def read(listed: object) -> dict[str, str]:
    return FILES.get(getattr(listed, "name", ""), {})


@settings(max_examples=80, deadline=None)
@given(
    budget=st.integers(-5, 400), query=st.sampled_from([None, "", "Write it backwards", "add the numbers", "zyzzyva"])
)
def test_no_disclosure_exceeds_its_budget(budget: int, query: str | None) -> None:
    told = disclose(INDEX, query, budget, read=read)
    assert told.tokens == sum(piece.tokens for piece in told.shown) <= max(budget, 0)
    assert all(piece.tokens == count_tokens(piece.text) for piece in told.shown)
    assert told.left_out == 3 - len({piece.listed for piece in told.shown})


@settings(max_examples=40, deadline=None)
@given(budget=st.integers(0, 400))
def test_nothing_of_a_skill_is_shown_before_its_line_nor_a_file_before_its_body(budget: int) -> None:
    told = disclose(INDEX, "Write the letters backwards or add the numbers", budget, read=read)
    for piece in told.shown:
        levels = {other.level for other in told.shown if other.listed == piece.listed}
        assert Level.METADATA in levels
        assert piece.level is not Level.RESOURCE or Level.BODY in levels


def test_with_room_the_best_skill_is_shown_whole() -> None:
    told = disclose(INDEX, "Write the letters backwards", 400, read=read)
    assert told.shown[0].text == "- reverse: Write letters backwards. Use for palindromes."
    assert [(p.level, p.path) for p in told.shown if p.listed.name == "reverse"] == [
        (Level.METADATA, ""),
        (Level.BODY, ""),
        (Level.RESOURCE, "references/letters.md"),
        (Level.RESOURCE, "scripts/run.py"),
    ]


def test_without_a_reader_no_file_is_shown() -> None:
    told = disclose(INDEX, "Write the letters backwards", 400)
    assert all(piece.level is not Level.RESOURCE for piece in told.shown)


def test_without_a_request_lines_are_shortened_alike_until_all_fit() -> None:
    def lines(budget: int) -> list[str]:
        return [piece.text for piece in disclose(INDEX, None, budget).shown]

    assert lines(100)[0] == "- paint: Paint a wall. Use with a brush."
    assert lines(30) == ["- paint: Paint a wall.", "- reverse: Write letters backwards.", "- sum: Add numbers."]
    assert lines(8) == ["- paint", "- reverse", "- sum"]
    assert lines(5) == ["- paint", "- reverse"]


def test_the_counter_can_be_replaced() -> None:
    told = disclose(INDEX, "Write the letters backwards", 60, tokens=len)
    assert told.tokens == sum(len(piece.text) for piece in told.shown) == 56


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("word", 1), ("internationally", 6), ("1234", 2), ("漢字", 4)])
def test_the_estimate_counts_pieces_of_words(text: str, tokens: int) -> None:
    assert count_tokens(text) == tokens


@pytest.mark.parametrize(
    ("text", "characters_a_token"),
    [
        (base64.b64encode(hashlib.sha512(b"a").digest() + hashlib.sha512(b"b").digest()).decode(), 1.35),
        ("Rechtsschutzversicherungsgesellschaft Verwaltungsgerichtsbarkeit", 3.1),
        ("\U0001f469\u200d\U0001f4bb\U0001f680\U0001f9ea", 0.375),
    ],
)
def test_the_estimate_is_on_the_safe_side_where_words_are_rare(text: str, characters_a_token: float) -> None:
    """What cl100k needs of such texts: 76 for 105 characters of base64, 17 for 54 letters, 24 for 9 of emoji."""
    assert count_tokens(text) >= len(text) / characters_a_token


def test_a_line_holds_no_line_break_or_control_character() -> None:
    index = open_index()
    index.put([Skill(name="x", description="a\nb\x1b[31m\u202ec\u2028d")])
    assert line_of(next(iter(index.skills()))) == "- x: a b [31m c d"


def test_a_skill_that_changes_while_it_is_disclosed_is_shown_by_its_line() -> None:
    index = open_index()
    index.put([Skill(name="pdf", description="Fill PDF forms.", policy="List the fields.")])
    body = index.body

    def changing(listed: Listed) -> str:
        index.put([Skill(name="pdf", description="Fill PDF forms.", policy="Flatten the form.")])
        return body(listed)

    index.body = changing  # type: ignore[method-assign]
    told = disclose(index, "fill a pdf form", 100)
    assert [piece.level for piece in told.shown] == [Level.METADATA]
