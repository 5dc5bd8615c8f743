"""The pattern that reads many attempts at once takes what the noun takes, and gives the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.attempt import Attempt, Cost, Grade, Outcome
from metier.digest import canonical, plain
from metier.errors import InputError
from metier.evaluate.bridges.attempt_lines import columns_of_lines
from metier.evaluate.bridges.read import read_samples
from metier.evaluate.columns import columns_of
from metier.evaluate.samples import Sample

text = st.text(st.characters(codec="utf-8"), max_size=12)
scores = st.floats(0, 1)
grades = st.one_of(
    st.builds(Grade.unscored, text, text),
    st.builds(Grade, outcome=st.sampled_from([Outcome.CORRECT, Outcome.INCORRECT]), score=scores, reason=text),
)
attempts = st.builds(
    Attempt,
    item_id=text,
    model=text,
    run_id=text,
    reply=text,
    grade=grades,
    epoch=st.integers(0, 99),
    skills=st.lists(text, max_size=2).map(tuple),
    cost=st.builds(Cost, input_tokens=st.integers(0, 10**9), usd=st.floats(0, 1e6)),
    error=text,
)


def as_field_order(attempt: Attempt) -> bytes:
    return json.dumps(plain(attempt)).encode()


@given(kept=st.lists(attempts, min_size=1, max_size=4), write=st.sampled_from([canonical, as_field_order]))
def test_what_it_reads_is_what_was_written(kept: list[Attempt], write: Callable[[Attempt], bytes]) -> None:
    found = columns_of_lines([write(one) + b"\n" for one in kept])
    assert found is not None
    assert list(found) == [
        Sample(sample_id=one.item_id, score=one.grade.score, epoch=one.epoch, model=one.model, reply=one.reply)
        for one in kept
    ]


LINE = json.dumps(plain(Attempt(item_id="i", model="m", run_id="r", reply="4", grade=Grade.correct("equal"))))
assert columns_of_lines([LINE.encode()]) is not None


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ('"score": 1.0', '"score": 1.5'),
        ('"score": 1.0', '"score": null'),
        ('"outcome": "correct"', '"outcome": "unscored"'),
        ('"outcome": "correct"', '"outcome": "right"'),
        ('"reply": "4"', '"reply": 4'),
        ('"reply": "4"', '"reply": "\\ud800"'),
        ('"reply": "4"', '"reply": "a\tb"'),
        ('"reply": "4"', '"reply": "\\x41"'),
        ('"epoch": 0', '"epoch": 00'),
        ('"model": "m"', '"modell": "m"'),
        ('"error": ""}', '"error": "", "more": 1}'),
        ('"error": ""}', '"error": ""'),
    ],
)
def test_what_the_noun_refuses_is_left_to_it_and_refused(was: str, becomes: str, tmp_path: Path) -> None:
    broken = LINE.replace(was, becomes)
    assert broken != LINE
    assert columns_of_lines([LINE.encode() + b"\n", broken.encode() + b"\n"]) is None
    path = tmp_path / "attempts.jsonl"
    path.write_text(LINE.replace('"i"', '"j"') + "\n" + broken + "\n")
    with pytest.raises(InputError, match=r"attempts\.jsonl:2"):
        read_samples(path)


def test_bytes_that_are_no_text_are_left_to_the_noun() -> None:
    assert columns_of_lines([LINE.encode().replace(b'"4"', b'"\xff"')]) is None


def test_columns_hold_what_rows_hold() -> None:
    rows = [Sample(sample_id="a", score=None, reply="x"), Sample(sample_id="b", score=0.5, task="t", epoch=2)]
    assert list(columns_of(rows)) == rows
