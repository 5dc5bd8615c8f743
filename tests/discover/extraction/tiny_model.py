"""A sentence-transformers model of two layers with a vocabulary of our own, made in a second; it knows nothing yet."""

from __future__ import annotations

import json
from pathlib import Path

from discover.extraction.trade import ADS, GOLD, SKILLS

_SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def write_tiny_model(folder: Path, *, pooling: str = "mean_tokens") -> Path:
    """Write the model in the layout that published ones have; the same weights each time."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    torch.manual_seed(0)
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = (*_SPECIAL, *_words(), *(f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"))
    BertTokenizerFast(vocab={word: place for place, word in enumerate(vocabulary)}).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=128, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, initializer_range=0.3,
    )  # fmt: skip
    BertModel(config).save_pretrained(folder)
    modes = {f"pooling_mode_{mode}": mode == pooling for mode in ("cls_token", "mean_tokens")}
    for name in ("1_Pooling", "2_Normalize"):
        (folder / name).mkdir(exist_ok=True)
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"word_embedding_dimension": 32, **modes}))
    listed = [
        {"idx": place, "name": str(place), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for place, (path, kind) in enumerate(
            (("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize"))
        )
    ]
    (folder / "modules.json").write_text(json.dumps(listed), encoding="utf-8")
    return folder


def _words() -> list[str]:
    texts = [*ADS, *(text for text, _ in GOLD), *SKILLS.all_forms, *SKILLS.definitions]
    words = {word.strip(".,()").lower() for text in texts for word in text.split()}
    return sorted(words | set("abcdefghijklmnopqrstuvwxyz.,()"))
