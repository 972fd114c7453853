"""Bodies of requests: read in time, unpacked, and bounded, each alone and all together. Parses nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, nullcontext
from typing import TypeVar

from starlette.types import Receive, Scope

from tmf_server.config.server import ConnectionsSettings
from tmf_server.errors import InvalidInput, TimedOut, TooLarge
from tmf_server.rest.http.edge.budget import Budget, Hold
from tmf_server.rest.http.edge.codings import decoder

T = TypeVar("T")
LARGE = 131_072
"""The size in bytes of a large body."""


class Bodies:
    """Reads the bodies of the requests of a process.

    A parsed body takes up to thirty times its bytes, so all bodies together have a budget: from the first byte read
    until the request is answered.
    """

    def __init__(self, settings: ConnectionsSettings, max_body_bytes: int) -> None:
        self._settings = settings
        self._max_body_bytes = max_body_bytes
        self._budget = Budget(settings.bodies_bytes)
        self._one_at_a_time = asyncio.Lock()

    def hold(self) -> AbstractContextManager[Hold]:
        """Give the body of a request a place in the budget."""
        return self._budget.hold()

    async def read(self, scope: Scope, receive: Receive, hold: Hold) -> bytes:
        """Return the whole body, chunked or not, unpacked.

        Raises TooLarge and Unavailable as early as possible, TimedOut, UnsupportedCoding and InvalidInput.
        """
        length = announced_length(scope)
        self._check(length)
        hold.check(length)
        body = decoder(scope)
        received = 0
        parts: list[bytes] = []
        async for piece in pieces(receive, self._settings.stall_seconds, self._settings.body_seconds):
            received += len(piece)
            self._check(received)
            for part in body.unpacked(piece):
                hold.take(len(part))
                self._check(hold.size)
                parts.append(part)
        body.finish()
        return b"".join(parts)

    def _check(self, size: int) -> None:
        if size > self._max_body_bytes:
            raise TooLarge(
                f"The body is larger than the {self._max_body_bytes} bytes that are taken. "
                "Send less, or use an import job."
            )

    def turn(self, size: int) -> AbstractAsyncContextManager[None]:
        """Let large bodies be worked on one after another: each keeps the interpreter from all requests."""
        return self._one_at_a_time if size > LARGE else nullcontext()

    async def apart(self, size: int, check: Callable[[], T]) -> T:
        """Return the result of the check; outside of the event loop for a large body."""
        return await asyncio.to_thread(check) if size > LARGE else check()


def announced_length(scope: Scope) -> int:
    """Return the Content-Length, 0 without the header. Raises InvalidInput."""
    length = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    if not length.isdigit():
        raise InvalidInput("Content-Length is not a number.")
    return int(length[:19])  # longer numbers are too large all the same


async def pieces(receive: Receive, stall_seconds: float, seconds: float) -> AsyncIterator[bytes]:
    """Yield a body piece by piece. Raises TimedOut for a late piece or a late whole; InvalidInput."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    more = True
    while more:
        try:
            async with asyncio.timeout_at(min(end, loop.time() + stall_seconds)):
                message = await receive()
        except TimeoutError as error:
            raise TimedOut("The body did not arrive in time. Send the request again.") from error
        if message["type"] == "http.disconnect":
            raise InvalidInput("The client left before the body was complete.")
        more = message.get("more_body", False)
        yield message.get("body", b"")
