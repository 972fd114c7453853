"""Schemas of an OpenAPI document: declared and mandatory attributes, with the attributes of parents. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = dict[str, Any]


def ref_name(reference: str) -> str:
    """The last word of a $ref."""
    return reference.rsplit("/", 1)[-1]


def properties_of(schemas: Mapping[str, Schema], schema: Schema) -> Iterator[tuple[str, Schema]]:
    """Yield the attributes of a schema, attributes of parents first; `schemas` has the parents by name."""
    for part in schema.get("allOf", ()):
        yield from properties_of(schemas, schemas.get(ref_name(part["$ref"]), {}) if "$ref" in part else part)
    yield from (schema.get("properties") or {}).items()


def required_of(schemas: Mapping[str, Schema], schema: Schema) -> Iterator[str]:
    """Yield the mandatory attributes of a schema, attributes of parents first."""
    for part in schema.get("allOf", ()):
        yield from required_of(schemas, schemas.get(ref_name(part["$ref"]), {}) if "$ref" in part else part)
    yield from schema.get("required", ())


def with_attributes(schema: Schema, attributes: Mapping[str, Schema]) -> Schema:
    """Return the schema with further attributes."""
    return {"type": "object", **schema, "properties": {**(schema.get("properties") or {}), **attributes}}


def object_schema(node: Schema) -> str | None:
    """Return the schema referenced by an attribute, directly or as an array; None without a reference."""
    node = node.get("items", node) if node.get("type") == "array" else node
    parts = node.get("allOf")
    node = parts[0] if parts and len(parts) == 1 else node
    return ref_name(node["$ref"]) if "$ref" in node else None
