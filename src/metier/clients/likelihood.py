"""How likely does a transformer hold a given text, token by token?

Shapes: N rows, T tokens of the longest row, V tokens of the vocabulary.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from metier.client import TokenLogProbs

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

_TOKENS_AT_ONCE = 4096
"""Of a batch: each has a distribution over the vocabulary, half a megabyte for a large one."""


def log_probs(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, texts: Sequence[str], *, batch_size: int = 256
) -> list[TokenLogProbs]:
    """The logarithm of the probability of every token but the first, given those before it.

    A tokenizer that begins each text with a token of its own makes that the first. Tokens beyond the model's context
    are read anew, in parts of that length.
    """
    window = int(getattr(model.config, "max_position_embeddings", 0) or 2048)
    parts = [(place, part) for place, text in enumerate(texts) for part in _parts(tokenizer(text)["input_ids"], window)]
    told: dict[int, TokenLogProbs] = {}
    for numbers in _batches([len(part) for _, part in parts], batch_size):
        told.update(zip(numbers, _batch(model, [parts[number][1] for number in numbers]), strict=True))
    pieces: list[list[TokenLogProbs]] = [[] for _ in texts]
    for number, (place, _) in enumerate(parts):
        pieces[place].append(told[number])
    return [_joined(of_one) for of_one in pieces]


def _parts(token_ids: Sequence[int], window: int) -> list[Sequence[int]]:
    parts = [token_ids[start : start + window] for start in range(0, len(token_ids), window)]
    return [part for part in parts if len(part) > 1]


def _batches(lengths: Sequence[int], batch_size: int) -> Iterator[list[int]]:
    """Rows of about one length, so that little is computed on padding; the longest first."""
    waiting = sorted(range(len(lengths)), key=lambda number: -lengths[number])
    while waiting:
        rows = min(batch_size, max(1, _TOKENS_AT_ONCE // lengths[waiting[0]]))
        yield waiting[:rows]
        del waiting[:rows]


def _batch(model: PreTrainedModel, rows: Sequence[Sequence[int]]) -> list[TokenLogProbs]:
    import torch

    longest = max(len(row) for row in rows)
    # Padding stands behind the text, where no token of it looks; what it is does not matter.
    tokens_NT = torch.tensor([[*row, *[0] * (longest - len(row))] for row in rows], device=model.device)
    mask_NT = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows], device=model.device)
    with torch.inference_mode():
        logits_NTV = model(input_ids=tokens_NT, attention_mask=mask_NT).logits[:, :-1].float()
    log_NTV = logits_NTV.log_softmax(-1)
    values_NT = log_NTV.gather(2, tokens_NT[:, 1:, None])[:, :, 0]
    # What cannot come has the logarithm -inf and the weight 0.
    finite_NTV = log_NTV.clamp_min(torch.finfo(log_NTV.dtype).min / 1e6)
    weights_NTV = log_NTV.exp()
    means_NT = (weights_NTV * finite_NTV).sum(-1)
    spreads_NT = (weights_NTV * (finite_NTV - means_NT[:, :, None]) ** 2).sum(-1).sqrt()
    columns = (values_NT.tolist(), means_NT.tolist(), spreads_NT.tolist())
    return [
        TokenLogProbs(**{name: tuple(of_row[: len(row) - 1]) for name, of_row in zip(_NAMES, found, strict=True)})
        for row, *found in zip(rows, *columns, strict=True)
    ]


_NAMES = ("values", "means", "spreads")


def _joined(parts: Sequence[TokenLogProbs]) -> TokenLogProbs:
    return TokenLogProbs(**{name: tuple(chain.from_iterable(getattr(one, name) for one in parts)) for name in _NAMES})
