"""What does it take to be trusted here? The rules that a house may set, strict unless it says otherwise.

A policy is data: a TOML file, or the `[govern]` of a metier.toml. It says which gates are needed and how far each
vetting tier may go; it cannot let a block through, and its map from vetting to exposure never falls.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import ClassVar, Literal

from metier.border import load
from metier.errors import ConfigError
from metier.verdict import ExposureTier, VettingTier

TierName = Literal["metadata", "instructions", "supervised", "autonomous"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureMap:
    """The furthest exposure of each vetting tier. The strict reading: the survey's "T1, instructions only" is metadata.

    Raises:
        ValueError: A better vetting would allow less.

    >>> ExposureMap(unvetted="supervised")
    Traceback (most recent call last):
    ValueError: the map from vetting to exposure falls: unvetted allows supervised, community only instructions
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    unvetted: TierName = "metadata"
    community: TierName = "instructions"
    organisation: TierName = "supervised"
    vendor: TierName = "autonomous"

    def __post_init__(self) -> None:
        for lower, higher in pairwise(VettingTier):
            if self.ceiling(lower) > self.ceiling(higher):
                raise ValueError(
                    f"the map from vetting to exposure falls: {lower.name.lower()} allows {self._name(lower)}, "
                    f"{higher.name.lower()} only {self._name(higher)}"
                )

    def ceiling(self, vetting: VettingTier) -> ExposureTier:
        """How far a skill of this vetting may go at most."""
        return ExposureTier[self._name(vetting).upper()]

    def _name(self, vetting: VettingTier) -> str:
        name: str = getattr(self, vetting.name.lower())
        return name


@dataclass(frozen=True, slots=True, kw_only=True)
class GovernPolicy:
    """What it takes to be trusted.

    Attributes:
        semantic: Whether gate G2, a model's second opinion, is needed for more than unvetted. One that was taken and
            failed always counts.
        behavioural: What passes gate G3: a trace of a sandbox; or, with `measured`, also the attempts of an exam, for
            a package in which nothing can be executed.
        approval: Whether a person must have approved exactly this content before more than its metadata is shown.
        min_attempts, min_accuracy: Attempts scored, and the lower end of the interval of their accuracy, that
            organisation takes.
        promote_after: Supervised uses without a fault before a certified skill may act by itself.
        exposure: The furthest exposure of each vetting tier.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    semantic: Literal["required", "optional"] = "required"
    behavioural: Literal["sandbox", "measured"] = "sandbox"
    approval: Literal["required", "optional"] = "optional"
    min_attempts: int = 20
    min_accuracy: float = 0.8
    promote_after: int = 20
    exposure: ExposureMap = field(default_factory=ExposureMap)

    def ceiling(self, vetting: VettingTier) -> ExposureTier:
        """How far a skill of this vetting may go at most.

        >>> GovernPolicy().ceiling(VettingTier.COMMUNITY).name
        'INSTRUCTIONS'
        """
        return self.exposure.ceiling(vetting)


def mistyped(data: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """The keys of a policy whose value only looks like a number, and what they should be.

    A reader of TOML that is lenient takes `true` as 1 and "20" as 20, and so a slip as a policy.

    >>> list(mistyped({"min_attempts": True, "min_accuracy": 1}))
    [('min_attempts', 'a whole number')]
    """
    for key in ("min_attempts", "promote_after"):
        if key in data and type(data[key]) is not int:
            yield key, "a whole number"
    if "min_accuracy" in data and type(data["min_accuracy"]) not in (int, float):
        yield "min_accuracy", "a number"


def read_policy(path: Path) -> GovernPolicy:
    """Read a policy file.

    Raises:
        ConfigError: It cannot be read, a key is unknown or of the wrong type, a number is senseless, or its map falls.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise ConfigError(f"Cannot read the policy {str(path)!r}: {why}.") from error
    return parse_policy(text, where=str(path))


def parse_policy(text: str, *, where: str = "policy.toml") -> GovernPolicy:
    """Read the text of a policy file; as `read_policy`.

    >>> parse_policy('semantic = "optional"').semantic
    'optional'
    >>> parse_policy('[exposure]\\ncomunity = "metadata"')
    Traceback (most recent call last):
    metier.errors.ConfigError: policy.toml: unknown key 'exposure.comunity'. Did you mean 'community'?
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where}: this is not TOML: {error}.", hint="Mend that line; strings need quotes.") from None
    if isinstance(data.get("govern"), dict):
        raise ConfigError(
            f"{where}: expected the keys of a policy, got those of a metier.toml.",
            hint="A policy file has what stands below [govern], without that line; a workspace is named with -w.",
        )
    for key, expected in mistyped(data):
        raise ConfigError(f"{where}: expected {key} to be {expected}, got {data[key]!r}.")
    policy = load(GovernPolicy, data, where=where, error=ConfigError)
    for key, is_sensible, expected in (
        ("min_attempts", policy.min_attempts >= 1, "at least 1"),
        ("promote_after", policy.promote_after >= 1, "at least 1"),
        ("min_accuracy", 0.0 <= policy.min_accuracy <= 1.0, "between 0 and 1"),
    ):
        if not is_sensible:
            raise ConfigError(f"{where}: expected {key} to be {expected}, got {getattr(policy, key)!r}.")
    return policy
