"""How does a server over standard input and output end when it is told to? At once, whatever its threads are doing.

Nothing softer will do: a thread waits for the next line of the client, and Python would wait for the thread.
"""

from __future__ import annotations

import os
import signal
import threading

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def end_at_signals() -> None:
    """From now on end the process at an interruption or a termination, with 128 and the signal, as shells say it.

    To be called by the main thread, once.
    """
    heard, hears = os.pipe()
    os.set_blocking(hears, False)
    # Python runs a handler in the main thread, which may wait for something else and hear of the signal only then: any
    # other thread may have received it, or it came just before the wait. What is written here is read at once.
    signal.set_wakeup_fd(hears, warn_on_full_buffer=False)
    for number in _SIGNALS:
        signal.signal(number, lambda *_: None)
    threading.Thread(target=_end, args=(heard,), name="ends at signals", daemon=True).start()


def _end(heard: int) -> None:
    while (number := os.read(heard, 1)[0]) not in _SIGNALS:
        pass
    os._exit(128 + number)
