"""Files of jobs over HTTP: PUT, GET, HEAD and DELETE of /files/NAME. Holds nothing in memory; knows no job."""

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path

import orjson
from starlette.responses import FileResponse
from starlette.types import Receive, Scope, Send

from tmf_server.config import Settings
from tmf_server.errors import MethodNotAllowed, TooLarge, Unavailable
from tmf_server.rest.http.asgi import ORIGIN, send_response
from tmf_server.rest.http.edge.bodies import announced_length, pieces
from tmf_server.rest.http.edge.codings import decoder
from tmf_server.rest.http.messages import Response
from tmf_server.storage.connection.space import lacks_space
from tmf_server.storage.files import FileStore

METHODS = ("GET", "HEAD", "PUT", "DELETE", "OPTIONS")
TYPES = {".json": "application/json", ".ndjson": "application/x-ndjson", ".jsonl": "application/x-ndjson"}
# A browser that is led here shows nothing and runs nothing.
SAFE = {"Content-Security-Policy": "default-src 'none'; sandbox"}


class Files:
    """The ASGI application below /files."""

    def __init__(self, store: FileStore, settings: Settings) -> None:
        self._store = store
        self._stall_seconds = settings.connections.stall_seconds
        self._seconds = settings.jobs.transfer_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request. Raises Problem."""
        name = scope["path"].removeprefix("/files/").rstrip("/")
        method = scope["method"]
        if method == "PUT":
            await self._put(name, scope, receive, send)
        elif method in ("GET", "HEAD"):
            await self._get(name, scope, receive, send)
        elif method == "DELETE":
            await asyncio.to_thread(self._store.remove, name)
            await send_response(send, Response(204))
        elif method == "OPTIONS":
            await send_response(send, Response(204, headers=[("Allow", ", ".join(METHODS))]))
        else:
            raise MethodNotAllowed("A file can be read, written and removed.", METHODS)

    async def _get(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        path = self._store.existing(name)
        media_type = "application/gzip" if path.suffix == ".gz" else TYPES.get(path.suffix, "application/octet-stream")
        await FileResponse(path, headers=SAFE, media_type=media_type, filename=name)(scope, receive, send)

    async def _put(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        if announced_length(scope) > self._store.max_bytes:
            raise TooLarge(f"The file is larger than the {self._store.max_bytes} bytes that are taken.")
        path = self._store.path(name)
        there = path.exists()
        with _room_told():
            size = await self._store_body(path, scope, receive)
        url = f"{scope[ORIGIN]}/files/{name}"
        told = orjson.dumps({"name": name, "href": url, "size": size})
        await send_response(send, Response(200 if there else 201, told, [("Location", url)]))

    async def _store_body(self, path: Path, scope: Scope, receive: Receive) -> int:
        """Write the file and return its size. A thread is taken for each part, so that slow clients hold up none."""
        body = decoder(scope)
        draft = await asyncio.to_thread(self._store.draft, path)
        try:
            async for piece in pieces(receive, self._stall_seconds, self._seconds):
                for part in body.unpacked(piece):
                    await asyncio.to_thread(draft.write, part)
            body.finish()
            await asyncio.to_thread(draft.publish)
        finally:
            draft.discard()
        return draft.size


@contextlib.contextmanager
def _room_told() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if not lacks_space(error):
            raise
        raise Unavailable("There is no room for the file just now.", retry_after=10) from error
