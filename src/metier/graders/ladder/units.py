r"""What does a unit say? Its factor to SI, its dimension, and whether it counts from another zero (`°C`).

The table of `unit_table` comes first; a word it lacks goes to pint, which takes 0.35 s to load and
is loaded for such a word alone. tests/graders/test_ladder_units.py holds the table against pint.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any

from metier.graders.ladder.unit_table import BARE, CYCLES, LONG_PREFIXES, OTHER, PREFIXES, SECOND, SI, SPOKEN, ZEROS

Dimension = tuple[tuple[str, float], ...]
"""Exponents by base, sorted: kg, m, s, A, K, mol, cd, rad, and one base for each currency. Empty: a plain number."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A number in this unit is `factor · number + zero` in SI base units of this dimension."""

    factor: float
    dimension: Dimension = ()
    zero: float = 0.0
    cycles: bool = False

    def fits(self, other: Unit) -> bool:
        """Whether the dimensions are equal; radians may be left out, but a frequency is no angular speed."""
        if self.dimension == other.dimension:
            return True
        mine, theirs = dict(self.dimension), dict(other.dimension)
        angles = mine.pop("rad", 0), theirs.pop("rad", 0)
        return mine == theirs and 0 in angles and not (self.cycles or other.cycles)


_ALIASES = {word: symbol for words, symbol in SPOKEN.items() for word in words.split()}
_BETWEEN = frozenset(["per", "square", "cubic", "squared", "cubed", "mm", "Hg", "cent", "percent", "dm", "molar"])
_JOINED = frozenset({"kg", "kJ", "kW", "mol", "cm", "ft", "mA", "kPa", "lbf"})
_COUNTED = re.compile(
    r"(?i)^(?:photon|electron|atom|molecule|particle|ion|neutron|proton|people|person|item|unit|way|time|count|object|piece|"
    r"nuclei|nucleus|node|event|decay|student|bond|lb)s?$"
)
_IGNORED = re.compile(
    r"(?i)\b(?:of|in the|to the|toward|towards|up(?:wards?)?|down(?:wards?)?|(?:anti-?|counter-?)?clockwise|"
    r"left|right|due|north|south|east|west|"
    r"outwards?|inwards?|per se|"
    r"approximately|respectively|direction|long|wide|high|deep|tall|total|each|away|old|ago|of age)\b.*$"
)
_BODIES = {
    "odot": "sun", "☉": "sun", "⊙": "sun", "sun": "sun", "solar": "sun", "oplus": "earth", "⊕": "earth",
    "earth": "earth", "jup": "jup", "jupiter": "jup",
}  # fmt: skip
_BODY = re.compile(r"(?i)\b([MLR])_? ?\{? ?(\\odot|☉|⊙|sun|\\oplus|⊕|earth|jup)(?:iter)? ?\}?(?![A-Za-z])")
_BODY_SPOKEN = re.compile(r"(?i)\b(solar|earth|jupiter) (mass|luminosit|radi)(?:es|ies|us|i|y)?\b")
_HIGHEST = 12
"""No unit has a higher power; a number behind a unit that is higher is no power."""
_TOKEN = re.compile(
    r"\\frac ?\{([^{}]*)\} ?\{([^{}]*)\}|(°[CF]\b|[%‰‱°Å€£¥¤]|\\?[A-Za-zμΩ]+)|"
    r"(\^ ?)?([-+]? ?\d+(?:\.\d+|/\d+)?)|([*/()\[\]{}-])|( )"
)


@lru_cache(maxsize=8192)
def units(text: str) -> tuple[Unit, ...]:
    """List the readings of a unit, best first; none if it is not understood, a plain 1 for what is counted.

    >>> units("km")[0] == Unit(1000.0, (("m", 1),)), len(units("J/mol K")), units("frobs")
    (True, 2, ())
    """
    text = _cleaned(text)
    if not text:
        return (Unit(1.0),)
    if len(text) > 120:
        return ()
    if text in ("°C", "°F"):
        factor, dimension = OTHER[text]
        return (Unit(factor, _dimension(dimension), ZEROS[text]),)
    found: dict[Unit, None] = {}
    # `ms^{-1}` is more often a speed than a frequency in kHz; the dimension of the gold tells.
    spaced = re.sub(r"\bms(?= ?\^?[({]?-\d)", "m s", text)
    for sticky, spelled in ((True, text), (False, text), (True, spaced)):
        for pounds in ("lb", "lbf") if re.search(r"\blbs?\b|pound", text) else ("lb",):
            if (unit := _parsed(spelled, sticky, pounds)) is not None:
                found[unit] = None
    if text in SECOND and (unit := _parsed(SECOND[text], True, "lb")) is not None:
        found[unit] = None
    return tuple(found)


def counts(text: str) -> bool:
    """Whether a unit counts letters, magnitudes or international units.

    >>> counts("kB"), counts("kg")
    (True, False)
    """
    found = units(text)
    return bool(found and found[0].dimension) and {base for base, _ in found[0].dimension} <= BARE


@lru_cache(maxsize=8192)
def in_table(word: str) -> bool:
    """Whether a word is a unit of the table, or a word between units; pint is not asked.

    >>> in_table("kilometres"), in_table("per"), in_table("hands")
    (True, True, False)
    """
    if word in _BETWEEN or word in _ALIASES or word in OTHER or word in SI:
        return True
    single = word.removesuffix("s") if len(word) > 3 else word
    if single in _ALIASES or single.lower() in _ALIASES or single in ("squared", "cubed"):
        return True
    if any(word[:size] in PREFIXES and word[size:] in SI for size in (1, 2)):
        return True
    return any(single.lower().startswith(long) and single[len(long) :].lower() in _ALIASES for long in LONG_PREFIXES)


def _cleaned(text: str) -> str:
    text = re.sub(r"\\hat ?\{[^{}]*\}|\([a-z ]{4,}\)", " ", text)
    text = text.replace(r"\mu", "μ").replace(r"\Omega", "Ω").replace("&", " ")
    text = re.sub(r"\^ ?[{(] ?([-+]? ?\d+(?:[./]\d+)?) ?[)}]", r"^\1", text)
    text = re.sub(r"μ +(?=[A-Za-z])", "μ", text).strip(" ;.,:~|")
    text = re.sub(r"(?i)^(?:°|deg\w*) ?(C|F)(?:elsius|ahrenheit)?$", lambda c: f"°{c[1].upper()}", text)
    text = re.sub(r"(?i)^°? ?(?:degrees? )?celsius$", "°C", re.sub(r"(?i)^°? ?(?:degrees? )?fahrenheit$", "°F", text))
    text = re.sub(r"(?i)(?<!^)\bdegrees? (?:celsius|centigrade)\b", "°C", text)
    text = re.sub(r"° ?([CF])\b", r"°\1", text)
    text = re.sub(r"^° ?[NSEW]$", "°", text)
    text = re.sub(r"(?i)\bper ?cent(?:age points?)?\b", "%", text)
    text = re.sub(r"\bsq\.? (?=[A-Za-z])", "square ", re.sub(r"\bcu\.? (?=[A-Za-z])", "cubic ", text))
    text = re.sub(r"(?i)\b(square|cubic) ([A-Za-z]+)", lambda c: f"{c[2]}^{2 if c[1].lower() == 'square' else 3}", text)
    text = re.sub(r"\b(squared|cubed)\b", lambda c: "^2" if c[1] == "squared" else "^3", text)
    text = (
        re.sub(r"\bper\b", "/", text).replace("mm Hg", "mmHg").replace("light years", "ly").replace("light-years", "ly")
    )
    text = re.sub(r"\belectron volts?\b", "eV", re.sub(r"\bastronomical units?\b", "AU", text))
    text = re.sub(r"\bbasis points?\b", "‱", re.sub(r"\bbase[ -]?pairs?\b", "bp", text))
    text = _BODY.sub(lambda c: c[1] + next(name for key, name in _BODIES.items() if key in c[2].lower()), text)
    text = _BODY_SPOKEN.sub(lambda c: c[2][0].upper() + _BODIES[c[1].lower()], text)
    return _IGNORED.sub("", text).strip(" ;.,:")


def _parsed(text: str, sticky: bool, pounds: str) -> Unit | None:
    """A product of powers. `sticky`: in `J/mol K` the slash holds for all that follows without a mark."""
    factor, powers, cycles = 1.0, dict[str, float](), False
    sign, at, last = 1, 0, None
    stack: list[int] = []
    parts: list[tuple[Unit, float]] = []
    while at < len(text):
        token = _TOKEN.match(text, at)
        if not token:
            return None
        at = token.end()
        above, below, word, _, power, mark, _ = token.groups()
        if above is not None:
            top, bottom = _parsed(above, sticky, pounds), _parsed(below, sticky, pounds)
            if top is None or bottom is None:
                return None
            parts += [(top, sign), (bottom, -sign)]
        elif word:
            units_of = _word(word.lstrip("\\"), pounds)
            if units_of is None:
                return None
            parts += [(unit, float(sign)) for unit in units_of]
            last = len(parts) - 1
        elif power:
            if last is None:
                if power.strip() == "1":
                    continue
                return None
            above_, _, below_ = power.replace(" ", "").partition("/")
            parts[last] = (parts[last][0], parts[last][1] * float(above_) / float(below_ or 1))
            last = None
            continue
        elif mark == "/":
            sign = -1 if not stack or stack[-1] == 1 else 1
            continue
        elif mark in ("(", "[", "{"):
            stack.append(sign)
            continue
        elif mark in (")", "]", "}"):
            if not stack:
                return None
            sign = stack.pop()
        elif mark == "*" and not sticky:
            sign = stack[-1] if stack else 1
        if not sticky and (word or above is not None):
            sign = stack[-1] if stack else 1
    if not parts or stack:
        return None
    if any(abs(exponent) > _HIGHEST for _, exponent in parts):
        return None
    for unit, exponent in parts:
        factor *= unit.factor**exponent
        cycles |= unit.cycles
        for base, size in unit.dimension:
            powers[base] = powers.get(base, 0) + size * exponent
    return Unit(factor, tuple(sorted((base, size) for base, size in powers.items() if size)), cycles=cycles)


@lru_cache(maxsize=8192)
def _word(word: str, pounds: str) -> tuple[Unit, ...] | None:
    if _COUNTED.match(word) and word not in ("lb", "lbs"):
        return (Unit(1.0),)
    symbol = (
        _ALIASES.get(word) or (_ALIASES.get(word.lower()) if len(word) > 3 else None)
        if len(word) > 1 or word == "y"
        else None
    )
    if symbol is None and word.endswith("s") and len(word) > 3:
        symbol = _ALIASES.get(word[:-1]) or _ALIASES.get(word[:-1].lower())
    symbol = symbol or word
    if " " in symbol:
        found = [_word(part, pounds) for part in symbol.split()]
        return tuple(unit for part in found if part for unit in part)
    if symbol == "lb":
        symbol = pounds
    if symbol in OTHER or symbol in SI:
        return (_unit(symbol, 0),)
    for size in (2, 1):
        if symbol[:size] in PREFIXES and symbol[size:] in SI and len(symbol) > size:
            return (_unit(symbol[size:], PREFIXES[symbol[:size]]),)
    for long, short in LONG_PREFIXES.items():
        if symbol.lower().startswith(long):
            return _word(short + (_ALIASES.get(re.sub("s$", "", symbol[len(long) :].lower())) or "?"), pounds)
    return _joined(symbol, pounds) or _from_pint(symbol)


def _unit(symbol: str, prefix: int) -> Unit:
    factor, dimension = OTHER.get(symbol) or SI[symbol]
    return Unit(factor * 10.0**prefix, _dimension(dimension), cycles=symbol in CYCLES)


@lru_cache(maxsize=256)
def _dimension(text: str) -> Dimension:
    found = (re.fullmatch(r"([A-Za-z]+)(-?\d)?", part) for part in text.split())
    return tuple(sorted((part[1], int(part[2] or 1)) for part in found if part))


def _joined(word: str, pounds: str) -> tuple[Unit, ...] | None:
    """Symbols written without a space, such as `JK` or `Jmol`."""
    for at in range(1, min(len(word), 5)) if len(word) < 9 else ():
        head, tail = word[:at], word[at:]
        if head not in SI and head not in _JOINED:
            continue
        if not (tail in SI or tail in OTHER or tail in _JOINED or len(tail) > 3):
            continue
        left, right = _word(head, pounds), _word(tail, pounds)
        if left and right:
            return (*left, *right)
    return None


def _from_pint(word: str) -> tuple[Unit, ...] | None:
    if not (4 <= len(word) <= 24 and word.isascii() and word.isalpha()):
        return None
    try:
        if all(prefix for prefix, _, _ in _registry().parse_unit_name(word)):
            # `hats` is no hectoatmosphere.
            return None
        found = _registry().Quantity(1.0, word).to_base_units()
    except Exception:  # pint raises errors of several trees for what it does not know
        return None
    names = {
        "kilogram": "kg",
        "meter": "m",
        "second": "s",
        "ampere": "A",
        "kelvin": "K",
        "mole": "mol",
        "candela": "cd",
        "radian": "rad",
    }
    powers = dict(found.unit_items())
    if not set(powers) <= set(names):
        return None
    return (Unit(float(found.magnitude), tuple(sorted((names[base], float(size)) for base, size in powers.items()))),)


@lru_cache(maxsize=1)
def _registry() -> Any:
    import pint

    return pint.UnitRegistry(cache_folder=None)


def pairs(gold: str, answer: str) -> Iterator[tuple[Unit, Unit]]:
    """Give the readings of two units that fit each other.

    >>> [(one.factor, two.factor) for one, two in pairs("m", "km")]
    [(1.0, 1000.0)]
    """
    mine, theirs = units(gold), units(answer)
    # "20 C" and "20 degrees" mean Celsius where a temperature is asked for.
    if mine and mine[0].dimension == (("K", 1),) and mine[0].zero:
        said = _cleaned(answer)
        if said in ("C", "F", "°", "degrees", "degree", "deg"):
            theirs = units(_cleaned(gold)) if said not in "CF" else units(f"°{said}")
    return ((one, two) for one, two in product(mine, theirs) if one.fits(two))
