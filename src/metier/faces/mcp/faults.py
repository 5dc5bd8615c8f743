"""How is a fault said in the protocol's way? Who asked wrongly hears how to ask; a fault of ours is said to be one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import mcp_types as types
from mcp.shared.exceptions import MCPError

from metier.errors import InputError, MetierError, NotStored


@contextmanager
def told() -> Iterator[None]:
    """Say our errors in the protocol's way: a fault of the asker, or one of ours."""
    try:
        yield
    except (InputError, NotStored) as error:
        raise MCPError(types.INVALID_PARAMS, sentence(error)) from error
    except MetierError as error:
        raise MCPError(types.INTERNAL_ERROR, sentence(error)) from error


def sentence(error: MetierError) -> str:
    """What an error says, and the way out.

    >>> sentence(NotStored("No skill is served at 'x'.", hint="Use the URIs that skills/list gives."))
    "No skill is served at 'x'. Use the URIs that skills/list gives."
    """
    return f"{error} {error.hint}".strip()
