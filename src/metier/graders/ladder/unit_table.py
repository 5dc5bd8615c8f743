"""Which units do the sciences write? Symbols with their factor to SI and dimension, prefixes, and words for them."""

from __future__ import annotations

import math

SI = {
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
    "yr": (31557600, "s"), "t": (1e3, "kg"), "Ci": (3.7e10, "s-1"), "dyn": (1e-5, "kg m s-2"),
    "Ah": (3600, "A s"), "sr": (1, ""), "Gal": (0.01, "m s-2"),
    "Jy": (1e-26, "kg s-2"), "barn": (1e-28, "m2"), "darcy": (9.869233e-13, "m2"),
    "rem": (0.01, "m2 s-2"), "VA": (1, "kg m2 s-3"), "var": (1, "kg m2 s-3"), "mho": (1, "kg-1 m-2 s3 A2"),
    "Oe": (1e3 / (4 * math.pi), "m-1 A"), "Mx": (1e-8, "kg m2 s-2 A-1"), "St": (1e-4, "m2 s-1"), "IU": (1, "IU"),
    "bps": (1, "letter s-1"), "bp": (1, "letter"), "bit": (1, "letter"), "mag": (1, "mag"),
}  # fmt: skip
OTHER = {
    "min": (60, "s"), "h": (3600, "s"), "d": (86400, "s"), "wk": (604800, "s"), "month": (2629800, "s"),
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
    "kgf": (9.80665, "kg m s-2"), "ksi": (6894757.293168361, "kg m-1 s-2"), "kip": (4448.2216152605, "kg m s-2"),
    "ka": (3.15576e10, "s"), "Ma": (3.15576e13, "s"), "Mya": (3.15576e13, "s"), "Ga": (3.15576e16, "s"),
    "decade": (315576000, "s"), "century": (3155760000, "s"),
    "mas": (math.pi / 648000e3, "rad"), "μas": (math.pi / 648000e6, "rad"), "mD": (9.869233e-16, "m2"),
    "mb": (1e-31, "m2"), "μb": (1e-34, "m2"), "nb": (1e-37, "m2"), "pb": (1e-40, "m2"), "fb": (1e-43, "m2"),
    "Msun": (1.98841e30, "kg"), "Lsun": (3.828e26, "kg m2 s-3"), "Rsun": (6.957e8, "m"),
    "Mearth": (5.9722e24, "kg"), "Rearth": (6.3781e6, "m"), "Mjup": (1.89813e27, "kg"), "Rjup": (7.1492e7, "m"),
    "‱": (1e-4, ""), "byte": (8, "letter"),
    **{f"{prefix}{mark}": (size * 1000.0**power, "letter") for mark, size in (("B", 8), ("b", 1), ("bit", 1))
       for prefix, power in (("k", 1), ("K", 1), ("M", 2), ("G", 3), ("T", 4), ("P", 5))},
    **{f"{prefix}iB": (8 * 1024.0**power, "letter") for prefix, power in (("K", 1), ("M", 2), ("G", 3), ("T", 4))},
}  # fmt: skip
"""A letter is a bit or a base pair: `kb` is a thousand of either. Solar and planetary values are those of the IAU."""
SECOND = {"bp": "‱", "bps": "‱", "mb": "mbar", "D": "darcy", "bit": "item", "bits": "item"}
"""Symbols that mean another unit in another field: base pair or basis point, millibarn or millibar."""
BARE = frozenset({"letter", "mag", "IU"})
"""Bases that count: where no unit is asked, a number in them counts by its number."""
ZEROS = {"°C": 273.15, "°F": 459.67 * 5 / 9}
CYCLES = {"Hz", "Bq", "Ci"}
PREFIXES = {
    "y": -24, "z": -21, "a": -18, "f": -15, "p": -12, "n": -9, "μ": -6, "u": -6, "m": -3, "c": -2, "d": -1, "da": 1,
    "h": 2, "k": 3, "K": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18,
}  # fmt: skip
LONG_PREFIXES = {
    "femto": "f", "pico": "p", "nano": "n", "micro": "μ", "milli": "m", "centi": "c", "deci": "d", "kilo": "k",
    "mega": "M",
    "giga": "G", "tera": "T",
}  # fmt: skip
SPOKEN = {
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
    "lbft": "ft lbf", "centuries": "century", "uas": "μas", "mgal": "mGal", "Darcy darcies": "darcy",
    "bits": "bit", "Byte bytes": "byte",
}  # fmt: skip
