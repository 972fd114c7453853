"""Looks at something that may hang: in its own thread, within a time, once at a time. Knows not what it looks at."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

T = TypeVar("T")
FRESH_SECONDS = 0.5  # a result that young is given again, so that many who ask cost no more than a few


class Bounded(Generic[T]):
    """A look that blocks. However many ask and however long it hangs, it runs once at a time."""

    def __init__(self, look: Callable[[], T], seconds: float) -> None:
        self._look = look
        self._seconds = seconds
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="monitoring")
        self._running: asyncio.Future[T] | None = None
        self._found: tuple[float, object, T] | None = None

    async def result(self, state: object = None) -> T | None:
        """What it found, at most FRESH_SECONDS ago and in the same `state`; None when it did not end in time."""
        if self._found is not None and time.monotonic() - self._found[0] < FRESH_SECONDS and self._found[1] == state:
            return self._found[2]
        if self._running is None or self._running.done():
            self._running = asyncio.get_running_loop().run_in_executor(self._thread, self._look)
        done, _ = await asyncio.wait({self._running}, timeout=self._seconds)
        if not done:
            return None
        self._found = time.monotonic(), state, self._running.result()
        return self._found[2]
