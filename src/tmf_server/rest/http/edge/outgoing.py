"""The way out of one request: the headers of every answer, HEAD without a body, one error at most. Knows no path."""

from collections.abc import Callable

from starlette.types import Message, Send

from tmf_server.rest.http.asgi import send_response
from tmf_server.rest.http.messages import Response

Pairs = list[tuple[bytes, bytes]]
PIECE = 65_536
"""Bytes that are handed to a connection at once."""


class Outgoing:
    """Passes the messages of an answer on, with headers added; `status` is 0 until the answer has begun.

    The answer's own header wins over an added one of the same name; names in `Vary` are put together. `preflight`
    gives the further headers of an answer that allows methods.
    """

    def __init__(
        self, send: Send, added: Pairs, *, head: bool = False, preflight: Callable[[bytes], Pairs] | None = None
    ) -> None:
        self._send = send
        self._added = added
        self._head = head
        self._preflight = preflight
        self.status = 0

    async def __call__(self, message: Message) -> None:
        """Pass one ASGI message on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = self._headers(list(message.get("headers", ())))
        elif self._head and message["type"] == "http.response.body":
            if message.get("more_body", False):
                return
            message["body"] = b""
        elif len(message.get("body", b"")) > PIECE:
            message["body"] = await self._send_beginning(message["body"])
        await self._send(message)

    async def _send_beginning(self, body: bytes) -> bytes:
        """Send a long body but for its last piece, each as the client reads, so that it can be seen to read."""
        last = (len(body) - 1) // PIECE * PIECE
        for at in range(0, last, PIECE):
            await self._send({"type": "http.response.body", "body": body[at : at + PIECE], "more_body": True})
        return body[last:]

    def _headers(self, own: Pairs) -> Pairs:
        names = dict(own)
        headers = [*own, *(pair for pair in self._added if pair[0] not in names)]
        if b"vary" in names:
            headers = [pair for pair in headers if pair[0] != b"vary"]
            headers.append((b"vary", b", ".join(value for name, value in (*own, *self._added) if name == b"vary")))
        if self._preflight is not None and self.status < 300:
            headers += self._preflight(names.get(b"allow", b""))
        return headers

    async def fail(self, response: Response) -> None:
        """Send an error; when an answer was begun already, all that is left is to end the connection."""
        if self.status:
            raise ConnectionAbortedError("the answer failed after its first byte")
        await send_response(self, response)
