"""Which skill acts when several apply, and which may help when it fails?

"SoK: Agentic Skills" (arXiv 2602.20867) finds no principled rule in any system for C₁ = C₂ = 1. Here there is one, in
four steps, each decided only where the one before leaves a tie: the more specific condition, as production systems and
hierarchical planners have it; the priority that the owner of the library gave; the trust of the verdict; the name,
the newest version and the digest. No step looks at what a skill says of itself: text that praises a skill gains it
nothing, and a condition that does not hold takes it out. A skill that recovers another must be trusted as far as that
one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from metier.errors import SkillError
from metier.skill import Skill
from metier.stores.versions import Key, newest_first
from metier.verdict import ExposureTier, VettingTier

_SHOWN = 40  # letters of a version that an explanation quotes


class Rule(StrEnum):
    """What decided between the first and the second."""

    NONE = "none applies"
    ALONE = "alone"
    SPECIFICITY = "specificity"
    PRIORITY = "priority"
    TRUST = "trust"
    ORDER = "order"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A skill that may apply.

    Attributes:
        conditions: C as facts that must all hold. Each is checked, so a skill that demands more is more specific.
        priority: Given by the owner of the library; never read from the package.
        vetting, exposure: From the verdict on this content; the lowest where there is none.
    """

    skill: Skill
    conditions: frozenset[str] = frozenset()
    priority: int = 0
    vetting: VettingTier = VettingTier.UNVETTED
    exposure: ExposureTier = ExposureTier.METADATA

    @property
    def trust(self) -> tuple[ExposureTier, VettingTier]:
        """How far it may go, then how well it was vetted."""
        return self.exposure, self.vetting


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """The order in which skills that apply are to be tried.

    Attributes:
        ranked: First the one that acts; empty when none applies.
        rule: What put the first before the second.
        because: That in one sentence, with the values that were compared.
    """

    ranked: tuple[Candidate, ...]
    rule: Rule
    because: str

    @property
    def chosen(self) -> Candidate | None:
        """The one that acts, or None when none applies."""
        return self.ranked[0] if self.ranked else None


def resolve(candidates: Iterable[Candidate], facts: Collection[str] = ()) -> Resolution:
    """Choose among skills by what holds; the order in which they are given does not matter.

    Args:
        facts: What holds: a candidate applies if all its conditions are among these.

    >>> plain = Candidate(skill=Skill(name="fill", description="Fill a form."), conditions=frozenset({"form"}))
    >>> pdf = Candidate(skill=Skill(name="fill-pdf", description="Fill a PDF."), conditions=frozenset({"form", "pdf"}))
    >>> resolve([plain, pdf], {"form", "pdf"}).because
    "'fill-pdf' before 'fill' by specificity: 2 conditions hold against 1."
    >>> resolve([plain, pdf], {"form"}).because
    "'fill' alone applies."
    """
    held = frozenset(facts)
    applies: dict[str, Candidate] = {}
    for one in sorted(candidates, key=lambda one: (-one.exposure, -one.vetting, _rank(one))):
        if one.conditions <= held:
            # The same content twice is one skill; of its records that apply the best trusted one counts.
            applies.setdefault(one.skill.digest, one)
    ranked = tuple(sorted(applies.values(), key=_rank))
    if len(ranked) < 2:
        name = ranked[0].skill.name if ranked else ""
        return Resolution(
            ranked=ranked,
            rule=Rule.ALONE if ranked else Rule.NONE,
            because=f"{name!r} alone applies." if ranked else "The conditions of no skill hold.",
        )
    rule, why = _decided(ranked[0], ranked[1])
    first, second = ranked[0].skill.name, ranked[1].skill.name
    return Resolution(ranked=ranked, rule=rule, because=f"{first!r} before {second!r} by {rule.value}: {why}.")


def recoveries(failed: Candidate, candidates: Iterable[Candidate], facts: Collection[str] = ()) -> Resolution:
    """Choose what recovers a failed skill, among the others that apply and are trusted at least as far as it.

    >>> failed = Candidate(skill=Skill(name="a", description="A."), exposure=ExposureTier.SUPERVISED)
    >>> recoveries(failed, [Candidate(skill=Skill(name="b", description="B."))]).rule.value
    'none applies'
    """
    others = (c for c in candidates if c.skill.digest != failed.skill.digest)
    return resolve((c for c in others if not _shortfall(c, failed)), facts)


def check_recovery(recovery: Candidate, failed: Candidate) -> None:
    """Refuse a recovery by a skill that is trusted less far than the one it recovers, on either ladder.

    Raises:
        SkillError: It is; the message names both tiers.

    >>> check_recovery(failed := Candidate(skill=Skill(name="a", description="A.")), failed)
    """
    if short := _shortfall(recovery, failed):
        raise SkillError(
            f"{recovery.skill.name!r} may not recover {failed.skill.name!r}: {short}.",
            hint="A recovery acts where the other failed, so it must be trusted at least as far; vet it first, or ask "
            "a person.",
        )


def _shortfall(recovery: Candidate, failed: Candidate) -> str:
    short = [
        f"its {ladder} is {ours.name.lower()}, and {theirs.name.lower()} is needed"
        for ladder, ours, theirs in (
            ("exposure", recovery.exposure, failed.exposure),
            ("vetting", recovery.vetting, failed.vetting),
        )
        if ours < theirs
    ]
    return "; ".join(short)


def _rank(candidate: Candidate) -> tuple[int, int, int, int, str, tuple[Key, Key], str, str, str]:
    skill = candidate.skill
    return (
        -len(candidate.conditions),
        -candidate.priority,
        -candidate.exposure,
        -candidate.vetting,
        skill.name,
        newest_first(skill.version),
        skill.version,
        skill.digest,
        f"{sorted(candidate.conditions)} {skill!r}",  # what the digest leaves out, so that the order is total
    )


def _decided(first: Candidate, second: Candidate) -> tuple[Rule, str]:
    if len(first.conditions) != len(second.conditions):
        return Rule.SPECIFICITY, f"{_conditions(first)} hold against {len(second.conditions)}"
    if first.priority != second.priority:
        return Rule.PRIORITY, f"{first.priority} against {second.priority}"
    if first.trust != second.trust:
        return Rule.TRUST, f"{_trust(first)} against {_trust(second)}"
    return Rule.ORDER, f"they are equal otherwise, and {_order(first.skill, second.skill)}"


def _order(first: Skill, second: Skill) -> str:
    if first.name != second.name:
        return "the name settles it"
    if first.version != second.version:
        return f"version {_shown(first.version)} comes before {_shown(second.version)}"
    return f"of version {_shown(first.version)} the digest settles it"


def _shown(version: str) -> str:
    return version if len(version) <= _SHOWN else f"{version[:_SHOWN]}…"


def _conditions(candidate: Candidate) -> str:
    count = len(candidate.conditions)
    return f"{count} condition{'s' if count != 1 else ''}"


def _trust(candidate: Candidate) -> str:
    return f"{candidate.exposure.name.lower()}, {candidate.vetting.name.lower()}"
