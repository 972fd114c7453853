"""Posts to subscribers: checked URLs, pinned addresses, bounds of time and size. Follows no redirect; stores nothing.

The client serves every event, and costs a tenth of httpx and httpcore; hence no library.
"""

import asyncio
import contextlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httptools

from tmf_server.errors import InvalidInput
from tmf_server.events.outbound.pinned import ADDRESSES, tls_context
from tmf_server.events.outbound.url_policy import OutboundUrl, UrlPolicy

HEAD_BYTES = 65_536
ANSWER_BYTES = 65_536
ANSWER_SECONDS = 2.0
IDLE_SECONDS = 30.0
NOTE_LENGTH = 300
_FAILURES = (OSError, EOFError, TimeoutError, httptools.HttpParserError)


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """The end of a call: `status` (None without an answer), `note` with the reason of a failure, `seconds`."""

    status: int | None
    note: str
    seconds: float

    @property
    def ok(self) -> bool:
        """True for any 2xx."""
        return self.status is not None and 200 <= self.status < 300


class Outbound:
    """Posts to subscribers from one event loop; keeps connections to the last `slots` hosts open for a while."""

    def __init__(
        self, guard: UrlPolicy, *, slots: int, connect_seconds: float, seconds: float, ca_file: Path | None = None
    ) -> None:
        self._guard = guard
        self._slots = slots
        self._connect_seconds = connect_seconds
        self._seconds = seconds
        self._tls = tls_context(ca_file)
        self._idle: dict[tuple[str, int, bool], Channel] = {}

    async def post(self, target: OutboundUrl, body: bytes, headers: Mapping[str, str]) -> CallOutcome:
        """Post a JSON body to the target; a subscriber's faults end as an outcome, never as an exception."""
        started = time.monotonic()
        status, note = None, ""
        try:
            async with asyncio.timeout(self._seconds):
                channel = await self._send(target, _request(target, body, headers))
            status = channel.answer.status
            text = await channel.rest()
            note = "" if 200 <= status < 300 else f"HTTP {status} {text}".rstrip()
            self._keep(target, channel)
        except InvalidInput as refused:
            note = refused.message
        except _FAILURES as error:
            note = f"{type(error).__name__} {error}".rstrip()
        return CallOutcome(status, note[:NOTE_LENGTH], time.monotonic() - started)

    async def _send(self, target: OutboundUrl, request: bytes) -> "Channel":
        """Send the request and read the head of the answer, on an open connection where a usable one is kept."""
        kept = self._idle.pop(_key(target), None)
        if kept is not None and kept.usable:
            # a connection closed meanwhile by the subscriber has no answer, and the next connection is new
            with contextlib.suppress(OSError, EOFError):
                await kept.exchange(request)
                return kept
        channel = await self._connect(target)
        await channel.exchange(request)
        return channel

    async def _connect(self, target: OutboundUrl) -> "Channel":
        """Resolve, check and connect; the certificate must still match the name."""
        tls, name = (self._tls, target.host) if target.encrypted else (None, None)
        failure: Exception = OSError(f"no address for {target.host}")
        async with asyncio.timeout(self._connect_seconds):
            for address in (await self._guard.resolve(target.host, target.port, target.encrypted))[:ADDRESSES]:
                try:
                    streams = await asyncio.open_connection(address, target.port, ssl=tls, server_hostname=name)
                except OSError as error:
                    failure = error
                else:
                    return Channel(*streams)
        raise failure

    def _keep(self, target: OutboundUrl, channel: "Channel") -> None:
        other = self._idle.pop(_key(target), None)
        if other is not None:
            other.close()
        if channel.usable:
            self._idle[_key(target)] = channel
        if len(self._idle) > self._slots:
            self._idle.pop(next(iter(self._idle))).close()

    async def close(self) -> None:
        """Close every connection."""
        for channel in self._idle.values():
            channel.close()
        self._idle.clear()


class ResponseReader:
    """Reads one HTTP answer by the callbacks of httptools."""

    def __init__(self) -> None:
        self.status = 0
        self.headed = self.complete = self.broken = False
        self.text = bytearray()
        self.parser = httptools.HttpResponseParser(self)

    def on_headers_complete(self) -> None:
        """Note the status; a status below 200 announces the next answer."""
        self.status = self.parser.get_status_code()
        self.headed = self.status >= 200

    def on_body(self, data: bytes) -> None:
        """Keep the beginning of the body."""
        self.text += data[: max(0, NOTE_LENGTH - len(self.text))]

    def on_message_complete(self) -> None:
        """The answer is over."""
        self.complete = self.headed


class Channel:
    """One connection, for one exchange at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._since = time.monotonic()
        self.answer = ResponseReader()

    @property
    def usable(self) -> bool:
        """True after a whole answer on a connection left open by the subscriber."""
        fresh = time.monotonic() - self._since < IDLE_SECONDS
        kept = self.answer.complete and not self.answer.broken and self.answer.parser.should_keep_alive()
        return fresh and kept and not self._reader.at_eof() and not self._writer.is_closing()

    async def exchange(self, request: bytes) -> None:
        """Send the request and read the head of the answer. Raises EOFError without an answer."""
        self.answer = ResponseReader()
        try:
            self._writer.write(request)
            await self._writer.drain()
            await self._feed(HEAD_BYTES, until_headed=True)
        finally:
            if not self.answer.headed:
                self.abort()
        if not self.answer.headed:
            raise EOFError("the connection was closed, or went on and on, without an answer")

    async def rest(self) -> str:
        """Return the beginning of the body, read up to the bounds; a broken body is no failure of the delivery."""
        with contextlib.suppress(*_FAILURES):
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._feed(ANSWER_BYTES, until_headed=False)
        self._since = time.monotonic()
        if not self.usable:
            self.abort()
        text = self.answer.text.decode("utf-8", "replace")
        return "".join(character if character.isprintable() else " " for character in text)

    async def _feed(self, most: int, *, until_headed: bool) -> None:
        answer = self.answer
        while most > 0 and not (answer.headed if until_headed else answer.complete or answer.broken):
            data = await self._reader.read(most)
            if not data:
                return
            most -= len(data)
            try:
                answer.parser.feed_data(data)
            except httptools.HttpParserError:
                # a broken body leaves the outcome as the head says, and the connection unusable
                if not answer.headed:
                    raise
                answer.broken = True
                return

    def close(self) -> None:
        """Close the connection."""
        self._writer.close()

    def abort(self) -> None:
        """Drop the connection at once."""
        self._writer.transport.abort()


def _key(target: OutboundUrl) -> tuple[str, int, bool]:
    return target.host, target.port, target.encrypted


def _request(target: OutboundUrl, body: bytes, headers: Mapping[str, str]) -> bytes:
    lines = {
        "Host": target.url.netloc.decode("ascii"),
        "User-Agent": "tmf-server",
        "Accept": "*/*",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in (lines | dict(headers)).items())
    return b"POST %b HTTP/1.1\r\n%b\r\n%b" % (target.url.raw_path, head.encode("ascii"), body)
