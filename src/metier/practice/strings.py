"""Which tasks can be practised where every answer is checkable and every skill is known?

A space of atomic string functions, after "From f(x) and g(x) to f(g(x)): LLMs Learn New Skills in RL by Composing Old
Ones" (https://arxiv.org/abs/2509.25123). An atomic skill is one function; a composition of level n applies n of them,
left to right. A held-out skill is a held-out *function*, not a held-out input. This module knows no model.
"""

from __future__ import annotations

import itertools
import random
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from metier.errors import InputError, nearest
from metier.item import Item

ALPHABET = "abcdefghij"

# From five letters up there are at least 120 orders of distinct letters, so a guess is right in well under 1 %.
_LENGTHS = (5, 7)
_MIN_ANSWER = 4
_TRIES = 2000
_NAME_CANDIDATES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class StringFunction:
    """One atomic skill: a total function from strings over `ALPHABET` to such strings.

    >>> FUNCTIONS["swap-ends"].apply("fedcba")
    'aedcbf'
    """

    name: str
    definition: str
    family: str
    apply: Callable[[str], str]


def _swap_pairs(text: str) -> str:
    return "".join(text[i + 1 : i + 2] + text[i] for i in range(0, len(text), 2))


def _interleave_halves(text: str) -> str:
    half = (len(text) + 1) // 2
    return "".join(a + b for a, b in itertools.zip_longest(text[:half], text[half:], fillvalue=""))


def _shift(text: str, by: int) -> str:
    return "".join(ALPHABET[(ALPHABET.index(letter) + by) % len(ALPHABET)] for letter in text)


def _half(text: str) -> int:
    return len(text) // 2


_ORDER: dict[str, tuple[str, Callable[[str], str]]] = {
    "reverse": ("Write the letters backwards.", lambda t: t[::-1]),
    "rotate-left": ("Move the first letter to the end.", lambda t: t[1:] + t[:1]),
    "rotate-right": ("Move the last letter to the front.", lambda t: t[-1:] + t[:-1]),
    "swap-ends": (
        "Exchange the first and the last letter.",
        lambda t: t[-1] + t[1:-1] + t[0] if len(t) > 1 else t,
    ),
    "swap-first-two": ("Exchange the first two letters.", lambda t: t[:2][::-1] + t[2:]),
    "swap-last-two": ("Exchange the last two letters.", lambda t: t[:-2] + t[-2:][::-1]),
    "swap-halves": (
        "Write the second half before the first; a middle letter belongs to the second half.",
        lambda t: t[_half(t) :] + t[: _half(t)],
    ),
    "swap-pairs": ("Exchange the letters of every pair, from the left; a single last letter stays.", _swap_pairs),
    "interleave-halves": (
        "Take letters in turn from the first and the second half; a middle letter belongs to the first half.",
        _interleave_halves,
    ),
    "odd-places-first": (
        "Write the letters of the odd places (first, third, ...), then those of the even places.",
        lambda t: t[::2] + t[1::2],
    ),
    "reverse-inner": ("Keep the first letter and write the rest backwards.", lambda t: t[:1] + t[1:][::-1]),
    "reverse-first-half": (
        "Write the first half backwards; a middle letter stays.",
        lambda t: t[: _half(t)][::-1] + t[_half(t) :],
    ),
    "sort": ("Put the letters in alphabetical order.", lambda t: "".join(sorted(t))),
    "sort-backwards": ("Put the letters in reverse alphabetical order.", lambda t: "".join(sorted(t, reverse=True))),
}

_SELECTION: dict[str, tuple[str, Callable[[str], str]]] = {
    "drop-first": ("Leave out the first letter.", lambda t: t[1:]),
    "drop-last": ("Leave out the last letter.", lambda t: t[:-1]),
    "drop-second": ("Leave out the second letter.", lambda t: t[:1] + t[2:]),
    "drop-middle": (
        "Leave out the middle letter; of two middle letters, the right one.",
        lambda t: t[: _half(t)] + t[_half(t) + 1 :],
    ),
    "drop-repeats": ("Keep each letter only where it first occurs.", lambda t: "".join(dict.fromkeys(t))),
}

_DUPLICATION: dict[str, tuple[str, Callable[[str], str]]] = {
    "double-first": ("Write the first letter twice.", lambda t: t[:1] + t),
    "double-last": ("Write the last letter twice.", lambda t: t + t[-1:]),
    "double-middle": (
        "Write the middle letter twice; of two middle letters, the right one.",
        lambda t: t[: _half(t) + 1] + t[_half(t) :],
    ),
    "append-first": ("Write the first letter once more at the end.", lambda t: t + t[:1]),
    "prepend-last": ("Write the last letter once more at the front.", lambda t: t[-1:] + t),
}

_SUBSTITUTION: dict[str, tuple[str, Callable[[str], str]]] = {
    "shift-up": ("Replace every letter by the next one of a to j; after j comes a.", lambda t: _shift(t, 1)),
    "shift-down": ("Replace every letter by the one before it; before a comes j.", lambda t: _shift(t, -1)),
    "shift-first": ("Replace the first letter by the next one; after j comes a.", lambda t: _shift(t[:1], 1) + t[1:]),
    "mirror-letters": (
        "Replace every letter by its mirror image in the alphabet: a by j, b by i and so on.",
        lambda t: "".join(ALPHABET[-1 - ALPHABET.index(letter)] for letter in t),
    ),
    "overwrite-first": ("Replace the first letter by the last one.", lambda t: t[-1:] + t[1:]),
    "overwrite-last": ("Replace the last letter by the first one.", lambda t: t[:-1] + t[:1]),
}

FUNCTIONS: Mapping[str, StringFunction] = MappingProxyType(
    {
        name: StringFunction(name=name, definition=definition, family=family, apply=apply)
        for family, rows in (
            ("order", _ORDER),
            ("selection", _SELECTION),
            ("duplication", _DUPLICATION),
            ("substitution", _SUBSTITUTION),
        )
        for name, (definition, apply) in rows.items()
    }
)
"""All thirty atomic skills by name, family by family."""


def run(names: Sequence[str], text: str) -> str:
    """Apply the named functions to a string, from left to right.

    Raises:
        InputError: A name is unknown, or the string has a letter outside `ALPHABET`.

    >>> run(["reverse", "swap-ends"], "abcdef")
    'aedcbf'
    """
    return _steps(names, text)[-1]


def trace(names: Sequence[str], text: str) -> str:
    """Write the worked answer; what follows the last colon is the final answer.

    >>> trace(["reverse", "swap-ends"], "abcdef")
    'reverse:fedcba swap-ends:aedcbf'
    """
    return " ".join(f"{name}:{step}" for name, step in zip(names, _steps(names, text)[1:], strict=True))


def prompt(names: Sequence[str], text: str) -> str:
    """Write the question: the functions in the order in which they are applied, then the string.

    The string comes last so that every step of the worked answer, the first one too, stands right behind its input.

    >>> prompt(["reverse", "swap-ends"], "abcdef")
    'apply reverse swap-ends to abcdef'
    """
    return f"apply {' '.join(names)} to {text}"


def solve(item: Item) -> str:
    """Write the worked answer to an item of this space.

    >>> solve(make_item(["reverse", "swap-ends"], "abcdef"))
    'reverse:fedcba swap-ends:aedcbf'
    """
    return trace(item.concepts, item.prompt.rpartition(" ")[2])


def make_item(names: Sequence[str], text: str) -> Item:
    """Make the Item that asks for a composition. Only what follows the last colon of an answer is graded.

    >>> item = make_item(["reverse", "swap-ends"], "abcdef")
    >>> item.prompt, item.reference, item.cluster, item.level
    ('apply reverse swap-ends to abcdef', 'aedcbf', 'reverse+swap-ends', 2)
    """
    return Item(
        prompt=prompt(names, text),
        reference=run(names, text),
        grader="exact",
        policy={"after": ":"},
        concepts=tuple(names),
        cluster="+".join(names),
        level=len(names),
        source="practice.strings",
    )


def reducible(names: Sequence[str]) -> str:
    """Say why a composition is not a real one, or give an empty string.

    A composition is reducible when it, or a run of neighbours inside it, does on fixed probe strings the same as the
    identity, as a constant, or as a composition of fewer functions (of at most two, so that the check stays cheap).

    >>> reducible(["reverse", "reverse"])
    'reverse reverse is the identity'
    >>> reducible(["reverse", "sort"])
    'reverse sort equals sort'
    >>> reducible(["reverse", "swap-first-two"])
    ''
    """
    for name in names:
        _function(name)
    parts = (tuple(names[i : i + width]) for width in range(1, len(names) + 1) for i in range(len(names) - width + 1))
    return next((reason for reason in map(_reducible, parts) if reason), "")


def make_items(
    names: Sequence[str],
    *,
    level: int,
    count: int,
    seed: int,
    forbidden: Collection[str] = (),
    for_exam: bool = False,
) -> Iterator[Item]:
    """Draw distinct items, balanced over the functions; no composition is reducible.

    An item is drawn again when leaving out one or more of its functions would give the same answer, and when the
    answer has fewer than four letters: what is right was composed.

    Args:
        names: The functions to draw from.
        level: How many functions an item composes.
        count: How many items to draw.
        seed: The same seed gives the same items.
        forbidden: Input strings and whole prompts that must not occur.
        for_exam: Draw from the eighth of all strings that is reserved for exams (see `is_reserved`); otherwise only
            from the others, which is what practice sees.

    Raises:
        InputError: A name is unknown, or so many items cannot be drawn from these functions.

    >>> [item.prompt for item in make_items(["reverse", "shift-up"], level=2, count=2, seed=1)]
    ['apply reverse shift-up to efhhea', 'apply shift-up reverse to cgbbaa']
    """
    if not names or level < 1:
        raise InputError(f"Expected function names and a level of at least 1, got {list(names)!r} and {level}.")
    rng = random.Random(f"strings/{'+'.join(names)}/{seed}/{level}/{for_exam}")
    uses: Counter[str] = Counter()
    seen = set(forbidden)
    for _ in range(count):
        chosen, text = _draw(names, rng, level=level, uses=uses, taken=seen, for_exam=for_exam)
        uses.update(chosen)
        seen.add(prompt(chosen, text))
        yield make_item(chosen, text)


def make_compositions(
    names: Sequence[str], *, count: int, seed: int, forbidden: Collection[str] = (), for_exam: bool = False
) -> Iterator[Item]:
    """Draw distinct items of exactly one composition; otherwise as `make_items`.

    Raises:
        InputError: A name is unknown, or so many items cannot be drawn.

    >>> [item.cluster for item in make_compositions(["reverse", "sort-backwards"], count=0, seed=1)]
    []
    >>> [item.level for item in make_compositions(["reverse", "shift-up"], count=2, seed=1)]
    [2, 2]
    """
    rng = random.Random(f"strings/{'+'.join(names)}/{seed}/{for_exam}")
    seen = set(forbidden)
    for _ in range(count):
        for _ in range(_TRIES):
            text = draw_text(rng, for_exam=for_exam)
            if text not in seen and prompt(names, text) not in seen and _is_telling(names, text):
                break
        else:
            raise InputError(f"Expected to draw more items of {' '.join(names)!r}, found no other.")
        seen.add(prompt(names, text))
        yield make_item(names, text)


def is_reserved(text: str) -> bool:
    """Whether an input string is one of the eighth of all strings that only exams use.

    The split is a property of the string, so no list of exam items has to be known while a policy practises.

    >>> sum(is_reserved("".join(letters)) for letters in itertools.product(ALPHABET, repeat=4))
    1248
    """
    return zlib.crc32(text.encode()) % 8 == 0


def draw_text(rng: random.Random, lengths: tuple[int, int] = _LENGTHS, *, for_exam: bool = False) -> str:
    """Draw one input string of a length in the given range, ends included.

    >>> draw_text(random.Random(1))
    'fiabh'
    """
    while True:
        text = "".join(rng.choices(ALPHABET, k=rng.randint(*lengths)))
        if is_reserved(text) == for_exam:
            return text


def _function(name: str) -> StringFunction:
    if name not in FUNCTIONS:
        raise InputError(f"Expected the name of a string function, got {name!r}.", hint=nearest(name, FUNCTIONS))
    return FUNCTIONS[name]


def _steps(names: Sequence[str], text: str) -> list[str]:
    """The input and what every function made of it."""
    if strange := set(text) - set(ALPHABET):
        raise InputError(f"Expected letters of {ALPHABET!r}, got {min(strange)!r} in {text!r}.")
    return list(itertools.accumulate(names, lambda step, name: _function(name).apply(step), initial=text))


def _draw(
    names: Sequence[str], rng: random.Random, *, level: int, uses: Counter[str], taken: set[str], for_exam: bool
) -> tuple[tuple[str, ...], str]:
    """Draw a composition of little-used functions and a string on which every one of them counts."""
    for _ in range(_TRIES):
        candidates = [tuple(rng.choices(names, k=level)) for _ in range(_NAME_CANDIDATES)]
        chosen = min(candidates, key=lambda candidate: sum(uses[name] for name in candidate))
        if reducible(chosen):
            continue
        text = draw_text(rng, for_exam=for_exam)
        if text not in taken and prompt(chosen, text) not in taken and _is_telling(chosen, text):
            return chosen, text
    raise InputError(f"Expected to draw more items of level {level} from {list(names)!r}, found no other.")


def _is_telling(names: Sequence[str], text: str) -> bool:
    """Whether the answer is long enough and no shorter part of the composition gives it too."""
    answer = run(names, text)
    shorter = (part for width in range(len(names)) for part in itertools.combinations(names, width))
    return len(answer) >= _MIN_ANSWER and all(run(part, text) != answer for part in shorter)


@lru_cache(maxsize=1)
def _probes() -> tuple[str, ...]:
    rng = random.Random("probes")
    return tuple("".join(rng.choices(ALPHABET, k=length)) for length in range(4, 9) for _ in range(6))


@lru_cache(maxsize=100_000)
def _signature(names: tuple[str, ...]) -> tuple[str, ...]:
    """What a composition makes of the probes: the same for two compositions that do the same."""
    if not names:
        return _probes()
    return tuple(map(FUNCTIONS[names[-1]].apply, _signature(names[:-1])))


@lru_cache(maxsize=3)
def _shorter(width: int) -> dict[tuple[str, ...], tuple[str, ...]]:
    """The first composition of fewer than `width` functions for every signature there is."""
    table: dict[tuple[str, ...], tuple[str, ...]] = {}
    for size in range(min(width, 3)):
        for names in itertools.product(FUNCTIONS, repeat=size):
            table.setdefault(_signature(names), names)
    return table


@lru_cache(maxsize=100_000)
def _reducible(names: tuple[str, ...]) -> str:
    signature = _signature(names)
    if len(set(signature)) == 1:
        return f"{' '.join(names)} is constant"
    equal = _shorter(min(len(names), 3)).get(signature)
    if equal is None:
        return ""
    return f"{' '.join(names)} " + (f"equals {' '.join(equal)}" if equal else "is the identity")
