"""Runs a check that may hang: in a thread of its own, within a time limit, a single run at a time. Knows no check."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

T = TypeVar("T")
FRESH_SECONDS = 0.5  # a result of this age is given again, so that many askers cost a few runs


class Bounded(Generic[T]):
    """A blocking check. However many callers and however long a run: a single run at a time."""

    def __init__(self, look: Callable[[], T], seconds: float) -> None:
        self._look = look
        self._seconds = seconds
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="monitoring")
        self._running: asyncio.Future[T] | None = None
        self._found: tuple[float, object, T] | None = None

    async def result(self, state: object = None) -> T | None:
        """Return the result of a run, at most FRESH_SECONDS old and of the same `state`; None after the time limit."""
        if self._found is not None and time.monotonic() - self._found[0] < FRESH_SECONDS and self._found[1] == state:
            return self._found[2]
        if self._running is None or self._running.done():
            self._running = asyncio.get_running_loop().run_in_executor(self._thread, self._look)
        done, _ = await asyncio.wait({self._running}, timeout=self._seconds)
        if not done:
            return None
        self._found = time.monotonic(), state, self._running.result()
        return self._found[2]
