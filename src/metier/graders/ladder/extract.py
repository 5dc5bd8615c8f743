r"""Where in a reply is the answer? In the last box, after "the answer is", in the conclusion; never just in prose.

The last complete `\boxed` or `\fbox` counts, then `<answer>`, `####` and "the final answer is", then a text that is
nothing but an answer, then what a last sentence with "therefore" or bold type ends on.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass

from metier.graders.answer import MAX_ANSWER_CHARS, boxed, said
from metier.graders.ladder.domains import domain
from metier.graders.ladder.phrases import meaning

MAX_SHORT_CHARS = 2_000
"""An answer longer than this is prose, not an answer."""

_FRAMES = re.compile(r"\\fbox\s*+(?=\{)")
_BARE_BOX = re.compile(r"\\boxed\s++([-+]?[\d.]++|[A-Za-z])")
_BOXES = re.compile(r"\\boxed\s*+\{")
_TAGS = re.compile(r"(?i)<answer>([^<]*+)</answer>")
_HASHES = re.compile(r"(?m)^####[ \t]*+(.+)$")
_BOLD = re.compile(r"\*\*([^*\n]++)\*\*")
_CONCLUDES = re.compile(
    r"(?i)(?:^|[.\n!]\s*+)(?:therefore|thus|hence|so|consequently|finally|this gives|we (?:get|find|obtain))\b[^\n]*$"
)
_SAYS = re.compile(r"(?i)(?:\bis\b|\bare\b|\bequals\b|=|≈|\\approx|:)\s*+(?:approximately |about |roughly )?")
_PROSE = re.compile(
    r"(?i:\b(?:this|that|we|you|it|cannot|problem|because|since|which|with|find|given|unknown|steps?)\b)|\bI [a-z]"
)
_BEGINS = re.compile(
    r"(?i)(?!(?:the|therefore|thus|hence|so|consequently|finally)\b)|the (?:final )?(?:value|answer|result) is\b"
)
_DENIED = re.compile(r"(?i)^(?:not\b|unknown\b|unclear\b)")
_CORRECTS = re.compile(
    r"(?i)\b(?:wait|scratch that|correction|sorry|oops|hold on|i mean(?:t)?"
    r"|(?:that|this)(?: is|'s| was) (?:wrong|incorrect)"
    r"|should (?:actually |really )?(?:be|read|have been)|the correct (?:answer|value|result) is)\b"
)
"""What takes an answer back behind it."""
_BETWEEN = re.compile(r"^[\s$,;.&]*(?:and|or|\\text\{\s*(?:and|or)\s*\}|\\quad)?[\s$,;.&]*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The text of an answer and the place it stood in: box, tag, said, whole, or conclusion."""

    text: str
    place: str


def extract(reply: str, *, many: bool = False) -> Found | None:
    r"""Find the answer that a reply states, or None. Only the last 100,000 characters are searched; linear time.

    Args:
        reply: What the model wrote.
        many: The right answer has several parts, so boxes side by side are read as one list.

    >>> extract(r"First \boxed{30}, then \boxed{42\ \text{J}}.")
    Found(text='42\\ \\text{J}', place='box')
    >>> extract("I cannot solve this problem with 42 unknowns.") is None
    True
    """
    reply = reply[-MAX_ANSWER_CHARS:]
    if "box" in reply:
        framed = _FRAMES.sub(r"\\boxed", reply)
        inside = boxed(framed)
        if inside is not None:
            return Found(text=(_side_by_side(framed) if many else None) or inside, place="box")
        if bare := _last(_BARE_BOX, framed):
            return Found(text=bare, place="box")
    if tagged := _last(_TAGS, reply) or _last(_HASHES, reply):
        return Found(text=tagged.strip(), place="tag")
    line = said(reply)
    if line:
        line = _sentence(line)
        return None if not line or _DENIED.match(line) else Found(text=line, place="said")
    text = reply.strip()
    if len(text) <= 80 and (meaning(text) or domain(text.rstrip("."))):
        return Found(text=text, place="whole")
    if len(text) <= 300 and "\n" not in text.strip() and _BEGINS.match(text) and not _PROSE.search(text):
        return Found(text=text, place="whole") if text else None
    return _conclusion(text)


def _last(pattern: re.Pattern[str], text: str) -> str | None:
    found = _last_match(pattern, text)
    return found[1] if found else None


def _last_match(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    found = deque(pattern.finditer(text), maxlen=1)
    return found[0] if found else None


def _sentence(line: str) -> str:
    """The line without markdown and without a further sentence; empty if that takes it back."""
    if bold := _BOLD.match(line):
        return bold[1]
    line = line.strip().strip("*").strip()
    found = re.search(r"(?<=[\w)}$%°])[.!](?=\s+(?:[A-Z][a-z]|I\b))|;(?= )", line)
    if found and _CORRECTS.search(line, found.end()):
        return ""
    return line[: found.start()] if found else line


def _conclusion(text: str) -> Found | None:
    """What the last sentence concludes with: its bold part, or what follows its last "is" or "="."""
    last = text.rstrip().rsplit("\n", 1)[-1][-1000:]
    sentence = re.split(r"(?<=[a-z)}$*])[.!]\s+(?=[A-Z])", last)[-1]
    if bold := _last(_BOLD, sentence):
        return Found(text=bold.rstrip("."), place="conclusion")
    alone = sentence == text.rstrip() and sentence.startswith("The ")
    if alone or _CONCLUDES.search(sentence):
        place = _last_match(_SAYS, sentence)
        rest = sentence[place.end() :].rstrip(" .") if place else ""
        if rest.endswith("$") and rest.count("$") % 2:
            rest = rest[:-1]
        if rest and not _PROSE.search(rest) and not _DENIED.match(rest):
            return Found(text=rest, place="conclusion")
    return None


def _side_by_side(text: str) -> str | None:
    r"""The contents of several boxes with nothing but "and" and commas between them, as one list."""
    found: list[str] = []
    tail = text
    while (inside := boxed(tail)) is not None and len(found) < 20:
        start = tail.rfind(inside)
        head = tail[:start]
        opening = _last_match(_BOXES, head)
        if opening is None or (found and not _BETWEEN.match(tail[start + len(inside) + 1 :])):
            break
        found.append(inside)
        tail = head[: opening.start()]
        if not _BETWEEN.match(re.split(r"\}", tail)[-1]):
            break
    return ", ".join(reversed(found)) if len(found) > 1 else None
