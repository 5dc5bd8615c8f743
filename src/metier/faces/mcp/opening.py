"""How does a server answer while its packages are still judged? A thread judges them; who asks for them waits for it.

Until then nothing of any package is shown, and a shelf is that thread's alone.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import Any

from metier.stores.served.shelf import Shelf


class Opening:
    """Judges the packages of a shelf in a thread that does not keep the process.

    Args:
        shelf: One that is judged later (`Shelf(…, later=True)`).
        then: Is called by that thread once all are judged.
        failed: Hears what kept them from being judged; whoever asks then judges them again, and is told.
    """

    def __init__(
        self, shelf: Shelf, *, then: Callable[[], None] = lambda: None, failed: Callable[[Exception], None]
    ) -> None:
        self._shelf, self._then, self._failed = shelf, then, failed
        self._done: Future[None] = Future()
        self._done.set_running_or_notify_cancel()  # or one who waits no longer would end it for all
        threading.Thread(target=self._open, name="judges packages", daemon=True).start()

    @property
    def is_done(self) -> bool:
        """Whether all are judged."""
        return self._done.done()

    def wait(self) -> None:
        """Wait until all are judged."""
        self._done.result()

    def before(self, handle: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        """What handles a request once all are judged."""

        async def handled(*request: Any) -> Any:
            await asyncio.wrap_future(self._done)
            return await handle(*request)

        return handled

    def _open(self) -> None:
        try:
            self._shelf.refresh()
            self._then()
        except Exception as fault:
            self._failed(fault)
        finally:
            self._done.set_result(None)
