"""Are scores and ratings matched by exact name, and is every correlation told with what it rests on?"""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from metier.errors import InputError
from metier.evaluate.multilingual.agreement import agreements, family, match_models, versus
from metier.evaluate.multilingual.published import (
    between_languages,
    claim,
    means,
    read_published,
    replications,
)
from metier.evaluate.multilingual.scores import (
    BenchmarkScore,
    HumanRating,
    read_euroeval,
    read_pairs,
    read_ratings,
    read_scores,
)

MODELS = [f"{who}/{size}b" for who in ("ash", "elm", "oak") for size in (1, 2, 4)]
HUMAN = dict(zip(MODELS, (900, 1000, 1100, 920, 1010, 1130, 880, 990, 1090), strict=True))


def ratings(values: dict[str, float] | None = None, *, language: str = "deu") -> list[HumanRating]:
    return [HumanRating(model=m, language=language, rating=r) for m, r in (values or HUMAN).items()]


def scores(values: dict[str, float], benchmark: str = "b", *, error: float | None = None) -> list[BenchmarkScore]:
    return [
        BenchmarkScore(model=m, language="deu", benchmark=benchmark, task="Knowledge", score=s, standard_error=error)
        for m, s in values.items()
    ]


def test_a_model_is_never_matched_by_a_part_of_its_name() -> None:
    found = match_models(["google/gemma-2-9b"], ["google/gemma-2-9b-it", "gemma-2-9b", "google/Gemma-2-9b"])
    assert found.pairs == {}
    assert found.unmatched[0][0] == "google/gemma-2-9b"


def test_an_alias_matches_and_a_wrong_one_is_refused() -> None:
    assert match_models(["old/x"], ["new/x"], {"old/x": "new/x"}).pairs == {"old/x": "new/x"}
    assert match_models(["old/x"], ["new/x"], {"old/x": "k", "new/x": "k"}).pairs == {"old/x": "new/x"}
    with pytest.raises(InputError, match="both stand for"):
        match_models(["a", "b"], ["b"], {"a": "b"})


def test_agreement_counts_models_and_leaves_out_families() -> None:
    # Without oak the two rankings are the same; oak is turned round.
    values = dict(HUMAN) | {"oak/1b": 1200.0, "oak/2b": 1150.0, "oak/4b": 800.0}
    [one] = agreements(scores(values), [*ratings(), HumanRating(model="fir/1b", language="deu", rating=1.0)])
    assert (one.n, one.families, one.task) == (9, 3, "Knowledge")
    assert one.without is not None and one.without[1] == ("oak", 1.0)
    assert one.rho is not None and one.interval is not None and one.interval[0] < one.rho < one.interval[1]
    assert one.reliability is None and one.corrected is None


def test_noise_in_scores_raises_the_corrected_correlation() -> None:
    values = dict(HUMAN) | {"oak/1b": 1200.0}
    [one] = agreements(scores(values, error=40.0), ratings())
    assert one.reliability is not None and one.reliability < 1
    assert one.rho is not None and one.corrected is not None and one.corrected > one.rho


def test_the_ratings_of_another_language_are_not_used() -> None:
    assert agreements(scores(dict(HUMAN)), ratings(language="fra")) == []


def test_two_models_or_equal_scores_have_no_correlation() -> None:
    [few] = agreements(scores({m: HUMAN[m] for m in MODELS[:2]}), ratings())
    [same] = agreements(scores(dict.fromkeys(MODELS, 1.0)), ratings())
    for one in (few, same):
        assert one.rho is None and one.interval is None and one.by_formula is None and one.corrected is None


def test_a_model_with_two_scores_is_refused_and_a_variant_is_another_run() -> None:
    twice = [*scores(dict(HUMAN)), *scores({"ash/1b": 5.0})]
    with pytest.raises(InputError, match="two scores"):
        agreements(twice, ratings())
    variant = BenchmarkScore(model="ash/1b", language="deu", benchmark="b", score=5.0, variant="zero-shot")
    assert agreements([*scores(dict(HUMAN)), variant], ratings()) == agreements(scores(dict(HUMAN)), ratings())


def test_a_localised_benchmark_is_set_against_a_translated_one() -> None:
    turned = {m: float((7 * place) % 9) for place, m in enumerate(MODELS)}
    close = {m: HUMAN[m] + 120 * (place % 2) for place, m in enumerate(MODELS)}
    both = [*scores(close, "localised"), *scores(turned, "translated")]
    found = versus(both, ratings(), language="deu", first="localised", second="translated")
    assert found.n == 9 and found.contrast is not None and found.contrast.first > found.contrast.second
    assert found.difference is not None and found.difference[1] > 0
    with pytest.raises(InputError, match="'x'"):
        versus(both, ratings(), language="deu", first="x", second="translated")


def test_the_family_is_the_organisation_or_what_a_table_says(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("model,family\nelm/1b,ash\n")
    table = read_pairs(tmp_path / "f.csv", ("model", "family"))
    assert family("elm/1b", table) == "ash" and family("elm/2b", table) == "elm"
    (tmp_path / "f.csv").write_text("model,family\nx,a\nx,b\n")
    with pytest.raises(InputError, match="line 3"):
        read_pairs(tmp_path / "f.csv", ("model", "family"))


def test_scores_of_euroeval_are_read_from_a_packed_table(tmp_path: Path) -> None:
    text = (
        "language,dataset,model,task,score1,ci1,score2,ci2\n"
        "german,mmlu_de,a/b,Knowledge,41.2,1.96,55,1\n"
        'german,old_de,"a/b (zero-shot, val)",~~~Knowledge~~~,40,,55,1\n'
    )
    (tmp_path / "e.csv.gz").write_bytes(gzip.compress(text.encode()))
    one, two = read_euroeval(tmp_path / "e.csv.gz")
    assert one.language == "deu" and one.standard_error == pytest.approx(1.0, abs=1e-4) and one.is_official
    assert (two.model, two.variant, two.task, two.is_official) == ("a/b", "zero-shot, val", "Knowledge", False)
    assert two.standard_error is None


def test_a_plain_table_of_scores_is_read_and_a_foreign_one_refused(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text("model,language,benchmark,score,standard_error\na,de,b,1.5,0.1\n")
    assert next(read_scores(tmp_path / "s.csv")).standard_error == 0.1
    (tmp_path / "s.csv").write_text("model,language,benchmark,score\na,de,b,high\n")
    with pytest.raises(InputError, match="line 2"):
        list(read_scores(tmp_path / "s.csv"))
    (tmp_path / "s.csv").write_text("colour\nred\n")
    with pytest.raises(InputError, match="no column"):
        list(read_scores(tmp_path / "s.csv"))
    (tmp_path / "broken.csv.gz").write_bytes(b"\x1f\x8b cut off")
    with pytest.raises(InputError, match="Cannot read"):
        list(read_scores(tmp_path / "broken.csv.gz"))


def test_a_rating_that_comes_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("model,language,rating,standard_error\na,de,1000,8\na,German,1010,8\n")
    with pytest.raises(InputError, match="rated in 'German' already"):
        read_ratings(tmp_path / "r.csv")
    (tmp_path / "r.csv").write_text("model,Elvish\na,1000\n")
    with pytest.raises(InputError, match="Elvish"):
        read_ratings(tmp_path / "r.csv")


TABLE = "benchmark,kind,type,chinese,german\nMMLU,discriminative,X,0.473,0.371\nMGSM,generative,Y,0.855,\n"


def test_a_printed_table_gets_intervals_and_a_replication(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(TABLE)
    cells = list(read_published(tmp_path / "t.csv", n=30))
    assert [(cell.benchmark, cell.language) for cell in cells] == [("MMLU", "zho"), ("MMLU", "deu"), ("MGSM", "zho")]
    assert means(cells)[0] == ("MGSM", "generative", 0.855, 1)
    ours = agreements(scores(dict(HUMAN), "mmlu_de"), ratings())
    [found] = replications(cells, ours, {"MMLU": ["Knowledge"]})
    assert found.published.rho == 0.371 and found.ours.rho == 1.0 and found.is_outside
    assert replications(cells, ours, {"MMLU": ["Know"]}) == []


def test_a_table_of_what_is_no_correlation_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("benchmark,kind,german\nMMLU,x,1.2\n")
    with pytest.raises(InputError, match="between -1 and 1"):
        list(read_published(tmp_path / "t.csv", n=30))


def test_a_claim_leaves_out_what_cannot_be() -> None:
    found = claim(0.95, 0.1, 30, between=(0.2, 0.99))
    assert [between for between, _ in found.p_values] == [0.2]


def test_languages_that_rank_models_alike_are_told() -> None:
    found = between_languages([*ratings(), *ratings({m: -r for m, r in HUMAN.items()}, language="fra")])
    assert found == {("deu", "fra"): (-1.0, 9)}
