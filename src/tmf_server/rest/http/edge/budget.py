"""A budget of bytes shared by requests. Reads nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

from tmf_server.errors import Unavailable


class Budget:
    """The bytes held by all requests of a process at once; for a single event loop."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.used = 0

    @contextmanager
    def hold(self) -> Iterator["Hold"]:
        """Give a request a place in the budget, and take its bytes back at the end."""
        hold = Hold(self)
        try:
            yield hold
        finally:
            self.used -= hold.size


class Hold:
    """The share of a request: `size` bytes. A request alone may hold more than the budget."""

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
