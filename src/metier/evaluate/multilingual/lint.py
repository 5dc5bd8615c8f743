"""What speaks against a benchmark, as far as its card tells? All findings at once, by the six characteristics.

The characteristics are those of arXiv 2504.15521, section 5; which statements bear on them is our reading. A linter of
cards judges statements, not items: a card without findings may still describe a bad benchmark.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from metier.evaluate.multilingual.card import BUCKETS, Card
from metier.evaluate.multilingual.languages import language_code, language_name

Characteristic = Literal[
    "accurate",
    "contamination-free",
    "challenging",
    "practically relevant",
    "linguistically diverse",
    "culturally authentic",
]
Level = Literal["error", "weak", "unstated"]
Standing = Literal["met", "weak", "unstated"]

CHARACTERISTICS: tuple[Characteristic, ...] = get_args(Characteristic)

_OPEN_WEB = ("wikipedia", "common crawl", "commoncrawl", "web", "github", "reddit", "twitter", "news")
_SMALL = 385
"""Items below which the 95 % interval of a share near one half is wider than 10 points: 1.96² · 0.25 / 0.05²."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFinding:
    """One thing that speaks against a card.

    Attributes:
        card: The name of the benchmark.
        rule: A short name to look up or to silence.
        characteristic: What it bears on; empty for the form of the card itself.
        level: "error": the card contradicts itself or cannot be read; "weak": it states something that counts against
            the benchmark; "unstated": it does not say what one must know.
    """

    card: str
    rule: str
    characteristic: Characteristic | Literal[""]
    level: Level
    message: str


def lint_cards(cards: Iterable[Card]) -> list[CardFinding]:
    """Collect every finding of every card, in their order; a name that comes twice is one too.

    >>> [finding.rule for finding in lint_cards([Card(name="X", languages=("Elvish", "German", "de"))])][:2]
    ['unknown-language', 'language-twice']
    """
    findings: list[CardFinding] = []
    seen: Counter[str] = Counter()
    for card in cards:
        key = card.name.strip().casefold()
        seen[key] += 1
        if seen[key] == 2:
            findings.append(_finding(card, "name-twice", "", "error", "Another card has the same name."))
        findings += lint_card(card)
    return findings


def lint_card(card: Card) -> list[CardFinding]:
    """Collect every finding of one card.

    >>> card = Card(name="X", languages=("German",), translation=("google",), localized=False, reviewed=False)
    >>> [f.rule for f in lint_card(card) if f.characteristic == "culturally authentic"]
    ['not-localized', 'no-native-annotators']
    """
    rules = (_form, _accurate, _uncontaminated, _challenging, _relevant, _diverse, _authentic)
    return [finding for rule in rules for finding in rule(card)]


def standing(card: Card) -> dict[Characteristic, Standing]:
    """Where a card stands on each characteristic: "weak" weighs more than "unstated", and "met" means no finding.

    >>> standing(Card(name="X", languages=("German",)))["accurate"]
    'unstated'
    """
    levels = {name: {f.level for f in lint_card(card) if f.characteristic == name} for name in CHARACTERISTICS}
    return {name: "weak" if found - {"unstated"} else "unstated" if found else "met" for name, found in levels.items()}


def _form(card: Card) -> Iterator[CardFinding]:
    def fault(rule: str, message: str) -> CardFinding:
        return _finding(card, rule, "", "error", message)

    if not card.name.strip():
        yield fault("no-name", "It has no name.")
    if not card.languages:
        yield fault("no-language", "It names no language.")
    codes = [language_code(name) for name in card.languages]
    for name, code in zip(card.languages, codes, strict=True):
        if code is None:
            yield fault("unknown-language", f"No language is known as {name!r}; write its ISO 639-3 code.")
    for code, count in Counter(code for code in codes if code).items():
        if count > 1:
            yield fault("language-twice", f"{language_name(code)} is named {count} times.")
    if card.published and not re.fullmatch(r"(19|20)\d\d-(0[1-9]|1[0-2])", card.published):
        yield fault("published-form", f"Expected a year and month such as 2024-05, got {card.published!r}.")
    if "none" in card.translation and len(card.translation) > 1:
        yield fault("translation-contradicts", "It is said to be both translated and not translated.")
    yield from _impossible(card)


def _impossible(card: Card) -> Iterator[CardFinding]:
    """Numbers that cannot be, alone or beside each other."""
    for name, low in (("chance", 0), ("human", 0), ("best", 0), ("agreement", -1)):
        value = getattr(card, name)
        if value is not None and not low <= value <= 1:
            yield _finding(card, f"{name}-range", "", "error", f"Expected {name} between {low} and 1, got {value}.")
    if card.num_items is not None and card.num_items < 1:
        yield _finding(card, "num-items-range", "", "error", f"Expected at least 1 item, got {card.num_items}.")
    elif card.num_items is not None and card.size is not None:
        low, high = BUCKETS[card.size]
        if card.num_items < low or (card.num_items > high and card.size != ">100K"):
            message = f"{card.num_items} items do not lie in the bucket {card.size!r}."
            yield _finding(card, "size-contradicts", "", "error", message)
    if card.category == "generative" and card.chance:
        yield _finding(card, "chance-contradicts", "", "error", "Free writing has no score of guessing above 0.")


def _accurate(card: Card) -> Iterator[CardFinding]:
    machine = [one for one in card.translation if one not in ("none", "human")]
    if (machine or "model" in card.annotators) and card.reviewed is not True:
        level: Level = "weak" if card.reviewed is False else "unstated"
        yield _finding(card, "machine-unreviewed", "accurate", level, "What a machine made was not checked by people.")
    if not card.annotators:
        yield _finding(card, "annotators", "accurate", "unstated", "It does not say who labelled it.")
    if card.agreement is None:
        yield _finding(card, "agreement", "accurate", "unstated", "No agreement of annotators is given.")
    elif card.agreement < 0.667:
        message = f"Annotators agree at {card.agreement:g} only; 0.667 is the usual floor (Krippendorff)."
        yield _finding(card, "agreement", "accurate", "weak", message)


def _uncontaminated(card: Card) -> Iterator[CardFinding]:
    name: Characteristic = "contamination-free"
    if card.is_public is None:
        yield _finding(card, "public-answers", name, "unstated", "It does not say whether test answers are public.")
    elif card.is_public and card.canary is not True:
        yield _finding(card, "public-answers", name, "weak", "Test answers are public and carry no canary.")
    web = [text for text in card.source if any(word in text.casefold() for word in _OPEN_WEB)]
    if web:
        yield _finding(card, "web-source", name, "weak", f"Its texts come from what models train on: {', '.join(web)}.")
    if not card.published:
        yield _finding(card, "published", name, "unstated", "It has no date to hold against a model's training data.")


def _challenging(card: Card) -> Iterator[CardFinding]:
    name: Characteristic = "challenging"
    if card.best is None:
        yield _finding(card, "best-score", name, "unstated", "The score of the best model is not given.")
    elif card.best >= min(0.95, card.human if card.human is not None else 1.0):
        yield _finding(card, "saturated", name, "weak", f"The best model scores {card.best:g} already.")
    if card.human is None:
        yield _finding(card, "human-score", name, "unstated", "The score of people is not given.")
    if card.chance is None and card.category in ("discriminative", "both"):
        yield _finding(card, "chance-score", name, "unstated", "The score of guessing is not given.")
    most = card.num_items if card.num_items is not None else BUCKETS[card.size][1] if card.size else None
    if most is not None and card.languages and most / len(card.languages) < _SMALL:
        message = f"Fewer than {_SMALL} items a language: the interval of a score is wider than 10 points."
        yield _finding(card, "small", name, "weak", message)


def _relevant(card: Card) -> Iterator[CardFinding]:
    name: Characteristic = "practically relevant"
    if not card.tasks:
        yield _finding(card, "tasks", name, "unstated", "It names no task.")
    if card.category is None:
        yield _finding(card, "category", name, "unstated", "It does not say whether answers are chosen or written.")
    elif card.category == "discriminative":
        message = "Answers are chosen only; what people ask of a model is mostly written."
        yield _finding(card, "chosen-only", name, "weak", message)
    if not card.domains:
        yield _finding(card, "domains", name, "unstated", "It names no domain.")


def _diverse(card: Card) -> Iterator[CardFinding]:
    name: Characteristic = "linguistically diverse"
    codes = {language_code(one) for one in card.languages} - {None}
    if codes == {"eng"}:
        yield _finding(card, "english-only", name, "weak", "Its only language is English.")
    elif len(codes) == 1:
        yield _finding(card, "one-language", name, "weak", "It covers one language.")
    if not card.dialects:
        yield _finding(card, "dialects", name, "unstated", "It does not say which varieties are covered.")


def _authentic(card: Card) -> Iterator[CardFinding]:
    name: Characteristic = "culturally authentic"
    if not card.translation:
        yield _finding(card, "translation", name, "unstated", "It does not say whether items were translated.")
    elif card.is_translated and card.localized is not True:
        level: Level = "weak" if card.localized is False else "unstated"
        yield _finding(card, "not-localized", name, level, "Items were translated, not adapted to a culture.")
    if "native" not in card.annotators:
        level = "weak" if card.annotators else "unstated"
        yield _finding(card, "no-native-annotators", name, level, "No native speaker is said to have worked on it.")


def _finding(
    card: Card, rule: str, characteristic: Characteristic | Literal[""], level: Level, message: str
) -> CardFinding:
    return CardFinding(card=card.name, rule=rule, characteristic=characteristic, level=level, message=message)
