"""Why does a skill stand where it stands, and what would raise it? One story of gates, evidence and events."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from metier.audit import Entry
from metier.govern.evidence import EvidenceOf, points, shortfall
from metier.govern.judge import HELD_BACK
from metier.govern.manifest import Declaration, deviation
from metier.govern.policy import GovernPolicy
from metier.govern.standing import Standing, cannot_promote
from metier.govern.transitions import held, last_verdict, standing_of
from metier.store import Store
from metier.verdict import (
    Decision,
    Evidence,
    ExposureTier,
    Gate,
    GateOutcome,
    GateResult,
    Scan,
    Verdict,
    VettingTier,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """All that is known about one content of a skill.

    Attributes:
        verdict: The last one on this content, as it holds under the present policy and after every fall.
        exposure: How far it may go now.
        history: Every verdict on the skill, oldest first.
        entries: What the audit log holds about the skill.
        raises: What would raise it, one sentence each.
        measured: What an uplift came to that the verdict has not weighed.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    verdict: Verdict
    standing: Standing
    exposure: ExposureTier
    history: tuple[Verdict, ...]
    entries: tuple[Entry, ...]
    raises: tuple[str, ...]
    measured: Evidence | None = None


def explain(
    store: Store,
    skill: str,
    *,
    digest: str = "",
    policy: GovernPolicy | None = None,
    evidence_of: EvidenceOf | None = None,
) -> Story:
    """Tell the story of a skill, or of one content of it.

    Args:
        evidence_of: What was measured of a content since, by its digest.

    Raises:
        NotStored: It was not judged.
        CorruptStore: The log does not hang together, or what the verdict rests on is not what was entered in it.
    """
    policy = policy or GovernPolicy()
    verdict = held(store, last_verdict(store, skill, digest), policy=policy)
    now = standing_of(store, skill, verdict.digest, policy=policy)
    refuse_altered(store, verdict.run_ids)
    found = evidence_of(verdict.digest) if evidence_of else None
    fresh = None if found == verdict.evidence else found
    return Story(
        verdict=verdict,
        standing=now,
        exposure=min(now.exposure, verdict.exposure),
        history=tuple(store.verdicts(skill)),
        entries=tuple(store.entries(skill)),
        raises=what_raises(verdict, now, policy=policy, measured=fresh),
        measured=fresh,
    )


def refuse_altered(store: Store, run_ids: Iterable[str]) -> None:
    """Refuse runs of which an attempt is not as it was entered in the audit log. One that is not stored is passed over.

    Raises:
        CorruptStore: One was changed, removed or put in past the log.
    """
    for run_id in run_ids:
        deque(store.attempts(run_id=run_id), maxlen=0)


def what_raises(
    verdict: Verdict, now: Standing, *, policy: GovernPolicy, measured: Evidence | None = None
) -> tuple[str, ...]:
    """Say what stands between a skill and the next tier; `measured` is what the verdict has not weighed.

    >>> from metier.govern.judge import judge
    >>> from metier.skill import Skill
    >>> skill = Skill(name="reverse", description="Backwards.", licence="MIT")
    >>> what_raises(judge(skill, Scan()), Standing(skill="reverse", digest=skill.digest), policy=GovernPolicy())
    ('a second opinion (G2): metier govern gate FOLDER --opinion MODEL',)
    """
    if now.falls:
        return (
            f"a re-audit of this content: metier govern restore {verdict.skill}"
            " --package FOLDER --by WHO --because WHY",
        )
    needs = [f"a package that the library can take; now {f.message}" for f in verdict.findings if f.rule == HELD_BACK]
    needs += _vetting_needs(verdict, policy)
    if any(one.is_harmful for one in (verdict.evidence, measured) if one):
        needs.insert(0, "a version that makes answers better: its measured uplift is below zero")
    if policy.approval == "required" and not now.approved_by:
        needs.append(f"an approval of this content: metier govern approve {verdict.skill} --by WHO --because WHY")
    if verdict.vetting == VettingTier.VENDOR and not now.promoted:
        needs.append(
            cannot_promote(now, policy=policy) or f"a promotion: metier govern promote {verdict.skill} --by WHO"
        )
    return tuple(needs)


def told_evidence(evidence: Evidence | None) -> tuple[str, ...]:
    """What was measured with the skill and without it, in sentences.

    >>> told_evidence(Evidence(correct=9, scored=10, low=0.6, uplift=-0.1, uplift_low=-0.2, uplift_high=-0.05))[1]
    'with the skill against without it: -10.0 points (-20.0 to -5.0): it makes answers worse'
    """
    if evidence is None or not (evidence.scored or evidence.own):
        return ("no exam has measured it",)
    if evidence.uplift is None:
        return (evidence.told, "it was not measured against answers without it")
    span = f"({points(evidence.uplift_low)} to {points(evidence.uplift_high)})"
    harm = ": it makes answers worse" if evidence.is_harmful else ""
    if evidence.uplift < 0 and not harm:
        harm = ": worse, which may be chance"
    return (evidence.told, f"with the skill against without it: {points(evidence.uplift)} points {span}{harm}")


def told_capabilities(verdict: Verdict) -> tuple[str, ...]:
    """What is declared and what was observed, and where the two part.

    >>> bare = Verdict(skill="s", digest="d", vetting=VettingTier.UNVETTED, exposure=ExposureTier.METADATA, reasons=())
    >>> told_capabilities(bare)
    ('declared: nothing', 'observed: nothing')
    """
    says = [Declaration(capability=c, source="manifest", grants=False) for c in verdict.declared]
    apart = deviation(says, verdict.observed)
    told = [
        f"declared: {', '.join(verdict.declared) or 'nothing'}",
        f"observed: {', '.join(verdict.observed) or 'nothing'}",
    ]
    told += [f"observed, but not declared: {', '.join(apart.under)}"] if apart.under else []
    unused = sorted(set(verdict.declared) - set(verdict.observed))
    told += [f"declared, but not observed: {', '.join(unused)}"] if unused else []
    return tuple(told)


def _vetting_needs(verdict: Verdict, policy: GovernPolicy) -> list[str]:
    gates = {gate.gate: gate for gate in verdict.gates}
    if verdict.vetting == VettingTier.UNVETTED:
        return _community_needs(verdict, gates, policy)
    if verdict.vetting == VettingTier.COMMUNITY:
        lacking = [_need(gate) for gate in map(gates.get, (Gate.BEHAVIOURAL, Gate.MANIFEST)) if gate is not None]
        short = shortfall(verdict.evidence, min_attempts=policy.min_attempts, min_accuracy=policy.min_accuracy)
        return [*filter(None, lacking), *([f"evidence of an exam; now {short}"] if short else [])]
    if verdict.vetting == VettingTier.ORGANISATION:
        return [f"a certification by a person: metier govern certify {verdict.skill} --by WHO --because WHY"]
    return []


def _community_needs(verdict: Verdict, gates: dict[Gate, GateResult], policy: GovernPolicy) -> list[str]:
    needs = []
    static, semantic = gates.get(Gate.STATIC), gates.get(Gate.SEMANTIC)
    if static and static.outcome == GateOutcome.FAILED:
        decision = Scan(findings=verdict.findings, unread=verdict.unread).decision
        needs.append(
            "an approval by a person who read the findings: "
            f"metier govern approve {verdict.skill} --by WHO --because WHY"
            if decision == Decision.REVIEW
            else "a version of the package without what failed the scan (G1)"
        )
    if semantic and semantic.outcome == GateOutcome.FAILED:
        needs.append("a version of the package without what the second opinion objects to (G2)")
    elif semantic and semantic.outcome == GateOutcome.NOT_RUN and policy.semantic == "required":
        needs.append("a second opinion (G2): metier govern gate FOLDER --opinion MODEL")
    return needs


def _need(gate: GateResult) -> str:
    if gate.outcome == GateOutcome.PASSED:
        return ""
    name = "a run in a sandbox (G3)" if gate.gate == Gate.BEHAVIOURAL else "a manifest that agrees (G4)"
    return f"{name}; now {'; '.join(gate.reasons)}"
