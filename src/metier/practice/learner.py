"""How does a policy change, and how does it survive a crash? Model, optimizers and step, kept together.

No random state outlives a step: what a step draws, it draws from the seed and its own number. So a checkpoint is model,
optimizers and step, and a run that goes on from one ends with the very same weights.

Shapes: B sequences of length L, of which K tokens are learnt from; V tokens of the vocabulary.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from metier.clients.generation import quiet_transformers
from metier.digest import digest

_IGNORED = -100
_MAX_NORM = 1.0
_CHECKPOINT, _CURVE, _DONE = "checkpoint.pt", "curve.jsonl", "practice.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A prompt and the answer to learn from, as token ids."""

    prompt_ids: tuple[int, ...]
    answer_ids: tuple[int, ...]


class Learner:
    """A policy that learns, writes what it saw to a curve, and can go on from its last checkpoint.

    Args:
        model: Learns in place.
        out: Folder of the checkpoint, the curve and at last the model. It is made if need be.
        task: Digest of everything that decides the outcome: a checkpoint of another task is not gone on from.
        lr: Peak rate of AdamW for embeddings, head and norms.
        muon_lr: Peak rate of Muon for the other matrices.
        num_steps: How long the learning rate takes from its peak to its end.
        end: The share of the peak rate that is left at the end.
        warm_up: Steps until the rate is at its peak.
    """

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        *,
        out: Path,
        task: str,
        lr: float,
        muon_lr: float,
        num_steps: int,
        warm_up: int,
        end: float,
    ) -> None:
        self.model, self.tokenizer, self.out, self.task = model, tokenizer, out, task
        self.num_steps, self.warm_up, self.end = num_steps, warm_up, end
        self.step = 0
        self._optimizers = _optimizers(model, lr=lr, muon_lr=muon_lr)
        out.mkdir(parents=True, exist_ok=True)
        self._resume()

    @property
    def rate(self) -> float:
        """The share of the peak learning rate that holds in this step."""
        left = self.end + (1.0 - self.end) * (1.0 - self.step / self.num_steps)
        return min(1.0, (self.step + 1) / self.warm_up) * left

    def logprobs(self, examples: Sequence[Example]) -> torch.Tensor:
        """The log-probability of every answer token, one example after the other: a tensor of shape K."""
        ids_BL, wanted_BL = _padded(examples, pad=self.tokenizer.pad_token_id or 0)
        hidden_BLD = self.model.base_model(input_ids=ids_BL[:, :-1], use_cache=False).last_hidden_state
        learnt_BL = wanted_BL[:, 1:] != _IGNORED
        logits_KV = self.model.get_output_embeddings()(hidden_BLD[learnt_BL])
        picked_K1 = wanted_BL[:, 1:][learnt_BL][:, None]
        return logits_KV.log_softmax(-1).gather(1, picked_K1)[:, 0]

    def descend(self, loss: torch.Tensor) -> None:
        """Take one update against the gradient of a loss, clipped to norm 1."""
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), _MAX_NORM)
        for optimizer in self._optimizers:
            for group in optimizer.param_groups:
                group["lr"] = group["peak"] * self.rate
            optimizer.step()
            optimizer.zero_grad()

    def record(self, numbers: Mapping[str, float], *, checkpoint: bool) -> None:
        """End a step: add a line to the curve if there are numbers, and keep a checkpoint if told to."""
        self.step += 1
        if numbers:
            with (self.out / _CURVE).open("a", encoding="utf-8") as curve:
                curve.write(json.dumps({"step": self.step, **{k: round(v, 6) for k, v in numbers.items()}}) + "\n")
        if checkpoint:
            self._keep()

    def finish(self) -> Path:
        """Write model and tokenizer where others look for them, and return that folder."""
        self.model.eval()
        with quiet_transformers():
            self.model.save_pretrained(self.out)
        self.tokenizer.save_pretrained(self.out)
        _write(self.out / _DONE, json.dumps({"task": self.task, "steps": self.step}).encode() + b"\n")
        (self.out / _CHECKPOINT).unlink(missing_ok=True)
        return self.out

    def _keep(self) -> None:
        state = {
            "task": self.task,
            "step": self.step,
            "model": self.model.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self._optimizers],
        }
        part = self.out / (_CHECKPOINT + ".part")
        with part.open("wb") as file:
            torch.save(state, file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self.out / _CHECKPOINT)

    def _resume(self) -> None:
        """Go on from the checkpoint of this task, if there is one; lines of the curve after it are dropped."""
        (self.out / _DONE).unlink(missing_ok=True)
        kept = self.out / _CHECKPOINT
        if kept.exists():
            state = torch.load(kept, weights_only=True)
            if state["task"] == self.task:
                self.step = state["step"]
                self.model.load_state_dict(state["model"])
                for optimizer, saved in zip(self._optimizers, state["optimizers"], strict=True):
                    optimizer.load_state_dict(saved)
        curve = self.out / _CURVE
        # What was torn by a crash is the last line, and of a step after the checkpoint.
        lines = curve.read_bytes().split(b"\n")[:-1] if curve.exists() else []
        _write(curve, b"".join(line + b"\n" for line in lines if json.loads(line)["step"] <= self.step))


def is_done(out: Path, task: str) -> bool:
    """Whether this task has been finished in that folder."""
    try:
        return bool(json.loads((out / _DONE).read_text(encoding="utf-8"))["task"] == task)
    except (OSError, ValueError, KeyError):
        return False


def read_policy(path: Path) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Read a model and its tokenizer from a folder."""
    with quiet_transformers():
        return AutoModelForCausalLM.from_pretrained(path), AutoTokenizer.from_pretrained(path)


def task_digest(*parts: object) -> str:
    """Name what decides an outcome, the version of torch included: another one may round otherwise.

    >>> task_digest("a") == task_digest("a") != task_digest("b")
    True
    """
    return digest([torch.__version__, *parts])


def _optimizers(model: PreTrainedModel, *, lr: float, muon_lr: float) -> list[torch.optim.Optimizer]:
    """Muon for the matrices inside the layers, AdamW for the rest: in half the steps as good as AdamW alone."""
    outside = {id(model.get_input_embeddings().weight), id(model.get_output_embeddings().weight)}
    matrices = [p for p in model.parameters() if p.ndim == 2 and id(p) not in outside]
    inside = {id(p) for p in matrices}
    rest = [p for p in model.parameters() if id(p) not in inside]
    optimizers: list[torch.optim.Optimizer] = [
        torch.optim.Muon(matrices, lr=muon_lr, weight_decay=0.0, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(rest, lr=lr, weight_decay=0.0, betas=(0.9, 0.98), fused=True),
    ]
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["peak"] = group["lr"]
    return optimizers


def _padded(examples: Sequence[Example], *, pad: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids, padded on the right, and beside them the tokens to learn from."""
    longest = max(len(e.prompt_ids) + len(e.answer_ids) for e in examples)
    ids, wanted = [], []
    for e in examples:
        rest = longest - len(e.prompt_ids) - len(e.answer_ids)
        ids.append([*e.prompt_ids, *e.answer_ids, *[pad] * rest])
        wanted.append([_IGNORED] * len(e.prompt_ids) + [*e.answer_ids] + [_IGNORED] * rest)
    return torch.tensor(ids), torch.tensor(wanted)


def _write(path: Path, data: bytes) -> None:
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    part.replace(path)
