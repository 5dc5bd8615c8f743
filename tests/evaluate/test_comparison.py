"""Do the figures of a comparison agree with another library, with brute force and with the papers they follow?"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.evaluate.clustered import clustered_mean, groups_of
from metier.evaluate.comparison.align import align
from metier.evaluate.comparison.compared import compare_runs
from metier.evaluate.comparison.exact import mcnemar, sign_flip
from metier.evaluate.comparison.figures import Settings, row_of
from metier.evaluate.comparison.many import benjamini_hochberg, holm
from metier.evaluate.comparison.pairs import Pair
from metier.evaluate.comparison.power import needed_items, smallest_effect, smallest_effect_unpaired, t_power
from metier.evaluate.comparison.resample import bca, dominant, wild
from metier.evaluate.comparison.shares import share, wilson
from metier.evaluate.samples import Sample

np = pytest.importorskip("numpy", reason="needs the evaluate extra: pip install 'metier[evaluate]'")
UNEQUAL = [2, 3, 5, 8, 12, 18, 27, 40, 60, 90]
p_values = st.lists(st.floats(0, 1), min_size=1, max_size=12)


def drawn(sizes: Sequence[int], *, seed: int) -> tuple[list[float], list[str]]:
    """Changes of -1, 0 and 1 whose clusters lean one way or the other."""
    chance = random.Random(seed)
    values, clusters = [], []
    for number, size in enumerate(sizes):
        lean = chance.gauss(0.1, 0.3)
        for _ in range(size):
            change = lean + chance.gauss(0, 0.5)
            values.append(1.0 if change > 0.5 else -1.0 if change < -0.5 else 0.0)
            clusters.append(f"c{number}")
    return values, clusters


def run(scores: Sequence[float | None], *, task: str = "", clusters: Sequence[str] | None = None) -> list[Sample]:
    return [
        Sample(sample_id=f"q{n}", score=score, task=task, cluster=clusters[n] if clusters else "")
        for n, score in enumerate(scores)
    ]


class TestAgainstStatsmodels:
    @pytest.mark.parametrize(
        ("gained", "lost"), [(0, 0), (1, 0), (1, 7), (5, 5), (40, 61), (300, 301), (10_000, 10_500)]
    )
    def test_mcnemar_is_equal(self, gained: int, lost: int) -> None:
        tables = pytest.importorskip("statsmodels.stats.contingency_tables")
        if gained + lost:
            theirs = tables.mcnemar([[3, lost], [gained, 4]], exact=True).pvalue
            assert mcnemar(gained, lost) == pytest.approx(theirs, abs=1e-9)
        else:
            assert mcnemar(0, 0) == 1.0

    @pytest.mark.parametrize("sizes", [UNEQUAL, [7] * 9, [1] * 30, [1, 1, 50]])
    def test_the_plain_clustered_error_is_that_of_their_regression(self, sizes: list[int]) -> None:
        api = pytest.importorskip("statsmodels.api")
        values, clusters = drawn(sizes, seed=len(sizes))
        names = {name: number for number, name in enumerate(dict.fromkeys(clusters))}
        theirs = api.OLS(values, np.ones(len(values))).fit(
            cov_type="cluster", cov_kwds={"groups": [names[name] for name in clusters]}, use_t=True
        )
        found = clustered_mean(groups_of(values, clusters), reduced=False)
        assert found.mean == pytest.approx(theirs.params[0], abs=1e-12)
        assert found.error == pytest.approx(theirs.bse[0], abs=1e-9)
        assert found.p_value == pytest.approx(theirs.pvalues[0], abs=1e-9)
        assert (found.low, found.high) == pytest.approx(tuple(theirs.conf_int()[0]), abs=1e-9)

    @settings(max_examples=25)  # theirs takes a tenth of a second
    @given(p_values)
    def test_adjusted_p_values_are_equal(self, values: list[float]) -> None:
        multitest = pytest.importorskip("statsmodels.stats.multitest")
        assert holm(values) == pytest.approx(list(multitest.multipletests(values, method="holm")[1]), abs=1e-12)
        theirs = multitest.multipletests(values, method="fdr_bh")[1]
        assert benjamini_hochberg(values) == pytest.approx(list(theirs), abs=1e-12)

    @given(
        st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.sampled_from([0.9, 0.95])
    )
    def test_wilsons_interval_is_equal(self, counts: tuple[int, int], level: float) -> None:
        proportion = pytest.importorskip("statsmodels.stats.proportion")
        theirs = proportion.proportion_confint(*counts, alpha=1 - level, method="wilson")
        assert wilson(*counts, level=level) == pytest.approx(theirs, abs=1e-12)

    def test_the_t_test_and_its_power_are_equal(self) -> None:
        stats = pytest.importorskip("scipy.stats")
        power = pytest.importorskip("statsmodels.stats.power")
        values, _ = drawn([40], seed=3)
        found = clustered_mean([(value, 1) for value in values])
        theirs = stats.ttest_1samp(values, 0)
        assert found.p_value == pytest.approx(theirs.pvalue, abs=1e-9)
        assert (found.low, found.high) == pytest.approx(tuple(theirs.confidence_interval()), abs=1e-9)
        for effect, n in [(0.05, 100), (0.5, 34), (0.2, 580), (-0.3, 12)]:
            assert t_power(effect, n) == pytest.approx(power.TTestPower().power(effect, n, 0.05), abs=1e-9)


class TestAgainstBruteForce:
    @pytest.mark.parametrize("sizes", [UNEQUAL, [4] * 6, [1, 1, 50]])
    def test_the_reduced_variance_and_its_freedom_are_those_of_the_matrices(self, sizes: list[int]) -> None:
        """Bell and McCaffrey's formulas as matrices: A_g = (I - H_gg)^(-1/2), V = Σ (A_g e_g)' 1 1' (A_g e_g) / n² and
        ν = (tr G'G)² / tr (G'G)², with the columns of G (I - H)_g' A_g 1 / n."""
        values, clusters = drawn(sizes, seed=5)
        n, y = len(values), np.array(values)
        labels = np.array(clusters)
        left = np.eye(n) - 1 / n
        residuals, variance, columns = left @ y, 0.0, []
        for name in dict.fromkeys(clusters):
            inside = labels == name
            roots, vectors = np.linalg.eigh(left[np.ix_(inside, inside)])
            adjusted = vectors @ np.diag(roots**-0.5) @ vectors.T
            variance += float(np.ones(inside.sum()) @ adjusted @ residuals[inside] / n) ** 2
            columns.append(left[:, inside] @ adjusted @ np.ones(inside.sum()) / n)
        gram = np.array(columns) @ np.array(columns).T
        found = clustered_mean(groups_of(values, clusters))
        assert found.error == pytest.approx(math.sqrt(variance), rel=1e-9)
        assert found.freedom == pytest.approx(np.trace(gram) ** 2 / (gram**2).sum(), rel=1e-9)

    @given(st.lists(st.sampled_from([-2.5, -1.0, -0.3, 0.0, 0.4, 1.0, 3.0]), min_size=1, max_size=9))
    def test_sign_flips_count_every_pattern(self, sums: list[float]) -> None:
        seen = abs(sum(sums)) - 1e-9
        totals = [
            sum(s * v for s, v in zip(signs, sums, strict=True))
            for signs in itertools.product((1, -1), repeat=len(sums))
        ]
        expected = sum(abs(total) >= seen for total in totals) / len(totals)
        found = sign_flip(sums)
        assert found.is_exact
        assert found.p_value == pytest.approx(expected, abs=1e-12)

    @given(st.integers(0, 60), st.integers(0, 60))
    def test_mcnemar_is_the_binomial_sum(self, gained: int, lost: int) -> None:
        n = gained + lost
        tail = sum(Fraction(math.comb(n, k), 2**n) for k in range(min(gained, lost) + 1))
        assert mcnemar(gained, lost) == pytest.approx(float(min(Fraction(1), 2 * tail)), rel=1e-13)

    def test_drawn_sign_flips_come_near_the_normal_tail(self) -> None:
        chance = random.Random(2)
        every = [chance.gauss(0.04, 1) for _ in range(3000)]
        repeated = [round(one) + 0.5 * (n % 2) for n, one in enumerate(every)]
        for sums in (every, repeated):
            z = abs(sum(sums)) / math.sqrt(sum(one * one for one in sums))
            found = sign_flip(sums, seed=1)
            assert found.draws
            assert found.p_value == pytest.approx(math.erfc(z / math.sqrt(2)), abs=0.02)

    def test_drawn_sign_flips_count_totals_that_tie_with_what_was_seen(self) -> None:
        """Values of different sizes have totals that are alike, here three in a hundred with what was seen."""
        chance = random.Random(1)
        sums = [k / 10 * chance.choice((1, -1)) for k in range(1, 19)]
        seen = abs(sum(sums)) - 1e-9
        totals = np.zeros(1)
        for one in sums:
            totals = np.concatenate((totals + one, totals - one))
        found = sign_flip(sums, seed=3, draws=400_000)
        assert found.draws
        assert found.p_value == pytest.approx(float((abs(totals) >= seen).mean()), abs=0.003)

    def test_bca_is_that_of_scipy_where_clusters_are_single(self) -> None:
        stats = pytest.importorskip("scipy.stats")
        chance = random.Random(4)
        values = [chance.expovariate(3.0) for _ in range(60)]
        theirs = stats.bootstrap(
            (values,), np.mean, n_resamples=40_000, method="BCa", rng=np.random.default_rng(1)
        ).confidence_interval
        found = bca([(value, 1) for value in values], samples=40_000, stretched=False)
        assert found == pytest.approx((theirs.low, theirs.high), abs=0.004)

    def test_ten_answers_right_or_wrong_are_not_told_apart_by_the_steps_of_their_draws(self) -> None:
        # The usual quantile of the draws ends at +0.06 here, and says "better"; the sign test has p = 1/4.
        low, _ = bca([(1.0, 1)] * 3 + [(0.0, 1)] * 7)
        assert low < 0

    def test_where_one_cluster_holds_most_questions_the_bootstrap_steps_back_and_says_so(self) -> None:
        groups = [(1.0, 10), (0.0, 10), (3.0, 10), (-2.0, 10), (25.0, 60)]
        found = clustered_mean(groups)
        assert dominant(groups) == 0.6
        assert bca(groups) == (found.low, found.high)
        assert bca(groups, stretched=False) != (found.low, found.high)
        rows = [
            Pair(task="", sample_id=f"{n}/{k}", cluster=str(n), before=0.0, after=float(k < total))
            for n, (total, size) in enumerate([(5, 10), (3, 10), (2, 10), (25, 60)])
            for k in range(size)
        ]
        row = row_of("", rows, Settings())
        assert row.bca.instead == "one cluster holds 67 % of the questions"
        assert (row.bca.low, row.bca.high) == (row.low, row.high)
        assert row_of("", rows[:30], Settings()).bca.instead == ""

    def test_merging_kinds_keeps_the_bootstrap_interval(self) -> None:
        chance = random.Random(6)
        values = [chance.random() - 0.45 for _ in range(3000)]
        found = bca([(value, 1) for value in values])
        single = clustered_mean([(value, 1) for value in values])
        assert found == pytest.approx((single.low, single.high), abs=0.06 * (single.high - single.low))

    def test_the_wild_interval_holds_what_the_test_does_not_reject(self) -> None:
        values, clusters = drawn(UNEQUAL[:8], seed=9)
        groups = groups_of(values, clusters)
        low, high = wild(groups)
        mean = clustered_mean(groups).mean
        assert low < mean < high

        def p_at(supposed: float) -> float:
            z = [total - size * supposed for total, size in groups]
            n = sum(size for _, size in groups)

            def t(signs: Sequence[int]) -> float:
                turned = [s * one for s, one in zip(signs, z, strict=True)]
                middle = sum(turned) / n
                spread = sum((one - size * middle) ** 2 for one, (_, size) in zip(turned, groups, strict=True))
                return abs(sum(turned)) / math.sqrt(spread)

            seen = t([1] * len(z)) * (1 - 1e-9)
            every = [t(signs) >= seen for signs in itertools.product((1, -1), repeat=len(z))]
            return sum(every) / len(every)

        step = (high - low) * 1e-4
        assert p_at(low + step) > 0.05 >= p_at(low - step)
        assert p_at(high - step) > 0.05 >= p_at(high + step)

    def test_five_clusters_say_nothing_by_turned_signs(self) -> None:
        assert wild([(1.0, 2), (2.0, 3), (0.0, 1), (1.0, 1), (3.0, 9)]) == (-math.inf, math.inf)


class TestPower:
    def test_the_formula_of_miller_gives_his_figure(self) -> None:
        """ "Adding Error Bars to Evals", section 5: 969 questions for a difference of 3 points where ω² is 1/9 and
        nothing is left of the variance within questions."""
        assert needed_items(0.03, 1 / 9) == 969
        assert needed_items(0.03, 1 / 9, within_before=1 / 6, within_after=1 / 6) == 3876

    def test_pairing_sees_what_an_unpaired_test_does_not(self) -> None:
        """580 questions at 43 %: 8.1 points unpaired, 5.2 paired where a fifth of the answers differ."""
        assert 100 * smallest_effect_unpaired(580, 0.43) == pytest.approx(8.1, abs=0.05)
        assert 100 * smallest_effect(580, 0.2) == pytest.approx(5.2, abs=0.05)

    @given(
        st.floats(0.005, 0.5), st.floats(0.001, 1), st.floats(0, 0.25), st.floats(0, 0.25), st.integers(1, 9),
        st.floats(0.5, 5),
    )  # fmt: skip
    def test_the_two_directions_agree(
        self, effect: float, variance: float, before: float, after: float, epochs: int, design: float
    ) -> None:
        options = {
            "within_before": before,
            "within_after": after,
            "epochs_before": epochs,
            "epochs_after": 2,
            "design_effect": design,
        }
        n = needed_items(effect, variance, **options)
        assert smallest_effect(n, variance, **options) <= effect * (1 + 1e-9)
        if n > 2:
            assert smallest_effect(n - 1, variance, **options) > effect * (1 - 1e-9)

    def test_the_parts_of_the_spread_are_found_again(self) -> None:
        """Chances of 0.2 to 0.8 asked five times before and three times after: σ² is the mean of p (1 - p)."""
        chance = random.Random(8)
        before, after = [], []
        for n in range(3000):
            p = 0.2 + 0.6 * chance.random()
            q = min(1.0, max(0.0, p + chance.choice([-0.2, 0.2])))
            for rows, share_, epochs in ((before, p, 5), (after, q, 3)):
                rows += [
                    Sample(sample_id=f"q{n}", score=float(chance.random() < share_), epoch=k) for k in range(epochs)
                ]
        spread = compare_runs({"a": before, "b": after}, settings=Settings(samples=200))[0].overall.spread
        assert spread.within_before == pytest.approx(0.22, abs=0.01)
        assert spread.between == pytest.approx(0.04, abs=0.01)
        parts = spread.between + (spread.within_before or 0) / 5 + (spread.within_after or 0) / 3
        assert parts == pytest.approx(spread.total)

    def test_a_plan_from_the_parts_is_the_plan_of_the_row(self) -> None:
        values, _ = drawn([300], seed=12)
        row = compare_runs({"a": run([0.5] * 300), "b": run([0.5 + value / 2 for value in values])})[0].overall
        assert row.needed == needed_items(row.difference, row.spread.between)
        assert row.smallest == smallest_effect(300, row.spread.total)

    @pytest.mark.parametrize("wrong", [{"effect": 0.0}, {"variance": -1.0}, {"epochs_before": 0}, {"power": 1.0}])
    def test_what_makes_no_sense_is_refused(self, wrong: dict) -> None:
        given_ = {"effect": 0.1, "variance": 0.2} | wrong
        with pytest.raises(ValueError, match="Expected"):
            needed_items(given_.pop("effect"), given_.pop("variance"), **given_)


class TestAlignment:
    def test_what_has_no_partner_is_told(self) -> None:
        found = align(run([1, 0, None, 1]), run([1, 1, 1])[1:])
        assert [pair.sample_id for pair in found.pairs] == ["q1"]
        assert found.before.only_here == (("", "q0"), ("", "q3"))
        assert found.before.unscored == (("", "q2"),)
        assert found.after.only_here == ()

    def test_epochs_are_averaged_without_the_unscored_which_are_counted(self) -> None:
        before = [Sample(sample_id="q", score=score, epoch=n) for n, score in enumerate([1.0, None, 0.0, 1.0])]
        (pair,) = align(before, [Sample(sample_id="q", score=0.0)]).pairs
        assert (pair.before, pair.epochs_before, pair.after) == (pytest.approx(2 / 3), 3, 0.0)
        assert pair.spread_before == pytest.approx(1 / 3)
        assert align(before, before).before.unscored_epochs == 1

    def test_of_a_repeated_epoch_the_first_counts_and_a_contradiction_is_told(self) -> None:
        before = [*run([1, 0]), *run([1, 1])]
        found = align(before, run([0, 0]))
        assert [pair.before for pair in found.pairs] == [1, 0]
        assert found.before.repeated == (("", "q0"), ("", "q1"))
        assert found.before.contradicted == (("", "q1"),)

    def test_tasks_keep_questions_of_one_name_apart(self) -> None:
        found = align([*run([1], task="a"), *run([0], task="b")], [*run([0], task="b"), *run([1], task="a")])
        assert [(pair.task, pair.change) for pair in found.pairs] == [("a", 0), ("b", 0)]

    def test_a_cluster_that_one_run_knows_holds_and_a_moved_one_is_told(self) -> None:
        found = align(run([1, 1], clusters=["", "x"]), run([1, 1], clusters=["y", "z"]))
        assert [pair.cluster for pair in found.pairs] == ["y", "x"]
        assert found.moved == (("", "q1"),)

    @pytest.mark.parametrize("score", [float("nan"), 1.5, -0.1])
    def test_a_score_that_is_none_is_refused(self, score: float) -> None:
        with pytest.raises(ValueError, match="'q0'"):
            align(run([score]), run([1]))


class TestRuns:
    def test_three_runs_make_three_pairs_adjusted_for_being_three(self) -> None:
        runs = {name: run(drawn([40], seed=seed)[0]) for name, seed in (("a", 1), ("b", 2), ("c", 3))}
        runs = {
            name: [Sample(sample_id=r.sample_id, score=abs(r.score or 0.0)) for r in rows]
            for name, rows in runs.items()
        }
        found = compare_runs(runs)
        assert [(one.name_before, one.name_after) for one in found] == [("a", "b"), ("a", "c"), ("b", "c")]
        assert [one.overall.holm_p for one in found] == holm([one.overall.p_value for one in found])

    def test_tasks_are_adjusted_among_each_other_and_the_row_over_all_is_not(self) -> None:
        before, after = [], []
        for task, seed in (("x", 1), ("y", 2), ("z", 3)):
            values, _ = drawn([50], seed=seed)
            before += run([0.5] * 50, task=task)
            after += run([0.5 + value / 2 for value in values], task=task)
        (found,) = compare_runs({"a": before, "b": after})
        assert [row.task for row in found.tasks] == ["x", "y", "z"]
        assert [row.holm_p for row in found.tasks] == holm([row.p_value for row in found.tasks])
        assert found.overall.holm_p == found.overall.p_value
        assert found.overall.items == 150
        assert found.overall.mcnemar_p is None

    def test_a_run_beyond_chance_worse_is_worse_and_the_other_way_it_is_not(self) -> None:
        good, bad = run([1.0] * 40), run([0.0] * 12 + [1.0] * 28)
        assert compare_runs({"a": good, "b": bad})[0].is_worse
        assert not compare_runs({"a": bad, "b": good})[0].is_worse
        assert not compare_runs({"a": good, "b": good})[0].is_worse

    def test_flips_come_losses_first(self) -> None:
        (found,) = compare_runs({"a": run([1, 0, 1, 0.5]), "b": run([0, 1, 1, 0.4])})
        assert [flip.sample_id for flip in found.flips] == ["q0", "q3", "q1"]

    def test_too_few_pairs_are_refused(self) -> None:
        with pytest.raises(ValueError, match="at least two questions"):
            compare_runs({"a": run([1, None]), "b": run([1, 1])})
        with pytest.raises(ValueError, match="at least two runs"):
            compare_runs({"a": run([1, 1])})

    def test_where_all_gained_alike_no_figure_says_that_nothing_happened(self) -> None:
        row = compare_runs({"a": run([0.0] * 12), "b": run([1.0] * 12)})[0].overall
        assert row.p_value == row.t_test.p_value == row.mcnemar_p == row.flips.p_value == pytest.approx(2 / 2**12)
        assert (row.low, row.high) == (pytest.approx(0.75), 1.0)

    def test_without_any_change_the_rule_of_three_bounds_every_interval(self) -> None:
        row = compare_runs({"a": run([1.0] * 30), "b": run([1.0] * 30)})[0].overall
        assert (row.low, row.high, row.p_value, row.needed) == (pytest.approx(-0.1), pytest.approx(0.1), 1.0, None)
        assert (row.bca.low, row.bca.high) == (row.low, row.high)

    @given(
        st.lists(
            st.tuples(st.sampled_from([0, 0.5, 1]), st.sampled_from([0, 1]), st.sampled_from("abcdefg")),
            min_size=2,
            max_size=40,
        ),
        st.randoms(use_true_random=False),
    )
    def test_order_does_not_matter_and_swapping_the_runs_turns_the_sign(
        self, rows: list, shuffle: random.Random
    ) -> None:
        clusters = [cluster for _, _, cluster in rows]
        a, b = run([x for x, _, _ in rows], clusters=clusters), run([y for _, y, _ in rows], clusters=clusters)
        chosen = Settings(samples=200)
        (found,) = compare_runs({"a": a, "b": b}, settings=chosen)
        shuffle.shuffle(a)
        shuffle.shuffle(b)
        assert compare_runs({"a": a, "b": b}, settings=chosen) == [found]
        (turned,) = compare_runs({"b": b, "a": a}, settings=chosen)
        assert turned.overall.difference == pytest.approx(-found.overall.difference)
        assert turned.overall.p_value == pytest.approx(found.overall.p_value)
        assert turned.overall.flips.p_value == pytest.approx(found.overall.flips.p_value)
        assert -1 <= found.overall.low <= found.overall.difference <= found.overall.high <= 1

    def test_clusters_widen_the_interval_of_a_share(self) -> None:
        scores = [float(n // 10 % 2) for n in range(100)]
        apart, together = share(scores), share(scores, [str(n // 10) for n in range(100)])
        assert apart.low > together.low
        assert apart.high < together.high


def test_few_unequal_clusters_are_covered_where_the_usual_interval_is_not() -> None:
    """Ten clusters of 2 to 90 questions that lean each its own way, no difference on the mean: 95 % should hold 0.
    1,200 draws have a standard error of 0.6 points; the usual CR1 interval covers about 88 %."""
    chance = np.random.default_rng(11)
    inside, usual, num_runs = 0, 0, 1200
    sizes = np.array(UNEQUAL)
    for _ in range(num_runs):
        lean = chance.normal(0, 0.35, len(sizes))
        sums = [
            float(np.clip(np.round(chance.normal(one, 0.6, size)), -1, 1).sum())
            for one, size in zip(lean, sizes, strict=True)
        ]
        groups = list(zip(sums, sizes.tolist(), strict=True))
        inside += clustered_mean(groups).p_value > 0.05
        usual += clustered_mean(groups, reduced=False).p_value > 0.05
    assert 0.93 <= inside / num_runs <= 0.97
    assert usual / num_runs < 0.92


def test_one_cluster_alone_shows_no_difference() -> None:
    pairs = [Pair(task="t", sample_id=str(n), cluster="c", before=0.0, after=float(n % 2)) for n in range(10)]
    row = row_of("t", pairs, Settings())
    assert (row.low, row.high, row.p_value, row.clusters) == (-1.0, 1.0, 1.0, 1)
