"""The operations of an OpenAPI document, each with its noun and verb. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tmf_server.contracts.pointers import resolve
from tmf_server.contracts.schemas import ref_name

METHODS = ("get", "post", "put", "patch", "delete")
VERBS = {
    ("get", False): "list",
    ("post", False): "create",
    ("get", True): "retrieve",
    ("patch", True): "patch",
    ("put", True): "replace",
    ("delete", True): "delete",
}
HUB_VERBS = {
    ("post", False): "subscribe",
    ("get", False): "list_subscriptions",
    ("get", True): "retrieve_subscription",
    ("delete", True): "unsubscribe",
}


@dataclass(frozen=True)
class Operation:
    """An operation of a document: `noun` is the first path segment, `verb` the action of the engine."""

    id: str
    method: str
    path: str
    noun: str
    verb: str
    request_schemas: Mapping[str, str | None]  # media type → schema name, None for an inline schema
    response_schema: str | None
    success: int


def operations_of(document: dict[str, Any]) -> Iterator[Operation]:
    """Every operation of the document, by path and method in the order of the document."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield _operation(document, path, method, item[method])


def _operation(document: dict[str, Any], path: str, method: str, node: dict[str, Any]) -> Operation:
    parts = [part for part in path.split("/") if part]
    keyed = parts[-1].startswith("{")
    noun = parts[0]
    verb = "listen" if noun == "listener" else (HUB_VERBS if noun == "hub" else VERBS)[method, keyed]
    success = min(int(code) for code in node["responses"] if code.isdigit() and code < "300" and code != "202")
    return Operation(
        id=node["operationId"],
        method=method.upper(),
        path=path,
        noun=noun,
        verb=verb,
        request_schemas=_bodies(_resolved(document, node.get("requestBody", {}))),
        response_schema=_response_schema(_resolved(document, node["responses"].get(str(success), {}))),
        success=success,
    )


def _resolved(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        node = resolve(document, node["$ref"].removeprefix("#"))
    return node


def _bodies(body: dict[str, Any]) -> dict[str, str | None]:
    return {media: _schema_name(content) for media, content in body.get("content", {}).items()}


def _response_schema(response: dict[str, Any]) -> str | None:
    return next((_schema_name(content) for content in response.get("content", {}).values()), None)


def _schema_name(content: dict[str, Any]) -> str | None:
    schema = content.get("schema", {})
    schema = schema.get("items", schema) if schema.get("type") == "array" else schema
    return ref_name(schema["$ref"]) if "$ref" in schema else None


def outline(document: dict[str, Any]) -> dict[str, Any]:
    """Return the operations of the document alone: enough for routing and security, and quick to read."""
    components = document.get("components", {})
    schemes = {"securitySchemes": components["securitySchemes"]} if "securitySchemes" in components else {}
    kept = {name: document[name] for name in ("openapi", "info", "servers", "security") if name in document}
    return kept | {"paths": {path: _outlined(item) for path, item in document["paths"].items()}, "components": schemes}


def _outlined(item: dict[str, Any]) -> dict[str, Any]:
    return {method: _outlined_operation(item[method]) for method in METHODS if method in item}


def _outlined_operation(node: dict[str, Any]) -> dict[str, Any]:
    made = {name: node[name] for name in ("operationId", "security") if name in node}
    return made | {"responses": {"default": {"description": "as in the document"}}}
