"""How is transformers kept from drawing progress bars over our own output?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet_transformers() -> Iterator[None]:
    """Show no progress bar of transformers while reading or writing a model; afterwards all is as before.

    >>> with quiet_transformers():
    ...     pass
    """
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()
