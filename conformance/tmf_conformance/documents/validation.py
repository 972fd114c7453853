"""Answers and bodies checked against the document, every object by its own @type. No HTTP.

Plain `oneOf` knows no discriminators and rejects TM Forum's own examples; here a discriminator becomes a chain of
if/then/else over `@type`, then `@baseType`, and an unknown type is checked as its base (TMF630 P3).
"""

import json
from typing import Any

import jsonschema_rs

from tmf_conformance.documents.schemas import Node, Schemas

_DIALECT = "http://json-schema.org/draft-07/schema#"
_PROSE = {
    "example", "examples", "externalDocs", "xml", "deprecated", "description", "title", "discriminator", "nullable",
    "readOnly", "writeOnly", "default",
}  # fmt: skip
_FORMATS = {"date-time", "date"}
_LIMIT = 8


class Validator:
    """Validators of one document, compiled when first asked for."""

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas
        self._compiled: dict[str, Any] = {}

    def problems(self, node: Node, value: Any) -> list[str]:
        """What is wrong with `value`, as `pointer: message` lines; empty when it is valid. At most eight."""
        key = json.dumps(node, sort_keys=True)
        if key not in self._compiled:
            self._compiled[key] = jsonschema_rs.Draft7Validator(self._schema(node), validate_formats=True)
        found = []
        for error in self._compiled[key].iter_errors(value):
            pointer = "/" + "/".join(str(part) for part in error.instance_path)
            found.append(f"{pointer}: {_short(error.message)}")
            if len(found) >= _LIMIT:
                break
        return found

    def _schema(self, node: Node) -> Node:
        definitions: dict[str, Node] = {}
        root = self._convert(node, definitions)
        return {"$schema": _DIALECT, "allOf": [root], "$defs": definitions}

    def _convert(self, node: Any, definitions: dict[str, Node], *, inherit: bool = False) -> Any:
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            return {"$ref": "#/$defs/" + self._define(node, definitions, inherit)}
        result = self._keywords(node, definitions)
        if node.get("nullable"):
            return {"anyOf": [{"type": "null"}, result]}
        return result

    def _keywords(self, node: Node, definitions: dict[str, Node]) -> Node:
        result: Node = {}
        for key, value in node.items():
            if key in _PROSE or (key == "format" and value not in _FORMATS):
                continue
            if key == "properties":
                result[key] = {name: self._convert(inner, definitions) for name, inner in value.items()}
            elif key == "allOf":
                # A $ref inside allOf is inheritance: dispatching there again would never end.
                result[key] = [self._convert(inner, definitions, inherit=True) for inner in value]
            elif key in ("oneOf", "anyOf"):
                if "discriminator" not in node:
                    result[key] = [self._convert(inner, definitions) for inner in value]
            elif key in ("items", "not", "additionalProperties"):
                result[key] = self._convert(value, definitions)
            elif key in ("exclusiveMinimum", "exclusiveMaximum") and isinstance(value, bool):
                if value:
                    result[key] = node[key.replace("exclusiveM", "m")]
            else:
                result[key] = value
        return result

    def _define(self, node: Node, definitions: dict[str, Node], inherit: bool) -> str:
        name = node["$ref"].rsplit("/", 1)[-1]
        variants = {} if inherit else self._schemas.own_variants(node)
        key = f"{name}.any" if variants else name
        if key not in definitions:
            definitions[key] = {}  # a placeholder first: schemas refer to themselves
            definitions[key] = (
                self._dispatch(name, node, variants, definitions)
                if variants
                else self._convert(self._schemas.resolve(node), definitions)
            )
        return key

    def _dispatch(self, name: str, node: Node, variants: dict[str, Node], definitions: dict[str, Node]) -> Node:
        result: Node = {"$ref": "#/$defs/" + self._define(node, definitions, True)}
        for key in ("@baseType", "@type"):
            for type_name, target in variants.items():
                nested = target["$ref"].rsplit("/", 1)[-1] != name and "oneOf" in self._schemas.resolve(target)
                then = {"$ref": "#/$defs/" + self._define(target, definitions, not nested)}
                test = {"type": "object", "properties": {key: {"const": type_name}}, "required": [key]}
                result = {"if": test, "then": then, "else": result}
        return result


def _short(message: str) -> str:
    return message if len(message) <= 200 else message[:97] + " … " + message[-97:]
