"""On the light core the commands of a model name the extra that is missing, instead of failing at an import."""

from __future__ import annotations

import importlib.util

import pytest

from metier.errors import MissingExtra
from metier.faces.commands import extracting


def test_the_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    extracting.need_numpy()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"A model of skills needs numpy") as caught:
        extracting.need_numpy()
    assert "metier[encode]" in str(caught.value.hint)
