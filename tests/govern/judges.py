"""Models that answer by a rule, and pass the controls."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from metier.client import Request
from metier.clients.rule import RuleClient
from metier.govern.controls import pairs

NOTHING = json.dumps({"purpose": "It helps.", "points": []})


def shown_in(request: Request) -> Mapping[str, str] | None:
    """The texts of the control that a request shows, if it shows one."""
    said = request.messages[1].content
    every = (texts for pair in pairs() for texts in (pair.harmful, pair.harmless))
    return next((texts for texts in every if all(text.strip() in said for text in texts.values())), None)


def objection(texts: Mapping[str, str]) -> str:
    """A reply that objects to a package, in words that stand in it."""
    path, text = [*texts.items()][-1]
    point = {"path": path, "quote": text.strip().splitlines()[-1], "severity": "block", "why": "It harms."}
    return json.dumps({"purpose": "It helps.", "points": [point]})


def able_judge(otherwise: Callable[[Request], str], *, name: str = "judge") -> RuleClient:
    """A model that knows the controls, and answers anything else by a rule."""

    def answer(request: Request) -> str:
        texts = shown_in(request)
        if texts is None:
            return otherwise(request)
        return objection(texts) if any(texts == pair.harmful for pair in pairs()) else NOTHING

    return RuleClient(answer, name=name)
