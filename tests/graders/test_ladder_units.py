"""The table of units says what pint says."""

from __future__ import annotations

import math

import pytest

from metier.graders.ladder.units import _OTHER, _SI, pairs, units

pint = pytest.importorskip("pint")
CALLED = {
    "Ω": "ohm", "M": "molar", "G": "gauss", "D": "debye", "AU": "au", "°": "degree", "u": "unified_atomic_mass_unit",
    "Å": "angstrom", "R": "rankine", "lb": "pound", "lbf": "force_pound", "yr": "year", "BTU": "Btu",
    "hp": "horsepower",
    "gal": "gallon", "e": "e", "c": "speed_of_light", "ton": "short_ton", "d": "day", "wk": "week", "in": "inch",
    "Wh": "watt_hour", "Ah": "ampere_hour", "P": "poise", "t": "tonne", "Torr": "torr", "cc": "cc",
    "Hartree": "hartree",
    "rev": "revolution", "ha": "hectare", "C": "coulomb", "F": "farad", "H": "henry", "nmi": "nautical_mile",
    "T": "tesla",
    "min": "minute", "h": "hour", "l": "liter", "pc": "parsec", "ly": "light_year", "mi": "mile", "qt": "quart",
}  # fmt: skip
OURS_ALONE = {
    "¤",
    "€",
    "£",
    "¥",
    "cent",
    "%",
    "‰",
    "ppm",
    "ppb",
    "°C",
    "°F",
    "mmHg",
    "kmh",
    "sr",
    "lm",
    "lx",
    "Hz",
    "rpm",
    "G",
    "D",
}


@pytest.fixture(scope="module")
def registry() -> object:
    return pint.UnitRegistry(cache_folder=None)


@pytest.mark.parametrize("symbol", sorted({*_SI, *_OTHER} - OURS_ALONE))
def test_a_unit_of_the_table_is_what_pint_says(symbol: str, registry: object) -> None:
    quantity = registry.Quantity(1.0, CALLED.get(symbol, symbol)).to_base_units()  # type: ignore[attr-defined]
    assert math.isclose((_SI.get(symbol) or _OTHER[symbol])[0], quantity.magnitude, rel_tol=1e-4)


@pytest.mark.parametrize(
    ("one", "two", "fit"),
    [
        ("kJ mol^{-1}", "J/mol", True),
        ("J/mol K", "J/(mol K)", True),
        ("Hz", "rad/s", False),
        ("rad/s", "1/s", True),
        ("JK^{-1}", "J/K", True),
        ("kPA", "atm", True),
        ("ft-lb", "J", True),
        ("°", "m", False),
        ("$", "€", False),
        ("furlong", "m", True),
        ("N", "frobs", False),
    ],
)
def test_units_fit_by_dimension(one: str, two: str, fit: bool) -> None:
    assert bool(list(pairs(one, two))) is fit


def test_what_is_counted_is_a_plain_number() -> None:
    assert units("photons") == units("electrons")
    assert units("photons/s") == units("s^-1")
