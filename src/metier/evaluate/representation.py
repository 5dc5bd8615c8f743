"""Do two models hold the same statements alike? Layer-wise cosine of hidden states, against two nulls.

It knows arrays alone: `metier.clients.states` reads them from a model. Both models must have the same width. After the
probes of arXiv 2511.05933: facts ("Code 57.95 refers to ...") and queries ("What is code 57.95?").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from metier.evaluate.comparison.many import holm


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerLikeness:
    """One layer of two models.

    Attributes:
        cosine: The mean cosine over statements, with its interval.
        permuted: The mean cosine when statements are paired at random: what all statements share.
        random_text: The mean cosine over texts without meaning; `None` where none were given.
        p_value: Of the permutation test, corrected by Holm over the layers.
    """

    layer: int
    cosine: float
    low: float
    high: float
    permuted: float
    random_text: float | None
    p_value: float


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
        ValueError: Shapes differ, a state is not finite, or there are fewer than three statements.

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
    n = len(a)
    cosines = np.einsum("nlw,nlw->nl", a, b)
    products = np.einsum("nlw,mlw->lnm", a, b)
    rng, rows = np.random.default_rng(seed), np.arange(n)
    null = np.stack([products[:, rows, rng.permutation(n)].mean(1) for _ in range(permutations)])
    means = cosines.mean(0)
    # A sum in another order may differ in its last bits: a tie must count as one.
    p_values = holm(((1 + (null >= means - 1e-12).sum(0)) / (1 + permutations)).tolist())
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
