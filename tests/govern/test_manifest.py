"""Is what a package declares read as meant, from every place that declares, and compared honestly?"""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from capability_fixtures import FIXTURES
from metier.capability import Capability
from metier.govern.manifest import Declaration, declared, deviation
from metier.govern.scan import scan
from metier.stores.package import read_package

Score = dict[Capability, tuple[float, float]]


def scores(found: dict[str, frozenset[Capability]], which: str) -> Score:
    """Precision and recall of each capability over all fixtures."""
    hits, named, true = Counter[Capability](), Counter[Capability](), Counter[Capability]()
    for name, fixture in FIXTURES.items():
        expected: frozenset[Capability] = getattr(fixture, which)
        hits.update(found[name] & expected)
        named.update(found[name])
        true.update(expected)
    return {c: (hits[c] / named[c] if named[c] else 1.0, hits[c] / true[c] if true[c] else 1.0) for c in Capability}


def low(found: Score) -> dict[str, tuple[float, float]]:
    return {c.value: pair for c, pair in found.items() if min(pair) < 0.9}


def test_the_fixtures_cover_every_capability_from_both_sides() -> None:
    assert len(FIXTURES) >= 40
    for capability in Capability:
        assert any(capability in fixture.observed for fixture in FIXTURES.values())
        assert any(capability in fixture.declared for fixture in FIXTURES.values())
        assert any(capability not in fixture.observed | fixture.declared for fixture in FIXTURES.values())
    assert sum(not fixture.observed and not fixture.declared for fixture in FIXTURES.values()) >= 8


@pytest.mark.parametrize("name", FIXTURES)
def test_what_a_package_declares_is_read_as_meant(name: str, tmp_path: Path) -> None:
    folder = FIXTURES[name].write(tmp_path / name)
    assert {one.capability for one in declared(read_package(folder).fields)} == FIXTURES[name].declared


def test_observed_capabilities_reach_nine_tenths_each(tmp_path: Path) -> None:
    found = {name: frozenset(scan(fixture.write(tmp_path / name)).observed) for name, fixture in FIXTURES.items()}
    assert low(scores(found, "observed")) == {}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"allowed-tools": "Read,Write"}, "read-files write-files"),
        ({"allowed-tools": ["Read", "Bash(git add:*)"]}, "read-files run-programs"),
        ({"allowed-tools": "Bash(*)"}, "run-shell"),
        ({"allowed-tools": "Read, *"}, " ".join(sorted(Capability))),
        ({"tools": ["*"]}, " ".join(sorted(Capability))),
        ({"permissions": {"all": True}}, " ".join(sorted(Capability))),
        ({"allowed-tools": "Bash(curl:*)"}, "fetch run-programs"),
        ({"allowed-tools": "Bash(sudo apt-get install:*)"}, "elevate install-packages run-programs"),
        ({"allowed-tools": "mcp__postgres__query"}, "database"),
        ({"allowed-tools": "run_shell_command read_file"}, "read-files run-shell"),
        ({"allowed_tools": "WebSearch"}, "fetch"),
        ({"permissions": "network"}, "fetch send"),
        ({"permissions": {"network": "false", "fs": "read"}}, "read-files"),
        ({"permissions": {"filesystem": ["read", "write"]}}, "read-files write-files"),
        ({"permissions": {"filesystem": {"read": "data", "write": "none"}}}, "read-files"),
        ({"capabilities": ["run-shell", "persist"]}, "persist run-shell"),
        ({"metadata": {"openclaw": '{"requires": {"bins": ["psql"]}}'}}, "database run-programs"),
        ({"metadata": {"openclaw": "no json"}}, ""),
        ({"metadata": {"clawdbot": {"requires": {"anyBins": ["sqlite3", "jq"]}}}}, "database run-programs"),
        ({"metadata": {"openclaw": {"primaryEnv": "OPENAI_API_KEY"}}}, "read-credentials read-environment"),
        ({"metadata": {"metier-capabilities": "spend; nothing of it"}}, ""),
        ({"metadata": {"metier-capabilities": ["spend", "no-such"]}}, "spend"),
        ({"compatibility": "Requires Python 3 and jq."}, "run-programs"),
        ({"compatibility": "Designed for any agent."}, ""),
        ({"description": "Fetches pages from the web, but does not run shell commands."}, "fetch"),
        ({"description": "Use without internet access."}, ""),
        ({}, ""),
    ],
)
def test_every_place_that_declares_is_understood(fields: dict[str, Any], expected: str) -> None:
    assert sorted({one.capability.value for one in declared(fields)}) == expected.split()


def test_a_declaration_names_its_field_and_whether_it_grants() -> None:
    found = declared({"allowed-tools": "WebFetch", "description": "Fetches a page from the web."})
    assert found == (
        Declaration(capability=Capability.FETCH, source="allowed-tools"),
        Declaration(capability=Capability.FETCH, source="description", grants=False),
    )


def test_words_explain_and_grant_nothing() -> None:
    told = Declaration(capability=Capability.SEND, source="description", grants=False)
    assert deviation([told], []).over == ()
    assert deviation([told], [Capability.SEND]).under == ()
    granted = Declaration(capability=Capability.SEND, source="permissions")
    assert deviation([granted], []).over == (Capability.SEND,)


def test_a_shell_covers_programs_and_nothing_else() -> None:
    shell = [Declaration(capability=Capability.RUN_SHELL, source="allowed-tools")]
    assert deviation(shell, [Capability.RUN_PROGRAMS]).under == ()
    for other in set(Capability) - {Capability.RUN_SHELL, Capability.RUN_PROGRAMS}:
        assert deviation(shell, [other]).under == (other,)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(["allowed-tools", "permissions", "metadata", "description", "compatibility", "capabilities"])


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(KEYS, ANYTHING, max_size=6))
def test_whatever_a_stranger_writes_is_read_without_a_fault(fields: dict[str, Any]) -> None:
    found = declared(fields)
    assert found == declared(fields)
    assert all(isinstance(one.capability, Capability) for one in found)


def test_tools_that_never_close_cost_their_length_and_not_its_square() -> None:
    begun = time.process_time()
    declared({"allowed-tools": "a(" * 32_000})
    assert time.process_time() - begun < 0.5


@pytest.mark.parametrize("text", ["[" * 60_000, '{"requires": {"env": ' + "[" * 600 + '"A_KEY"' + "]" * 600 + "}}"])
def test_json_of_any_depth_is_read_without_a_fault(text: str) -> None:
    found = {one.capability for one in declared({"metadata": {"openclaw": text}})}
    assert found == ({Capability.READ_CREDENTIALS, Capability.READ_ENVIRONMENT} if "A_KEY" in text else set())


@given(st.sets(st.sampled_from(Capability)), st.sets(st.sampled_from(Capability)))
def test_agreement_deviates_nowhere_and_less_declared_never_shrinks_the_gap(
    said: set[Capability], seen: set[Capability]
) -> None:
    honest = [Declaration(capability=c, source="s") for c in seen]
    apart = deviation(honest, seen)
    assert (apart.under, apart.over) == ((), ())
    some = [Declaration(capability=c, source="s") for c in said]
    assert set(deviation(some, seen).under) <= seen
    assert set(deviation(some, seen).over) <= said
    assert set(deviation(some[1:], seen).under) >= set(deviation(some, seen).under)
