"""What does this metier.toml ask for? The one place where a workspace is read and checked.

    [workspace]   name, seed, store
    [discover]    taxonomy, documents, packages, model
    [distill]     how many items for practice, exam and promotion
    [practice]    the regime and its arms (`metier.practice.config`)
    [evaluate]    which arm becomes the policy, and the protocol of the exam
    [govern]      what it takes to be trusted
    [compose]     facts that hold, and conditions and priorities of skills by name
    [[compose.goals]]   what should be reached with the stored skills
    [update]      how much is practised on failures, and what a promotion must not lose

Only `name` must be there. Whoever only governs packages leaves out taxonomy and documents, which a run needs. Paths are
relative to the file. An unknown key, a wrong type or a missing file stops the run before the first stage.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from metier.border import load
from metier.compose.stage import ComposeSettings
from metier.discover.stage import DiscoverSettings
from metier.distill.stage import DistillSettings
from metier.errors import ConfigError, InputError, nearest
from metier.evaluate.stage import EvaluateSettings
from metier.govern.policy import GovernPolicy, mistyped
from metier.practice.config import ARMS, PracticeConfig
from metier.update.stage import UpdateSettings

FILE = "metier.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceSettings:
    """What the workspace is called, the seed of every random choice, and where the records are kept.

    `store` is a path for SQLite or a `postgresql://` address; files always lie in `.metier` beside metier.toml.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    name: str
    seed: int = 0
    store: str = ".metier/store.sqlite"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The whole of a metier.toml."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    workspace: WorkspaceSettings
    discover: DiscoverSettings = field(default_factory=DiscoverSettings)
    distill: DistillSettings = field(default_factory=DistillSettings)
    practice: PracticeConfig = field(default_factory=PracticeConfig)
    evaluate: EvaluateSettings = field(default_factory=EvaluateSettings)
    govern: GovernPolicy = field(default_factory=GovernPolicy)
    compose: ComposeSettings = field(default_factory=ComposeSettings)
    update: UpdateSettings = field(default_factory=UpdateSettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A folder with a metier.toml: its settings, and where its files are."""

    folder: Path
    settings: Settings

    @property
    def home(self) -> Path:
        """Where records, artefacts and reports are kept."""
        return self.folder / ".metier"

    @property
    def store(self) -> str:
        """The address of the store: a PostgreSQL URL as it is, a path made absolute."""
        address = self.settings.workspace.store
        return address if "://" in address else str(self.folder / address)

    @property
    def is_whole(self) -> bool:
        """Whether the wheel can be turned; where not, packages can be governed all the same."""
        return bool(self.settings.discover.taxonomy)

    def path(self, name: str) -> Path:
        """A path of the settings, made absolute."""
        return (self.folder / name).resolve()


def open_workspace(folder: Path) -> Workspace:
    """Read and check the metier.toml of a folder.

    Raises:
        ConfigError: There is none, it is not TOML, or a key is unknown, missing or of the wrong type; the message names
            the line.
    """
    path = folder / FILE
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(
            f"Expected a {FILE} in {str(folder)!r}, found none.",
            hint="Pass the folder of a workspace, such as examples/first-trade, as the argument or with -w.",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"Cannot read {str(path)!r}: {error}.") from error
    settings = parse_settings(text, where=str(path))
    workspace = Workspace(folder=folder.resolve(), settings=settings)
    _refuse_senseless(settings, text, str(path))
    _refuse_missing(workspace, text, str(path))
    return workspace


def parse_settings(text: str, *, where: str = FILE) -> Settings:
    """Read the text of a metier.toml; as `open_workspace`, but no path is looked at.

    >>> parse_settings('[workspace]\\nname = "t"\\nsead = 1\\n[discover]\\ntaxonomy = "t.csv"\\ndocuments = []\\n')
    Traceback (most recent call last):
    metier.errors.ConfigError: metier.toml, line 3: unknown key 'workspace.sead'. Did you mean 'seed'?
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where}: this is not TOML: {error}.", hint="Mend that line; strings need quotes.") from None
    section = data.get("govern")
    govern = section if isinstance(section, dict) else {}
    for key, expected in mistyped(govern):
        line = line_of(text, ("govern", key))
        place = f"{where}, line {line}" if line else where
        raise ConfigError(f"{place}: expected govern.{key} to be {expected}, got {govern[key]!r}.")
    try:
        return load(Settings, data, where="\0", error=ConfigError)
    except InputError as error:
        line = line_of(text, error.key)
        place = f"{where}, line {line}" if line else where
        raise ConfigError(str(error).replace("\0", place, 1), hint=error.hint) from None


def line_of(text: str, key: Sequence[str | int]) -> int:
    """The line, from 1, of the key of a TOML text that comes nearest to a path of names; 0 if there is none.

    >>> line_of("[a]\\nb = 1\\n[[c.d]]\\ne = 2\\n", ("c", "d", 0, "e"))
    4
    """
    names = [part for part in key if isinstance(part, str)]
    positions = [part for part in key if isinstance(part, int)]
    table: list[str] = []
    seen = 0
    best, nearest_line = 0, 0
    for number, line in enumerate(text.splitlines(), start=1):
        header = re.match(r"\s*\[+\s*([\w.\-\"]+)\s*\]+", line)
        entry = re.match(r"\s*([\w\-\"]+)\s*=", line)
        if header:
            table = [part.strip('"') for part in header[1].split(".")]
            seen += line.lstrip().startswith("[[") and table == names[: len(table)]
        here = [*table, entry[1].strip('"')] if entry else table
        if not (header or entry) or (positions and seen and seen - 1 != positions[0]):
            continue
        if here == names[: len(here)] and len(here) > best:
            best, nearest_line = len(here), number
    return nearest_line


def _refuse_senseless(settings: Settings, text: str, where: str) -> None:
    """Stop at a value that would only fail, or mean nothing, after minutes of work."""
    policy = settings.evaluate.policy
    if policy not in ARMS:
        line = line_of(text, ("evaluate", "policy"))
        raise ConfigError(
            f"{where}, line {line}: evaluate.policy names {policy!r}, which is no arm of practice.",
            hint=nearest(policy, ARMS),
        )
    for section, key, is_sensible, expected in _limits(settings):
        if not is_sensible:
            line = line_of(text, (section, key))
            value = getattr(getattr(settings, section), key)
            place = f"{where}, line {line}" if line else where
            raise ConfigError(f"{place}: expected {section}.{key} to be {expected}, got {value!r}.")


def _limits(settings: Settings) -> Iterator[tuple[str, str, bool, str]]:
    """Section, key, whether its value makes sense, and what would."""
    practice, levels = settings.practice, settings.distill.levels
    positive = {
        "distill": ("practice",),
        "evaluate": ("max_tokens",),
        "govern": ("min_attempts", "promote_after"),
        "practice": (
            "width", "num_layers", "num_heads", "threads", "base_steps", "base_batch", "steps", "prompts", "minibatch",
            "tokens_per_level", "rft_rounds", "rft_epochs", "rft_batch", "rft_keep", "checkpoint_every",
        ),
        "update": ("items", "steps"),
    }  # fmt: skip
    for section, keys in positive.items():
        yield from ((section, key, getattr(getattr(settings, section), key) >= 1, "at least 1") for key in keys)
    for key in ("exam", "gate"):
        yield "distill", key, getattr(settings.distill, key) >= 2, "at least 2, so that there is something to compare"
    sensible = len(set(levels)) == len(levels) > 0 and all(1 <= level <= 4 for level in levels)
    yield "distill", "levels", sensible, "different levels from 1 to 4"
    yield "govern", "min_accuracy", 0.0 <= settings.govern.min_accuracy <= 1.0, "between 0 and 1"
    yield "update", "tolerance", 0.0 <= settings.update.tolerance <= 1.0, "between 0 and 1"
    yield "practice", "num_heads", practice.width % (2 * practice.num_heads) == 0, "a divisor of half the width"
    yield "practice", "samples", practice.samples >= 2, "at least 2: one reply has no group to be better than"
    for key in ("lr", "muon_lr", "base_lr", "base_muon_lr", "temperature"):
        yield "practice", key, 0.0 < getattr(practice, key) < 100.0, "above 0"
    yield "practice", "rehearsal", 0.0 <= practice.rehearsal < 1.0, "at least 0 and less than 1"


def _refuse_missing(workspace: Workspace, text: str, where: str) -> None:
    discover = workspace.settings.discover
    named = [("taxonomy", discover.taxonomy)] if discover.taxonomy else []
    named += [("documents", d) for d in discover.documents]
    named += [("packages", p) for p in discover.packages]
    named += [("model", discover.model)] if discover.model else []
    for key, name in named:
        if not workspace.path(name).exists():
            line = line_of(text, ("discover", key))
            raise ConfigError(
                f"{where}, line {line}: discover.{key} names {name!r}, which is missing.",
                hint=f"Paths are relative to {str(workspace.folder)!r}.",
            )
