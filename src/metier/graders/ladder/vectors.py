r"""Which parts has a vector, written in `\hat{i}`, as a tuple with a unit behind it, or transposed?"""

from __future__ import annotations

import re

from metier.graders.ladder.doubles import TooBigError, UndefinedError
from metier.graders.ladder.evaluate import as_float, value
from metier.graders.ladder.formulas import formula_of
from metier.graders.ladder.structure import Leaf
from metier.graders.ladder.tree import names

_PLAIN = re.compile(r"(?<![A-Za-z\\{])([ijk])(?![A-Za-z}])")
_WITH_UNIT = re.compile(r"([(\[].*\\hat.*[)\]]|.*\\hat ?\{ ?[a-z] ?\}) *([A-Za-zμΩ°%][A-Za-zμΩ°%/^*(){}\d -]*)")


def vector_of(text: str, *, plain: bool = False) -> tuple[Leaf, ...] | None:
    r"""The parts of a vector in `\hat{i}`, `\hat{j}`, `\hat{k}`, with their unit, as texts, or None.

    Args:
        text: A cleaned answer.
        plain: Whether `3i + 4j` is a vector too; the gold tells, as it may be a complex number.

    >>> vector_of(r"(2\hat{i} - \hat{k}) m/s")
    (Leaf(text='2 m/s', label=''), Leaf(text='0 m/s', label=''), Leaf(text='-1 m/s', label=''))
    >>> vector_of("3i + 4j"), vector_of("3i + 4j", plain=True)[1].text
    (None, '4')
    """
    if plain and "\\hat" not in text and re.search(r"(?<![A-Za-z\\{])[jk](?![A-Za-z}])", text):
        text = _PLAIN.sub(r"\\hat{\1}", text)
    if "\\hat" not in text:
        return None
    unit = ""
    if (found := _WITH_UNIT.fullmatch(text)) and formula_of(text[: found.start(2)].strip()):
        text, unit = found[1], f" {found[2]}"
    node = formula_of(text)
    axes = [f"hat {axis}" for axis in ("ijk" if "{i}" in text or "{j}" in text or "{k}" in text else "xyz")]
    if node is None or not names(node) <= set(axes):
        return None
    try:
        parts = [as_float(value(node, {axis: float(axis == mine) for axis in axes})) for mine in axes]
    except (UndefinedError, TooBigError):
        return None
    if any(isinstance(number, complex) for number in parts):
        return None
    return tuple(Leaf(text=f"{number:.15g}{unit}") for number in parts)


def as_long(vector: tuple[Leaf, ...], length: int) -> tuple[Leaf, ...]:
    """A vector of three parts as one of `length`, if the parts left out are zero.

    >>> [len(as_long(vector_of(r"2\\hat{i}" + more), 2)) for more in ("", r"+\\hat{k}")]
    [2, 3]
    """
    return vector[:length] if all(re.match(r"-?0(?![\\d.])", part.text) for part in vector[length:]) else vector
