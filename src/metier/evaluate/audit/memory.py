"""Has a model seen this exam? It is asked to go on where a question breaks off, which question follows, and to choose
among options in another order.

Only what is exchangeable is tested: the order of the questions, and that of the wrong options. A model that knows the
subject and not the file cannot favour either, so the p-values hold whatever it knows; what it recites is evidence
without one. Needs numpy (extra `evaluate`). What a corpus holds is told by `metier.evaluate.audit.leaks`.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from importlib.util import find_spec
from itertools import permutations
from typing import Any, ClassVar

from metier.client import Client, Request, TellsLogProbs
from metier.errors import ConfigError, MissingExtra
from metier.evaluate.audit.duplicates import words
from metier.evaluate.audit.finding import Finding
from metier.evaluate.audit.leaks import RUN
from metier.evaluate.audit.min_k import Surprise, Way, against_orders, against_reference
from metier.evaluate.audit.options import upper_p
from metier.evaluate.audit.record import Record
from metier.grader import GraderFor
from metier.item import Item

GO_ON = "This text breaks off. Write how it goes on, word for word, and nothing else:\n\n"
NEXT = "This is a question of an exam. Write the question that follows it in the exam, word for word:\n\n"
_GRAM = 3
_LEAST_WORDS = 8
_FEWEST = 5
_MOST_WRONG = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A test of whether the order in which things stand in the file matters to a model.

    Attributes:
        way: `next_question`, `likelihood` or `options`.
        count: Questions it rests on.
        seen: In the order of the file: the share of the next question that was told, the log-probability, or how many
            were right, as a share.
        expected: The same in other orders, on the mean.
        p_value: One-sided, by permutation: exact if the order of the file was arbitrary.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    way: str
    count: int
    seen: float
    expected: float
    p_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What a model remembers of an exam.

    Attributes:
        recited: The place in the file of each question that was gone on with word for word, and how many words.
        tried: Questions long enough to be broken off.
        orders: The tests that could be made.
        surprises: What the tokens of the questions tell (`metier.evaluate.audit.min_k`), where that was asked.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    recited: tuple[tuple[str, int], ...]
    tried: int
    orders: tuple[Order, ...]
    surprises: tuple[Surprise, ...] = ()


def remembered(
    records: Sequence[Record],
    client: Client,
    *,
    grader_for: GraderFor | None = None,
    seed: int = 0,
    draws: int = 9999,
    max_tokens: int = 256,
    ways: Sequence[Way] = (),
    reference: Sequence[Record] = (),
) -> Memory:
    """Probe a model for an exam: two calls a question, and four more for one with options that a grader was found for.

    Args:
        records: In the order of the file; a slice of neighbours will do.
        ways: How to weigh the tokens of the questions as well; each asks for a client that tells log-probabilities.
        reference: Questions that the model cannot have seen, to weigh those of the exam against. Without them, those
            with options are weighed against other orders of their wrong ones.

    Raises:
        ClientError: The model cannot be asked.
        ConfigError: The client tells no log-probabilities, or there is nothing to weigh against.
        MissingExtra: numpy is not installed.
    """
    if find_spec("numpy") is None:
        raise MissingExtra("numpy", extra="evaluate", needed_for="Asking a model what it remembers")
    surprises = _surprises(records, client, ways, reference, seed, draws) if ways else []
    recited, tried = _recited(records, client, max_tokens)
    texts = [record.prompt for record in records]
    orders = [_next_question(texts, client, seed, draws, max_tokens)]
    if isinstance(client, TellsLogProbs):
        orders.append(by_likelihood(texts, client, seed=seed))
    if grader_for is not None:
        items = [record.item for record in records if record.item]
        orders.append(_options(items, client, grader_for, seed, max_tokens))
    return Memory(recited=recited, tried=tried, orders=tuple(one for one in orders if one), surprises=tuple(surprises))


def check_memory(found: Memory, *, name: str = "exam", level: float = 0.01) -> list[Finding]:
    """What of that is worth a finding: every recital, and an order at `level`.

    >>> order = Order(way="options", count=40, seen=0.9, expected=0.5, p_value=0.0001)
    >>> [one.rule for one in check_memory(Memory(recited=(("e:0", 15),), tried=1, orders=(order,)))]
    ['recited', 'order_remembered']
    """
    findings = [
        Finding(
            rule="recited",
            place=place,
            evidence=f"{run} words in a row",
            message="The model goes on with the question word for word.",
            severity="warning",
        )
        for place, run in found.recited
    ]
    findings += [
        Finding(
            rule="text_remembered",
            place=name,
            evidence=f"{one.way}: {one.seen:.3g} against {one.expected:.3g}, {one.against}; AUROC {one.auroc:.2f}",
            message=f"The model finds the questions of the exam less surprising than others (p = {one.p_value:.2g}).",
            severity="error",
        )
        for one in found.surprises
        if one.p_value <= level
    ]
    return findings + [
        Finding(
            rule="order_remembered",
            place=name,
            evidence=f"{one.way}: {one.seen:.3g} against {one.expected:.3g} on {one.count} questions",
            message=f"The model favours the order of the file (p = {one.p_value:.2g}).",
            severity="error",
        )
        for one in found.orders
        if one.p_value <= level
    ]


def by_likelihood(texts: Sequence[str], client: TellsLogProbs, *, shuffles: int = 99, seed: int = 0) -> Order | None:
    """Whether a model holds the questions likelier in the order of the file than in others.

    The permutation test of Oren et al. ("Proving Test Set Contamination in Black Box Language Models",
    arXiv 2310.17623): p = (1 + shuffles at least as likely) / (1 + shuffles). `None` for fewer than five texts.
    """
    if len(texts) < _FEWEST:
        return None
    chance, orders = random.Random(seed), [list(texts)]
    orders += [chance.sample(list(texts), len(texts)) for _ in range(shuffles)]
    seen, *others = (sum(one.values) for one in client.log_probs("\n\n".join(order) for order in orders))
    p_value = (1 + sum(one >= seen for one in others)) / (1 + shuffles)
    return Order(way="likelihood", count=len(texts), seen=seen, expected=sum(others) / len(others), p_value=p_value)


def _surprises(
    records: Sequence[Record], client: Client, ways: Sequence[Way], reference: Sequence[Record], seed: int, draws: int
) -> list[Surprise]:
    if not isinstance(client, TellsLogProbs):
        raise ConfigError(
            f"{ways[0]} weighs the tokens of a text, and {client.name!r} does not tell them.", hint="local:FOLDER does."
        )
    if reference:
        texts, others = ([record.prompt for record in of] for of in (records, reference))
        found = against_reference(texts, others, client, ways=ways, seed=seed, draws=draws)
    else:
        chance = random.Random(seed)
        groups = [_reordered(record.item, chance, 3) for record in records if record.item]
        variants = [[item.prompt for item in group] for group in groups if group]
        found = against_orders(variants, client, ways=ways, seed=seed, draws=draws)
    if not found:
        raise ConfigError(
            f"{ways[0]} weighs five questions or more against others, and found too few.",
            hint="Give --reference a file of questions of the same kind that the model cannot have seen.",
        )
    return found


def _recited(records: Sequence[Record], client: Client, max_tokens: int) -> tuple[tuple[tuple[str, int], ...], int]:
    """Guided completion: the longest run of the missing words that the reply holds."""
    halves = [(record, *_broken_off(record.prompt)) for record in records]
    halves = [one for one in halves if len(words(one[2])) >= _LEAST_WORDS]
    asked = [Request.ask(GO_ON + start, max_tokens=max_tokens) for _, start, _ in halves]
    found = []
    for (record, _, rest), reply in zip(halves, client.replies(asked), strict=True):
        wanted, told = words(rest), words(reply.text)
        run = SequenceMatcher(None, wanted, told, autojunk=False).find_longest_match().size
        if run >= min(RUN, len(wanted)):
            found.append((record.place, run))
    return tuple(found), len(halves)


def _broken_off(text: str) -> tuple[str, str]:
    parts = text.split(" ")
    return " ".join(parts[: len(parts) // 2]), " ".join(parts[len(parts) // 2 :])


def _next_question(texts: Sequence[str], client: Client, seed: int, draws: int, max_tokens: int) -> Order | None:
    """Permute which question follows which. What the shown question says itself is no sign of memory."""
    import numpy as np

    n = len(texts)
    if n < _FEWEST:
        return None
    asked = [Request.ask(NEXT + text, max_tokens=max_tokens) for text in texts]
    grams, told = [_grams(text) for text in texts], [_grams(reply.text) for reply in client.replies(asked)]
    shares = np.array([[_share(grams[k] - grams[j], told[j]) for k in range(n)] for j in range(n)])
    np.fill_diagonal(shares, 0.0)
    seen = float(shares[np.arange(n - 1), np.arange(1, n)].mean())
    chance = np.random.default_rng(seed)
    drawn = np.array([_along(shares, chance.permutation(n)) for _ in range(draws)])
    p_value = float((1 + (drawn >= seen - 1e-12).sum()) / (1 + draws))
    return Order(way="next_question", count=n, seen=seen, expected=float(drawn.mean()), p_value=p_value)


def _along(shares: Any, order: Any) -> float:
    return float(shares[order[:-1], order[1:]].mean())


def _grams(text: str) -> set[tuple[str, ...]]:
    said = words(text)
    return {tuple(said[n : n + _GRAM]) for n in range(len(said) - _GRAM + 1)}


def _share(wanted: set[tuple[str, ...]], told: set[tuple[str, ...]]) -> float:
    return len(wanted & told) / len(wanted) if wanted else 0.0


def _options(
    items: Sequence[Item], client: Client, grader_for: GraderFor, seed: int, max_tokens: int, *, orders: int = 3
) -> Order | None:
    """Wrong options change places, the right one keeps its letter: a preference for letters cannot show."""
    chance = random.Random(seed)
    variants = [one for item in items if (one := _reordered(item, chance, orders))]
    if len(variants) < _FEWEST:
        return None
    every = [item for group in variants for item in group]
    replies = client.replies(Request.ask(item.prompt, max_tokens=max_tokens) for item in every)
    right = iter([grader_for(item)(item, reply.text).is_correct for item, reply in zip(every, replies, strict=True)])
    groups = [[next(right) for _ in group] for group in variants]
    return Order(
        way="options",
        count=len(groups),
        seen=sum(first for first, *_ in groups) / len(groups),
        expected=sum(sum(rest) / len(rest) for _, *rest in groups) / len(groups),
        p_value=upper_p([sum(group) / len(group) for group in groups], sum(first for first, *_ in groups)),
    )


def _reordered(item: Item, chance: random.Random, orders: int) -> list[Item]:
    """The item, then itself with its wrong options in other orders; nothing where they do not stand in the prompt."""
    letter = item.reference.strip().strip("()").upper()
    right = ord(letter) - ord("A") if len(letter) == 1 else -1
    at, start = [], 0
    for text in item.choices:
        start = item.prompt.find(text, start)
        if start < 0:
            return []
        at.append(start)
        start += len(text)
    wrong = [n for n in range(len(item.choices)) if n != right]
    if not 0 <= right < len(item.choices) or not 2 <= len(wrong) <= _MOST_WRONG:
        return []
    others = list(permutations(wrong))[1:]
    made = [item]
    for order in chance.sample(others, min(orders, len(others))):
        stands = dict(zip(wrong, order, strict=True))
        choices = tuple(item.choices[stands.get(n, n)] for n in range(len(item.choices)))
        made.append(replace(item, choices=choices, prompt=_written(item, choices, at)))
    return made


def _written(item: Item, choices: Sequence[str], at: Sequence[int]) -> str:
    parts, end = [], 0
    for place, old, new in zip(at, item.choices, choices, strict=True):
        parts += [item.prompt[end:place], new]
        end = place + len(old)
    return "".join(parts) + item.prompt[end:]
