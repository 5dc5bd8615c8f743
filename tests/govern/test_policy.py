"""Is a policy strict by default, checked when it is read, and never able to let a block through?"""

from __future__ import annotations

from itertools import pairwise, product
from pathlib import Path

import pytest

from metier.errors import ConfigError
from metier.govern.judge import judge
from metier.govern.policy import ExposureMap, GovernPolicy, parse_policy, read_policy
from metier.skill import Skill
from metier.verdict import ExposureTier, Finding, Scan, Severity, VettingTier

NAMES = ("metadata", "instructions", "supervised", "autonomous")
TIERS = ("unvetted", "community", "organisation", "vendor")


def text(names: tuple[str, ...]) -> str:
    return "[exposure]\n" + "\n".join(f'{tier} = "{name}"' for tier, name in zip(TIERS, names, strict=True))


def test_the_strict_policy_asks_for_everything() -> None:
    policy = parse_policy("")
    assert policy == GovernPolicy()
    assert (policy.semantic, policy.behavioural) == ("required", "sandbox")
    assert [policy.ceiling(tier) for tier in VettingTier] == list(ExposureTier)


@pytest.mark.parametrize("names", list(product(NAMES, repeat=4)), ids=lambda names: "-".join(name[0] for name in names))
def test_a_map_is_taken_if_and_only_if_it_never_falls(names: tuple[str, ...]) -> None:
    places = [NAMES.index(name) for name in names]
    if all(one <= other for one, other in pairwise(places)):
        policy = parse_policy(text(names))
        assert [policy.ceiling(tier).value - 1 for tier in VettingTier] == places
    else:
        with pytest.raises(ConfigError, match="the map from vetting to exposure falls"):
            parse_policy(text(names))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("semantics = 'optional'", r"unknown key 'semantics'. Did you mean 'semantic'\?"),
        ("[exposure]\nvender = 'metadata'", r"unknown key 'exposure.vender'. Did you mean 'vendor'\?"),
        ("semantic = 'never'", "semantic: Input should be 'required' or 'optional'"),
        ("min_attempts = 0", "min_attempts to be at least 1, got 0"),
        ("promote_after = -1", "promote_after to be at least 1"),
        ("min_accuracy = 1.5", "min_accuracy to be between 0 and 1"),
        ("min_accuracy = nan", "min_accuracy to be between 0 and 1"),
        ("min_attempts = 'many'", "min_attempts"),
        ("min_attempts = true", "min_attempts to be a whole number, got True"),
        ("promote_after = '20'", "promote_after to be a whole number, got '20'"),
        ("min_attempts = 20.0", "min_attempts to be a whole number, got 20.0"),
        ("min_accuracy = '0.9'", "min_accuracy to be a number, got '0.9'"),
        ("[exposure]\nvendor = 'root'", "exposure.vendor"),
        ("[exposure]\nunvetted = 4", "exposure.unvetted"),
        ("semantic = ", "not TOML"),
    ],
)
def test_a_senseless_policy_is_refused(text: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        parse_policy(text)


def test_a_policy_is_read_from_a_file_and_named_in_its_faults(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text('semantic = "optional"\n', encoding="utf-8")
    assert read_policy(path).semantic == "optional"
    path.write_bytes(b'\xef\xbb\xbfsemantic = "optional"\r\n')
    assert read_policy(path).semantic == "optional"
    path.write_bytes(b"\xff")
    with pytest.raises(ConfigError, match=r"policy\.toml"):
        read_policy(path)
    with pytest.raises(ConfigError, match=r"nothing\.toml"):
        read_policy(tmp_path / "nothing.toml")


@pytest.mark.parametrize("severity", [Severity.BLOCK, Severity.REVIEW])
def test_no_policy_shows_more_than_the_metadata_of_what_failed(severity: Severity) -> None:
    loosest = GovernPolicy(semantic="optional", exposure=ExposureMap(**dict.fromkeys(TIERS, "autonomous")))  # type: ignore[arg-type]
    scan = Scan(findings=(Finding(rule="r", severity=severity, message="m"),))
    assert judge(Skill(name="s", description="d"), scan, policy=loosest).exposure == ExposureTier.METADATA


def test_the_settings_of_a_workspace_are_no_policy_file() -> None:
    with pytest.raises(ConfigError, match="got those of a metier") as refused:
        parse_policy('[workspace]\nname = "w"\n[govern]\nsemantic = "optional"\n')
    assert "-w" in refused.value.hint
