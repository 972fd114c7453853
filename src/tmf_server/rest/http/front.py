"""The front layer: hosts and origins, aliases, slashes, OPTIONS, HEAD, Accept, request ids, the last error net.

Names no noun.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Mapping
from functools import partial

import structlog
from connexion.exceptions import ProblemException
from connexion.middleware.abstract import ROUTING_CONTEXT
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from tmf_server.config import Settings
from tmf_server.errors import InvalidInput, NotAcceptable, Problem, Unavailable
from tmf_server.observability.logs import REQUEST_ID
from tmf_server.observability.metrics import METRICS, UNNAMED
from tmf_server.rest.http.asgi import ORIGIN, send_response
from tmf_server.rest.http.edge.hosts import Hosts
from tmf_server.rest.http.edge.origins import Origins
from tmf_server.rest.http.edge.outgoing import Outgoing
from tmf_server.rest.http.failures import crash, failure
from tmf_server.rest.http.lifespan import Lifespan
from tmf_server.rest.http.messages import Response
from tmf_server.rest.http.routing import RoutingMiddleware
from tmf_server.rest.patching.patch import MEDIA_TYPES
from tmf_server.rules.ids import fresh_token

REQUEST_ID_FORM = re.compile(r"[A-Za-z0-9._-]{1,64}")
NO_SNIFFING = (b"x-content-type-options", b"nosniff")  # an answer is what it says, whatever a browser makes of it
log = structlog.get_logger("tmf_server.access")


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
        life: Lifespan,
        mounts: Mapping[str, ASGIApp],
    ) -> None:
        self._api = api
        self._mounts = mounts
        self._routing = routing
        self._aliases = sorted(aliases.items(), key=lambda pair: -len(pair[0]))
        self._settings = settings
        self._hosts = Hosts(settings.server)
        self._origins = Origins(settings.server.cors_origins)
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
        outgoing = self._outgoing(scope["method"], headers, send, request_id)
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

    def _outgoing(self, method: str, headers: dict[bytes, bytes], send: Send, request_id: str) -> Outgoing:
        added = [(b"x-request-id", request_id.encode()), NO_SNIFFING, *self._origins.headers(headers)]
        preflight = partial(self._origins.preflight, headers) if method == "OPTIONS" else None
        return Outgoing(send, added, head=method == "HEAD", preflight=preflight)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        if self._settings.observability.metrics:
            routing = scope.get("extensions", {}).get(ROUTING_CONTEXT)
            named = UNNAMED if routing is None else (routing["api_base_path"], routing["operation_id"])
            METRICS.request(named, status, seconds)
        if self._settings.observability.access_log:
            log.info("request", method=scope["method"], path=scope["path"], status=status, seconds=round(seconds, 6))

    async def _serve(self, scope: Scope, headers: dict[bytes, bytes], receive: Receive, send: Outgoing) -> None:
        path = scope["path"]
        origin = scope[ORIGIN] = self._hosts.origin(scope, headers)
        self._origins.check(scope["method"], headers, origin)
        mounted = self._mounts.get(path[1:].partition("/")[0])
        if mounted is not None:
            await mounted(scope, receive, send)
            return
        scope["path"] = self._canonical(path)
        if scope["method"] == "OPTIONS":
            await send_response(send, self._options(scope["path"]))
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

    def _options(self, path: str) -> Response:
        allowed = self._routing.allowed(path)
        if not allowed:
            raise self._routing.nothing_at(path)
        found = [("Allow", ", ".join(allowed))]
        if "PATCH" in allowed:
            found.append(("Accept-Patch", ", ".join(MEDIA_TYPES)))
        return Response(204, b"", found)


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
    return InvalidInput(str(error.detail or "The request cannot be understood."))
