"""A synchronous HTTP client of an ASGI application that lives on an event loop of its own thread."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from starlette.types import ASGIApp


class AppTransport(httpx.BaseTransport):
    """Hands requests to the application's event loop and waits for the answers."""

    def __init__(self, app: ASGIApp, loop: asyncio.AbstractEventLoop) -> None:
        self._inner = httpx.ASGITransport(app, raise_app_exceptions=False, client=("127.0.0.1", 40_000))
        self._loop = loop

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One request, at most a minute."""
        return asyncio.run_coroutine_threadsafe(self._send(request), self._loop).result(60)

    async def _send(self, request: httpx.Request) -> httpx.Response:
        made = httpx.Request(request.method, request.url, headers=request.headers, content=request.read())
        response = await self._inner.handle_async_request(made)
        content = b"".join([part async for part in response.aiter_raw()])
        return httpx.Response(response.status_code, headers=response.headers, content=content)


@contextmanager
def client_of(app: ASGIApp, base_url: str = "http://testserver") -> Iterator[httpx.Client]:
    """A client of the running application: started, and stopped at the end."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="app", daemon=True)
    thread.start()
    life = _Life(app, loop)
    try:
        life.begin()
        try:
            with httpx.Client(transport=AppTransport(app, loop), base_url=base_url) as client:
                yield client
        finally:
            life.end()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


class _Life:
    """The lifespan protocol, driven from another thread."""

    def __init__(self, app: ASGIApp, loop: asyncio.AbstractEventLoop) -> None:
        self._app = app
        self._loop = loop
        self._to_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._from_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._task: Any = None

    def begin(self) -> None:
        """Start up, or raise what went wrong."""
        self._task = asyncio.run_coroutine_threadsafe(self._live(), self._loop)
        self._say("lifespan.startup")

    async def _live(self) -> None:
        async def send(message: Any) -> None:
            await self._from_app.put(message)

        await self._app({"type": "lifespan"}, self._to_app.get, send)

    def end(self) -> None:
        """Shut down."""
        self._say("lifespan.shutdown")
        self._task.result(30)

    def _say(self, word: str) -> None:
        asyncio.run_coroutine_threadsafe(self._to_app.put({"type": word}), self._loop).result(10)
        answer = asyncio.run_coroutine_threadsafe(self._from_app.get(), self._loop)
        while True:
            try:
                message = answer.result(0.2)
            except TimeoutError:
                if self._task.done():
                    self._task.result()
                    raise
                continue
            assert message["type"] == f"{word}.complete", message
            return
