"""What did a scan see, and how far is a skill trusted for it?

Two ladders that must not be mixed. `VettingTier`: how well the package was vetted (the trust and lifecycle governance
framework of "Agent Skills for Large Language Models", arXiv 2602.12430, section 6.4). `ExposureTier`: how far its
content may go at run time ("SoK: Agentic Skills", arXiv 2602.20867, section VI).
What moves a skill on either is an event of `metier.audit`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import ClassVar

from metier.capability import Capability


class Severity(StrEnum):
    """How much a finding weighs. A single block is enough to refuse a skill."""

    NOTE = "note"
    REVIEW = "review"
    BLOCK = "block"


class VettingTier(IntEnum):
    """How well the package was vetted; higher is better."""

    UNVETTED = 1
    COMMUNITY = 2
    ORGANISATION = 3
    VENDOR = 4


class ExposureTier(IntEnum):
    """How far the content may go at run time; higher is further."""

    METADATA = 1
    INSTRUCTIONS = 2
    SUPERVISED = 3
    AUTONOMOUS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a scan saw and where.

    Attributes:
        rule: Name of the rule that spoke.
        message: The behaviour, in one sentence.
        path: File inside the package, forward slashes; a member of an archive follows after `!/`.
        line: From 1; 0 for the whole file.
        evidence: The text that shows it.
        codes: What catalogues call it: OWASP Agentic Skills Top 10 (`AST01` …) and AITech (`AITech-1.1` …).
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    rule: str
    severity: Severity
    message: str
    path: str = ""
    line: int = 0
    evidence: str = ""
    codes: tuple[str, ...] = ()


class Decision(StrEnum):
    """What a scan comes to, from best to worst. What was not read is never clean."""

    CLEAN = "clean"
    REVIEW = "review"
    INCOMPLETE = "incomplete"
    BLOCK = "block"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What a scan saw in a package, and how much of it was read.

    Attributes:
        findings: By path, line and rule.
        observed: What its text and code make an agent touch.
        num_files, num_bytes: What was read, members of archives included.
        unread: Paths of what was not read, or not to its end.

    >>> Scan().decision.value, Scan(unread=("a.bin",)).decision.value
    ('clean', 'incomplete')
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    findings: tuple[Finding, ...] = ()
    observed: tuple[Capability, ...] = ()
    num_files: int = 0
    num_bytes: int = 0
    unread: tuple[str, ...] = ()

    @property
    def decision(self) -> Decision:
        """Block if any finding blocks, else incomplete if anything stayed unread, else review, else clean."""
        severities = {finding.severity for finding in self.findings}
        if Severity.BLOCK in severities:
            return Decision.BLOCK
        if self.unread:
            return Decision.INCOMPLETE
        return Decision.REVIEW if Severity.REVIEW in severities else Decision.CLEAN


class Gate(StrEnum):
    """The four gates of the survey's framework (section 6.4)."""

    STATIC = "G1"
    SEMANTIC = "G2"
    BEHAVIOURAL = "G3"
    MANIFEST = "G4"


class GateOutcome(StrEnum):
    """How a gate ended. A gate that was not run lets nothing through."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """How one gate ended, and why."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    gate: Gate
    outcome: GateOutcome
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What exams measured of a skill.

    Attributes:
        correct, scored: Attempts at items that need the skill.
        low: Lower end of the 95 % interval of their share.
        uplift, uplift_low, uplift_high: Paired difference in score with against without, or None if not measured.
        run_ids: The runs that hold the attempts.
        own: Attempts scored at items that came with the package itself, and not among `scored`: what a package brings
            may speak against it, and never for it.

    >>> Evidence(correct=19, scored=20, low=0.76).told
    '19 of 20 attempts correct, at least 76% with 95 % confidence'
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}
    __omit_empty__: ClassVar = ("own",)

    correct: int = 0
    scored: int = 0
    low: float = 0.0
    uplift: float | None = None
    uplift_low: float | None = None
    uplift_high: float | None = None
    run_ids: tuple[str, ...] = ()
    own: int = 0

    @property
    def told(self) -> str:
        """The attempts in one phrase."""
        if self.own and not self.scored:
            return f"only its own evals have measured it, in {self.own} attempts, and these count for nothing"
        return f"{self.correct} of {self.scored} attempts correct, at least {self.low:.0%} with 95 % confidence"

    @property
    def is_harmful(self) -> bool:
        """Whether the skill makes answers worse, beyond chance."""
        return self.uplift_high is not None and self.uplift_high < 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What tier follows for a skill, and why; bound to the digest of the content that was judged.

    Attributes:
        gates: How each gate ended, G1 to G4.
        declared, observed: What its manifest declares, and what a scan and a sandbox saw.
        unread: What the scan could not read.
        evidence: What exams measured, as it was weighed.
        run_ids: The runs that hold the attempts it rests on.

    >>> Verdict(skill="reverse", digest="sha256:0", vetting=VettingTier.UNVETTED,
    ...         exposure=ExposureTier.METADATA, reasons=("no evidence",)).exposure.name
    'METADATA'
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    skill: str
    digest: str
    vetting: VettingTier
    exposure: ExposureTier
    reasons: tuple[str, ...]
    findings: tuple[Finding, ...] = ()
    run_ids: tuple[str, ...] = ()
    gates: tuple[GateResult, ...] = ()
    declared: tuple[Capability, ...] = ()
    observed: tuple[Capability, ...] = ()
    unread: tuple[str, ...] = ()
    evidence: Evidence | None = None
