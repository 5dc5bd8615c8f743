"""Which negatives, which head, which masking? The paper's kind of table, on validation sentences alone.

Every arm trains a head on the same sentence vectors of the same untouched encoder, for several seeds; implied skills
stand beside all, since literal supervision never shows one. Differences to the first arm are paired by sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import ClassVar

import numpy as np

from metier.discover.extraction.encoders import Encoder, Floats
from metier.discover.extraction.gold import Gold
from metier.discover.extraction.heads import HeadTraining, Kind, Shown, train_head
from metier.discover.extraction.lanes import Ints
from metier.discover.extraction.measures import paired_bootstrap, per_sentence, quality, ranks
from metier.discover.extraction.named import Named
from metier.discover.extraction.skills import Skills
from metier.discover.supervision.labelled import Labelled
from metier.discover.supervision.masking import mask
from metier.discover.supervision.mixture import make_sampler, shortfalls
from metier.discover.supervision.space import space
from metier.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measure of an arm on one set: mean over the seeds, and their standard deviation."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    mean: float
    sd: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One row of the table.

    Attributes:
        sampler: Where negatives came from; `none` is the encoder without a head.
        head: `classifier` or `shared`.
        masked: Share of sentences shown without their mentions.
        figures: By set, then by measure: `rp5`, `mrr`, `implicit_rp5`, `implicit_hit5`.
        gain: By set, RP@5 less that of the first trained arm, averaged over seeds, with a 95 % interval over sentences.
        short: Share of the negatives that the sampler could not draw.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    sampler: str
    head: str
    masked: float
    figures: Mapping[str, Mapping[str, Figure]]
    gain: Mapping[str, tuple[float, float, float]]
    short: float = 0.0


_MEASURES = ("rp5", "mrr", "implicit_rp5", "implicit_hit5")


def ablate(
    taxonomy: Taxonomy,
    skills: Skills,
    labelled: Sequence[Labelled],
    encoder: Encoder,
    gold: Mapping[str, Sequence[Gold]],
    *,
    samplers: Sequence[str],
    heads: Sequence[Kind] = ("classifier", "shared"),
    masks: Sequence[float] = (0.0, 0.5),
    seeds: Sequence[int] = (0, 1, 2),
    settings: HeadTraining | None = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> list[Arm]:
    """Train and measure every combination of sampler, head and masking.

    Args:
        taxonomy: With its hierarchy, from which siblings and kin are drawn.
        skills: What is ranked.
        labelled: Training sentences; those whose skills are not ranked are left out.
        encoder: Stays as it is.
        gold: Validation sentences by name of the set.
        samplers: Recipes, such as `random` or `random:1,siblings:1`.
        heads: Which heads.
        masks: Which shares of masked sentences.
        seeds: Each arm is trained once for each.
        settings: What else is set.
        progress: Called after each training with how many are done, and of how many.
    """
    sets = {name: [one for one in read if one.skills] for name, read in gold.items()}
    sets = {name: read for name, read in sets.items() if read}
    vectors = {name: encoder.encode([one.text for one in read]) for name, read in sets.items()}
    explicit = {name: _explicit(skills, read) for name, read in sets.items()}
    labels = encoder.encode(skills.labels)
    shown = show(labelled, skills, encoder)
    here = space(taxonomy, ids=skills.ids, vectors=labels)
    first: dict[str, list[Floats]] = {}
    measured = _measured(sets, explicit, {name: found @ labels.T for name, found in vectors.items()})
    arms = [_arm("none", "none", 0.0, [measured], first, 0.0)]
    jobs = list(product(heads, masks, samplers))
    for number, (head, masked, recipe) in enumerate(jobs):
        runs, short = [], 0.0
        sampler = make_sampler(recipe, here)
        for done, seed in enumerate(seeds):
            chosen = replace(settings or HeadTraining(), head=head, masked=masked, seed=seed)
            trained = train_head(shown, labels, sampler, chosen)
            runs.append(_measured(sets, explicit, {name: trained.score(found) for name, found in vectors.items()}))
            progress(number * len(seeds) + done + 1, len(jobs) * len(seeds))
        drawn = sampler.draw(shown.positives, 20, np.random.default_rng(0), occurring=shown.occurring)
        short = sum(shortfalls(sampler, drawn).values()) / max(1, drawn.size)
        arms.append(_arm(recipe, head, masked, runs, first, short))
    return arms


def show(labelled: Sequence[Labelled], skills: Skills, encoder: Encoder) -> Shown:
    """Give labelled sentences their vectors, whole and with every mention of their skills cut out."""
    kept = [one for one in labelled if any(concept in skills.index for concept in one.concepts)]
    hidden = list(mask(kept, share=1.0, seed=0, token=""))
    return Shown(
        whole=encoder.encode([one.text for one in kept]),
        masked=encoder.encode([one.text or kept[i].text for i, one in enumerate(hidden)]),
        positives=[_known(one.concepts, skills) for one in kept],
        occurring=[_known(one.occurring, skills) for one in kept],
    )


def _known(concepts: Sequence[str], skills: Skills) -> Ints:
    return np.array(sorted({skills.index[concept] for concept in concepts if concept in skills.index}), np.int64)


def _explicit(skills: Skills, gold: Sequence[Gold]) -> list[list[bool]]:
    named = Named(skills).find(one.text for one in gold)
    return [[skill in there for skill in one.skills] for one, there in zip(gold, named, strict=True)]


_Run = Mapping[str, tuple[Mapping[str, float], Floats]]


def _measured(
    sets: Mapping[str, Sequence[Gold]], explicit: Mapping[str, list[list[bool]]], scores: Mapping[str, Floats]
) -> _Run:
    found = {}
    for name, read in sets.items():
        placed = ranks(scores[name], [one.skills for one in read])
        measured = quality(placed, explicit[name])
        found[name] = {key: getattr(measured, key) for key in _MEASURES}, per_sentence(placed).astype(np.float32)
    return found


def _arm(
    sampler: str, head: str, masked: float, runs: Sequence[_Run], first: dict[str, list[Floats]], short: float
) -> Arm:
    figures = {
        name: {
            key: Figure(mean=float(np.mean(values)), sd=float(np.std(values, ddof=1)) if len(values) > 1 else 0.0)
            for key in _MEASURES
            for values in [[run[name][0][key] for run in runs]]
        }
        for name in runs[0]
    }
    gain = {}
    for name in runs[0]:
        mine = np.mean([run[name][1] for run in runs], 0)
        if sampler != "none" and name not in first:
            first[name] = [mine]
        if name in first:
            gap = paired_bootstrap(mine.astype(float), first[name][0].astype(float), replicates=4000)
            gain[name] = (100 * gap[0], 100 * gap[1], 100 * gap[2])
    return Arm(sampler=sampler, head=head, masked=masked, figures=figures, gain=gain, short=short)


def rows(arms: Sequence[Arm]) -> Iterator[tuple[str, ...]]:
    """Give the table: sampler, head, masking, then for each set RP@5, implied RP@5, MRR and the paired gain."""
    for arm in arms:
        yield (
            arm.sampler, arm.head, f"{arm.masked:g}",
            *(cell for name, found in arm.figures.items() for cell in (
                *(f"{found[key].mean:.1f} ± {found[key].sd:.1f}" for key in ("rp5", "implicit_rp5", "mrr")),
                "{:+.1f} [{:+.1f}, {:+.1f}]".format(*arm.gain[name]) if name in arm.gain else "-")),
        )  # fmt: skip
