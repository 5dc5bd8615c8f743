"""Many ads become counts with intervals, and the same ads give the same counts in any order."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.discover.extraction.corpus import change, share, survey
from metier.discover.extraction.found import Extracted, Extraction, Kind, Read
from metier.errors import ConfigError
from metier.taxonomy import Concept, Taxonomy

_TREE = Taxonomy(
    name="tree",
    concepts=(
        Concept(id="g", label="data"),
        *(Concept(id=name, label=name.upper(), parents=("g",)) for name in "ab"),
        Concept(id="c", label="C"),
    ),
)


def _ad(skills: str, date: str = "", probability: float = 0.9, kind: Kind = Kind.EXPLICIT) -> Extraction:
    found = tuple(Extracted(uri=uri, label=uri.upper(), score=1, probability=probability, kind=kind) for uri in skills)
    return Extraction(text="x", sentences=(Read(start=0, end=1, skills=found),), skills=found, date=date)


def test_each_skill_counts_once_for_each_ad_with_an_interval_round_its_share() -> None:
    found = survey([_ad("a"), _ad("ab", kind=Kind.IMPLICIT), _ad("c"), _ad("")])
    first = found.skills[0]
    assert (first.label, first.share.count, first.share.total, first.num_named) == ("A", 2, 4, 1)
    assert first.share.low < 0.5 < first.share.high
    assert (found.num_ads, found.num_sentences, found.num_without) == (4, 4, 1)


def test_unlikely_skills_do_not_count() -> None:
    assert survey([_ad("a", probability=0.4)]).skills == ()
    assert len(survey([_ad("a", probability=0.4)], least=0.3).skills) == 1


def test_a_group_counts_once_for_each_ad_that_has_any_of_its_skills() -> None:
    found = survey([_ad("ab"), _ad("b", kind=Kind.IMPLICIT), _ad("c"), _ad("elsewhere")], taxonomy=_TREE)
    assert [(group.label, group.share.count, group.num_named) for group in found.groups] == [("data", 2, 1)]
    assert survey([_ad("a")]).groups == ()


def test_trends_are_shares_of_the_ads_of_a_period_and_dates_that_tell_none_are_counted() -> None:
    ads = [_ad("a", "2024-01-03"), _ad("", "2024-01-09"), _ad("a", "2024-03"), _ad("a", "2024"), _ad("a", "soon")]
    found = survey(ads)
    assert found.periods == (("2024-01", 2), ("2024-03", 1))
    assert [one.value for one in found.skills[0].trend] == [0.5, 1.0]
    assert (found.num_undated, found.skills[0].change) == (2, 0.5)
    assert [when for when, _ in survey(ads, period="year").periods] == ["2024"]
    assert survey(ads, period="year").skills[0].change is None


def test_a_rise_that_cannot_be_chance_has_an_interval_above_zero() -> None:
    ads = [*(_ad("b", "2024-01") for _ in range(60)), *(_ad("a", "2024-02") for _ in range(60))]
    rise, fall = survey(ads).skills
    assert rise.change_low > 0 > fall.change_high


def test_skills_that_go_together_are_paired_and_others_are_not() -> None:
    ads = [*(_ad("ab") for _ in range(10)), *(_ad("c") for _ in range(20)), _ad("ac")]
    pairs = survey(ads).pairs
    assert [(pair.first, pair.second, pair.together) for pair in pairs] == [("A", "B", 10)]
    assert pairs[0].lift == pytest.approx(10 / (11 * 10 / 31))


def test_an_unknown_period_is_refused() -> None:
    with pytest.raises(ConfigError, match="'week'"):
        survey([], period="week")


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_intervals_hold_their_value_and_stay_in_range(a: int, b: int, c: int, d: int) -> None:
    before, after = share(min(a, b), b), share(min(c, d), d)
    for one in (before, after):
        assert 0 <= one.low <= one.value + 1e-12 and one.value - 1e-12 <= one.high <= 1
    low, high = change(before, after)
    assert -1 <= low <= after.value - before.value + 1e-12 <= high + 2e-12 <= 1 + 2e-12


@given(
    st.lists(st.tuples(st.text("abc", max_size=3), st.sampled_from(["", "2024-01", "2024-02"])), max_size=12),
    st.randoms(use_true_random=False),
)
def test_the_order_of_ads_does_not_matter(ads: list[tuple[str, str]], chance: random.Random) -> None:
    made = [_ad("".join(dict.fromkeys(skills)), date) for skills, date in ads]
    assert survey(made, taxonomy=_TREE) == survey(chance.sample(made, len(made)), taxonomy=_TREE)
