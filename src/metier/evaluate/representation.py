"""Do two models hold the same statements alike? Layer-wise cosine of hidden states, against two nulls.

It knows arrays alone: `metier.clients.states` reads them from a model. Both models must have the same width. After the
probes of arXiv 2511.05933: facts ("Code 57.95 refers to ...") and queries ("What is code 57.95?").
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from metier.evaluate.comparison.many import holm


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerLikeness:
    """One layer of two models.

    Attributes:
        cosine: The mean cosine over statements, with its interval.
        permuted: The mean cosine when statements are paired at random: what all statements share.
        permuted_low, permuted_high: Between which 95 % of such means lie.
        random_text: The mean cosine over texts without meaning; `None` where none were given.
        p_value: Of the permutation test, corrected by Holm over the layers.
    """

    layer: int
    cosine: float
    low: float
    high: float
    permuted: float
    permuted_low: float
    permuted_high: float
    random_text: float | None
    p_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerContrast:
    """One layer: how much more alike two models hold the facts than the queries about the same codes.

    Attributes:
        difference: The mean of cosine of the fact less cosine of the query, paired by code, with its 95 % interval.
        p_value: Two-sided, of Student's t, corrected by Holm over the layers.
    """

    layer: int
    difference: float
    low: float
    high: float
    p_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PairReport:
    """Two models on the same codes, layer by layer."""

    facts: list[LayerLikeness]
    queries: list[LayerLikeness]
    contrast: list[LayerContrast]


StatesOf = Callable[[Sequence[str]], Any]
"""Gives the states of texts in one model, shaped (texts, layers, width): `metier.clients.states.last_states`."""


def over_texts(
    one: StatesOf, other: StatesOf, texts: Sequence[str], *, permutations: int = 999, seed: int = 0
) -> list[LayerLikeness]:
    """Compare two models on statements, beside random text of the same lengths; each model is asked once.

    Raises:
        ValueError: As `likeness`.
    """
    asked = [*texts, *(random_text(text, seed=seed) for text in texts)]
    a, b, n = one(asked), other(asked), len(texts)
    return likeness(a[:n], b[:n], random_one=a[n:], random_other=b[n:], permutations=permutations, seed=seed)


def over_pairs(
    one: StatesOf, other: StatesOf, pairs: Sequence[tuple[str, str]], *, permutations: int = 999, seed: int = 0
) -> PairReport:
    """Compare two models on the fact and on the query of each (code, description); each model is asked once.

    Raises:
        ValueError: As `likeness`.
    """
    queries, facts = zip(*(statements(*pair) for pair in pairs), strict=True) if pairs else ((), ())
    noise = [random_text(text, seed=seed) for text in facts]
    n = len(pairs)
    asked = [*facts, *queries, *noise]
    a, b = one(asked), other(asked)

    def of(begin: int) -> list[LayerLikeness]:
        part = slice(begin, begin + n)
        return likeness(
            a[part], b[part], random_one=a[2 * n :], random_other=b[2 * n :], permutations=permutations, seed=seed
        )

    return PairReport(facts=of(0), queries=of(n), contrast=contrast(a[:n], b[:n], a[n : 2 * n], b[n : 2 * n]))


def contrast(fact_one: Any, fact_other: Any, query_one: Any, query_other: Any) -> list[LayerContrast]:
    """Compare likeness on facts with likeness on queries, paired by code.

    Args:
        fact_one, fact_other, query_one, query_other: Shaped (codes, layers, width), the same codes in the same order.

    Raises:
        ValueError: Shapes differ, or there are fewer than three codes.

    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> fact, query, else_ = (rng.normal(size=(20, 1, 8)) for _ in range(3))
    >>> contrast(fact, fact, query, else_)[0].low > 0.5
    True
    """
    import numpy as np

    from metier.evaluate.student import t_quantile, t_tail

    arrays = [_unit(states) for states in (fact_one, fact_other, query_one, query_other)]
    if len({one.shape for one in arrays}) > 1 or arrays[0].ndim != 3 or len(arrays[0]) < 3:
        raise ValueError(f"Expected four arrays of one shape, got {', '.join(str(one.shape) for one in arrays)}.")
    differences = np.einsum("nlw,nlw->nl", *arrays[:2]) - np.einsum("nlw,nlw->nl", *arrays[2:])
    n, means = len(differences), differences.mean(0)
    errors = differences.std(0, ddof=1) / np.sqrt(n)
    reach = t_quantile(0.95, n - 1) * errors
    # Without spread there is nothing to test: no difference at all, or one that every code shows.
    p_values = [
        t_tail(mean / error, n - 1) if error else float(mean == 0) for mean, error in zip(means, errors, strict=True)
    ]
    return [
        LayerContrast(
            layer=layer,
            difference=float(means[layer]),
            low=float(means[layer] - reach[layer]),
            high=float(means[layer] + reach[layer]),
            p_value=p,
        )
        for layer, p in enumerate(holm([float(p) for p in p_values]))
    ]


def likeness(
    one: Any, other: Any, *, random_one: Any = None, random_other: Any = None, permutations: int = 999, seed: int = 0
) -> list[LayerLikeness]:
    """Compare the states of the same statements in two models, layer by layer.

    The test permutes which statement of the second model stands beside each of the first, one permutation for all
    layers; p = (1 + number as large) / (1 + permutations), then Holm over layers. The interval is Student's over
    statements, and holds for statements drawn as these were.

    Args:
        one, other: Shaped (statements, layers, width).
        random_one, random_other: The same for texts without meaning, any number of them.

    Raises:
        ValueError: Shapes differ, a state is not finite, random text is there for one model alone, or there are fewer
            than three statements.

    >>> import numpy as np
    >>> states = np.random.default_rng(0).normal(size=(20, 2, 8))
    >>> [round(layer.cosine, 3) for layer in likeness(states, states, permutations=99)]
    [1.0, 1.0]
    """
    import numpy as np

    from metier.evaluate.student import t_quantile

    given = [states for states in (one, other, random_one, random_other) if states is not None]
    if not all(np.isfinite(np.asarray(states)).all() for states in given):
        raise ValueError("Expected finite states, got some that are not: a layer overflowed.")
    a, b = _unit(one), _unit(other)
    if a.shape != b.shape or a.ndim != 3 or len(a) < 3:
        raise ValueError(f"Expected two arrays (3 or more statements, layers, width), got {a.shape} and {b.shape}.")
    noise_shapes = [np.shape(states) for states in (random_one, random_other) if states is not None]
    if noise_shapes and (
        len(noise_shapes) < 2 or noise_shapes[0] != noise_shapes[1] or noise_shapes[0][1:] != a.shape[1:]
    ):
        raise ValueError(f"Expected states of random text from both models, shaped as {a.shape}, got {noise_shapes}.")
    n = len(a)
    cosines = np.einsum("nlw,nlw->nl", a, b)
    products = np.einsum("nlw,mlw->lnm", a, b)
    rng, rows = np.random.default_rng(seed), np.arange(n)
    null = np.stack([products[:, rows, rng.permutation(n)].mean(1) for _ in range(permutations)])
    means = cosines.mean(0)
    # A sum in another order may differ in its last bits: a tie must count as one.
    p_values = holm(((1 + (null >= means - 1e-12).sum(0)) / (1 + permutations)).tolist())
    edges = np.quantile(null, (0.025, 0.975), axis=0)
    reach = t_quantile(0.95, n - 1) * cosines.std(0, ddof=1) / np.sqrt(n)
    noise = None
    if random_one is not None:
        noise = np.einsum("nlw,nlw->nl", _unit(random_one), _unit(random_other)).mean(0)
    return [
        LayerLikeness(
            layer=layer,
            cosine=float(means[layer]),
            low=float(max(means[layer] - reach[layer], -1)),
            high=float(min(means[layer] + reach[layer], 1)),
            permuted=float(null[:, layer].mean()),
            permuted_low=float(edges[0, layer]),
            permuted_high=float(edges[1, layer]),
            random_text=None if noise is None else float(noise[layer]),
            p_value=p_values[layer],
        )
        for layer in range(a.shape[1])
    ]


def statements(code: str, description: str) -> tuple[str, str]:
    """The query and the fact about a code.

    >>> statements("57.95", "replacement of indwelling urinary catheter")[0]
    'What is code 57.95?'
    """
    return f"What is code {code}?", f"Code {code} refers to {description}."


def random_text(text: str, *, seed: int = 0) -> str:
    """Letters drawn at random in place of those of a text, of the same lengths and marks: its form without its meaning.

    >>> len(random_text("Code A1 refers to ants."))
    23
    """
    import random
    import string

    rng = random.Random(f"{seed} {text}")
    return "".join(rng.choice(string.ascii_lowercase) if c.isalpha() else c for c in text)


def _unit(states: Any) -> Any:
    import numpy as np

    values = np.asarray(states, dtype=np.float64)
    return values / np.maximum(np.linalg.norm(values, axis=-1, keepdims=True), 1e-300)
