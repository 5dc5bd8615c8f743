"""What the tests of extraction share: a tiny encoder, and a model trained with it once."""

from __future__ import annotations

from pathlib import Path

import pytest

from discover.extraction.tiny_model import write_tiny_model


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an untrained encoder; nothing may change what is in it."""
    return write_tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def trained(tiny_encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model that was trained on our trade; nothing may change what is in it."""
    from discover.extraction.small_training import train_small

    folder = tmp_path_factory.mktemp("trained")
    train_small(folder / "model", tiny_encoder, folder)
    return folder / "model"
