"""Is the likeness of two models drawn as it was measured, and is what comes from outside text?"""

from __future__ import annotations

import re

import numpy as np

from metier.evaluate.representation import contrast, likeness
from metier.faces.represented import as_page


def drawn(*, noise: bool = True) -> str:
    """A page over three layers: the first is the same for all statements, the second alike, the third unlike."""
    chance = np.random.default_rng(3)
    fact, query, text, other = (chance.normal(size=(30, 3, 16)) for _ in range(4))
    fact[:, 0], query[:, 0], other[:, 0], text[:, 0] = 1.0, 1.0, 1.0, 1.0
    away = fact.copy()
    away[:, 2] = other[:, 2]
    random = {"random_one": text, "random_other": text} if noise else {}
    kinds = {"facts": likeness(fact, away, permutations=199, **random), "queries": likeness(query, query)}
    return as_page("<b>base</b>", "tuned", kinds, contrast=contrast(fact, away, query, query))


def test_a_mark_is_filled_where_a_layer_is_beyond_chance() -> None:
    facts = re.search(r'<g class="line fact"><title>facts</title>.*?</g>', drawn())
    assert facts
    assert re.findall(r'class="(mark[^"]*)"', facts[0]) == ["mark hollow", "mark", "mark hollow"]


def test_lines_bands_and_null_are_there_and_random_text_only_where_it_was_measured() -> None:
    page = drawn()
    first = page.split("<svg", 2)[1]
    assert (first.count("<polyline"), first.count("<polygon")) == (5, 4)
    assert "facts, paired at random" in first
    assert "random text</text>" in first
    assert "random text</text>" not in drawn(noise=False)


def test_names_of_models_are_text() -> None:
    page = drawn()
    assert "<b>base</b>" not in page.split("<body>")[1].split("eyebrow")[1].split("</p>", 1)[1]
    assert "&lt;b&gt;base&lt;/b&gt;" in page
