"""A request as the verbs see it and a response as they give it: plain values. No ASGI, no SQL."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tmf_server.contracts.operations import Operation
from tmf_server.errors import NotFound
from tmf_server.registry.exposure import Endpoint, Exposure

if TYPE_CHECKING:
    from tmf_server.rest.verbs.services import Services

JSON = "application/json"
MOST_NAMED, LONGEST_NAME = 20, 200  # of what a header lists


@dataclass(slots=True)
class Request:
    """One operation to carry out.

    `path_id` is the record's id from the path, `query` the raw query string, `headers` have lower-case names, `body`
    is the parsed JSON, `origin` scheme and host that absolute links begin with, `unknown` what the document does not
    know of what the client sent.
    """

    services: Services
    endpoint: Endpoint
    origin: str
    path_id: str = ""
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    media_type: str = JSON
    unknown: tuple[str, ...] = ()

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
    def reference_policy(self) -> str:
        """What happens to references whose targets are not here."""
        return self.services.settings.contracts.reference_policy(self.exposure.contract.api)

    @property
    def url(self) -> str:
        """The absolute URL of the operation's collection or record, without the query."""
        path = self.operation.path.replace("{id}", self.path_id)
        return f"{self.origin}{self.endpoint.contract.base_path}{path}"


def warning(what: str, named: Sequence[str]) -> tuple[str, str]:
    """The header that warns of things by their names, which clients chose: in ASCII, and no longer than headers are."""
    shown = [name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}..." for name in named[:MOST_NAMED]]
    more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
    said = f"{what}: {', '.join(shown)}{more}"
    return "Warning", f"199 - {json.dumps(said)}"


@dataclass(slots=True)
class Response:
    """Status, bytes and headers; an empty body has no content type."""

    status: int
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)
    media_type: str = JSON
