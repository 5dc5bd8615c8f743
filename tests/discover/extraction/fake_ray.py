"""A stand-in for what is used of Ray: actors in this process, and all that crosses to them or back is pickled."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any


class RayError(Exception):
    """As `ray.exceptions.RayError`."""


class Ray:
    """As the module `ray`.

    Args:
        running: Whether a cluster was started before.
        dies_at: At which task a worker dies, counted from 1.
    """

    exceptions = SimpleNamespace(RayError=RayError)

    def __init__(self, *, running: bool = False, dies_at: int = 0) -> None:
        self._running, self._dies_at = running, dies_at
        self.num_actors = self.num_killed = self.num_tasks = 0

    def is_initialized(self) -> bool:
        return self._running

    def init(self, **_: Any) -> None:
        self._running = True

    def shutdown(self) -> None:
        self._running = False

    def remote(self, kind: type) -> Any:
        def make(*given: Any) -> Any:
            self.num_actors += 1
            actor = kind(*pickle.loads(pickle.dumps(given)))
            return SimpleNamespace(work=SimpleNamespace(remote=lambda *words: self._task(actor.work, words)))

        return SimpleNamespace(remote=make)

    def _task(self, work: Callable[..., Any], words: tuple[Any, ...]) -> Callable[[], Any]:
        """A promise that is kept when it is asked for."""
        self.num_tasks += 1
        dies, sent = self.num_tasks == self._dies_at, pickle.dumps(words)

        def keep() -> Any:
            if dies:
                raise RayError("The actor died unexpectedly before finishing this task.")
            return pickle.loads(pickle.dumps(work(*pickle.loads(sent))))

        return keep

    def get(self, promised: Callable[[], Any]) -> Any:
        return promised()

    def kill(self, _: Any) -> None:
        self.num_killed += 1
