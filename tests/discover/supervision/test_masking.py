"""Is the mention gone, the rest as it was, and the choice by chance alone?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from metier.discover.match import Matcher
from metier.discover.supervision.labelled import Labelled
from metier.discover.supervision.masking import mask
from metier.taxonomy import Concept, Taxonomy

SKILLS = Taxonomy(
    name="t",
    concepts=(
        Concept(id="java", label="Java", alt_labels=("J2EE",)),
        Concept(id="script", label="Java Script"),
        Concept(id="weld", label="welding"),
        Concept(id="weld-too", label="welding"),
    ),
)
MATCHER = Matcher(SKILLS)
WORDS = st.lists(st.sampled_from(["Java", "J2EE", "Java Script", "welding", "and", ",", "  ", "ﬁne"]), max_size=12)


def labelled(text: str) -> Labelled:
    mentions = tuple(MATCHER.find(text))
    return Labelled(text=text, concepts=tuple(sorted({m.concept for m in mentions})), mentions=mentions)


@given(WORDS, st.floats(0, 1), st.integers(0, 5), st.sampled_from(["[MASK]", "…", ""]))
def test_every_mention_that_is_left_stands_where_it_says(parts: list[str], share: float, seed: int, token: str) -> None:
    one = labelled(" ".join(parts))
    (made,) = mask([one], share=share, seed=seed, token=token)
    assert all(made.text[m.start : m.end] == m.form for m in made.mentions)
    assert set(made.masked) | {m.concept for m in made.mentions} == set(one.concepts)
    assert not set(made.masked) & {m.concept for m in made.mentions}
    assert made.concepts == one.concepts


@given(WORDS, st.floats(0, 1), st.integers(0, 5))
def test_a_masked_skill_is_named_no_more(parts: list[str], share: float, seed: int) -> None:
    (made,) = mask([labelled(" ".join(parts))], share=share, seed=seed)
    assert not set(made.masked) & {mention.concept for mention in MATCHER.find(made.text)}


def test_namesakes_are_masked_together() -> None:
    for seed in range(20):
        (made,) = mask([labelled("welding and more")], share=0.5, seed=seed)
        assert made.masked in ((), ("weld", "weld-too"))


def test_a_mention_cut_out_takes_one_blank_with_it() -> None:
    texts = ("Java runs", "we run Java", "we run Java.", "we run Java here", "(Java)")
    cut = [next(mask([labelled(text)], share=1, token="")).text for text in texts]
    assert cut == ["runs", "we run ", "we run .", "we run here", "()"]


def test_the_share_is_kept_and_follows_from_seed_and_sentence_alone() -> None:
    rows = [labelled(f"number {n} writes Java") for n in range(2000)]
    made = list(mask(rows, share=0.3))
    assert abs(sum(len(one.masked) for one in made) - 600) < 80
    assert list(mask(rows[::-1], share=0.3))[::-1] == made
    assert list(mask(rows, share=0.3, seed=1)) != made
    assert list(mask(rows, share=0.0)) == rows
