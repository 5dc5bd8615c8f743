"""Hidden states are those of the last token, whatever else is in the batch."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import numpy as np
from typer.testing import CliRunner

from metier.clients.generation import quiet_transformers
from metier.clients.states import last_states
from metier.errors import ConfigError
from metier.faces.cli import app
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


def test_the_command_compares_facts_with_queries_and_names_what_is_missing(tmp_path: Path) -> None:
    tokenizer = make_tokenizer()
    for name, seed in (("one", 3), ("other", 4)):
        with quiet_transformers():
            make_model(tokenizer, width=32, num_layers=2, seed=seed).save_pretrained(tmp_path / name)
        tokenizer.save_pretrained(tmp_path / name)
    (tmp_path / "codes.csv").write_text("code,parent,description\n" + "".join(f"a{c},,cab {c}\n" for c in "bcdef"))
    run, told = CliRunner(), ["evaluate", "representation", str(tmp_path / "one")]
    pairs = ["--pairs", str(tmp_path / "codes.csv"), "--permutations", "19", "--json"]
    found = json.loads(run.invoke(app, [*told, str(tmp_path / "other"), *pairs]).stdout)
    assert {part: len(found[part]) for part in found} == {"facts": 3, "queries": 3, "contrast": 3}
    same = json.loads(run.invoke(app, [*told, str(tmp_path / "one"), *pairs]).stdout)
    assert [layer["cosine"] for layer in same["queries"]] == pytest.approx([1, 1, 1])
    assert [layer["difference"] for layer in same["contrast"]] == pytest.approx([0, 0, 0], abs=1e-6)
    with pytest.raises(ConfigError, match=r"no 'config.json'"):
        run.invoke(app, [*told, str(tmp_path / "none"), *pairs], catch_exceptions=False)
    with pytest.raises(ConfigError, match="either --texts or --pairs"):
        run.invoke(app, [*told, str(tmp_path / "one")], catch_exceptions=False)
