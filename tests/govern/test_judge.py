"""Does a tier follow from findings and evidence, and never from praise?"""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.govern.judge import CEILING, Evidence, GovernPolicy, judge
from metier.skill import Skill
from metier.verdict import ExposureTier, Finding, Severity, VettingTier

SKILL = Skill(name="reverse", description="Backwards.", licence="MIT")
GOOD = Evidence(correct=40, scored=40, low=0.91, run_ids=("r1",))

FINDINGS = st.lists(
    st.builds(Finding, rule=st.just("r"), severity=st.sampled_from(Severity), message=st.just("m"), path=st.just("p")),
    max_size=4,
)
SHARES = st.floats(0, 1)
EVIDENCE = st.none() | st.builds(
    Evidence,
    correct=st.integers(0, 50),
    scored=st.integers(0, 50),
    low=SHARES,
    uplift=st.none() | st.floats(-1, 1),
    uplift_high=st.none() | st.floats(-1, 1),
)


def finding(severity: Severity, line: int = 3) -> Finding:
    return Finding(rule="rule", severity=severity, message="Does it.", path="SKILL.md", line=line)


def tiers(verdict: object) -> tuple[int, int]:
    return verdict.vetting, verdict.exposure  # type: ignore[attr-defined]


def test_no_better_vetting_allows_less_exposure() -> None:
    ceilings = [CEILING[tier] for tier in sorted(VettingTier)]
    assert ceilings == sorted(ceilings)
    assert set(CEILING) == set(VettingTier)


def test_a_clean_package_that_nobody_measured_may_be_read() -> None:
    verdict = judge(SKILL, [])
    assert tiers(verdict) == (VettingTier.COMMUNITY, ExposureTier.INSTRUCTIONS)
    assert verdict.reasons == ("the scan is clean", "no exam has measured it")
    assert verdict.digest == SKILL.digest


@pytest.mark.parametrize(
    ("severity", "says"),
    [
        (Severity.BLOCK, "blocked: Does it. (rule, SKILL.md, line 3)"),
        (Severity.REVIEW, "needs review: Does it. (rule, SKILL.md, line 3)"),
    ],
)
def test_a_grave_finding_keeps_everything_but_the_metadata_back(severity: Severity, says: str) -> None:
    verdict = judge(SKILL, [finding(severity)], evidence=GOOD)
    assert tiers(verdict) == (VettingTier.UNVETTED, ExposureTier.METADATA)
    assert verdict.reasons == (says,)


def test_a_note_changes_nothing_but_is_kept() -> None:
    verdict = judge(SKILL, [finding(Severity.NOTE)])
    assert tiers(verdict) == tiers(judge(SKILL, []))
    assert len(verdict.findings) == 1


def test_a_finding_of_the_whole_package_is_told_without_a_place() -> None:
    whole = Finding(rule="rule", severity=Severity.BLOCK, message="Does it.")
    assert judge(SKILL, [whole]).reasons == ("blocked: Does it. (rule)",)


def test_a_package_without_licence_and_origin_is_unvetted() -> None:
    nameless = replace(SKILL, licence="")
    assert judge(nameless, [], evidence=GOOD).vetting == VettingTier.UNVETTED
    assert judge(replace(nameless, provenance=("handbook",)), []).vetting == VettingTier.COMMUNITY


@pytest.mark.parametrize(
    ("evidence", "tier", "says"),
    [
        (GOOD, VettingTier.ORGANISATION, "at least 91% with 95 % confidence"),
        (replace(GOOD, scored=20), VettingTier.ORGANISATION, "of 20 attempts"),
        (replace(GOOD, scored=19), VettingTier.COMMUNITY, "fewer than 20 attempts"),
        (replace(GOOD, low=0.8), VettingTier.ORGANISATION, "at least 80%"),
        (replace(GOOD, low=0.79), VettingTier.COMMUNITY, "short of 80%"),
        (replace(GOOD, low=math.nan), VettingTier.COMMUNITY, "short of 80%"),
        (replace(GOOD, scored=0), VettingTier.COMMUNITY, "no exam has measured it"),
        (replace(GOOD, uplift=0.5, uplift_high=0.7), VettingTier.ORGANISATION, r"uplift \+50.0 points"),
    ],
)
def test_the_thresholds_of_the_policy_decide(evidence: Evidence, tier: VettingTier, says: str) -> None:
    verdict = judge(SKILL, [], evidence=evidence, policy=GovernPolicy(min_attempts=20, min_accuracy=0.8))
    assert verdict.vetting == tier
    assert re.search(says, "; ".join(verdict.reasons))
    assert verdict.exposure == CEILING[tier]
    assert verdict.run_ids == ("r1",)


def test_no_measurement_certifies() -> None:
    perfect = Evidence(correct=10**6, scored=10**6, low=1.0, uplift=1.0, uplift_low=1.0, uplift_high=1.0)
    assert judge(SKILL, [], evidence=perfect).vetting == VettingTier.ORGANISATION


def test_a_skill_that_makes_answers_worse_is_held_back_and_told_why() -> None:
    harmful = replace(GOOD, uplift=-0.12, uplift_low=-0.2, uplift_high=-0.01)
    verdict = judge(SKILL, [], evidence=harmful)
    assert tiers(verdict) == (VettingTier.ORGANISATION, ExposureTier.METADATA)
    assert verdict.reasons[-1] == "it makes answers worse: uplift -12.0 points, all of its interval below 0"


def test_a_loss_that_may_be_chance_holds_nothing_back() -> None:
    assert judge(SKILL, [], evidence=replace(GOOD, uplift=-0.1, uplift_high=0.0)).exposure == ExposureTier.SUPERVISED


@given(FINDINGS, EVIDENCE)
def test_the_same_findings_and_evidence_give_the_same_verdict(
    findings: list[Finding], evidence: Evidence | None
) -> None:
    verdict = judge(SKILL, findings, evidence=evidence)
    assert verdict == judge(SKILL, findings, evidence=evidence)
    assert verdict.exposure <= CEILING[verdict.vetting]
    assert verdict.reasons


@given(FINDINGS, EVIDENCE, st.sampled_from(Severity), st.integers(0, 4))
def test_one_more_finding_never_raises_a_tier(
    findings: list[Finding], evidence: Evidence | None, severity: Severity, place: int
) -> None:
    more = [*findings[:place], finding(severity), *findings[place:]]
    before, after = (tiers(judge(SKILL, found, evidence=evidence)) for found in (findings, more))
    assert after[0] <= before[0]
    assert after[1] <= before[1]


@given(FINDINGS, EVIDENCE, SHARES)
def test_a_higher_lower_bound_never_lowers_a_tier(
    findings: list[Finding], evidence: Evidence | None, low: float
) -> None:
    if evidence is not None:
        better = replace(evidence, low=max(evidence.low, low))
        before, after = (tiers(judge(SKILL, findings, evidence=each)) for each in (evidence, better))
        assert after[0] >= before[0]
        assert after[1] >= before[1]
