"""Runs the verb of the operation that Connexion named, inline or in a worker thread. Names no noun."""

from __future__ import annotations

import asyncio
import contextvars
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from urllib.parse import quote

from connexion.middleware.abstract import ROUTING_CONTEXT
from starlette.types import Receive, Scope, Send

from tmf_server.errors import TooCostly
from tmf_server.rest.http.asgi import ORIGIN, send_response
from tmf_server.rest.http.edge.codings import may_be_packed, packed, takes_gzip
from tmf_server.rest.http.messages import Request, Response, warning
from tmf_server.rest.http.requests import BODY, MEDIA_TYPE, UNKNOWN
from tmf_server.rest.verbs.ingestion import common_intake, take_in
from tmf_server.rest.verbs.services import Services

Verb = Callable[[Request], Response]
# What a query may have as it is (RFC 3986); the rest is encoded, so that it fits into the links of a page.
QUERY_SIGNS = "!#$%&'()*+,-./:;=?@[]_~"

PATIENCE = 0.005
"""Seconds that a read may hold up the event loop."""
LARGE = 262_144
"""Bytes of an answer that are packed in a thread."""
# Many records, or records inside of records, take long to write down, however soon they are found.
LONG = re.compile("(?:^|[&;])(?:limit|depth|expand)=")


class Dispatcher:
    """The ASGI endpoint behind Connexion's middleware.

    `inline` names the verbs that are quick enough on this database to run on the event loop; `wake` tells the worker
    that there may be events.
    """

    def __init__(
        self,
        services: Services,
        verbs: Mapping[str, Verb],
        inline: frozenset[str],
        wake: Callable[[], None] | None = None,
    ) -> None:
        self._services = services
        self._verbs = verbs
        self._inline = inline
        self._wake = wake
        self._pool = ThreadPoolExecutor(services.settings.database.pool_size, thread_name_prefix="verb")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        """Carry out one request and send its response."""
        if scope["type"] != "http":
            return
        request = self._request(scope)
        intake = common_intake(request)
        if intake is not None:
            response = await take_in(request, intake)
        else:
            response = self._promptly(request) or await self._patiently(request)
        if request.unknown and response.status < HTTPStatus.BAD_REQUEST:
            response.headers.append(warning("unknown attributes", request.unknown))
        if self._wake is not None and request.operation.method != "GET":
            self._wake()
        await send_response(send, await self._packed(request, response))

    async def _packed(self, request: Request, response: Response) -> Response:
        """The response as the client takes it: lists in gzip for those who ask."""
        if not may_be_packed(response):
            return response
        response.headers.append(("Vary", "Accept-Encoding"))
        least = self._services.settings.connections.packed_bytes
        if not 0 < least <= len(response.body) or not takes_gzip(request.headers.get("accept-encoding", "")):
            return response
        if len(response.body) < LARGE:
            return packed(response)
        return await asyncio.get_running_loop().run_in_executor(self._pool, packed, response)

    def _promptly(self, request: Request) -> Response | None:
        """The response when it is there sooner than a thread would take over; None when a thread has to see to it.

        Only verbs that read are tried: what is given up here is done again there.
        """
        verb = request.operation.verb
        if verb not in self._inline or (request.query and LONG.search(request.query)):
            return None
        try:
            with self._services.database.hurried(PATIENCE):
                return self._verbs[verb](request)
        except TooCostly:
            return None

    async def _patiently(self, request: Request) -> Response:
        loop = asyncio.get_running_loop()
        run = contextvars.copy_context().run  # the thread's log lines and events bear the request's id
        return await loop.run_in_executor(self._pool, run, self._verbs[request.operation.verb], request)

    def _request(self, scope: Scope) -> Request:
        routing = scope["extensions"][ROUTING_CONTEXT]
        return Request(
            services=self._services,
            endpoint=self._services.registry.endpoints[routing["api_base_path"], routing["operation_id"]],
            origin=scope[ORIGIN],
            path_id=scope["path_params"].get("id", ""),
            query=quote(scope["query_string"], safe=QUERY_SIGNS),
            headers={name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
            body=scope.get(BODY),
            media_type=scope.get(MEDIA_TYPE, ""),
            unknown=scope.get(UNKNOWN, ()),
        )

    def close(self) -> None:
        """Wait for the verbs that run."""
        self._pool.shutdown(wait=True)
