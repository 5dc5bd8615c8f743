"""Where do skills, attempts and verdicts stay? The kinds of `metier.store.Store`, and SKILL.md packages.

- `open_store`: from a path or an address to a store.
- `metier.stores.sqlite`, `metier.stores.postgres`: the two databases; what they share is in `metier.stores.sql`.
- `metier.stores.bulk`: files addressed by content, beside either database.
- `metier.stores.package`: a folder with a SKILL.md, read as a `Skill` and written from one.
"""

from metier.stores.open import open_store

__all__ = ["open_store"]
