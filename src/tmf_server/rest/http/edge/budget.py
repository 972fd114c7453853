"""A budget of bytes that several requests share. Reads nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

from tmf_server.errors import Unavailable


class Budget:
    """The bytes that all requests of a process may hold at once; for one event loop."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.used = 0

    @contextmanager
    def hold(self) -> Iterator["Hold"]:
        """Give one request a place in the budget, and take back what it held at the end."""
        hold = Hold(self)
        try:
            yield hold
        finally:
            self.used -= hold.size


class Hold:
    """What one request holds: `size` bytes. A request that is alone may hold more than there is."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self.size = 0

    def take(self, size: int) -> None:
        """Hold so many bytes more. Raises Unavailable."""
        self.check(size)
        self._budget.used += size
        self.size += size

    def check(self, size: int) -> None:
        """Raise Unavailable when so many bytes more are too many now."""
        alone = self._budget.used == self.size
        if not alone and self._budget.used + size > self._budget.most:
            raise Unavailable("Too many bytes of other requests are being worked on. Send the request again.")
