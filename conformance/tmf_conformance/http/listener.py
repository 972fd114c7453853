"""A subscriber: a small HTTP server that records notifications and can fail on demand. Loopback by default."""

import asyncio
import json
import socket
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

_MAX = 2_000_000


@dataclass
class Notification:
    """One delivery. `event` is the parsed body, None when it is no JSON."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def event(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass
class Mailbox:
    """Where one subscription delivers. `refuse` answers 503 to so many deliveries of each event first."""

    url: str
    refuse: int = 0
    received: list[Notification] = field(default_factory=list)
    refused: list[Notification] = field(default_factory=list)
    tries: Counter[str] = field(default_factory=Counter)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    def about(self, record_id: str) -> list[Notification]:
        """The deliveries that carry this record."""
        return [note for note in self.received if record_id in ids(note.event)]

    async def wait(self, wanted: Callable[["Mailbox"], bool], seconds: float) -> bool:
        """Whether `wanted(self)` becomes true within so many seconds."""
        try:
            async with asyncio.timeout(seconds), self.arrived:
                await self.arrived.wait_for(lambda: wanted(self))
        except TimeoutError:
            return False
        return True


def ids(event: Any) -> set[str]:
    """The ids of the records that an event carries."""
    payload = event.get("event") if isinstance(event, dict) else None
    records = payload.values() if isinstance(payload, dict) else []
    return {str(record["id"]) for record in records if isinstance(record, dict) and "id" in record}


class Listener:
    """Listens while used as a context; `mailbox()` gives one more callback."""

    def __init__(self, host: str = "") -> None:
        self._host = host
        self._boxes: dict[str, Mailbox] = {}
        self._server: asyncio.Server | None = None
        self._port = 0

    async def start(self, target: str) -> None:
        """Listen where `target` can reach this machine: on loopback for a local server, else on the way to it."""
        self._host = self._host or _local_address(target)
        bind = self._host if self._host in ("127.0.0.1", "localhost", "::1") else None
        self._server = await asyncio.start_server(self._serve, bind, 0)
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server:
            self._server.close()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._server.wait_closed(), 1)

    def mailbox(self, refuse: int = 0) -> Mailbox:
        path = f"/callback/{len(self._boxes) + 1}"
        box = Mailbox(f"http://{self._host}:{self._port}{path}", refuse)
        self._boxes[path] = box
        return box

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(60):
                while await self._one(reader, writer):
                    pass
        except (TimeoutError, ConnectionError, asyncio.IncompleteReadError, ValueError):
            pass  # a broken delivery is the sender's loss and shows as a missing one
        except asyncio.CancelledError:
            pass  # the run is over; Python 3.11 would print a connection that is still open as an error
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        request, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = request.split(" ", 2)
        headers = {n.strip().lower(): v.strip() for n, _, v in (line.partition(":") for line in lines if ":" in line)}
        body = await _body(reader, headers)
        status = await self._deliver(method, urlsplit(target).path, headers, body)
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()
        return headers.get("connection", "").lower() != "close"

    async def _deliver(self, method: str, path: str, headers: dict[str, str], body: bytes) -> str:
        box = self._boxes.get(path.rstrip("/"))
        if box is None or method != "POST":
            return "404 Not Found"
        note = Notification(path, headers, body, time.monotonic())
        async with box.arrived:
            event = note.event
            key = str(event.get("eventId") if isinstance(event, dict) else body)
            box.tries[key] += 1
            if box.tries[key] <= box.refuse:
                box.refused.append(note)
                status = "503 Service Unavailable"
            else:
                box.received.append(note)
                status = "204 No Content"
            box.arrived.notify_all()
        return status


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if "chunked" not in headers.get("transfer-encoding", "").lower():
        return await reader.readexactly(min(int(headers.get("content-length", "0")), _MAX))
    parts = []
    while size := int((await reader.readline()).split(b";")[0], 16):
        parts.append(await reader.readexactly(min(size, _MAX)))
        await reader.readexactly(2)
    await reader.readline()
    return b"".join(parts)


def _local_address(target: str) -> str:
    """The address of this machine on the way to the server."""
    host = urlsplit(target).hostname or "127.0.0.1"
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((host, 9))
        return str(probe.getsockname()[0])
    return "127.0.0.1"
