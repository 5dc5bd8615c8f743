"""Are job ads cut where a reader cuts them? Ours beside five splitters, on ads with cuts made by hand.

The ads lie in `tests/discover/extraction/data`: part a was looked at while the splitter was made, part b was not. Both
were written before there was a splitter, by the same hand as the splitter. Also: cuts inside a word or a name there,
the share of lines of a text of yours that are cut inside a word, and megabytes per CPU second on it.

    python benchmarks/discover_sentences.py [TEXT.txt.gz …]
"""

from __future__ import annotations

import gzip
import importlib
import re
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "discover" / "extraction"))

from sentences_gold import read_gold

from metier.discover.extraction.sentences import split

Spans = list[tuple[int, int]]
Splitter = Callable[[str], Spans]

NAMES = re.compile(
    r"Node\.js|Vue\.js|Socket\.io|D3\.js|ASP\.NET|\.NET|C\+\+|R&(?:amp;)?D|24/7|\d[.,]\d+|e\.g\.|i\.e\.|U\.[SK]\.|Ph\.D|[BM]\."
    r"(?:Sc|A|Eng)|https?://\S+\w|www\.\S+\w|[\w.]+@[\w.]+\w|\w+\.com|z\. ?B\.|d\. ?h\.|[ap]\.[am]\."
)
CUT_WORDS = re.compile(r"\r|\n|\t|\.|\,|\;|and|or")
"""The expression that esco-skill-extractor 0.1 cuts texts with."""


def between(text: str, pattern: re.Pattern[str]) -> Spans:
    """What lies between the matches of an expression."""
    ends = [*pattern.finditer(text), None]
    starts = [0, *(found.end() for found in ends if found)]
    spans = zip(starts, (found.start() if found else len(text) for found in ends), strict=True)
    return [(start, end) for start, end in spans if text[start:end].strip()]


def peers() -> Iterator[tuple[str, Splitter]]:
    """Every splitter that is installed, with its version."""
    yield "metier", split
    yield "esco-skill-extractor's expression", lambda text: between(text, CUT_WORDS)
    yield "one expression, `(?<=[.!?])\\s+`", lambda text: between(text, re.compile(r"(?<=[.!?])\s+"))
    for name, make in (("pysbd", _pysbd), ("blingfire", _blingfire), ("nltk", _nltk), ("spacy", _spacy)):
        try:
            importlib.import_module(name)
        except ImportError:
            print(f"{name} is not installed and is left out.\n")
            continue
        splitter = make()
        yield f"{name} {version(name)}{' punkt, untrained' if name == 'nltk' else ''}", splitter
        if name == "blingfire":
            yield f"lines, then {name}", partial(by_lines, splitter)


def by_lines(splitter: Splitter, text: str) -> Spans:
    """What a splitter of prose finds when every line is given to it alone."""
    lines = between(text, re.compile(r"[\r\n]+"))
    return [(start + a, start + b) for start, end in lines for a, b in splitter(text[start:end])]


def _pysbd() -> Splitter:
    import pysbd

    segmenter = pysbd.Segmenter(language="en", clean=False, char_span=True)
    return lambda text: [(span.start, span.end) for span in segmenter.segment(text)]


def _blingfire() -> Splitter:
    import blingfire

    return lambda text: list(blingfire.text_to_sentences_and_offsets(text)[1])


def _nltk() -> Splitter:
    from nltk.tokenize.punkt import PunktSentenceTokenizer

    tokenizer = PunktSentenceTokenizer()
    return lambda text: list(tokenizer.span_tokenize(text))


def _spacy() -> Splitter:
    import spacy

    pipe = spacy.blank("en")
    pipe.add_pipe("sentencizer")
    pipe.max_length = 10**9
    return lambda text: [(span.start_char, span.end_char) for span in pipe(text).sents]


def inside_words(text: str, spans: Spans) -> int:
    """Cuts with a letter or digit on both sides and nothing between."""
    ends = {end for _, end in spans} | {start for start, _ in spans}
    return sum(0 < place < len(text) and text[place - 1].isalnum() and text[place].isalnum() for place in ends)


def inside_names(text: str, spans: Spans) -> int:
    """Names, figures and abbreviations with a cut inside."""
    places = {place for span in spans for place in span}
    return sum(any(place in places for place in range(f.start() + 1, f.end())) for f in NAMES.finditer(text))


def quality(splitter: Splitter, part: str) -> str:
    """F1 of the cuts of one part of the gold, and how many are wrong and missed."""
    right = wrong = missed = 0
    for ad in read_gold(part):
        found = ad.found(end for _, end in splitter(ad.text))
        right, wrong, missed = right + len(found & ad.cuts), wrong + len(found - ad.cuts), missed + len(ad.cuts - found)
    return f"{100 * 2 * right / (2 * right + wrong + missed):.1f} ({wrong}, {missed})"


def main(paths: list[str]) -> None:
    """Print one row a splitter."""
    ads = [*read_gold("a"), *read_gold("b")]
    texts = [gzip.decompress(Path(path).read_bytes()).decode() for path in paths]
    lines = [line for text in texts for line in text.splitlines() if line.strip()]
    counts = " and ".join(str(sum(len(ad.cuts) + 1 for ad in read_gold(part))) for part in "ab")
    splitters = list(peers())
    print(f"Python {sys.version.split()[0]}; parts a and b hold {counts} sentences.\n")
    print(
        "| splitter | F1, a (wrong, missed) | F1, b (wrong, missed) | cut words | cut names | cut lines, % | MB/CPU s |"
    )
    print("| --- | --- | --- | ---: | ---: | ---: | ---: |")
    for name, splitter in splitters:
        words = sum(inside_words(ad.text, splitter(ad.text)) for ad in ads)
        names = sum(inside_names(ad.text, splitter(ad.text)) for ad in ads)
        cut = [inside_words(line, splitter(line)) > 0 for line in lines]
        share = f"{100 * sum(cut) / len(cut):.1f}" if cut else "–"
        began = time.process_time()
        for text in texts or [ad.text for ad in ads]:
            splitter(text)
        speed = sum(map(len, texts or [ad.text for ad in ads])) / (time.process_time() - began) / 1e6
        print(
            f"| {name} | {' | '.join(quality(splitter, part) for part in 'ab')} "
            f"| {words} | {names} | {share} | {speed:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main(sys.argv[1:])
