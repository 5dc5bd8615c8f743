"""What does it cost to compare two models on 500 codes, layer by layer: CPU time and memory, by the size of the models?

The models have random weights, so the figures say nothing of what a model knows. The second is the first with noise in
its weights, as a tuned model is a base model with changes.

    python benchmarks/evaluate_representation.py [--codes 500] [--noise 0.02] [--seed 7] [--html PAGE]
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import tempfile
import time
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

SIZES = ((256, 6, 4), (768, 12, 12))
"""Width, layers and heads; the vocabulary has 8,000 tokens."""
WORDS = (
    "acute",
    "chronic",
    "other",
    "open",
    "closed",
    "removal",
    "repair",
    "left",
    "right",
    "upper",
    "vessel",
    "graft",
)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--codes", type=int, default=500)
    options.add_argument("--noise", type=float, default=0.02)
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--html", type=Path)
    chosen = options.parse_args()
    import torch

    print("| parameters | layers | texts | tokens | CPU s, states | ms a text | CPU s, comparison | peak memory, GB |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for width, layers, heads in SIZES:
        _row(width, layers, heads, chosen)
    versions = f"Python {sys.version.split()[0]}, torch {torch.__version__}, transformers {version('transformers')}"
    print(
        f"\n{chosen.codes} codes as fact, query and random text; 999 permutations; noise {chosen.noise}, seed "
        f"{chosen.seed}; {versions}, threads {torch.get_num_threads()}."
    )


def _row(width: int, layers: int, heads: int, chosen: argparse.Namespace) -> None:
    from metier.clients.states import last_states
    from metier.evaluate.representation import over_pairs

    pairs = _codes(chosen.codes, chosen.seed)
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("base", "tuned")]
        parameters, tokens = _write(paths, pairs, width, layers, heads, chosen)
        read = 0.0

        def states(path: Path, texts: Any) -> Any:
            nonlocal read
            start = time.process_time()
            found = last_states(path, texts)
            read += time.process_time() - start
            return found

        start = time.process_time()
        found = over_pairs(partial(states, paths[0]), partial(states, paths[1]), pairs, seed=chosen.seed)
        compared = time.process_time() - start - read
    texts = 3 * len(pairs)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    cells = f"{texts:,} | {tokens:,} | {read:.1f} | {1000 * read / texts / 2:.1f} | {compared:.1f} | {peak:.2f}"
    print(f"| {parameters / 1e6:.0f} M | {layers} | {cells} |", flush=True)
    if chosen.html:
        from metier.faces.represented import as_page

        chosen.html.write_text(
            as_page("base", "tuned", {"facts": found.facts, "queries": found.queries}, contrast=found.contrast)
        )


def _codes(count: int, seed: int) -> list[tuple[str, str]]:
    chance = random.Random(seed)
    return [(f"{n // 10:03d}.{n % 10}", " ".join(chance.sample(WORDS, 5))) for n in range(count)]


def _write(
    paths: list[Path], pairs: list[tuple[str, str]], width: int, layers: int, heads: int, chosen: argparse.Namespace
) -> tuple[int, int]:
    """Write the two models with their tokenizer; how many parameters, and how many tokens the statements have."""
    import torch
    from tokenizers import ByteLevelBPETokenizer
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    from metier.clients.generation import quiet_transformers
    from metier.evaluate.representation import random_text, statements

    asked = [text for pair in pairs for text in statements(*pair)]
    asked += [random_text(text, seed=chosen.seed) for text in asked[1::2]]
    learned = ByteLevelBPETokenizer()
    learned.train_from_iterator(asked, vocab_size=600, show_progress=False)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=learned._tokenizer)
    torch.manual_seed(chosen.seed)
    with quiet_transformers():
        model = LlamaForCausalLM(
            LlamaConfig(
                vocab_size=8000,
                hidden_size=width,
                intermediate_size=4 * width,
                num_hidden_layers=layers,
                num_attention_heads=heads,
                tie_word_embeddings=True,
            )
        )
        for path in paths:
            model.save_pretrained(path)
            tokenizer.save_pretrained(path)
            for weights in model.parameters():
                weights.data += chosen.noise * torch.randn_like(weights) * weights.data.std()
    return sum(weights.numel() for weights in model.parameters()), sum(
        len(tokenizer(text)["input_ids"]) for text in asked
    )


if __name__ == "__main__":
    main()
