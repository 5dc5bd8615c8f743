"""Does a tier follow from gates, evidence and events, and never from praise?"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.capability import Capability
from metier.errors import InputError
from metier.govern.judge import judge, rejudge
from metier.govern.manifest import Declaration, declared
from metier.govern.opinion import RULE, Opinion
from metier.govern.policy import ExposureMap, GovernPolicy
from metier.govern.standing import Fall, Standing
from metier.sandbox import Access, Act, Killed, ScriptRun
from metier.skill import Representation, Skill
from metier.verdict import (
    Evidence,
    ExposureTier,
    Finding,
    Gate,
    GateOutcome,
    Scan,
    Severity,
    Verdict,
    VettingTier,
)

SKILL = Skill(name="reverse", description="Backwards.", licence="MIT")
GOOD = Evidence(correct=40, scored=40, low=0.91, run_ids=("r1",))
LAX = GovernPolicy(semantic="optional", behavioural="measured")
FINE = Opinion(model="judge")


def ran(*accesses: Access, **fields: object) -> ScriptRun:
    return ScriptRun(**{"digest": SKILL.digest, "script": "a.py", "exit_code": 0, "accesses": accesses, **fields})  # type: ignore[arg-type]


QUIET = ran(Access(act=Act.READ, target="/work/a", allowed=True))
DENIED = ran(Access(act=Act.CONNECT, target="tcp 192.0.2.1:443", allowed=False))
CUT, FAILED = replace(QUIET, complete=False), replace(QUIET, exit_code=1)

LAW = settings(max_examples=50, deadline=None)
SEVERITIES = st.sampled_from(Severity)
FINDINGS = st.lists(
    st.builds(Finding, rule=st.just("r"), severity=SEVERITIES, message=st.just("m"), path=st.just("p")), max_size=4
).map(tuple)
SHARES = st.floats(0, 1)
CAPABILITIES = st.lists(st.sampled_from(Capability), max_size=3, unique=True).map(tuple)
SCANS = st.builds(Scan, findings=FINDINGS, observed=CAPABILITIES, unread=st.sampled_from([(), (), ("a.bin",)]))
EVIDENCE = st.none() | st.builds(
    Evidence,
    correct=st.integers(0, 50),
    scored=st.integers(0, 50),
    low=SHARES,
    uplift=st.none() | st.floats(-1, 1),
    uplift_high=st.none() | st.floats(-1, 1),
)
OBJECTIONS = FINDINGS.map(lambda found: tuple(replace(one, rule=RULE) for one in found))
OPINIONS = st.none() | st.builds(
    Opinion, model=st.just("m"), findings=OBJECTIONS, fault=st.sampled_from(["", "no JSON"])
)
TRACES = st.sampled_from([None, QUIET, DENIED, CUT, FAILED])
DECLARED = st.lists(
    st.builds(Declaration, capability=st.sampled_from(Capability), source=st.just("s"), grants=st.booleans()),
    max_size=3,
)
MAPS = st.lists(st.sampled_from(ExposureTier), min_size=4, max_size=4).map(
    lambda tiers: ExposureMap(
        **dict(
            zip(
                ("unvetted", "community", "organisation", "vendor"),
                (tier.name.lower() for tier in sorted(tiers)),
                strict=True,
            )
        )
    )
)
POLICIES = st.builds(
    GovernPolicy,
    semantic=st.sampled_from(["required", "optional"]),
    behavioural=st.sampled_from(["sandbox", "measured"]),
    approval=st.sampled_from(["required", "optional"]),
    min_attempts=st.integers(1, 30),
    exposure=MAPS,
)
FALLS = st.builds(
    Fall,
    digest=st.sampled_from([SKILL.digest, "sha256:other"]),
    to=st.sampled_from(ExposureTier),
    why=st.just("w"),
    revoked=st.booleans(),
)
STANDINGS = st.builds(
    Standing,
    skill=st.just("reverse"),
    digest=st.just(SKILL.digest),
    approved_by=st.sampled_from(["", "Ada"]),
    certified_by=st.sampled_from(["", "Ada"]),
    promoted=st.booleans(),
    falls=st.lists(FALLS, max_size=2).map(tuple),
)
CASES = st.fixed_dictionaries(
    {
        "scan": SCANS,
        "declared": DECLARED,
        "opinion": OPINIONS,
        "trace": TRACES,
        "evidence": EVIDENCE,
        "standing": STANDINGS,
        "policy": POLICIES,
    }
)
Case = dict[str, object]


def made(case: Case, *, skill: Skill = SKILL, **changed: object) -> Verdict:
    options = {**case, **changed}
    if options.get("trace"):
        options["trace"] = replace(options["trace"], digest=skill.digest)  # type: ignore[type-var]
    return judge(skill, options.pop("scan"), **options)  # type: ignore[arg-type]


def finding(severity: Severity, line: int = 3, rule: str = "rule") -> Finding:
    return Finding(rule=rule, severity=severity, message="Does it.", path="SKILL.md", line=line)


def scan(*findings: Finding, **fields: object) -> Scan:
    return Scan(findings=findings, **fields)  # type: ignore[arg-type]


def tiers(verdict: Verdict) -> tuple[VettingTier, ExposureTier]:
    return verdict.vetting, verdict.exposure


def outcomes(verdict: Verdict) -> list[str]:
    return [gate.outcome.value for gate in verdict.gates]


def no_higher(one: Verdict, other: Verdict) -> bool:
    return one.vetting <= other.vetting and one.exposure <= other.exposure


def test_without_a_second_opinion_a_skill_stays_unvetted_and_says_so() -> None:
    verdict = judge(SKILL, Scan(), evidence=GOOD, trace=QUIET)
    assert tiers(verdict) == (VettingTier.UNVETTED, ExposureTier.METADATA)
    assert verdict.reasons[-1] == "a second opinion (G2) is missing, and without one it stays unvetted"
    assert outcomes(verdict) == ["passed", "not run", "passed", "passed"]


def test_the_gates_open_one_tier_after_the_other() -> None:
    read = judge(SKILL, Scan(), opinion=FINE)
    assert tiers(read) == (VettingTier.COMMUNITY, ExposureTier.INSTRUCTIONS)
    run = judge(SKILL, Scan(), opinion=FINE, trace=QUIET, evidence=GOOD)
    assert tiers(run) == (VettingTier.ORGANISATION, ExposureTier.SUPERVISED)
    certified = Standing(skill="reverse", digest=SKILL.digest, certified_by="Ada")
    vendor = judge(SKILL, Scan(), opinion=FINE, trace=QUIET, evidence=GOOD, standing=certified)
    assert tiers(vendor) == (VettingTier.VENDOR, ExposureTier.SUPERVISED)
    promoted = judge(
        SKILL, Scan(), opinion=FINE, trace=QUIET, evidence=GOOD, standing=replace(certified, promoted=True)
    )
    assert tiers(promoted) == (VettingTier.VENDOR, ExposureTier.AUTONOMOUS)


@pytest.mark.parametrize(
    "missing",
    [
        {"opinion": None},
        {"trace": None},
        {"evidence": None},
        {"trace": DENIED},
        {"trace": CUT},
        {"trace": FAILED},
        {"trace": ran()},
    ],
)
def test_no_step_can_be_left_out(missing: dict[str, object]) -> None:
    whole: Case = {"scan": Scan(), "opinion": FINE, "trace": QUIET, "evidence": GOOD}
    certified = Standing(skill="reverse", digest=SKILL.digest, certified_by="Ada", promoted=True)
    assert made({**whole, "standing": certified, **missing}).vetting < VettingTier.ORGANISATION


def test_a_clean_package_may_be_read_where_the_policy_says_that_g1_is_enough() -> None:
    verdict = judge(SKILL, Scan(), policy=LAX)
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
    verdict = judge(SKILL, scan(finding(severity)), evidence=GOOD, opinion=FINE, trace=QUIET, policy=LAX)
    assert tiers(verdict) == (VettingTier.UNVETTED, ExposureTier.METADATA)
    assert verdict.reasons == (says,)


def test_what_was_not_read_is_never_clean() -> None:
    verdict = judge(SKILL, Scan(unread=("a.bin",)), evidence=GOOD, policy=LAX)
    assert tiers(verdict) == (VettingTier.UNVETTED, ExposureTier.METADATA)
    assert verdict.reasons == ("not read: a.bin",)
    assert outcomes(verdict)[3] == "not run"


def test_a_note_changes_nothing_but_is_kept() -> None:
    verdict = judge(SKILL, scan(finding(Severity.NOTE)), policy=LAX)
    assert tiers(verdict) == tiers(judge(SKILL, Scan(), policy=LAX))
    assert len(verdict.findings) == 1


def test_a_second_opinion_can_hold_a_clean_package_back() -> None:
    opinion = Opinion(model="judge", findings=(finding(Severity.BLOCK, rule=RULE),))
    verdict = judge(SKILL, Scan(), opinion=opinion, evidence=GOOD, policy=LAX)
    assert tiers(verdict) == (VettingTier.UNVETTED, ExposureTier.METADATA)
    assert verdict.reasons == ("judge: Does it. (second-opinion, SKILL.md, line 3)",)
    assert verdict.findings == opinion.findings


def test_a_person_may_answer_for_a_review_and_never_for_a_block() -> None:
    approved = Standing(skill="reverse", digest=SKILL.digest, approved_by="Ada")
    reviewed = judge(SKILL, scan(finding(Severity.REVIEW)), standing=approved, policy=LAX)
    assert reviewed.vetting == VettingTier.COMMUNITY
    assert reviewed.reasons[0] == "Ada approved this content after review"
    for held in (scan(finding(Severity.BLOCK)), Scan(unread=("a.bin",))):
        assert judge(SKILL, held, standing=approved, policy=LAX).vetting == VettingTier.UNVETTED


def test_a_licence_is_worth_a_note_and_no_tier() -> None:
    nameless = replace(SKILL, licence="")
    assert tiers(judge(nameless, Scan(), policy=LAX)) == tiers(judge(SKILL, Scan(), policy=LAX))
    assert [f.rule for f in judge(nameless, Scan()).findings] == ["no-origin"]


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
    verdict = judge(SKILL, Scan(), evidence=evidence, policy=replace(LAX, min_attempts=20, min_accuracy=0.8))
    assert verdict.vetting == tier
    assert re.search(says, "; ".join(verdict.reasons))
    assert verdict.exposure == LAX.ceiling(tier)
    assert verdict.run_ids == ("r1",)


@pytest.mark.parametrize("observed", [c for c in Capability if c != Capability.READ_FILES])
def test_attempts_stand_in_for_a_sandbox_only_where_nothing_can_have_side_effects(observed: Capability) -> None:
    acting = Scan(observed=(observed,))
    says = [Declaration(capability=observed, source="permissions")]
    verdict = judge(SKILL, acting, declared=says, evidence=GOOD, policy=LAX)
    assert verdict.vetting == VettingTier.COMMUNITY
    assert "run it in a sandbox" in "; ".join(verdict.reasons)
    assert (
        judge(SKILL, acting, declared=says, evidence=GOOD, policy=LAX, trace=QUIET).vetting == VettingTier.ORGANISATION
    )


def test_a_trace_that_shows_more_than_the_scan_saw_counts_as_observed() -> None:
    trace = ran(
        Access(act=Act.EXEC, target="/usr/bin/python3", allowed=True),
        Access(act=Act.EXEC, target="/bin/sh", allowed=True),
        Access(act=Act.WRITE, target="/work/out", allowed=True),
        own=("/work",),
        started=("/usr/bin/python3",),
    )
    verdict = judge(SKILL, Scan(), trace=trace, evidence=GOOD, opinion=FINE)
    assert verdict.observed == (Capability.RUN_PROGRAMS, Capability.RUN_SHELL, Capability.WRITE_FILES)
    assert verdict.gates[3].outcome == GateOutcome.FAILED
    assert verdict.vetting == VettingTier.COMMUNITY


def test_keys_that_a_trace_reads_are_observed_though_they_were_granted() -> None:
    keys = ran(
        Access(act=Act.READ, target="/root/.ssh/id_rsa", allowed=True),
        Access(act=Act.SYSTEM, target="setuid", allowed=True),
    )
    verdict = judge(SKILL, Scan(), trace=keys, evidence=GOOD, opinion=FINE)
    assert {Capability.READ_CREDENTIALS, Capability.READ_OUTSIDE, Capability.ELEVATE} == set(verdict.observed)
    assert verdict.gates[3].outcome == GateOutcome.FAILED


def test_what_an_interpreter_looks_for_by_itself_is_not_held_against_a_script() -> None:
    start = (
        Access(act=Act.READ, target=f"/opt/bin/{name}", allowed=False) for name in ("python._pth", "pybuilddir.txt")
    )
    verdict = judge(SKILL, Scan(), trace=ran(*start), evidence=GOOD, opinion=FINE)
    assert verdict.gates[2].reasons == ("a.py ran in a sandbox and kept to what was granted: 2 accesses",)


@pytest.mark.parametrize(
    ("trace", "why"),
    [
        (ran(), "its trace holds nothing, not even a start"),
        (FAILED, "a.py ended with exit code 1, so not all of it was seen"),
        (replace(QUIET, killed_by=Killed.WALL), "a.py was killed by its limit: wall, so not all of it was seen"),
    ],
)
def test_a_run_that_shows_too_little_passes_nothing(trace: ScriptRun, why: str) -> None:
    gate = judge(SKILL, Scan(), trace=trace).gates[2]
    assert (gate.outcome, gate.reasons) == (GateOutcome.NOT_RUN, (why,))


@pytest.mark.parametrize("digest", ["", "sha256:other"])
def test_a_trace_of_other_content_is_refused(digest: str) -> None:
    with pytest.raises(InputError, match="Expected a trace of 'reverse' as it is"):
        judge(SKILL, Scan(), trace=replace(QUIET, digest=digest))


def test_a_skill_that_makes_answers_worse_is_held_back_flagged_and_told_why() -> None:
    harmful = replace(GOOD, uplift=-0.12, uplift_low=-0.2, uplift_high=-0.01)
    verdict = judge(SKILL, Scan(), evidence=harmful, policy=LAX)
    assert tiers(verdict) == (VettingTier.ORGANISATION, ExposureTier.METADATA)
    assert verdict.reasons[-1] == "it makes answers worse: uplift -12.0 points, all of its interval below 0"
    assert [(f.rule, f.severity, f.evidence) for f in verdict.findings] == [
        ("negative-uplift", Severity.REVIEW, "-12.0 points")
    ]


def test_a_loss_that_may_be_chance_holds_nothing_back_and_is_noted() -> None:
    verdict = judge(SKILL, Scan(), evidence=replace(GOOD, uplift=-0.1, uplift_high=0.0), policy=LAX)
    assert verdict.exposure == ExposureTier.SUPERVISED
    assert [(f.rule, f.severity) for f in verdict.findings] == [("negative-uplift", Severity.NOTE)]


def test_a_policy_may_ask_for_an_approval_of_exactly_this_content() -> None:
    asking = replace(LAX, approval="required")
    assert judge(SKILL, Scan(), policy=asking).exposure == ExposureTier.METADATA
    approved = Standing(skill="reverse", digest=SKILL.digest, approved_by="Ada")
    assert judge(SKILL, Scan(), standing=approved, policy=asking).exposure == ExposureTier.INSTRUCTIONS
    changed = replace(SKILL, policy="One byte more.")
    verdict = judge(changed, Scan(), standing=approved, policy=asking)
    assert verdict.exposure == ExposureTier.METADATA
    assert "nobody has approved exactly this content" in verdict.reasons


@LAW
@given(CASES)
def test_the_same_findings_and_evidence_give_the_same_verdict(case: Case) -> None:
    verdict = made(case)
    assert verdict == made(case)
    assert verdict.exposure <= case["policy"].ceiling(verdict.vetting)  # type: ignore[attr-defined]
    assert verdict.reasons
    assert [gate.gate for gate in verdict.gates] == list(Gate)
    assert all(gate.reasons for gate in verdict.gates)


@LAW
@given(CASES)
def test_a_conclusion_that_is_drawn_again_is_the_same(case: Case) -> None:
    assert rejudge(made(case), case["standing"], policy=case["policy"]) == made(case)  # type: ignore[arg-type]


@LAW
@given(CASES, SEVERITIES, st.integers(0, 4))
def test_one_more_finding_never_raises_a_tier(case: Case, severity: Severity, place: int) -> None:
    found: Scan = case["scan"]  # type: ignore[assignment]
    more = replace(found, findings=(*found.findings[:place], finding(severity), *found.findings[place:]))
    assert no_higher(made(case, scan=more), made(case))


@LAW
@given(CASES, SEVERITIES)
def test_one_more_objection_of_a_model_never_raises_a_tier(case: Case, severity: Severity) -> None:
    opinion: Opinion | None = case["opinion"]  # type: ignore[assignment]
    if opinion is not None:
        more = replace(opinion, findings=(*opinion.findings, finding(severity, rule=RULE)))
        assert no_higher(made(case, opinion=more), made(case))


@LAW
@given(CASES, OPINIONS)
def test_no_opinion_ever_clears_what_the_scan_blocks(case: Case, opinion: Opinion | None) -> None:
    found: Scan = case["scan"]  # type: ignore[assignment]
    blocked = replace(found, findings=(*found.findings, finding(Severity.BLOCK)))
    assert tiers(made(case, scan=blocked, opinion=opinion)) == (VettingTier.UNVETTED, ExposureTier.METADATA)


@LAW
@given(CASES, SHARES)
def test_a_higher_lower_bound_never_lowers_a_tier(case: Case, low: float) -> None:
    evidence: Evidence | None = case["evidence"]  # type: ignore[assignment]
    if evidence is not None:
        better = replace(evidence, low=max(evidence.low, low))
        assert no_higher(made(case), made(case, evidence=better))


@LAW
@given(CASES)
def test_no_gate_that_was_not_run_is_better_than_one_that_passed(case: Case) -> None:
    assert no_higher(made(case, opinion=None), made(case, opinion=FINE))
    assert no_higher(made(case, opinion=Opinion(model="m", fault="no JSON")), made(case, opinion=FINE))
    assert no_higher(made(case, trace=CUT), made(case, trace=QUIET))
    assert no_higher(made(case, trace=DENIED), made(case, trace=QUIET))


@LAW
@given(CASES)
def test_no_measurement_certifies(case: Case) -> None:
    verdict = made(case)
    if not case["standing"].certified_by:  # type: ignore[attr-defined]
        assert verdict.vetting < VettingTier.VENDOR


@LAW
@given(CASES, FALLS)
def test_one_more_fall_always_wins(case: Case, fall: Fall) -> None:
    stands: Standing = case["standing"]  # type: ignore[assignment]
    verdict = made(case, standing=replace(stands, falls=(*stands.falls, fall)))
    assert no_higher(verdict, made(case))
    assert verdict.exposure <= fall.to
    assert not fall.revoked or verdict.vetting == VettingTier.UNVETTED


@LAW
@given(CASES)
def test_a_changed_byte_loses_approval_certification_and_promotion(case: Case) -> None:
    changed = replace(SKILL, policy="One byte more.")
    verdict = made(case, skill=changed)
    nothing = Standing(skill="reverse", digest=changed.digest, falls=case["standing"].falls)  # type: ignore[attr-defined]
    assert verdict == made(case, skill=changed, standing=nothing)
    assert verdict.vetting < VettingTier.VENDOR
    assert verdict.exposure < ExposureTier.AUTONOMOUS or case["policy"].exposure != ExposureMap()  # type: ignore[attr-defined]


@LAW
@given(
    CASES,
    st.builds(
        replace,
        st.just(SKILL),
        description=st.text(max_size=20),
        version=st.sampled_from(["1.0.0", "9.9.9"]),
        licence=st.sampled_from(["", "MIT", "certified"]),
        provenance=st.sampled_from([(), ("anthropic",), ("signed by NVIDIA", "1000000 downloads")]),
        representation=st.sampled_from(Representation),
        concepts=st.just(("trusted", "vendor-certified")),
    ),
)
def test_nothing_that_a_package_says_of_itself_moves_a_tier(case: Case, praised: Skill) -> None:
    case = {**case, "standing": Standing(skill="reverse", digest="")}
    assert tiers(made(case, skill=praised)) == tiers(made(case))


@LAW
@given(CASES, st.lists(st.sampled_from(["Bash", "Read", "Write", "WebFetch", "*", "Bash(*)", "mcp__x__y"]), max_size=5))
def test_allowed_tools_grant_nothing(case: Case, tools: list[str]) -> None:
    """They are only compared: what they add to an honest manifest never raises it, and without evidence never can."""
    found: Scan = case["scan"]  # type: ignore[assignment]
    honest = [Declaration(capability=c, source="s") for c in found.observed]
    more = [*honest, *declared({"allowed-tools": " ".join(tools)})]
    assert no_higher(made(case, declared=more), made(case, declared=honest))
    bare = {**case, "evidence": None}
    assert tiers(made(bare, declared=more)) == tiers(made(bare, declared=[]))


@LAW
@given(CASES)
def test_declaring_everything_opens_nothing(case: Case) -> None:
    everything = [Declaration(capability=c, source="permissions") for c in Capability]
    verdict = made(case, declared=everything)
    assert verdict.gates[3].outcome != GateOutcome.PASSED
    assert verdict.vetting <= VettingTier.COMMUNITY


@LAW
@given(CASES)
def test_a_deviation_of_the_manifest_is_never_malice(case: Case) -> None:
    clean: Case = {**case, "scan": Scan(observed=case["scan"].observed)}  # type: ignore[attr-defined]
    for says in ([], [Declaration(capability=c, source="s") for c in Capability]):
        verdict = made(clean, declared=says)
        agreeing = made(clean, declared=[Declaration(capability=c, source="s") for c in verdict.observed])
        assert verdict.findings == agreeing.findings
        assert min(agreeing.vetting, VettingTier.COMMUNITY) == min(verdict.vetting, VettingTier.COMMUNITY)


@pytest.mark.parametrize("change", [lambda s: replace(s, policy="x"), lambda s: replace(s, description="Backwards!")])
def test_a_verdict_names_the_digest_of_what_was_judged(change: Callable[[Skill], Skill]) -> None:
    assert judge(change(SKILL), Scan()).digest != judge(SKILL, Scan()).digest
