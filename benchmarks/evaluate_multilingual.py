"""What do printed figures on multilingual benchmarks come to, and do our intervals hold what they promise?

The first tables need the user's files and are left out without them: Table 2 of arXiv 2504.15521 (`--rho`, a CSV of
Spearman's rho by benchmark and language over 30 models), its Table 3 (`--elo`, Elo by model and language), EuroEval's
scores (`--scores`) and MTEB's task metadata (`--mteb`). The others are simulated: coverage of four intervals of rho and
of Bradley-Terry ratings, and CPU time beside scipy and statsmodels.

    python benchmarks/evaluate_multilingual.py [--rho T2.csv] [--elo T3.csv] [--scores S.csv.gz] [--mteb M.csv]
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

import numpy as np

from metier.evaluate.multilingual import correlation
from metier.evaluate.multilingual.agreement import agreements
from metier.evaluate.multilingual.bradley_terry import ELO, rate
from metier.evaluate.multilingual.card import Card, Translation
from metier.evaluate.multilingual.concentration import concentration, counts, translation_share
from metier.evaluate.multilingual.contrast import needed
from metier.evaluate.multilingual.cost import estimate_cost
from metier.evaluate.multilingual.languages import language_name, speakers
from metier.evaluate.multilingual.mteb import read_mteb
from metier.evaluate.multilingual.published import between_languages, claim, means, read_published, replications
from metier.evaluate.multilingual.scores import read_ratings, read_scores
from metier.evaluate.multilingual.votes import Vote, Winner

T = TypeVar("T")

SAME = {"MMLU": ["Knowledge"], "HellaSwag": ["Common sense reasoning"], "XQuAD": ["Reading comprehension"]}
"""Which task of EuroEval asks what a benchmark of Table 2 asks; the texts of reading comprehension are others."""


def published_tables(path: Path, n: int) -> None:
    cells = list(read_published(path, n=n))
    languages = list(dict.fromkeys(cell.language for cell in cells))
    by = {(cell.benchmark, cell.language): cell for cell in cells}
    print(f"\nPublished rho with 95 % intervals over {n} models (Fisher's z, Bonett and Wright)\n")
    print("| benchmark | mean | " + " | ".join(map(language_name, languages)) + " |")
    print("| --- | ---: |" + " ---: |" * len(languages))
    for benchmark, _, mean, _ in means(cells):
        row = []
        for language in languages:
            cell = by.get((benchmark, language))
            row.append(f"{cell.rho:.2f} [{cell.interval[0]:.2f}, {cell.interval[1]:.2f}]" if cell else "-")
        print(f"| {benchmark} | {mean:.2f} | " + " | ".join(row) + " |")
    print('\n"0.68 against 0.47": Williams\' p by the correlation of the two benchmarks with each other\n')
    found = claim(0.68, 0.47, n)
    print("| " + " | ".join(f"{between:.1f}" for between, _ in found.p_values) + " | p < 0.05 from |")
    print("| " + " | ".join("---:" for _ in found.p_values) + " | ---: |")
    print("| " + " | ".join(f"{p:.3f}" for _, p in found.p_values) + f" | {found.least_between or math.nan:.2f} |")
    models = [needed(0.68, 0.47, between=between) for between, _ in found.p_values]
    print(f"\nModels needed for a power of 80 %: {', '.join(map(str, models))}.")


def elo_table(path: Path) -> None:
    ratings = read_ratings(path)
    found = between_languages(ratings)
    codes = sorted({code for pair in found for code in pair})
    print(f"\nSpearman's rho between the human ratings of two languages ({len({r.model for r in ratings})} models)\n")
    print("| | " + " | ".join(map(language_name, codes)) + " |\n| --- |" + " ---: |" * len(codes))
    for one in codes:
        row = [f"{found[min(one, two), max(one, two)][0]:.2f}" if one != two else "" for two in codes]
        print(f"| {language_name(one)} | " + " | ".join(row) + " |")


def replication_table(scores: Path, elo: Path, rho: Path | None, n: int) -> None:
    found = agreements(read_scores(scores), read_ratings(elo))
    published = list(read_published(rho, n=n)) if rho else []
    beside = {(one.ours.language, one.ours.benchmark): one for one in replications(published, found, SAME)}
    print("\nEuroEval's scores against the ratings of the paper, models matched by exact name\n")
    print("| language | benchmark | models | rho | by formula | bootstrap | without a family | published | p |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for one in found:
        other = beside.get((one.language, one.benchmark))
        told = f"{other.published.benchmark} {other.published.rho:.2f}" if other else ""
        outside = " (outside)" if other and other.is_outside else ""
        p = f"{other.p_value:.3f}" if other and other.p_value is not None else ""
        spread = f"{one.without[0][1]:.2f} to {one.without[1][1]:.2f}" if one.without else "-"
        rho_told = f"{one.rho:.2f}" if one.rho is not None else "-"
        print(
            f"| {language_name(one.language)} | {one.benchmark} | {one.n} | {rho_told} | {_ends(one.by_formula)} | "
            f"{_ends(one.interval)} | {spread} | {told}{outside} | {p} |"
        )


def crowding_table(path: Path) -> None:
    cards = list(read_mteb(path))
    print(f"\nMTEB's {len(cards)} tasks\n\n| | whole counts | 1/n for each of n languages |\n| --- | ---: | ---: |")
    whole, parts = counts(cards), counts(cards, fractional=True)
    plain, shared = concentration(whole), concentration(parts)
    by_speaker, shared_by = (concentration(one, speakers()) for one in (whole, parts))
    rows = [
        ("languages", f"{plain.languages}", f"{shared.languages}"),
        ("share of English", f"{plain.top[0][1]:.1%}", f"{shared.top[0][1]:.1%}"),
        ("Gini by language", f"{plain.gini:.3f}", f"{shared.gini:.3f}"),
        ("Gini by speaker", f"{by_speaker.gini:.3f}", f"{shared_by.gini:.3f}"),
        ("HHI", f"{plain.hhi:.3f}", f"{shared.hhi:.3f}"),
        ("as crowded as so many equal languages", f"{plain.effective:.1f}", f"{shared.effective:.1f}"),
        ("speakers without any", f"{by_speaker.unserved:.1%}", f"{shared_by.unserved:.1%}"),
    ]
    for row in rows:
        print("| " + " | ".join(row) + " |")
    share, cost = translation_share(cards), estimate_cost(cards)
    print(
        f"\n{share.total} tasks have a language besides English; {share.translated} of them ({share.share or 0:.1%}) "
        f"are translated, wholly or partly: {share.human} by people, {share.machine} by machine; {share.localized} are "
        f"localized.\nCost under our assumptions: ${cost.p5:,.0f} to ${cost.p95:,.0f} (90 %), bounds ${cost.low:,.0f} "
        f"and ${cost.high:,.0f}."
    )


def paper_cost(seed: int) -> None:
    """The paper's 2,024 benchmarks by its printed shares: 61.4 % made in their language, 13.2 % translated by people.

    Their sizes were not printed in what we could read, so each is drawn from 100 to 10,000 items.
    """
    made, translated, total = 1243, 267, 2024
    ways: list[tuple[Translation, int]] = [
        ("none", made), ("human", translated), ("other-machine", total - made - translated)
    ]  # fmt: skip
    cards = [
        Card(name=f"{way}{n}", languages=("und",), translation=(way,)) for way, count in ways for n in range(count)
    ]
    cost = estimate_cost(cards, seed=seed)
    print(
        f"\n2,024 benchmarks by the printed shares, sizes unknown: ${cost.p5 / 1e6:.1f} M to ${cost.p95 / 1e6:.1f} M "
        f"(90 %), median ${cost.median / 1e6:.1f} M, bounds ${cost.low / 1e6:.2f} M and ${cost.high / 1e6:.0f} M."
    )


def coverage_table(draws: int, seed: int) -> None:
    """Bivariate normal pairs with Pearson's r; the true rho is (6/π)·asin(r/2)."""
    variances = ("pearson", "fieller", "wide", "bonett-wright")
    print(f"\nCoverage of 95 % intervals of rho, {draws} draws a row\n")
    print("| models | true rho | Pearson's variance | Fieller | wide | Bonett-Wright | BCa bootstrap |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for n in (8, 15, 30):
        for r in (0.3, 0.7, 0.9):
            rng, true, hits = np.random.default_rng(seed), 6 / math.pi * math.asin(r / 2), [0] * 5
            for draw in range(draws):
                x = rng.normal(size=n)
                y = r * x + math.sqrt(1 - r * r) * rng.normal(size=n)
                rho = correlation.spearman(x, y) or 0.0
                ends = [correlation.fisher_interval(rho, n, variance=name) for name in variances]
                ends.append(correlation.bootstrap_interval(x, y, seed=draw, resamples=400) or (0.0, 0.0))
                hits = [hit + (low <= true <= high) for hit, (low, high) in zip(hits, ends, strict=True)]
            print(f"| {n} | {true:.2f} | " + " | ".join(f"{100 * hit / draws:.1f} %" for hit in hits) + " |")


def votes_table(draws: int, seed: int) -> None:
    strengths = {"a": 0.0, "b": 0.3, "c": -0.3, "d": 0.8, "e": -0.9}
    print(f"\nCoverage of 95 % intervals of Bradley-Terry differences, {draws} arenas of five models a row\n")
    print("| votes | ties | covers |\n| ---: | --- | ---: |")
    for num_votes in (200, 1000):
        for ties, tie in (("half", 0.0), ("davidson", 0.8)):
            hits = total = 0
            for draw in range(draws):
                ranking = rate(simulate(strengths, num_votes, seed=seed + draw, tie=tie), ties=ties)  # type: ignore[arg-type]
                for other in "bcde":
                    _, low, high = ranking.difference(other, "a")
                    hits, total = hits + (low <= ELO * strengths[other] <= high), total + 1
            print(f"| {num_votes} | {ties if tie else 'none cast'} | {100 * hits / total:.1f} % |")


def speed_table(seed: int) -> None:
    from scipy.stats import bootstrap, spearmanr

    rng = np.random.default_rng(seed)
    x = rng.normal(size=30)
    y = x + rng.normal(size=30)
    print("\n| CPU time | ours | peer | largest difference |\n| --- | ---: | ---: | ---: |")
    ours, mine = _timed(lambda: correlation.bootstrap_interval(x, y, seed=seed))
    peer, theirs = _timed(
        lambda: (
            bootstrap(
                (x, y),
                lambda a, b: spearmanr(a, b).statistic,
                paired=True,
                vectorized=False,
                n_resamples=2000,
                rng=seed,
            ).confidence_interval
        )
    )
    apart = max(abs(a - b) for a, b in zip(mine or (), theirs, strict=True))
    print(f"| BCa interval of rho, 30 models, 2,000 resamples | {ours:.3f} s | {peer:.3f} s (scipy) | {apart:.3f} |")
    strengths = {f"m{n:02d}": rng.normal() / 2 for n in range(20)}
    cast = simulate(strengths, 20_000, seed=seed)
    ours, ranking = _timed(lambda: rate(cast))
    try:
        import statsmodels.api as sm
    except ImportError:
        print(f"| Bradley-Terry, 20 models, 20,000 votes | {ours:.3f} s | statsmodels is not installed | |")
        return
    names = sorted(strengths)
    design = np.array([[(v.model_a == n) - (v.model_b == n) for n in names[1:]] for v in cast], dtype=float)
    won = np.array([v.winner == "a" for v in cast], dtype=float)
    peer, fit = _timed(lambda: sm.Logit(won, design).fit(disp=0, cov_type="HC0"))
    apart = max(abs(ranking.difference(n, names[0])[0] / ELO - fit.params[i]) for i, n in enumerate(names[1:]))
    print(f"| Bradley-Terry, 20 models, 20,000 votes | {ours:.3f} s | {peer:.3f} s (statsmodels) | {apart:.0e} |")


def simulate(strengths: dict[str, float], num_votes: int, *, seed: int, tie: float = 0.0) -> list[Vote]:
    chance, names, made = random.Random(seed), sorted(strengths), []
    winners: list[Winner] = ["a", "b", "tie"]
    for _ in range(num_votes):
        a, b = chance.sample(names, 2)
        half = (strengths[a] - strengths[b]) / 2
        made.append(
            Vote(model_a=a, model_b=b, winner=chance.choices(winners, [math.exp(half), math.exp(-half), tie])[0])
        )
    return made


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    work()
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def _ends(interval: tuple[float, float] | None) -> str:
    return f"[{interval[0]:.2f}, {interval[1]:.2f}]" if interval else "-"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("rho", "elo", "scores", "mteb"):
        options.add_argument(f"--{name}", type=Path)
    options.add_argument("--models", type=int, default=30, help="models behind the published correlations")
    options.add_argument("--draws", type=int, default=500)
    options.add_argument("--seed", type=int, default=7)
    chosen = options.parse_args()
    if chosen.rho:
        published_tables(chosen.rho, chosen.models)
    if chosen.elo:
        elo_table(chosen.elo)
    if chosen.scores and chosen.elo:
        replication_table(chosen.scores, chosen.elo, chosen.rho, chosen.models)
    if chosen.mteb:
        crowding_table(chosen.mteb)
    paper_cost(chosen.seed)
    coverage_table(chosen.draws, chosen.seed)
    votes_table(max(chosen.draws // 2, 1), chosen.seed)
    speed_table(chosen.seed)
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", "scipy"))
    print(f"\nSeed {chosen.seed}; Python {sys.version.split()[0]}, {versions}.")


if __name__ == "__main__":
    main()
