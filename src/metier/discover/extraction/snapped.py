"""Which words does a window of tokens mean? Windows begin and end where tokens do, people read words and phrases.

In scripts without blanks between words (Chinese, Japanese, Thai, Lao, Khmer, Burmese) each letter with its marks counts
as a word, so that a window stays as wide as it is.
"""

from __future__ import annotations

import re

_THAI_TO_KHMER = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_KANA_AND_HAN = r"\u3005-\u3007\u3040-\u31ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
_ALONE, _MARKS = _THAI_TO_KHMER + _KANA_AND_HAN, rf"{_THAI_TO_KHMER}\u3099\u309a"
_JOINED = rf"[^\W_{_ALONE}]+"
_WORD = re.compile(rf"(?:(?!\W)[{_ALONE}](?:(?=\W)[{_MARKS}])*|{_JOINED}(?:[-'’.+#&]{_JOINED})*[+#]*)")
# Words that begin or end no name of a skill.
_SMALL = frozenset({
    "a", "also", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by", "for", "from", "has", "have", "he",
    "her", "his", "in", "into", "is", "it", "its", "more", "must", "no", "nor", "of", "on", "or", "our", "own", "s",
    "she", "so", "some", "such", "than", "that", "the", "their", "them", "these", "they", "this", "those", "through",
    "to", "us", "very", "was", "we", "were", "when", "which", "while", "who", "will", "with", "would", "you", "your",
})  # fmt: skip


def snapped(text: str, start: int, end: int) -> tuple[int, int]:
    """Widen a span to whole words, then leave out signs and small words at both ends.

    Where nothing but small words would be left, the whole words stay as they are; a span without a word stays.

    >>> text = "You are able to communicate, and mobilize your team."
    >>> start, end = snapped(text, text.index("to c"), text.index("and"))
    >>> text[start:end]
    'communicate'
    >>> start, end = snapped(text, text.index("ze your"), text.index("."))
    >>> text[start:end]
    'mobilize your team'
    """
    words = [found.span() for found in _WORD.finditer(text) if found.end() > start and found.start() < end]
    if not words:
        return start, end
    first, last = 0, len(words)
    while first < last and _is_small(text, words[first]):
        first += 1
    while last > first and _is_small(text, words[last - 1]):
        last -= 1
    if first == last:
        first, last = 0, len(words)
    return words[first][0], words[last - 1][1]


def _is_small(text: str, word: tuple[int, int]) -> bool:
    return text[word[0] : word[1]].casefold() in _SMALL
