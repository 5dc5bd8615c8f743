"""How does a policy come to know the atomic skills? It is shown worked answers, and becomes the base of all practice.

Three kinds of example are mixed, all drawn from the seed:

    alone      `apply sort to cab`            one function; of every group
    listed     `apply sort, reverse to cab`   two, each applied to the *given* string; of every group
    composed   `apply sort reverse to cab`    two or three, each applied to what the one before gave; of `shown` only

So every function is known and the form of a composition has been seen, but only with functions that are never practised
or examined in composition. What such a base does with compositions of other functions is mostly wrong: it is the
latent ability that practice can bring out.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from transformers import PreTrainedTokenizerBase

from metier.clients.generation import fixed_threads
from metier.errors import StageError
from metier.practice.config import PracticeConfig
from metier.practice.groups import Groups
from metier.practice.learner import Example, Learner, is_done, task_digest
from metier.practice.model import make_model
from metier.practice.practise import Progress
from metier.practice.strings import draw_text, prompt, reducible, trace
from metier.practice.tokenizer import make_tokenizer

# Shares of the examples; the rest is `alone`.
_LISTED = {2: 0.25}
_COMPOSED = {2: 0.25, 3: 0.10}

_LENGTHS_ALONE = (4, 8)
_LENGTHS_JOINED = (4, 7)

# Batches drawn at once and sorted by length, so that little of a batch is padding.
_CHUNK = 16
_CURVE_EVERY = 10

# How often a function is drawn, against once for the others: those that move every letter take longer to learn.
_HARD = {
    **dict.fromkeys(("interleave-halves", "odd-places-first", "swap-pairs"), 5.0),
    "swap-halves": 3.5,
    **dict.fromkeys(
        (
            "reverse-first-half", "swap-last-two", "reverse", "reverse-inner", "sort", "sort-backwards",
            "drop-repeats", "drop-middle", "double-middle",
        ),
        2.5,
    ),
}  # fmt: skip

Task = tuple[str, str]
"""A prompt and the answer to it."""


def pretrain(
    groups: Groups,
    *,
    config: PracticeConfig,
    out: Path,
    progress: Progress = lambda done, total, numbers: None,
) -> Path:
    """Teach a new policy the atomic skills of all groups, and write it.

    Interrupted and finished calls are treated as by `practise`. No example uses a string that is reserved for exams.

    Returns:
        `out`, which holds the model, its tokenizer and `curve.jsonl`.

    Raises:
        StageError: There are no functions.
    """
    if not groups.names:
        raise StageError("Expected functions to learn, got none.")
    task = task_digest("supervised", config, groups)
    if is_done(out, task):
        progress(config.base_steps, config.base_steps, {})
        return out
    with fixed_threads(config.threads):
        return _pretrain(groups, config=config, out=out, task=task, progress=progress)


def _pretrain(groups: Groups, *, config: PracticeConfig, out: Path, task: str, progress: Progress) -> Path:
    tokenizer = make_tokenizer()
    model = make_model(
        tokenizer, width=config.width, num_layers=config.num_layers, num_heads=config.num_heads, seed=config.seed
    )
    learner = Learner(
        model,
        tokenizer,
        out=out,
        task=task,
        lr=config.base_lr,
        muon_lr=config.base_muon_lr,
        num_steps=config.base_steps,
        warm_up=max(1, config.base_steps // 28),
        end=0.02,
    )
    model.train()
    while learner.step < config.base_steps:
        chunk, place = divmod(learner.step, _CHUNK)
        for batch in batches(groups, tokenizer, chunk=chunk, config=config)[place:]:
            loss = -learner.logprobs(batch).mean()
            learner.descend(loss)
            numbers = {"loss": loss.item()} if (learner.step + 1) % _CURVE_EVERY == 0 else {}
            learner.record(numbers, checkpoint=(learner.step + 1) % config.checkpoint_every == 0)
            progress(learner.step, config.base_steps, numbers)
            if learner.step == config.base_steps:
                break
    return learner.finish()


def batches(
    groups: Groups, tokenizer: PreTrainedTokenizerBase, *, chunk: int, config: PracticeConfig
) -> list[list[Example]]:
    """Draw the batches of one chunk. They depend on the seed and the number of the chunk alone."""
    rng = random.Random(f"supervised/{config.seed}/{chunk}")
    drawn = list(islice(tasks(groups, rng), _CHUNK * config.base_batch))
    examples = sorted(_examples(drawn, tokenizer), key=lambda e: len(e.prompt_ids) + len(e.answer_ids))
    size = config.base_batch
    cut = [examples[start : start + size] for start in range(0, len(examples), size)]
    rng.shuffle(cut)
    return cut


def tasks(groups: Groups, rng: random.Random) -> Iterator[Task]:
    """Draw tasks without end.

    >>> groups = Groups(practised=("sort",), held_out=("reverse",), shown=("shift-up", "drop-last"))
    >>> list(islice(tasks(groups, random.Random(3)), 1))
    [('apply reverse to jefgje', 'reverse:ejgfej')]
    """
    kinds = ["alone", *("listed" for _ in _LISTED), *("composed" for _ in _COMPOSED)]
    sizes = [1, *_LISTED, *_COMPOSED]
    shares = [1.0 - sum(_LISTED.values()) - sum(_COMPOSED.values()), *_LISTED.values(), *_COMPOSED.values()]
    can_compose = any(not reducible(pair) for pair in [(a, b) for a in groups.shown for b in groups.shown])
    while True:
        place = rng.choices(range(len(kinds)), shares)[0]
        kind, size = kinds[place], sizes[place]
        if kind == "composed" and can_compose:
            names = _drawn(groups.shown, size, rng)
            while reducible(names):
                names = _drawn(groups.shown, size, rng)
            text = draw_text(rng, _LENGTHS_JOINED)
            yield prompt(names, text), trace(names, text)
        elif kind == "listed":
            names = _drawn(groups.names, size, rng)
            text = draw_text(rng, _LENGTHS_JOINED)
            yield _listed_prompt(names, text), " ".join(trace([name], text) for name in names)
        else:
            names = _drawn(groups.names, 1, rng)
            text = draw_text(rng, _LENGTHS_ALONE)
            yield prompt(names, text), trace(names, text)


def _drawn(names: Sequence[str], size: int, rng: random.Random) -> list[str]:
    return rng.choices(names, [_HARD.get(name, 1.0) for name in names], k=size)


def _listed_prompt(names: Sequence[str], text: str) -> str:
    return f"apply {', '.join(names)} to {text}"


def _examples(drawn: Sequence[Task], tokenizer: PreTrainedTokenizerBase) -> list[Example]:
    """Tokenize tasks; an answer begins with the blank after its prompt and ends with the end of the text."""
    prompts = tokenizer([question for question, _ in drawn])["input_ids"]
    answers = tokenizer([" " + answer for _, answer in drawn])["input_ids"]
    end = tokenizer.eos_token_id
    return [
        Example(prompt_ids=tuple(question), answer_ids=(*answer, end))
        for question, answer in zip(prompts, answers, strict=True)
    ]
