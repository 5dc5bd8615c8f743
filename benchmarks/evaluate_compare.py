"""How long does a whole comparison of 100,000 pairs take, and do its figures equal those of statsmodels and scipy?

python benchmarks/evaluate_compare.py [--pairs 100000] [--seed 7]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from metier.evaluate.samples import Sample


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--pairs", type=int, default=100_000)
    options.add_argument("--seed", type=int, default=7)
    chosen = options.parse_args()
    print("| pairs | scores | clusters | CPU s |")
    print("| ---: | --- | --- | ---: |")
    for partial in (False, True):
        for clusters in (0, 2000, 10):
            _time(chosen.pairs, partial=partial, clusters=clusters, seed=chosen.seed)
    print(f"| {chosen.pairs:,} | right or wrong, from two files of attempts | none | {_files(chosen.pairs):.2f} |")
    print(
        "\nFrom two lists of samples to every figure of the comparison; the first row imports numpy as well. "
        "The last row is the whole command.\n"
    )
    for peer in ("statsmodels.api", "statsmodels.stats.power", "scipy.stats"):
        with suppress(ImportError):  # said below, at each figure
            import_module(peer)
    print("| figure | ours | peer | apart | CPU ms of ours | of the peer |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for name, ours, theirs in _peers(chosen.pairs, seed=chosen.seed):
        mine, my_time = _timed(ours)
        try:
            other, other_time = _timed(theirs)
        except ImportError as error:
            print(f"| {name} | {mine:.6g} | not installed: {error.name} | | {1000 * my_time:.1f} | |")
            continue
        figures = f"{mine:.6g} | {other:.6g} | {abs(mine - other):.1g}"
        print(f"| {name} | {figures} | {1000 * my_time:.1f} | {1000 * other_time:.1f} |")
    versions = ", ".join(f"{name} {_version(name)}" for name in ("numpy", "scipy", "statsmodels"))
    print(f"\nSeed {chosen.seed}; Python {sys.version.split()[0]}, {versions}.")


def _time(num_pairs: int, *, partial: bool, clusters: int, seed: int) -> None:
    before, after = _runs(num_pairs, partial=partial, clusters=clusters, seed=seed)

    def compared() -> float:
        from metier.evaluate.comparison.compared import compare_runs

        return compare_runs({"before": before, "after": after})[0].overall.difference

    _, seconds = _timed(compared)
    scores, groups = "between 0 and 1" if partial else "right or wrong", f"{clusters or 'none'}"
    print(f"| {num_pairs:,} | {scores} | {groups} | {seconds:.2f} |", flush=True)


def _files(num_pairs: int) -> float:
    """CPU seconds of `metier evaluate compare A B`, start included; the least of three."""
    from metier.attempt import Attempt, Grade
    from metier.digest import plain

    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{name}.jsonl" for name in "ab"]
        for path, right in zip(paths, (0.5, 0.52), strict=True):
            chance = random.Random(right)
            with path.open("w") as file:
                for n in range(num_pairs):
                    grade = Grade.correct("equal") if chance.random() < right else Grade.incorrect("different")
                    attempt = Attempt(item_id=f"item_{n:08d}", model="m", run_id="r", reply="\\boxed{4}", grade=grade)
                    file.write(json.dumps(plain(attempt)) + "\n")
        command = [sys.executable, "-m", "metier", "evaluate", "compare", *map(str, paths)]
        return min(_cpu(command) for _ in range(3))


def _cpu(command: list[str]) -> float:
    before = os.times()
    subprocess.run(command, check=False, capture_output=True)
    after = os.times()
    return after.children_user - before.children_user + after.children_system - before.children_system


def _runs(num_pairs: int, *, partial: bool, clusters: int, seed: int) -> tuple[list[Sample], list[Sample]]:
    chance = random.Random(seed)

    def one(number: int, right: float) -> Sample:
        score = chance.random() ** (1 / right) if partial else float(chance.random() < right)
        cluster = f"c{int(clusters * (number / num_pairs) ** 2)}" if clusters else ""
        return Sample(sample_id=f"q{number}", score=score, cluster=cluster)

    return [one(n, 0.5) for n in range(num_pairs)], [one(n, 0.503) for n in range(num_pairs)]


def _peers(num_pairs: int, *, seed: int) -> Iterator[tuple[str, Callable[[], Any], Callable[[], Any]]]:
    from metier.evaluate.clustered import clustered_mean, groups_of
    from metier.evaluate.comparison.exact import mcnemar
    from metier.evaluate.comparison.many import benjamini_hochberg, holm
    from metier.evaluate.comparison.power import t_power
    from metier.evaluate.comparison.resample import bca
    from metier.evaluate.comparison.shares import wilson

    before, after = _runs(num_pairs, partial=False, clusters=2000, seed=seed)
    changes = [(b.score or 0.0) - (a.score or 0.0) for a, b in zip(before, after, strict=True)]
    clusters = [one.cluster for one in before]
    gained, lost = changes.count(1.0), changes.count(-1.0)
    right = sum(one.score == 1.0 for one in after)
    p_values = [random.Random(seed + n).random() ** 3 for n in range(50)]
    single = [(one, 1) for one in changes]

    def their_mcnemar() -> float:
        from statsmodels.stats.contingency_tables import mcnemar as test

        return float(test([[0, lost], [gained, 0]], exact=True).pvalue)

    def their_regression() -> Any:
        import numpy as np
        from statsmodels.api import OLS

        groups = {"groups": np.unique(clusters, return_inverse=True)[1]}
        return OLS(changes, np.ones(num_pairs)).fit(cov_type="cluster", cov_kwds=groups, use_t=True)

    def their_adjusted(method: str) -> float:
        from statsmodels.stats.multitest import multipletests

        return float(multipletests(p_values, method=method)[1].sum())

    def their_wilson() -> float:
        from statsmodels.stats.proportion import proportion_confint

        return float(proportion_confint(right, num_pairs, method="wilson")[0])

    def their_t() -> float:
        from scipy.stats import ttest_1samp

        return float(ttest_1samp(changes, 0).pvalue)

    def their_power() -> float:
        from statsmodels.stats.power import TTestPower

        return float(TTestPower().power(0.2, 150, 0.05))

    def their_bca() -> float:
        import numpy as np
        from scipy.stats import bootstrap

        drawn = bootstrap((changes,), np.mean, n_resamples=400, batch=20, rng=np.random.default_rng(seed))
        return float(drawn.confidence_interval.low)

    yield "McNemar, exact p", lambda: mcnemar.__wrapped__(gained, lost), their_mcnemar
    yield (
        "error by cluster, CR1",
        lambda: clustered_mean(groups_of(changes, clusters), reduced=False).error,
        lambda: float(their_regression().bse[0]),
    )
    yield (
        "p by cluster, CR1",
        lambda: clustered_mean(groups_of(changes, clusters), reduced=False).p_value,
        lambda: float(their_regression().pvalues[0]),
    )
    yield "paired t, p", lambda: clustered_mean(single).p_value, their_t
    yield "Wilson, low end", lambda: wilson(right, num_pairs)[0], their_wilson
    yield "Holm, sum of 50", lambda: sum(holm(p_values)), lambda: their_adjusted("holm")
    yield "Benjamini-Hochberg, sum of 50", lambda: sum(benjamini_hochberg(p_values)), lambda: their_adjusted("fdr_bh")
    yield "power of the t-test", lambda: t_power(0.2, 150), their_power
    yield "BCa, low end (4,000 draws; peer 400)", lambda: bca(single)[0], their_bca


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    start = time.process_time()
    return work(), time.process_time() - start


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


if __name__ == "__main__":
    main()
