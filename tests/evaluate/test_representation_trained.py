"""Small models that are trained here: practice that goes on keeps states alike, another start does not."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch

from metier.clients.generation import quiet_transformers
from metier.clients.states import last_states
from metier.evaluate.representation import likeness
from metier.practice.model import make_model
from metier.practice.tokenizer import make_tokenizer

pytestmark = pytest.mark.train

TEXTS = [
    f"apply {skill} to {word}" for skill in ("sort", "shift-up", "drop-last") for word in ("cab", "fed", "ihg", "abba")
]


def practise(model, tokenizer, *, steps: int) -> None:  # type: ignore[no-untyped-def]
    """A few steps of next-token prediction on the statements."""
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3)
    rows = [torch.tensor([tokenizer(text)["input_ids"]]) for text in TEXTS]
    model.train()
    for step in range(steps):
        tokens = rows[step % len(rows)]
        optimiser.zero_grad()
        model(input_ids=tokens, labels=tokens).loss.backward()
        optimiser.step()


def test_practice_that_goes_on_keeps_states_alike_and_another_start_does_not(tmp_path: Path) -> None:
    tokenizer = make_tokenizer()
    states = {}
    with quiet_transformers():
        for name, seed in (("one", 1), ("other", 2)):
            torch.manual_seed(seed)
            model = make_model(tokenizer, width=32, num_layers=2, seed=seed)
            practise(model, tokenizer, steps=60)
            for stage in (name, f"{name}-on"):
                model.save_pretrained(tmp_path / stage)
                tokenizer.save_pretrained(tmp_path / stage)
                states[stage] = last_states(tmp_path / stage, TEXTS)
                practise(model, tokenizer, steps=12)
    on = likeness(states["one"], states["one-on"], permutations=199)
    apart = likeness(states["one"], states["other"], permutations=199)
    assert all(near.cosine > far.cosine + 0.3 for near, far in zip(on, apart, strict=True))
    assert all(layer.cosine > layer.permuted and layer.p_value <= 0.05 for layer in on[1:])
