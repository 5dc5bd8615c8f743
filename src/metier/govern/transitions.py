"""What moves a skill, and who may do it? Every transition of both ladders, each written to the audit log.

The runtime calls these; nothing in a package can. The log is what counts: the verdict that holds afterwards follows
from the event, is kept together with it, and is what every function returns.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from metier.audit import Deed, Event
from metier.digest import digest as content_digest
from metier.errors import CorruptStore, GovernError, InputError, NotStored, nearest
from metier.govern.gates import weighs
from metier.govern.judge import rejudge, remembering, scanned_in
from metier.govern.policy import GovernPolicy
from metier.govern.standing import Standing, after, cannot_promote, judged, one_lower, standing
from metier.store import Store
from metier.verdict import Decision, ExposureTier, Gate, GateOutcome, Scan, Verdict, VettingTier

_ALGORITHM = "sha256:"
_LEAST_DIGITS = 8
"""A shorter beginning of a digest is sooner a slip than a choice."""

_READS = 3
"""One may be added between the two looks that a read takes."""


def last_verdict(store: Store, skill: str, digest: str = "") -> Verdict:
    """The last verdict on a skill, or on one content of it.

    Args:
        digest: All of a digest, or at least its first 8 hexadecimal digits, with or without `sha256:`.

    Raises:
        NotStored: There is none.
        InputError: The digest is too short, or fits several contents.
    """
    verdicts = _entered(store, skill)
    if not verdicts:
        known = {verdict.skill for verdict in store.verdicts()}
        raise NotStored(f"No skill {skill!r} was judged.", hint=nearest(skill, known))
    whole = _whole(digest, {verdict.digest for verdict in verdicts}, skill) if digest else verdicts[-1].digest
    return next(verdict for verdict in reversed(verdicts) if verdict.digest == whole)


def last_on(store: Store, skill: str, digest: str) -> Verdict | None:
    """The last verdict on one content of a skill, by its whole digest; None if there is none."""
    return next((v for v in reversed(_entered(store, skill)) if v.digest == digest), None)


def _entered(store: Store, skill: str) -> list[Verdict]:
    """The verdicts on a skill, as they were entered in the audit log: only what is chained there counts."""
    for _ in range(_READS):
        verdicts = list(store.verdicts(skill))
        entered = [entry.event.verdict for entry in store.entries(skill) if entry.event.deed == Deed.VERDICT]
        if list(map(content_digest, verdicts)) == entered:
            return verdicts
    raise CorruptStore(
        f"The verdicts on {skill!r} are not those that the audit log holds: one was put, changed or removed past it.",
        hint="What was done to them: metier govern audit --verify",
    )


def standing_of(store: Store, skill: str, digest: str, *, policy: GovernPolicy | None = None) -> Standing:
    """Where the audit log leaves one content of a skill, and no higher than the policy allows for what was seen of it.

    A policy that asks for more than the one of the last verdict binds at once: the verdict is drawn again.

    >>> import tempfile
    >>> from metier.stores import open_store
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     standing_of(open_store(folder + "/metier.db"), "reverse", "sha256:0").exposure.name
    'METADATA'
    """
    policy = policy or GovernPolicy()
    now = standing(store.entries(skill), skill, digest, policy=policy)
    last = last_on(store, skill, digest)
    if last is None:
        return now
    again = rejudge(last, replace(now, falls=()), policy=policy)
    return judged(now, min(now.vetting, again.vetting), min(now.limit, again.exposure), policy=policy)


def held(store: Store, verdict: Verdict, *, policy: GovernPolicy | None = None) -> Verdict:
    """A verdict as it holds now: under this policy, and with what happened since; never higher than it was given."""
    now = standing_of(store, verdict.skill, verdict.digest, policy=policy)
    known = remembering(verdict, last_on(store, verdict.skill, verdict.digest))
    again = _lower(rejudge(known, now, policy=policy), verdict)
    is_lower = (again.vetting, again.exposure) != (verdict.vetting, verdict.exposure)
    return again if is_lower or now.falls else verdict


def approve(
    store: Store,
    skill: str,
    *,
    who: str,
    because: str,
    digest: str = "",
    policy: GovernPolicy | None = None,
    when: str = "",
) -> Verdict:
    """Record that a person read exactly this content and answers for what needed review.

    Raises:
        NotStored: It was not judged.
        GovernError: A block, or unread content, cannot be approved; or nobody is named.
    """
    verdict = last_verdict(store, skill, digest)
    _refuse_nameless(who, because)
    now = standing_of(store, skill, verdict.digest, policy=policy)
    decision = Scan(findings=verdict.findings, unread=verdict.unread).decision
    if now.revoked:
        raise GovernError(
            f"Skill {skill!r} is revoked, and an approval does not lift that.",
            hint="Audit it again and restore it: metier govern restore",
        )
    if decision in (Decision.BLOCK, Decision.INCOMPLETE):
        what = "is blocked" if decision == Decision.BLOCK else "was not read to its end"
        raise GovernError(
            f"Skill {skill!r} {what}, and no approval lifts that.", hint="Change the package, and judge it anew."
        )
    covers = weighs(Scan(findings=verdict.findings, unread=verdict.unread))
    return _move(store, verdict, replace(_event(Deed.APPROVAL, verdict, who, because, when), covers=covers), policy)


def certify(
    store: Store,
    skill: str,
    *,
    who: str,
    because: str,
    digest: str = "",
    policy: GovernPolicy | None = None,
    when: str = "",
) -> Verdict:
    """Certify a content that reached organisation by evidence: vetting *vendor*, still under supervision.

    Raises:
        NotStored: It was not judged.
        GovernError: It has not reached organisation, is held down, or nobody is named.
    """
    verdict = last_verdict(store, skill, digest)
    _refuse_nameless(who, because)
    now = standing_of(store, skill, verdict.digest, policy=policy)
    if now.vetting < VettingTier.ORGANISATION or now.exposure < ExposureTier.SUPERVISED:
        raise GovernError(
            f"Skill {skill!r} is {now.vetting.name.lower()} and exposed to {now.exposure.name.lower()}; only what "
            "reached organisation by evidence is certified.",
            hint=f"What it lacks: metier govern explain {skill}",
        )
    return _move(store, verdict, _event(Deed.CERTIFICATION, verdict, who, because, when), policy)


def record_uses(
    store: Store,
    skill: str,
    *,
    uses: int,
    who: str = "runtime",
    digest: str = "",
    policy: GovernPolicy | None = None,
    when: str = "",
) -> Standing:
    """Record supervised invocations in which nothing went wrong; returns the standing.

    Raises:
        NotStored: It was not judged.
        GovernError: It may not be executed, so it cannot have been; or a number below 1 was given.
    """
    verdict = last_verdict(store, skill, digest)
    _refuse_nameless(who, "uses")
    now = standing_of(store, skill, verdict.digest, policy=policy)
    if uses < 1:
        raise GovernError(f"Expected at least one use, got {uses}.")
    if now.exposure < ExposureTier.SUPERVISED:
        raise GovernError(f"Skill {skill!r} may go as far as {now.exposure.name.lower()}, so no use of it can count.")
    event = replace(_event(Deed.USE, verdict, who, "", when), uses=uses)
    store.put_event(event)
    return after(now, event, policy=policy or GovernPolicy())


def record_run(
    store: Store,
    skill: str,
    *,
    script: str,
    denied: Sequence[str],
    is_good: bool,
    digest: str = "",
    policy: GovernPolicy | None = None,
) -> None:
    """Record one run of a script: a violation if it tried what it may not, or else a use if it ended well.

    A run that ended badly and tried nothing is neither, and so is one of what has fallen below supervision meanwhile.

    Args:
        denied: What it tried to touch without a grant, each in a phrase such as `read /etc/shadow`.
        is_good: Whether it ended well, and all that it touched was seen.

    Raises:
        NotStored: The skill was not judged.
    """
    if denied:
        more = f", and {len(denied) - 1} more" if len(denied) > 1 else ""
        because = f"{script} tried to {denied[0]}, which was not granted{more}"
        violated(store, skill, because=because, digest=digest, policy=policy)
    elif is_good:
        verdict = last_verdict(store, skill, digest)
        if standing_of(store, skill, verdict.digest, policy=policy).exposure >= ExposureTier.SUPERVISED:
            record_uses(store, skill, uses=1, digest=digest, policy=policy)


def promote(
    store: Store,
    skill: str,
    *,
    who: str,
    because: str = "",
    digest: str = "",
    policy: GovernPolicy | None = None,
    when: str = "",
) -> Verdict:
    """Let a certified content act by itself, after enough supervised uses without a fault.

    Raises:
        NotStored: It was not judged.
        GovernError: It lacks something; the message says what.
    """
    policy = policy or GovernPolicy()
    verdict = last_verdict(store, skill, digest)
    _refuse_nameless(who, because or "uses")
    now = standing_of(store, skill, verdict.digest, policy=policy)
    if lacking := cannot_promote(now, policy=policy):
        raise GovernError(f"Skill {skill!r} cannot be promoted: {lacking}.", hint=f"See: metier govern explain {skill}")
    because = because or f"{now.uses} supervised uses without a fault"
    return _move(store, verdict, _event(Deed.PROMOTION, verdict, who, because, when), policy)


def violated(
    store: Store,
    skill: str,
    *,
    because: str,
    who: str = "runtime",
    digest: str = "",
    policy: GovernPolicy | None = None,
    when: str = "",
) -> Verdict:
    """Record one safety violation: the skill falls one tier, and stays there until it is audited again.

    Raises:
        NotStored: It was not judged.
        GovernError: No reason was given.
    """
    verdict = last_verdict(store, skill, digest)
    _refuse_nameless(who, because)
    now = standing_of(store, skill, verdict.digest, policy=policy)
    event = replace(_event(Deed.DEMOTION, verdict, who, because, when), exposure=one_lower(now.exposure))
    return _fall(store, verdict, now, event, policy)


def revoke(
    store: Store,
    skill: str,
    *,
    who: str,
    because: str,
    digest: str = "",
    policy: GovernPolicy | None = None,
    when: str = "",
) -> Verdict:
    """Record an incident: only the metadata is left, for this content and whatever follows under its name.

    Raises:
        NotStored: It was not judged.
        GovernError: Nobody or no reason is named.
    """
    verdict = last_verdict(store, skill, digest)
    _refuse_nameless(who, because)
    now = standing_of(store, skill, verdict.digest, policy=policy)
    event = replace(_event(Deed.REVOCATION, verdict, who, because, when), exposure=ExposureTier.METADATA)
    return _fall(store, verdict, now, event, policy)


def restore(
    store: Store, verdict: Verdict, *, who: str, because: str, policy: GovernPolicy | None = None, when: str = ""
) -> Verdict:
    """Lift the falls of a content that was audited again. Nothing earlier comes back: its tier is that of the audit.

    What needs review is answered for by whoever restores it, as by an approval.

    Args:
        verdict: What a fresh look at the package gave, made for this purpose.

    Raises:
        GovernError: There is nothing to lift, the fresh look failed a gate, or nobody or no reason is named.
    """
    _refuse_nameless(who, because)
    now = standing_of(store, verdict.skill, verdict.digest, policy=policy)
    if not now.falls:
        raise GovernError(f"Skill {verdict.skill!r} was neither demoted nor revoked.")
    seen = scanned_in(verdict)
    covers = weighs(seen) if seen.decision == Decision.REVIEW else ()
    binding = (Gate.SEMANTIC,) if covers else (Gate.STATIC, Gate.SEMANTIC)
    failed = [g for g in verdict.gates if g.gate in binding and g.outcome == GateOutcome.FAILED]
    if failed:
        raise GovernError(
            f"Skill {verdict.skill!r} fails {failed[0].gate.value} and is not restored: {failed[0].reasons[0]}.",
            hint="Change the package, and audit it again."
            + (" A model that is asked anew (--opinion) may say otherwise." if failed[0].gate == Gate.SEMANTIC else ""),
        )
    return _move(store, verdict, replace(_event(Deed.RESTORATION, verdict, who, because, when), covers=covers), policy)


def _move(store: Store, verdict: Verdict, event: Event, policy: GovernPolicy | None) -> Verdict:
    policy = policy or GovernPolicy()
    now = standing_of(store, verdict.skill, verdict.digest, policy=policy)
    moved = rejudge(verdict, after(now, event, policy=policy), policy=policy)
    store.put_event(event, verdict=moved)
    # Somebody else may have entered a fall meanwhile, which binds what was entered after it, too.
    return held(store, moved, policy=policy)


def _fall(store: Store, verdict: Verdict, now: Standing, event: Event, policy: GovernPolicy | None) -> Verdict:
    policy = policy or GovernPolicy()
    fallen = _lower(rejudge(verdict, after(now, event, policy=policy), policy=policy), verdict)
    store.put_event(event, verdict=fallen)
    return held(store, fallen, policy=policy)


def _lower(again: Verdict, verdict: Verdict) -> Verdict:
    # Only ever lower: what a verdict held back for reasons of its own stays held back.
    return replace(again, exposure=min(again.exposure, verdict.exposure), vetting=min(again.vetting, verdict.vetting))


def _event(deed: Deed, verdict: Verdict, who: str, because: str, when: str) -> Event:
    if when:
        try:
            datetime.fromisoformat(when)
        except ValueError as error:
            raise GovernError(
                f"Expected a date, got {when!r}.", hint="Write it as 2026-03-31 or 2026-03-31T14:00Z."
            ) from error
    reasons = (because,) if because else ()
    return Event(deed=deed, who=who, skill=verdict.skill, digest=verdict.digest, because=reasons, when=when)


def _whole(digest: str, known: Collection[str], skill: str) -> str:
    """The one known digest that another is the beginning of."""
    if digest in known:
        return digest
    digits = digest.lower().removeprefix(_ALGORITHM)
    fitting = sorted(one for one in known if one.removeprefix(_ALGORITHM).startswith(digits))
    if not fitting:
        hint = nearest(digits, [one.removeprefix(_ALGORITHM)[: 2 * _LEAST_DIGITS] for one in known])
        raise NotStored(f"No content {digest!r} of skill {skill!r} was judged.", hint=hint)
    if len(digits) < _LEAST_DIGITS:
        raise InputError(
            f"Expected at least {_LEAST_DIGITS} hexadecimal digits of a digest of {skill!r}, got {digest!r}.",
            hint=f"It could be {', '.join(fitting)}.",
        )
    if len(fitting) > 1:
        raise InputError(
            f"The digest {digest!r} fits {len(fitting)} contents of {skill!r}.", hint=f"Name one: {', '.join(fitting)}"
        )
    return fitting[0]


def _refuse_nameless(who: str, because: str) -> None:
    if not who.strip() or not because.strip():
        raise GovernError("Expected who decides and why, one of them is empty.", hint="Say both, in words.")
