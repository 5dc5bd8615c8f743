"""How is a taxonomy read, whoever wrote it? Also: what changed since, and what of my records."""

from metier.discover.taxonomies.load import load_taxonomy, read_taxonomy
from metier.discover.taxonomies.own import parse_taxonomy
from metier.discover.taxonomies.report import Loaded, Note

__all__ = ["Loaded", "Note", "load_taxonomy", "parse_taxonomy", "read_taxonomy"]
