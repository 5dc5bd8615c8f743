"""A model that has memorised half of an exam is found out, and one that has not is left in peace."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from typer.testing import CliRunner

from metier.client import Request, TokenLogProbs
from metier.clients.rule import RuleClient
from metier.evaluate.audit import Record, record_of
from metier.evaluate.audit.memory import GO_ON, NEXT, by_likelihood, check_memory, remembered
from metier.faces.cli import app
from metier.faces.files import write_lines
from metier.graders import grader_for
from metier.item import Item

WORDS = [f"{a}{b}" for a in ("ka", "lo", "mi", "ne", "pu", "ra", "si", "te") for b in ("dor", "fel", "gan", "hum")]


def exam(count: int, *, seed: int = 1) -> list[Record]:
    chance = random.Random(seed)
    records = []
    for n in range(count):
        asked = " ".join(chance.choice(WORDS) for _ in range(30)) + "?"
        choices = tuple(f"{chance.choice(WORDS)} {n} {place}" for place in range(4))
        prompt = asked + "".join(f"\n{letter}) {text}" for letter, text in zip("ABCD", choices, strict=True))
        item = Item(prompt=prompt, reference=chance.choice("ABCD"), grader="choice", choices=choices)
        records.append(record_of(item, f"e:{n}"))
    return records


def reader_of(records: Sequence[Record], *, seed: int = 0) -> RuleClient:
    """Knows these records by heart, and guesses elsewhere."""
    chance = random.Random(seed)
    known = {record.prompt: n for n, record in enumerate(records)}

    def rule(request: Request) -> str:
        asked = request.messages[-1].content
        if asked.startswith(GO_ON):
            begun = asked.removeprefix(GO_ON)
            return next((prompt[len(begun) :] for prompt in known if prompt.startswith(begun)), noise(chance))
        if asked.startswith(NEXT):
            place = known.get(asked.removeprefix(NEXT), len(records))
            return records[place + 1].prompt if place + 1 < len(records) else noise(chance)
        place = known.get(asked, -1)
        return records[place].gold if place >= 0 else chance.choice("ABCD")

    return RuleClient(rule)


def noise(chance: random.Random) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(30))


def test_half_an_exam_by_heart_is_found_out_question_by_question_and_by_order() -> None:
    records = exam(40)
    found = remembered(records, reader_of(records[:20]), grader_for=grader_for, draws=999)
    assert [place for place, _ in found.recited] == [f"e:{n}" for n in range(20)]
    assert found.tried == 40
    assert {one.way: one.p_value < 0.01 for one in found.orders} == {"next_question": True, "options": True}
    rules = [finding.rule for finding in check_memory(found)]
    assert rules.count("recited") == 20
    assert rules.count("order_remembered") == 2


def test_who_guesses_is_rarely_accused() -> None:
    """At level 0.05 over 200 exams; a clean model answers with words of the subject."""
    alarms = {"next_question": 0, "options": 0}
    for seed in range(200):
        found = remembered(exam(12, seed=seed), reader_of([], seed=seed), grader_for=grader_for, seed=seed, draws=99)
        assert not found.recited
        for one in found.orders:
            alarms[one.way] += one.p_value <= 0.05
    assert max(alarms.values()) <= 20


def test_a_model_that_prefers_a_letter_does_not_seem_to_remember() -> None:
    found = remembered(exam(30), RuleClient(lambda _: "A"), grader_for=grader_for, draws=99)
    assert [one.p_value for one in found.orders if one.way == "options"] == [pytest.approx(1.0)]


def test_questions_without_options_and_too_few_give_no_test() -> None:
    records = [Record(place=f"e:{n}", prompt="How far?", gold="1") for n in range(3)]
    found = remembered(records, RuleClient("echo"), grader_for=grader_for)
    assert (found.recited, found.tried, found.orders) == ((), 0, ())


class Likely:
    """Holds texts likelier the more of its questions follow each other as it saw them."""

    def __init__(self, seen: Sequence[str]) -> None:
        self.pairs = {"\n\n".join(pair) for pair in pairwise(seen)}

    def log_probs(self, texts: Iterable[str]) -> list[TokenLogProbs]:
        return [TokenLogProbs(values=(-100.0, sum(pair in text for pair in self.pairs))) for text in texts]


def test_the_order_of_the_file_is_likelier_to_who_saw_it() -> None:
    texts = [record.prompt for record in exam(20)]
    seen = by_likelihood(texts, Likely(texts[:10]))
    other = by_likelihood(texts, Likely([]))
    assert seen and other
    assert seen.p_value == 0.01
    assert other.p_value == 1.0


def test_the_command_asks_a_model_and_counts_what_it_remembers(tmp_path: Path) -> None:
    exam_path = tmp_path / "exam.jsonl"
    write_lines([record.item for record in exam(8)], exam_path)
    script = tmp_path / "replies.toml"
    script.write_text('kind = "rule"\nrule = "echo"\n')
    done = CliRunner().invoke(app, ["evaluate", "audit", str(exam_path), "--client", str(script), "--json"])
    assert "0 of 8 questions that were broken off are recited" in done.output
    assert "next_question: 0" in done.output
