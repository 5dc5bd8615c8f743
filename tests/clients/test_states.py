"""Hidden states are those of the last token, whatever else is in the batch."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import numpy as np

from metier.clients.generation import quiet_transformers
from metier.clients.states import last_states
from metier.practice.model import make_model
from metier.practice.tokenizer import make_tokenizer

pytestmark = pytest.mark.train


def test_a_batch_changes_no_state(tmp_path: Path) -> None:
    tokenizer = make_tokenizer()
    with quiet_transformers():
        make_model(tokenizer, width=32, num_layers=2, seed=3).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    texts = ["apply sort to cab", "x", "apply shift-up, drop-last to jjjj"]
    together = last_states(tmp_path, texts)
    assert together.shape == (3, 3, 32)
    alone = np.concatenate([last_states(tmp_path, [text]) for text in texts])
    assert np.allclose(together, alone, atol=1e-5)
