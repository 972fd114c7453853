"""A request as the verbs see it and a response as they give it: plain values. No ASGI, no SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tmf_server.contracts.operations import Operation
from tmf_server.errors import NotFound
from tmf_server.registry.exposure import Endpoint, Exposure

if TYPE_CHECKING:
    from tmf_server.rest.verbs.services import Services

JSON = "application/json"


@dataclass(slots=True)
class Request:
    """One operation to carry out.

    `path_id` is the record's id from the path, `query` the raw query string, `headers` have lower-case names, `body`
    is the parsed JSON, `origin` scheme and host that absolute links begin with, `mount` the base path as called.
    """

    services: Services
    endpoint: Endpoint
    origin: str
    path_id: str = ""
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    media_type: str = JSON

    @property
    def operation(self) -> Operation:
        """The document's operation."""
        return self.endpoint.operation

    @property
    def exposure(self) -> Exposure:
        """The noun as this document shows it."""
        if self.endpoint.exposure is None:
            raise NotFound(f"{self.operation.path} holds no records.")
        return self.endpoint.exposure

    @property
    def url(self) -> str:
        """The absolute URL of the operation's collection or record, without the query."""
        path = self.operation.path.replace("{id}", self.path_id)
        return f"{self.origin}{self.endpoint.contract.base_path}{path}"


@dataclass(slots=True)
class Response:
    """Status, bytes and headers; an empty body has no content type."""

    status: int
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)
    media_type: str = JSON
