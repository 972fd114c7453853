"""An OpenAPI document as facts: operations, schemas, attributes, event names. Serves nothing, stores nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from tmf_server.contracts.operations import Operation, operations_of
from tmf_server.contracts.schemas import Schema, properties_of, ref_name

MOST_KEPT, LONGEST_KEPT = 10_000, 200
"""The number of paths, right and wrong paths, cached for each document, and the most characters of a path."""
KINDS = {"string": "text", "number": "number", "integer": "integer", "boolean": "boolean"}


@dataclass(frozen=True)
class Attribute:
    """The attribute at a path in a schema; `repeated` for a path through an array.

    `declared` is False inside of a free value, where every name is possible.
    """

    kind: str  # text, number, integer, boolean, instant, object, any
    repeated: bool
    schema: str | None = None
    enum: tuple[Any, ...] = ()
    format: str = ""
    declared: bool = True


@dataclass(frozen=True, eq=False)
class Contract:
    """A document of an API in a version, served below `base_path` and at its `aliases`.

    `added` are schemas beside the schemas of the document, `added_types` the new `@type`s: schema name → `@type` →
    added schema. The part of an added schema's name after the last colon is its `@type`. `amended` are schemas valid in
    place of the document's own, or besides: for judging bodies and knowing attributes, not for the published document.
    """

    api: str
    version: str
    base_path: str
    document: dict[str, Any] = field(repr=False)
    aliases: tuple[str, ...] = ()
    added: Mapping[str, Schema] = field(default_factory=dict, repr=False)
    added_types: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    amended: Mapping[str, Schema] = field(default_factory=dict, repr=False)
    _attributes: dict[tuple[str, tuple[str, ...]], Attribute | None] = field(default_factory=dict, repr=False)
    _declared: dict[str, dict[str, Schema]] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """The document's short name: TMF620/v5."""
        return f"{self.api}/{self.version}"

    @cached_property
    def own_schemas(self) -> dict[str, Schema]:
        """The schemas of the document by name, as amended."""
        schemas: dict[str, Schema] = self.document.get("components", {}).get("schemas", {})
        return {**schemas, **self.amended}

    @cached_property
    def schemas(self) -> dict[str, Schema]:
        """The schemas of the document and the added schemas by name."""
        return {**self.own_schemas, **self.added}

    @cached_property
    def operations(self) -> dict[str, Operation]:
        """The operations of the document by operationId."""
        return {operation.id: operation for operation in operations_of(self.document)}

    def declared_types(self, schema: str) -> dict[str, str]:
        """Return the discriminator's mapping of a schema, `@type` → schema name; empty without a discriminator."""
        discriminator = self.schemas.get(schema, {}).get("discriminator")
        if not isinstance(discriminator, dict):
            return {}
        return {name: ref_name(target) for name, target in discriminator.get("mapping", {}).items()}

    def subtypes(self, schema: str) -> dict[str, str]:
        """Return the possible types of an object of a schema, `@type` → schema name: declared and added types."""
        return {**self.declared_types(schema), **self.added_types.get(schema, {})}

    def types_under(self, type_name: str) -> frozenset[str]:
        """Return the `@type` and the names of all schemas inheriting from the schema of the name."""
        found = {type_name}
        for name in self.schemas:
            if type_name in map(_own_name, self.ancestors(name)):
                found.add(_own_name(name))
        return frozenset(found)

    def ancestors(self, schema: str) -> list[str]:
        """Return the schemas inherited through allOf, nearest first."""
        found: list[str] = []
        for part in self.schemas.get(schema, {}).get("allOf", ()):
            if "$ref" in part:
                parent = ref_name(part["$ref"])
                found += [parent, *self.ancestors(parent)]
        return found

    def properties(self, schema: str) -> dict[str, Schema]:
        """Return the attributes declared by the schema and its parents."""
        return dict(properties_of(self.schemas, self.schemas.get(schema, {})))

    def all_properties(self, schema: str) -> dict[str, Schema]:
        """Return the attributes declared by the schema, its parents and its known subtypes."""
        if schema not in self._declared:
            merged: dict[str, Schema] = {}
            for name in reversed([schema, *self.subtypes(schema).values(), *self._alternatives(schema)]):
                merged.update(self.properties(name))
            self._declared[schema] = merged
        return self._declared[schema]

    def required(self, schema: str) -> frozenset[str]:
        """Return the mandatory attributes of the schema and its parents."""
        nodes = [self.schemas.get(name, {}) for name in (schema, *self.ancestors(schema))]
        parts = [part for node in nodes for part in (node, *node.get("allOf", ()))]
        return frozenset(name for part in parts for name in part.get("required", ()))

    def choices(self, schema: str) -> list[str]:
        """Return the schema and every schema possible in its place: known subtypes and alternatives."""
        return list(dict.fromkeys([schema, *self.subtypes(schema).values(), *self._alternatives(schema)]))

    def _alternatives(self, schema: str) -> list[str]:
        parts = self.schemas.get(schema, {}).get("oneOf", ())
        return [ref_name(part["$ref"]) for part in parts if "$ref" in part]

    def attribute(self, schema: str, path: tuple[str, ...]) -> Attribute | None:
        """Return the attribute at a path of the schema, through parents, subtypes and arrays; None if unknown."""
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
        return Attribute(_kind(node), repeated, enum=tuple(node.get("enum", ())), format=node.get("format", ""))

    @cached_property
    def events(self) -> dict[str, str]:
        """Return the events in the document: event type → schema name of the body."""
        found = {}
        for operation in self.operations.values():
            if operation.verb == "listen":
                schema = next(iter(operation.request_schemas.values()), None)
                name = operation.path.rsplit("/", 1)[-1]
                found[schema or name[:1].upper() + name[1:]] = schema or ""
        return found


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
