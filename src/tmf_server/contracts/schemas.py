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
