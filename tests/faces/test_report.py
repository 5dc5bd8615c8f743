"""Does the page say what the records say, all of it, and nothing that strangers wrote as markup?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from metier import lifecycle
from metier.border import load
from metier.errors import CorruptStore
from metier.faces import report, words
from metier.faces.report import STAGES, write_report
from metier.run import StageRecord
from metier.stores.sqlite import SqliteStore
from metier.verdict import ExposureTier, Verdict
from sample_run import HOSTILE, TITLE, sample_run

Records = dict[str, StageRecord]
SECTIONS = ("wheel", "before-after", "curves", "skills", "plans", "failures", "update", "method")
VOID = {"meta", "link", "br", "hr", "img", "input", "path", "line", "circle", "rect", "polyline"}


class Page(HTMLParser):
    """A page as read: its tags, its text, its tables by id; unbalanced tags are noted."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.tables: dict[str, list[list[str]]] = {}
        self._rows: list[list[str]] = []
        self.feed(text)
        self.close()
        self.faults += self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "table":
            self._rows = self.tables.setdefault(dict(attrs).get("id") or f"table {len(self.tables)}", [])
        if tag == "tr":
            self._rows.append([])
        if tag in ("td", "th") and self._rows:
            self._rows[-1].append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if "style" in self.open:
            return
        self.text += data
        if ("td" in self.open or "th" in self.open) and self._rows and self._rows[-1]:
            self._rows[-1][-1] += data

    @property
    def words(self) -> str:
        return " ".join(self.text.split())


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Records, SqliteStore]]:
    records, store = sample_run(tmp_path_factory.mktemp("sample"))
    yield records, store
    store.close()


@pytest.fixture
def write(sample: tuple[Records, SqliteStore], tmp_path: Path) -> Any:
    """Write a report, of the sample unless told otherwise, and give its text."""

    def written(records: Records | None = None, **options: Any) -> str:
        options = {"title": TITLE, **options}
        path = write_report(sample[0] if records is None else records, sample[1], tmp_path / "r.html", **options)
        return path.read_text(encoding="utf-8")

    return written


def without(record: StageRecord, *names: str) -> StageRecord:
    return replace(record, output={key: value for key, value in record.output.items() if key not in names})


def test_the_page_is_balanced_and_has_every_section(write: Any) -> None:
    page = Page(write())
    assert page.faults == []
    assert [attributes["id"] for tag, attributes in page.tags if tag == "section"] == list(SECTIONS)
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_the_page_needs_nothing_but_itself(write: Any) -> None:
    text = write()
    page = Page(text)
    assert not {"script", "link", "img", "iframe", "object", "embed", "base", "form"} & {tag for tag, _ in page.tags}
    assert not any(
        name in ("src", "srcset", "data", "xlink:href") or name.startswith("on")
        for _, attributes in page.tags
        for name in attributes
    )
    hrefs = [attributes["href"] for tag, attributes in page.tags if "href" in attributes]
    assert all(str(href).startswith(("#", "https://arxiv.org/abs/")) for href in hrefs)
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style and not re.search(r"url\(|@import|@font-face|expression", style[1])
    assert "default-src 'none'" in text


def test_what_strangers_wrote_is_text(write: Any, sample: tuple[Records, SqliteStore]) -> None:
    """A reply, a description and the title try to be a script."""
    text = write(title=f"{TITLE} {HOSTILE}")
    assert "<script" not in text.lower()
    page = Page(text)
    assert any(HOSTILE in cell for name, rows in page.tables.items() for row in rows for cell in row[1:2])  # the reply
    assert any(f"Sets up everything at once. {HOSTILE}" in row[0] for row in page.tables["verdicts"])
    assert f"{HOSTILE} · metier" in page.text
    assert page.faults == []


def test_every_text_of_every_record_may_be_hostile(write: Any, sample: tuple[Records, SqliteStore]) -> None:
    def poisoned(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: inner if key in ("exam", "runs", "kind", "arm") else poisoned(inner)
                for key, inner in value.items()
            }
        if isinstance(value, list):
            return [poisoned(inner) for inner in value]
        return value + '"><script>x</script><b onclick=x>' if isinstance(value, str) else value

    records = {
        stage: replace(record, output=poisoned(dict(record.output)), came_out=poisoned(record.came_out))
        for stage, record in sample[0].items()
    }
    text = write(records, started=HOSTILE, evidence_digest=HOSTILE)
    assert "<script" not in text
    page = Page(text)
    assert page.faults == []
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)


def test_names_that_are_keys_may_be_hostile(write: Any, sample: tuple[Records, SqliteStore]) -> None:
    evaluate, practice = sample[0]["evaluate"], sample[0]["practice"]
    rows = [{**row, "label": HOSTILE} for row in evaluate.output["differences"]["rft"]]
    output = {**evaluate.output, "differences": {HOSTILE: rows}, "runs": {HOSTILE: "run_level-2"}}
    curves = {HOSTILE: [{"step": 1, HOSTILE: 0.5}, {"step": 2, HOSTILE: 0.6}]}
    text = write(
        {
            **sample[0],
            "evaluate": replace(evaluate, output=output),
            "practice": replace(practice, output={**practice.output, "curves": curves}),
        }
    )
    assert "<script" not in text
    assert Page(text).faults == []


def test_characters_that_nobody_sees_are_spelt_out(write: Any) -> None:
    text = write(title="a\x00b\ud800c\u202ed\U000e0041e")
    assert "a\\u0000b\\ud800c\\u202ed\\U000e0041e" in text
    assert not re.search("[\x00\u202e]", text)


def test_the_table_of_differences_equals_the_records(write: Any, sample: tuple[Records, SqliteStore]) -> None:
    rows = [row for row in Page(write()).tables["differences"] if len(row) == 9][1:]
    wanted = []
    for arm_rows in sample[0]["evaluate"].output["differences"].values():
        for row in arm_rows:
            left_out = f" ({row['left_out']} left out)" if row["left_out"] else ""
            wanted.append(
                [
                    row["label"],
                    f"{100 * row['before']:.1f}",
                    f"{100 * row['after']:.1f}",
                    f"{signed(row['difference'])} [{signed(row['low'])}, {signed(row['high'])}]",
                    words.p_value(row["p_value"]),
                    f"{row['items']}{left_out}",
                    str(row["clusters"]),
                    str(row["gained"]),
                    str(row["lost"]),
                ]
            )
    assert len(wanted) == 18
    assert rows == wanted


def signed(share: float) -> str:
    text = f"{100 * share:+.1f}".replace("-", "−")
    return "0.0" if text in ("+0.0", "−0.0") else text


def test_the_first_sentence_is_of_the_chosen_arm(write: Any, sample: tuple[Records, SqliteStore]) -> None:
    cells = {row["label"]: row for row in sample[0]["evaluate"].output["differences"]["level-2"]}
    page = Page(write())
    for label in ("practised level 2", "held-out level 2", "practised level 3", "held-out level 3"):
        before, after = (f"{100 * cells[label][side]:.0f}" for side in ("before", "after"))
        assert f"from {before} to {after} %" in page.words
    assert "With the arm level-2," in page.words
    assert "With the arm rft," in Page(write(policy="rft")).words


def test_the_wheel_counts_what_came_out(write: Any, sample: tuple[Records, SqliteStore]) -> None:
    records = sample[0]
    page = Page(write(reused=("discover",)))
    out = {stage: record.output for stage, record in records.items()}
    assert f"discover: {len(out['discover']['skills'])} skills, 0.4 s" in page.text
    assert f"distill: {sum(out['distill']['counts'].values()):,} items" in page.text
    assert "evaluate: 960 attempts" in page.text
    assert f"store: {len(out['store']['skills'])} packages" in page.text
    assert "compose: 1 plan" in page.text
    assert "update: 1,500 new items" in page.text
    assert "\\u00a0" not in page.text
    assert page.words.count("· reused") == 1
    assert len([1 for tag, attributes in page.tags if attributes.get("class") == "spoke reused"]) == 1


def test_what_contradicts_the_paper_is_said(write: Any) -> None:
    page = Page(write())
    assert "Against the paper." in page.words
    assert (
        "rejection fine-tuning does not carry over to held-out functions; here rft took held-out level 2" in page.words
    )
    readings = {row[0]: row[2] for row in page.tables["claims"][1:]}
    assert readings["Reinforcement learning on compositions carries over to held-out functions"] == "agrees"
    assert readings["Rejection fine-tuning does not carry over to deeper compositions"] == "contradicts it"


@pytest.mark.parametrize(
    ("low", "high", "improves", "reading"),
    [
        (0.1, 0.3, True, "agrees"),
        (0.1, 0.3, False, "contradicts it"),
        (-0.1, 0.3, True, "does not show it"),
        (-0.1, 0.3, False, "is compatible with it"),
        (-0.3, -0.1, True, "contradicts it"),
        (-0.3, -0.1, False, "agrees"),
    ],
)
def test_a_claim_is_read_by_the_interval_alone(low: float, high: float, improves: bool, reading: str) -> None:
    row = {"label": "c", "low": low, "high": high}
    claim = report._claim({"a": [row]}, "a", "c", improves, "words")
    assert claim and claim["reading"] == reading


def test_what_got_worse_is_named(write: Any, sample: tuple[Records, SqliteStore]) -> None:
    fallen = [row for row in sample[0]["evaluate"].output["differences"]["rft"] if row["high"] < 0]
    assert fallen
    assert f"rft, {fallen[0]['label']}" in Page(write()).words.partition("What got worse.")[2][:200]


def test_every_verdict_and_every_finding_is_listed(write: Any, sample: tuple[Records, SqliteStore]) -> None:
    verdicts = sample[0]["govern"].output["verdicts"]
    page = Page(write())
    rows = [row for row in page.tables["verdicts"][1:] if len(row) == 4]
    assert len(rows) == len(verdicts)
    setup = next(row for row in rows if row[0].startswith("quick-setup"))
    assert "run-download" in setup[3] and "SKILL.md, line 4" in setup[3] and "| sh" in setup[3]
    assert "metadata" in setup[2]


def test_what_fell_since_the_turn_is_told(write: Any, sample: tuple[Records, SqliteStore]) -> None:
    verdicts = load(list[Verdict], sample[0]["govern"].output["verdicts"], where="govern")
    high = max(verdicts, key=lambda verdict: verdict.exposure)
    fallen = replace(high, exposure=ExposureTier.METADATA, reasons=(*high.reasons, "revoked: it sent mail"))
    now = {one.digest: one for one in [*verdicts, fallen]}
    rows = {row[0]: row for row in Page(write(now=now)).tables["verdicts"][1:] if len(row) == 4}
    (row,) = [row for name, row in rows.items() if name.startswith(high.skill)]
    assert "fell since revoked: it sent mail" in " ".join(row[3].split()) and "metadata" in row[2]
    assert sum("fell since" in row[3] for row in rows.values()) == 1
    assert "fell since" not in write(now={one.digest: one for one in verdicts})


def test_packages_and_concepts_are_listed_with_their_faults(write: Any) -> None:
    page = Page(write())
    rows = {row[0]: row[2] for row in page.tables["packages"][1:]}
    assert "unreadable: half-written/SKILL.md has no description." in rows["packages/half-written"]
    assert "line 3: The description has a colon" in rows["packages/changelog-entries"]
    assert "title-case" in page.words and "5 of 55 concepts" in page.words


def test_plans_and_gaps_show_what_was_executed_and_what_is_missing(write: Any) -> None:
    page = Page(write())
    assert "Plan: 2 of 2 examples as wanted, 1 call tried" in page.words
    assert "'abcdef' → 'aedcbf', as wanted" in page.words
    assert "no stored skill covers 'title-case'" in page.words
    assert "small news → Small News" in page.words


def test_failures_are_counted_in_full_and_shown_in_part(write: Any, sample: tuple[Records, SqliteStore]) -> None:
    records, store = sample
    attempts = list(store.attempts(run_id="run_level-2"))
    items = {i.item_id for i in store.bulk.items(records["distill"].output["exam"]["held-out level 3"])}
    inside = [a for a in attempts if a.item_id in items]
    failed = [a for a in inside if a.grade.score == 0.0]
    page = Page(write())
    assert len(failed) > 8
    assert f"held-out level 3 {len(failed)} of {len(inside)} failed, 1 unscored" in page.words
    tables = [rows for name, rows in page.tables.items() if rows[0] == ["prompt", "reply", "wanted", "reason"]]
    assert max(len(rows) - 1 for rows in tables) == 8
    assert [row[1] for row in tables[-1][1:]] == [a.reply for a in failed[:8]]


def test_the_update_says_what_was_decided_and_why(write: Any, sample: tuple[Records, SqliteStore]) -> None:
    update = sample[0]["update"].output
    page = Page(write())
    assert update["promoted"] and "Promoted as version 1.1.0, after 1,500 new items." in page.words
    assert all(reason in page.words for reason in update["reasons"])
    assert len(page.tables["gate"]) == 1 + len(update["differences"])
    assert (
        page.tables["weaknesses"][1][1] == f"{update['weaknesses'][0]['failed']} of {update['weaknesses'][0]['tried']}"
    )
    refused = {**update, "promoted": False, "reasons": ["practised level 1: it worked and got worse"], "version": ""}
    page = Page(write({**sample[0], "update": replace(sample[0]["update"], output=refused)}))
    assert "Not promoted, after" in page.words and "it worked and got worse" in page.words


def test_how_it_was_done_names_digests_seed_and_what_was_dropped(
    write: Any, sample: tuple[Records, SqliteStore]
) -> None:
    page = Page(write(seed=7, evidence_digest="sha256:" + "ab" * 32, started="2026-03-16"))
    assert "sha256:" + "ab" * 32 in page.words and "seed7" in page.text.replace("\n", "")
    assert "near exam" in page.words and "212" in page.words
    assert [row[4] for row in page.tables["stages"][1:]] == [sample[0][s].key[7:19] for s in STAGES]
    for source in ("2602.20867", "2509.25123", "2411.00640", "Wilson"):
        assert source in page.words


@pytest.mark.parametrize("missing", STAGES)
def test_a_stage_that_did_not_run_is_said_to_be_so(
    write: Any, sample: tuple[Records, SqliteStore], missing: str
) -> None:
    page = Page(write({stage: record for stage, record in sample[0].items() if stage != missing}))
    assert page.faults == []
    assert f"{missing}: – not run" in page.text
    assert "not run" in next(row for row in page.tables["stages"] if row[0] == missing)[1]


@pytest.mark.parametrize("number", range(9))
def test_a_run_that_stopped_anywhere_is_reported(write: Any, sample: tuple[Records, SqliteStore], number: int) -> None:
    page = Page(write({stage: sample[0][stage] for stage in STAGES[:number]}))
    assert page.faults == []
    assert [attributes["id"] for tag, attributes in page.tags if tag == "section"] == list(SECTIONS)
    if number < 4:
        assert "What was learnt is not known yet" in page.words
        assert "evaluate has not run" in page.words


def test_records_with_nothing_in_them_are_reported(write: Any) -> None:
    page = Page(write({stage: StageRecord(key="sha256:0", stage=stage) for stage in STAGES}))
    assert page.faults == []


@pytest.mark.parametrize("stage", STAGES)
def test_a_record_may_lack_any_of_its_parts(write: Any, sample: tuple[Records, SqliteStore], stage: str) -> None:
    for name in sample[0][stage].output:
        assert Page(write({**sample[0], stage: without(sample[0][stage], name)})).faults == []


def test_a_store_that_has_lost_its_items_is_reported(
    write: Any, sample: tuple[Records, SqliteStore], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: Any, **__: Any) -> Any:
        raise CorruptStore(f"damaged in {tmp_path}")

    monkeypatch.setattr(sample[1], "attempts", lost)
    text = write()
    assert "could not be read back from the store" in text
    assert str(tmp_path) not in text


def test_a_long_reply_is_cut_and_says_so() -> None:
    assert words.clip("x" * 1000, 400).endswith("… (600 more characters)")


def test_the_same_records_give_the_same_bytes(write: Any) -> None:
    assert write() == write()


def test_a_report_is_whole_or_not_there(
    sample: tuple[Records, SqliteStore], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "deep" / "report.html"
    assert write_report(*sample, path, title="first") == path
    before = path.read_bytes()

    def torn(self: Path, target: Path) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="no space"):
        patch.setattr(Path, "replace", torn)
        write_report(*sample, path, title="second")
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["report.html"]


def test_text_can_be_read_in_light_and_dark(write: Any) -> None:
    """Contrast of at least 4.5 to 1, WCAG 2.2 level AA, for every colour of text on every ground it stands on."""
    style = write().partition("<style>")[2].partition("</style>")[0]
    themes = [dict(re.findall(r"--(\w+): (#[0-9a-f]{3,6})", block)) for block in style.split(":root")[1:]]
    assert len(themes) == 3  # light, dark, print
    for theme in themes:
        for text in ("ink", "quiet", "accent"):
            for ground in ("paper", "wash", "tint"):
                assert contrast(theme[text], theme[ground]) >= 4.5, (text, ground, theme)


def contrast(a: str, b: str) -> float:
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_stages_are_those_of_the_lifecycle() -> None:
    assert lifecycle.STAGES == STAGES
