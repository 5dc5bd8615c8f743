"""The table of units says what pint says."""

from __future__ import annotations

import math

import pytest

from metier.graders.ladder import grade_answer
from metier.graders.ladder.unit_table import OTHER, SI
from metier.graders.ladder.units import pairs, units

pint = pytest.importorskip("pint")
CALLED = {
    "darcy": "darcy", "Ma": "megayear", "ka": "kiloyear", "Ga": "gigayear",
    "Gal": "centimeter / second**2", "Mya": "megayear", "mD": "millidarcy", "var": "watt", "mas": "milliarcsecond",
    "μas": "microarcsecond", "mb": "millibarn", "pb": "picobarn", "fb": "femtobarn",
    "nb": "nanobarn", "μb": "microbarn", "St": "stokes", "IU": "dimensionless",
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
    "‱",
    "Jy",
    "Oe",
    "Mx",
    "decade",
    "IU",
    "mag",
    "bp",
    "bps",
    "bit",
    "byte",
    "Msun",
    "Lsun",
    "Rsun",
    "Mearth",
    "Rearth",
    "Mjup",
    "Rjup",
    *(f"{prefix}{mark}" for prefix in "kKMGTP" for mark in ("b", "B", "bit", "iB")),
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


@pytest.mark.parametrize("symbol", sorted({*SI, *OTHER} - OURS_ALONE))
def test_a_unit_of_the_table_is_what_pint_says(symbol: str, registry: object) -> None:
    quantity = registry.Quantity(1.0, CALLED.get(symbol, symbol)).to_base_units()  # type: ignore[attr-defined]
    assert math.isclose((SI.get(symbol) or OTHER[symbol])[0], quantity.magnitude, rel_tol=1e-4)


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


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("13.3 Gyr", "4.2e17 s"), ("66 Ma", "66 Myr"), ("98.1 mGal", "9.81e-4 m/s²"), ("25 bps", "0.25 %"),
        ("8 Mbps", "1 MB/s"), ("5.2 kb", "5200 base pairs"), ("1013 mb", "1013 hPa"), ("3 mb", "3e-31 m^2"),
        ("500 mD", "0.5 darcy"), ("2 M_\\odot", "2 solar masses"), ("100 IU/mL", "1e5 IU/L"), ("100 mas", "0.1 arcsec"),
    ],
)  # fmt: skip
def test_units_of_other_fields_are_converted(one: str, two: str) -> None:
    number, _, unit = one.partition(" ")
    assert grade_answer(number, two, unit=unit, relative=0.01).is_correct
    assert not grade_answer(str(3 * float(number)), two, unit=unit, relative=0.01).is_correct


def test_where_no_unit_is_asked_letters_count_by_their_number() -> None:
    assert grade_answer("2", "2 bytes").is_correct
    assert not grade_answer("16", "2 bytes").is_correct


def test_what_is_counted_is_a_plain_number() -> None:
    assert units("photons") == units("electrons")
    assert units("photons/s") == units("s^-1")
