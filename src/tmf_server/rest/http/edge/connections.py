"""Connections in uvicorn, with bounds unknown to uvicorn. Knows no path.

Uvicorn closes a connection after its first answer when nothing follows. Uvicorn waits for ever for a first request, for
the rest of a head, for a client without reading, and for the rest of a body after an early answer.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from itertools import count
from typing import Any

import structlog
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from tmf_server.errors import HeadTooLarge, InvalidInput, Problem, TimedOut, Unavailable
from tmf_server.rest.http.failures import failure
from tmf_server.rules.ids import fresh_token

LINGER_SECONDS = 1.0
ORDER = count()
"""The order of connections in waiting: many begin within a tick of the loop's clock."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of a connection: `connections` at once in a process, bytes and seconds for the head of a request.

    `stall_seconds` a client may leave an answer unread; the rest of a body after an early answer takes `rest_seconds`.
    """

    connections: int
    head_bytes: int
    head_seconds: float
    stall_seconds: float
    rest_seconds: float


class Connection(HttpToolsProtocol):
    """A connection: waiting for a request, or within a request until the answer.

    A connection has a single deadline at a time, for the head or for the rest of an unread body; the reader of a body
    has a deadline of its own. The client's reading of answers is checked now and then.
    """

    def __init__(self, limits: Limits, **given: Any) -> None:
        super().__init__(**given)
        self._limits = limits
        self._deadline: asyncio.TimerHandle | None = None
        self._reading: asyncio.TimerHandle | None = None  # of the client, the answer
        self._in_head = self._in_body = self._refused = False
        self._arrived = 0  # bytes of the head, and of data behind its end
        self._piece = 0
        self.url = b""
        self.waiting_since = 0

    # -- life ---------------------------------------------------------------------------------------
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Accept the connection; above the limit, close the connection with the longest wait."""
        super().connection_made(transport)
        self.waiting_since = next(ORDER)
        self._set_deadline(self._limits.head_seconds, self._head_is_late)
        if len(self.connections) > self._limits.connections:
            self._make_room()

    def _make_room(self) -> None:
        too_many = len(self.connections) - self._limits.connections
        waiting = [one for one in self.connections if isinstance(one, Connection) and one.waits and one is not self]
        for one in sorted(waiting, key=lambda one: one.waiting_since)[:too_many]:
            one.leave()
        if len(self.connections) > self._limits.connections:
            log.warning("connection refused", connections=self._limits.connections)
            self.refuse(Unavailable("Too many connections are in use. Connect again."))

    @property
    def waits(self) -> bool:
        """True while no request is carried out."""
        cycle: Any = self.cycle  # None before the first request, whatever uvicorn declares
        return cycle is None or cycle.response_complete or self._refused

    def leave(self) -> None:
        """Close the connection and stop counting the connection."""
        self.connections.discard(self)
        self._close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadlines."""
        self._clear_deadline()
        self._leave_reader()
        super().connection_lost(exc)

    # -- input ---------------------------------------------------------------------------------------
    def data_received(self, data: bytes) -> None:
        """Take the arrived bytes, and set the next deadline."""
        if self._refused:
            return
        self._piece = len(data)
        self._arrived += self._piece
        super().data_received(data)
        if self.transport.is_closing() or self._refused:
            return
        if self._in_head and self._arrived > self._limits.head_bytes:
            self._refuse_head()
        elif self._in_head:
            self._set_deadline(self._limits.head_seconds, self._head_is_late)
        elif self._in_body and self.cycle.response_complete:
            self._set_deadline(self._limits.rest_seconds, self._close)
        else:
            self._clear_deadline()

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._in_head, self._arrived = True, self._piece

    def on_headers_complete(self) -> None:
        """Note the end of the head; a body may follow."""
        self._in_head, self._in_body = False, True
        if self._arrived > self._limits.head_bytes and self._head_size() > self._limits.head_bytes:
            self._refuse_head()
            return
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Note the end of the request."""
        self._in_body = False
        super().on_message_complete()

    def _head_size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers)

    # -- output --------------------------------------------------------------------------------------
    def on_response_complete(self) -> None:
        """Wait for the next request, or for the end of a closing connection."""
        super().on_response_complete()
        self.waiting_since = next(ORDER)
        if self.transport.is_closing():
            self._watch_reader()

    def pause_writing(self) -> None:
        """Wait for the client to read."""
        super().pause_writing()
        self._watch_reader()

    def resume_writing(self) -> None:
        """Go on writing: the client has read."""
        self._leave_reader()
        super().resume_writing()

    def _watch_reader(self) -> None:
        """Drop the connection of a client without any reading for a while."""
        left = self.transport.get_write_buffer_size()
        if left and self._reading is None:
            self._reading = self.loop.call_later(self._limits.stall_seconds, self._look_at_reader, left)

    def _look_at_reader(self, before: int) -> None:
        self._reading = None
        if self.transport.get_write_buffer_size() < before:
            self._watch_reader()
        else:
            self.transport.abort()

    def _leave_reader(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    def timeout_keep_alive_handler(self) -> None:
        """Nothing followed after an answer."""
        self._close()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - what uvicorn would say
        """Answer input other than HTTP/1.1."""
        self.refuse(InvalidInput("The request is not written as HTTP/1.1.", code="malformedRequest"))

    def _refuse_head(self) -> None:
        most = self._limits.head_bytes
        self.refuse(HeadTooLarge(f"The request line and the headers have more than {most} bytes together."))

    def _head_is_late(self) -> None:
        if self._in_head:
            self.refuse(TimedOut("The head of the request did not arrive in time. Send the request again."))
        else:
            self._close()

    def refuse(self, problem: Problem) -> None:
        """Answer with an error before any application, and close once the client can have read the error.

        Further input is thrown away: closing at once would lose the answer.
        """
        if self._refused or self.transport.is_closing():
            return
        busy = not self.waits
        if busy:  # the application learns of the client's leaving
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.pipeline or (busy and self.cycle.response_started):
            self._close()
            return
        self.transport.write(_written(problem, self.url))
        self._refused = True
        self._clear_deadline()
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._set_deadline(LINGER_SECONDS, self._close)

    def _close(self) -> None:
        """Close, once the client has read the rest."""
        self._clear_deadline()
        self.transport.close()
        self._watch_reader()

    def _set_deadline(self, seconds: float, action: Any) -> None:
        """Begin to wait, unless a wait has begun."""
        if self._deadline is None:
            self._deadline = self.loop.call_later(seconds, action)

    def _clear_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def _written(problem: Problem, url: bytes) -> bytes:
    """The whole answer to a problem."""
    request_id = fresh_token()
    response = failure(problem, "v4" if b"/v4" in url else "v5", request_id)
    fields = {
        **dict(response.headers),
        "Content-Type": response.media_type,
        "Content-Length": str(len(response.body)),
        "X-Content-Type-Options": "nosniff",
        "Vary": "Origin",
        "X-Request-Id": request_id,
        "Connection": "close",
    }
    head = "".join(f"{name.lower()}: {value}\r\n" for name, value in fields.items())
    return STATUS_LINE[response.status] + head.encode("latin-1") + b"\r\n" + response.body
