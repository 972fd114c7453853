"""What a schema of an OpenAPI document is, and the attributes that it and its parents declare. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = dict[str, Any]


def ref_name(reference: str) -> str:
    """The last word of a $ref."""
    return reference.rsplit("/", 1)[-1]


def properties_of(schemas: Mapping[str, Schema], schema: Schema) -> Iterator[tuple[str, Schema]]:
    """The attributes of a schema, those of its parents first; `schemas` has the parents by name."""
    for part in schema.get("allOf", ()):
        yield from properties_of(schemas, schemas.get(ref_name(part["$ref"]), {}) if "$ref" in part else part)
    yield from (schema.get("properties") or {}).items()


def required_of(schemas: Mapping[str, Schema], schema: Schema) -> Iterator[str]:
    """The attributes that a schema demands, those of its parents first."""
    for part in schema.get("allOf", ()):
        yield from required_of(schemas, schemas.get(ref_name(part["$ref"]), {}) if "$ref" in part else part)
    yield from schema.get("required", ())


def with_attributes(schema: Schema, attributes: Mapping[str, Schema]) -> Schema:
    """The schema of objects that can have more attributes."""
    return {"type": "object", **schema, "properties": {**(schema.get("properties") or {}), **attributes}}


def object_schema(node: Schema) -> str | None:
    """The schema that an attribute refers to, by itself or as an array; None where it does not."""
    node = node.get("items", node) if node.get("type") == "array" else node
    parts = node.get("allOf")
    node = parts[0] if parts and len(parts) == 1 else node
    return ref_name(node["$ref"]) if "$ref" in node else None
