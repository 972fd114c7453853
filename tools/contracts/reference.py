"""Reads a published document, Swagger 2.0 or OpenAPI 3.0, as facts alone. Its prose and examples stay behind."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tmf_server.contracts import yaml12
from tmf_server.contracts.swagger2 import convert_swagger2

Node = dict[str, Any]

METHODS = ("get", "post", "put", "patch", "delete")
PROSE = {"description", "example", "examples", "title", "externalDocs"}
MERGE_PATCH = "application/merge-patch+json"
JSON_PATCHES = ("application/json-patch+json", "application/json-patch-query+json")
JSON = "application/json"


class CorrectionError(Exception):
    """A correction names a place that the reference does not have: it was mended, or the pointer is wrong."""


@dataclass(frozen=True)
class Operation:
    """One operation: parameters as OpenAPI 3.0 objects, bodies by media type, responses by code and media type."""

    path: str
    method: str
    operation_id: str
    tags: list[str]
    parameters: list[Node]
    bodies: dict[str, Node]
    responses: dict[str, dict[str, Node]]


@dataclass(frozen=True)
class Reference:
    """The facts of one document: `version` is v4 or v5, `number` is TMF620 and so on."""

    version: str
    number: str
    title: str
    release: str
    tags: list[str]
    operations: list[Operation]
    schemas: dict[str, Node]


def facts(node: Any) -> Any:
    """A schema without its prose, down to the innermost."""
    if isinstance(node, list):
        return [facts(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return {"$ref": node["$ref"]}
    return {key: _fact(key, value) for key, value in node.items() if key not in PROSE}


def _fact(key: str, value: Any) -> Any:
    if key == "properties":
        return {name: facts(schema) for name, schema in (value or {}).items()}
    if key == "discriminator":
        return value
    return facts(value)


class _Reader:
    def __init__(self, content: Node) -> None:
        self.content = content

    def deref(self, node: Node) -> Node:
        while "$ref" in node:
            target: Any = self.content
            for key in node["$ref"].removeprefix("#/").split("/"):
                target = target[key]
            node = target
        return node

    def operations(self) -> Iterator[Operation]:
        for path, item in self.content["paths"].items():
            for method in METHODS:
                if method in item:
                    yield self.operation(path, method, item[method])

    def operation(self, path: str, method: str, node: Node) -> Operation:
        return Operation(
            path=path,
            method=method,
            operation_id=node["operationId"],
            tags=node.get("tags", []),
            parameters=[self.parameter(self.deref(parameter)) for parameter in node.get("parameters", [])],
            bodies=self.bodies(method, node),
            responses={code: self.content_of(response) for code, response in node["responses"].items()},
        )

    def parameter(self, node: Node) -> Node:
        required = {"required": True} if node.get("required") else {}
        return {"name": node["name"], "in": node["in"], **required, "schema": facts(node["schema"])}

    def bodies(self, method: str, node: Node) -> dict[str, Node]:
        found = self.content_of(node.get("requestBody", {}))
        if method == "patch":
            found.setdefault(MERGE_PATCH, found[JSON])
            for media in JSON_PATCHES:
                found.setdefault(media, {"$ref": "#/components/schemas/JsonPatchOperations"})
        return found

    def content_of(self, node: Node) -> dict[str, Node]:
        """The schemas of a body or a response by media type."""
        return {media: facts(content["schema"]) for media, content in self.deref(node).get("content", {}).items()}


def correct(schemas: dict[str, Node], pointer: str, value: Any) -> None:
    """Put `value` in place of what stands at a JSON pointer; CorrectionError when nothing stands there."""
    *way, last = pointer.removeprefix("/").split("/")
    target: Any = schemas
    try:
        for step in way:
            target = target[int(step) if isinstance(target, list) else step]
        key = int(last) if isinstance(target, list) else last
        target[key]
    except LookupError as error:
        raise CorrectionError(f"corrections.yaml: nothing stands at {pointer}") from error
    target[key] = value


def load(path: Path, corrections: Iterable[Node] = ()) -> Reference:
    """Read one published document and mend it where a correction (`document`, `at`, `is`) names it.

    Raises OSError or yaml.YAMLError when the document cannot be read.
    """
    content: Node = json.loads(path.read_text(encoding="utf-8")) if path.suffix == ".json" else yaml12.load(path)
    if "swagger" in content:
        content = convert_swagger2(content)
    schemas = {name: facts(schema) for name, schema in content["components"]["schemas"].items()}
    for correction in corrections:
        if correction.keys() != {"document", "at", "is"}:
            raise CorrectionError(f"corrections.yaml: {correction}: a correction says document, at, is, and no more")
        if correction["document"] == f"{path.parent.name}/{path.stem}":
            correct(schemas, correction["at"], correction["is"])
    return Reference(
        version=path.parent.name,
        number=path.stem,
        title=content["info"]["title"],
        release=str(content["info"]["version"]),
        tags=[tag["name"] for tag in content["tags"]],
        operations=list(_Reader(content).operations()),
        schemas=schemas,
    )
