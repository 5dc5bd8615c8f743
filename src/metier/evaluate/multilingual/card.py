"""What must be known of a benchmark before its scores mean anything? One card per benchmark, read strictly.

The first block of fields is the annotation scheme of arXiv 2504.15521, Table 1; the second holds what the six
characteristics of a good benchmark (its section 5) can be judged from. What was not stated is `None` or empty, which is
never read as "no".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, ClassVar, Literal, get_args, get_type_hints

from metier.errors import InputError
from metier.evaluate.multilingual.rows import read_rows
from metier.evaluate.unreadable import unreadable

Category = Literal["discriminative", "generative", "both"]
Size = Literal["<100", "100-1K", "1K-10K", "10K-100K", ">100K"]
Affiliation = Literal["academic", "industry", "both"]
Translation = Literal[
    "none", "human", "google", "gpt", "deepl", "nllb", "indictrans", "opus-mt", "microsoft", "other-machine"
]
Annotators = Literal["native", "fluent", "expert", "crowd", "model", "derived"]

BUCKETS: dict[str, tuple[int, int]] = {
    "<100": (1, 100),
    "100-1K": (100, 1000),
    "1K-10K": (1000, 10_000),
    "10K-100K": (10_000, 100_000),
    ">100K": (100_000, 1_000_000),
}
"""Items of each size bucket, from and to; the last has no end in the scheme and is taken to end at a million."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One benchmark.

    Attributes:
        name: What it is called.
        languages: As the authors name them; the linter maps them to codes.
        published: Year and month, "2024-05".
        category: Whether its answers are chosen, written, or both.
        tasks, domains: The authors' words, such as "question answering", "news".
        size: The bucket of the number of items over all languages.
        affiliation: Who made it; `affiliations` and `countries` name them.
        translation: How items came into their languages; ("none",) if they were made in them.
        num_items: The exact number of items, if known.
        localized: Whether items were adapted to the culture of each language, not translated only.
        annotators: Who made or checked the items or labels.
        reviewed: Whether people checked what a machine translated or wrote.
        agreement: Chance-corrected agreement of annotators, between -1 and 1.
        chance, human, best: Scores of guessing, of people and of the best model, from 0 to 1.
        is_public: Whether test answers can be read on the web.
        canary: Whether the files carry a canary string.
        source: Where the texts come from, such as "Wikipedia".
        dialects: Varieties that are covered apart from the standard one.
        license: As stated.

    >>> Card(name="X", languages=("German",)).translation
    ()
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    name: str
    languages: tuple[str, ...]
    published: str = ""
    category: Category | None = None
    tasks: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    size: Size | None = None
    affiliation: Affiliation | None = None
    affiliations: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    translation: tuple[Translation, ...] = ()
    num_items: int | None = None
    localized: bool | None = None
    annotators: tuple[Annotators, ...] = ()
    reviewed: bool | None = None
    agreement: float | None = None
    chance: float | None = None
    human: float | None = None
    best: float | None = None
    is_public: bool | None = None
    canary: bool | None = None
    source: tuple[str, ...] = ()
    dialects: tuple[str, ...] = ()
    license: str = ""

    @property
    def is_translated(self) -> bool | None:
        """Whether all or a part of the items were translated; `None` if that was not stated."""
        return any(one != "none" for one in self.translation) if self.translation else None


def read_cards(path: str | Path) -> Iterator[Card]:
    """Read cards from JSON lines, or from CSV with the fields as columns and `;` between the parts of a list.

    Raises:
        InputError: The file cannot be read, a key or column is unknown, or a value is not one of the scheme.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "c.csv").write_text("name,languages,localized\\nX,German;French,no\\n")
    ...     next(read_cards(Path(folder, "c.csv"))).languages
    ('German', 'French')
    """
    from metier.border import load, load_json

    if Path(path).name.endswith((".csv", ".csv.gz")):
        for where, row in read_rows(path, ("name", "languages")):
            yield load(Card, _from_cells(row, where), where=where)
        return
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(path, error) from error
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield load_json(Card, line, where=f"{path}, line {number}")


def _from_cells(row: dict[str, str], where: str) -> dict[str, Any]:
    """What a spreadsheet holds, as JSON would hold it; an empty cell was not stated."""
    kinds = get_type_hints(Card)
    lists = {field.name for field in fields(Card) if kinds[field.name] is not str and "tuple" in str(kinds[field.name])}
    truths = {field.name for field in fields(Card) if bool in get_args(kinds[field.name])}
    cells: dict[str, Any] = {}
    for key, cell in row.items():
        said = cell.strip()
        if not said and key in kinds:
            continue
        if key in lists:
            cells[key] = tuple(part.strip() for part in said.split(";") if part.strip())
        elif key in truths:
            cells[key] = _truth(said, where, key)
        else:
            cells[key] = said
    return cells


def _truth(said: str, where: str, key: str) -> bool:
    words = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
    if said.casefold() not in words:
        raise InputError(f"{where}: {key}: expected yes or no, got {said!r}.")
    return words[said.casefold()]
