"""Which skill answers a request, and what of it is shown? The kinds of `metier.index.Index`, and disclosure.

- `open_index`: from a path or an address to an index.
- `open_kept`: the same, but only where something was indexed before.
- `disclose`: what to show of an index under a budget of tokens.
- `count_tokens`: the estimate that `disclose` uses unless it is given another.
"""

from metier.stores.find.disclose import count_tokens, disclose
from metier.stores.find.open import open_index, open_kept

__all__ = ["count_tokens", "disclose", "open_index", "open_kept"]
