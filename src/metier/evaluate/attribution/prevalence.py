"""How common is each lacking ability, when the labels come from a model that errs? Corrected by a labelled sample.

Two estimators. *Prediction-powered*: the model's share on everything, plus what people found it to be off by on a
sample (Angelopoulos et al., *Science* 382 (2023) 669; tuned as in arXiv 2311.01453). *Rogan–Gladen*: from a known
sensitivity and specificity (*Am. J. Epidemiol.* 107 (1978) 71). Ten shares are ten chances to be wrong, so the
intervals hold together, by the largest deviation of all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, ClassVar

DRAWS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Prevalence:
    """The share of errors that show a lack.

    Attributes:
        raw: The share as the model labels it, which may be far off.
        value: The corrected share.
        low, high: An interval that holds for all labels of the call together.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    name: str
    raw: float
    value: float
    low: float
    high: float


def corrected(
    labels: Mapping[str, Sequence[bool]],
    checked: Mapping[str, Sequence[tuple[bool, bool]]],
    *,
    level: float = 0.95,
    seed: int = 0,
) -> list[Prevalence]:
    """Correct the shares of a labelling model by a sample that people labelled too.

    Args:
        labels: By name, what the model says of each error outside the sample; all of one length N.
        checked: By name, for each error of a random sample, what the model and what people say; all of one length n.
        level: The chance that every interval holds its share.
        seed: Of the multiplier bootstrap that finds how far the largest deviation reaches.

    Raises:
        ValueError: The names differ, lengths differ, or the sample has fewer than two errors.
    """
    import numpy as np

    names = list(labels)
    if set(names) != set(checked):
        raise ValueError(f"Expected the same names on both sides, got {sorted(names)} and {sorted(checked)}.")
    f_N = np.array([labels[name] for name in names], float).reshape(len(names), -1)
    pairs = np.array([checked[name] for name in names], float)
    if pairs.ndim != 3 or pairs.shape[1] < 2 or f_N.shape[1] < 2:
        raise ValueError("Expected two or more errors in the sample and outside it, as many for each name.")
    f_n, y_n = pairs[:, :, 0], pairs[:, :, 1]
    n, N = f_n.shape[1], f_N.shape[1]
    weight = _tuned(f_n, y_n, f_N)[:, None]
    values = (weight * f_N).mean(1) + (y_n - weight * f_n).mean(1)
    # A rare label shows too little spread in a small sample. Two errors of each of the four kinds are added to learn
    # it: z²/4 as Agresti and Coull (1998), for the z of ten intervals.
    kinds_f, kinds_y = (np.tile(kind, (len(names), 1)) for kind in ([0.0, 0.0, 1.0, 1.0] * 2, [0.0, 1.0, 0.0, 1.0] * 2))
    off = np.concatenate([y_n, kinds_y], axis=1) - weight * np.concatenate([f_n, kinds_f], axis=1)
    parts = _centred(off) / n, _centred(weight * f_N) / N
    errors = np.sqrt(sum((part**2).sum(1) for part in parts))
    half = _largest(parts, errors, level, seed) * errors
    raw = np.concatenate([f_N, f_n], axis=1).mean(1)
    return [
        Prevalence(name=name, raw=float(r), value=_share(v), low=_share(v - h), high=_share(v + h))
        for name, r, v, h in zip(names, raw, values, half, strict=True)
    ]


def rogan_gladen(share: float, *, sensitivity: float, specificity: float) -> float:
    """Correct a share for a test that errs: (p + specificity - 1) / (sensitivity + specificity - 1), kept in [0, 1].

    Raises:
        ValueError: The test is no better than chance.

    >>> round(rogan_gladen(0.26, sensitivity=0.9, specificity=0.9), 12)
    0.2
    """
    if sensitivity + specificity <= 1:
        raise ValueError(
            f"Expected a sensitivity and a specificity that add up to more than 1, got {sensitivity} and {specificity}."
        )
    return _share((share + specificity - 1) / (sensitivity + specificity - 1))


def _tuned(f_n: Any, y_n: Any, f_N: Any) -> Any:
    """How far to lean on the model for each name: cov(y, f) / ((1 + n/N) var f), between 0 and 1."""
    import numpy as np

    n, N = f_n.shape[1], f_N.shape[1]
    cov = (_centred(f_n) * _centred(y_n)).mean(1)
    var = np.concatenate([f_n, f_N], axis=1).var(1)
    return np.clip(np.divide(cov, (1 + n / N) * var, out=np.zeros_like(cov), where=var > 0), 0.0, 1.0)


def _centred(table: Any) -> Any:
    return table - table.mean(1, keepdims=True)


def _largest(parts: Any, errors: Any, level: float, seed: int) -> float:
    """The quantile of the largest deviation of all names, in standard errors, by Gaussian multipliers.

    Never below the quantile of one name, nor above that of as many independent ones.
    """
    import numpy as np

    alone = NormalDist().inv_cdf(0.5 + level / 2)
    together = NormalDist().inv_cdf(1 - (1 - level) / 2 / len(errors))
    rng = np.random.default_rng(seed)
    draws = sum(rng.standard_normal((DRAWS, part.shape[1])) @ part.T for part in parts)
    largest = float(np.quantile((np.abs(draws) / errors).max(1), level))
    return min(max(largest, alone), together)


def _share(value: float) -> float:
    return min(max(float(value), 0.0), 1.0)
