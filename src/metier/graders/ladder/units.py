r"""What does a unit say? Its factor to SI, its dimension, and whether it counts from another zero (`°C`).

A table of the units that science exams use comes first; a word it lacks goes to pint, which takes 0.35 s to load and
is loaded for such a word alone. tests/graders/test_ladder_units.py holds the table against pint.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any

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


_SI = {
    "m": (1, "m"), "g": (1e-3, "kg"), "s": (1, "s"), "A": (1, "A"), "K": (1, "K"), "mol": (1, "mol"), "cd": (1, "cd"),
    "N": (1, "kg m s-2"), "J": (1, "kg m2 s-2"), "W": (1, "kg m2 s-3"), "Pa": (1, "kg m-1 s-2"), "C": (1, "A s"),
    "V": (1, "kg m2 s-3 A-1"), "Ω": (1, "kg m2 s-3 A-2"), "S": (1, "kg-1 m-2 s3 A2"), "F": (1, "kg-1 m-2 s4 A2"),
    "H": (1, "kg m2 s-2 A-2"), "T": (1, "kg s-2 A-1"), "Wb": (1, "kg m2 s-2 A-1"), "Hz": (1, "s-1"), "Bq": (1, "s-1"),
    "Gy": (1, "m2 s-2"), "Sv": (1, "m2 s-2"), "L": (1e-3, "m3"), "l": (1e-3, "m3"),
    "eV": (1.602176634e-19, "kg m2 s-2"),
    "rad": (1, "rad"), "bar": (1e5, "kg m-1 s-2"), "cal": (4.184, "kg m2 s-2"), "M": (1e3, "mol m-3"),
    "kat": (1, "mol s-1"),
    "Wh": (3600, "kg m2 s-2"), "pc": (3.0856775814913674e16, "m"), "P": (0.1, "kg m-1 s-1"), "G": (1e-4, "kg s-2 A-1"),
    "lm": (1, "cd"), "lx": (1, "cd m-2"), "Da": (1.6605390666e-27, "kg"), "Torr": (101325 / 760, "kg m-1 s-2"),
    "t": (1e3, "kg"), "Ci": (3.7e10, "s-1"), "dyn": (1e-5, "kg m s-2"), "Ah": (3600, "A s"), "sr": (1, ""),
}  # fmt: skip
_OTHER = {
    "min": (60, "s"), "h": (3600, "s"), "d": (86400, "s"), "wk": (604800, "s"), "yr": (31557600, "s"),
    "month": (2629800, "s"),
    "in": (0.0254, "m"), "ft": (0.3048, "m"), "yd": (0.9144, "m"), "mi": (1609.344, "m"), "nmi": (1852, "m"),
    "lb": (0.45359237, "kg"), "lbf": (4.4482216152605, "kg m s-2"), "oz": (0.028349523125, "kg"),
    "slug": (14.593902937206364, "kg"),
    "atm": (101325, "kg m-1 s-2"), "mmHg": (133.322387415, "kg m-1 s-2"), "psi": (6894.757293168361, "kg m-1 s-2"),
    "°": (math.pi / 180, "rad"), "arcmin": (math.pi / 10800, "rad"), "arcsec": (math.pi / 648000, "rad"),
    "rev": (2 * math.pi, "rad"), "rpm": (math.pi / 30, "rad s-1"), "%": (0.01, ""), "‰": (1e-3, ""),
    "ppm": (1e-6, ""), "ppb": (1e-9, ""),
    "u": (1.6605390666e-27, "kg"), "Å": (1e-10, "m"), "D": (3.33564095e-30, "A s m"), "AU": (149597870700, "m"),
    "ly": (9.4607304725808e15, "m"),
    "erg": (1e-7, "kg m2 s-2"), "BTU": (1055.05585262, "kg m2 s-2"), "hp": (745.6998715822702, "kg m2 s-3"),
    "gal": (3.785411784e-3, "m3"),
    "e": (1.602176634e-19, "A s"), "ha": (1e4, "m2"), "acre": (4046.8564224, "m2"), "knot": (1852 / 3600, "m s-1"),
    "c": (299792458, "m s-1"),
    "mph": (0.44704, "m s-1"), "kph": (1 / 3.6, "m s-1"), "kmh": (1 / 3.6, "m s-1"), "mps": (1, "m s-1"),
    "fps": (0.3048, "m s-1"), "cc": (1e-6, "m3"),
    "qt": (9.46352946e-4, "m3"),
    "°C": (1, "K"), "°F": (5 / 9, "K"), "R": (5 / 9, "K"), "Hartree": (4.3597447222060e-18, "kg m2 s-2"),
    "ton": (907.18474, "kg"),
    "¤": (1, "dollar"), "€": (1, "euro"), "£": (1, "pound"), "¥": (1, "yen"), "cent": (0.01, "dollar"),
    "kgf": (9.80665, "kg m s-2"),
}  # fmt: skip
_ZEROS = {"°C": 273.15, "°F": 459.67 * 5 / 9}
_CYCLES = {"Hz", "Bq", "Ci"}
_PREFIXES = {
    "y": -24, "z": -21, "a": -18, "f": -15, "p": -12, "n": -9, "μ": -6, "u": -6, "m": -3, "c": -2, "d": -1, "da": 1,
    "h": 2, "k": 3, "K": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18,
}  # fmt: skip
_LONG_PREFIXES = {
    "femto": "f", "pico": "p", "nano": "n", "micro": "μ", "milli": "m", "centi": "c", "deci": "d", "kilo": "k",
    "mega": "M",
    "giga": "G", "tera": "T",
}  # fmt: skip
_SPOKEN = {
    "meter metre": "m", "gram gramme gm": "g", "second sec": "s", "ampere amp": "A", "kelvin": "K", "mole": "mol",
    "newton": "N",
    "candela": "cd", "joule": "J", "watt": "W", "pascal": "Pa", "coulomb": "C", "volt": "V", "ohm": "Ω",
    "siemens": "S", "farad": "F",
    "henry henries": "H", "tesla": "T", "weber": "Wb", "hertz": "Hz", "becquerel": "Bq", "gray": "Gy", "sievert": "Sv",
    "liter litre": "L", "electronvolt electron-volt": "eV", "radian": "rad", "minute mins": "min", "hour hr": "h",
    "day": "d",
    "week": "wk", "year y": "yr", "months": "month", "inch inches": "in", "foot feet": "ft", "yard": "yd", "mile": "mi",
    "pound lbm": "lb", "ounce": "oz", "slugs": "slug", "atmosphere": "atm", "torr": "Torr", "degree deg": "°",
    "percent pct": "%",
    "revolution turn cycle": "rev", "dalton amu": "u", "micron": "μm", "angstrom": "Å", "debye": "D", "au": "AU",
    "lightyear light-year": "ly",
    "parsec": "pc", "calorie": "cal", "Cal Calorie": "kcal", "poise": "P", "gauss": "G", "ergs": "erg",
    "btu Btu": "BTU",
    "horsepower": "hp", "gallon": "gal", "tonne": "t", "dyne": "dyn", "dollar USD usd": "¤", "euro EUR": "€",
    "cents": "cent",
    "GBP": "£", "yen": "¥", "hectare": "ha", "acres": "acre", "knots kn": "knot",
    "celsius Celsius degC centigrade": "°C",
    "fahrenheit Fahrenheit degF": "°F", "arcminute arcmins": "arcmin", "arcsecond arcsecs": "arcsec", "ml": "mL",
    "KPA kPA KPa Kpa kpa": "kPa",
    "kmph": "kmh", "KJ kj": "kJ", "Kg KG kgs": "kg", "hartree": "Hartree", "lbs": "lb", "molar": "M", "Ohm": "Ω",
    "kilohm kilohms": "kΩ", "megohm megohms": "MΩ",
    "CM": "cm",
    "ev": "eV", "torrs": "Torr",
    "rps": "rev", "hz": "Hz", "pa": "Pa", "rads": "rad", "steradian": "sr", "ATM": "atm", "decibel": "dB",
    "lbft": "ft lbf",
}  # fmt: skip
_ALIASES = {word: symbol for words, symbol in _SPOKEN.items() for word in words.split()}
_BETWEEN = frozenset(["per", "square", "cubic", "squared", "cubed", "mm", "Hg", "cent", "percent", "dm", "molar"])
_JOINED = frozenset({"kg", "kJ", "kW", "mol", "cm", "ft", "mA", "kPa", "lbf"})
_COUNTED = re.compile(
    r"(?i)^(?:photon|electron|atom|molecule|particle|ion|neutron|proton|people|person|item|unit|way|time|count|object|piece|"
    r"nuclei|nucleus|node|bit|event|decay|student|bond|lb)s?$"
)
_IGNORED = re.compile(
    r"(?i)\b(?:of|in the|to the|toward|towards|up(?:wards?)?|down(?:wards?)?|(?:anti-?|counter-?)?clockwise|"
    r"left|right|due|north|south|east|west|"
    r"outwards?|inwards?|per se|"
    r"approximately|respectively|direction|long|wide|high|deep|tall|total|each|away|old)\b.*$"
)
_HIGHEST = 12
"""No unit has a higher power; a number behind a unit that is higher is no power."""
_TOKEN = re.compile(
    r"\\frac ?\{([^{}]*)\} ?\{([^{}]*)\}|(°[CF]\b|[%‰°Å€£¥¤]|\\?[A-Za-zμΩ]+)|"
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
        factor, dimension = _OTHER[text]
        return (Unit(factor, _dimension(dimension), _ZEROS[text]),)
    found: dict[Unit, None] = {}
    # `ms^{-1}` is more often a speed than a frequency in kHz; the dimension of the gold tells.
    spaced = re.sub(r"\bms(?= ?\^?[({]?-\d)", "m s", text)
    for sticky, spelled in ((True, text), (False, text), (True, spaced)):
        for pounds in ("lb", "lbf") if re.search(r"\blbs?\b|pound", text) else ("lb",):
            if (unit := _parsed(spelled, sticky, pounds)) is not None:
                found[unit] = None
    return tuple(found)


@lru_cache(maxsize=8192)
def in_table(word: str) -> bool:
    """Whether a word is a unit of the table, or a word between units; pint is not asked.

    >>> in_table("kilometres"), in_table("per"), in_table("hands")
    (True, True, False)
    """
    if word in _BETWEEN or word in _ALIASES or word in _OTHER or word in _SI:
        return True
    single = word.removesuffix("s") if len(word) > 3 else word
    if single in _ALIASES or single.lower() in _ALIASES or single in ("squared", "cubed"):
        return True
    if any(word[:size] in _PREFIXES and word[size:] in _SI for size in (1, 2)):
        return True
    return any(single.lower().startswith(long) and single[len(long) :].lower() in _ALIASES for long in _LONG_PREFIXES)


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
    if symbol in _OTHER or symbol in _SI:
        return (_unit(symbol, 0),)
    for size in (2, 1):
        if symbol[:size] in _PREFIXES and symbol[size:] in _SI and len(symbol) > size:
            return (_unit(symbol[size:], _PREFIXES[symbol[:size]]),)
    for long, short in _LONG_PREFIXES.items():
        if symbol.lower().startswith(long):
            return _word(short + (_ALIASES.get(re.sub("s$", "", symbol[len(long) :].lower())) or "?"), pounds)
    return _joined(symbol, pounds) or _from_pint(symbol)


def _unit(symbol: str, prefix: int) -> Unit:
    factor, dimension = _OTHER.get(symbol) or _SI[symbol]
    return Unit(factor * 10.0**prefix, _dimension(dimension), cycles=symbol in _CYCLES)


@lru_cache(maxsize=256)
def _dimension(text: str) -> Dimension:
    found = (re.fullmatch(r"([A-Za-z]+)(-?\d)?", part) for part in text.split())
    return tuple(sorted((part[1], int(part[2] or 1)) for part in found if part))


def _joined(word: str, pounds: str) -> tuple[Unit, ...] | None:
    """Symbols written without a space, such as `JK` or `Jmol`."""
    for at in range(1, min(len(word), 5)) if len(word) < 9 else ():
        head, tail = word[:at], word[at:]
        if head not in _SI and head not in _JOINED:
            continue
        if not (tail in _SI or tail in _OTHER or tail in _JOINED or len(tail) > 3):
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
