"""Which media types a PATCH takes, whatever its document lists: Swagger 2.0 knew one per body."""

import asyncio
from typing import Any

import pytest

from tmf_server.config import Settings
from tmf_server.contracts.contract import Contract
from tmf_server.errors import UnsupportedMedia
from tmf_server.registry.exposure import Endpoint
from tmf_server.rest.http.edge.bodies import Bodies
from tmf_server.rest.http.requests import MEDIA_TYPE, RequestCheck
from tmf_server.rest.patching.patch import MEDIA_TYPES
from tmf_server.rest.schema.validation import Validators

BODY = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}
DONE = {"200": {"description": "done"}}
CONTRACT = Contract(
    "TMF000",
    "v4",
    "/things",
    {
        "paths": {
            "/thing": {"post": {"operationId": "createThing", "requestBody": BODY, "responses": DONE}},
            "/thing/{id}": {"patch": {"operationId": "patchThing", "requestBody": BODY, "responses": DONE}},
        },
        "components": {"schemas": {"Thing": {"type": "object"}}},
    },
)


def taken_as(operation: str, media_type: str) -> str:
    """The media type that the request is passed on with."""
    seen: list[Any] = []

    async def next_app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope[MEDIA_TYPE])

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"{}"}

    async def send(message: Any) -> None:
        raise AssertionError(message)

    endpoint = Endpoint(CONTRACT, CONTRACT.operations[operation], None)
    settings = Settings()
    bodies = Bodies(settings.connections, settings.limits.max_body_bytes)
    check = RequestCheck(next_app, endpoint, Validators([CONTRACT]), settings.limits, bodies)
    asyncio.run(check({"type": "http", "headers": [(b"content-type", media_type.encode())]}, receive, send))
    return str(seen[0])


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
def test_a_patch_takes_all_four(media_type: str) -> None:
    assert taken_as("patchThing", media_type) == media_type
    assert taken_as("patchThing", f"{media_type}; charset=UTF-8") == media_type


@pytest.mark.parametrize("operation", CONTRACT.operations)
def test_a_body_without_a_media_type_is_refused(operation: str) -> None:
    with pytest.raises(UnsupportedMedia, match="no Content-Type"):
        taken_as(operation, "")


@pytest.mark.parametrize(
    ("operation", "media_type"),
    [
        ("patchThing", "application/xml"),
        ("createThing", "application/merge-patch+json"),
        ("patchThing", "application/json; charset=latin-1"),
    ],
)
def test_others_are_refused(operation: str, media_type: str) -> None:
    with pytest.raises(UnsupportedMedia):
        taken_as(operation, media_type)
