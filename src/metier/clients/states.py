"""What does a model hold after each layer? The hidden states of the last token of each text.

This module is torch's; `metier.evaluate.representation` compares the arrays that it gives.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from metier.errors import ConfigError, InputError, MissingExtra


def last_states(path: Path | str, texts: Sequence[str], *, batch_size: int = 32, device: str = "cpu") -> Any:
    """Read the hidden states of a transformers model, batch by batch; only last tokens are kept.

    Args:
        path: The folder of a causal model and its tokenizer.

    Returns:
        A float32 array (texts, layers + 1, width): the embedding, then each layer.

    Raises:
        MissingExtra: torch or transformers is not installed.
        ConfigError: There is no model in that folder, or it cannot be loaded.
        InputError: A text has no tokens.
    """
    if not (Path(path) / "config.json").is_file():
        raise ConfigError(f"Expected a folder with a model, found no 'config.json' in {str(path)!r}.")
    try:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer
    except ImportError as error:
        raise MissingExtra("transformers", extra="train", needed_for="Reading hidden states") from error
    try:
        tokenizer = AutoTokenizer.from_pretrained(str(path), local_files_only=True)
        model = AutoModelForCausalLM.from_pretrained(str(path), local_files_only=True).to(device).eval()
    except (OSError, ValueError) as error:
        raise ConfigError(f"Cannot load a model from {str(path)!r}: {error}.") from error
    encoded = [tokenizer(text)["input_ids"] for text in texts]
    if empty := [text for text, tokens in zip(texts, encoded, strict=True) if not tokens]:
        raise InputError(f"Expected texts with tokens, got {empty[0]!r}.")
    found: Any = None
    # Like lengths share a batch, so little is padded. Padding lies right of what is read, so it cannot be seen.
    order = sorted(range(len(texts)), key=lambda i: len(encoded[i]))
    with torch.inference_mode():
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            width = len(encoded[rows[-1]])
            tokens = torch.tensor([encoded[i] + [0] * (width - len(encoded[i])) for i in rows], device=device)
            lengths = torch.tensor([len(encoded[i]) for i in rows], device=device)
            mask = (torch.arange(width, device=device) < lengths[:, None]).long()
            # Without its head: scores of a whole vocabulary for every token would be most of the memory.
            layers = model.base_model(input_ids=tokens, attention_mask=mask, output_hidden_states=True).hidden_states
            batch = torch.arange(len(rows), device=device)
            last = torch.stack([layer[batch, lengths - 1] for layer in layers], dim=1).float().cpu()
            if found is None:
                found = torch.empty((len(texts), *last.shape[1:]))
            found[rows] = last
    return found.numpy() if found is not None else torch.empty((0, 0, 0)).numpy()
