"""Error attribution: which of ten abilities wrong solutions lack, with evidence, agreement and corrected shares."""

from __future__ import annotations

from metier.evaluate.attribution.abilities import ABILITIES, Ability, Label
from metier.evaluate.attribution.attribute import Attributed, Attribution, attribute
from metier.evaluate.attribution.judges import Wrong

__all__ = ["ABILITIES", "Ability", "Attributed", "Attribution", "Label", "Wrong", "attribute"]
