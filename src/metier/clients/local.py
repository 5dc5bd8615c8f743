"""What does a transformer on this machine answer? Any folder that `AutoModelForCausalLM` reads is a model."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from metier.attempt import Cost
from metier.client import Reply, Request, TokenLogProbs
from metier.clients.chat import failure
from metier.digest import digest
from metier.errors import ConfigError, MissingExtra

_SMALL = 10_000_000
"""Parameters of a model below which one thread is fastest."""


class LocalClient:
    """Answer with a causal language model from a folder, in batches. It costs no money.

    A tokenizer with a chat template gets the messages through it; otherwise their contents are joined by blank lines.
    A sampled reply depends on its request alone, not on the requests beside it.

    Args:
        path: A folder with model and tokenizer. It is read when the first reply is asked for.
        batch_size: Requests answered at once. A larger batch is faster and needs more memory.
        device: Where the model runs, as torch names it.
        name: Which model this is; without one, the name of the folder and the first digits of the weights' digest.

    Raises:
        ConfigError: There is no model in that folder.

    >>> LocalClient("no-such-folder")
    Traceback (most recent call last):
    metier.errors.ConfigError: Expected a folder with a model, found no 'config.json' in 'no-such-folder'.
    """

    def __init__(self, path: Path | str, *, batch_size: int = 256, device: str = "cpu", name: str = "") -> None:
        self.path, self.batch_size, self.device = Path(path), batch_size, device
        self._name = name
        if not (self.path / "config.json").is_file():
            raise ConfigError(f"Expected a folder with a model, found no 'config.json' in {str(path)!r}.")

    def __repr__(self) -> str:
        return f"LocalClient({str(self.path)!r})"

    @property
    def name(self) -> str:
        """The name given, or the name of the folder and the first digits of the digest of the weights."""
        return self._name or f"{self.path.resolve().name}-{self._digest[:12]}"

    def replies(self, requests: Iterable[Request]) -> Iterator[Reply]:
        """Answer in batches: the first replies come when the first batch has been taken.

        Raises:
            MissingExtra: torch or transformers is not installed.
        """
        waiting = iter(requests)
        while batch := list(itertools.islice(waiting, self.batch_size)):
            yield from self._answer(batch)

    def log_probs(self, texts: Iterable[str]) -> list[TokenLogProbs]:
        """How likely the model holds each text, without a chat template around it; in batches.

        A text longer than the model's context is read in parts of that length.

        Raises:
            MissingExtra: torch or transformers is not installed.
        """
        model, tokenizer = self._loaded
        from metier.clients.generation import fixed_threads
        from metier.clients.likelihood import log_probs

        with fixed_threads(self._threads):
            return log_probs(model, tokenizer, list(texts), batch_size=self.batch_size)

    def close(self) -> None:
        """Let go of the model."""
        self.__dict__.pop("_loaded", None)

    def _answer(self, batch: list[Request]) -> Iterator[Reply]:
        """Answer a batch: requests of one temperature, length and stop run together, results come back in order."""
        replies: dict[int, Reply] = {}
        together: dict[Any, list[int]] = {}
        for place, request in enumerate(batch):
            if any(message.images for message in request.messages):
                replies[place] = failure("no_images", "A local model reads text alone.")
                continue
            together.setdefault((request.max_tokens, request.temperature, request.stop), []).append(place)
        for places in together.values():
            replies.update(zip(places, self._together([batch[place] for place in places]), strict=True))
        return (replies[place] for place in range(len(batch)))

    def _together(self, alike: list[Request]) -> Iterator[Reply]:
        model, tokenizer = self._loaded
        from metier.clients.generation import fixed_threads, generate

        with fixed_threads(self._threads):
            done = generate(
                model,
                tokenizer,
                [_prompt(tokenizer, request) for request in alike],
                max_tokens=alike[0].max_tokens,
                temperature=alike[0].temperature,
                stop=alike[0].stop,
                seed=[_seed(request) for request in alike],
            )
        for one in done:
            cost = Cost(input_tokens=len(one.prompt_ids), output_tokens=len(one.token_ids))
            yield Reply(text=one.text, cost=cost, finish=one.finish)

    @cached_property
    def _loaded(self) -> tuple[Any, Any]:
        try:
            from transformers import AutoModelForCausalLM, AutoTokenizer
        except ImportError as error:
            raise MissingExtra("transformers", extra="train", needed_for="A local model") from error
        from metier.clients.generation import quiet_transformers

        with quiet_transformers():
            model = AutoModelForCausalLM.from_pretrained(self.path).to(self.device).eval()
            return model, AutoTokenizer.from_pretrained(self.path)

    @property
    def _threads(self) -> int:
        """One thread for a small model, which spends more time on starting threads than they save."""
        import torch

        return 1 if self._loaded[0].num_parameters() < _SMALL else torch.get_num_threads()

    @cached_property
    def _digest(self) -> str:
        weights = sorted([*self.path.glob("*.safetensors"), *self.path.glob("*.bin")])
        total = hashlib.sha256()
        for file in weights or [self.path / "config.json"]:
            with file.open("rb") as content:
                total.update(hashlib.file_digest(content, "sha256").digest())
        return total.hexdigest()


def _prompt(tokenizer: Any, request: Request) -> str | list[int]:
    if not tokenizer.chat_template:
        return "\n\n".join(message.content for message in request.messages)
    turns = [{"role": message.role, "content": message.content} for message in request.messages]
    text: str = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
    # The template has written the special tokens already.
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])


def _seed(request: Request) -> int:
    """One number for everything that may tell two requests apart, their seed and epoch included."""
    return int(digest(request)[7:22], 16)
