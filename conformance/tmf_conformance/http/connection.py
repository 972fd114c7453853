"""One kept HTTP/1.1 connection: a request, its whole answer, the next one. Knows no URLs and judges nothing."""

import asyncio
import ssl
from dataclasses import dataclass, field
from typing import cast

import httptools

_HEAD = 1_000_000  # bytes of an answer that may be no body
_SMALL = 65_536


class Broken(Exception):  # noqa: N818
    """There was no usable answer; the message says why."""


@dataclass(frozen=True)
class Answer:
    """A whole answer. The names of `headers` are in lower case; of a repeated one the values are joined."""

    status: int
    headers: dict[str, str]
    content: bytes


@dataclass(eq=False)
class Connection(asyncio.Protocol):
    """One connection. `most` bounds the bytes of an answer; `parsed` says that the answer under way has begun.

    `reusable` says that another request may follow the last answer, which came at the loop's time `since`.
    """

    most: int
    parsed: bool = False
    reusable: bool = False
    since: float = 0.0
    _transport: asyncio.Transport | None = None
    _parser: "httptools.HttpResponseParser | None" = None
    _answer: "asyncio.Future[Answer] | None" = None
    _headers: dict[str, str] = field(default_factory=dict)
    _parts: list[bytes] = field(default_factory=list)
    _size: int = 0
    _bodiless: bool = False
    _until_closed: bool = False
    _writable: asyncio.Event = field(default_factory=asyncio.Event)

    async def ask(self, head: bytes, content: bytes = b"", *, bodiless: bool = False) -> Answer:
        """Send a request and wait for its answer. `bodiless`: the answer ends with its headers. Raises Broken."""
        if self._transport is None or self._transport.is_closing():
            raise Broken("the server closed the connection")
        self._answer = asyncio.get_running_loop().create_future()
        self._parser = httptools.HttpResponseParser(self)
        self.parsed = self.reusable = self._until_closed = False
        self._bodiless, self._size = bodiless, 0
        self._begin()
        if len(content) < _SMALL:
            self._transport.write(head + content)
        else:
            self._transport.write(head)
            await self._pour(content)
        return await self._answer

    async def _pour(self, content: bytes) -> None:
        """Send a large body piece by piece, until all is sent or the answer is there."""
        for start in range(0, len(content), _SMALL):
            await self._writable.wait()
            if self._transport is None or self._transport.is_closing() or (self._answer and self._answer.done()):
                self.reusable = False  # the server still waits for the rest
                return
            self._transport.write(content[start : start + _SMALL])

    async def encrypt(self, context: ssl.SSLContext, host: str) -> None:
        """Go on encrypted, as after CONNECT."""
        if self._transport is not None:
            loop = asyncio.get_running_loop()
            encrypted = await loop.start_tls(self._transport, self, context, server_hostname=host)
            self._transport = cast("asyncio.Transport", encrypted)

    def abort(self) -> None:
        """End the connection at once."""
        self.reusable = False
        if self._transport is not None:
            self._transport.abort()

    # --- what the event loop tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._writable.set()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def data_received(self, data: bytes) -> None:
        if self._parser is None or self._answer is None or self._answer.done():
            self.abort()  # nobody asked
            return
        self.parsed = True
        self._size += len(data)
        if self._size > self.most + _HEAD:
            self._fail(f"the answer is larger than {self.most} bytes")
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            if not self._bodiless:
                self._fail("the server changes the protocol, which nobody asked for")
        except httptools.HttpParserError as error:
            self._fail(f"the answer is no HTTP: {error}")

    def connection_lost(self, exc: Exception | None) -> None:
        self._writable.set()
        if self._until_closed and exc is None:
            self._complete(reusable=False)
        self._fail(f"the server closed the connection: {exc or 'its answer is not complete'}")

    def _fail(self, text: str) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(Broken(text))
        self.abort()

    # --- what the parser tells

    def on_header(self, name: bytes, value: bytes) -> None:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        self._headers[key] = f"{self._headers[key]}, {text}" if key in self._headers else text

    def on_headers_complete(self) -> None:
        if self._bodiless:
            self._complete(reusable=self._lasting())
        else:
            self._until_closed = not self._headers.keys() & {"content-length", "transfer-encoding"}

    def on_body(self, body: bytes) -> None:
        self._parts.append(body)

    def on_message_complete(self) -> None:
        if self._status() < 200:
            self._begin()  # 100 Continue and its like come before the answer
        else:
            self._complete(reusable=self._lasting())

    def _begin(self) -> None:
        self._headers, self._parts = {}, []

    def _status(self) -> int:
        return self._parser.get_status_code() if self._parser else 0

    def _lasting(self) -> bool:
        return bool(self._parser and self._parser.should_keep_alive())

    def _complete(self, *, reusable: bool) -> None:
        if self._answer is not None and not self._answer.done():
            self.reusable, self.since = reusable, asyncio.get_running_loop().time()
            self._writable.set()
            self._answer.set_result(Answer(self._status(), self._headers, b"".join(self._parts)))
