"""How are the plainest taxonomies read? A list of labels, or a table of two columns: an identifier and a label."""

from __future__ import annotations

from pathlib import Path

from metier.discover.taxonomies.draft import Draft, finish
from metier.discover.taxonomies.report import Loaded
from metier.discover.taxonomies.table import header, parse_table

_IDS = ("uri", "concepturi", "id", "identifier", "code")
_LABELS = ("label", "preferredlabel", "name", "title", "skill", "text")


def is_list(text: str) -> bool:
    """Whether the columns are an identifier and a label, or one label alone; but not `id,label`, which has a reader.

    >>> is_list("uri,label"), is_list("label"), is_list("id,label"), is_list("id,colour")
    (True, True, False, False)
    """
    columns = tuple(map(str.casefold, header(text)))
    if len(columns) == 2 and columns != ("id", "label"):
        return columns[0] in _IDS and columns[1] in _LABELS
    return len(columns) == 1 and columns[0] in _LABELS


def read_list(text: str, path: Path, *, name: str) -> Loaded:
    r"""Read a list; labels without identifiers are their own.

    >>> read_list("uri,label\nhttp://x.example/1,welding\n", Path("t.csv"), name="t").taxonomy["http://x.example/1"].label
    'welding'
    """
    table = parse_table(text, path)
    draft = Draft(uris=table.columns[0].casefold() in ("uri", "concepturi"))
    for row in table.rows:
        draft.add(row[0], label=row[-1])
    return finish(draft, name=name)


def read_lines(text: str, *, name: str) -> Loaded:
    r"""Read text with one label a line; the label is the identifier.

    >>> len(read_lines("welding\n\nC, C++\n", name="t").taxonomy)
    2
    """
    draft = Draft(uris=False)
    for line in filter(None, map(str.strip, text.splitlines())):
        draft.add(line, label=line)
    return finish(draft, name=name)
