"""What does a transformer write next? A batched sampler in which finished rows leave the batch.

`model.generate` of transformers keeps every row until the last one ends and returns no log-probabilities of a
temperature of its own; practice needs both. Works with any causal model whose `forward` takes a cache.

Shapes: N rows, P prompt tokens, T new tokens, V tokens of the vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from metier.errors import MissingExtra

try:
    import torch
    from transformers import DynamicCache, PreTrainedModel, PreTrainedTokenizerBase
    from transformers.utils import logging
except ImportError as error:
    raise MissingExtra("torch with transformers", extra="train", needed_for="A local model") from error

Prompt = str | Sequence[int]
"""A text, or the token ids of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """What was written after one prompt.

    Attributes:
        prompt_ids: The tokens that were read.
        token_ids: The tokens that were written, the one that ended the text included.
        logprobs: Of every written token, its log-probability under the distribution that it was drawn from.
        text: The written text, without special tokens and without the stop string.
        finish: `stop`, or `length` when the tokens were used up.
    """

    prompt_ids: tuple[int, ...]
    token_ids: tuple[int, ...]
    logprobs: tuple[float, ...]
    text: str
    finish: str


def generate(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    prompts: Sequence[Prompt],
    *,
    max_tokens: int,
    temperature: float = 0.0,
    seed: int | Sequence[int] = 0,
    stop: Sequence[str] = (),
    samples: int = 1,
) -> list[Generation]:
    """Continue every prompt, all in one batch.

    Args:
        max_tokens: Tokens written at most, for each prompt.
        temperature: 0 is greedy decoding.
        seed: One for the batch, or one for each row, so that a row does not depend on its neighbours.
        stop: Texts at which writing ends.
        samples: Continuations of each prompt. They are read once and lie side by side in the result.

    Returns:
        One generation for each sample of each prompt, in order.
    """
    prompt_ids = [tokenizer(p)["input_ids"] if isinstance(p, str) else list(p) for p in prompts]
    num_rows = len(prompt_ids) * samples
    if not num_rows or max_tokens < 1:
        return [Generation(prompt_ids=tuple(p), token_ids=(), logprobs=(), text="", finish="length")
                for p in prompt_ids for _ in range(samples)]  # fmt: skip
    writer = _Writer(tokenizer=tokenizer, ends=_ends(model, tokenizer), stop=tuple(stop), num_rows=num_rows)
    draws_NT = _draws(num_rows, max_tokens, seed) if temperature > 0 else None
    was_training = model.training
    model.eval()
    with torch.inference_mode():
        _write(model, prompt_ids, writer, max_tokens=max_tokens, temperature=temperature, draws_NT=draws_NT)
    model.train(was_training)
    return [writer.generation(row, prompt_ids[row // samples]) for row in range(num_rows)]


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """Show no progress bar of transformers while a model is read or written; afterwards all is as before.

    >>> with quiet_transformers():
    ...     pass
    """
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


@contextmanager
def fixed_threads(num_threads: int) -> Iterator[None]:
    """Compute with so many threads: the last bits of a sum depend on their number, and small models are slowed by many.

    >>> with fixed_threads(1):
    ...     torch.get_num_threads()
    1
    """
    before = torch.get_num_threads()
    torch.set_num_threads(num_threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class _Writer:
    """Keeps what each row has written, and knows when it has ended."""

    def __init__(
        self, *, tokenizer: PreTrainedTokenizerBase, ends: frozenset[int], stop: tuple[str, ...], num_rows: int
    ) -> None:
        self.tokenizer, self.ends, self.stop = tokenizer, ends, stop
        self.token_ids: list[list[int]] = [[] for _ in range(num_rows)]
        self.logprobs: list[list[float]] = [[] for _ in range(num_rows)]
        self.ended: set[int] = set()

    def add(self, rows: Sequence[int], tokens: Sequence[int], logprobs: Sequence[float]) -> list[int]:
        """Take one token for each of these rows and return the places of those that go on."""
        going = []
        for place, (row, token, logprob) in enumerate(zip(rows, tokens, logprobs, strict=True)):
            self.token_ids[row].append(token)
            self.logprobs[row].append(logprob)
            if token in self.ends or (self.stop and any(s in self.text(row) for s in self.stop)):
                self.ended.add(row)
            else:
                going.append(place)
        return going

    def text(self, row: int) -> str:
        return str(self.tokenizer.decode(self.token_ids[row], skip_special_tokens=True))

    def generation(self, row: int, prompt_ids: Sequence[int]) -> Generation:
        text = self.text(row)
        cuts = [place for place in (text.find(s) for s in self.stop if s) if place >= 0]
        return Generation(
            prompt_ids=tuple(prompt_ids),
            token_ids=tuple(self.token_ids[row]),
            logprobs=tuple(self.logprobs[row]),
            text=text[: min(cuts)] if cuts else text,
            finish="stop" if row in self.ended else "length",
        )


def _write(
    model: PreTrainedModel,
    prompt_ids: Sequence[Sequence[int]],
    writer: _Writer,
    *,
    max_tokens: int,
    temperature: float,
    draws_NT: torch.Tensor | None,
) -> None:
    cache = DynamicCache(config=model.config)
    ids_NP, mask_NP = _left_padded(prompt_ids, model.device)
    position_N1 = (mask_NP.cumsum(1) - 1).clamp(min=0)
    logits_NV = _logits(model, ids_NP, mask_NP, position_N1, cache)
    samples = len(writer.token_ids) // len(prompt_ids)
    if samples > 1:
        cache.batch_repeat_interleave(samples)
    logits_NV, mask_NP = logits_NV.repeat_interleave(samples, 0), mask_NP.repeat_interleave(samples, 0)
    position_N1 = position_N1[:, -1:].repeat_interleave(samples, 0)
    rows = list(range(len(writer.token_ids)))
    for step in range(max_tokens):
        draw_N = draws_NT[rows, step] if draws_NT is not None else None
        tokens_N, logprobs_N = _choose(logits_NV, temperature, draw_N)
        going = writer.add(rows, tokens_N.tolist(), logprobs_N.tolist())
        if not going or step == max_tokens - 1:
            return
        if len(going) < len(rows):
            keep = torch.tensor(going, device=model.device)
            cache.batch_select_indices(keep)
            tokens_N, mask_NP, position_N1 = tokens_N[keep], mask_NP[keep], position_N1[keep]
            rows = [rows[place] for place in going]
        mask_NP = torch.cat([mask_NP, mask_NP.new_ones(len(rows), 1)], 1)
        position_N1 = position_N1 + 1
        logits_NV = _logits(model, tokens_N[:, None], mask_NP, position_N1, cache)


def _logits(
    model: PreTrainedModel, ids: torch.Tensor, mask: torch.Tensor, position: torch.Tensor, cache: DynamicCache
) -> torch.Tensor:
    out = model(
        input_ids=ids,
        attention_mask=mask,
        position_ids=position,
        past_key_values=cache,
        use_cache=True,
        logits_to_keep=1,
    )
    return out.logits[:, -1].float()


def _choose(
    logits_NV: torch.Tensor, temperature: float, draw_N: torch.Tensor | None
) -> tuple[torch.Tensor, torch.Tensor]:
    """The chosen tokens and their log-probabilities; `draw_N` are uniform numbers, `None` is greedy."""
    logprobs_NV = (logits_NV if draw_N is None else logits_NV / temperature).log_softmax(-1)
    if draw_N is None:
        tokens_N = logprobs_NV.argmax(-1)
    else:
        # The inverse of the cumulative distribution: unlike `multinomial`, each row has its own stream of numbers.
        cumulative_NV = logprobs_NV.exp().cumsum(-1)
        level_N1 = draw_N.to(cumulative_NV)[:, None] * cumulative_NV[:, -1:]
        tokens_N = torch.searchsorted(cumulative_NV, level_N1, right=True)[:, 0].clamp(max=logits_NV.shape[-1] - 1)
    return tokens_N, logprobs_NV.gather(1, tokens_N[:, None])[:, 0]


def _draws(num_rows: int, max_tokens: int, seed: int | Sequence[int]) -> torch.Tensor:
    if isinstance(seed, int):
        return torch.rand(num_rows, max_tokens, generator=torch.Generator().manual_seed(seed))
    return torch.stack([torch.rand(max_tokens, generator=torch.Generator().manual_seed(s)) for s in seed])


def _left_padded(prompt_ids: Sequence[Sequence[int]], device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    longest = max(1, *map(len, prompt_ids))
    ids_NP = torch.zeros(len(prompt_ids), longest, dtype=torch.long)
    mask_NP = torch.zeros_like(ids_NP)
    for row, ids in enumerate(prompt_ids):
        if ids:
            ids_NP[row, -len(ids) :] = torch.tensor(ids)
            mask_NP[row, -len(ids) :] = 1
    return ids_NP.to(device), mask_NP.to(device)


def _ends(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> frozenset[int]:
    named = model.generation_config.eos_token_id if model.generation_config else None
    ends = named if isinstance(named, list) else [named]
    return frozenset(e for e in (*ends, tokenizer.eos_token_id) if e is not None)
