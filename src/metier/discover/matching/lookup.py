"""Which forms stand in one text? Dictionaries of strings, in plain Python; no library is needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from metier.discover.matching.words import TOKEN, canonical, is_word

Place = tuple[int, int, int]
Row = tuple[int, int, int, int]


class Lookup:
    """Find canonical forms by their first two tokens and their lengths.

    >>> Lookup(("swap ends", "swap")).places("to swap  ends")
    [(3, 7, 1), (3, 13, 0)]
    """

    def __init__(self, forms: Sequence[str]) -> None:
        self._numbers = {form: number for number, form in enumerate(forms)}
        self._first: set[str] = set()
        self._lengths: dict[str, tuple[int, ...]] = {}
        lengths: dict[str, set[int]] = {}
        for form in forms:
            tokens = TOKEN.finditer(form)
            if (first := next(tokens, None)) is None:
                continue
            self._first.add(first[0])
            if (second := next(tokens, None)) is not None:
                lengths.setdefault(form[: second.end()], set()).add(len(form))
        self._lengths = {key: tuple(sorted(found)) for key, found in lengths.items()}

    def places(self, text: str) -> list[Place]:
        """Start, end and number of each form in a text, by start and then by end, whole tokens only."""
        said, origin = canonical(text)
        if origin is None:
            return list(self._in(said))
        return [
            (origin[start], origin[end], number)
            for start, end, number in self._in(said)
            if start in origin and end in origin
        ]

    def rows(self, texts: Sequence[str]) -> list[Row]:
        """The places in all texts in one list, each with the number of its text before it."""
        return [(number, *place) for number, text in enumerate(texts) for place in self.places(text)]

    def _in(self, said: str) -> Iterator[Place]:
        tokens, first = list(TOKEN.finditer(said)), self._first
        for at, token in enumerate(tokens):
            if (written := token[0]) not in first:
                continue
            start, end = token.span()
            # Words are cut where they end; only a sign may stand inside a longer one.
            if not token.lastindex and start and is_word(said[start - 1]):
                continue
            number = self._numbers.get(written)
            if number is not None and (token.lastindex or not is_word(said[end : end + 1])):
                yield start, end, number
            after = tokens[at + 1].end() if at + 1 < len(tokens) else end
            for length in self._lengths.get(said[start:after], ()):
                till = start + length
                number = self._numbers.get(said[start:till])
                if number is not None and till <= len(said) and not is_word(said[till : till + 1]):
                    yield start, till, number
