"""What stands for a concept that was given up? A table of replacements, and what the versions say themselves."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from metier.discover.taxonomies.skos import FORMATS, read_skos
from metier.discover.taxonomies.table import Table, parse_table, read_text
from metier.errors import DocumentError
from metier.taxonomy import Taxonomy

History = Mapping[str, Sequence[str]]

_OLD = ("concepturi", "uri", "id", "concept", "old", "olduri", "oldid", "from", "obsolete", "obsoleteuri", "replaced")
_NEW = ("replacedby", "replacedbyuri", "isreplacedby", "new", "newuri", "newid", "to", "replacement", "replacementuri")
_SEVERAL = re.compile(r"[|;\n]")
_LETTERS = re.compile(r"[^a-z]")


def read_history(path: Path) -> dict[str, tuple[str, ...]]:
    """Read which identifiers stand for which: the first version's on the left, what replaced it on the right.

    Args:
        path: A CSV with a column of identifiers (`conceptUri`, `old`, `from`, …) and one of what replaced them
            (`replacedBy`, `new`, `to`, …), several parted by `|`, `;` or a line break, or in several rows; two columns
            of URIs without a header; a JSON object of identifiers to one or several; or SKOS with `dct:isReplacedBy`.
            Files may be packed (`.gz`). Rows that nothing replaced do not count.

    Raises:
        DocumentError: The file cannot be read, or is none of these.
        MissingExtra: The file is SKOS and pyoxigraph is not installed.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     _ = Path(folder, "history.csv").write_text("conceptUri,replacedBy\\na,b | c\\nd,\\n")
    ...     read_history(Path(folder, "history.csv"))
    {'a': ('b', 'c')}
    """
    text, name = read_text(path), path.name.removesuffix(".gz")
    kind = Path(name).suffix
    if kind in FORMATS:
        taxonomy = read_skos(text, path, name=name, languages=()).taxonomy
        return _collected((concept.id, concept.replaced_by) for concept in taxonomy or ())
    return _collected(_of_json(text, path) if kind == ".json" else _of_table(parse_table(text, path)))


def replacements(concept: str, old: Taxonomy, new: Taxonomy, history: History) -> tuple[str, ...]:
    """What stands for a concept in the new version, through as many replacements as there are; circles end.

    A history may go further than the new version: where nothing that comes later is in it, the last that was stands.

    >>> from metier.taxonomy import Concept
    >>> old, new = (Taxonomy(name="t", concepts=(Concept(id=name, label=name),)) for name in "ac")
    >>> replacements("a", old, new, {"a": ["b"], "b": ["c"]})
    ('c',)
    """
    kept = [other for other in _after(concept, old, new, history) if other in new]
    later = {other: set(_after(other, old, new, history)) for other in kept}
    return tuple(one for one in kept if not any(other in later[one] and one not in later[other] for other in kept))


def _after(concept: str, old: Taxonomy, new: Taxonomy, history: History) -> list[str]:
    """All that came after a concept, the next first."""
    seen, front = {concept: None}, [concept]
    while front:
        at = front.pop(0)
        nexts = [*history.get(at, ()), *(up for tree in (new, old) if at in tree for up in tree[at].replaced_by)]
        front += [other for other in dict.fromkeys(nexts) if other not in seen]
        seen |= dict.fromkeys(nexts)
    return list(seen)[1:]


def _of_table(table: Table) -> Iterator[tuple[str, Iterable[str]]]:
    rows = list(table.rows)
    if len(table.columns) == 2 and all("://" in cell for cell in table.columns):
        old, new = 0, 1
        rows.insert(0, table.columns)
    else:
        old, new = _column(table, _OLD), _column(table, _NEW)
    for row in rows:
        yield row[old], _SEVERAL.split(row[new])


def _column(table: Table, names: Sequence[str]) -> int:
    plain = [_LETTERS.sub("", column.casefold()) for column in table.columns]
    for name in names:
        if name in plain:
            return plain.index(name)
    raise DocumentError(
        f"{table.path.name}: expected a column such as {names[0]!r} or {names[3]!r}, got {', '.join(table.columns)!r}.",
        hint="A history is a table of two columns: conceptUri,replacedBy.",
    )


def _of_json(text: str, path: Path) -> Iterator[tuple[str, Iterable[str]]]:
    try:
        read = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DocumentError(f"{path.name}: this is no JSON: {error}.") from error
    rows = read.items() if isinstance(read, dict) else [("", None)]
    for old, new in rows:
        listed = [new] if isinstance(new, str) else new
        if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
            raise DocumentError(
                f"{path.name}: expected an object of identifiers to identifiers, got {str(new)[:40]!r}."
            )
        yield old, listed


def _collected(pairs: Iterable[tuple[str, Iterable[str]]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for old, new in pairs:
        named = [one.strip() for one in new if one.strip() and one.strip() != old]
        if old and named:
            found.setdefault(old, {}).update(dict.fromkeys(named))
    return {old: tuple(new) for old, new in found.items()}
