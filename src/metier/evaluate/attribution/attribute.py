"""What do the errors of a run come to, ability by ability? Detectors and judges together, with what they are worth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar

from metier.client import Client
from metier.errors import InputError
from metier.evaluate.attribution.abilities import ABILITIES, Label
from metier.evaluate.attribution.agreement import cohen_kappa, krippendorff_alpha, masi
from metier.evaluate.attribution.detectors import detected
from metier.evaluate.attribution.judges import Opinion, Wrong, judged
from metier.evaluate.attribution.prevalence import Prevalence, corrected

MAJORITY = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributed:
    """One wrong solution and the abilities it lacks, each with its evidence.

    Attributes:
        unread: How many judges gave a reply that could not be read.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    attempt_id: str
    labels: tuple[Label, ...]
    unread: int = 0

    @property
    def ability_ids(self) -> frozenset[str]:
        """Which abilities it lacks."""
        return frozenset(label.ability_id for label in self.labels)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One ability over all errors.

    Attributes:
        errors: How many show it.
        detected: How many of these a detector shows.
        alpha: Krippendorff's alpha of the judges on this label; None for fewer than two, or nothing to disagree on.
        kappa: Cohen's, the mean over pairs of judges that have one.
        prevalence: Its corrected share, where people labelled a sample.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    ability_id: str
    errors: int
    share: float
    detected: int
    alpha: float | None
    kappa: float | None
    prevalence: Prevalence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """The errors of a run.

    Attributes:
        alpha: Of the judges' sets of labels, with the MASI distance.
        dropped: Labels that quoted words which are not in the reply.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    errors: tuple[Attributed, ...]
    rows: tuple[Row, ...]
    judges: tuple[str, ...]
    alpha: float | None
    dropped: int


def attribute(
    wrong: Iterable[Wrong],
    *,
    judges: Sequence[Client] = (),
    units: Mapping[str, str] | None = None,
    people: Mapping[str, frozenset[str]] | None = None,
    seed: int = 0,
) -> Attribution:
    """Attribute errors to the ten abilities.

    An error lacks what a detector shows and what more than half of its readable judges name.

    Args:
        units: The unit of the right answer, by attempt.
        people: What people found lacking in a random sample of these errors, by attempt; the shares are then corrected.
        seed: Of the simultaneous intervals.

    Raises:
        InputError: People labelled an attempt that is not among the errors, or too few.
        ClientError: A judge cannot be asked at all.

    >>> one = Wrong(attempt_id="a", problem="2 * 3?", reference="6", reply="2 * 3 = 7")
    >>> [(row.ability_id, row.errors) for row in attribute([one]).rows if row.errors]
    [('calculation', 1)]
    """
    errors = list({one.attempt_id: one for one in wrong}.values())
    opinions = judged(errors, judges)
    said: dict[str, list[Opinion]] = {one.attempt_id: [] for one in errors}
    for opinion in opinions:
        said[opinion.attempt_id].append(opinion)
    shown = {one.attempt_id: detected(one, unit=(units or {}).get(one.attempt_id, "")) for one in errors}
    found = tuple(_joined(one.attempt_id, shown[one.attempt_id], said[one.attempt_id]) for one in errors)
    shares = _prevalences(found, people, seed) if people else {}
    rows = tuple(_row(ability.ability_id, found, shown, said, shares) for ability in ABILITIES)
    sets = [[_named(opinion) for opinion in said[one.attempt_id]] for one in errors]
    return Attribution(
        errors=found,
        rows=rows,
        judges=tuple(judge.name for judge in judges),
        alpha=krippendorff_alpha(sets, distance=masi) if len(judges) > 1 else None,
        dropped=sum(opinion.dropped for opinion in opinions),
    )


def _joined(attempt_id: str, shown: Sequence[Label], opinions: Sequence[Opinion]) -> Attributed:
    read = [opinion.labels for opinion in opinions if opinion.labels is not None]
    votes: dict[str, list[Label]] = {}
    for labels in read:
        for label in labels:
            votes.setdefault(label.ability_id, []).append(label)
    agreed = [labels[0] for labels in votes.values() if len(labels) > MAJORITY * len(read)]
    return Attributed(attempt_id=attempt_id, labels=(*shown, *agreed), unread=len(opinions) - len(read))


def _row(
    ability_id: str,
    found: Sequence[Attributed],
    shown: Mapping[str, Sequence[Label]],
    said: Mapping[str, Sequence[Opinion]],
    shares: Mapping[str, Prevalence],
) -> Row:
    count = sum(ability_id in one.ability_ids for one in found)
    units = [[_names(opinion, ability_id) for opinion in said[one.attempt_id]] for one in found]
    return Row(
        ability_id=ability_id,
        errors=count,
        share=count / len(found) if found else 0.0,
        detected=sum(any(label.ability_id == ability_id for label in labels) for labels in shown.values()),
        alpha=krippendorff_alpha(units),
        kappa=_mean_kappa(units),
        prevalence=shares.get(ability_id),
    )


def _named(opinion: Opinion) -> frozenset[str] | None:
    return None if opinion.labels is None else frozenset(label.ability_id for label in opinion.labels)


def _names(opinion: Opinion, ability_id: str) -> bool | None:
    named = _named(opinion)
    return None if named is None else ability_id in named


def _mean_kappa(units: Sequence[Sequence[bool | None]]) -> float | None:
    kappas = []
    for a, b in combinations(range(len(units[0]) if units else 0), 2):
        both = [(unit[a], unit[b]) for unit in units if unit[a] is not None and unit[b] is not None]
        kappa = cohen_kappa([x for x, _ in both], [y for _, y in both]) if both else None
        if kappa is not None:
            kappas.append(kappa)
    return sum(kappas) / len(kappas) if kappas else None


def _prevalences(found: Sequence[Attributed], people: Mapping[str, frozenset[str]], seed: int) -> dict[str, Prevalence]:
    if unknown := sorted(people.keys() - {one.attempt_id for one in found}):
        raise InputError(f"People labelled {unknown[0]!r}, which is not among the errors.")
    known = {ability.ability_id for ability in ABILITIES}
    if odd := sorted({one for labels in people.values() for one in labels} - known):
        raise InputError(f"No ability {odd[0]!r}.", hint=f"The ten are: {', '.join(sorted(known))}")
    sample = [one for one in found if one.attempt_id in people]
    rest = [one for one in found if one.attempt_id not in people]
    if len(sample) < 2 or len(rest) < 2:
        raise InputError(
            f"Expected two or more errors in the sample and outside it, got {len(sample)} and {len(rest)}."
        )
    labels = {a.ability_id: [a.ability_id in one.ability_ids for one in rest] for a in ABILITIES}
    checked = {
        a.ability_id: [(a.ability_id in one.ability_ids, a.ability_id in people[one.attempt_id]) for one in sample]
        for a in ABILITIES
    }
    return {one.name: one for one in corrected(labels, checked, seed=seed)}
