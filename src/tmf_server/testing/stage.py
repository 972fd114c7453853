"""The application of a test server with its controls around: faults, a clock, and the reset."""

from __future__ import annotations

import asyncio
import shutil
import time
from functools import partial
from threading import Lock

import orjson
from starlette.types import Message, Receive, Scope, Send

from tmf_server.app import compose, create_services
from tmf_server.config import Settings
from tmf_server.demo.loading import load_demo
from tmf_server.events import outbox
from tmf_server.rest.http.asgi import send_response
from tmf_server.rest.http.messages import Response
from tmf_server.storage.connection.snapshot import Snapshot
from tmf_server.storage.write.bulk import BulkRecords
from tmf_server.testing.clock import Clock
from tmf_server.testing.control import SEGMENT, Control
from tmf_server.testing.faults import Faults
from tmf_server.testing.outbound import FaultyOutbound

UNTOUCHED = frozenset({SEGMENT, "health"})  # first segments of paths exempt from faults
QUIET_SECONDS = 5.0  # the longest wait of a reset for requests of clients who have left


class Stage:
    """The outermost ASGI application of a test server. The database exists and is migrated."""

    def __init__(self, settings: Settings) -> None:
        self.clock = Clock()
        self.faults = Faults()
        self._services = create_services(settings)
        if settings.database.demo:
            records = BulkRecords(self._services.registry, settings, self._services.database.dialect)
            self._services.database.transact(partial(load_demo, records=records))
        control = {SEGMENT: Control(self)}
        self._front = compose(self._services, partial(FaultyOutbound, self.faults, self._expected), control)
        self._beginning = Snapshot(self._services.database)
        self._resetting = Lock()
        self._under_way = 0

    @property
    def bases(self) -> dict[str, str]:
        """Return the base path of every served document: TMF620/v5 → /tmf-api/productCatalogManagement/v5."""
        return {one.name: one.base_path for one in self._services.registry.contracts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or the lifespan of the process."""
        segment = scope["path"][1:].partition("/")[0] if scope["type"] == "http" else ""
        if scope["type"] != "http" or segment in UNTOUCHED:
            await self._front(scope, receive, send)
        else:
            await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        seconds, status = self.faults.of_request(scope["method"], scope["path"])
        if status is not None:
            await asyncio.sleep(seconds)
            await send_response(send, _refusal(status, scope["path"]))
            return
        request = _UnderWay(self, send, seconds)
        try:
            await self._front(scope, receive, request)
        finally:
            request.carried_out()

    def count(self, change: int) -> None:
        """So many more requests are being carried out. On the event loop only."""
        self._under_way += change

    def reset(self) -> None:
        """Bring everything back to the start: records, events, subscriptions, jobs, files, clock and faults.

        Blocks; not for the event loop.
        """
        with self._resetting:
            self.faults.clear()
            self.clock.release()
            deadline = time.monotonic() + QUIET_SECONDS
            while self._under_way and time.monotonic() < deadline:
                time.sleep(0.001)
            self._beginning.restore(self._services.database)
            shutil.rmtree(self._services.settings.jobs.storage_dir, ignore_errors=True)

    def close(self) -> None:
        """Release the clock and clear the caches; called after the last request."""
        self.clock.release()
        self._beginning.close()

    def _expected(self, event_id: str) -> bool:
        with self._services.database.read() as connection:
            return outbox.holds(connection, event_id)


class _UnderWay:
    """The response channel of a request: the request counts as running until its answer begins."""

    def __init__(self, stage: Stage, send: Send, seconds: float) -> None:
        self._stage = stage
        self._send = send
        self._seconds = seconds
        self._carried_out = False
        stage.count(1)

    async def __call__(self, message: Message) -> None:
        """Pass an ASGI message on, the first message late for a delayed answer."""
        if not self._carried_out:
            self.carried_out()
            await asyncio.sleep(self._seconds)
        await self._send(message)

    def carried_out(self) -> None:
        """Mark the request as carried out, save its answer."""
        if not self._carried_out:
            self._carried_out = True
            self._stage.count(-1)


def _refusal(status: int, path: str) -> Response:
    body = {"code": "injectedFault", "reason": "A test asked for this refusal.", "status": str(status)}
    if "/v4" not in path:
        body["@type"] = "Error"
    return Response(status, orjson.dumps(body), [("Retry-After", "1")] if status in (429, 503) else [])
