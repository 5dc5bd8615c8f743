"""What did a scan see, and how far is a skill trusted for it?

Two ladders that must not be mixed. `VettingTier`: how well the package was vetted (the trust and lifecycle governance
framework of "Agent Skills for Large Language Models", arXiv 2602.12430, section 6.4). `ExposureTier`: how far its
content may go at run time ("SoK: Agentic Skills", arXiv 2602.20867, section VI).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import ClassVar


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
    """What a scan saw and where: rule, severity, file, line (from 1, 0 for the whole file), the text, one sentence."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    rule: str
    severity: Severity
    message: str
    path: str = ""
    line: int = 0
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What tier follows for a skill, and why; bound to the digest of the content that was judged.

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
