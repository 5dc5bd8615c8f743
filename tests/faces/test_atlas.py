"""Does the atlas show every language, escape every card, and need nothing from outside? And do its commands work?"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from metier.evaluate.multilingual.agreement import agreements
from metier.evaluate.multilingual.card import Card
from metier.evaluate.multilingual.scores import BenchmarkScore, HumanRating
from metier.faces.atlas import as_page, level
from metier.faces.cli import main

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"
CARDS = [
    Card(name="A", languages=("English", "German"), tasks=("QA", HOSTILE), translation=("gpt",)),
    Card(name=HOSTILE, languages=("English", "xyz"), tasks=("QA",)),
]
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def metier(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run `metier evaluate multilingual` and give back its exit code, standard output and standard error."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["metier", "evaluate", "multilingual", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        return int(end.value.code or 0), said.out, said.err

    return run


@pytest.fixture
def cards(tmp_path: Path) -> Path:
    path = tmp_path / "cards.jsonl"
    path.write_text('{"name": "A", "languages": ["de", "is"], "tasks": ["QA"]}\n{"name": "B", "languages": ["de"]}\n')
    return path


@pytest.fixture
def tables(tmp_path: Path) -> tuple[Path, Path]:
    scores, ratings = tmp_path / "scores.csv", tmp_path / "ratings.csv"
    scores.write_text(
        "model,language,benchmark,score\n"
        + "".join(f"o{n % 3}/m{n},german,bench,{n + 3 * (n % 2)}\n" for n in range(9))
    )
    ratings.write_text("model,german\n" + "".join(f"o{n % 3}/m{n},{1000 + n}\n" for n in range(9)) + "o/m,900\n")
    return scores, ratings


class _Parts(HTMLParser):
    """The tags of a page, and every address in it that a browser would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.fetched += [value or "" for name, value in attributes if name == "src"]
        self.fetched += [
            value or "" for name, value in attributes if name == "href" and not (value or "").startswith("#")
        ]


def page() -> str:
    models = [f"m{n}" for n in range(8)]
    scores = [BenchmarkScore(model=m, language="deu", benchmark=HOSTILE, score=n) for n, m in enumerate(models)]
    rated = [HumanRating(model=m, language="deu", rating=n + 2 * (n % 2)) for n, m in enumerate(models)]
    return as_page(CARDS, title=HOSTILE, agreements=agreements(scores, rated, resamples=50))


def test_what_stands_in_a_card_is_text_and_nothing_is_fetched() -> None:
    parts = _Parts()
    parts.feed(page())
    assert not {"script", "img", "link", "iframe", "object"} & set(parts.tags)
    assert parts.fetched == []
    assert "@import" not in page() and "url(" not in page()


def test_the_page_follows_light_dark_narrow_and_paper() -> None:
    text = page()
    assert "prefers-color-scheme: dark" in text and "@media print" in text and "width=device-width" in text


def test_every_language_with_speakers_has_a_tile_and_those_without_benchmarks_are_marked() -> None:
    from metier.evaluate.multilingual.languages import known_languages

    tiles = re.findall(r'<li class="shade(\d)"><b>([\d,]+)</b>([^<]+) <span', page())
    assert len(tiles) == len(known_languages())
    marked = {name: (shade, count) for shade, count, name in tiles}
    assert (
        marked["English"][1] == "2" and marked["Icelandic"] == ("0", "0") and marked["German"][0] > marked["English"][0]
    )
    assert all((shade == "0") == (count == "0") for shade, count in marked.values())


def test_figures_of_the_page_are_those_of_the_cards() -> None:
    text = page()
    assert "2 benchmarks in 3 languages" in text
    # English has 2 of 4 pairs, German and xyz one each: HHI 0.375.
    assert '<dd class="big">2.7</dd>' in text and '<th scope="row">English</th><td class="num">50.0 %' in text


def test_the_same_cards_give_the_same_page() -> None:
    assert page() == page()


def test_a_shade_rises_with_the_count() -> None:
    shades = [level(count, 500) for count in range(501)]
    assert shades == sorted(shades) and shades[0] == 0 and shades[1] == 1 and shades[-1] == 5


def test_the_command_writes_the_page(metier: Command, cards: Path, tables: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "deep" / "atlas.html"
    scores, ratings = tables
    code, said, _ = metier("atlas", cards, "--out", out, "--scores", scores, "--ratings", ratings)
    assert (code, said) == (0, "") and "German, bench" in out.read_text()


def test_scores_without_ratings_are_wrong_use(metier: Command, cards: Path, tables: tuple[Path, Path]) -> None:
    code, _, told = metier("atlas", cards, "--scores", tables[0])
    assert code == 2 and "--scores and --ratings together" in told


def test_lint_finds_and_says_so_with_its_exit_code(metier: Command, cards: Path) -> None:
    code, out, _ = metier("lint", cards, "--json")
    found = json.loads(out)
    assert code == 1 and {one["card"] for one in found} == {"A", "B"}
    code, out, _ = metier("lint", cards, "--stated")
    assert code == 1 and "one-language" in out and "unstated" not in out


def test_figures_for_programs(metier: Command, cards: Path, tables: tuple[Path, Path], tmp_path: Path) -> None:
    assert len(metier("cards", cards, "--json")[1].splitlines()) == 2
    crowding = json.loads(metier("concentration", cards, "--json")[1])
    assert crowding["by_language"]["languages"] == 2 and crowding["by_speaker"]["unserved"] > 0.9
    cost = json.loads(metier("cost", cards, "--json")[1])
    assert cost["estimate"]["low"] < cost["estimate"]["high"] and "wage" in cost["assumptions"]
    found = json.loads(metier("agreement", *tables, "--json")[1])
    assert found["agreements"][0]["n"] == 9 and len(found["matching"]["unmatched"]) == 1
    votes = tmp_path / "votes.csv"
    votes.write_text("model_a,model_b,winner,language\nx,y,a,German\nx,y,b,de\nx,y,a,fr\nx,y,a,de\n")
    assert metier("ratings", votes, "--language", "Elvish")[0] == 2
    ranking = json.loads(metier("ratings", votes, "--language", "German", "--json")[1])
    assert [(one["model"], one["votes"]) for one in ranking["models"]] == [("x", 3), ("y", 3)]
    assert json.loads(metier("claim", "0.68", "0.47", "30", "--json")[1])["least_between"] == pytest.approx(
        0.74, abs=0.01
    )


def test_tables_for_people(metier: Command, cards: Path, tables: tuple[Path, Path]) -> None:
    assert "German\t2\t66.7%" in metier("concentration", cards)[1]
    assert "German\tbench\t9\t" in metier("agreement", *tables)[1]
    assert "0.80\t0.025" in metier("claim", "0.68", "0.47", "30")[1]
    assert "median\t" in metier("cost", cards)[1] and "tasks\tQA\t1" in metier("cards", cards)[1]


def test_two_benchmarks_and_a_printed_table_from_the_command_line(metier: Command, tmp_path: Path) -> None:
    scores, ratings, printed = (tmp_path / name for name in ("s.csv", "r.csv", "t.csv"))
    rows = [(f"m{n}", n + 2 * (n % 2), (5 * n) % 9, 1000 + n) for n in range(9)]
    lines = [f"{m},de,{name},{value}\n" for m, a, b, _ in rows for name, value in (("local", a), ("translated", b))]
    scores.write_text("model,language,benchmark,score\n" + "".join(lines))
    ratings.write_text("model,german\n" + "".join(f"{m},{rating}\n" for m, _, _, rating in rows))
    chosen = ("--language", "German", "--first", "local", "--second", "translated")
    found = json.loads(metier("versus", scores, ratings, *chosen, "--json")[1])
    assert found["n"] == 9 and found["contrast"]["first"] > found["contrast"]["second"]
    code, out, told = metier("versus", scores, ratings, *chosen)
    assert code == 0 and "p, Williams" in out and "9 models" in told
    printed.write_text("benchmark,kind,german\nMMLU,discriminative,0.371\n")
    code, out, told = metier("published", printed, "--models", "30")
    assert code == 0 and "MMLU\tGerman\t0.37\t-0.00 to 0.65" in out and "1 of 1 intervals hold 0" in told


@pytest.mark.parametrize("command", ["cards", "lint", "concentration", "cost"])
def test_a_file_that_is_not_there_is_wrong_use(metier: Command, tmp_path: Path, command: str) -> None:
    code, out, told = metier(command, tmp_path / "none.jsonl")
    assert code == 2 and out == "" and "Cannot read" in told


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1200])
def test_a_browser_shows_it_without_scrolling_sideways(show: Callable[..., str], tmp_path: Path, width: int) -> None:
    from browser import widths
    from metier.faces.page import write_page

    is_wide, window = widths(write_page(page(), tmp_path / "atlas.html"), show, width)
    assert is_wide <= window
