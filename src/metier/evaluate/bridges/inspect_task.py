"""How does an exam of ours run under `inspect eval`? As a task of Inspect AI, with our strategies and our graders.

    inspect eval metier/exam -T items=exam.jsonl --model openai/…
    inspect eval metier/exam -T items=exam.jsonl -T strategy=two_step --epochs 4 --model …

Needs the `inspect` extra; nothing else here imports Inspect AI.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import anyio.to_thread
from inspect_ai import Epochs, Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageUser,
    ContentImage,
    ContentText,
    GenerateConfig,
    ModelOutput,
    get_model,
)
from inspect_ai.scorer import Score, Scorer, Target, accuracy, scorer, stderr
from inspect_ai.solver import Generate, Solver, TaskState, solver

from metier.attempt import Cost, Grade
from metier.border import load_json
from metier.client import Message, Reply, Request
from metier.errors import InputError
from metier.evaluate.asking import RunLimits, Sampled, under
from metier.evaluate.strategy import Direct, Strategy, strategy_of
from metier.grader import Grader
from metier.graders import grader_for, make_grader
from metier.item import Exam, ExamProtocol, Item
from metier.skill import Skill

_TURNS = {"system": ChatMessageSystem, "user": ChatMessageUser, "assistant": ChatMessageAssistant}


@task  # type: ignore[untyped-decorator]
def exam(
    items: str,
    strategy: str = "direct",
    system: str = "",
    max_tokens: int = 256,
    temperature: float = 0.0,
    seed: int = 0,
) -> Task:
    """Make the task of a file of items, for `inspect eval metier/exam -T items=…`.

    Args:
        items: Items as JSON lines.

    Raises:
        InputError: The file cannot be read, or a line is no item.
        ConfigError: There is no such strategy.
    """
    path = Path(items)
    try:
        lines = path.read_bytes().splitlines()
    except OSError as fault:
        raise InputError(f"Cannot read {items!r}: {fault.strerror}.") from fault
    read = tuple(load_json(Item, line, where=f"{items}:{n}") for n, line in enumerate(lines, 1) if line.strip())
    protocol = ExamProtocol(system=system, max_tokens=max_tokens, temperature=temperature, seed=seed)
    return exam_task(Exam(name=path.stem, items=read, protocol=protocol), strategy=strategy_of(strategy))


def exam_task(exam: Exam, *, strategy: Strategy | None = None, skills: Sequence[Skill] = ()) -> Task:
    """Make a task of an exam: a sample for each item, our strategy as the solver, our graders as the scorer.

    An answer that no grader can tell is unscored there too, and does not count as wrong.

    Args:
        strategy: How each question is put; by default as it is.
        skills: Skills in hand.
    """
    unique = {item.item_id: item for item in exam.items}
    samples = [
        Sample(
            id=item_id,
            input=item.prompt,
            target=item.reference,
            choices=list(item.choices) or None,
            metadata={"cluster": item.cluster or item_id, "level": item.level, "source": item.source},
        )
        for item_id, item in unique.items()
    ]
    return Task(
        dataset=MemoryDataset(samples, name=exam.name),
        solver=put(unique, exam.protocol, strategy or Direct(), skills),
        scorer=graded(unique),
        epochs=Epochs(exam.protocol.epochs, "mean"),
        name=exam.name,
    )


@solver  # type: ignore[untyped-decorator]
def put(items: Mapping[str, Item], protocol: ExamProtocol, strategy: Strategy, skills: Sequence[Skill] = ()) -> Solver:
    """Put questions by a strategy of ours to the model of the task."""
    conditions = under(protocol, skills)

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        item_id = str(state.sample_id)
        item = items[item_id]
        epoch = state.epoch - 1
        sample = Sampled(item=item, item_id=item_id, epoch=epoch, turns=strategy.turns(item, conditions))
        sample.begin()
        while sample.asked:
            asked = sample.asked
            messages = [_to_inspect(message) for message in asked.messages]
            output = await get_model().generate(messages, config=_config(asked))
            state.output, state.messages = output, [*messages, output.message]
            # A strategy may run a program, and the samples beside it must not wait for that.
            await anyio.to_thread.run_sync(sample.hear, _reply(output), RunLimits())
        state.store.set("metier", _kept(sample))
        return state

    return solve


@scorer(metrics=[accuracy(), stderr(cluster="cluster")], name="metier")  # type: ignore[untyped-decorator]
def graded(items: Mapping[str, Item]) -> Scorer:
    """Grade what a strategy of ours came to, by the grader that each item names."""
    graders = {item_id: grader_for(item) for item_id, item in items.items()}

    async def score(state: TaskState, target: Target) -> Score:
        item_id = str(state.sample_id)
        kept = state.store.get("metier") or {"text": state.output.completion, "unscored": "", "evidence": ""}
        if kept["unscored"]:
            return _score(Grade.unscored(kept["unscored"], kept["evidence"]), kept["text"])
        grade = await anyio.to_thread.run_sync(_safely, graders[item_id], items[item_id], kept["text"])
        return _score(grade, kept["text"])

    return score


@scorer(metrics=[accuracy(), stderr()], name="metier_grader")  # type: ignore[untyped-decorator]
def grader_scorer(grader: str = "answer", policy: Mapping[str, Any] | None = None) -> Scorer:
    """Use one grader of ours as the scorer of any task of Inspect's, its target as the right answer.

    Args:
        grader: Its name, such as `answer` or `number`.
        policy: Its options.

    Raises:
        GraderError: There is no such grader, or it has no such option.
    """
    made = make_grader(grader, dict(policy or {}))

    async def score(state: TaskState, target: Target) -> Score:
        answer = state.output.completion
        item = Item(prompt=state.input_text, reference=target.text, grader=grader, policy=dict(policy or {}))
        return _score(await anyio.to_thread.run_sync(_safely, made, item, answer), answer)

    return score


def _safely(grader: Grader, item: Item, answer: str) -> Grade:
    try:
        return grader(item, answer)
    except Exception as error:  # as in our own runs
        return Grade.unscored("grader_failed", f"{item.grader}: {type(error).__name__}: {error}"[:400])


def _score(grade: Grade, answer: str) -> Score:
    if grade.score is None:
        return Score.unscored(reason=grade.reason, answer=answer, explanation=grade.evidence or grade.reason)
    explanation = f"{grade.reason}: {grade.evidence}" if grade.evidence else grade.reason
    return Score(value=grade.score, answer=answer, explanation=explanation, metadata={"reason": grade.reason})


def _kept(sample: Sampled) -> dict[str, str]:
    if sample.error:
        return {"text": "", "unscored": "client_error", "evidence": sample.error}
    answer = sample.answer
    return {
        "text": sample.text,
        "unscored": sample.unscored or (answer.unscored if answer else ""),
        "evidence": sample.evidence or (answer.evidence if answer else ""),
    }


def _to_inspect(message: Message) -> ChatMessage:
    if not message.images:
        return _TURNS[message.role](content=message.content)
    pictures = [ContentImage(image=url) for url in message.images]
    return _TURNS[message.role](content=[ContentText(text=message.content), *pictures])


def _config(request: Request) -> GenerateConfig:
    return GenerateConfig(
        max_tokens=request.max_tokens,
        temperature=request.temperature,
        stop_seqs=list(request.stop) or None,
        seed=request.seed + request.epoch,
    )


def _reply(output: ModelOutput) -> Reply:
    usage = output.usage
    cost = Cost(input_tokens=usage.input_tokens, output_tokens=usage.output_tokens) if usage else Cost()
    error = f"inspect: {output.error}" if output.error else ""
    return Reply(text=output.completion, cost=cost, finish=str(output.stop_reason or "stop"), error=error)
