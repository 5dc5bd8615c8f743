"""Are cards read strictly, linted whole, and counted rightly?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.errors import InputError
from metier.evaluate.multilingual.card import Card, read_cards
from metier.evaluate.multilingual.concentration import concentration, counts, matrix, translation_share
from metier.evaluate.multilingual.cost import Assumptions, estimate_cost
from metier.evaluate.multilingual.languages import known_languages, language_code, read_weights, speakers
from metier.evaluate.multilingual.lint import lint_card, lint_cards, standing
from metier.evaluate.multilingual.mteb import is_mteb, read_mteb

WHOLE = {
    "name": "Whole",
    "languages": ["Icelandic", "fao"],
    "published": "2024-05",
    "category": "generative",
    "tasks": ["writing"],
    "domains": ["letters"],
    "size": "1K-10K",
    "affiliation": "academic",
    "affiliations": ["A University"],
    "countries": ["Iceland"],
    "translation": ["none"],
    "num_items": 2000,
    "localized": True,
    "annotators": ["native"],
    "reviewed": True,
    "agreement": 0.8,
    "human": 0.9,
    "best": 0.6,
    "is_public": False,
    "source": ["own"],
    "dialects": ["north"],
}
AMOUNTS = st.dictionaries(st.sampled_from([f"l{n}" for n in range(12)]), st.integers(1, 99), min_size=1)


def write(folder: Path, *records: object) -> Path:
    path = folder / "cards.jsonl"
    path.write_text("\n".join(json.dumps(record) for record in records))
    return path


def test_a_card_that_states_all_has_no_finding(tmp_path: Path) -> None:
    [card] = read_cards(write(tmp_path, WHOLE))
    assert lint_card(card) == []
    assert set(standing(card).values()) == {"met"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"langages": ["de"]}, "unknown key 'langages'"),
        ({"size": "huge"}, "size"),
        ({"translation": ["babelfish"]}, "translation"),
        ({"category": "multiple choice"}, "category"),
        ({"num_items": "many"}, "num_items"),
    ],
)
def test_a_card_outside_the_scheme_is_refused_with_its_line(
    tmp_path: Path, change: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError, match=f"line 2.*{message}"):
        list(read_cards(write(tmp_path, WHOLE, WHOLE | change)))


def test_a_table_says_what_json_lines_say(tmp_path: Path) -> None:
    keys = list(WHOLE)
    cells = [";".join(v) if isinstance(v, list) else {True: "yes", False: "no"}.get(v, v) for v in WHOLE.values()]  # type: ignore[call-overload]
    (tmp_path / "c.csv").write_text(",".join([*keys, "chance"]) + "\n" + ",".join([*map(str, cells), ""]) + "\n")
    assert list(read_cards(tmp_path / "c.csv")) == list(read_cards(write(tmp_path, WHOLE)))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,languages,colour\nX,de,red\n", "unknown key 'colour'"),
        ("name,languages,localized\nX,de,perhaps\n", "line 2: localized: expected yes or no"),
        ("name\nX\n", "no column 'languages'"),
        ("name,languages\nX,de,fr\n", "line 2: expected 2 cells"),
    ],
)
def test_a_table_that_is_no_table_of_cards_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "c.csv").write_text(text)
    with pytest.raises(InputError, match=message):
        list(read_cards(tmp_path / "c.csv"))


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"name": " "}, "no-name"),
        ({"languages": []}, "no-language"),
        ({"languages": ["Elvish"]}, "unknown-language"),
        ({"languages": ["German", "deu-Latn"]}, "language-twice"),
        ({"published": "May 2024"}, "published-form"),
        ({"translation": ["none", "gpt"]}, "translation-contradicts"),
        ({"best": 61.0}, "best-range"),
        ({"num_items": 0}, "num-items-range"),
        ({"num_items": 50}, "size-contradicts"),
        ({"chance": 0.25}, "chance-contradicts"),
        ({"translation": ["gpt"], "reviewed": False}, "machine-unreviewed"),
        ({"annotators": []}, "annotators"),
        ({"agreement": 0.4}, "agreement"),
        ({"is_public": True}, "public-answers"),
        ({"source": ["Wikipedia dump"]}, "web-source"),
        ({"published": ""}, "published"),
        ({"best": 0.95}, "saturated"),
        ({"best": None}, "best-score"),
        ({"human": None}, "human-score"),
        ({"category": "both"}, "chance-score"),
        ({"num_items": 101, "size": None}, "small"),
        ({"tasks": []}, "tasks"),
        ({"category": None}, "category"),
        ({"category": "discriminative"}, "chosen-only"),
        ({"domains": []}, "domains"),
        ({"languages": ["German"]}, "one-language"),
        ({"languages": ["English"]}, "english-only"),
        ({"dialects": []}, "dialects"),
        ({"translation": []}, "translation"),
        ({"translation": ["human"], "localized": False}, "not-localized"),
        ({"annotators": ["crowd"]}, "no-native-annotators"),
    ],
)
def test_each_fault_is_found_by_its_rule(tmp_path: Path, change: dict[str, object], rule: str) -> None:
    assert rule in [finding.rule for card in read_cards(write(tmp_path, WHOLE | change)) for finding in lint_card(card)]


def test_a_name_that_comes_twice_is_found_once() -> None:
    cards = [Card(name="X", languages=("de",)), Card(name="x ", languages=("fr",)), Card(name="X", languages=("fr",))]
    assert [f.card for f in lint_cards(cards) if f.rule == "name-twice"] == ["x "]


def test_every_name_of_the_table_of_languages_means_one_language() -> None:
    codes = list(known_languages())
    assert len(set(codes)) == len(codes) > 100
    for code, language in known_languages().items():
        assert language_code(code) == language_code(language.name) == code
        assert language.speakers_m > 0


@given(amounts=AMOUNTS)
def test_indices_stay_within_their_bounds(amounts: dict[str, int]) -> None:
    found = concentration(amounts)
    size = len(amounts)
    assert 0 <= found.gini <= 1 - 1 / size + 1e-9
    assert 1 / size - 1e-9 <= found.hhi <= 1 + 1e-9
    assert all(y <= x + 1e-9 for x, y in found.lorenz)
    assert found.lorenz[-1] == pytest.approx((1, 1))


@given(amounts=AMOUNTS, factor=st.integers(2, 9))
def test_the_unit_of_amounts_changes_no_index(amounts: dict[str, int], factor: int) -> None:
    one, two = concentration(amounts), concentration({code: factor * value for code, value in amounts.items()})
    assert (one.gini, one.hhi) == pytest.approx((two.gini, two.hhi))


def test_gini_of_a_textbook_row() -> None:
    """Mean absolute difference over twice the mean: for 1, 2, 3, 4 it is 1.25 / 5."""
    assert concentration(dict(zip("abcd", (1, 2, 3, 4), strict=True))).gini == pytest.approx(0.25)


def test_what_follows_the_speakers_is_equal_and_a_language_without_any_counts() -> None:
    assert concentration({"a": 30, "b": 10}, {"a": 3, "b": 1}).gini == 0
    left_out = concentration({"a": 30, "b": 10}, {"a": 3, "b": 1, "c": 4})
    assert left_out.gini == pytest.approx(0.5) and left_out.unserved == 0.5


def test_nothing_to_measure_is_refused() -> None:
    for amounts in ({}, {"a": 0.0}, {"a": -1.0, "b": 2.0}):
        with pytest.raises(InputError):
            concentration(amounts)


def test_the_sum_of_fractional_counts_is_the_number_of_benchmarks() -> None:
    cards = [Card(name=str(n), languages=("de", "fr", "is")[: n + 1]) for n in range(3)]
    assert sum(counts(cards, fractional=True).values()) == pytest.approx(3)
    assert matrix(cards) == {"deu": {}, "fra": {}, "isl": {}}


def test_weights_are_read_by_any_name_of_a_language_and_once(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text("language,weight\nGerman,3\nfra,1\n")
    assert read_weights(tmp_path / "w.csv") == {"deu": 3.0, "fra": 1.0}
    for bad in ("German,3\nde,1\n", "Elvish,1\n", "German,-1\n", "German,nan\n"):
        (tmp_path / "w.csv").write_text(f"language,weight\n{bad}")
        with pytest.raises(InputError, match=r"line \d"):
            read_weights(tmp_path / "w.csv")
    assert speakers()["zho"] > 1000


HEAD = "name,type,languages,domains,annotations_creators,sample_creation,license,date_to,dialects\n"


def test_metadata_of_mteb_becomes_cards_without_guesses(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text(
        HEAD
        + "A,STS,deu-Latn;cmn-Hans;zho-Hant,News;Web,expert-annotated,human-translated and localized,mit,2021-03-04,\n"
        + "B,Retrieval,eng-Latn;python-Code;sql-Code,,derived,,not specified,,\n"
        + "C,Retrieval,fra-Latn,Web,derived,machine-translated,not specified,,\n"
    )
    a, b, c = read_mteb(path)
    assert a.languages == ("deu", "zho") and a.translation == ("human",) and a.localized and a.published == "2021-03"
    assert b.languages == ("eng",) and b.translation == () and b.license == "" and b.is_translated is None
    assert c.reviewed is False and c.is_translated
    share = translation_share([a, b, c])
    assert (share.total, share.translated, share.human, share.machine, share.localized) == (2, 2, 1, 1, 1)
    assert is_mteb(path) and not is_mteb(write(tmp_path, WHOLE))


def test_a_cost_lies_between_its_bounds_and_is_the_same_for_a_seed() -> None:
    cards = [Card(name="X", languages=("de",), size="1K-10K"), Card(name="Y", languages=("fr",), translation=("gpt",))]
    one = estimate_cost(cards, seed=3)
    assert one.low <= one.p5 <= one.median <= one.p95 <= one.high
    assert one == estimate_cost(cards, seed=3) != estimate_cost(cards, seed=4)


def test_a_cost_without_doubt_is_a_product() -> None:
    """500 items, translated by people at 3 minutes, 20 dollars an hour and half as much again."""
    sure = Assumptions(wage=(20, 20, 20), translate_min=(3, 3, 3), overhead=(1.5, 1.5, 1.5))
    found = estimate_cost([Card(name="X", languages=("de",), num_items=500, translation=("human",))], sure)
    assert [found.low, found.median, found.high] == pytest.approx([500 * 3 / 60 * 20 * 1.5] * 3)


def test_ranges_out_of_order_are_refused() -> None:
    with pytest.raises(InputError, match="wage"):
        estimate_cost([Card(name="X", languages=("de",))], Assumptions(wage=(9, 5, 10)))
    with pytest.raises(InputError, match="none"):
        estimate_cost([])
