"""How is a transcript of ours opened in `inspect view`? Written as an `.eval` log, without Inspect AI itself.

Every score comes through as it is, an unscored answer as NaN, which is how Inspect writes it; so do all messages and
costs. The log is deflated, which Inspect reads beside zstd.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from metier.attempt import Cost
from metier.client import Message
from metier.errors import StoreError
from metier.evaluate.transcript import Head, Line, Summary, read_transcript, summary
from metier.whole import whole

_SCORER = "metier"


def write_eval(transcript: Path, path: Path) -> int:
    """Write a transcript as an `.eval` log; the file appears whole or not at all.

    The log is dated by the file of the transcript, which holds no clock time. Samples are named by their item.

    Args:
        path: The log. `inspect view` lists it if its name ends in `.eval`.

    Returns:
        How many samples were written.

    Raises:
        InputError: It is no transcript.
        StoreError: The log cannot be written.
    """
    told = summary(transcript)
    date = datetime.fromtimestamp(transcript.stat().st_mtime, UTC).isoformat(timespec="seconds")
    summaries: list[dict[str, Any]] = []
    item_ids: dict[str, None] = {}
    try:
        with whole(path, mode=0o644) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as log:
            for line in read_transcript(transcript):
                sample = _sample(line, told.head, date)
                _put(log, f"samples/{sample['id']}_epoch_{sample['epoch']}.json", sample)
                summaries.append(_brief(sample))
                item_ids[sample["id"]] = None
            head = _head(told, list(item_ids), date)
            _put(log, "_journal/start.json", {key: head[key] for key in ("version", "eval", "plan")})
            _put(log, "summaries.json", summaries)
            _put(log, "header.json", head)
    except OSError as fault:
        raise StoreError(f"Cannot write {str(path)!r}: {fault.strerror}.") from fault
    return len(summaries)


def _put(log: zipfile.ZipFile, name: str, data: object) -> None:
    # The date of a member would be the time of writing.
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    # NaN is meant: Inspect writes an unscored answer so. Half of a surrogate pair is escaped by json.
    log.writestr(info, json.dumps(data, separators=(",", ":")))


def _sample(line: Line, head: Head, date: str) -> dict[str, Any]:
    attempt, grade = line.attempt, line.attempt.grade
    messages = list(_messages(line, head.model))
    first = line.turns[0].request.messages if line.turns else ()
    output = (
        _output(line.turns[-1].reply.text, line.turns[-1].reply.finish, head.model, attempt.cost) if line.turns else {}
    )
    score = {
        "value": float("nan") if grade.score is None else grade.score,
        "answer": attempt.reply,
        "explanation": f"{grade.reason}: {grade.evidence}" if grade.evidence else grade.reason,
        **({"reason": grade.reason} if grade.score is None else {}),
        "metadata": {"outcome": grade.outcome.value, "reason": grade.reason, "evidence": grade.evidence},
    }
    return {
        "id": attempt.item_id,
        "epoch": attempt.epoch + 1,
        "input": next((message.content for message in reversed(first) if message.role == "user"), ""),
        "target": line.target,
        "messages": messages,
        "output": output,
        "scores": {_SCORER: score},
        "metadata": {"cluster": line.cluster, "usd": attempt.cost.usd},
        "store": {},
        "events": list(_events(line, head.model, date)),
        "model_usage": {head.model: _usage(attempt.cost)},
        "attachments": {},
        "started_at": date,
        "completed_at": date,
        "total_time": 0.0,
        "working_time": 0.0,
        "uuid": attempt.attempt_id,
        **({"error": {"message": attempt.error, "traceback": "", "traceback_ansi": ""}} if attempt.error else {}),
    }


def _messages(line: Line, model: str) -> Iterator[dict[str, Any]]:
    """The conversation of the last call, which holds what was said before, and its reply."""
    if not line.turns:
        return
    for number, message in enumerate(line.turns[-1].request.messages):
        yield {"id": f"{line.attempt.attempt_id}_{number}", "role": message.role, "content": _content(message)}
    yield _said(line.turns[-1].reply.text, model, f"{line.attempt.attempt_id}_reply")


def _content(message: Message) -> str | list[dict[str, str]]:
    if not message.images:
        return message.content
    return [{"type": "text", "text": message.content}, *({"type": "image", "image": url} for url in message.images)]


def _said(text: str, model: str, message_id: str) -> dict[str, Any]:
    return {"id": message_id, "role": "assistant", "content": text, "source": "generate", "model": model}


def _output(text: str, finish: str, model: str, cost: Cost) -> dict[str, Any]:
    reason = {"stop": "stop", "length": "max_tokens", "content_filter": "content_filter"}.get(finish, "unknown")
    choice = {"message": {"role": "assistant", "content": text, "source": "generate"}, "stop_reason": reason}
    return {"model": model, "choices": [choice], "completion": text, "usage": _usage(cost)}


def _events(line: Line, model: str, date: str) -> Iterator[dict[str, Any]]:
    """One event of Inspect's for each call."""
    for number, turn in enumerate(line.turns):
        request, reply = turn.request, turn.reply
        yield {
            "event": "model",
            "uuid": f"{line.attempt.attempt_id}_call_{number}",
            "timestamp": date,
            "working_start": 0.0,
            "model": model,
            "input": [{"role": message.role, "content": _content(message)} for message in request.messages],
            "tools": [],
            "tool_choice": "none",
            "config": {
                "max_tokens": request.max_tokens,
                "temperature": request.temperature,
                "seed": request.seed + request.epoch,
                "stop_seqs": list(request.stop) or None,
            },
            "output": _output(reply.text, reply.finish, model, reply.cost),
            **({"error": reply.error} if reply.error else {}),
        }


def _usage(cost: Cost) -> dict[str, int]:
    return {
        "input_tokens": cost.input_tokens,
        "output_tokens": cost.output_tokens,
        "total_tokens": cost.input_tokens + cost.output_tokens,
    }


def _brief(sample: dict[str, Any]) -> dict[str, Any]:
    """What `summaries.json` holds of a sample: all but what was said."""
    left_out = ("messages", "output", "store", "events", "attachments", "error")
    brief = {key: value for key, value in sample.items() if key not in left_out}
    error = {"error": sample["error"]["message"]} if "error" in sample else {}
    return {**brief, **error, "completed": True, "message_count": len(sample["messages"])}


def _head(told: Summary, item_ids: list[str], date: str) -> dict[str, Any]:
    head, protocol = told.head, told.head.protocol
    metrics = {} if told.mean is None else {"mean": {"name": "mean", "value": told.mean, "params": {}}}
    results = {
        "name": _SCORER,
        "scorer": _SCORER,
        "scored_samples": told.samples - told.unscored,
        "unscored_samples": told.unscored,
        "params": {},
        "metrics": metrics,
    }
    return {
        "version": 2,
        "status": "success" if told.finished else "cancelled",
        "eval": {
            "eval_id": head.run_id,
            "run_id": head.run_id,
            "created": date,
            "task": head.exam,
            "task_id": head.run_id,
            "task_version": 0,
            "dataset": {"name": head.exam, "samples": len(item_ids), "sample_ids": item_ids, "shuffled": False},
            "model": head.model,
            "model_generate_config": {
                "max_tokens": protocol.max_tokens,
                "temperature": protocol.temperature,
                "seed": protocol.seed,
                "system_message": protocol.system or None,
            },
            "config": {"epochs": protocol.epochs},
            "scorers": [{"name": _SCORER, "options": {}, "metrics": [{"name": "mean", "options": {}}], "metadata": {}}],
            "metadata": {"exam_digest": head.exam_digest, "skills": list(head.skills)},
        },
        "plan": {"name": "plan", "steps": [{"solver": head.strategy, "params": {}, "params_passed": {}}], "config": {}},
        "results": {"total_samples": head.total, "completed_samples": told.samples, "scores": [results]},
        "stats": {"started_at": date, "completed_at": date, "model_usage": {head.model: _usage(told.cost)}},
    }
