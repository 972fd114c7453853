"""The front layer: aliases, slashes, OPTIONS, HEAD, Accept, CORS, request ids, the last error net. Names no noun."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping
from typing import Any, Protocol

import structlog
from connexion.exceptions import ProblemException
from connexion.middleware.abstract import ROUTING_CONTEXT
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tmf_server.config import Settings
from tmf_server.errors import InvalidInput, NotAcceptable, NotFound, Problem, Unavailable
from tmf_server.observability.logs import REQUEST_ID
from tmf_server.observability.metrics import FIGURES, UNNAMED
from tmf_server.rest.http.failures import crash, failure
from tmf_server.rest.http.messages import Response
from tmf_server.rest.http.routing import RoutingMiddleware
from tmf_server.rest.verbs.dispatch import ORIGIN, send_response
from tmf_server.rules.ids import fresh_token

REQUEST_ID_FORM = re.compile(r"[A-Za-z0-9._-]{1,64}")
HOST_FORM = re.compile(r"[A-Za-z0-9._-]{1,255}(:\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?")
EXPOSED = "Location, Link, ETag, X-Total-Count, X-Result-Count, X-Request-Id, Retry-After, Allow"
log = structlog.get_logger("tmf_server.access")


class Life(Protocol):
    """What starts and stops with the process."""

    def start(self) -> None:
        """Called before the first request."""
        ...

    def stop(self) -> None:
        """Called after the last request."""
        ...


class Front:
    """The outermost ASGI application.

    `mounts` maps a first path segment to the application below it ("" is the path / alone); `api` answers everything
    else. `aliases` maps further mount paths to base paths.
    """

    def __init__(
        self,
        api: ASGIApp,
        *,
        routing: RoutingMiddleware,
        aliases: Mapping[str, str],
        settings: Settings,
        life: Life,
        mounts: Mapping[str, ASGIApp],
    ) -> None:
        self._api = api
        self._mounts = mounts
        self._routing = routing
        self._aliases = sorted(aliases.items(), key=lambda pair: -len(pair[0]))
        self._settings = settings
        self.life = life

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the life of the process."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        await asyncio.to_thread(self.life.start)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await asyncio.to_thread(self.life.stop)
        await send({"type": "lifespan.shutdown.complete"})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        request_id = _request_id(headers.get(b"x-request-id"))
        outgoing = _Outgoing(send, request_id, self._cors(headers), head=scope["method"] == "HEAD")
        started = time.perf_counter()
        REQUEST_ID.set(request_id)
        try:
            await self._serve(scope, headers, receive, outgoing)
        except (Problem, ProblemException, HTTPException) as error:
            problem = _meaning(error)
            if isinstance(problem, Unavailable):
                log.warning("request put off", method=scope["method"], path=scope["path"], exc_info=True)
            await outgoing.fail(failure(problem, self._version(scope["path"]), request_id))
        except Exception:
            log.exception("request failed", method=scope["method"], path=scope["path"])
            await outgoing.fail(crash(self._version(scope["path"]), request_id))
        finally:
            self._note(scope, outgoing.status, time.perf_counter() - started)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        if self._settings.observability.metrics:
            routing = scope.get("extensions", {}).get(ROUTING_CONTEXT)
            named = UNNAMED if routing is None else (routing["api_base_path"], routing["operation_id"])
            FIGURES.request(named, status, seconds)
        if self._settings.observability.access_log:
            log.info("request", method=scope["method"], path=scope["path"], status=status, seconds=round(seconds, 6))

    async def _serve(self, scope: Scope, headers: dict[bytes, bytes], receive: Receive, send: _Outgoing) -> None:
        path = scope["path"]
        scope[ORIGIN] = self._origin(scope, headers)
        mounted = self._mounts.get(path[1:].partition("/")[0])
        if mounted is not None:
            await mounted(scope, receive, send)
            return
        scope["path"] = self._canonical(path)
        if scope["method"] == "OPTIONS":
            await send_response(send, self._options(scope["path"], headers))
            return
        _check_accept(headers.get(b"accept", b"").decode("latin-1"))
        if scope["method"] == "HEAD":
            # a copy: the server looks into its own to see that HEAD has no body
            scope = {**scope, "method": "GET", "extensions": scope.setdefault("extensions", {})}
        await self._api(scope, receive, send)

    def _canonical(self, path: str) -> str:
        if len(path) > 1 and path.endswith("/"):
            path = path.rstrip("/")
        for alias, base in self._aliases:
            if path.startswith(alias) and path[len(alias) : len(alias) + 1] in ("/", ""):
                return base + path[len(alias) :]
        return path

    def _version(self, path: str) -> str:
        return "v4" if "/v4" in self._canonical(path) else "v5"

    def _origin(self, scope: Scope, headers: dict[bytes, bytes]) -> str:
        if self._settings.server.public_url:
            return self._settings.server.public_url.rstrip("/")
        scheme, host = scope["scheme"], headers.get(b"host", b"").decode("latin-1")
        client = scope.get("client")
        if client is not None and client[0] in self._settings.server.trusted_proxies:
            scheme = headers.get(b"x-forwarded-proto", scheme.encode()).decode("latin-1").split(",")[0].strip()
            host = headers.get(b"x-forwarded-host", host.encode()).decode("latin-1").split(",")[0].strip()
        if scheme not in ("http", "https") or (host and HOST_FORM.fullmatch(host) is None):
            raise InvalidInput("The Host header is not a host name.")
        if not host:
            server = scope.get("server") or (self._settings.server.host, self._settings.server.port)
            host = f"{server[0]}:{server[1]}"
        return f"{scheme}://{host}"

    def _options(self, path: str, headers: dict[bytes, bytes]) -> Response:
        allowed = self._routing.allowed(path)
        if not allowed:
            raise NotFound(f"Nothing is served at {path[:200]!r}.")
        found = [("Allow", ", ".join(allowed))]
        if b"access-control-request-method" in headers:
            found += [
                ("Access-Control-Allow-Methods", ", ".join(allowed)),
                (
                    "Access-Control-Allow-Headers",
                    headers.get(b"access-control-request-headers", b"*").decode("latin-1"),
                ),
                ("Access-Control-Max-Age", "600"),
            ]
        if "PATCH" in allowed:
            found.append(("Accept-Patch", ", ".join(PATCH_TYPES)))
        return Response(204, b"", found)

    def _cors(self, headers: dict[bytes, bytes]) -> list[tuple[bytes, bytes]]:
        origin = headers.get(b"origin", b"").decode("latin-1")
        allowed = self._settings.server.cors_origins
        if not origin or not (origin in allowed or "*" in allowed):
            return []
        return [
            (b"access-control-allow-origin", origin.encode("latin-1")),
            (b"access-control-expose-headers", EXPOSED.encode()),
            (b"vary", b"Origin"),
        ]


PATCH_TYPES = (
    "application/merge-patch+json",
    "application/json",
    "application/json-patch+json",
    "application/json-patch-query+json",
)


class _Outgoing:
    """The way out: adds the headers of every answer, leaves out the body for HEAD, knows what was sent."""

    def __init__(self, send: Send, request_id: str, headers: list[tuple[bytes, bytes]], *, head: bool) -> None:
        self._send = send
        self._headers = [(b"x-request-id", request_id.encode()), *headers]
        self._head = head
        self.status = 0

    async def __call__(self, message: Message) -> None:
        """Pass one ASGI message on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message.get("headers", ()), *self._headers]
        elif self._head and message["type"] == "http.response.body":
            if message.get("more_body", False):
                return
            message["body"] = b""
        await self._send(message)

    async def fail(self, response: Response) -> None:
        """Send an error; when an answer was begun already, all that is left is to end the connection."""
        if self.status:
            raise ConnectionAbortedError("the answer failed after its first byte")
        await send_response(self, response)


def _request_id(given: bytes | None) -> str:
    text = (given or b"").decode("latin-1")
    return text if REQUEST_ID_FORM.fullmatch(text) else fresh_token()


def _check_accept(accept: str) -> None:
    if not accept or "*/*" in accept or "json" in accept or "application/*" in accept:
        return
    raise NotAcceptable("Answers are application/json. Let the Accept header name it, or leave the header out.")


def _meaning(error: Problem | ProblemException | HTTPException) -> Problem:
    """An exception of the layers below as one of ours."""
    if isinstance(error, Problem):
        return error
    status: Any = error.status if isinstance(error, ProblemException) else error.status_code
    return InvalidInput(str(error.detail or "The request cannot be understood."), code=f"http{status}")
