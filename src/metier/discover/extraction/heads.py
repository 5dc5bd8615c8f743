"""What can be learnt on top of an encoder that stays as it is? A classifier for each skill, or one map for all.

`classifier` is the head of "Design of Negative Sampling Strategies for Distantly Supervised Skill Extraction" (arXiv
2209.05987): a weight vector and a bias for each skill, learnt by binary cross-entropy on positives and on sampled
negatives. `shared` is a linear map of the sentence into the space of the labels, learnt by softmax cross-entropy of
each positive against the sampled negatives; it also ranks skills that no sentence names. Both start from the label
vectors, so that a skill without a positive keeps its place instead of falling to the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from metier.discover.extraction.encoders import Floats, unit
from metier.discover.extraction.lanes import Ints
from metier.discover.supervision.sampler import Sampler

Kind = Literal["classifier", "shared"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadTraining:
    """What may be set when a head is trained.

    Attributes:
        head: Which.
        negatives: Sampled for each sentence, anew in every epoch.
        epochs: Passes over the sentences.
        rate: Learning rate (Adam).
        batch: Sentences in a step.
        scale: Factor of the cosines.
        masked: Share of the sentences that are shown without their mentions.
        seed: What order and samples follow from.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    head: Kind = "shared"
    negatives: int = 20
    epochs: int = 6
    rate: float = 1e-3
    batch: int = 128
    scale: float = 20.0
    masked: float = 0.5
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class Shown:
    """Labelled sentences as vectors.

    Attributes:
        whole: The sentences, (sentences, dim).
        masked: The same without the mentions of their skills.
        positives: The skills of each.
        occurring: Every skill that each names.
    """

    whole: Floats
    masked: Floats
    positives: Sequence[Ints]
    occurring: Sequence[Ints]


@dataclass(frozen=True, kw_only=True)
class Head:
    """A trained head: `score` gives every skill a number for every sentence vector.

    Attributes:
        map: Of the sentence, (dim, dim).
        weights: Of each skill, (skills, dim).
        bias: Of each skill.
    """

    map: Floats
    weights: Floats
    bias: Floats

    def score(self, vectors: Floats) -> Floats:
        """Score every skill: shape (sentences, skills)."""
        found: Floats = unit(vectors @ self.map) @ self.weights.T + self.bias
        return found


def train_head(shown: Shown, labels: Floats, sampler: Sampler, settings: HeadTraining) -> Head:
    """Train a head on sentence vectors.

    Args:
        shown: The sentences; none may be without a positive.
        labels: Unit vectors of the labels, (skills, dim).
        sampler: Where negatives come from. Where it is short, a sentence has fewer.
        settings: What is set.
    """
    import torch
    from torch.nn.functional import normalize

    torch.manual_seed(settings.seed)
    rng = np.random.default_rng(settings.seed)
    dim = labels.shape[1]
    shared = settings.head == "shared"
    label_SD = torch.from_numpy(labels)
    map_DD = torch.eye(dim, requires_grad=shared)
    weight_SD = torch.nn.Embedding.from_pretrained(label_SD.clone(), freeze=shared, sparse=True)
    bias_S = torch.nn.Embedding.from_pretrained(torch.zeros(len(labels), 1), freeze=shared, sparse=True)
    optimizer = (
        torch.optim.Adam([map_DD], lr=settings.rate)
        if shared
        else torch.optim.SparseAdam([weight_SD.weight, bias_S.weight], lr=settings.rate)
    )
    for _ in range(settings.epochs):
        order = rng.permutation(len(shown.positives))
        hidden = rng.random(len(order)) < settings.masked
        for start in range(0, len(order), settings.batch):
            rows = order[start : start + settings.batch]
            columns, right = _columns(shown, rows, sampler, settings.negatives, rng)
            picked = np.where(hidden[rows, None], shown.masked[rows], shown.whole[rows])
            said_BD = normalize(torch.from_numpy(picked) @ map_DD, dim=-1)
            place = torch.from_numpy(np.maximum(columns, 0))
            logits_BC = settings.scale * (torch.einsum("bd,bcd->bc", said_BD, weight_SD(place)) + bias_S(place)[..., 0])
            loss = _loss(logits_BC, torch.from_numpy(right), torch.from_numpy(columns >= 0), shared=shared)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return Head(
        map=map_DD.detach().numpy(),
        weights=weight_SD.weight.detach().numpy(),
        bias=bias_S.weight.detach().numpy()[:, 0],
    )


def _columns(
    shown: Shown, rows: Ints, sampler: Sampler, count: int, rng: np.random.Generator
) -> tuple[Ints, np.ndarray[tuple[int, ...], np.dtype[np.bool_]]]:
    """Positives, then negatives of each sentence, -1 where there is none; and which are positives."""
    positives = [shown.positives[i] for i in rows]
    width = max(len(skills) for skills in positives)
    first = np.full((len(rows), width), -1, np.int64)
    for row, skills in enumerate(positives):
        first[row, : len(skills)] = skills
    drawn = sampler.draw(positives, count, rng, occurring=[shown.occurring[i] for i in rows])
    right = np.zeros((len(rows), width + drawn.shape[1]), bool)
    right[:, :width] = first >= 0
    return np.concatenate([first, drawn], 1), right


def _loss(logits_BC, right_BC, there_BC, *, shared: bool):  # type: ignore[no-untyped-def]
    """Softmax of each positive against the negatives for a shared map, binary cross-entropy for classifiers."""
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits

    if not shared:
        # A cosine of 0.3 is where an untrained encoder is undecided.
        loss = binary_cross_entropy_with_logits(logits_BC - 6.0, right_BC.float(), reduction="none")
        return loss[there_BC].mean()
    wrong_BC = logits_BC.masked_fill(right_BC | ~there_BC, -1e4)
    against_B1 = torch.logsumexp(wrong_BC, 1, keepdim=True)
    return (torch.logaddexp(logits_BC, against_B1) - logits_BC)[right_BC].mean()
