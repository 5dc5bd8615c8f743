"""A library holds what was admitted, in its own folders; a stranger's words lead nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.errors import Conflict, CorruptStore, StoreError
from metier.skill import Pattern, Skill, State
from metier.state import move
from metier.store import Store
from metier.stores import library
from metier.stores.checks import is_version
from metier.stores.package import read_package, write_package
from metier.stores.sqlite import SqliteStore
from metier.verdict import ExposureTier, Verdict, VettingTier
from metier.wheel import Context
from strategies import texts

SKILL = Skill(name="reverse", description="Write letters backwards.")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    path = tmp_path / "user" / "project" / ".metier"
    path.mkdir(parents=True)
    (tmp_path / "user" / "reverse").mkdir()
    (tmp_path / "user" / "reverse" / "letter.txt").write_text("dear")
    return path


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    with closing(SqliteStore(home / "metier.db")) as opened:
        yield opened


def judged(skill: Skill, exposure: ExposureTier = ExposureTier.INSTRUCTIONS) -> Verdict:
    return Verdict(
        skill=skill.name, digest=skill.digest, vetting=VettingTier.COMMUNITY, exposure=exposure, reasons=("seen",)
    )


def admit(skill: Skill, home: Path, store: Store, exposure: ExposureTier = ExposureTier.INSTRUCTIONS) -> Skill:
    kept = library.keep(write_package(skill, home / "drafts", replace_existing=True), home, judged(skill, exposure))
    store.put_verdict(judged(skill, exposure))
    store.put_skill(kept)
    return kept


def shown(folder: Path) -> dict[str, str]:
    return {path.name: read_package(path).skill.version for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("version", ["../..", "/", "/etc", "1.0.0/reverse", "..\\..", "1\x000", "1.0.", "", "."])
def test_a_version_has_no_place_outside_the_packages(home: Path, version: str) -> None:
    with pytest.raises(StoreError, match="has no place inside"):
        library.place(home, replace(SKILL, version=version))


@pytest.mark.parametrize("name", ["../x", "..", "", "a/b", "/etc", "a\x00"])
def test_a_name_has_no_place_outside_the_packages(home: Path, name: str) -> None:
    with pytest.raises(StoreError, match="has no place inside"):
        library.place(home, replace(SKILL, name=name))


@pytest.mark.parametrize("target", ["../../..", "1.0.0"])
def test_a_link_on_the_way_leads_to_no_place(home: Path, target: str) -> None:
    (home / "packages").mkdir()
    (home / "packages" / "1.0.0").symlink_to(target)
    with pytest.raises(StoreError, match="no links inside"):
        library.place(home, SKILL)


def test_a_stranger_who_writes_a_path_as_version_deletes_nothing(home: Path, store: Store) -> None:
    source = home.parent / "found" / "reverse"
    source.mkdir(parents=True)
    version = "../../.."  # from packages, this is the folder that holds the user's own folder "reverse"
    (source / "SKILL.md").write_text(f'---\nname: reverse\ndescription: x\nmetadata:\n  version: "{version}"\n---\n')
    kept = library.keep(source, home, judged(read_package(source).skill))
    assert library.place(home, kept) == home / "packages" / "1.0.0" / "reverse"
    assert (home.parent.parent / "reverse" / "letter.txt").read_text() == "dear"


@pytest.mark.parametrize(
    ("version", "following"),
    [
        ("1.4.2", "1.5.0"), ("1", "1.1.0"), ("1.x", "1.1.0"), ("v2.3", "2.4.0"), ("", "0.1.0"), ("x.y", "0.1.0"),
        ("1.4-beta.2", "1.5.0"), ("-1.-1", "0.1.0"), ("\u0661.\u0662", "0.1.0"),
    ],
)  # fmt: skip
def test_the_next_version_keeps_the_first_number_and_counts_the_second_up(version: str, following: str) -> None:
    assert library.next_version(version) == following


@given(version=texts | st.from_regex(r"[0-9]{0,5000}\.[0-9]{0,5000}", fullmatch=True))
def test_any_text_has_a_next_version(version: str) -> None:
    assert is_version(library.next_version(version))


def test_a_draft_takes_no_version_that_is_stored(home: Path, store: Store) -> None:
    for version in ("1.5.0", "1.4.0"):
        store.put_skill(replace(SKILL, version=version))
    draft = library.draft(replace(SKILL, policy="New."), home / "drafts", store)
    assert read_package(draft).skill.version == "1.6.0"


def test_exactly_the_given_skills_are_published(home: Path, store: Store) -> None:
    old, other = admit(SKILL, home, store), admit(replace(SKILL, name="upper"), home, store)
    admit(replace(SKILL, version="2.0.0", policy="Of a stranger, stored last."), home, store)
    folder = library.publish(store, home, [old, other])
    assert shown(folder) == {"reverse": "1.0.0", "upper": "1.0.0"}
    assert shown(library.publish(store, home, [old])) == {"reverse": "1.0.0"}
    assert shown(library.publish(store, home, [])) == {}


def test_of_two_with_one_name_the_last_given_is_published(home: Path, store: Store) -> None:
    one, two = admit(SKILL, home, store), admit(replace(SKILL, version="1.1.0"), home, store)
    assert shown(library.publish(store, home, [one, two])) == {"reverse": "1.1.0"}
    assert shown(library.publish(store, home, [two, one])) == {"reverse": "1.0.0"}


def test_what_may_not_be_read_or_was_not_judged_is_not_published(home: Path, store: Store) -> None:
    kept = admit(SKILL, home, store)
    library.publish(store, home, [kept])
    store.put_verdict(judged(kept, ExposureTier.METADATA))
    store.put_verdict(judged(replace(SKILL, policy="Other content.")))
    assert shown(library.publish(store, home, [kept])) == {}


def test_what_may_no_longer_be_read_is_withdrawn_at_once(home: Path, store: Store) -> None:
    kept, other = admit(SKILL, home, store), admit(replace(SKILL, name="upper"), home, store)
    folder = library.publish(store, home, [kept, other])
    assert library.withdraw(store, home) == []
    store.put_verdict(judged(kept, ExposureTier.METADATA))
    assert library.withdraw(store, home) == ["reverse"]
    assert shown(folder) == {"upper": "1.0.0"}


def test_what_was_retired_is_withdrawn_at_once_and_published_no_more(home: Path, store: Store) -> None:
    kept, other = admit(SKILL, home, store), admit(replace(SKILL, name="upper"), home, store)
    folder = library.publish(store, home, [kept, other])
    store.put_skill(move(kept, State.RETIRED))
    assert library.withdraw(store, home) == ["reverse"]
    library.publish(store, home, [kept, other])
    assert shown(folder) == {"upper": "1.0.0"}


def test_a_verdict_counts_as_it_is_held_now(home: Path, store: Store) -> None:
    kept = admit(SKILL, home, store)
    folder = library.publish(store, home, [kept])

    def fallen(verdict: Verdict) -> Verdict:
        return replace(verdict, exposure=ExposureTier.METADATA)

    assert library.withdraw(store, home, held=fallen) == ["reverse"]
    assert shown(library.publish(store, home, [kept])) == {"reverse": "1.0.0"}
    library.publish(store, home, [kept], held=fallen)
    assert shown(folder) == {}


def test_a_package_that_was_changed_since_is_not_published(home: Path, store: Store) -> None:
    kept = admit(SKILL, home, store)
    write_package(replace(SKILL, policy="Changed."), library.place(home, kept).parent, replace_existing=True)
    with pytest.raises(CorruptStore, match="does not hold what was admitted") as refusal:
        library.publish(store, home, [kept])
    assert "--from store" in refusal.value.hint
    assert not (home / "library").exists()


def test_publishing_removes_nothing_outside_the_library(home: Path, store: Store) -> None:
    theirs = home.parent.parent / "reverse"
    folder = library.publish(store, home, [admit(SKILL, home, store)])
    (folder / "linked").symlink_to(theirs)
    (folder / "notes.txt").write_text("mine")
    library.publish(store, home, [])
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]
    assert (theirs / "letter.txt").read_text() == "dear"


def test_a_library_that_is_a_link_is_refused(home: Path, store: Store) -> None:
    theirs = home.parent.parent
    (home / "library").symlink_to(theirs)
    with pytest.raises(StoreError, match="is a link"):
        library.publish(store, home, [])
    assert (theirs / "reverse" / "letter.txt").read_text() == "dear"


def test_a_package_takes_no_place_from_one_that_is_stored(home: Path, store: Store) -> None:
    kept = admit(SKILL, home, store)
    other = replace(SKILL, policy="Other content, same version.")
    source = write_package(other, home / "found")
    context = Context(folder=home / "work", home=home, store=store, before={}, progress=lambda *_: None)
    with pytest.raises(Conflict, match=re.escape(str(source))) as refusal:
        library.run(context, [judged(other)], sources={other.digest: source}, concepts={})
    assert "--from govern" in refusal.value.hint
    assert read_package(library.place(home, kept)).skill.digest == kept.digest


def test_a_stored_skill_has_the_patterns_that_were_found_and_the_state_stored(home: Path, store: Store) -> None:
    source = write_package(SKILL, home / "found")
    context = Context(folder=home / "work", home=home, store=store, before={}, progress=lambda *_: None)
    found = {SKILL.digest: source}
    library.run(context, [judged(SKILL)], sources=found, concepts={}, patterns_of=lambda *_: (Pattern.WORKFLOW,))
    kept = store.skill(SKILL.name, SKILL.version)
    assert (kept.patterns, kept.state, kept.digest) == ((Pattern.WORKFLOW,), State.STORED, SKILL.digest)


def test_a_skill_that_was_retired_stays_retired(home: Path, store: Store) -> None:
    other = Skill(name="append", description="Add letters.")
    found = {skill.digest: write_package(skill, home / "found") for skill in (SKILL, other)}
    store.put_skill(move(admit(SKILL, home, store), State.RETIRED))
    context = Context(folder=home / "work", home=home, store=store, before={}, progress=lambda *_: None)
    result = library.run(context, [judged(SKILL), judged(other)], sources=found, concepts={})
    assert [skill["name"] for skill in result.output["skills"]] == ["append"]
    assert "1 retired before" in result.came_out
    assert store.skill(SKILL.name).state == State.RETIRED


@pytest.mark.parametrize(
    ("path", "state"),
    [((State.COMPOSED,), State.COMPOSED), ((State.EXECUTED,), State.EXECUTED), ((State.UPDATED,), State.STORED)],
)
def test_a_skill_that_has_come_further_than_stored_keeps_its_state(
    home: Path, store: Store, path: tuple[State, ...], state: State
) -> None:
    skill = admit(SKILL, home, store)
    for to in path:
        store.put_skill(skill := move(skill, to))
    context = Context(folder=home / "work", home=home, store=store, before={}, progress=lambda *_: None)
    library.run(context, [judged(SKILL)], sources={SKILL.digest: home / "drafts" / SKILL.name}, concepts={})
    assert store.skill(SKILL.name).state == state


def test_the_patterns_are_found_by_the_frontmatter_too(home: Path, store: Store) -> None:
    source = write_package(SKILL, home / "found")
    (source / "SKILL.md").write_text("---\nname: reverse\ndescription: Backwards.\nhomepage: here\n---\nBackwards.\n")
    read = read_package(source).skill
    context = Context(folder=home / "work", home=home, store=store, before={}, progress=lambda *_: None)
    seen: list[object] = []

    def patterns_of(skill: Skill, fields: Mapping[str, object]) -> tuple[Pattern, ...]:
        seen.append((skill.name, fields["homepage"]))
        return ()

    library.run(context, [judged(read)], sources={read.digest: source}, concepts={}, patterns_of=patterns_of)
    assert seen == [("reverse", "here")]
