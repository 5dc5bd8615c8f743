"""Which language is meant, and how many people speak it?

The table `languages.csv` is a small one of our own: first and second language speakers together, in millions, as
commonly published for about 2024, rounded to two figures. Published numbers for one language differ by a fifth or more,
so only orders of magnitude may be read off. A finer table can be given wherever speakers are used.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from metier.errors import InputError
from metier.evaluate.multilingual.rows import number, read_rows

SOURCE_YEAR = 2024
"""The year for which the shipped numbers of speakers hold, roughly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A language: its ISO 639-3 code, of the macrolanguage where benchmarks use that, and speakers in millions."""

    code: str
    name: str
    speakers_m: float


@lru_cache(maxsize=1)
def known_languages() -> Mapping[str, Language]:
    """The languages of the table by code.

    >>> known_languages()["deu"].name
    'German'
    """
    return {row["code"]: _language(row) for row in _table()}


def language_code(name: str) -> str | None:
    """The code for a name, an ISO 639-1 or 639-3 code, or one with a script or region; `None` for an unknown name.

    A code of three letters that the table lacks stands for itself.

    >>> language_code("German"), language_code("cmn-Hans"), language_code("pt_BR"), language_code("xyz-Latn")
    ('deu', 'zho', 'por', 'xyz')
    >>> language_code("Elvish") is None
    True
    """
    said = name.strip().casefold()
    known = _names()
    if said in known:
        return known[said]
    head = said.replace("_", "-").split("-")[0]
    return known.get(head) or (head if len(head) == 3 and head.isascii() and head.isalpha() else None)


def language_name(code: str) -> str:
    """The English name of a code, or the code itself if the table lacks it.

    >>> language_name("isl"), language_name("xyz")
    ('Icelandic', 'xyz')
    """
    known = known_languages().get(code)
    return known.name if known else code


def speakers() -> dict[str, float]:
    """Speakers in millions by code, from the shipped table.

    >>> speakers()["eng"] > speakers()["isl"]
    True
    """
    return {code: language.speakers_m for code, language in known_languages().items()}


def read_weights(path: str | Path) -> dict[str, float]:
    """Read a CSV with the columns `language` and `weight` (speakers, votes, prompts) into weights by code.

    Raises:
        InputError: The file cannot be read, a language is unknown or named twice, or a weight is no number above 0.
    """
    weights: dict[str, float] = {}
    for where, row in read_rows(path, ("language", "weight")):
        code = language_code(row["language"])
        if code is None:
            raise InputError(f"{where}: no language is known as {row['language']!r}.", hint="Use its ISO 639-3 code.")
        if code in weights:
            raise InputError(f"{where}: the language {row['language']!r} has a weight already.")
        weights[code] = number(row["weight"], where, least=0.0)
    return weights


@lru_cache(maxsize=1)
def _names() -> Mapping[str, str]:
    names: dict[str, str] = {}
    for row in _table():
        for name in (row["code"], row["name"].casefold(), *row["aliases"].split()):
            names[name] = row["code"]
    return names


def _table() -> list[dict[str, str]]:
    text = files("metier.evaluate.multilingual").joinpath("languages.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _language(row: Mapping[str, str]) -> Language:
    return Language(code=row["code"], name=row["name"], speakers_m=float(row["speakers_m"]))
