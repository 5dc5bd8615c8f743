"""How far may this content go now? The tier at run time, as the audit log tells it.

A skill starts at its metadata and keeps its tier until something happens ("SoK: Agentic Skills", arXiv 2602.20867,
section VI). Only events of the runtime move it: a verdict lets it up to *supervised*, enough supervised uses and a
certification to *autonomous*; one violation takes it a tier down, an incident to the bottom, and only a re-audit of the
very content lifts a fall. What holds for one content holds for no other, but a fall binds every later content of the
name: changing a byte must not be a way out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar

from metier.audit import Deed, Entry, Event
from metier.govern.policy import GovernPolicy
from metier.verdict import ExposureTier, VettingTier


@dataclass(frozen=True, slots=True, kw_only=True)
class Fall:
    """A demotion or revocation that was not lifted: of which content, and how far it may go since."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    digest: str
    to: ExposureTier
    why: str
    revoked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where one content of a skill stands.

    Attributes:
        vetting, limit: What the last verdict on this content gave; without one, the bottom.
        approved_by, certified_by: Who said so of this content, or an empty string.
        covers: What the approval answers for, as it was entered with it.
        uses: Supervised uses without a fault since it was last moved.
        promoted: Whether it was promoted to act by itself.
        falls: What holds it down.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    skill: str
    digest: str
    vetting: VettingTier = VettingTier.UNVETTED
    limit: ExposureTier = ExposureTier.METADATA
    approved_by: str = ""
    covers: tuple[str, ...] = ()
    certified_by: str = ""
    uses: int = 0
    promoted: bool = False
    falls: tuple[Fall, ...] = ()

    @property
    def exposure(self) -> ExposureTier:
        """How far it may go now."""
        held = min(self.limit, ExposureTier.SUPERVISED)
        reached = ExposureTier.AUTONOMOUS if self.promoted and held == ExposureTier.SUPERVISED else held
        return min([reached, *(fall.to for fall in self.falls)])

    @property
    def revoked(self) -> bool:
        """Whether an incident holds it at the bottom."""
        return any(fall.revoked for fall in self.falls)


def standing(entries: Iterable[Entry], skill: str, digest: str, *, policy: GovernPolicy | None = None) -> Standing:
    """Fold the entries of the audit log, oldest first, into where a content stands.

    >>> standing([], "reverse", "sha256:0").exposure.name
    'METADATA'
    """
    policy = policy or GovernPolicy()
    now = Standing(skill=skill, digest=digest)
    for entry in entries:
        if entry.event.skill == skill:
            now = after(now, entry.event, policy=policy)
    return now


def after(now: Standing, event: Event, *, policy: GovernPolicy) -> Standing:
    """Give the standing after one event. An event that its conditions do not allow moves nothing.

    >>> use = Event(deed=Deed.USE, who="runtime", skill="reverse", digest="sha256:0", uses=5)
    >>> after(Standing(skill="reverse", digest="sha256:0"), use, policy=GovernPolicy()).uses
    0
    """
    match event.deed:
        case Deed.DEMOTION | Deed.REVOCATION:
            return _fallen(now, event)
        case Deed.RESTORATION:
            return _restored(now, event)
    if event.digest != now.digest:
        return now
    match event.deed:
        case Deed.VERDICT:
            vetting, exposure = event.vetting or VettingTier.UNVETTED, event.exposure or ExposureTier.METADATA
            return judged(now, vetting, exposure, policy=policy)
        case Deed.APPROVAL:
            return replace(now, approved_by=event.who, covers=event.covers)
        case Deed.CERTIFICATION:
            return replace(now, certified_by=event.who)
        case Deed.USE:
            is_supervised = now.exposure >= ExposureTier.SUPERVISED
            return replace(now, uses=now.uses + max(0, event.uses)) if is_supervised else now
        case Deed.PROMOTION:
            return now if cannot_promote(now, policy=policy) else _promoted(now)
    return now


def cannot_promote(now: Standing, *, policy: GovernPolicy) -> str:
    """Say why a content may not be promoted to act by itself, or nothing.

    >>> cannot_promote(Standing(skill="reverse", digest="sha256:0"), policy=GovernPolicy())
    'it may not be executed under supervision yet'
    """
    if now.promoted and now.exposure == ExposureTier.AUTONOMOUS:
        return "it acts by itself already"
    if now.revoked:
        return "it is revoked"
    if now.exposure < ExposureTier.SUPERVISED:
        return "it may not be executed under supervision yet"
    if policy.ceiling(now.vetting) < ExposureTier.AUTONOMOUS:
        return f"its vetting, {now.vetting.name.lower()}, does not allow it; certify it first"
    if now.uses < policy.promote_after:
        return f"{now.uses} supervised uses without a fault, {policy.promote_after} are needed"
    return ""


def one_lower(tier: ExposureTier) -> ExposureTier:
    """The next lower tier; the bottom has none.

    >>> one_lower(ExposureTier.SUPERVISED).name, one_lower(ExposureTier.METADATA).name
    ('INSTRUCTIONS', 'METADATA')
    """
    return ExposureTier(max(ExposureTier.METADATA, tier - 1))


def judged(now: Standing, vetting: VettingTier, exposure: ExposureTier, *, policy: GovernPolicy) -> Standing:
    """Give the standing under a verdict; one that takes something away ends what was built on it.

    >>> start = Standing(skill="reverse", digest="sha256:0")
    >>> judged(start, VettingTier.COMMUNITY, ExposureTier.SUPERVISED, policy=GovernPolicy()).exposure.name
    'INSTRUCTIONS'
    """
    limit = min(exposure, policy.ceiling(vetting))
    is_held = limit >= ExposureTier.SUPERVISED and policy.ceiling(vetting) == ExposureTier.AUTONOMOUS
    return replace(now, vetting=vetting, limit=limit, promoted=now.promoted and is_held)


def _promoted(now: Standing) -> Standing:
    """Enough uses since the fall make up for a fall from *autonomous*; deeper ones need a re-audit."""
    return replace(now, promoted=True, uses=0, falls=tuple(f for f in now.falls if f.to < ExposureTier.SUPERVISED))


def _fallen(now: Standing, event: Event) -> Standing:
    revoked, mine = event.deed == Deed.REVOCATION, event.digest == now.digest
    to = ExposureTier.METADATA if revoked or event.exposure is None else event.exposure
    if mine:
        to = min(to, one_lower(now.exposure))
    why = "; ".join(event.because) or event.deed.value
    fall = Fall(digest=event.digest, to=to, why=why, revoked=revoked)
    return replace(
        now,
        falls=(*now.falls, fall),
        uses=0,
        promoted=now.promoted and not mine,
        approved_by="" if mine and revoked else now.approved_by,
        covers=() if mine and revoked else now.covers,
        certified_by="" if mine else now.certified_by,
        vetting=VettingTier.UNVETTED if mine and revoked else now.vetting,
        limit=ExposureTier.METADATA if mine and revoked else now.limit,
    )


def _restored(now: Standing, event: Event) -> Standing:
    """A re-audit lifts every fall for the content that was audited, and for others the falls of that content.

    It gives what the audit gives, and nothing that came before: neither approval nor certification nor promotion.
    """
    if event.digest == now.digest:
        approved_by = event.who if event.covers else ""
        return replace(
            now, falls=(), uses=0, promoted=False, certified_by="", approved_by=approved_by, covers=event.covers
        )
    return replace(now, falls=tuple(fall for fall in now.falls if fall.digest != event.digest))
