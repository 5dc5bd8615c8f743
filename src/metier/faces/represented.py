"""How is the likeness of two models shown on a page? One HTML file with its curves by layer.

Nothing is decided here, and whatever comes from a model or a file is text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from metier.evaluate.representation import LayerContrast, LayerLikeness
from metier.faces import charts
from metier.faces.page import render

SURE = 0.05
"""A mark is filled where p, after Holm over the layers, is at most this."""


def as_page(
    one: str,
    other: str,
    likenesses: Mapping[str, Sequence[LayerLikeness]],
    *,
    contrast: Sequence[LayerContrast] = (),
    permutations: int = 999,
    seed: int = 0,
) -> str:
    """One page for two models on some kinds of statements, such as facts and queries, by their names.

    >>> layer = LayerLikeness(layer=0, cosine=0.9, low=0.8, high=1.0, permuted=0.1, permuted_low=0.0, permuted_high=0.2,
    ...                       random_text=None, p_value=0.01)
    >>> "<svg" in as_page("base", "tuned", {"facts": [layer, layer]})
    True
    """
    return render(
        "represented.html.j2",
        {
            "title": "Likeness of two models",
            "one": one,
            "other": other,
            "told": _told(one, other, likenesses),
            "drawing": charts.layers(_lines(likenesses), title=f"mean cosine by layer, {one} and {other}"),
            "contrasted": charts.layers([_contrasted(contrast)], title="facts less queries, by layer")
            if contrast
            else None,
            "kinds": list(likenesses.items()),
            "contrast": contrast,
            "permutations": permutations,
            "seed": seed,
        },
    )


def _told(one: str, other: str, likenesses: Mapping[str, Sequence[LayerLikeness]]) -> str:
    parts = []
    for name, layers in likenesses.items():
        sure = sum(layer.p_value <= SURE for layer in layers)
        parts.append(f"{name} beyond their chance pairing in {sure} of {len(layers)} layers")
    return f"{one} and {other} hold " + " and ".join(parts) + "."


def _lines(likenesses: Mapping[str, Sequence[LayerLikeness]]) -> list[charts.Layers]:
    lines = []
    for place, (name, layers) in enumerate(likenesses.items()):
        style = ("fact", "query")[place % 2]
        null = [(layer.permuted_low, layer.permuted_high) for layer in layers]
        lines.append(charts.Layers(f"{name}, paired at random", f"{style} null", [la.permuted for la in layers], null))
        cosines, held = [la.cosine for la in layers], [(la.low, la.high) for la in layers]
        lines.append(charts.Layers(name, style, cosines, held, [la.p_value <= SURE for la in layers]))
    noise = [layer.random_text for layer in next(iter(likenesses.values()))]
    if None not in noise:
        lines.append(charts.Layers("random text", "noise", [value for value in noise if value is not None]))
    return lines


def _contrasted(contrast: Sequence[LayerContrast]) -> charts.Layers:
    return charts.Layers(
        "facts less queries",
        "fact",
        [one.difference for one in contrast],
        [(one.low, one.high) for one in contrast],
        [one.p_value <= SURE for one in contrast],
    )
