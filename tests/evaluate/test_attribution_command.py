"""`metier evaluate attribute` names a run and an exam that do not belong together."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from metier.errors import InputError
from metier.faces.cli import app


@pytest.mark.parametrize("text", ["", '{"prompt": "1 + 1 =", "reference": "2", "grader": "number"}\n'])
def test_a_run_that_answers_nothing_of_the_exam_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "exam.jsonl").write_text(text)
    (tmp_path / "run.jsonl").write_text("")
    with pytest.raises(InputError, match="No sample in"):
        CliRunner().invoke(
            app,
            ["evaluate", "attribute", str(tmp_path / "run.jsonl"), "--exam", str(tmp_path / "exam.jsonl")],
            catch_exceptions=False,
        )
