"""Differences are paired, clustered, and as sure as they say."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.attempt import Attempt, Grade
from metier.digest import canonical
from metier.evaluate.compare import compare, paired, proportion
from metier.evaluate.comparison.compared import compare_runs
from metier.evaluate.samples import Sample
from metier.item import Item


def items_of(clusters: Sequence[str]) -> dict[str, Item]:
    return {f"i{n}": Item(prompt=str(n), reference="", cluster=cluster) for n, cluster in enumerate(clusters)}


def attempts_of(scores: Sequence[float | None], *, epoch: int = 0) -> list[Attempt]:
    return [
        Attempt(item_id=f"i{n}", model="m", run_id="r", reply="", grade=grade_of(score), epoch=epoch)
        for n, score in enumerate(scores)
    ]


def grade_of(score: float | None) -> Grade:
    if score is None:
        return Grade.unscored("no_number")
    return Grade.correct() if score == 1 else Grade.incorrect("different", score=score)


@pytest.mark.parametrize(
    ("correct", "scored", "low", "high"),
    [
        (0, 10, 0.0, 0.27753279986288926),
        (1, 10, 0.017876213095072924, 0.40415002679523854),
        (8, 8, 0.6755924351161198, 1.0),
        (5, 20, 0.11186170140766563, 0.4687008776187441),
        (81, 263, 0.2552885198782742, 0.36620957698280004),
        (15, 148, 0.06238639953073628, 0.16048724172330803),
        (0, 20, 0.0, 0.1611251580528194),
        (1, 29, 0.006113214292762667, 0.17175521879320294),
    ],
)
def test_the_interval_of_a_share_is_wilsons(correct: int, scored: int, low: float, high: float) -> None:
    """81/263, 15/148, 0/20 and 1/29 are the examples of Newcombe, Statistics in Medicine 17 (1998), table I, method 3,
    where they are printed to four digits; the digits here are of statsmodels' `proportion_confint(method="wilson")`."""
    share = proportion(attempts_of([1] * correct + [0] * (scored - correct)))
    assert (share.correct, share.scored, share.value) == (correct, scored, correct / scored)
    assert (share.low, share.high) == (pytest.approx(low, abs=1e-12), pytest.approx(high, abs=1e-12))


def test_unscored_answers_are_no_part_of_a_share() -> None:
    share = proportion(attempts_of([1, None, 0, None]))
    assert (share.correct, share.scored, share.unscored, share.value) == (1, 2, 2, 0.5)


def test_a_share_of_nothing_is_none() -> None:
    for scores in ([], [None, None]):
        share = proportion(attempts_of(scores))
        assert share.value is None
        assert json.loads(canonical(share))["value"] is None
        assert (share.scored, share.unscored, share.low, share.high) == (0, len(scores), 0.0, 1.0)


def test_clusters_of_one_are_an_ordinary_paired_t_test() -> None:
    """The changes 1, 0, 1, 0, 1, 1, -1, 0: mean 3/8, s² = 31/56, SE = √(31/448); t = 1.42557 with 7 degrees of freedom.
    The p-value and the quantile are of scipy 1.17.1 (`ttest_1samp`, `t.ppf(0.975, 7)`)."""
    changes = [1, 0, 1, 0, 1, 1, -1, 0]
    mean, low, high, p_value = paired(changes, [str(n) for n in range(8)])
    reach = 2.3646242515927844 * math.sqrt(31 / 448)
    assert mean == 0.375
    assert (low, high) == (pytest.approx(mean - reach, abs=1e-12), pytest.approx(mean + reach, abs=1e-12))
    assert p_value == pytest.approx(0.1970220721577505, abs=1e-9)


def test_clusters_stand_or_fall_together() -> None:
    """Four items in two clusters, changes (1, 1) and (0, 1): mean 3/4, cluster sums 1/2 and -1/2, so
    SE² = (1/4 + 1/4) / 16 · 2/1 = 1/16; t = 3 with one degree of freedom, for which p = 1 - 2/π · atan 3."""
    mean, low, high, p_value = paired([1, 1, 0, 1], ["a", "a", "b", "b"], level=0.5)
    assert mean == 0.75
    assert (low, high) == (pytest.approx(0.5), pytest.approx(1.0))  # t is 1 at level 0.5
    assert p_value == pytest.approx(1 - 2 / math.pi * math.atan(3))


def test_where_nothing_changed_the_rule_of_three_bounds_it() -> None:
    mean, low, high, p_value = paired([0] * 30, [str(n) for n in range(30)])
    assert (mean, low, high, p_value) == (0.0, pytest.approx(-0.1), pytest.approx(0.1), 1.0)


def test_where_all_changed_alike_the_sign_test_gives_the_p_value() -> None:
    mean, low, high, p_value = paired([1] * 10, [str(n) for n in range(10)])
    assert (mean, low, high, p_value) == (1.0, pytest.approx(0.7), 1.0, 2 / 1024)


def test_one_cluster_says_nothing() -> None:
    assert paired([1, 0, 1], ["a"] * 3)[1:] == (-1.0, 1.0, 1.0)


@pytest.mark.parametrize(("groups", "low"), [(2, -0.5), (3, 0.0), (4, 0.25)])
def test_the_rule_of_three_is_not_cut_short_for_few_clusters(groups: int, low: float) -> None:
    assert paired([1.0] * groups, [str(n) for n in range(groups)])[1] == pytest.approx(low)


def test_epochs_are_averaged_and_items_counted_once() -> None:
    items = items_of(["", "", ""])
    before = attempts_of([0, 0, 1]) + attempts_of([1, 0, 1], epoch=1)
    found = compare(items, before, attempts_of([1, 0, 1]), label="all")
    assert (found.label, found.items, found.clusters, found.left_out) == ("all", 3, 3, 0)
    assert (found.before, found.after, found.difference) == (0.5, pytest.approx(2 / 3), pytest.approx(1 / 6))
    assert (found.gained, found.lost) == (1, 0)


def test_what_is_unscored_or_answered_once_is_left_out_and_counted() -> None:
    items = items_of([""] * 5)
    before = attempts_of([0, 0, None, 1]) + attempts_of([0, None], epoch=1)
    found = compare(items, before, attempts_of([1, 1, 1, 0, 1]))
    assert (found.items, found.left_out, found.gained, found.lost) == (3, 2, 2, 1)


def test_unscored_epochs_count_alike_here_and_in_a_comparison_of_runs() -> None:
    items = items_of([""] * 4)
    before = attempts_of([0, 1, None, 1]) + attempts_of([1, None, None, 0], epoch=1)
    after = attempts_of([1, 0, 1, None]) + attempts_of([None, 1, 1, 1], epoch=1)

    def rows(attempts: Sequence[Attempt]) -> list[Sample]:
        return [Sample(sample_id=one.item_id, score=one.grade.score, epoch=one.epoch) for one in attempts]

    found = compare(items, before, after)
    other = compare_runs({"before": rows(before), "after": rows(after)})[0].overall
    assert (found.items, found.difference, found.low, found.p_value) == (
        other.items,
        other.difference,
        other.low,
        other.p_value,
    )


@pytest.mark.parametrize("scores", [[], [1], [1, None]])
def test_fewer_than_two_pairs_are_refused(scores: list) -> None:
    with pytest.raises(ValueError, match="at least two items"):
        compare(items_of([""] * 3), attempts_of(scores), attempts_of([1, 1, 1]))


def test_an_attempt_at_an_unknown_item_is_refused() -> None:
    with pytest.raises(ValueError, match="'i2'"):
        compare(items_of([""] * 2), attempts_of([1, 1, 1]), attempts_of([1, 0, 1]))


@given(
    pairs=st.lists(
        st.tuples(st.sampled_from([0, 1 / 3, 0.7, 1]), st.sampled_from([0, 0.1, 1])), min_size=2, max_size=30
    ),
    shuffle=st.randoms(use_true_random=False),
)
def test_the_order_of_attempts_does_not_matter(pairs: list, shuffle: random.Random) -> None:
    items = items_of(["", *(str(n % 7) for n in range(1, len(pairs)))])
    before, after = attempts_of([a for a, _ in pairs]), attempts_of([b for _, b in pairs])
    found = compare(items, before, after)
    shuffle.shuffle(before)
    shuffle.shuffle(after)
    assert compare(items, before, after) == found
    assert -1 <= found.low <= found.difference <= found.high <= 1
    assert 0 <= found.p_value <= 1
    swapped = compare(items, after, before)
    assert (swapped.difference, swapped.p_value) == (-found.difference, pytest.approx(found.p_value))


@pytest.mark.parametrize("num_clusters", [40, 10])
def test_intervals_cover_the_truth_and_false_alarms_are_rare(num_clusters: int) -> None:
    """400 exams of unequal clusters, whose items share a part of their change; the truth is a difference of 0."""
    chance = random.Random(7)
    clusters = [str(c) for c in range(num_clusters) for _ in range(2 + c % 4)]
    covered = alarms = 0
    for _ in range(400):
        leaning = {cluster: chance.gauss(0, 0.5) for cluster in dict.fromkeys(clusters)}
        changes = [leaning[cluster] + chance.gauss(0, 0.5) for cluster in clusters]
        changes = [1 if change > 0.6 else -1 if change < -0.6 else 0 for change in changes]
        _, low, high, p_value = paired(changes, clusters)
        covered += low <= 0 <= high
        alarms += p_value < 0.05
    assert 0.92 <= covered / 400 <= 0.98
    assert 0.02 <= alarms / 400 <= 0.08
