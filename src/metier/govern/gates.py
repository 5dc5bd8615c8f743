"""Which of the four gates does a package pass? One function each; none raises anything by itself.

G1 static, G2 semantic, G3 behavioural, G4 manifest: the trust and lifecycle governance framework of "Agent Skills for
Large Language Models" (arXiv 2602.12430, section 6.4). A gate that could not be run says so and counts as not passed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from metier.capability import Capability
from metier.govern.evidence import shortfall
from metier.govern.manifest import Declaration, deviation
from metier.govern.opinion import CONTROLS, Opinion
from metier.govern.policy import GovernPolicy
from metier.sandbox import ScriptRun
from metier.sandboxes import notable
from metier.verdict import Decision, Evidence, Finding, Gate, GateOutcome, GateResult, Scan, Severity

_INERT = frozenset({Capability.READ_FILES})
_TOLD = 5
_KEPT = "ran in a sandbox and kept to what was granted"
_FOUND_NOTHING, _NO_OPINION = " found nothing that weighs", " gave no opinion: "


NOTHING = "no finding"
"""What an approval answers for that was given where nothing needed review."""


def weighs(scan: Scan) -> tuple[str, ...]:
    """What an approval of a scan answers for: rule and path of each finding that weighs, and where a link leads.

    The digest of a content holds no links, so one may be turned elsewhere after an approval.

    >>> weighs(Scan())
    ('no finding',)
    """
    weighing = [finding for finding in scan.findings if finding.severity != Severity.NOTE]
    found = {f"{f.rule} {f.path}" + (f" to {f.evidence}" if f.rule == "symlink" else "") for f in weighing}
    return tuple(sorted(found)) or (NOTHING,)


def static_gate(scan: Scan, *, approved_by: str = "", covers: Collection[str] = ()) -> GateResult:
    """G1: the scan is clean, or what needed review was approved by a person. Nobody approves a block.

    Args:
        covers: What the approval answers for; what has come since was not seen. An old approval does not say.

    >>> static_gate(Scan()).reasons
    ('the scan is clean',)
    >>> static_gate(Scan(unread=("a.bin",))).outcome.value
    'failed'
    """
    weighing = [f for f in scan.findings if f.severity != Severity.NOTE]
    if scan.decision == Decision.CLEAN:
        noted = f"the scan found nothing that weighs, {len(scan.findings)} noted"
        return _result(Gate.STATIC, GateOutcome.PASSED, noted if scan.findings else "the scan is clean")
    new = sorted(set(weighs(scan)) - set(covers)) if covers else []
    if scan.decision == Decision.REVIEW and approved_by and not new:
        reasons = [f"{approved_by} approved this content after review", *(f"reviewed: {at(f)}" for f in weighing)]
        return _result(Gate.STATIC, GateOutcome.PASSED, *reasons)
    blocks = [f"blocked: {at(f)}" for f in weighing if f.severity == Severity.BLOCK]
    unread = [f"not read: {path}" for path in scan.unread]
    reviews = [f"needs review: {at(f)}" for f in weighing if f.severity == Severity.REVIEW]
    if approved_by and new and not blocks:
        reviews.append(f"{approved_by} approved this content before that was there: {', '.join(new)}")
    return _result(Gate.STATIC, GateOutcome.FAILED, *(blocks or [*unread, *reviews]))


def semantic_gate(opinion: Opinion | None) -> GateResult:
    """G2: a model read the package and found nothing that weighs.

    >>> semantic_gate(None).reasons
    ('no second opinion was taken',)
    """
    if opinion is None:
        return _result(Gate.SEMANTIC, GateOutcome.NOT_RUN, "no second opinion was taken")
    told = [f"{opinion.model}: {opinion.controlled}"] if opinion.controlled else []
    if opinion.objections:
        objections = [f"{opinion.model}: {at(f)}" for f in opinion.objections]
        return _result(Gate.SEMANTIC, GateOutcome.FAILED, *objections, *told)
    if opinion.fault:
        return _result(Gate.SEMANTIC, GateOutcome.NOT_RUN, f"{opinion.model}{_NO_OPINION}{opinion.fault}")
    told += [f"{path} is no text and was not shown" for path in opinion.unshown]
    return _result(Gate.SEMANTIC, GateOutcome.PASSED, f"{opinion.model}{_FOUND_NOTHING}", *told)


def behavioural_gate(
    trace: ScriptRun | None, evidence: Evidence | None, observed: Collection[Capability], *, policy: GovernPolicy
) -> GateResult:
    """G3: it was run in a sandbox and tried nothing that was not granted; or, where the policy says so, was measured.

    Attempts watch answers, not side effects. So they stand in for a trace only where nothing in the package can have
    side effects: where the scan observed nothing but the reading of files.

    >>> behavioural_gate(None, None, (), policy=GovernPolicy()).reasons
    ('it was not run in a sandbox',)
    """
    if trace is not None:
        return _traced(trace)
    if policy.behavioural == "sandbox":
        return _result(Gate.BEHAVIOURAL, GateOutcome.NOT_RUN, "it was not run in a sandbox")
    acting = [c for c in observed if c not in _INERT]
    if acting:
        why = f"attempts do not show side effects, and it can {_listed(acting)}: run it in a sandbox"
        return _result(Gate.BEHAVIOURAL, GateOutcome.NOT_RUN, why)
    short = shortfall(evidence, min_attempts=policy.min_attempts, min_accuracy=policy.min_accuracy)
    if short or evidence is None:
        return _result(Gate.BEHAVIOURAL, GateOutcome.NOT_RUN, short)
    return _result(Gate.BEHAVIOURAL, GateOutcome.PASSED, f"nothing in it can be executed, and {evidence.told}")


def behavioural_again(
    kept: GateResult, evidence: Evidence | None, observed: Collection[Capability], *, policy: GovernPolicy
) -> GateResult:
    """G3 under another policy: what a sandbox saw stays, and a pass that attempts stood in for is weighed again.

    >>> measured = GateResult(gate=Gate.BEHAVIOURAL, outcome=GateOutcome.PASSED, reasons=("nothing can be executed",))
    >>> behavioural_again(measured, None, (), policy=GovernPolicy()).outcome.value
    'not run'
    """
    is_weighed = kept.outcome == GateOutcome.PASSED and not _was_run(kept)
    return behavioural_gate(None, evidence, observed, policy=policy) if is_weighed else kept


def unless_anew(now: GateResult, before: GateResult | None, *, passes: bool) -> GateResult:
    """G2 or G3 of a content that was looked at before: what a model or a sandbox said stands until it is asked anew.

    Args:
        before: What the gate came to then.
        passes: Whether a pass stands as well; an objection always does.

    >>> objected = GateResult(gate=Gate.SEMANTIC, outcome=GateOutcome.FAILED, reasons=("judge: it sends mail",))
    >>> unless_anew(semantic_gate(None), objected, passes=False).reasons
    ('judge: it sends mail',)
    """
    if before is None or now.gate not in (Gate.SEMANTIC, Gate.BEHAVIOURAL):
        return now
    is_anew = now.outcome == GateOutcome.FAILED or _was_asked(now)
    stands = before.outcome == GateOutcome.FAILED or (passes and _was_asked(before) and not _is_unable(now, before))
    return before if stands and not is_anew else now


def _is_unable(now: GateResult, before: GateResult) -> bool:
    """Whether the model that let it pass was found to tell no harm since: then it never did."""
    passed, failed = (result.reasons[0] if result.reasons else "" for result in (before, now))
    is_same = passed.partition(_FOUND_NOTHING)[0] == failed.partition(_NO_OPINION)[0]
    return now.gate == Gate.SEMANTIC and is_same and CONTROLS in failed


def _was_asked(result: GateResult) -> bool:
    """Whether a model or a sandbox let it pass; of G3 attempts may have, too."""
    return result.outcome == GateOutcome.PASSED and (result.gate == Gate.SEMANTIC or _was_run(result))


def _was_run(result: GateResult) -> bool:
    return any(_KEPT in reason for reason in result.reasons)


def manifest_gate(declared: Collection[Declaration], observed: Collection[Capability], *, whole: bool) -> GateResult:
    """G4: what it declares and what was observed agree. A deviation fails this gate and is never malice by itself.

    Declaring everything passes nothing: a grant that nothing uses fails too.

    Args:
        whole: Whether all of the package was read; else what was not observed says nothing.

    >>> manifest_gate((), (Capability.FETCH,), whole=True).reasons
    ('not declared, but observed: fetch',)
    """
    if not whole:
        return _result(Gate.MANIFEST, GateOutcome.NOT_RUN, "not all of it was read, so what it does is not known")
    apart = deviation(declared, observed)
    told = [f"not declared, but observed: {_listed(apart.under)}"] if apart.under else []
    told += [f"declared, but not observed: {_listed(apart.over)}"] if apart.over else []
    if told:
        return _result(Gate.MANIFEST, GateOutcome.FAILED, *told)
    agreed = f"declared as observed: {_listed(observed)}" if observed else "nothing declared, and nothing observed"
    return _result(Gate.MANIFEST, GateOutcome.PASSED, agreed)


def at(finding: Finding) -> str:
    """A finding in one phrase: what it does and where.

    >>> at(Finding(rule="r", severity=Severity.NOTE, message="Does it.", path="SKILL.md", line=3))
    'Does it. (r, SKILL.md, line 3)'
    """
    line = f"line {finding.line}" if finding.line else ""
    return f"{finding.message} ({', '.join(part for part in (finding.rule, finding.path, line) if part)})"


def _traced(run: ScriptRun) -> GateResult:
    if tried := notable(run.trace):
        told = [f"tried to {a.act.value} {a.target}, which was not granted" for a in tried[:_TOLD]]
        more = len(tried) - _TOLD
        return _result(Gate.BEHAVIOURAL, GateOutcome.FAILED, *told, *([f"and {more} more"] if more > 0 else []))
    if not run.complete:
        return _result(Gate.BEHAVIOURAL, GateOutcome.NOT_RUN, "it did more than its trace holds")
    if not run.accesses:
        return _result(Gate.BEHAVIOURAL, GateOutcome.NOT_RUN, "its trace holds nothing, not even a start")
    if not run.ok:
        how = f"was killed by its limit: {run.killed_by}" if run.killed_by else f"ended with exit code {run.exit_code}"
        return _result(Gate.BEHAVIOURAL, GateOutcome.NOT_RUN, f"{run.script} {how}, so not all of it was seen")
    done = f"{run.script} {_KEPT}: {len(run.accesses)} accesses"
    return _result(Gate.BEHAVIOURAL, GateOutcome.PASSED, done)


def _listed(capabilities: Iterable[Capability]) -> str:
    return ", ".join(sorted(capabilities))


def _result(gate: Gate, outcome: GateOutcome, *reasons: str) -> GateResult:
    return GateResult(gate=gate, outcome=outcome, reasons=reasons)
