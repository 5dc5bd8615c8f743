"""How are samplers named and mixed? `siblings`, or parts with weights: `random:3,siblings:1,string-near:2`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import cast

import numpy as np

from metier.discover.supervision.sampler import SHORT, Rows, Sampler
from metier.discover.supervision.space import Indices, Space
from metier.errors import ConfigError, MetierError, nearest

GROUP = "metier.negatives"
OWN = (
    EntryPoint("random", "metier.discover.supervision.negatives:Random", GROUP),
    EntryPoint("siblings", "metier.discover.supervision.negatives:siblings", GROUP),
    EntryPoint("string-near", "metier.discover.supervision.strings:string_near", GROUP),
    EntryPoint("embedding-near", "metier.discover.supervision.negatives:embedding_near", GROUP),
    EntryPoint("related", "metier.discover.supervision.negatives:related", GROUP),
)
Factory = Callable[[Space], Sampler]


def sampler_names() -> list[str]:
    """List the samplers that are installed, ours and those of other packages.

    >>> "siblings" in sampler_names()
    True
    """
    return sorted({point.name for point in _points()})


def make_sampler(recipe: str, space: Space) -> Sampler:
    """Make one sampler, or a mixture of several in the ratio of their weights.

    A part is one of `sampler_names()`: one of ours, or a function of a `Space` that another package offers under the
    entry-point group `metier.negatives`. A weight is a number above 0, and 1 if it is left out.

    Raises:
        ConfigError: There is no such sampler, a part stands there twice, or a weight is no number above 0.
        InputError: The space lacks what a sampler needs: relations, vectors.

    >>> from metier.discover.supervision.space import space
    >>> from metier.taxonomy import Concept, Taxonomy
    >>> here = space(Taxonomy(name="t", concepts=tuple(Concept(id=c, label=c) for c in "abcdefgh")))
    >>> make_sampler("random:3,siblings:1", here).columns(4)
    ('random', 'random', 'random', 'siblings')
    """
    weights: dict[str, float] = {}
    for part in recipe.split(","):
        name, _, weight = part.strip().partition(":")
        if name in weights:
            raise ConfigError(f"Expected each sampler once in {recipe!r}, got {name!r} twice.")
        weights[name] = _weight(weight, recipe)
    samplers = [_make(name, space) for name in weights]
    return samplers[0] if len(samplers) == 1 else Mixture(tuple(weights), samplers, tuple(weights.values()), len(space))


def shortfalls(sampler: Sampler, drawn: Indices) -> dict[str, int]:
    """Count by sampler how many negatives it was asked for and could not give.

    >>> from metier.discover.supervision.space import space
    >>> from metier.taxonomy import Concept, Taxonomy
    >>> here = space(Taxonomy(name="t", concepts=tuple(Concept(id=c, label=c) for c in "abc")))
    >>> sampler = make_sampler("siblings", here)
    >>> shortfalls(sampler, sampler.draw([np.array([0])], 5, np.random.default_rng(0)))
    {'siblings': 5}
    """
    short = Counter[str]()
    for name, count in zip(sampler.columns(drawn.shape[1]), (drawn == SHORT).sum(axis=0).tolist(), strict=True):
        short[name] += count
    return dict(short)


@dataclass(frozen=True, slots=True)
class Mixture:
    """Draw from several samplers, each its share of the columns; no negative stands in a row twice.

    Where two samplers draw the same concept, the one named first keeps it, and the other draws again among what is left
    to it. What a sampler is short of is left short: nobody steps in.
    """

    names: tuple[str, ...]
    samplers: Sequence[Sampler]
    weights: tuple[float, ...]
    size: int

    def columns(self, count: int) -> tuple[str, ...]:
        """The parts one after the other, by largest remainder of their weights; ties go to the part named first.

        Raises:
            ConfigError: `count` is so small that a part would never be drawn.
        """
        shares = [count * weight / sum(self.weights) for weight in self.weights]
        many = [int(share) for share in shares]
        by_rest = sorted(range(len(shares)), key=lambda at: (many[at] - shares[at], at))
        for at in by_rest[: count - sum(many)]:
            many[at] += 1
        if 0 in many:
            none = self.names[many.index(0)]
            raise ConfigError(f"{count} negatives are too few for the mixture: {none!r} would never be drawn.")
        return tuple(name for name, times in zip(self.names, many, strict=True) for _ in range(times))

    def draw(self, positives: Rows, count: int, rng: np.random.Generator, *, occurring: Rows | None = None) -> Indices:
        """Draw as `Sampler.draw` promises: each part avoids what the parts before it drew."""
        columns = Counter(self.columns(count))
        barred = list(occurring) if occurring is not None else [np.array([], dtype=np.int64)] * len(positives)
        parts = []
        for name, sampler in zip(self.names, self.samplers, strict=True):
            drawn = sampler.draw(positives, columns[name], rng, occurring=barred)
            parts.append(drawn)
            barred = [np.concatenate((row, new[new != SHORT])) for row, new in zip(barred, drawn, strict=True)]
        return np.concatenate(parts, axis=1)


def _weight(text: str, recipe: str) -> float:
    try:
        weight = float(text or 1)
    except ValueError:
        weight = 0.0
    if not 0 < weight < float("inf"):
        raise ConfigError(f"Expected a weight above 0 after the colon, got {text!r} in {recipe!r}.")
    return weight


def _make(name: str, space: Space) -> Sampler:
    points = {point.value: point for point in _points() if point.name == name}
    if not points:
        raise ConfigError(f"No sampler is called {name!r}.", hint=nearest(name, sampler_names()))
    if len(points) > 1:
        raise ConfigError(f"Several packages offer a sampler called {name!r}: {', '.join(sorted(points))}.")
    (point,) = points.values()
    return _load(point)(space)


def _points() -> tuple[EntryPoint, ...]:
    return (*OWN, *entry_points(group=GROUP))


def _load(point: EntryPoint) -> Factory:
    try:
        return cast(Factory, point.load())
    except MetierError:
        raise
    except Exception as error:  # a plug-in raises what it likes
        raise ConfigError(f"The sampler {point.name!r} cannot be loaded from {point.value}: {error}.") from error
