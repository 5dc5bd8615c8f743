"""Write docs/rules.md from the rules of the scan, or check with --check that it is up to date."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from metier.govern.scan.rules import Rule, rules

PAGE = Path(__file__).parent / "rules.md"
HEAD = """# The rules of the scan

*What does each finding mean, what harm follows, and what does an honest author do instead?*

Written by `make docs` from the rules themselves ([code](../src/metier/govern/scan/rules.toml),
[prose](../src/metier/govern/scan/prose.toml)); how they work together is told in [the scan](scan.md). The weight is
that of the behaviour where nothing speaks for or against it: a known installer, a warning, a test or the stated purpose
makes it less, a secret or a hidden place makes it more. Each rule has a package that shows it and one that does not,
and the tests scan both. Codes are those of the OWASP Agentic Skills Top 10 (AST) and of AITech.
"""
GROUPS = (
    (
        "What a package does",
        "Chains of facts in commands, code, files and archives.",
        lambda rule: not is_prose(rule),
    ),
    (
        "What it tells an agent",
        "Orders in prose.",
        lambda rule: is_prose(rule) and not is_sign(rule),
    ),
    (
        "Signs",
        "Each stands in honest prose as well and is no finding alone; several in one place add up.",
        lambda rule: is_sign(rule),
    ),
)


def page() -> str:
    """The whole page, one section a rule."""
    sections = [HEAD]
    for title, what, belongs in GROUPS:
        members = [rule for rule in rules().values() if belongs(rule)]
        sections.append(f"## {title}\n\n{what}\n\n" + "\n".join(lines(members)))
    return "\n".join(sections)


def lines(members: Iterable[Rule]) -> Iterator[str]:
    """The section of each rule."""
    for rule in members:
        yield f"### {rule.id}\n"
        yield f"**{rule.severity.value}** · {' · '.join(rule.codes)}\n"
        yield f"{rule.behaviour} {rule.why}"
        yield f"*Instead:* {rule.fix}\n"


def is_prose(rule: Rule) -> bool:
    """Whether it is looked for in sentences."""
    return bool(rule.patterns)


def is_sign(rule: Rule) -> bool:
    """Whether it counts only together with others."""
    return rule.id.startswith("sign-")


if __name__ == "__main__":
    if "--check" in sys.argv:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page():
            sys.exit("docs/rules.md is not what the rules say; write it again with: make docs")
    else:
        PAGE.write_text(page(), encoding="utf-8")
