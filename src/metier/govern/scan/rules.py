"""What does each rule mean? The rules are data: name, weight, the behaviour in one sentence, codes, reason, two examples."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any

from metier.govern.scan.triggers import Alternative
from metier.verdict import Severity

_WORD = re.compile(r"<(\w+)>")
"""A class of words in a pattern."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One behaviour that a scan looks for.

    Attributes:
        id: Its name.
        severity: What it weighs where nothing speaks for or against it.
        behaviour: One sentence.
        why: What harm follows, and where it is described.
        fix: What an honest author does instead.
        codes: OWASP Agentic Skills Top 10 and AITech.
        patterns: For prose: what shows it.
        unless: For prose: what in the same sentence takes it back.
        positive, negative: A package that shows it and one that does not, by path.
    """

    id: str
    severity: Severity
    behaviour: str
    why: str
    fix: str
    codes: tuple[str, ...] = ()
    patterns: tuple[Alternative, ...] = ()
    unless: Alternative | None = None
    positive: dict[str, str] = field(default_factory=dict)
    negative: dict[str, str] = field(default_factory=dict)


@lru_cache(maxsize=1)
def rules() -> dict[str, Rule]:
    """Every rule by its name.

    >>> rules()["reverse-shell"].severity.value
    'block'
    """
    found: dict[str, Rule] = {}
    for name in ("rules.toml", "prose.toml"):
        data = tomllib.loads(resources.files("metier.govern.scan").joinpath(name).read_text(encoding="utf-8"))
        words = data.get("words", {})
        found |= {entry["id"]: _rule(entry, words) for entry in data["rule"]}
    return found


def _rule(entry: dict[str, Any], words: Mapping[str, str]) -> Rule:
    patterns = [_WORD.sub(lambda found: words.get(found[1], found[0]), one) for one in entry.get("patterns", ())]
    return Rule(
        id=entry["id"],
        severity=Severity(entry["severity"]),
        behaviour=entry["behaviour"],
        why=entry["why"],
        fix=entry["fix"],
        codes=tuple(entry["codes"]),
        patterns=tuple(Alternative(pattern, re.IGNORECASE) for pattern in patterns),
        unless=Alternative(entry["unless"], re.IGNORECASE) if "unless" in entry else None,
        positive=dict(entry["positive"]),
        negative=dict(entry["negative"]),
    )
