"""The OpenAPI documents as facts: operations, schemas, attributes, event names. Serves nothing, stores nothing."""

import contextlib
import hashlib
import json
import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

from tmf_server.contracts import yaml12
from tmf_server.contracts.swagger2 import convert_swagger2

Schema = dict[str, Any]
MOST_KEPT, LONGEST_KEPT = 10_000, 200
"""How many paths, right and wrong ones, a document remembers with what they lead to, and of how many characters."""
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
KINDS = {"string": "text", "number": "number", "integer": "integer", "boolean": "boolean"}

BASE_PATHS = {
    "TMF620": "/tmf-api/productCatalogManagement",
    "TMF622": "/tmf-api/productOrderingManagement",
    "TMF629": "/tmf-api/customerManagement",
    "TMF638": "/tmf-api/serviceInventory",
    "TMF639": "/tmf-api/resourceInventoryManagement",
    "TMF642": "/tmf-api/alarmManagement",
    "TMF678": "/tmf-api/customerBillManagement",
}

# Other mount paths that integrators use for the same documents.
ALIASES = {
    "TMF620": ("/productCatalogManagement/v5",),
    "TMF622": ("/tmf-api/productOrdering/v5", "/productOrderingManagement/v5"),
    "TMF629": ("/tmf-api/customer/v5",),
    "TMF638": (
        "/tmf-api/serviceInventoryManagement/v4",
        "/tmf-api/serviceInventoryManagement/v5",
        "/serviceInventory/v5",
    ),
    "TMF639": (
        "/tmf-api/resourceInventory/v4",
        "/tmf-api/resourceInventory/v5",
        "/resourceInventory/v5",
        "/resourceInventoryManagement/v5",
    ),
    "TMF642": ("/tmf-api/alarm/v4", "/tmf-api/alarm/v5", "/alarmManagement/v5"),
    "TMF678": ("/tmf-api/customerBill/v5",),
}


@dataclass(frozen=True)
class Operation:
    """One operation of a document: `noun` is the path segment behind it, `verb` what the engine does for it."""

    id: str
    method: str
    path: str
    noun: str
    verb: str
    request_schemas: Mapping[str, str | None]  # media type → schema name, None for an inline schema
    response_schema: str | None
    success: int


@dataclass(frozen=True)
class Attribute:
    """What a path in a schema leads to; `repeated` when an array lies on the way.

    `declared` is False inside of a value that may be anything: there every name is possible.
    """

    kind: str  # text, number, integer, boolean, instant, object, any
    repeated: bool
    schema: str | None = None
    enum: tuple[Any, ...] = ()
    declared: bool = True


@dataclass(frozen=True, eq=False)
class Contract:
    """One document of one API in one version.

    `added` are schemas beside those of the document, `added_types` the `@type`s that they add: schema name → `@type` →
    added schema. The part of an added schema's name after the last colon is its `@type`. `undeclared` are attributes
    that objects of a schema have though the document does not say so, by schema name.
    """

    api: str
    version: str
    base_path: str
    document: dict[str, Any] = field(repr=False)
    added: Mapping[str, Schema] = field(default_factory=dict, repr=False)
    added_types: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    undeclared: Mapping[str, Mapping[str, Schema]] = field(default_factory=dict, repr=False)
    _attributes: dict[tuple[str, tuple[str, ...]], Attribute | None] = field(default_factory=dict, repr=False)
    _declared: dict[str, dict[str, Schema]] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """The document's short name: TMF620/v5."""
        return f"{self.api}/{self.version}"

    @cached_property
    def own_schemas(self) -> dict[str, Schema]:
        """The schemas of the document by name."""
        schemas: dict[str, Schema] = self.document.get("components", {}).get("schemas", {})
        return schemas

    @cached_property
    def schemas(self) -> dict[str, Schema]:
        """The schemas of the document and the added ones by name."""
        return {**self.own_schemas, **self.added}

    @cached_property
    def operations(self) -> dict[str, Operation]:
        """The operations of the document by operationId."""
        return {operation.id: operation for operation in _operations(self.document)}

    def declared_types(self, schema: str) -> dict[str, str]:
        """The discriminator's mapping of a schema, `@type` → schema name; empty where there is none."""
        discriminator = self.schemas.get(schema, {}).get("discriminator")
        if not isinstance(discriminator, dict):
            return {}
        return {name: ref_name(target) for name, target in discriminator.get("mapping", {}).items()}

    def subtypes(self, schema: str) -> dict[str, str]:
        """The types that an object of a schema can be of, `@type` → schema name: those declared and those added."""
        return {**self.declared_types(schema), **self.added_types.get(schema, {})}

    def types_under(self, type_name: str) -> frozenset[str]:
        """The `@type` and the names of every schema that inherits from the schema of that name."""
        found = {type_name}
        for name in self.schemas:
            if type_name in map(_own_name, self.ancestors(name)):
                found.add(_own_name(name))
        return frozenset(found)

    def ancestors(self, schema: str) -> list[str]:
        """The schemas that this one inherits from through allOf, nearest first."""
        found: list[str] = []
        for part in self.schemas.get(schema, {}).get("allOf", ()):
            if "$ref" in part:
                parent = ref_name(part["$ref"])
                found += [parent, *self.ancestors(parent)]
        return found

    def properties(self, schema: str) -> dict[str, Schema]:
        """The attributes that the schema and its parents declare, and those that its objects have undeclared."""
        declared = properties_of(self.schemas, self.schemas.get(schema, {}))
        return {**self.undeclared.get(schema, {}), **dict(declared)}

    def all_properties(self, schema: str) -> dict[str, Schema]:
        """The attributes that the schema, its parents and its known subtypes declare."""
        if schema not in self._declared:
            merged: dict[str, Schema] = {}
            for name in reversed([schema, *self.subtypes(schema).values(), *self._alternatives(schema)]):
                merged.update(self.properties(name))
            self._declared[schema] = merged
        return self._declared[schema]

    def required(self, schema: str) -> frozenset[str]:
        """The attributes that the schema and its parents demand."""
        nodes = [self.schemas.get(name, {}) for name in (schema, *self.ancestors(schema))]
        parts = [part for node in nodes for part in (node, *node.get("allOf", ()))]
        return frozenset(name for part in parts for name in part.get("required", ()))

    def choices(self, schema: str) -> list[str]:
        """The schema and everything that an object at its place can be instead: known subtypes and alternatives."""
        return list(dict.fromkeys([schema, *self.subtypes(schema).values(), *self._alternatives(schema)]))

    def _alternatives(self, schema: str) -> list[str]:
        parts = self.schemas.get(schema, {}).get("oneOf", ())
        return [ref_name(part["$ref"]) for part in parts if "$ref" in part]

    def attribute(self, schema: str, path: tuple[str, ...]) -> Attribute | None:
        """What the path leads to from the schema, through parents, known subtypes and arrays; None when unknown."""
        key = (schema, path)
        if key not in self._attributes:
            found = self._find(schema, path)
            if sum(map(len, path)) > LONGEST_KEPT:
                return found
            if len(self._attributes) >= MOST_KEPT:
                self._attributes.clear()
            self._attributes[key] = found
        return self._attributes[key]

    def _find(self, schema: str, path: tuple[str, ...]) -> Attribute | None:
        if not path:
            return Attribute("object", repeated=False, schema=schema)
        declared = self.all_properties(schema).get(path[0])
        return None if declared is None else self._follow(declared, path[1:], repeated=False)

    def _follow(self, node: Schema, rest: tuple[str, ...], *, repeated: bool) -> Attribute | None:
        node = _unwrapped(node)
        if node.get("type") == "array":
            return self._follow(node.get("items", {}), rest, repeated=True)
        if "$ref" in node:
            target = ref_name(node["$ref"])
            resolved = self.schemas.get(target, {})
            if "properties" in resolved or "allOf" in resolved or "oneOf" in resolved:
                found = self._find(target, rest) if rest else Attribute("object", repeated=False, schema=target)
                return found and replace(found, repeated=repeated or found.repeated)
            return self._follow(resolved, rest, repeated=repeated)
        if rest:
            inner = node.get("properties", {}).get(rest[0])
            if inner is not None:
                return self._follow(inner, rest[1:], repeated=repeated)
            return Attribute("any", repeated, declared=False) if _open(node) else None
        return Attribute(_kind(node), repeated, enum=tuple(node.get("enum", ())))

    @cached_property
    def events(self) -> dict[str, str]:
        """The events that the document lists: event type → schema name of its body."""
        found = {}
        for operation in self.operations.values():
            if operation.verb == "listen":
                schema = next(iter(operation.request_schemas.values()), None)
                name = operation.path.rsplit("/", 1)[-1]
                found[schema or name[:1].upper() + name[1:]] = schema or ""
        return found


def ref_name(reference: str) -> str:
    """The last word of a $ref."""
    return reference.rsplit("/", 1)[-1]


def _own_name(schema: str) -> str:
    return schema.rpartition(":")[2]


def _unwrapped(node: Schema) -> Schema:
    parts = node.get("allOf")
    return parts[0] if parts and len(parts) == 1 and "properties" not in node else node


def _open(node: Schema) -> bool:
    return node.get("type") in (None, "object") and not node.get("properties")


def _kind(node: Schema) -> str:
    if node.get("format") in ("date-time", "date"):
        return "instant"
    kind = node.get("type")
    return KINDS.get(kind, "object") if kind else "any"


def properties_of(schemas: Mapping[str, Schema], schema: Schema) -> Iterator[tuple[str, Schema]]:
    """The attributes of a schema, those of its parents first; `schemas` has the parents by name."""
    for part in schema.get("allOf", ()):
        yield from properties_of(schemas, schemas.get(ref_name(part["$ref"]), {}) if "$ref" in part else part)
    yield from (schema.get("properties") or {}).items()


def _operations(document: dict[str, Any]) -> Iterator[Operation]:
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
        target: Any = document
        for key in node["$ref"].removeprefix("#/").split("/"):
            target = target[key.replace("~1", "/").replace("~0", "~")]
        node = target
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
    """The document's operations alone: what routing and security need, and quick to read for those who do them."""
    components = document.get("components", {})
    schemes = {"securitySchemes": components["securitySchemes"]} if "securitySchemes" in components else {}
    kept = {name: document[name] for name in ("openapi", "info", "servers", "security") if name in document}
    return kept | {"paths": {path: _outlined(item) for path, item in document["paths"].items()}, "components": schemes}


def _outlined(item: dict[str, Any]) -> dict[str, Any]:
    return {method: _outlined_operation(item[method]) for method in METHODS if method in item}


def _outlined_operation(node: dict[str, Any]) -> dict[str, Any]:
    made = {name: node[name] for name in ("operationId", "security") if name in node}
    return made | {"responses": {"default": {"description": "as in the document"}}}


def check_names(names: Collection[str]) -> None:
    """Raise ValueError for what is neither an API (TMF620) nor a version of one (TMF620/v5)."""
    known = {name for api in BASE_PATHS for name in (api, f"{api}/v4", f"{api}/v5")}
    unknown = sorted(set(names) - known)
    if unknown:
        raise ValueError(f"there is no API {', '.join(unknown)}; there are {', '.join(BASE_PATHS)}, with /v4 or /v5")


def load_contracts(folder: Path, wanted: tuple[str, ...] = (), cache: Path | None = None) -> list[Contract]:
    """The documents below `folder` (v4/TMF620.yaml …), all or those named in `wanted` (TMF620 or TMF620/v5).

    Swagger 2.0 documents are read as OpenAPI 3.0. `cache` is a folder that keeps them as JSON, which is read a hundred
    times faster than YAML. Raises FileNotFoundError when nothing is found.
    """
    found = []
    for path in sorted(folder.glob("v[45]/TMF*.*")):
        api, version = path.stem, path.parent.name
        if path.suffix not in (".yaml", ".yml", ".json") or api not in BASE_PATHS:
            continue
        if wanted and api not in wanted and f"{api}/{version}" not in wanted:
            continue
        found.append(Contract(api, version, f"{BASE_PATHS[api]}/{version}", _cached(path, cache)))
    if not found:
        raise FileNotFoundError(f"no document v4/TMFnnn.yaml or v5/TMFnnn.yaml of a wanted API in {folder}")
    return found


def _cached(path: Path, cache: Path | None) -> dict[str, Any]:
    if cache is None:
        return read_document(path)
    kept = cache / f"{hashlib.sha256(path.read_bytes()).hexdigest()}.json"
    with contextlib.suppress(OSError, ValueError):
        document: dict[str, Any] = orjson.loads(kept.read_bytes())
        return document
    document = read_document(path)
    # A folder that cannot be written costs a second at each start, and nothing else.
    with contextlib.suppress(OSError):
        cache.mkdir(parents=True, exist_ok=True)
        fresh = kept.with_suffix(f".{os.getpid()}")
        fresh.write_bytes(orjson.dumps(document))
        fresh.replace(kept)
    return document


def read_document(path: Path) -> dict[str, Any]:
    """One document as OpenAPI 3.0, from JSON or YAML, OpenAPI 3.0 or Swagger 2.0."""
    document = json.loads(path.read_text(encoding="utf-8")) if path.suffix == ".json" else yaml12.load(path)
    return convert_swagger2(document) if "swagger" in document else document
