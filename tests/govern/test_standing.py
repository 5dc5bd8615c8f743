"""Is every move of a skill allowed, recorded, and undone by a fall? Both tier models, transition by transition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.audit import GENESIS, Deed, Entry, Event
from metier.errors import GovernError, InputError, NotStored
from metier.govern import transitions
from metier.govern.judge import judge
from metier.govern.opinion import Opinion
from metier.govern.policy import ExposureMap, GovernPolicy
from metier.govern.scan import scan
from metier.govern.standing import Standing, after, cannot_promote, standing
from metier.govern.story import explain
from metier.sandbox import Access, Act, ScriptRun
from metier.skill import Skill
from metier.store import Store
from metier.stores.sqlite import SqliteStore
from metier.verdict import Evidence, ExposureTier, Finding, GateOutcome, Scan, Severity, Verdict, VettingTier

SKILL = Skill(name="reverse", description="Backwards.", licence="MIT")
OTHER = replace(SKILL, policy="One byte more.")
MINE, THEIRS = SKILL.digest, OTHER.digest
POLICY = GovernPolicy(promote_after=5)
GOOD = Evidence(correct=40, scored=40, low=0.91)
RAN = ScriptRun(digest=MINE, script="a.py", exit_code=0, accesses=(Access(act=Act.READ, target="/a", allowed=True),))
ORGANISATION = judge(SKILL, Scan(), opinion=Opinion(model="m"), trace=RAN, evidence=GOOD, policy=POLICY)
START = Standing(skill="reverse", digest=MINE)
LAW = settings(max_examples=150, deadline=None)

EVENTS = st.builds(
    Event,
    deed=st.sampled_from(Deed),
    who=st.just("w"),
    skill=st.just("reverse"),
    digest=st.sampled_from([MINE, MINE, MINE, THEIRS]),
    vetting=st.none() | st.sampled_from(VettingTier),
    exposure=st.none() | st.sampled_from(ExposureTier),
    uses=st.integers(-3, 9),
)
HISTORIES = st.lists(EVENTS, max_size=12)


def folded(events: list[Event], digest: str = MINE) -> Standing:
    entries = [Entry(number=n, previous=GENESIS, event=event) for n, event in enumerate(events, start=1)]
    return standing(entries, "reverse", digest, policy=POLICY)


def test_a_verdict_that_is_kept_again_forgets_no_objection(store: Store) -> None:
    policy = replace(POLICY, semantic="optional")
    early = judge(SKILL, Scan(), policy=policy)
    objection = Finding(rule="second-opinion", severity=Severity.REVIEW, message="It sends mail.")
    store.put_verdict(early)
    store.put_verdict(judge(SKILL, Scan(), opinion=Opinion(model="m", findings=(objection,)), policy=policy))
    again = transitions.held(store, early, policy=policy)
    assert (again.exposure, objection in again.findings) == (ExposureTier.METADATA, True)


def event(deed: Deed, **fields: object) -> Event:
    return Event(deed=deed, who="w", skill="reverse", digest=MINE, **fields)  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    kept = SqliteStore(tmp_path / "db")
    yield kept
    kept.close()


def vendor(store: Store) -> Verdict:
    """A skill that came all the way to acting by itself."""
    store.put_verdict(ORGANISATION)
    transitions.certify(store, "reverse", who="Ada", because="audited", policy=POLICY)
    transitions.record_uses(store, "reverse", uses=5, policy=POLICY)
    return transitions.promote(store, "reverse", who="Ada", policy=POLICY)


def exposure(store: Store, digest: str = MINE) -> ExposureTier:
    return transitions.standing_of(store, "reverse", digest, policy=POLICY).exposure


def test_a_skill_starts_at_its_metadata() -> None:
    assert folded([]).exposure == ExposureTier.METADATA
    assert folded([]).vetting == VettingTier.UNVETTED


def test_every_rung_is_climbed_and_every_move_is_recorded(store: Store) -> None:
    verdict = vendor(store)
    assert (verdict.vetting, verdict.exposure) == (VettingTier.VENDOR, ExposureTier.AUTONOMOUS)
    assert exposure(store) == ExposureTier.AUTONOMOUS
    assert [entry.event.deed.value for entry in store.entries()] == [
        "verdict", "certification", "verdict", "use", "promotion", "verdict",
    ]  # fmt: skip
    assert list(store.verdicts("reverse"))[-1] == verdict


@pytest.mark.parametrize("fall", ["violated", "revoke"])
def test_who_promotes_while_it_falls_is_told_that_it_fell(
    store: Store, fall: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put_verdict(ORGANISATION)
    transitions.certify(store, "reverse", who="Ada", because="audited", policy=POLICY)
    transitions.record_uses(store, "reverse", uses=5, policy=POLICY)
    put = store.put_event

    def meanwhile(event: Event, *, verdict: Verdict | None = None) -> Entry:
        monkeypatch.setattr(store, "put_event", put)
        getattr(transitions, fall)(store, "reverse", who="Bob", because="It sent mail.", policy=POLICY)
        return put(event, verdict=verdict)

    monkeypatch.setattr(store, "put_event", meanwhile)
    told = transitions.promote(store, "reverse", who="Ada", policy=POLICY)
    assert told.exposure == exposure(store) < ExposureTier.SUPERVISED
    assert "It sent mail." in told.reasons[-1]


def test_a_verdict_alone_never_lets_a_skill_act_by_itself() -> None:
    boast = event(Deed.VERDICT, vetting=VettingTier.VENDOR, exposure=ExposureTier.AUTONOMOUS)
    assert folded([boast]).exposure == ExposureTier.SUPERVISED


def test_promotion_takes_a_certification_and_enough_uses(store: Store) -> None:
    store.put_verdict(ORGANISATION)
    with pytest.raises(GovernError, match="certify it first"):
        transitions.promote(store, "reverse", who="Ada", policy=POLICY)
    transitions.certify(store, "reverse", who="Ada", because="audited", policy=POLICY)
    transitions.record_uses(store, "reverse", uses=4, policy=POLICY)
    with pytest.raises(GovernError, match="4 supervised uses without a fault, 5 are needed"):
        transitions.promote(store, "reverse", who="Ada", policy=POLICY)
    assert transitions.record_uses(store, "reverse", uses=1, policy=POLICY).uses == 5
    assert transitions.promote(store, "reverse", who="Ada", policy=POLICY).exposure == ExposureTier.AUTONOMOUS
    with pytest.raises(GovernError, match="acts by itself already"):
        transitions.promote(store, "reverse", who="Ada", policy=POLICY)


def test_one_violation_takes_one_tier_and_the_uses(store: Store) -> None:
    vendor(store)
    fallen = transitions.violated(store, "reverse", because="it wrote outside", policy=POLICY)
    assert fallen.exposure == exposure(store) == ExposureTier.SUPERVISED
    assert fallen.vetting == VettingTier.ORGANISATION
    assert "demoted to supervised: it wrote outside" in fallen.reasons
    again = transitions.violated(store, "reverse", because="again", policy=POLICY)
    assert again.exposure == exposure(store) == ExposureTier.INSTRUCTIONS
    assert transitions.violated(store, "reverse", because="again", policy=POLICY).exposure == ExposureTier.METADATA


def test_after_a_fall_from_the_top_the_uses_count_anew(store: Store) -> None:
    vendor(store)
    transitions.violated(store, "reverse", because="it wrote outside", policy=POLICY)
    with pytest.raises(GovernError, match="certify it first"):
        transitions.promote(store, "reverse", who="Ada", policy=POLICY)
    transitions.certify(store, "reverse", who="Ada", because="audited anew", policy=POLICY)
    with pytest.raises(GovernError, match="0 supervised uses"):
        transitions.promote(store, "reverse", who="Ada", policy=POLICY)
    transitions.record_uses(store, "reverse", uses=5, policy=POLICY)
    assert transitions.promote(store, "reverse", who="Ada", policy=POLICY).exposure == ExposureTier.AUTONOMOUS


def test_the_same_verdict_again_does_not_undo_a_fall(store: Store) -> None:
    store.put_verdict(ORGANISATION)
    transitions.violated(store, "reverse", because="it wrote outside", policy=POLICY)
    held = transitions.held(store, ORGANISATION, policy=POLICY)
    assert held.exposure == ExposureTier.INSTRUCTIONS
    store.put_verdict(ORGANISATION)
    assert exposure(store) == ExposureTier.INSTRUCTIONS
    now = transitions.standing_of(store, "reverse", MINE, policy=POLICY)
    fresh = judge(SKILL, Scan(), opinion=Opinion(model="m"), trace=RAN, evidence=GOOD, standing=now, policy=POLICY)
    assert fresh.exposure == ExposureTier.INSTRUCTIONS


@pytest.mark.parametrize(
    ("tightened", "vetting", "why"),
    [
        ({"min_attempts": 500}, VettingTier.COMMUNITY, "40 attempts"),
        ({"min_accuracy": 0.99}, VettingTier.COMMUNITY, "99%"),
        ({"approval": "required"}, VettingTier.VENDOR, "nobody has approved exactly this content"),
        ({"exposure": ExposureMap(vendor="supervised")}, VettingTier.VENDOR, "certified by Ada"),
    ],
)
def test_a_tightened_policy_binds_what_was_judged_before(
    store: Store, tightened: dict[str, Any], vetting: VettingTier, why: str
) -> None:
    kept = vendor(store)
    policy = replace(POLICY, **tightened)
    now = transitions.standing_of(store, "reverse", MINE, policy=policy)
    assert now.vetting == vetting
    assert now.exposure < ExposureTier.AUTONOMOUS
    story = explain(store, "reverse", policy=policy)
    assert (story.verdict.vetting, story.exposure) == (vetting, now.exposure)
    assert why in "; ".join(story.verdict.reasons)
    # Under the policy it was judged by it stands as it stood.
    assert transitions.held(store, kept, policy=POLICY) == kept
    assert exposure(store) == ExposureTier.AUTONOMOUS


@pytest.mark.parametrize(("tightened", "gate"), [({"semantic": "required"}, "G2"), ({"behavioural": "sandbox"}, "G3")])
def test_a_policy_that_asks_for_a_gate_binds_what_did_without(store: Store, tightened: Any, gate: str) -> None:
    lax = replace(POLICY, semantic="optional", behavioural="measured")
    store.put_verdict(judge(SKILL, Scan(), evidence=GOOD, policy=lax))
    transitions.certify(store, "reverse", who="Ada", because="audited", policy=lax)
    policy = replace(lax, **tightened)
    assert transitions.standing_of(store, "reverse", MINE, policy=policy).exposure < ExposureTier.SUPERVISED
    assert gate in "; ".join(explain(store, "reverse", policy=policy).verdict.reasons)
    with pytest.raises(GovernError, match="no use of it can count"):
        transitions.record_uses(store, "reverse", uses=1, policy=policy)


def test_a_verdict_that_tells_of_no_gate_is_no_way_up(store: Store) -> None:
    store.put_verdict(replace(ORGANISATION, gates=()))
    assert exposure(store) == ExposureTier.METADATA


def test_an_incident_leaves_only_the_metadata_and_a_re_audit_restores(store: Store) -> None:
    vendor(store)
    revoked = transitions.revoke(store, "reverse", who="Ada", because="it sent mail", policy=POLICY)
    assert (revoked.vetting, revoked.exposure) == (VettingTier.UNVETTED, ExposureTier.METADATA)
    assert revoked.reasons[-1] == "revoked: it sent mail"
    assert exposure(store) == ExposureTier.METADATA
    with pytest.raises(GovernError, match="revoked"):
        transitions.approve(store, "reverse", who="Ada", because="fine", policy=POLICY)
    with pytest.raises(GovernError, match="only what reached organisation"):
        transitions.certify(store, "reverse", who="Ada", because="fine", policy=POLICY)
    with pytest.raises(GovernError, match="no use of it can count"):
        transitions.record_uses(store, "reverse", uses=1, policy=POLICY)
    back = transitions.restore(store, ORGANISATION, who="Ada", because="mended", policy=POLICY)
    # What was built before the incident is gone: no certification, no promotion.
    assert (back.vetting, back.exposure) == (VettingTier.ORGANISATION, ExposureTier.SUPERVISED)
    assert exposure(store) == ExposureTier.SUPERVISED


def test_a_re_audit_that_fails_restores_nothing(store: Store) -> None:
    store.put_verdict(ORGANISATION)
    transitions.revoke(store, "reverse", who="Ada", because="it sent mail", policy=POLICY)
    bad = judge(SKILL, Scan(findings=(Finding(rule="r", severity=Severity.BLOCK, message="m"),)), policy=POLICY)
    with pytest.raises(GovernError, match="fails G1 and is not restored"):
        transitions.restore(store, bad, who="Ada", because="mended", policy=POLICY)
    assert exposure(store) == ExposureTier.METADATA


def test_whoever_restores_answers_for_what_needs_review(store: Store) -> None:
    policy = replace(POLICY, semantic="optional")
    store.put_verdict(judge(SKILL, needs_review("a.txt"), policy=policy))
    transitions.approve(store, "reverse", who="Ada", because="read it", policy=policy)
    transitions.revoke(store, "reverse", who="Ada", because="it sent mail", policy=policy)
    now = transitions.standing_of(store, "reverse", MINE, policy=policy)
    fresh = judge(SKILL, needs_review("a.txt"), standing=now, policy=policy)
    back = transitions.restore(store, fresh, who="Grace", because="audited", policy=policy)
    assert (back.vetting, back.exposure) == (VettingTier.COMMUNITY, ExposureTier.INSTRUCTIONS)
    assert back.gates[0].reasons[0] == "Grace approved this content after review"
    now = transitions.standing_of(store, "reverse", MINE, policy=policy)
    assert (now.approved_by, now.exposure) == ("Grace", ExposureTier.INSTRUCTIONS)
    grown = judge(SKILL, needs_review("a.txt", "key.txt"), standing=now, policy=policy)
    assert grown.gates[0].outcome == GateOutcome.FAILED


def test_nobody_restores_what_a_model_objects_to(store: Store) -> None:
    store.put_verdict(ORGANISATION)
    transitions.revoke(store, "reverse", who="Ada", because="it sent mail", policy=POLICY)
    point = Finding(rule="second-opinion", severity=Severity.REVIEW, message="Sends mail.")
    bad = judge(SKILL, needs_review("a.txt"), opinion=Opinion(model="m", findings=(point,)), policy=POLICY)
    with pytest.raises(GovernError, match="fails G2 and is not restored"):
        transitions.restore(store, bad, who="Ada", because="audited", policy=POLICY)


def test_what_never_fell_cannot_be_restored(store: Store) -> None:
    store.put_verdict(ORGANISATION)
    with pytest.raises(GovernError, match="neither demoted nor revoked"):
        transitions.restore(store, ORGANISATION, who="Ada", because="mended", policy=POLICY)


def test_changing_a_byte_is_no_way_out_of_a_revocation(store: Store) -> None:
    store.put_verdict(ORGANISATION)
    transitions.revoke(store, "reverse", who="Ada", because="it sent mail", policy=POLICY)
    now = transitions.standing_of(store, "reverse", THEIRS, policy=POLICY)
    ran = replace(RAN, digest=THEIRS)
    fresh = judge(OTHER, Scan(), opinion=Opinion(model="m"), trace=ran, evidence=GOOD, standing=now, policy=POLICY)
    assert (fresh.vetting, fresh.exposure) == (VettingTier.UNVETTED, ExposureTier.METADATA)
    store.put_verdict(fresh)
    back = transitions.restore(store, fresh, who="Ada", because="mended", policy=POLICY)
    assert back.exposure == exposure(store, THEIRS) == ExposureTier.SUPERVISED
    assert exposure(store) == ExposureTier.METADATA


def test_a_re_audit_after_an_incident_of_another_content_gives_what_the_audit_gives(store: Store) -> None:
    vendor(store)
    ran = replace(RAN, digest=THEIRS)
    store.put_verdict(judge(OTHER, Scan(), opinion=Opinion(model="m"), trace=ran, evidence=GOOD, policy=POLICY))
    transitions.revoke(store, "reverse", who="Ada", because="it sent mail", digest=THEIRS, policy=POLICY)
    now = transitions.standing_of(store, "reverse", MINE, policy=POLICY)
    fresh = judge(SKILL, Scan(), opinion=Opinion(model="m"), trace=RAN, evidence=GOOD, standing=now, policy=POLICY)
    back = transitions.restore(store, fresh, who="Grace", because="audited", policy=POLICY)
    assert (back.vetting, back.exposure) == (VettingTier.ORGANISATION, ExposureTier.SUPERVISED)
    now = transitions.standing_of(store, "reverse", MINE, policy=POLICY)
    assert (now.exposure, now.certified_by, now.promoted) == (ExposureTier.SUPERVISED, "", False)


def test_a_changed_byte_loses_everything_that_was_said_of_the_content(store: Store) -> None:
    vendor(store)
    transitions.approve(store, "reverse", who="Ada", because="read it whole", policy=POLICY)
    assert transitions.standing_of(store, "reverse", MINE, policy=POLICY).approved_by == "Ada"
    assert transitions.standing_of(store, "reverse", THEIRS, policy=POLICY) == Standing(skill="reverse", digest=THEIRS)


def test_an_approval_answers_for_a_review_and_never_for_a_block(store: Store) -> None:
    found = {s: Finding(rule="r", severity=s, message="m") for s in (Severity.REVIEW, Severity.BLOCK)}
    policy = replace(POLICY, semantic="optional")
    store.put_verdict(judge(SKILL, Scan(findings=(found[Severity.REVIEW],)), policy=policy))
    approved = transitions.approve(store, "reverse", who="Ada", because="read it", policy=policy)
    assert (approved.vetting, approved.exposure) == (VettingTier.COMMUNITY, ExposureTier.INSTRUCTIONS)
    store.put_verdict(judge(OTHER, Scan(findings=tuple(found.values())), policy=policy))
    with pytest.raises(GovernError, match="is blocked, and no approval lifts that"):
        transitions.approve(store, "reverse", who="Ada", because="read it", policy=policy)
    store.put_verdict(judge(OTHER, Scan(unread=("a.bin",)), policy=policy))
    with pytest.raises(GovernError, match="not read to its end"):
        transitions.approve(store, "reverse", who="Ada", because="read it", policy=policy)


@pytest.mark.parametrize(("who", "because"), [("", "why"), (" ", "why"), ("Ada", ""), ("Ada", "\n")])
def test_nobody_decides_namelessly_or_for_no_reason(store: Store, who: str, because: str) -> None:
    store.put_verdict(ORGANISATION)
    for move in (transitions.approve, transitions.certify, transitions.revoke):
        with pytest.raises(GovernError, match="who decides and why"):
            move(store, "reverse", who=who, because=because)
    assert len(list(store.entries())) == 1


def test_an_unknown_skill_or_content_is_named(store: Store) -> None:
    store.put_verdict(ORGANISATION)
    with pytest.raises(NotStored) as refusal:
        transitions.revoke(store, "revers", who="Ada", because="x")
    assert "'reverse'" in refusal.value.hint
    with pytest.raises(NotStored, match="No content 'sha256:9'"):
        transitions.revoke(store, "reverse", who="Ada", because="x", digest="sha256:9")


def test_a_content_is_named_by_enough_digits_of_its_digest(store: Store) -> None:
    store.put_verdict(ORGANISATION)
    store.put_verdict(judge(OTHER, Scan(), policy=POLICY))
    for mine in (MINE, MINE[:15], MINE[7:15], MINE[7:].upper()):
        assert transitions.last_verdict(store, "reverse", mine) == ORGANISATION
    for short in ("sha256:", MINE[:14], MINE[7:9]):
        with pytest.raises(InputError, match="at least 8 hexadecimal digits") as refusal:
            transitions.last_verdict(store, "reverse", short)
        assert MINE in refusal.value.hint
    with pytest.raises(NotStored, match="No content 's'"):
        transitions.last_verdict(store, "reverse", "s")


def test_digits_that_fit_several_contents_name_none(store: Store) -> None:
    both = [f"sha256:{'ab' * 8}{end * 48}" for end in "01"]
    for digest in both:
        store.put_verdict(replace(ORGANISATION, digest=digest))
    with pytest.raises(InputError, match="fits 2 contents of 'reverse'") as refusal:
        transitions.revoke(store, "reverse", who="Ada", because="x", digest="abababab")
    assert refusal.value.hint == f"Name one: {both[0]}, {both[1]}"
    assert len(list(store.entries())) == 2


def test_a_date_is_entered_only_if_it_is_passed_in(store: Store) -> None:
    store.put_verdict(ORGANISATION)
    transitions.approve(store, "reverse", who="Ada", because="read it", when="2026-01-31")
    assert [entry.event.when for entry in store.entries()] == ["", "2026-01-31"]


@LAW
@given(HISTORIES)
def test_a_fold_is_the_same_twice_and_never_above_its_map(events: list[Event]) -> None:
    now = folded(events)
    assert now == folded(events)
    assert now.exposure <= POLICY.ceiling(now.vetting) or now.exposure == ExposureTier.METADATA


@LAW
@given(HISTORIES, EVENTS)
def test_a_demotion_or_revocation_always_wins(events: list[Event], last: Event) -> None:
    before = folded(events).exposure
    fall = replace(last, digest=MINE, deed=Deed.DEMOTION)
    fallen = folded([*events, fall]).exposure
    assert fallen < before or fallen == ExposureTier.METADATA
    assert folded([*events, replace(fall, deed=Deed.REVOCATION)]).exposure == ExposureTier.METADATA


@LAW
@given(HISTORIES, EVENTS)
def test_only_a_verdict_a_promotion_or_a_re_audit_can_raise(events: list[Event], last: Event) -> None:
    raising = (Deed.VERDICT, Deed.PROMOTION, Deed.RESTORATION)
    if folded([*events, last]).exposure > folded(events).exposure:
        assert last.deed in raising


@LAW
@given(HISTORIES)
def test_acting_by_itself_takes_a_vendor_verdict_and_enough_uses(events: list[Event]) -> None:
    now = folded(events)
    if now.exposure == ExposureTier.AUTONOMOUS:
        assert now.vetting == VettingTier.VENDOR
        assert sum(e.uses for e in events if e.deed == Deed.USE and e.digest == MINE) >= -3 * len(events)
        uses = sum(max(0, e.uses) for e in events if e.deed == Deed.USE and e.digest == MINE)
        assert uses >= POLICY.promote_after
        assert any(e.deed == Deed.PROMOTION and e.digest == MINE for e in events)


@LAW
@given(HISTORIES)
def test_what_is_revoked_stays_down_until_its_own_re_audit(events: list[Event]) -> None:
    without = [e for e in events if e.deed != Deed.RESTORATION]
    revoked = [event(Deed.REVOCATION), *without]
    assert folded(revoked).exposure == folded(revoked, THEIRS).exposure == ExposureTier.METADATA


@LAW
@given(HISTORIES)
def test_what_is_said_of_one_content_raises_no_other(events: list[Event]) -> None:
    foreign = [e for e in events if e.digest == THEIRS]
    assert folded(foreign).exposure == ExposureTier.METADATA
    mine = [e for e in events if e.digest == MINE]
    if not any(e.deed == Deed.RESTORATION for e in foreign):
        assert folded(events).exposure <= folded(mine).exposure


@LAW
@given(HISTORIES)
def test_an_event_about_another_skill_moves_nothing(events: list[Event]) -> None:
    others = [replace(e, skill="append") for e in events]
    assert folded(others) == START


@LAW
@given(HISTORIES, EVENTS)
def test_a_promotion_moves_only_what_may_be_promoted(events: list[Event], last: Event) -> None:
    before = folded(events)
    promoted = after(before, replace(last, deed=Deed.PROMOTION, digest=MINE), policy=POLICY)
    assert (promoted == before) == bool(cannot_promote(before, policy=POLICY))


def needs_review(*paths: str) -> Scan:
    return Scan(
        findings=tuple(
            Finding(rule="symlink", severity=Severity.REVIEW, message="Points outside.", path=path) for path in paths
        )
    )


def test_an_approval_answers_for_what_was_there_and_for_nothing_more(store: Store) -> None:
    store.put_verdict(judge(SKILL, needs_review("a.txt")))
    transitions.approve(store, "reverse", who="Ada", because="Read it.")
    now = transitions.standing_of(store, "reverse", MINE)
    assert judge(SKILL, needs_review("a.txt"), standing=now).gates[0].outcome == GateOutcome.PASSED
    grown = judge(SKILL, needs_review("a.txt", "key.txt"), standing=now)
    assert grown.gates[0].outcome == GateOutcome.FAILED
    assert any("Ada approved this content before that was there: symlink key.txt" in why for why in grown.reasons)


def test_an_approval_of_a_link_answers_for_where_it_leads(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "reverse"
    folder.mkdir()
    (folder / "SKILL.md").write_text("---\nname: reverse\ndescription: Backwards.\n---\n", encoding="utf-8")
    link = folder / "notes.txt"
    link.symlink_to("README.md")
    store.put_verdict(judge(SKILL, scan(folder)))
    transitions.approve(store, "reverse", who="Ada", because="Read it.")
    now = transitions.standing_of(store, "reverse", MINE)
    assert judge(SKILL, scan(folder), standing=now).gates[0].outcome == GateOutcome.PASSED
    link.unlink()
    link.symlink_to("/etc/shadow")
    turned = judge(SKILL, scan(folder), standing=now)
    assert "symlink notes.txt to /etc/shadow" in "; ".join(turned.gates[0].reasons)


def test_an_approval_of_what_was_clean_answers_for_no_finding(store: Store) -> None:
    store.put_verdict(judge(SKILL, Scan()))
    transitions.approve(store, "reverse", who="Ada", because="Read it.")
    now = transitions.standing_of(store, "reverse", MINE)
    assert judge(SKILL, needs_review("key.txt"), standing=now).gates[0].outcome == GateOutcome.FAILED


@pytest.mark.parametrize("who", ["", "  "])
def test_nobody_promotes_and_nobody_uses(store: Store, who: str) -> None:
    store.put_verdict(ORGANISATION)
    with pytest.raises(GovernError, match="Expected who decides"):
        transitions.promote(store, "reverse", who=who)
    with pytest.raises(GovernError, match="Expected who decides"):
        transitions.record_uses(store, "reverse", uses=1, who=who)


def test_a_date_is_a_date(store: Store) -> None:
    store.put_verdict(ORGANISATION)
    with pytest.raises(GovernError, match="Expected a date"):
        transitions.record_uses(store, "reverse", uses=1, who="w", when="not a date")
    transitions.record_uses(store, "reverse", uses=1, who="w", when="2026-03-31")


def test_a_fall_and_its_verdict_are_kept_together_or_not_at_all(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from metier.stores import sql

    store.put_verdict(ORGANISATION)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sql, "_add_verdict", killed)
    with pytest.raises(KeyboardInterrupt):
        transitions.revoke(store, "reverse", who="Ada", because="It sent keys.")
    assert len(list(store.entries("reverse"))) == 1
    assert list(store.verdicts("reverse"))[-1] == ORGANISATION
