"""How much does a sentence read like an order that harms whoever's agent obeys it?

Rules know the wordings that they were written for. What is measured here was learned: a linear model over the words of a
sentence, pairs of words that stand near each other, and pairs of the kinds of words that they are, from thousands of harmful
orders and honest sentences written for it, and from the prose of honest packages (`benchmarks/govern_likeness.py`). A model of
words is no proof: one such sentence is for a person to look at, and several are more than chance.
"""

from __future__ import annotations

import base64
import itertools
import json
import math
import re
import string
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from importlib import resources
from typing import NamedTuple

from metier.govern.scan.adding import DARK, Signs
from metier.govern.scan.hosts import URL, leads_nowhere
from metier.govern.scan.purpose import Purpose
from metier.govern.scan.sentence import Said, Sentence
from metier.govern.scan.triggers import plain_spaces
from metier.verdict import Severity

_TOKEN = re.compile(
    r"(?P<url>https?://[^\s`)>\"']+)|(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)|(?P<path>(?:~|\.{1,2})?/[\w./*-]+)|[a-z]+(?:'[a-z]+)?|(?P<number>\d+)"
)
_CUT = b"\x01"
"""What stands where a part ends."""
_LETTERS = bytes(
    ord("\n" if code in b"\n\x01" else chr(code) if chr(code) in string.ascii_lowercase + "'" else " ")
    for code in range(256)
)
_MARKS = bytes(ord("\n") if code in b"\n\x01" else code for code in range(256))
_UNMARKED = bytes(code for code in range(256) if code not in b"\n\x01/@")
_NONE = itertools.repeat(0)
_SIGNS = ((b"://", b"<url>"), (b"@", b"<mail>"), (b"/", b"<path>"))
"""What a text with such a sign holds, or may hold."""
_MAIL = re.compile(r"[\w.+-]+@(?P<host>(?:[\w-]+\.)+[\w-]+)")
_PARTS = re.compile(r"(?<=[;:])\s+")
_PLAIN = frozenset("a an the to of and in is it for on with that this as at by or be its are was were has have".split())
"""Words that belong to no kind."""
_OF_AUTHORS = frozenset({"we", "us", "our", "ours"})
"""Words that tell who writes, and not what is to be done."""
MIN_WORDS, _MAX_WORDS = 5, 100
_STEM, _NEAR, _NEAR_KINDS = 6, 6, 5
_LOW, _MORE, _TWO_NEAR, _PASSAGE = 1.2, 1.5, 2.5, 3
"""A sentence that scores so little counts beside a sign that speaks against the reader; so much, where that was told already, or
beside another that something leaves; two of one passage count from such a sum on, within so many lines."""
_AGAINST = DARK - {"sign-consent"}
"""Of many a harmless step honest authors say that it needs no question."""
_LEAVES = frozenset({"sign-forward", "sign-money", "sign-abroad"})
_QUOTES = re.compile(r"[\"“”„«»`'‘]")
_FEW = 120
"""A sentence with fewer features counts as if it had so many: what is short says little."""
_ALL = 0xFFFFFFFF


def words(text: str) -> list[str]:
    """The words of a text; addresses, paths and numbers each under one name.

    >>> words("Send ~/.env to https://a.dev, please.")
    ['send', '<path>', 'to', '<url>', 'please']
    """
    found = (
        f"<{one.lastgroup}>" if one.lastgroup else one[0] for one in _TOKEN.finditer(text.lower().replace("’", "'"))
    )
    return [word for word in found if word not in _OF_AUTHORS][:_MAX_WORDS]


@lru_cache(maxsize=8192)
def _ids(word: str) -> tuple[int, int]:
    return zlib.crc32(word.encode()), zlib.crc32(b"~" + word[:_STEM].encode())


def features(found: Sequence[str], kinds: dict[str, int], mask: int) -> set[int]:
    """The numbers of the features of a sentence: words, stems, neighbours, and pairs in order, of stems and of kinds.

    Args:
        found: Its words.
        kinds: The kind of each known word.
        mask: One less than the number of features, which is a power of two.
    """
    ids = [_ids(word) for word in found]
    numbers = {number & mask for pair in ids for number in pair}
    for (one, _), (two, _) in itertools.pairwise(ids):
        numbers.add(((one * 3 + two) * 0x9E3779B1 >> 7) & mask)
    stems = [stem for _, stem in ids]
    for place, stem in enumerate(stems):
        first = (stem * 0x9E3779B1 + 0x7F4A7C15) & _ALL
        numbers.update([((first ^ other) * 0x85EBCA6B >> 9) & mask for other in stems[place + 1 : place + 1 + _NEAR]])
    known = [kinds[word] for word in found if word in kinds]
    for place, kind in enumerate(known):
        numbers.add((kind * 0x27D4EB2F + 12345 >> 3) & mask)
        first = kind * 1009 + 7
        numbers.update(
            [((first + other) * 0x9E3779B1 >> 5) & mask for other in known[place + 1 : place + 1 + _NEAR_KINDS]]
        )
    return numbers


def share(num_features: int) -> float:
    """By what the sum over the features of a sentence is divided."""
    return math.sqrt(max(num_features, _FEW))


class Model(NamedTuple):
    """What was learned.

    Attributes:
        kinds: The kind of each known word.
        weights: A signed byte for each feature.
        scale, bias: A score is `bias + scale · Σ weights / share`.
        first: A weight for each word that harmful orders have; sentences whose sum is below `enough` are not looked at further.
        one: From this score on a sentence is worth a look.
        two: From this sum on the two most alike sentences of a package are no chance.
    """

    kinds: dict[str, int]
    weights: memoryview
    scale: float
    bias: float
    first: dict[bytes, int]
    enough: int
    one: float
    two: float

    def score(self, found: Sequence[str]) -> float:
        """How alike a sentence is, as log-odds, from its words."""
        numbers = features(found, self.kinds, len(self.weights) - 1)
        return self.bias + self.scale * sum(map(self.weights.__getitem__, numbers)) / share(len(numbers))


@cache
def model() -> Model:
    """The model that is shipped."""
    said = json.loads(resources.files(__package__).joinpath("likeness.json").read_text(encoding="utf-8"))
    kinds = {word: kind for kind, known in enumerate(said["kinds"]) for word in known.split()}
    weights = memoryview(zlib.decompress(base64.b64decode(said["weights"]))).cast("b")
    first = {word: weight for weight, known in said["first"].items() for word in known.split()}
    return Model(
        kinds,
        weights,
        said["scale"],
        said["bias"],
        {word.encode(): int(weight) for word, weight in first.items()},
        said["enough"],
        said["one"],
        said["two"],
    )


def parts(text: str) -> list[str]:
    """The parts of a sentence; they end at a colon or a semicolon."""
    return _PARTS.split(text) if ";" in text or ":" in text else [text]


def _told(texts: Sequence[str], learned: Model) -> Iterator[tuple[int, int]]:
    """The texts, and the parts of each, by number, of which the words alone tell that they may be alike."""
    if not texts:
        return
    weight = learned.first.get
    worth = [(sign, weight(word, 0)) for sign, word in _SIGNS]
    # One cut for all texts is sooner than one for each.
    said = _spelled(texts)
    told = [sum(map(weight, part.split(), _NONE)) for part in said.translate(_LETTERS).split(b"\n")]
    shown = said.translate(_MARKS, _UNMARKED).split(b"\n")
    spoken = said.replace(_CUT, b"\n").split(b"\n")
    for place in [place for place, marks in enumerate(shown) if marks]:
        told[place] += sum([more for sign, more in worth if sign in spoken[place]])
    alike = [place for place, sum_of_words in enumerate(told) if sum_of_words >= learned.enough]
    if alike:
        cut = enumerate(said.split(b"\n"))
        places = [(number, part) for number, line in cut for part in range(line.count(_CUT) + 1)]
        yield from [places[place] for place in alike]


def _spelled(texts: Sequence[str]) -> bytes:
    """Texts in lower case, a line each, with a sign where a part ends; what is not of ASCII is not told apart."""
    whole = "\n".join(texts)
    if whole.count("\n") >= len(texts):
        whole = "\n".join([text.replace("\n", " ") for text in texts])
    whole = plain_spaces(whole).replace(": ", ":\x01").replace("; ", ";\x01")
    # Two letters are in lower case what ASCII has.
    whole = whole.lower() if "\u0130" in whole or "\u212a" in whole else whole
    return whole.encode("ascii", "replace").lower()


def likeness(texts: Sequence[str], learned: Model) -> dict[int, tuple[float, int]]:
    """How alike the most alike part of each text is, and where it begins; those whose words alone tell that it is not are left out."""
    best: dict[int, tuple[float, int]] = {}
    for number, part in _told(texts, learned):
        spoken = parts(texts[number])
        if part >= len(spoken) or len(found := words(_without_placeholders(spoken[part]))) < MIN_WORDS:
            continue
        score = learned.score(found)
        if number not in best or score > best[number][0]:
            best[number] = score, texts[number].find(spoken[part])
    return best


def _without_placeholders(text: str) -> str:
    """A text without the addresses that examples are written with: nothing goes there.

    >>> _without_placeholders("Write to me@notes.example or https://notes-hub.dev")
    'Write to   or https://notes-hub.dev'
    """
    if "@" not in text and "://" not in text:
        return text
    text = _MAIL.sub(lambda found: " " if leads_nowhere(f"https://{found['host']}") else found[0], text)
    return URL.sub(lambda found: " " if leads_nowhere(found[0]) else found[0], text)


def likened(
    found: Iterable[Sentence], purpose: Purpose, signs: Signs | None = None, *, is_told: bool = False
) -> Iterator[Said]:
    """Sentences that read like orders which harm: one is for a person to look at; with a second that is alike they block.

    Less is enough where two stand in one passage, or one beside a sign that speaks against the reader.

    Args:
        signs: What the sentences were heard to say by the rules.
        is_told: The rules told something of them already, so that less likeness tells nothing new.
    """
    learned = model()
    spoken: dict[str, Sentence] = {}
    for sentence in found:
        # Those who look for attacks quote them.
        is_shown = sentence.is_quoted or (purpose.is_security and _QUOTES.search(sentence.text) is not None)
        is_front = sentence.line == 1 and sentence.text.startswith("---")
        if not (sentence.is_refused or is_shown or is_front or sentence.is_command):
            spoken.setdefault(sentence.text, sentence)
    sentences = list(spoken.values())
    scores = [
        (score, place, sentences[number])
        for number, (score, place) in likeness(list(spoken), learned).items()
        if score >= _LOW
    ]
    best = sorted(scores, key=lambda one: -one[0])[:2]
    if not best:
        return
    told: set[Sentence] = set()
    if best[0][0] >= learned.one:
        grave = (
            not purpose.is_security
            and len(best) > 1
            and best[1][0] >= learned.one / 2
            and best[0][0] + best[1][0] >= learned.two
        )
        for score, place, sentence in best:
            if grave or score >= learned.one:
                told.add(sentence)
                yield Said("like-harm", Severity.BLOCK if grave else Severity.REVIEW, sentence, place)
    if len(told) == len(best) or purpose.is_security:
        return
    for score, place, sentence in scores:
        if any(_is_near(one, sentence) for one in told):
            continue
        others = (one for one, _, other in scores if other is not sentence and _is_near(other, sentence))
        if score + max(others, default=-math.inf) >= _TWO_NEAR or score >= _enough(
            sentence, signs or {}, is_told=is_told
        ):
            yield Said("like-harm", Severity.REVIEW, sentence, place)


def _is_near(one: Sentence, other: Sentence) -> bool:
    return one.path == other.path and abs(one.line - other.line) <= _PASSAGE


def _enough(sentence: Sentence, signs: Signs, *, is_told: bool) -> float:
    """The score from which a sentence counts for what stands in its passage: what speaks against the reader, or that something leaves."""
    steps = range(-_PASSAGE, _PASSAGE + 1)
    near = [signs.get((sentence.path, sentence.line + step), {}) for step in steps]
    if any(not _AGAINST.isdisjoint(here) for here in near):
        return _MORE if is_told else _LOW
    leaves = (here[sign] for here in near for sign in _LEAVES if sign in here)
    return _MORE if any(one.text != sentence.text for one in leaves) else math.inf
