"""Are tables of uplift that others publish summed up as they stand?"""

from __future__ import annotations

from pathlib import Path

import pytest

from metier.errors import InputError
from metier.evaluate.reported import Reported, read_reported, sum_up

TABLE = """skill,agent,dimension,with_skill_pct,uplift_pct,verdict
a,one,Effectiveness,90,40,PASS
a,two,Effectiveness,50,-10,FAIL
b,one,Effectiveness,95,30.5,PASS
a,one,Security,100,0,PASS
"""


def table(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "uplift.csv"
    path.write_text(text)
    return path


def test_each_dimension_has_its_mean_and_its_negative_pairs(tmp_path: Path) -> None:
    effect, security = sum_up(read_reported(table(tmp_path, TABLE)))
    assert (effect.dimension, effect.pairs, effect.skills) == ("Effectiveness", 3, 2)
    assert effect.mean == pytest.approx(60.5 / 3)
    assert effect.low <= effect.mean <= effect.high
    assert effect.negative == (Reported(skill="a", agent="two", dimension="Effectiveness", points=-10.0),)
    assert effect.negative_share == pytest.approx(1 / 3)
    assert (security.mean, security.negative) == (0.0, ())


def test_the_order_of_the_rows_does_not_matter(tmp_path: Path) -> None:
    rows = list(read_reported(table(tmp_path, TABLE)))
    assert sum_up(rows) == sum_up(reversed(rows))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("skill,agent\n", "no column 'dimension'"),
        ("", "no column 'skill'"),
        (TABLE + "c,one,Security,1,nan,PASS\n", "line 6: expected a number of points, got 'nan'"),
        (TABLE + "c,one,Security,1,,PASS\n", "line 6"),
        (TABLE + "c,one\n", "line 6"),
        (TABLE + "a,one,Security,1,2,PASS\n", "two figures for 'Security'"),
    ],
)
def test_a_faulty_table_is_refused_with_the_line(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        sum_up(read_reported(table(tmp_path, text)))


def test_a_missing_table_is_told() -> None:
    with pytest.raises(InputError, match="Cannot read"):
        list(read_reported("nowhere.csv"))
