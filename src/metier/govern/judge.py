"""How far is a skill trusted, given four gates, what exams measured, and what happened to it so far?

    unvetted  ─ G1 and G2 ─→  community  ─ G3, G4 and evidence ─→  organisation  ─ certification ─→  vendor

Two ladders and one monotone map: vetting says how well the package was looked at, exposure how far its content may go,
and no skill is exposed further than its vetting allows. A block holds whatever else speaks for a skill. What a package
says of itself, who signed it and how many like it raise nothing: a declaration is only ever compared.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from metier.errors import InputError
from metier.govern.evidence import points, shortfall
from metier.govern.gates import (
    behavioural_again,
    behavioural_gate,
    manifest_gate,
    semantic_gate,
    static_gate,
    unless_anew,
)
from metier.govern.manifest import Declaration
from metier.govern.opinion import RULE, Opinion
from metier.govern.policy import GovernPolicy
from metier.govern.standing import Standing
from metier.sandbox import ScriptRun
from metier.sandboxes import shown_by
from metier.skill import Skill
from metier.verdict import (
    Evidence,
    ExposureTier,
    Finding,
    Gate,
    GateOutcome,
    GateResult,
    Scan,
    Severity,
    Verdict,
    VettingTier,
)

__all__ = ["HELD_BACK", "OWN_RULES", "Evidence", "held_back", "judge", "rejudge", "remembering", "scanned_in"]

HELD_BACK = "held-back"
"""The rule of what holds a skill back though it is safe in itself."""

OWN_RULES = (RULE, HELD_BACK, "negative-uplift", "no-origin")
"""The rules of the findings that a verdict adds to those of the scan."""


def judge(
    skill: Skill,
    scan: Scan,
    *,
    declared: Collection[Declaration] = (),
    opinion: Opinion | None = None,
    trace: ScriptRun | None = None,
    evidence: Evidence | None = None,
    standing: Standing | None = None,
    last: Verdict | None = None,
    policy: GovernPolicy | None = None,
) -> Verdict:
    """Make the verdict on a skill. The same findings and evidence give the same verdict.

    Args:
        scan: What the scan of its package saw.
        declared: What its manifest declares (`metier.govern.manifest.declared`).
        opinion: A model's second opinion, if one was taken.
        trace: The record of a run in a sandbox, if it was run in one.
        evidence: What exams measured of it.
        standing: Where the audit log leaves it; one about other content counts for its falls alone.
        last: The last verdict on this very content. What a model or a sandbox said then stands where they are not asked
            anew; after a fall only what they objected to.

    Raises:
        InputError: The trace is of other content.

    >>> skill = Skill(name="reverse", description="Backwards.", licence="MIT")
    >>> judge(skill, Scan()).reasons[-1]
    'a second opinion (G2) is missing, and without one it stays unvetted'
    >>> judge(skill, Scan(), policy=GovernPolicy(semantic="optional")).vetting.name
    'COMMUNITY'
    """
    standing = standing or Standing(skill=skill.name, digest=skill.digest)
    if trace is not None and trace.digest != skill.digest:
        of = f"of other content ({trace.digest[:19]})" if trace.digest else "of no package"
        raise InputError(
            f"Expected a trace of {skill.name!r} as it is ({skill.digest[:19]}), got one {of}.",
            hint="Run it as it is: metier sandbox run FOLDER SCRIPT --json",
        )
    observed = tuple(sorted({*scan.observed, *(shown_by(trace) if trace else ())}))
    policy = policy or GovernPolicy()
    gates = (semantic_gate(opinion), behavioural_gate(trace, evidence, observed, policy=policy))
    own = (*(opinion.findings if opinion else ()), *_origin(skill), *_harm(evidence))
    unjudged = Verdict(
        skill=skill.name,
        digest=skill.digest,
        vetting=VettingTier.UNVETTED,
        exposure=ExposureTier.METADATA,
        reasons=(),
        findings=(*scan.findings, *own),
        run_ids=evidence.run_ids if evidence else (),
        gates=(static_gate(scan), *gates),
        declared=tuple(sorted({one.capability for one in declared})),
        observed=observed,
        unread=scan.unread,
        evidence=evidence,
    )
    seen = remembering(unjudged, last, passes=not standing.falls)
    manifest = manifest_gate(declared, seen.observed, whole=not scan.unread)
    return rejudge(replace(seen, gates=(*seen.gates, manifest)), standing, policy=policy)


def remembering(verdict: Verdict, last: Verdict | None, *, passes: bool = False) -> Verdict:
    """Put into a verdict what a model or a sandbox said of the same content before, where they were not asked anew.

    >>> skill = Skill(name="reverse", description="Backwards.", licence="MIT")
    >>> last = judge(skill, Scan(), opinion=Opinion(model="judge"))
    >>> [gate.outcome.value for gate in remembering(judge(skill, Scan()), last, passes=True).gates]
    ['passed', 'passed', 'not run', 'passed']
    """
    if last is None or last.digest != verdict.digest:
        return verdict
    before = {gate.gate: gate for gate in last.gates}
    gates = tuple(unless_anew(gate, before.get(gate.gate), passes=passes) for gate in verdict.gates)
    if gates == verdict.gates:
        return verdict
    said = [finding for finding in last.findings if finding.rule == RULE and finding not in verdict.findings]
    observed = tuple(sorted({*verdict.observed, *last.observed}))
    return replace(verdict, gates=gates, findings=(*verdict.findings, *said), observed=observed)


def rejudge(verdict: Verdict, standing: Standing, *, policy: GovernPolicy | None = None) -> Verdict:
    """Draw the conclusion of a verdict again, after something happened to its skill, or under another policy.

    What was seen stays as it is.

    >>> skill = Skill(name="reverse", description="Backwards.", licence="MIT")
    >>> verdict = judge(skill, Scan())
    >>> rejudge(verdict, Standing(skill="reverse", digest=skill.digest)) == verdict
    True
    """
    policy = policy or GovernPolicy()
    if standing.digest != verdict.digest:
        # What holds for other content is no word on this one; its falls bind all the same.
        standing = Standing(skill=verdict.skill, digest=verdict.digest, falls=standing.falls)
    scan = scanned_in(verdict)
    kept = {gate.gate: gate for gate in verdict.gates}
    semantic, behavioural, manifest = (
        kept.get(gate)
        or GateResult(gate=gate, outcome=GateOutcome.NOT_RUN, reasons=("the verdict does not tell of it",))
        for gate in (Gate.SEMANTIC, Gate.BEHAVIOURAL, Gate.MANIFEST)
    )
    gates = (
        static_gate(scan, approved_by=standing.approved_by, covers=standing.covers),
        semantic,
        behavioural_again(behavioural, verdict.evidence, verdict.observed, policy=policy),
        manifest,
    )
    vetting, reasons = _vetting(gates, verdict.evidence, standing.certified_by, policy)
    exposure, held = _exposure(vetting, verdict.evidence, standing, policy)
    if any(gate.outcome == GateOutcome.FAILED for gate in gates[:2]):
        # Whatever the policy lets the unvetted do: no policy speaks for what was found to be wrong.
        exposure = ExposureTier.METADATA
    against = [finding.message for finding in verdict.findings if finding.rule == HELD_BACK]
    if against:
        exposure = ExposureTier.METADATA
    if standing.revoked:
        vetting = VettingTier.UNVETTED
    exposure = min(exposure, policy.ceiling(vetting))
    return replace(verdict, gates=gates, vetting=vetting, exposure=exposure, reasons=(*against, *reasons, *held))


def held_back(verdict: Verdict, why: str) -> Verdict:
    """Hold a skill back at its metadata for a reason that lies outside of it, and that no approval lifts.

    >>> policy = GovernPolicy(semantic="optional")
    >>> verdict = judge(Skill(name="reverse", description="Backwards."), Scan(), policy=policy)
    >>> held = held_back(verdict, "another skill is called so already")
    >>> held.exposure.name, held.reasons[0]
    ('METADATA', 'another skill is called so already')
    """
    finding = Finding(rule=HELD_BACK, severity=Severity.REVIEW, message=why)
    return replace(
        verdict,
        exposure=ExposureTier.METADATA,
        reasons=(why, *verdict.reasons),
        findings=(*verdict.findings, finding),
    )


def scanned_in(verdict: Verdict) -> Scan:
    """What a verdict holds of the scan: its findings without those that the verdict added, and what was not read.

    >>> scanned_in(judge(Skill(name="reverse", description="Backwards."), Scan())).findings
    ()
    """
    return Scan(findings=tuple(f for f in verdict.findings if f.rule not in OWN_RULES), unread=verdict.unread)


def _vetting(
    gates: Sequence[GateResult], evidence: Evidence | None, certified_by: str, policy: GovernPolicy
) -> tuple[VettingTier, list[str]]:
    static, semantic, behavioural, manifest = gates
    failed = [gate for gate in (static, semantic) if gate.outcome == GateOutcome.FAILED]
    if failed:
        return VettingTier.UNVETTED, [reason for gate in failed for reason in gate.reasons]
    reasons = [*static.reasons, *(semantic.reasons if semantic.outcome == GateOutcome.PASSED else ())]
    if semantic.outcome == GateOutcome.NOT_RUN and policy.semantic == "required":
        missing = "a second opinion (G2) is missing, and without one it stays unvetted"
        return VettingTier.UNVETTED, [*reasons, *_unless_plain(semantic), missing]
    short = shortfall(evidence, min_attempts=policy.min_attempts, min_accuracy=policy.min_accuracy)
    reasons += [short] if short or evidence is None else [evidence.told]
    if evidence is not None and evidence.uplift:
        reasons.append(f"uplift {points(evidence.uplift)} points over the model without it")
    lacking = [gate for gate in (behavioural, manifest) if gate.outcome != GateOutcome.PASSED]
    reasons += [f"{_named(gate)}: {reason}" for gate in lacking for reason in gate.reasons if reason != short]
    if short or lacking:
        return VettingTier.COMMUNITY, reasons
    if certified_by:
        return VettingTier.VENDOR, [*reasons, f"certified by {certified_by}"]
    return VettingTier.ORGANISATION, [*reasons, "vendor certification is never given by a measurement"]


def _exposure(
    vetting: VettingTier, evidence: Evidence | None, standing: Standing, policy: GovernPolicy
) -> tuple[ExposureTier, list[str]]:
    exposure, held = policy.ceiling(vetting), []
    if exposure == ExposureTier.AUTONOMOUS and not standing.promoted:
        exposure = ExposureTier.SUPERVISED
        held.append(f"acting by itself takes {policy.promote_after} supervised uses without a fault and a promotion")
    if policy.approval == "required" and not standing.approved_by:
        exposure = ExposureTier.METADATA
        held.append("nobody has approved exactly this content")
    if evidence is not None and evidence.is_harmful:
        exposure = ExposureTier.METADATA
        held.append(f"it makes answers worse: uplift {points(evidence.uplift)} points, all of its interval below 0")
    for fall in standing.falls:
        exposure = min(exposure, fall.to)
        word = "revoked" if fall.revoked else f"demoted to {fall.to.name.lower()}"
        held.append(f"{word}: {fall.why}" + ("" if fall.digest == standing.digest else ", under other content"))
    return exposure, held


def _harm(evidence: Evidence | None) -> list[Finding]:
    """A measured loss is flagged: for review where it is beyond chance, else as a note."""
    if evidence is None or evidence.uplift is None or not evidence.uplift < 0:
        return []
    severity = Severity.REVIEW if evidence.is_harmful else Severity.NOTE
    beyond = "beyond chance" if evidence.is_harmful else "which may be chance"
    told = f"{points(evidence.uplift)} points"
    return [
        Finding(rule="negative-uplift", severity=severity, message=f"Makes answers worse, {beyond}.", evidence=told)
    ]


def _origin(skill: Skill) -> list[Finding]:
    # Worth knowing, and worth nothing: whoever writes a package can write a licence into it.
    if skill.licence or skill.provenance:
        return []
    message = "States neither a licence nor where it comes from."
    return [Finding(rule="no-origin", severity=Severity.NOTE, message=message)]


def _unless_plain(semantic: GateResult) -> list[str]:
    return [reason for reason in semantic.reasons if reason != "no second opinion was taken"]


def _named(gate: GateResult) -> str:
    words = {Gate.BEHAVIOURAL: "behaviour (G3)", Gate.MANIFEST: "manifest (G4)"}
    return words.get(gate.gate, gate.gate.value)
