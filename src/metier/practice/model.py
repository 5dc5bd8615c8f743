"""What learns? A decoder-only transformer so small that practice fits on two processor cores.

It is the stock Qwen3 architecture of transformers at toy size: `AutoModelForCausalLM.from_pretrained`, `generate` and
any tool that reads Hugging Face models take it as it is. Its query and key norms allow a large learning rate.
"""

from __future__ import annotations

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM


def make_model(
    tokenizer: PreTrainedTokenizerFast, *, width: int = 64, num_layers: int = 3, num_heads: int = 4, seed: int = 0
) -> PreTrainedModel:
    """Make an untrained model for a tokenizer; the same seed gives the same weights.

    >>> from metier.practice.tokenizer import make_tokenizer
    >>> make_model(make_tokenizer(), width=32, num_layers=1).num_parameters() < 30_000
    True
    """
    config = Qwen3Config(
        vocab_size=len(tokenizer),
        hidden_size=width,
        intermediate_size=2 * width,
        num_hidden_layers=num_layers,
        num_attention_heads=num_heads,
        num_key_value_heads=num_heads,
        head_dim=width // num_heads,
        max_position_embeddings=256,
        initializer_range=0.05,
        tie_word_embeddings=False,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        bos_token_id=None,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Qwen3ForCausalLM(config)
