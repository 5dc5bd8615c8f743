"""How does an encoder learn a taxonomy? Sentences, definitions and other names are drawn to the labels they speak of.

In-batch contrastive learning (van den Oord et al., arXiv 1807.03748; the multiple-negatives ranking loss of
sentence-transformers) with two changes that job ads ask for: a query may have several positives, none of which is a
negative of another, and of two sentences joined both keep their skills ("sentence-pair augmentation", Decorte et al.,
arXiv 2307.10778). Further negatives may come from a sampler. With a share of the sentences the mention itself is
masked, so that the context must do.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from metier.discover.extraction.encoders import SentenceEncoder
from metier.discover.supervision.labelled import Labelled
from metier.discover.supervision.sampler import Sampler

Progress = Callable[[int, int, float], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """What may be set when an encoder learns.

    Attributes:
        seed: What order, masks and pairs follow from.
        epochs: Passes over the examples.
        batch: Examples in a step; the labels of the others are the negatives of one.
        rate: Greatest learning rate (AdamW), reached after a tenth of the steps, falling to 0.
        scale: Factor of the cosines, the inverse temperature.
        masked: Share of the literal mentions that are cut out of their sentence.
        joined: Share of the sentences to which another one is joined.
        frozen: Lower layers of the transformer that stay as they are; the token table always does.
        max_tokens: Where a text is cut in training.
        names: Other names of one skill that are shown in a pass, at most.
        most: Examples of a pass. Sentences all have their place; of definitions and other names a seeded sample fills
            the rest, and at least a quarter, so that more text costs little more time.
        negatives: Further negatives for each example, if there is a sampler.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    seed: int = 0
    epochs: int = 1
    batch: int = 128
    rate: float = 8e-5
    scale: float = 20.0
    masked: float = 0.2
    joined: float = 0.3
    frozen: int = 2
    max_tokens: int = 48
    names: int = 1
    most: int = 27_000
    negatives: int = 1


class Example(NamedTuple):
    """A text, the skills it speaks of, and where it names them."""

    text: str
    skills: tuple[int, ...]
    spans: tuple[tuple[int, int], ...] = ()
    occurring: tuple[int, ...] = ()
    is_sentence: bool = False


def examples(
    labelled: Sequence[Labelled],
    index: dict[str, int],
    *,
    definitions: Sequence[str],
    names: Sequence[Sequence[str]],
    tuning: Tuning,
) -> list[Example]:
    """Make examples of labelled sentences, of definitions and of other names, in a seeded order.

    Args:
        labelled: Sentences with identifiers of skills; identifiers that `index` lacks are left out.
        index: The place of each skill.
        definitions: One for each skill, perhaps empty.
        names: The other names of each skill.
        tuning: The seed, and how many names of a skill are shown.
    """
    rng = random.Random(tuning.seed)
    found = []
    for one in labelled:
        known = tuple(index[c] for c in one.concepts if c in index)
        spans = {c: (m.start, m.end) for m in one.mentions for c in [m.concept] if c in index}
        occurring = tuple(index[c] for c in one.occurring if c in index)
        for skill, concept in zip(known, [c for c in one.concepts if c in index], strict=True):
            place = (spans[concept],) if concept in spans else ()
            found.append(Example(one.text, (skill,), place, occurring, True))
    told = [Example(text, (skill,)) for skill, text in enumerate(definitions) if text]
    for skill, others in enumerate(names):
        shown = others if len(others) <= tuning.names else rng.sample(list(others), tuning.names)
        told += [Example(name, (skill,)) for name in shown]
    room = max(tuning.most - len(found), tuning.most // 4)
    found += told if len(told) <= room else rng.sample(told, room)
    rng.shuffle(found)
    return found


def tune(
    encoder: SentenceEncoder,
    found: Sequence[Example],
    labels: Sequence[str],
    *,
    tuning: Tuning,
    sampler: Sampler | None = None,
    progress: Progress | None = None,
) -> None:
    """Train an encoder in place on examples against the labels they speak of.

    Args:
        encoder: Changed in place.
        found: The examples, as `examples` makes them.
        labels: The label of each skill.
        tuning: What is set.
        sampler: Where further negatives come from, `tuning.negatives` for each example.
        progress: Called now and then with the step, the number of steps and the loss.
    """
    import torch

    torch.manual_seed(tuning.seed)
    rng, draws = random.Random(tuning.seed), np.random.default_rng(tuning.seed)
    weights = _trained(encoder.model, tuning.frozen)
    optimizer = torch.optim.AdamW(weights, lr=tuning.rate, weight_decay=0.01)
    num_steps = max(1, tuning.epochs * -(-len(found) // tuning.batch))
    encoder.model.train()
    step = 0
    for _ in range(tuning.epochs):
        for batch in _batches(found, tuning.batch, rng):
            queries, positives = _queries(batch, tuning, rng)
            others = _drawn(batch, sampler, tuning.negatives, draws)
            loss = _loss(encoder, queries, positives, others, labels, tuning)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(weights, 1.0)
            for group in optimizer.param_groups:
                warm = min(1.0, (step + 1) / max(1.0, 0.1 * num_steps))
                group["lr"] = tuning.rate * warm * max(0.0, 1 - step / num_steps)
            optimizer.step()
            step += 1
            if progress and (step % 10 == 0 or step == num_steps):
                progress(step, num_steps, float(loss.detach()))
    encoder.model.eval()


def _trained(model: Any, frozen: int) -> list[Any]:
    """The weights that learn: not the token table, not the lower layers."""
    inner = model[0].auto_model
    for parameter in inner.embeddings.parameters():
        parameter.requires_grad = False
    for layer in list(getattr(getattr(inner, "encoder", None), "layer", []))[:frozen]:
        for parameter in layer.parameters():
            parameter.requires_grad = False
    return [parameter for parameter in model.parameters() if parameter.requires_grad]


def _batches(found: Sequence[Example], size: int, rng: random.Random) -> Iterator[list[Example]]:
    """A seeded order in which texts of like length meet, as padding costs as much as text."""
    order = list(range(len(found)))
    rng.shuffle(order)
    batches: list[list[int]] = []
    for start in range(0, len(order), size * 32):
        chunk = sorted(order[start : start + size * 32], key=lambda i: len(found[i].text))
        batches += [chunk[i : i + size] for i in range(0, len(chunk), size)]
    rng.shuffle(batches)
    yield from ([found[i] for i in batch] for batch in batches)


def _queries(batch: Sequence[Example], tuning: Tuning, rng: random.Random) -> tuple[list[str], list[tuple[int, ...]]]:
    queries, positives = [], []
    sentences = [example for example in batch if example.is_sentence]
    for example in batch:
        text, skills = _shown(example, tuning, rng), example.skills
        if example.is_sentence and len(sentences) > 1 and rng.random() < tuning.joined:
            other = rng.choice(sentences)
            text, skills = f"{text} {_shown(other, tuning, rng)}", (*skills, *other.skills)
        queries.append(text)
        positives.append(skills)
    return queries, positives


def _shown(example: Example, tuning: Tuning, rng: random.Random) -> str:
    if example.spans and rng.random() < tuning.masked:
        start, end = example.spans[0]
        return (example.text[:start] + example.text[end:]).strip() or example.text
    return example.text


def _drawn(batch: Sequence[Example], sampler: Sampler | None, count: int, rng: np.random.Generator) -> list[int]:
    if sampler is None or not count:
        return []
    drawn = sampler.draw(
        [np.array(e.skills, np.int64) for e in batch], count, rng,
        occurring=[np.array(e.occurring, np.int64) for e in batch],
    )  # fmt: skip
    return sorted({int(skill) for skill in drawn.ravel() if skill >= 0})


def _loss(
    encoder: SentenceEncoder,
    queries: Sequence[str],
    positives: Sequence[tuple[int, ...]],
    others: Sequence[int],
    labels: Sequence[str],
    tuning: Tuning,
) -> Any:
    """−log of each positive's share against the negatives, over the labels and, at half weight, over the queries."""
    import torch

    columns = sorted({skill for skills in positives for skill in skills} | set(others))
    place = {skill: i for i, skill in enumerate(columns)}
    logits_QL = (
        tuning.scale
        * _vectors(encoder, queries, tuning)
        @ _vectors(encoder, [labels[skill] for skill in columns], tuning).T
    )
    right_QL = torch.zeros_like(logits_QL, dtype=torch.bool)
    for row, skills in enumerate(positives):
        right_QL[row, [place[skill] for skill in skills]] = True
    wrong_QL = logits_QL.masked_fill(right_QL, -1e4)
    loss = logits_QL.new_zeros(())
    for axis, weight in ((1, 1.0), (0, 0.5)):
        against = torch.logsumexp(wrong_QL, axis, keepdim=True)
        loss = loss + weight * (torch.logaddexp(logits_QL, against) - logits_QL)[right_QL].mean()
    return loss


def _vectors(encoder: SentenceEncoder, texts: Sequence[str], tuning: Tuning) -> Any:
    import torch

    features = encoder.features(texts, max_tokens=tuning.max_tokens)
    features.pop("spans")
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=encoder.fast):
        vectors = encoder.model(features)["sentence_embedding"]
    return torch.nn.functional.normalize(vectors.float(), dim=-1)
