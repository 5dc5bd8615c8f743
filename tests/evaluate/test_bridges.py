"""Runs cross to other harnesses and back: no score is lost, and what is no log is refused."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from metier.attempt import Cost
from metier.client import Reply, Request
from metier.clients.rule import RuleClient
from metier.digest import canonical
from metier.errors import InputError
from metier.evaluate.bridges.read import read_samples
from metier.evaluate.bridges.to_eval import write_eval
from metier.evaluate.examine import examine
from metier.evaluate.sit import sit
from metier.evaluate.strategy import Strategy, strategy_of
from metier.evaluate.transcript import read_transcript
from metier.graders import grader_for
from metier.item import Exam, ExamProtocol, Item
from metier.stores.sqlite import SqliteStore

needs_inspect = pytest.mark.skipif(
    find_spec("inspect_ai") is None, reason="needs Inspect AI: pip install 'metier[inspect]'"
)

ITEMS = (
    Item(prompt="0 + 1 =", reference="1", grader="program", policy={"check": "statistics:mean"}, cluster="a"),
    Item(prompt="1 + 1 =", reference="2", grader="number", cluster="a"),
    Item(prompt="2 + 1 =", reference="9", grader="number"),
    Item(prompt="2 + 2 =", reference="b", grader="choice", choices=("3", "4")),
)


def right(request: Request) -> str:
    """Add what the question adds; the first question's grader cannot tell, the third's gold is wrong."""
    question = next(m.content for m in request.messages if m.role == "user")
    return "B" if question.startswith("2 + 2") else str(int(question[0]) + 1)


def exam_of(**protocol: Any) -> Exam:
    return Exam(name="sums", items=ITEMS, protocol=ExamProtocol(**protocol))


def taken(path: Path, exam: Exam, *, strategy: Strategy | None = None) -> Path:
    examine(exam, RuleClient(right), path, grader_for=grader_for, strategy=strategy)
    return path


def scores(path: Path, **options: Any) -> dict[tuple[str, str, int], float | None]:
    return {(row.task, row.sample_id, row.epoch): row.score for row in read_samples(path, **options)}


def written(path: Path, *objects: object) -> Path:
    path.write_text("".join(json.dumps(one) + "\n" for one in objects))
    return path


def zipped(path: Path, members: Mapping[str, object]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as log:
        for name, data in members.items():
            log.writestr(name, json.dumps(data))
    return path


def in_inspect(code: str, *arguments: Path) -> str:
    """Run code beside Inspect in a process of its own: it changes `zipfile` for the whole process."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "INSPECT_DISPLAY": "none"}
    command = [sys.executable, "-c", code, *map(str, arguments)]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-3000:]
    return ended.stdout


@pytest.mark.parametrize("strategy", ["direct", "two_step"])
def test_a_transcript_as_an_eval_log_has_the_same_scores(strategy: str, tmp_path: Path) -> None:
    ours = taken(tmp_path / "run.jsonl", exam_of(epochs=2), strategy=strategy_of(strategy))
    assert write_eval(ours, tmp_path / "run.eval") == 8
    there, here = read_samples(tmp_path / "run.eval"), read_samples(ours)
    assert there == here
    assert [row.score for row in here[:4]] == [None, 1.0, 0.0, 1.0]
    assert not list(tmp_path.glob("*.part"))


def test_a_transcript_gives_the_same_log_each_time(tmp_path: Path) -> None:
    ours = taken(tmp_path / "run.jsonl", exam_of())
    for name in ("a.eval", "b.eval"):
        write_eval(ours, tmp_path / name)
    assert (tmp_path / "a.eval").read_bytes() == (tmp_path / "b.eval").read_bytes()


def test_attempts_and_transcripts_of_one_exam_agree(tmp_path: Path) -> None:
    exam, store = exam_of(epochs=2), SqliteStore(tmp_path / "metier.db")
    attempts = sit(exam, RuleClient(right), store, grader_for=grader_for)
    store.close()
    (tmp_path / "attempts.jsonl").write_bytes(b"".join(canonical(one) + b"\n" for one in attempts))
    ours = read_samples(taken(tmp_path / "run.jsonl", exam))
    theirs = read_samples(tmp_path / "attempts.jsonl")
    assert [(r.sample_id, r.epoch, r.score, r.reply) for r in ours] == [
        (r.sample_id, r.epoch, r.score, r.reply) for r in theirs
    ]
    assert [line.attempt for line in read_transcript(tmp_path / "run.jsonl")] == attempts


_LM_EVAL = {"doc": {"q": "?"}, "target": "4", "arguments": {}, "metrics": ["exact_match", "bleu"]}


def _line(doc_id: int, chosen: str, score: float, said: str) -> dict[str, Any]:
    found = {"resps": [["so " + said]], "filtered_resps": [said], "exact_match": score, "bleu": ["4", said]}
    return {**_LM_EVAL, "doc_id": doc_id, "filter": chosen, **found}


def test_filters_of_lm_eval_are_measures_and_corpus_metrics_are_none(tmp_path: Path) -> None:
    path = written(
        tmp_path / "samples_gsm8k_cot_2026-11-28T03-13-54.681022.jsonl",
        *(
            _line(n, chosen, float(n % 2 and chosen == "loose"), str(n))
            for chosen in ("strict", "loose")
            for n in (0, 1)
        ),
    )
    written(tmp_path / "results_2026-11-28T03-13-54.681022.json", {"model_name": "m-7b"})
    rows = read_samples(path)
    assert [(row.task, row.sample_id, row.score) for row in rows] == [
        ("gsm8k_cot/exact_match,strict", "0", 0.0),
        ("gsm8k_cot/exact_match,strict", "1", 0.0),
        ("gsm8k_cot/exact_match,loose", "0", 0.0),
        ("gsm8k_cot/exact_match,loose", "1", 1.0),
    ]
    assert {row.model for row in rows} == {"m-7b"}
    assert rows[1].reply == "1"
    for measure in ("loose", "exact_match,loose"):
        assert scores(path, measure=measure) == {("gsm8k_cot", "0", 0): 0.0, ("gsm8k_cot", "1", 0): 1.0}
    assert len(read_samples(path, measure="exact_match")) == 4
    with pytest.raises(InputError, match="No measure 'bleu'"):
        read_samples(path, measure="bleu")


def test_lm_eval_of_old_and_of_several_tasks_are_read(tmp_path: Path) -> None:
    for task in ("arc", "mmlu"):
        old = {"doc": {}, "target": 1, "arguments": [], "resps": [[[-1.0, False]]], "filtered_resps": [[-1.0, False]]}
        written(tmp_path / f"samples_{task}.jsonl", {**old, "doc_id": 0, "acc": 1.0}, {**old, "doc_id": 1, "acc": 0})
    assert scores(tmp_path) == {(task, str(n), 0): 1.0 - n for task in ("arc", "mmlu") for n in (0, 1)}


_HEAD = {"version": 2, "status": "success", "eval": {"task": "t", "model": "m"}}


def test_scorers_of_inspect_are_measures_whatever_their_values(tmp_path: Path) -> None:
    values = [
        {"match": {"value": "C"}, "parts": {"value": {"x": 0.25, "y": True}}, "judge": {"value": 7}},
        {"match": {"value": "P"}, "parts": {"value": {"x": 0, "y": False}}, "judge": {"value": 1}},
        {"match": {"value": math.nan}},
    ]
    told = [{"id": n, "epoch": 1, "scores": value} for n, value in enumerate(values)]
    told.append({"id": 3, "epoch": 1, "error": "it broke"})
    for path in (
        zipped(tmp_path / "a.eval", {"header.json": _HEAD, "summaries.json": told}),
        zipped(
            tmp_path / "torn.eval",
            {"_journal/start.json": _HEAD, **{f"samples/{n}_epoch_1.json": one for n, one in enumerate(told)}},
        ),
        written(tmp_path / "a.json", {**_HEAD, "samples": told}),
    ):
        assert [row.score for row in read_samples(path, measure="match")] == [1.0, 0.5, None, None]
        assert [row.score for row in read_samples(path, measure="parts/x")] == [0.25, 0.0, None, None]
        assert {row.task for row in read_samples(path)} == {"t/match", "t/parts/x", "t/parts/y"}
        with pytest.raises(InputError, match="No measure 'judge'"):
            read_samples(path, measure="judge")


def test_a_log_of_ratings_alone_says_why_it_cannot_be_compared(tmp_path: Path) -> None:
    told = [{"id": 1, "epoch": 1, "scores": {"judge": {"value": 7}}}]
    with pytest.raises(InputError, match="'judge' go beyond"):
        read_samples(zipped(tmp_path / "a.eval", {"header.json": _HEAD, "summaries.json": told}))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello\n",
        b"[1, 2]\n",
        b'{"prompt": "?"}\n',
        b"PK\x03\x04torn",
        b"\xff\xfe",
        b"{" * 9000,
        b"[" * 200_000,
        b"null\n",
    ],
)
def test_what_is_no_log_is_refused_with_a_way_out(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "what.eval"
    path.write_bytes(content)
    with pytest.raises(InputError) as refused:
        read_samples(path)
    assert refused.value.hint


def test_a_zip_of_something_else_and_nothing_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no log of Inspect"):
        read_samples(zipped(tmp_path / "a.zip", {"x": 1}))
    with pytest.raises(InputError, match="No such file"):
        read_samples(tmp_path / "missing")
    with pytest.raises(InputError, match="found none"):
        read_samples(tmp_path.joinpath("a.zip").parent / ".", measure="")


@pytest.mark.parametrize(
    "told", [{"id": 1}, [1], [{"id": 1, "scores": [2]}], [{"epoch": 1}], [{"id": 1, "epoch": "x"}]]
)
def test_a_log_of_another_shape_is_refused(told: object, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no log of Inspect"):
        read_samples(zipped(tmp_path / "a.eval", {"header.json": _HEAD, "summaries.json": told}))


def test_a_sample_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    row = {"sample_id": "q", "score": 1.0}
    with pytest.raises(InputError, match="twice"):
        read_samples(written(tmp_path / "rows.jsonl", row, row))
    with pytest.raises(InputError, match="a second time"):
        read_samples(written(tmp_path / "samples_t.jsonl", *[_line(0, "strict", 1.0, "4")] * 2))


_EVAL = """
import sys
from pathlib import Path
from inspect_ai import eval
from inspect_ai.model import ModelAPI, ModelOutput, ModelUsage, get_model, modelapi
sys.path.insert(0, sys.argv[1])
from test_bridges import exam_of
from metier.evaluate.bridges.inspect_task import exam_task
from metier.evaluate.strategy import strategy_of

@modelapi(name="instant")
class Instant(ModelAPI):
    async def generate(self, input, tools, tool_choice, config):
        asked = next(message.text for message in input if message.role == "user")
        output = ModelOutput.from_content("m", "B" if asked.startswith("2 + 2") else str(int(asked[0]) + 1))
        output.usage = ModelUsage(input_tokens=3, output_tokens=1, total_tokens=4)
        return output

task = exam_task(exam_of(epochs=2), strategy=strategy_of(sys.argv[3]))
(log,) = eval(task, model=get_model("instant/m"), log_dir=sys.argv[2], display="none")
assert log.status == "success", log.error
assert log.results.scores[0].unscored_samples == 1, log.results
print(log.location)
"""


@needs_inspect
@pytest.mark.parametrize("strategy", ["direct", "two_step"])
def test_an_exam_under_inspect_eval_scores_as_our_own_run(strategy: str, tmp_path: Path) -> None:
    log = Path(in_inspect(_EVAL, Path(__file__).parent, tmp_path / "logs", Path(strategy)).split()[-1])
    with zipfile.ZipFile(log) as opened:
        assert {info.compress_type for info in opened.infolist()} == {93}
    ours = taken(tmp_path / "run.jsonl", exam_of(epochs=2), strategy=strategy_of(strategy))
    assert scores(log) == scores(ours)


_OPEN = """
import json, sys
from inspect_ai.log import read_eval_log, read_eval_log_sample_summaries
log = read_eval_log(sys.argv[1])
brief = read_eval_log_sample_summaries(sys.argv[1])
assert len(brief) == len(log.samples)
print(json.dumps({
    "status": log.status,
    "model": log.eval.model,
    "scores": [[s.id, s.epoch, s.scores["metier"].value, s.scores["metier"].answer] for s in log.samples],
    "said": [[m.role, m.text] for m in log.samples[1].messages],
    "calls": [len(s.events) for s in log.samples],
    "usage": log.stats.model_usage[log.eval.model].input_tokens,
}))
"""


class Priced(RuleClient):
    """The rule, paid for."""

    def _reply(self, request: Request) -> Reply:
        return Reply(text=right(request), cost=Cost(input_tokens=3, output_tokens=1))


@needs_inspect
def test_inspect_opens_our_log_with_every_score_and_word(tmp_path: Path) -> None:
    ours = tmp_path / "run.jsonl"
    exam = exam_of(epochs=2, system="Be brief.")
    examine(exam, Priced(right), ours, grader_for=grader_for, strategy=strategy_of("two_step"))
    write_eval(ours, tmp_path / "run.eval")
    seen = json.loads(in_inspect(_OPEN, tmp_path / "run.eval"))
    rows = {(row.sample_id, row.epoch + 1): row for row in read_samples(ours)}
    assert (seen["status"], seen["model"], seen["usage"]) == ("success", "rule", 48)
    for item_id, epoch, value, answer in seen["scores"]:
        row = rows.pop((item_id, epoch))
        assert (None if math.isnan(value) else value, answer) == (row.score, row.reply)
    assert not rows
    assert seen["calls"] == [2] * 8
    assert [role for role, _ in seen["said"]] == ["system", "user", "assistant", "user", "assistant"]


@needs_inspect
def test_a_run_that_was_stopped_is_a_cancelled_log(tmp_path: Path) -> None:
    from metier.evaluate.asking import RunLimits

    ours = tmp_path / "run.jsonl"
    examine(exam_of(), Priced(right), ours, grader_for=grader_for, limits=RunLimits(tokens=8))
    assert write_eval(ours, tmp_path / "run.eval") == 2
    assert json.loads(in_inspect(_OPEN, tmp_path / "run.eval"))["status"] == "cancelled"
