"""What is a formula made of? Numbers, names and operations on them; the nouns that the reader makes."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Literal:
    """A number as printed: its exact value and how many decimals it shows."""

    value: Fraction | int
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class Name:
    """A variable or a constant: `x`, `pi`, `v_0`, `hat i`."""

    name: str


@dataclass(frozen=True, slots=True)
class Apply:
    """An operation on its parts: add, neg, mul, div, pow, root, fact, binom, abs, log, or a function by its name."""

    op: str
    args: tuple[Node, ...]


Node = Literal | Name | Apply

BINDERS = frozenset({"sum", "prod", "int", "lim"})
"""Operations that give a name its values: (name, low end, high end, what is added up), a limit has one end."""

CONSTANTS = frozenset({"pi", "e", "i", "infty"})


def names(node: Node) -> frozenset[str]:
    """List the names in a tree that are no constants, and that no sum or integral binds.

    >>> from metier.graders.ladder.syntax import read_all
    >>> names(read_all("2 x + e"))
    frozenset({'x'})
    """
    if isinstance(node, Apply) and node.op in BINDERS:
        bound, *ends, body = node.args
        return frozenset().union(*map(names, ends)) | (names(body) - names(bound))
    if isinstance(node, Apply):
        return frozenset().union(*map(names, node.args))
    return frozenset({node.name}) - CONSTANTS if isinstance(node, Name) else frozenset()


def parts(node: Node) -> list[Node]:
    """List every node of a tree.

    >>> from metier.graders.ladder.syntax import read_all
    >>> len(parts(read_all("x + 1")))
    3
    """
    found = [node]
    for part in found:
        if isinstance(part, Apply):
            found.extend(part.args)
    return found
