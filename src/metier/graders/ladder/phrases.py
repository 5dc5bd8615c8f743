"""What do short answers in words say: yes or no, converges or not, no solution, and which way?"""

from __future__ import annotations

import re

_GROUPS = {
    "true": ("true", "yes", "t", "y", "correct", "it is true", "that is true"),
    "false": ("false", "no", "f", "n", "incorrect", "not true", "untrue", "not correct"),
    "diverges": ("diverges", "divergent", "diverge", "does not converge", "doesn't converge", "not convergent"),
    "converges": ("converges", "convergent", "converge", "does not diverge", "doesn't diverge"),
    "undefined": ("undefined", "not defined", "is undefined", "is not defined", "indeterminate"),
    "absent": ("does not exist", "doesn't exist", "dne", "nonexistent", "non-existent", "not exist"),
    "none": ("no solution", "no solutions", "no real solution", "no real solutions", "there is no solution",
             "there are no solutions", "there is no real solution", "there are no real solutions", "no solution exists",
             "no solutions exist", "has no solution", "has no solutions", "inconsistent"),
    "endless": ("infinitely many solutions", "infinitely many", "infinite solutions", "infinite number of solutions",
                "an infinite number of solutions", "there are infinitely many solutions",
                "has infinitely many solutions", "infinitely many solution"),
}  # fmt: skip
_MEANS = {phrase: group for group, phrases in _GROUPS.items() for phrase in phrases}
_SUBJECT = re.compile(
    r"^(?:(?:the|this|that|a) (?:(?:infinite|improper|given|above) )?(?:series|limit|integral|sequence|function|"
    r"statement|claim|answer|equation|system|sum|expression|slope|value|derivative)|it|there)(?: is| are)? (?=\w)"
)
_BEHIND = re.compile(r" ?\([^()]*\)$")
_BEARINGS = {
    **dict.fromkeys(("north", "northward", "northwards", "due north"), "north"),
    **dict.fromkeys(("south", "southward", "southwards", "due south"), "south"),
    **dict.fromkeys(("east", "eastward", "eastwards", "due east"), "east"),
    **dict.fromkeys(("west", "westward", "westwards", "due west"), "west"),
    **dict.fromkeys(("up", "upward", "upwards"), "up"),
    **dict.fromkeys(("down", "downward", "downwards"), "down"),
    **dict.fromkeys(("left", "leftward", "leftwards"), "left"),
    **dict.fromkeys(("right", "rightward", "rightwards"), "right"),
    **dict.fromkeys(("inward", "inwards"), "inward"),
    **dict.fromkeys(("outward", "outwards"), "outward"),
    "clockwise": "clockwise",
    **dict.fromkeys(("counterclockwise", "anticlockwise", "counter-clockwise", "anti-clockwise"), "anticlockwise"),
}
_BEARING = re.compile(
    r"(?i)(?<![A-Za-z\\-])(?:" + "|".join(sorted(_BEARINGS, key=len, reverse=True)) + r")(?![A-Za-z-])"
)


def meaning(text: str) -> str | None:
    """What a phrase says, as one word for all that say the same, or None.

    >>> meaning("The series is divergent."), meaning("does not converge"), meaning("42")
    ('diverges', 'diverges', None)
    """
    if len(text) > 80 or not text[:1].isalpha():
        return None
    bare = " ".join(re.sub(r"[.,!]", " ", text.casefold()).split())
    return _MEANS.get(bare) or _MEANS.get(_SUBJECT.sub("", bare)) or _MEANS.get(_SUBJECT.sub("", _BEHIND.sub("", bare)))


def same_meaning(gold: str, answer: str) -> bool | None:
    """Whether two phrases say the same; None if one of them says none of what is known here.

    A letter says yes or no only beside a word that does.

    >>> same_meaning("True", "T"), same_meaning("no", "Yes"), same_meaning("T", "yes"), same_meaning("diverges", "0")
    (True, False, None, None)
    """
    wanted = meaning(gold) if len(gold) > 1 else None
    said = meaning(answer) if wanted else None
    return None if said is None else wanted == said


def other_way(gold: str, answer: str) -> bool:
    """Whether both say which way, and the ways differ.

    >>> other_way("50 km/h north", "50 km/h due south"), other_way("5 N upward", "5 N up"), other_way("5 N up", "5 N")
    (True, False, False)
    """
    wanted = _ways(gold)
    said = _ways(answer) if wanted else wanted
    return bool(said and wanted != said)


def _ways(text: str) -> set[str]:
    if not (" " in text or text[:1].isalpha()):
        return set()
    return {_BEARINGS[found.lower()] for found in _BEARING.findall(text)}
