"""Puts words on schemas. Changes no fact: every keyword that it meets comes out as it went in."""

from typing import Any

from tools.contracts.glossary import Glossary
from tools.contracts.reference import Node, Reference

JSON_PATCH: dict[str, Node] = {
    "JsonPatch": {
        "type": "object",
        "required": ["op", "path"],
        "properties": {
            "op": {"type": "string", "enum": ["add", "remove", "replace", "move", "copy", "test"]},
            "path": {"type": "string"},
            "value": {},
            "from": {"type": "string"},
        },
    },
    "JsonPatchOperations": {"type": "array", "items": {"$ref": "#/components/schemas/JsonPatch"}},
}


def described(reference: Reference, glossary: Glossary) -> dict[str, Node]:
    """All schemas of a document with our words, in the reference's order; the JSON Patch ones where it lacks them."""
    needed = any(operation.method == "patch" for operation in reference.operations)
    extra = {name: schema for name, schema in JSON_PATCH.items() if needed and name not in reference.schemas}
    document = f"{reference.version}/{reference.number}"
    words = _Words(glossary, document)
    return {name: words.schema(name, schema) for name, schema in (reference.schemas | extra).items()}


class _Words:
    """Puts the words of one document on its schemas.

    OpenAPI 3.0 ignores whatever stands beside a $ref, and allOf around it would read as inheritance. So the words for
    an attribute that is a mere $ref stand in a list at the end of its object's description.
    """

    def __init__(self, glossary: Glossary, document: str) -> None:
        self.glossary = glossary
        self.document = document

    def schema(self, name: str, node: Node) -> Node:
        told: list[str] = []
        inner = self._inner(name, node, told)
        return {"description": _with_list(self.glossary.schema(name, self.document), told)} | inner

    def _inner(self, schema: str, node: Node, told: list[str]) -> Node:
        return {key: self._keyword(schema, key, value, told) for key, value in node.items()}

    def _keyword(self, schema: str, key: str, value: Any, told: list[str]) -> Any:
        if key == "properties":
            return {name: self._attribute(schema, name, node, told) for name, node in value.items()}
        if key in ("allOf", "oneOf", "anyOf"):
            return [self._inner(schema, part, told) for part in value]
        if key in ("items", "additionalProperties", "not") and isinstance(value, dict):
            return self._inner(schema, value, told)
        return value

    def _attribute(self, schema: str, name: str, node: Node, told: list[str]) -> Node:
        text = self.glossary.attribute(schema, name, self.document)
        if "$ref" in node:
            told.append(f"- `{name}`: {text}")
            return node
        below: list[str] = []
        return self._inner(schema, node, below) | {"description": _with_list(text, below)}


def _with_list(text: str, lines: list[str]) -> str:
    return "\n".join([text, "", *lines]) if lines else text
