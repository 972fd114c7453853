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
    def __init__(self, glossary: Glossary, document: str) -> None:
        self.glossary = glossary
        self.document = document

    def schema(self, name: str, node: Node) -> Node:
        text = self.glossary.schema(name, self.document)
        return {"description": text} | self._inner(name, node)

    def _inner(self, schema: str, node: Node) -> Node:
        return {key: self._keyword(schema, key, value) for key, value in node.items()}

    def _keyword(self, schema: str, key: str, value: Any) -> Any:
        if key == "properties":
            return {name: self._attribute(schema, name, node) for name, node in value.items()}
        if key in ("allOf", "oneOf", "anyOf"):
            return [self._inner(schema, part) for part in value]
        if key in ("items", "additionalProperties", "not") and isinstance(value, dict):
            return self._inner(schema, value)
        return value

    def _attribute(self, schema: str, name: str, node: Node) -> Node:
        # A $ref keeps its words beside it: tools that follow OpenAPI 3.0 to the letter ignore them, and wrapping
        # it in allOf would read as inheritance where it means "an object of this kind".
        text = self.glossary.attribute(schema, name, self.document)
        return self._inner(schema, node) | {"description": text}
