"""How far is a skill trusted, given what a scan saw and what exams measured?

Two ladders and one monotone map: vetting says how well the package was looked at, exposure how far its content may go,
and no skill is exposed further than its vetting allows. Promotion needs evidence. A package that states neither licence
nor origin stays at the bottom; nothing else that it says of itself counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from metier.skill import Skill
from metier.verdict import ExposureTier, Finding, Severity, Verdict, VettingTier

CEILING = {
    VettingTier.UNVETTED: ExposureTier.METADATA,
    VettingTier.COMMUNITY: ExposureTier.INSTRUCTIONS,
    VettingTier.ORGANISATION: ExposureTier.SUPERVISED,
    VettingTier.VENDOR: ExposureTier.AUTONOMOUS,
}
"""The strict map from vetting to the furthest exposure: the survey's "T1 = instructions only" is read as metadata."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What exams measured of a skill.

    Attributes:
        correct, scored: Attempts at items that need the skill.
        low: Lower end of the 95 % interval of their share.
        uplift, uplift_low, uplift_high: Paired difference in score with against without, or None if not measured.
        run_ids: The runs that hold the attempts.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    correct: int = 0
    scored: int = 0
    low: float = 0.0
    uplift: float | None = None
    uplift_low: float | None = None
    uplift_high: float | None = None
    run_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GovernPolicy:
    """What it takes to be trusted: attempts scored, and the lower end of the interval of their accuracy."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    min_attempts: int = 20
    min_accuracy: float = 0.8


def judge(
    skill: Skill, findings: Sequence[Finding], *, evidence: Evidence | None = None, policy: GovernPolicy | None = None
) -> Verdict:
    """Make the verdict on a skill. The same findings and evidence give the same verdict.

    >>> verdict = judge(Skill(name="reverse", description="Backwards.", licence="MIT"), [])
    >>> verdict.vetting.name, verdict.exposure.name
    ('COMMUNITY', 'INSTRUCTIONS')
    """
    policy = policy or GovernPolicy()
    vetting, reasons = _vetting(skill, findings, evidence, policy)
    exposure = CEILING[vetting]
    if evidence and evidence.uplift_high is not None and evidence.uplift_high < 0:
        exposure = ExposureTier.METADATA
        reasons.append(f"it makes answers worse: uplift {_points(evidence.uplift)} points, all of its interval below 0")
    return Verdict(
        skill=skill.name,
        digest=skill.digest,
        vetting=vetting,
        exposure=exposure,
        reasons=tuple(reasons),
        findings=tuple(findings),
        run_ids=evidence.run_ids if evidence else (),
    )


def _vetting(
    skill: Skill, findings: Sequence[Finding], evidence: Evidence | None, policy: GovernPolicy
) -> tuple[VettingTier, list[str]]:
    blocks = [f for f in findings if f.severity == Severity.BLOCK]
    reviews = [f for f in findings if f.severity == Severity.REVIEW]
    if blocks:
        return VettingTier.UNVETTED, [f"blocked: {_at(f)}" for f in blocks]
    if reviews:
        return VettingTier.UNVETTED, [f"needs review: {_at(f)}" for f in reviews]
    if not skill.licence and not skill.provenance:
        return VettingTier.UNVETTED, ["it states neither a licence nor where it comes from"]
    if evidence is None or evidence.scored == 0:
        return VettingTier.COMMUNITY, [_clean(findings), "no exam has measured it"]
    measured = (
        f"{evidence.correct} of {evidence.scored} attempts correct, at least {evidence.low:.0%} with 95 % confidence"
    )
    clean = _clean(findings)
    uplift = [f"uplift {_points(evidence.uplift)} points over the model without it"] if evidence.uplift else []
    if evidence.scored < policy.min_attempts:
        short = f"{measured}: fewer than {policy.min_attempts} attempts"
    elif not evidence.low >= policy.min_accuracy:  # NaN is not enough either
        short = f"{measured}: short of {policy.min_accuracy:.0%}"
    else:
        last = "vendor certification is never given by a measurement"
        return VettingTier.ORGANISATION, [clean, measured, *uplift, last]
    return VettingTier.COMMUNITY, [clean, short, *uplift]


def _clean(findings: Sequence[Finding]) -> str:
    return f"the scan found nothing that weighs, {len(findings)} noted" if findings else "the scan is clean"


def _at(finding: Finding) -> str:
    line = f"line {finding.line}" if finding.line else ""
    return f"{finding.message} ({', '.join(part for part in (finding.rule, finding.path, line) if part)})"


def _points(share: float | None) -> str:
    return "unknown" if share is None else f"{100 * share:+.1f}"
