"""Do both engines find what a slow regular expression finds, in any text?"""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.discover.match import Matcher, Mention
from metier.discover.matching.lookup import Lookup, Place, Row
from metier.discover.matching.table import Table
from metier.discover.matching.words import WORD, canonical
from metier.errors import InputError
from metier.taxonomy import Concept, Taxonomy

PARTS = ["a", "b", "ab", "C++", "C", "#", ".n", "é", "É", "-", "\n", " ", "  ", "_", "1", "(", "\u2010", "&", "\0"]
HARD = ["ß", "SS", "İ", "ﬁ", "fi", "e\u0301", "\u0301", "\u0345", "😀", "\ud800", "\u037e", "ǆ", "\u1e9e"]
TEXT = st.lists(st.sampled_from(PARTS), max_size=14).map("".join)
HARD_TEXT = st.lists(st.sampled_from(PARTS + HARD), max_size=14).map("".join)


def oracle(forms: list[str], text: str) -> list[Place]:
    """Every place of every form in the canonical text, form by form."""
    said, origin = canonical(text)
    found = []
    for number, form in enumerate(forms):
        whole = re.compile(rf"(?<![{WORD}])(?={re.escape(form)}(?![{WORD}]))")
        for place in whole.finditer(said):
            start, end = place.start(), place.start() + len(form)
            if origin is None:
                found.append((start, end, number))
            elif start in origin and end in origin:
                found.append((origin[start], origin[end], number))
    return sorted(found)


def expected(forms: list[str], texts: list[str]) -> list[Row]:
    return [(number, *place) for number, text in enumerate(texts) for place in oracle(forms, text)]


def canonical_forms(written: list[str]) -> list[str]:
    forms = dict.fromkeys(canonical(one.replace("\0", " "))[0].strip(" ") for one in written)
    return [form for form in forms if form]


@given(st.lists(HARD_TEXT, max_size=8), st.lists(HARD_TEXT, max_size=4))
def test_both_engines_find_what_the_oracle_finds(written: list[str], texts: list[str]) -> None:
    forms = canonical_forms(written)
    assert Lookup(forms).rows(texts) == Table(forms).rows(texts) == expected(forms, texts)


@given(st.lists(TEXT, max_size=8), st.lists(TEXT, max_size=4))
def test_engines_agree_where_every_character_folds_to_one(written: list[str], texts: list[str]) -> None:
    forms = canonical_forms(written)
    assert Table(forms).rows(texts) == Lookup(forms).rows(texts) == expected(forms, texts)


def test_engines_agree_over_texts_of_many_buffers() -> None:
    draw = random.Random(3)
    words = ["manage", "data", "Teams", "C++", "naïve", "the", "risk", "plan", "R&D", "of"]
    texts = [" ".join(draw.choices(words, k=draw.randrange(0, 60))) for _ in range(3000)]
    texts.append(" ".join(draw.choices(words, k=40_000)))
    labels = {" ".join(draw.choices(words, k=draw.randrange(1, 4))) for _ in range(200)}
    taxonomy = Taxonomy(name="t", concepts=tuple(Concept(id=label, label=label) for label in sorted(labels)))
    fast = list(Matcher(taxonomy, engine="table").find_all(texts))
    assert fast == list(Matcher(taxonomy, engine="lookup").find_all(texts))
    assert sum(map(len, fast)) > 10_000


def test_no_form_runs_over_from_one_text_into_the_next() -> None:
    for engine in ("lookup", "table"):
        matcher = Matcher(Taxonomy(name="t", concepts=(Concept(id="x", label="a b"),)), engine=engine)
        assert list(matcher.find_all(["x a", "b", "", "a b"])) == [
            [],
            [],
            [],
            [Mention(concept="x", form="a b", start=0, end=3)],
        ]


def test_a_batch_gives_what_each_text_gives_alone() -> None:
    matcher = Matcher(Taxonomy(name="t", concepts=(Concept(id="x", label="maß"), Concept(id="y", label="tool"))))
    texts = ["MASS tool", "tool", "Maß – tool", ""]
    assert list(matcher.find_all(iter(texts))) == [list(matcher.find(text)) for text in texts]


def test_a_long_text_and_a_short_one_are_read_alike() -> None:
    matcher = Matcher(Taxonomy(name="t", concepts=(Concept(id="x", label="tool"),)))
    assert len(list(matcher.find("tool " * 4))) == 4
    assert len(list(matcher.find("tool " * 400))) == 400


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(InputError, match="lookup, table"):
        Matcher(Taxonomy(name="t"), engine="regex")
