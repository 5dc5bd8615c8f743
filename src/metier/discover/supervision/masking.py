"""What is a sentence without the word that labelled it? So that a model must learn from what stands around it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from metier.discover.supervision.chance import chance
from metier.discover.supervision.labelled import Labelled


def mask(labelled: Iterable[Labelled], *, share: float, seed: int = 0, token: str = "[MASK]") -> Iterator[Labelled]:
    """Mask every mention of a share of the positives, drawn for each sentence and skill by itself.

    A mention that overlaps a masked one goes with it. Another seed masks others, so a trainer may mask anew in each
    epoch. With an empty token the mention is cut out, and the blanks beside it become one.

    >>> from metier.discover.match import Mention
    >>> java = Mention(concept="java", form="Java", start=7, end=11)
    >>> one = Labelled(text="Writes Java well", concepts=("java",), mentions=(java,))
    >>> [(m.text, m.masked) for m in mask([one], share=1.0)]
    [('Writes [MASK] well', ('java',))]
    >>> next(mask([one], share=1.0, token="")).text
    'Writes well'
    """
    for one in labelled:
        chosen = {c for c in one.concepts if chance(seed, "mask", one.text, c) < share}
        yield _masked(one, chosen, token) if chosen else one


def _masked(one: Labelled, chosen: set[str], token: str) -> Labelled:
    spans = _joined([(m.start, m.end) for m in one.mentions if m.concept in chosen])
    text, moved = _cut(one.text, spans, token)
    kept = tuple(
        replace(m, start=moved[m.start], end=moved[m.end])
        for m in one.mentions
        if not any(m.start < end and start < m.end for start, end in spans)
    )
    named = {m.concept for m in kept}
    gone = tuple(c for c in one.concepts if c not in named)
    return replace(one, text=text, mentions=kept, masked=gone)


def _joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans from left to right; those that overlap made one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _cut(text: str, spans: Sequence[tuple[int, int]], token: str) -> tuple[str, list[int]]:
    """The text with each span replaced, and where each offset of the old text lies in the new one."""
    moved = list(range(len(text) + 1))
    parts, read, shift = [], 0, 0
    for start, end in spans:
        if not token and (blank := re.match(r"\s+", text[end:])) and (not start or text[start - 1].isspace()):
            end += blank.end()
        parts += [text[read:start], token]
        for place in range(read, end):
            moved[place] = min(place, start) + shift
        shift += len(token) - (end - start)
        read = end
    for place in range(read, len(text) + 1):
        moved[place] = place + shift
    return "".join([*parts, text[read:]]), moved
