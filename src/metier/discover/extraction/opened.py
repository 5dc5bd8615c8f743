"""How does a worker get its reader? By a function that a fresh process can import and call."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from metier.digest import digest
from metier.discover.extraction.found import Extraction
from metier.discover.extraction.model import Lane, load
from metier.discover.extraction.rollup import roll_up
from metier.discover.extraction.workers import Reader
from metier.discover.taxonomies import load_taxonomy
from metier.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """Where the groups are that stand for close skills, and how close these are.

    Attributes:
        taxonomy: A file or folder.
        hierarchy: A file or folder of ESCO with the hierarchy, if the taxonomy lacks it.
        margin: As in `roll_up`.
    """

    taxonomy: Path
    hierarchy: Path | None = None
    margin: float = 0.1


def reader(
    folder: Path, *, path: Lane, count: int, least: float | None, keep_boilerplate: bool, groups: Groups | None = None
) -> Reader:
    """Load a model and give the function that reads one ad with it; for `stream` wrap it in `functools.partial`.

    Raises:
        InputError: The folder holds no model, or the taxonomy of the groups cannot be read.
        ConfigError: That taxonomy holds no skill of the model.
    """
    model = load(folder, path=path)
    tree = groups and load_taxonomy(groups.taxonomy, hierarchy=groups.hierarchy)
    if groups and tree and not any(skill in tree for skill in model.facts.skills.ids):
        raise ConfigError(
            f"{str(groups.taxonomy)!r} holds no skill of the model, which has {model.facts.skills.taxonomy}.",
            hint="Name the taxonomy that the model was trained with.",
        )

    def read(text: str) -> Extraction:
        found = model.extract(text, count=count, least=least, keep_boilerplate=keep_boilerplate)
        return replace(found, rolled=roll_up(found.skills, tree, margin=groups.margin)) if groups and tree else found

    return read


def settings_of(made: partial[Reader]) -> str:
    """What a run that was cut and the one that goes on must have in common: how a `reader` reads, and with which model.

    >>> settings_of(partial(reader, Path("nowhere"), count=5))
    " {'count': 5}"
    """
    file = made.args[0] / "model.json"
    return f"{digest(file.read_bytes()) if file.is_file() else ''} {made.keywords!r}"
