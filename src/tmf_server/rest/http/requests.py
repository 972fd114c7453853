"""Connexion's request validation with validators of our own, made once per operation. Names no noun."""

from __future__ import annotations

from functools import partial
from typing import Any

from connexion.middleware.request_validation import RequestValidationAPI, RequestValidationMiddleware
from connexion.operations import AbstractOperation
from starlette.types import ASGIApp, Receive, Scope, Send

from tmf_server.config import Settings
from tmf_server.config.limits import LimitsSettings
from tmf_server.errors import InvalidInput, TooLarge, UnsupportedMedia
from tmf_server.registry.exposure import Endpoint
from tmf_server.registry.registry import Registry
from tmf_server.rest.body.strictjson import parse
from tmf_server.rest.http.edge.bodies import Bodies
from tmf_server.rest.http.edge.budget import Hold
from tmf_server.rest.patching.patch import MEDIA_TYPES
from tmf_server.rest.schema.validation import Validators

BODY = "tmf.body"
MEDIA_TYPE = "tmf.media_type"
UNKNOWN = "tmf.unknown"
PATCHES = frozenset({"patch"})
CHANGES = PATCHES | {"replace"}
KEPT = frozenset({"create", "subscribe"})
"""Verbs whose whole body is kept: what the document does not know is told."""


class RequestCheck:
    """Reads, parses and validates the body of one operation; the parsed body travels on in the ASGI scope."""

    def __init__(
        self, next_app: ASGIApp, endpoint: Endpoint, validators: Validators, limits: LimitsSettings, bodies: Bodies
    ) -> None:
        self._next_app = next_app
        self._endpoint = endpoint
        self._validators = validators
        self._limits = limits
        self._bodies = bodies
        operation = endpoint.operation
        self._takes_body = bool(operation.request_schemas)
        # A PATCH takes every form of patch, also where an older document names application/json alone.
        self._taken = MEDIA_TYPES if operation.verb in PATCHES else tuple(operation.request_schemas)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Validate and pass on."""
        if len(scope.get("query_string", b"")) > self._limits.max_query_bytes:
            raise TooLarge(f"The query is longer than {self._limits.max_query_bytes} bytes.")
        if not self._takes_body:
            await self._next_app(scope, receive, send)
            return
        with self._bodies.hold() as hold:
            text = await self._read(scope, receive, hold)
            async with self._bodies.turn(hold.size):
                check = partial(self._checked, scope[MEDIA_TYPE], text)
                scope[BODY], scope[UNKNOWN] = await self._bodies.apart(hold.size, check)
                del text, check
                await self._next_app(scope, receive, send)

    async def _read(self, scope: Scope, receive: Receive, hold: Hold) -> bytes:
        header = _header(scope, b"content-type").strip()
        scope[MEDIA_TYPE] = self._media_type(header)
        text = await self._bodies.read(scope, receive, hold)
        if text and not header:
            # a page of any site can post a body without a type, and its browser does not ask the server first
            raise UnsupportedMedia(f"The body has no Content-Type. Expected {' or '.join(self._taken)}.")
        return text

    def _media_type(self, header: str) -> str:
        media_type, _, parameters = header.partition(";")
        media_type = media_type.strip().lower() or self._taken[0]
        charset = parameters.lower().replace(" ", "").replace('"', "")
        if media_type not in self._taken:
            raise UnsupportedMedia(f"The body is {media_type[:100]!r}. Expected {' or '.join(self._taken)}.")
        if "charset=" in charset and "charset=utf-8" not in charset:
            raise UnsupportedMedia("JSON is exchanged in UTF-8 only.")
        return media_type

    def _checked(self, media_type: str, text: bytes) -> tuple[Any, tuple[str, ...]]:
        """The body, and what its document does not know."""
        operation = self._endpoint.operation
        body = parse(text, max_depth=self._limits.max_depth)
        if operation.verb in PATCHES:
            return body, ()
        if not isinstance(body, dict):
            raise InvalidInput("The body has to be a JSON object.")
        schema = operation.request_schemas[media_type]
        if operation.verb in CHANGES or schema is None:
            return body, ()  # the result of a change is checked, as a whole
        contract, validators = self._endpoint.contract, self._validators
        take = validators.created if operation.verb == "create" else validators.accepted
        taken = take(contract, schema, body)
        return taken, validators.vocabulary.unknown(contract, schema, taken) if operation.verb in KEPT else ()


class RequestCheckAPI(RequestValidationAPI):
    """The operations of one document, each with its check; `checks` come through `validator_map`."""

    def make_operation(self, operation: AbstractOperation) -> Any:
        """The check of one operation."""
        parts = self.validator_map
        endpoint = parts["registry"].endpoints[self.base_path, operation.operation_id]
        return RequestCheck(self.next_app, endpoint, parts["validators"], parts["limits"], parts["bodies"])


class RequestCheckMiddleware(RequestValidationMiddleware):
    """Connexion's validation middleware over RequestCheckAPI."""

    api_cls = RequestCheckAPI


def validator_map(registry: Registry, validators: Validators, settings: Settings) -> dict[str, Any]:
    """What Connexion hands to RequestCheckAPI."""
    bodies = Bodies(settings.connections, settings.limits.max_body_bytes)
    return {"registry": registry, "validators": validators, "limits": settings.limits, "bodies": bodies}


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")
