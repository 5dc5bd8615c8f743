"""May a skill that a model wrote for itself enter the library?

Such skills make agents worse on average (-1.3 points in SkillsBench, as "SoK: Agentic Skills", arXiv 2602.20867,
reports it), so they are admitted on held-out items alone: what a skill was made from, or brought along itself, proves
nothing about it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import ClassVar

from metier.attempt import Attempt, Grade
from metier.client import Client
from metier.errors import StageError
from metier.evaluate.bootstrap import SAMPLES
from metier.evaluate.compare import scores
from metier.evaluate.evals import worded, wordings
from metier.evaluate.uplift import Taken, Uplift, measure, unscored, uplift
from metier.grader import GraderFor
from metier.item import Exam, Item
from metier.skill import Skill
from metier.store import Store

_ROUNDING = 1e-9  # a low end of 0 comes out of floats as 3e-16, and is none above 0
_BY_CHANCE = 0.05  # the p-value at the edge of a 95 % interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Whether a skill made by a model may enter the library, and why.

    Attributes:
        set_aside: Items that prove nothing, of which `own` came with the skill itself.
        uplift: What the admission counted on: an answer that could not be graded with the skill counts as wrong.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    admitted: bool
    reason: str
    held_out: int
    set_aside: int
    own: int = 0
    uplift: Uplift | None = None


def held_out(items: Iterable[Item], made_from: Collection[str]) -> list[Item]:
    """The items that a skill was not made from.

    Args:
        made_from: Identifiers of the items it was made from, or their prompts. What shares a cluster or, by letters and
            digits alone, the prompt with one of them is not held out either. A prompt is that of a case with or without
            the text of its input files.

    >>> items = [Item(prompt="1 + 1 =", reference="2", cluster="ones"), Item(prompt="1 + 3 =", reference="4"),
    ...          Item(prompt="1 + 2 =", reference="3", cluster="ones")]
    >>> [item.prompt for item in held_out(items, [items[0].item_id])]
    ['1 + 3 =']
    """
    every = list(items)
    said = {worded(one) for one in made_from}
    seen = [item for item in every if item.item_id in made_from or wordings(item.prompt) & said]
    clusters = {item.cluster for item in seen if item.cluster}
    prompts = {worded(item.prompt) for item in seen}
    return [item for item in every if item.cluster not in clusters and worded(item.prompt) not in prompts]


def named_in(text: str, items: Iterable[Item]) -> frozenset[str]:
    r"""What a list of what a skill was made from names: each line, and the items whose prompt goes over several.

    >>> items = [Item(prompt="Sum it.\n1, 2", reference="3"), Item(prompt="1 + 1 =", reference="2")]
    >>> named_in("Sum it.\n1, 2\n1 + 5 =", items) == {items[0].item_id, "Sum it.", "1, 2", "1 + 5 ="}
    True
    """
    listed = f" {worded(text)} "
    long = [item for item in items if any(f" {one} " in listed for one in wordings(item.prompt, least_lines=2))]
    return frozenset((*filter(None, map(str.strip, text.splitlines())), *(item.item_id for item in long)))


def admit(
    exam: Exam,
    skill: Skill,
    client: Client,
    store: Store,
    *,
    made_from: Collection[str],
    grader_for: GraderFor,
    own: Collection[str] = (),
    margin: float = 0.0,
    min_items: int = 2,
    seed: int = 0,
    samples: int = SAMPLES,
) -> Admission:
    """Measure a skill that a model made, on what it was not made from, and say whether it may enter the library.

    What it was made from is `made_from` and whatever its provenance names. Nothing is asked when too little is held
    out, or when none of the items is named there: then it is not known that any is held out. What is held out must show
    an uplift whose interval lies above 0, and whose p-value lies below 0.05. What was graded without the skill and
    cannot be with it, as the model or its endpoint refuses, counts as wrong: to leave such pairs out would credit a
    skill with what it loses. What was not graded without it is left out.

    Args:
        own: As in `metier.evaluate.uplift.measure`; these, and what shares their cluster or prompt, are set aside too.
        margin: What the low end of the interval must reach, in shares of the score; below 0 it counts as 0.
        min_items: Held-out items that it takes at least; fewer than 2 count as 2.

    Raises:
        ClientError: As `metier.evaluate.sit.sit`.
    """
    made = {*made_from, *skill.provenance}
    unseen = held_out(exam.items, made)
    fresh = held_out(unseen, own)
    theirs = len(unseen) - len(fresh)
    aside = len(exam.items) - len(fresh)
    told = f"; {theirs} came with the skill itself and prove nothing" if theirs else ""
    needed = max(2, min_items)

    def refused(why: str) -> Admission:
        reason = f"refused: {why}{told}"
        return Admission(admitted=False, reason=reason, held_out=len(fresh), set_aside=aside, own=theirs)

    if len(unseen) == len(exam.items):
        return refused(f"nothing it was made from is among the {len(unseen)} items, so none is known to be held out")
    if len({item.item_id for item in fresh}) < needed:
        return refused(f"{len(fresh)} of {len(exam.items)} items are held out, and it takes {needed}")
    apart = Exam(name=f"{exam.name}, held out", items=tuple(fresh), protocol=exam.protocol)
    try:
        found, taken = measure(apart, skill, client, store, grader_for=grader_for, seed=seed, samples=samples)
    except StageError as error:
        return refused(str(error))
    lost = _lost(taken)
    if lost:
        wrong = {(one.item_id, one.epoch): replace(one, grade=Grade.incorrect("not_graded")) for one in lost}
        counted = Taken(taken.without, [wrong.get((one.item_id, one.epoch), one) for one in taken.having])
        found = uplift(apart.items, counted, skill, run_ids=found.run_ids, seed=seed, samples=samples)
    scored = found.difference.items
    short = _short(found, needed, max(0.0, margin))
    measured = f"uplift {_points(found.difference.difference)} points, at least {_points(found.cautious_low)}"
    left = (
        f"; {len(lost)} answers with it were not graded and count as wrong: {unscored(Taken([], lost))}" if lost else ""
    )
    left += f"; {found.difference.left_out} more were not graded without it" if found.difference.left_out else ""
    return Admission(
        admitted=not short,
        reason=f"{'refused' if short else 'admitted'}: {measured}, on {scored} held-out items{short}{left}{told}",
        held_out=len(fresh),
        set_aside=aside,
        own=theirs,
        uplift=found,
    )


def _lost(taken: Taken) -> list[Attempt]:
    """The answers with the skill that could not be graded, of items that were graded without it."""
    before = scores(taken.without)
    return [one for one in taken.having if one.grade.score is None and before.get(one.item_id) is not None]


def _short(found: Uplift, needed: int, wanted: float) -> str:
    """What an uplift lacks for an admission; empty if nothing."""
    if found.difference.items < needed:
        return f", fewer than {needed}"
    if found.cautious_low < wanted:
        return f", short of {_points(wanted)}"
    if found.cautious_low < _ROUNDING:
        return ", not above 0"
    if found.difference.p_value >= _BY_CHANCE:
        return f", which chance alone may give (p = {found.difference.p_value:.2g})"
    return ""


def _points(share: float) -> str:
    return f"{100 * share:+.1f}"
