"""Which words does a text hold? The one analysis that requests and skills share.

Names in code are taken apart and also kept whole (`CUDA-Q` gives `cuda`, `q` and `cudaq`), so a request finds them
however they are written. Chinese, Japanese, Korean, Thai, Lao, Burmese and Khmer, which put few spaces or none, give
pairs of characters. Accents, and the points of Arabic and Hebrew, do not count: who asks may leave them out, and no
name has any.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

_WORD = re.compile(r"[^\W_]+(?:[-_./+'’][^\W_]+)*")
_PART = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_PLURAL = re.compile(r"(?<![A-Za-z])([A-Z]{2,})s(?![A-Za-z])")
_SHORTENED = re.compile(r"(?<=[^\W\d_])(?:(?<!\bca)n['’]t|['’](?:s|t|d|ll|re|ve|m))(?![\w'’])", re.IGNORECASE)
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_LEFT_OUT = re.compile("[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670]")
_IS_UNSPACED = re.compile(f"[{_UNSPACED}]+")
_MAX_COMPOUND_PARTS = 6
_MAX_LETTERS = 40
"""Longer runs are hashes, keys and encoded files, which nobody asks for by their letters."""

STOP = frozenset(
    _WORD.findall(
        """
    a about above after again all also am an and any are as at be because been before being between both but by can
    cannot could did do does doing down during each either few for from further get had has have having he her here
    hers him his how i if in into is it its itself just let like ll me more most my no nor not now of off on once
    one only or other our out over own please re same she should so some such t than that the their them then there
    these they this those through to too under until up us very want was we were what when where which while who
    whom why will with would you your yours ve don s need wo
    """
    )
)
"""English words that say nothing of the matter."""

CHAT = frozenset(
    _WORD.findall(
        """
    going got give go hello help hi know make now okay right run running show something anything someone everything
    sure tell thank thanks thing try use used using walk way work working
    """
    )
)
"""Words in which people wrap a request. They count in a skill, where they may be meant, and not in a request."""

_ENDINGS = (
    ("ization", "iz"), ("isation", "iz"), ("ational", "at"), ("fulness", ""), ("ousness", ""), ("iveness", ""),
    ("ations", ""), ("ation", ""), ("ators", ""), ("ator", ""), ("ments", ""), ("ment", ""), ("ingly", ""),
    ("edly", ""), ("ings", ""), ("ing", ""), ("ions", ""), ("ion", ""), ("ers", ""), ("ed", ""), ("er", ""),
    ("ly", ""), ("ive", ""), ("al", ""), ("able", ""), ("or", ""), ("iz", ""), ("ness", ""), ("ance", ""),
    ("ence", ""),
)  # fmt: skip
_ELL = re.compile(r"[a-z]*[aeiouy][a-z]*ell")
"""Words of several syllables, whose l is doubled in Britain alone: `modelling`, and not `selling`."""

_SHORT_STEM = frozenset(("ing", "ings", "ed", "ly", "ization", "isation", "ational", "fulness", "ness"))

_SPELLINGS = (
    ("is", "iz", re.compile(r"(?<=[a-z]{2}[a-bd-uw-z])is(?=(?:e|es|ed|ing|er|ers|able)$)")),
    ("ys", "yz", re.compile(r"(?<=[a-z]{2}l)ys(?=(?:e|es|ed|ing|er|ers)$)")),
    ("our", "or", re.compile(r"(?<=[a-z]{3})our(?=(?:s|ed|ing|al|able|ite|ites|ful|less)?$)")),
    ("re", "er", re.compile(r"(?<=[a-z]{2}[bt])re(?=s?$)")),
    ("ogue", "og", re.compile(r"(?<=[a-z]{3})ogue(?=s?$)")),
    ("mme", "m", re.compile(r"(?<=gra)mme(?=s?$)")),
    ("enc", "ens", re.compile(r"(?<=^lic|^def|^off)enc(?=e[sd]?$)")),
)  # fmt: skip
"""How British endings are written in America. Not after c and v, as `revise` is to meet `revision`."""


def words(text: str) -> list[str]:
    """The words of a text in order, lower-cased, without stop words; compounds follow their parts.

    >>> words("Install CUDA-Q on my GPU")
    ['install', 'cuda', 'q', 'cudaq', 'gpu']
    >>> words("I'd like GPUs that don't idle")
    ['gpu', 'idle']
    >>> words("部署模型"), words("la météo"), words("मौसम")
    (['部署', '署模', '模型'], ['la', 'meteo'], ['मौसम'])
    """
    return [word for word in every_word(text) if word not in STOP]


def asked_words(request: str) -> list[str]:
    """The words of a request that say what it is about; all its words if none does.

    >>> asked_words("Can you walk me through it? My kernel is slow.")
    ['kernel', 'slow']
    """
    found = words(request)
    return [word for word in found if word not in CHAT] or found


def every_word(text: str) -> Iterator[str]:
    """Like `words`, stop words included."""
    text = _PLURAL.sub(r"\1", _folded(text))  # "GPUs" is not `gp` and `us`
    if "'" in text or "’" in text:  # else "I'd" would also be the word `id`
        text = _SHORTENED.sub(" ", text)
    for match in (_WORD if text.isascii() else _marked().word).finditer(text):
        parts = _parts(match[0])
        for part in parts:
            if part.isascii():
                yield part.lower()[:_MAX_LETTERS]
            else:
                yield from _unspaced(part.lower()[:_MAX_LETTERS])
        if 1 < len(parts) <= _MAX_COMPOUND_PARTS:
            whole = "".join(parts).lower()
            if len(whole) <= _MAX_LETTERS:
                yield whole


@lru_cache(maxsize=1 << 15)
def stem(word: str) -> str:
    """Cut the ending of an English word, roughly: what is grammatically near meets, and little else does.

    >>> [stem(word) for word in ("configure", "configuring", "configurations", "policies", "gpus")]
    ['configur', 'configur', 'configur', 'polici', 'gpu']
    >>> [stem(word) for word in ("optimise", "optimizing", "colours", "color", "labelled", "labeling")]
    ['optimiz', 'optimiz', 'color', 'color', 'label', 'label']
    """
    if len(word) <= 3 or not (word.isascii() and word.isalpha()):
        return word
    word = _singular(_american(word))
    if word.endswith(("eed", "embed")):  # no past tense
        return word
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= (3 if ending in _SHORT_STEM else 4):
            word = word[: -len(ending)] + instead
            break
    if len(word) > 4 and word[-1] == word[-2] and (word[-1] in "bdgmnprt" or _ELL.fullmatch(word)):
        word = word[:-1]
    if len(word) > 4 and word[-1] == "e":
        word = word[:-1]
    return word[:-1] + "i" if len(word) > 3 and word[-1] == "y" else word


def pairs(found: Iterable[str]) -> list[int]:
    """Number each pair of neighbouring words by the CRC-32 of both, in order.

    >>> len(pairs(["route", "delivery", "trucks"]))
    2
    """
    return [zlib.crc32(f"{one} {two}".encode("utf-8", "replace")) for one, two in pairwise(found)]


def letters(text: str) -> str:
    """A text for comparing letter by letter: lower case, words without stop words, single spaces round each.

    >>> letters("Install the CUDA-Q!")
    ' install cuda q '
    """
    text = _folded(text).lower()
    found = re.findall(r"[^\W_]+", text) if text.isascii() else _marked().letters.findall(text)
    return f" {' '.join(word for word in found if word not in STOP)} "


def _folded(text: str) -> str:
    """A text without the marks that people leave out."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFKC", _LEFT_OUT.sub("", unicodedata.normalize("NFKD", text)))


@dataclass(frozen=True, slots=True)
class _Marked:
    """What `_WORD` is for text that is not ASCII: vowel signs stand within a word, and are no letters to Python."""

    letters: re.Pattern[str]
    word: re.Pattern[str]
    run: re.Pattern[str]


@cache
def _marked() -> _Marked:
    # The marks of the scripts in use; behind them lie variants of emoji. To look for them takes 10 ms, once.
    every = (chr(code) for code in range(0x300, 0xFE00))
    marks = "".join(one for one in every if unicodedata.category(one) in ("Mn", "Mc"))
    letters = rf"(?:[^\W_][{marks}]*+)++"
    return _Marked(
        letters=re.compile(letters),
        word=re.compile(rf"{letters}(?:[-_./+'’]{letters})*+"),
        run=re.compile(rf"[{_UNSPACED}]+|\d+|(?:[^\W\d_{_UNSPACED}][{marks}]*+)+"),
    )


def _parts(word: str) -> list[str]:
    """Cut a word where its capitals, its digits or its script change."""
    if word.isascii():
        return _PART.findall(word)
    runs = _marked().run.findall(word)
    return [part for run in runs for part in (_PART.findall(run) if run.isascii() else (run,))]


def _unspaced(part: str) -> Iterator[str]:
    if not _IS_UNSPACED.fullmatch(part) or len(part) < 2:
        yield part
    else:
        yield from (part[i : i + 2] for i in range(len(part) - 1))


def _american(word: str) -> str:
    for british, american, pattern in _SPELLINGS:
        if british in word:
            word = pattern.sub(american, word)
    return word


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith("ss") and (len(word) == 4 or not word.endswith(("us", "is"))):
        return word[:-1]  # of four letters, those in "us" and "is" are mostly plurals: gpus, apis
    return word
