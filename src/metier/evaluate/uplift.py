"""What does a skill add? The same items without and with it in hand, in pairs, with two intervals.

This module knows neither files nor admissions; `metier.evaluate.benchmark` writes what it finds, and
`metier.evaluate.admit` draws the consequence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from metier.attempt import Attempt
from metier.border import load
from metier.client import Client
from metier.digest import digest, plain
from metier.errors import StageError
from metier.evaluate.bootstrap import SAMPLES, bootstrap
from metier.evaluate.compare import Difference, clusters_of, compare, proportion, scores, wilson
from metier.evaluate.expectations import OPEN
from metier.evaluate.sit import run_id_of, sit
from metier.grader import GraderFor
from metier.item import Exam, Item
from metier.run import StageRecord
from metier.skill import Skill
from metier.store import Store
from metier.verdict import Evidence

_STAGE = "uplift"


@dataclass(frozen=True, slots=True, kw_only=True)
class Uplift:
    """A skill's score with it less the score without, on the same items.

    Attributes:
        difference: The paired comparison; its interval is Student's, with clusters respected.
        low, high: The 95 % interval of the paired bootstrap over clusters, never narrower than that of `difference`
            where every pair changed alike.
        seed: Of the bootstrap.
        run_ids: The runs without and with it, which hold the attempts.
        evidence: The same for a verdict: its attempts are those with the skill in hand.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    skill: str
    digest: str
    difference: Difference
    low: float
    high: float
    seed: int
    run_ids: tuple[str, ...]
    evidence: Evidence

    @property
    def is_negative(self) -> bool:
        """Whether answers were worse with it, on the mean."""
        return self.difference.difference < 0

    @property
    def is_harmful(self) -> bool:
        """Whether the whole interval lies below 0."""
        return max(self.high, self.difference.high) < 0

    @property
    def cautious_low(self) -> float:
        """The lower of the two low ends: what an admission may count on."""
        return min(self.low, self.difference.low)


@dataclass(frozen=True, slots=True)
class Taken:
    """The attempts of the two arms."""

    without: list[Attempt]
    having: list[Attempt]


def measure(
    exam: Exam,
    skill: Skill,
    client: Client,
    store: Store,
    *,
    grader_for: GraderFor,
    own: Collection[str] = (),
    seed: int = 0,
    samples: int = SAMPLES,
) -> tuple[Uplift, Taken]:
    """Take an exam without and with a skill in hand, and keep what it came to in the store.

    Both arms are the same items asked of the same client under the same protocol; answers that are stored already are
    not asked again.

    Args:
        own: Identifiers of the items that came with the skill itself (`metier.evaluate.evals.own_items`). They show
            harm, and are no evidence for it.

    Raises:
        StageError: Fewer than two items were scored on both sides.
        ClientError: As `metier.evaluate.sit.sit`.
    """
    taken = Taken(
        without=sit(exam, client, store, grader_for=grader_for),
        having=sit(exam, client, store, grader_for=grader_for, skills=[skill]),
    )
    run_ids = (run_id_of(exam, client), run_id_of(exam, client, [skill]))
    found = uplift(exam.items, taken, skill, run_ids=run_ids, own=own, seed=seed, samples=samples)
    keep(found, store)
    return found, taken


def uplift(
    items: Iterable[Item],
    taken: Taken,
    skill: Skill,
    *,
    run_ids: Sequence[str] = (),
    own: Collection[str] = (),
    seed: int = 0,
    samples: int = SAMPLES,
) -> Uplift:
    """Compare two arms that were taken already; `own` as in `measure`.

    Raises:
        StageError: Fewer than two items were scored on both sides.
    """
    known = {item.item_id: item for item in items}
    try:
        difference = compare(known, taken.without, taken.having, label=skill.name)
    except ValueError as error:
        raise StageError(f"Cannot measure {skill.name!r}: {error}", hint=_way_out(taken)) from error
    low, high = _interval(known, taken, difference, seed=seed, samples=samples)
    return Uplift(
        skill=skill.name,
        digest=skill.digest,
        difference=difference,
        low=low,
        high=high,
        seed=seed,
        run_ids=tuple(run_ids),
        evidence=_evidence(known, taken.having, own, difference, low, high, tuple(run_ids)),
    )


def keep(found: Uplift, store: Store) -> None:
    """Put an uplift into the store that holds its attempts: the record that a verdict on the skill may cite.

    The same measurement kept twice is there once.
    """
    key = digest([_STAGE, found.digest, list(found.run_ids), found.seed])
    told = f"{found.difference.items} items, {found.difference.clusters} clusters"
    came_out = f"{100 * found.difference.difference:+.1f} points"
    store.put_stage(
        StageRecord(key=key, stage=_STAGE, output={"uplift": plain(found)}, went_in=told, came_out=came_out)
    )


def kept(store: Store, skill_digest: str) -> list[Uplift]:
    """What was measured of a skill of this digest; `evidence` of one is what `metier.govern.judge` reads.

    Raises:
        InputError: A record is no uplift of this version.
    """
    records = [record.output["uplift"] for record in store.stages() if record.stage == _STAGE]
    return [load(Uplift, one, where="uplift") for one in records if one.get("digest") == skill_digest]


def unscored(taken: Taken) -> str:
    """Say why answers could not be graded, and what the client said; empty if all were graded."""
    every = [*taken.without, *taken.having]
    reasons = Counter(a.grade.reason for a in every if a.grade.score is None)
    counted = ", ".join(f"{reason} ({times})" for reason, times in reasons.most_common())
    errors = Counter(a.error for a in every if a.error)
    return f"{counted}." * bool(counted) + "".join(f" The client said: {error}" for error, _ in errors.most_common(1))


def _way_out(taken: Taken) -> str:
    """Say why attempts were left out, and what helps."""
    why = unscored(taken)
    told = f"Answers that could not be graded are left out: {why}" if why else "Give it more evals."
    open_for = OPEN & {a.grade.reason for a in (*taken.without, *taken.having)}
    if "judge_unclear" in open_for:
        told += " The judge does not reply as it is asked to: name an abler one with --judge."
    elif open_for:
        told += " Expectations are checked by a model: name one with --judge."
    return told + " The same answers are graded again." * bool(open_for)


def _interval(
    items: Mapping[str, Item], taken: Taken, difference: Difference, *, seed: int, samples: int
) -> tuple[float, float]:
    old, new = scores(taken.without), scores(taken.having)
    both = sorted(i for i in old if old[i] is not None and new.get(i) is not None)
    changes = [float(new[i] or 0.0) - float(old[i] or 0.0) for i in both]
    cluster_of = clusters_of({i: items[i] for i in both})
    low, high = bootstrap(changes, [cluster_of[i] for i in both], seed=seed, samples=samples)
    if low == high:  # without spread a resample has nothing to tell, and the rule of three does
        return difference.low, difference.high
    return max(-1.0, low), min(1.0, high)


def _evidence(
    items: Mapping[str, Item],
    having: Sequence[Attempt],
    own: Collection[str],
    difference: Difference,
    low: float,
    high: float,
    run_ids: tuple[str, ...],
) -> Evidence:
    counted = [attempt for attempt in having if attempt.item_id not in own]
    share = proportion(counted)
    # Attempts at one item or cluster stand or fall together, so the clusters are the sample.
    scored = {attempt.item_id: items[attempt.item_id] for attempt in counted if attempt.grade.score is not None}
    clusters = len(set(clusters_of(scored).values()))
    return Evidence(
        correct=share.correct,
        scored=share.scored,
        low=0.0 if share.value is None else wilson(share.value, clusters)[0],
        own=sum(attempt.grade.score is not None for attempt in having if attempt.item_id in own),
        uplift=difference.difference,
        uplift_low=min(low, difference.low),
        uplift_high=max(high, difference.high),
        run_ids=run_ids,
    )
