"""What starts before the first request of a process and stops after the last. Knows no part by name."""

from collections.abc import Callable, Sequence

Step = Callable[[], object]


class Lifespan:
    """The steps of a start and of a stop, each taken in order. The next start goes on with what a stop left."""

    def __init__(self, starting: Sequence[Step], stopping: Sequence[Step]) -> None:
        self._starting = starting
        self._stopping = stopping

    def start(self) -> None:
        """Called before the first request."""
        for step in self._starting:
            step()

    def stop(self) -> None:
        """Called after the last request: finish what is under way."""
        for step in self._stopping:
            step()
