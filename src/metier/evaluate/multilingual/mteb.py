"""What does task metadata of MTEB say in the scheme of a card?

Reads a CSV of `TaskMetadata` (embeddings-benchmark/mteb) with the columns `name`, `type`, `languages`, `domains`,
`annotations_creators`, `sample_creation`, `license`, `date_to` and `dialects`, `;` between the parts of a list. What
MTEB does not state stays unstated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from metier.evaluate.multilingual.card import Annotators, Card, Translation
from metier.evaluate.multilingual.languages import language_code
from metier.evaluate.multilingual.rows import read_rows

_COLUMNS = ("name", "type", "languages", "domains", "annotations_creators", "sample_creation", "license", "date_to")

# MTEB's `sample_creation` to the scheme of the cards: how translated, whether people looked at it, whether localized.
_CREATION: dict[str, tuple[tuple[Translation, ...], bool | None, bool | None]] = {
    "found": (("none",), None, None),
    "created": (("none",), None, None),
    "rendered": (("none",), None, None),
    "LM-generated and verified": (("none",), None, None),
    "human-translated": (("human",), None, None),
    "human-translated and localized": (("human",), None, True),
    "machine-translated": (("other-machine",), False, None),
    "machine-translated and verified": (("other-machine",), True, None),
    "machine-translated and LM verified": (("other-machine",), False, None),
    "machine-translated and localized": (("other-machine",), None, True),
    "created and machine-translated": (("other-machine",), None, None),
}
_ANNOTATORS: dict[str, tuple[Annotators, ...]] = {
    "derived": ("derived",),
    "algorithmic": ("derived",),
    "automatic": ("model",),
    "automatic-and-reviewed": ("model",),
    "expert-annotated": ("expert",),
    "human-annotated": ("crowd",),
    "LM-generated": ("model",),
    "LM-generated and reviewed": ("model",),
}


def read_mteb(path: str | Path) -> Iterator[Card]:
    """Read one card a task; scripts ("eng-Latn") and programming languages are dropped, a language is named once.

    Raises:
        InputError: The file cannot be read or lacks a column.

    >>> import tempfile
    >>> task = "T,STS,deu-Latn;fra-Latn,Web,derived,found,mit,2020-01-01"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "m.csv").write_text(",".join(_COLUMNS) + "\\n" + task)
    ...     next(read_mteb(Path(folder, "m.csv"))).languages
    ('deu', 'fra')
    """
    for _, row in read_rows(path, _COLUMNS):
        yield _card(row)


def _card(row: Mapping[str, str]) -> Card:
    translation, reviewed, localized = _CREATION.get(row["sample_creation"], ((), None, None))
    if row["annotations_creators"].endswith("reviewed"):
        reviewed = True
    # MTEB also lists programming languages ("sql-Code") and "zxx" for no language at all.
    spoken = (name for name in _parts(row["languages"]) if not name.endswith("-Code") and name[:3] != "zxx")
    codes = (language_code(name) or name for name in spoken)
    return Card(
        name=row["name"],
        languages=tuple(dict.fromkeys(codes)),
        published=row["date_to"][:7],
        tasks=_parts(row["type"]),
        domains=_parts(row["domains"]),
        translation=translation,
        localized=localized,
        reviewed=reviewed,
        annotators=_ANNOTATORS.get(row["annotations_creators"], ()),
        dialects=_parts(row.get("dialects", "")),
        license="" if row["license"] == "not specified" else row["license"],
    )


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def is_mteb(path: str | Path) -> bool:
    """Whether a file is a CSV with MTEB's column `sample_creation`, and so no table of cards.

    >>> is_mteb("cards.jsonl")
    False
    """
    if not Path(path).name.endswith((".csv", ".csv.gz")):
        return False
    return any("sample_creation" in row for _, row in islice(read_rows(path, ()), 1))
