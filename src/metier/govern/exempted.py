"""Whom does a new version except from what it does to everybody else?

A line that asks for one named maker, author or account, and then lets it pass, skips or raises it, bends a rule or a
ranking. Names that stand for a kind, as `admin` or `bot`, are no party.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from metier.govern.units import Unit
from metier.govern.versions import Loosening, Versions, told_of

_PARTY = r"(?:model|vendor|provider|supplier|maker|author|user(?:_?name)?|owner|company|brand|e?mail|account|customer|seller|sender|actor|login|committer|publisher|candidate|org(?:ani[sz]ation)?)"
_ASKED = re.compile(
    rf"(?<![a-zA-Z]){_PARTY}(?:[\"']?\]|\.name|\.login|\.id|\(\))?\)?(?:\.lower\(\)|\.toLowerCase\(\))?"
    r"\s{0,4}(?:===?|\.(?:starts?_?with|startsWith|endswith|endsWith|equals|includes|contains|matches)\??\(|=~|\bin\s*[\[({]|\bLIKE\b)"
    r"\s{0,4}[\"'/^](?P<who>[A-Za-z@][\w.@+-]{2,60})",
    re.I,
)
_CONDITION = re.compile(r"\b(?:if|elif|when|unless|case|where)\b|\?", re.I)
_LETS = re.compile(
    r"\b(?:continue|return|pass|skip\w*|next|break|approv\w*|allow\w*|accept\w*)\b|\+=|\*=|\bscore\b|\brank\b|\bmax\(",
    re.I,
)
_REFUSES = re.compile(r"\b(?:raise|throw|abort|reject|deny|error|exit|return\s+(?:False|false|1|None|null))\b", re.I)
_KIND = re.compile(
    r"(?:admin\w*|root|system|unknown|none|null|guest|anonymous|default|all|any|bot|dependabot\S*|github-actions\S*|renovate\S*|test\w*|example\w*|local\w*|self|user|owner|member|true|false|gpt\S*|claude\S*|gemini\S*|llama\S*|text-\S*|openai|anthropic|google|azure|bedrock|ollama)$",
    re.I,
)
"""What names a kind, or a service that a client speaks to in a way of its own."""


def exempted(both: Versions) -> Iterator[Loosening]:
    """New conditions that let one named party pass, of which the old version said nothing."""
    said = " ".join(unit.key.lower() for unit in both.said)
    for unit in both.fresh:
        asked = _ASKED.search(unit.text) if unit.is_code and _CONDITION.search(unit.text) else None
        if asked and not _KIND.match(asked["who"]) and asked["who"].lower() not in said and _lets(unit, both):
            yield told_of(unit, f"makes an exception for {asked['who']}")


def _lets(unit: Unit, both: Versions) -> bool:
    """Whether a condition, or the line behind it, lets pass what it asks for."""
    behind = both.says_at.get((unit.path, unit.line + 1))
    done = behind.text if behind is not None and behind.indent > unit.indent else unit.text.rpartition(":")[2]
    return _LETS.search(done) is not None and _REFUSES.search(done) is None
