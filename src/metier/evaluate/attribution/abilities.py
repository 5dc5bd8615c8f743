"""Which ability did a wrong solution lack? The ten of SciBench, and a label with the words that show it.

After "SciBench" (arXiv 2307.10635), section 4.3: the categories are the paper's, the definitions are in our words.
There a verifier names one of them for each error; here an error may have several, each with a quote.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Ability:
    """One of the ten: its number in the paper, an identifier, and what lacking it looks like."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    number: int
    ability_id: str
    lacking: str

    @property
    def title(self) -> str:
        """The identifier as words.

        >>> ABILITIES[9].title
        'calculation'
        """
        return self.ability_id.replace("-", " ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One ability that an error shows to be lacking.

    Attributes:
        quote: Words of the reply that show it; never empty.
        start: Where the quote begins in the reply, in characters.
        by: The detector or the judge that says so.
        note: Why, such as the value that a calculation should have had.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    ability_id: str
    quote: str
    start: int
    by: str
    note: str = ""


ABILITIES = tuple(
    Ability(number=number, ability_id=ability_id, lacking=lacking)
    for number, (ability_id, lacking) in enumerate(
        (
            ("logical-decomposition", "The problem is cut into the wrong steps, or a step that it needs is left out."),
            ("identification-of-assumptions", "A condition that the problem rests on is missed, or one is invented."),
            ("spatial-perception", "A shape, a direction or a position in space is pictured wrongly."),
            (
                "causal-reasoning",
                "What brings about what is mistaken, such as a cause taken for its effect.",
            ),
            (
                "problem-deduction",
                "The right facts are there, and what follows from them here is not drawn.",
            ),
            ("abstract-reasoning", "A general relation or symbol is handled wrongly apart from any number."),
            ("scientific-literacy", "A law, formula, constant or unit of the field is wrong or wrongly chosen."),
            ("code-conversion", "The solution is not carried over into a program that runs and does what was meant."),
            ("logical-reasoning", "One statement does not follow from those before it, or contradicts them."),
            ("calculation", "The arithmetic or the algebra is wrong though what is calculated is right."),
        ),
        start=1,
    )
)
"""In the order of the paper."""

BY_ID = {ability.ability_id: ability for ability in ABILITIES}
