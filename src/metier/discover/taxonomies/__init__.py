"""How is a taxonomy read, whoever wrote it?"""

from metier.discover.taxonomies.own import load_taxonomy, parse_taxonomy

__all__ = ["load_taxonomy", "parse_taxonomy"]
