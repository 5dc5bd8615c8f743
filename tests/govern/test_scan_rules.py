"""Does every rule do what it says: fire on the package that shows it, and pass over the one that does not?"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from house import ROOT
from metier.govern.scan import scan
from metier.govern.scan.rules import Rule, rules
from metier.verdict import Severity

RULES = [pytest.param(rule, id=name) for name, rule in rules().items() if not name.startswith("sign-")]
SIGNS = [pytest.param(rule, id=name) for name, rule in rules().items() if name.startswith("sign-")]
CODE = re.compile(r"AST(0[1-9]|10)|AITech-\d{1,2}\.\d{1,2}")


def write(package: dict[str, str], folder: Path) -> Path:
    """Write a package as a rule holds it: a link by an arrow in its name, bytes as characters below 256."""
    for name, text in package.items():
        path, _, target = name.partition("→")
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if target:
            place.symlink_to(target)
        else:
            place.write_bytes(text.encode("latin-1" if is_bytes(text) else "utf-8"))
    return folder


def is_bytes(text: str) -> bool:
    codes = [ord(character) for character in text]
    odd = any(code >= 128 or (code < 32 and code not in (9, 10, 13)) for code in codes)
    return odd and max(codes) < 256


def fired(package: dict[str, str], folder: Path) -> list[str]:
    return [finding.rule for finding in scan(write(package, folder)).findings]


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_fires_on_the_package_that_shows_it(rule: Rule, tmp_path: Path) -> None:
    assert rule.id in fired(rule.positive, tmp_path)


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_passes_over_the_package_that_does_not_show_it(rule: Rule, tmp_path: Path) -> None:
    assert rule.id not in fired(rule.negative, tmp_path)


@pytest.mark.parametrize("rule", SIGNS)
def test_a_sign_is_seen_in_its_text_alone(rule: Rule) -> None:
    def seen(package: dict[str, str]) -> bool:
        text = package["SKILL.md"]
        return any(pattern.search(line) for pattern in rule.patterns for line in text.splitlines())

    assert seen(rule.positive)
    assert not seen(rule.negative)


@pytest.mark.parametrize("rule", SIGNS)
def test_a_sign_alone_is_no_finding(rule: Rule, tmp_path: Path) -> None:
    assert rule.severity == Severity.NOTE
    assert rule.id not in fired(rule.positive, tmp_path)


@pytest.mark.parametrize("rule", [*RULES, *SIGNS])
def test_a_rule_says_what_why_and_what_to_do_instead(rule: Rule) -> None:
    for text in (rule.behaviour, rule.why, rule.fix):
        assert re.fullmatch(r"[^\W\d_a-z].*[.!?]", text), text
    assert rule.codes and all(CODE.fullmatch(code) for code in rule.codes), rule.codes
    assert rule.positive != rule.negative


def test_a_finding_carries_the_codes_of_its_rule(tmp_path: Path) -> None:
    rule = rules()["reverse-shell"]
    (finding,) = [f for f in scan(write(rule.positive, tmp_path)).findings if f.rule == rule.id]
    assert (finding.severity, finding.codes) == (rule.severity, rule.codes)


def test_the_page_of_the_rules_is_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, "docs/rules.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
