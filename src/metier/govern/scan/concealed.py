"""Which secret does a program read from a place that is written so that nobody can read it?

A path in a program is there to be read. One that is kept as numbers, turned letter by letter or written back to front, and
leads to keys, a wallet or the profile of a browser, is kept from whoever looks at it.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence

from metier.govern.scan.flow import Step
from metier.govern.scan.labels import SOURCES
from metier.govern.scan.purpose import Purpose
from metier.govern.scan.seen import Seen, is_quoted
from metier.verdict import Severity

_DECODES = (
    "fromCharCode",
    "fromCodePoint",
    "chr(",
    "bytes(",
    "bytearray(",
    "[char",
    "Buffer.from(",
    "from_utf8",
    ".pack(",
)
_TURNS = ("rot13", "rot_13", "n-za-m", "N-ZA-M", "nopqrstuvwxyzabc")
_REVERSES = ("[::-1]", ".reverse", "strrev(", "reverse ", "| rev")
_ROW = re.compile(
    r"[\[({]\s*((?:(?:0x[\da-fA-F]{1,2}|\d{1,3})\s*,\s*){7,200}(?:0x[\da-fA-F]{1,2}|\d{1,3}))\s*,?\s*[\])}]"
)
_NUMBER = re.compile(r"0x[\da-fA-F]{1,2}|\d{1,3}")
_WORD = re.compile(r"[~$]?[\w./-]{6,80}")
_TEXT = re.compile(r"[\"'`]([\w./~ -]{8,80})[\"'`]")
_BEGINS = "~./$"
"""How the path of a secret begins."""
_KINDS = ("credentials", "agent-credentials", "browser", "wallet")
_SECRETS = tuple(one.pattern for one in SOURCES if one.name in _KINDS)
_PATH = re.compile(r"[\w~./$ -]*[./][\w~./$ -]*")
_MIN_COMMAS, _MAX_TEXT = 7, 20_000


def concealed(steps: Sequence[Step], purpose: Purpose) -> Iterator[Seen]:
    """The first step of each file that names the place of a secret so that nobody reads it.

    >>> from metier.govern.scan.statement import Statement
    >>> said = "names = ['.ffu/vq_efn', '.njf/perqragvnyf']; map(rot13, names)"
    >>> [seen.rule for seen in concealed([Step(Statement("a.py", 1, said), frozenset())], Purpose())]
    ['harvest-secrets']
    """
    if purpose.is_security:
        return
    whole = "\n".join([step.text for step in steps if step.statement.is_live])
    are_numbers, are_turned, are_reversed = (
        any(word in whole for word in words) for words in (_DECODES, _TURNS, _REVERSES)
    )
    if not (are_numbers or are_turned or are_reversed):
        return
    told: set[str] = set()
    for step in steps:
        text = step.text
        if step.statement.path in told or not step.statement.is_live or len(text) > _MAX_TEXT or is_quoted(step):
            continue
        said = (
            *(_numbered(text) if are_numbers and text.count(",") >= _MIN_COMMAS else ()),
            *((codecs.decode(word, "rot13") for word in _WORD.findall(text)) if are_turned and "." in text else ()),
            *((one[::-1] for one in _TEXT.findall(text)) if are_reversed else ()),
        )
        if any(map(_is_secret, said)) and not _is_secret(text):
            told.add(step.statement.path)
            yield Seen("harvest-secrets", Severity.BLOCK, step, "whose places are written so that nobody reads them")


def _numbered(text: str) -> Iterator[str]:
    """What rows of numbers say, from each of which one number was taken, or with which it was mixed."""
    for row in _ROW.finditer(text):
        numbers = [int(one, 0) if one[:2] == "0x" else int(one) for one in _NUMBER.findall(row[1])]
        if max(numbers) > 255:
            continue
        for begin in _BEGINS:
            mixed, moved = numbers[0] ^ ord(begin), numbers[0] - ord(begin)
            for said in ([one ^ mixed for one in numbers], [(one - moved) % 256 for one in numbers]):
                yield "".join(map(chr, said))


def _is_secret(said: str) -> bool:
    return _PATH.fullmatch(said) is not None and any(secret.search(f'"{said}"') for secret in _SECRETS)
