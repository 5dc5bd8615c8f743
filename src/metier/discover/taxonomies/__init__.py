"""How is a taxonomy read, whoever wrote it? Also: what changed since, and what becomes of my records?"""

from metier.discover.taxonomies.changes import Change, diff
from metier.discover.taxonomies.history import read_history
from metier.discover.taxonomies.load import load_taxonomy, read_taxonomy
from metier.discover.taxonomies.migration import Fate, Migrated, migrate
from metier.discover.taxonomies.own import parse_taxonomy
from metier.discover.taxonomies.report import Loaded, Note

__all__ = [
    "Change",
    "Fate",
    "Loaded",
    "Migrated",
    "Note",
    "diff",
    "load_taxonomy",
    "migrate",
    "parse_taxonomy",
    "read_history",
    "read_taxonomy",
]
