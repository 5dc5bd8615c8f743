"""How does a server over standard input and output end when it is told to? At once, whatever its threads are doing.

Nothing softer will do: a thread waits for the next line of the client, and Python would wait for the thread. Only what
runs in a sandbox is given a moment to be ended and recorded.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from typing import NoReturn

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_PATIENCE_S = 2.0


class Ending:
    """Ends the process at an interruption or a termination, with 128 and the signal, as shells say it.

    To be made by the main thread, once, and holds from then on.

    Attributes:
        ask: Asks whoever serves to come to an end, from another thread, and to call `now` then; who does not within two
            seconds is not waited for.
    """

    def __init__(self) -> None:
        self._number = 0
        self.ask: Callable[[], object] = self.now
        heard, hears = os.pipe()
        os.set_blocking(hears, False)
        # Python runs a handler in the main thread, which may wait for something else and hear of the signal only then:
        # any other thread may have received it, or it came just before the wait. What is written here is read at once.
        signal.set_wakeup_fd(hears, warn_on_full_buffer=False)
        for number in _SIGNALS:
            signal.signal(number, lambda *_: None)
        threading.Thread(target=self._wait, args=(heard,), name="ends at signals", daemon=True).start()

    def now(self) -> NoReturn:
        """End the process: at a signal as the shell says it, and else as one that is done."""
        os._exit(128 + self._number if self._number else 0)

    def _wait(self, heard: int) -> NoReturn:
        while (number := os.read(heard, 1)[0]) not in _SIGNALS:
            pass
        self._number = number
        try:
            self.ask()
            time.sleep(_PATIENCE_S)
        finally:
            self.now()
