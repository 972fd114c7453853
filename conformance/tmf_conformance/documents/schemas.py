"""The schemas of a document: inheritance flattened, discriminators as dispatch by @type. No validation, no values."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Node = dict[str, Any]
_INSTANTS = {"date-time", "date"}
_DEPTH = 3


@dataclass(frozen=True)
class Attribute:
    """One scalar attribute of a record. `path` is dotted; `arrays` counts the arrays that the path crosses.

    `kind` is one of string, enum, boolean, integer, number, instant.
    """

    path: str
    kind: str
    arrays: int

    @property
    def first_level(self) -> bool:
        return "." not in self.path and not self.arrays

    @property
    def leaf(self) -> str:
        return self.path.rsplit(".", 1)[-1]


class Schemas:
    """`components.schemas` of one OpenAPI 3.0 document, read by node."""

    def __init__(self, content: Node) -> None:
        self.content = content
        self.named: dict[str, Node] = content.get("components", {}).get("schemas", {})
        # Answers by the node's reference or identity; each keeps its node, so that an identity is never used again.
        self._kinds: dict[str | int, tuple[Node, str]] = {}
        self._properties: dict[str | int, tuple[Node, dict[str, Node]]] = {}

    def resolve(self, node: Node) -> Node:
        """The node itself, with references followed (inside this document only)."""
        seen = 0
        while "$ref" in node and seen < 50:
            target: Any = self.content
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            node, seen = target, seen + 1
        return node

    def properties(self, node: Node) -> dict[str, Node]:
        """Every property of an object schema, those of its allOf parents first. Not to be changed."""
        key = node.get("$ref") or id(node)
        if key not in self._properties:
            found: dict[str, Node] = {}
            for part in self._parts(node):
                found |= part.get("properties", {})
            self._properties[key] = (node, found)
        return self._properties[key][1]

    def required(self, node: Node) -> set[str]:
        """Names that the schema or one of its parents requires."""
        return {name for part in self._parts(node) for name in part.get("required", [])}

    def _parts(self, node: Node, depth: int = 0) -> Iterator[Node]:
        if depth > 20:
            return
        node = self.resolve(node)
        for parent in node.get("allOf", []):
            yield from self._parts(parent, depth + 1)
        yield node

    def variants(self, node: Node) -> dict[str, Node]:
        """The discriminator's mapping: @type → schema reference; empty without a discriminator."""
        for part in (self.resolve(node), *self._parts(node)):
            discriminator = part.get("discriminator")
            if isinstance(discriminator, dict):
                return {name: {"$ref": ref} for name, ref in discriminator.get("mapping", {}).items()}
        return {}

    def own_variants(self, node: Node) -> dict[str, Node]:
        """The mapping that the schema itself declares, not one that it inherits."""
        discriminator = self.resolve(node).get("discriminator")
        if not isinstance(discriminator, dict):
            return {}
        return {name: {"$ref": ref} for name, ref in discriminator.get("mapping", {}).items()}

    def dispatch(self, node: Node, value: Any) -> Node:
        """The schema that stands for this value: by its @type, then its @baseType, else the schema in place."""
        variants = self.own_variants(node)
        if isinstance(value, dict):
            for key in ("@type", "@baseType"):
                if value.get(key) in variants:
                    return variants[value[key]]
        resolved = self.resolve(node)
        branches = resolved.get("oneOf") or resolved.get("anyOf")
        return branches[0] if branches else node

    def kind(self, node: Node) -> str:
        """object, array, string, enum, boolean, integer, number, instant or any."""
        key = node.get("$ref") or id(node)
        if key not in self._kinds:
            self._kinds[key] = (node, self._kind(self.resolve(node)))
        return self._kinds[key][1]

    def _kind(self, node: Node) -> str:
        for part in self._parts(node):
            if "enum" in part:
                return "enum"
            if part.get("type") == "string":
                return "instant" if part.get("format") in _INSTANTS else "string"
            if part.get("type") in ("boolean", "integer", "number", "array"):
                return str(part["type"])
        structured = ("properties", "allOf", "oneOf", "anyOf")
        return "object" if node.get("type") == "object" or any(key in node for key in structured) else "any"

    def items(self, node: Node) -> Node:
        """The schema of an array's elements; {} where it says nothing."""
        items: Node = self.resolve(node).get("items", {})
        return items

    def enum(self, node: Node) -> list[Any]:
        """The values that an enum allows."""
        return next((list(part["enum"]) for part in self._parts(node) if "enum" in part), [])

    def attributes(self, node: Node, record: Node) -> list[Attribute]:
        """The scalar attributes that `record` really has, typed by the schema. Sorted, each path once."""
        found = {attribute.path: attribute for attribute in self._walk(node, record, "", 0, 0)}
        return [found[path] for path in sorted(found)]

    def _walk(self, node: Node, value: Any, path: str, arrays: int, depth: int) -> Iterator[Attribute]:
        if isinstance(value, list):
            for item in value:
                yield from self._walk(self.items(node), item, path, arrays + 1, depth)
        elif isinstance(value, dict) and depth < _DEPTH:
            properties = self.properties(self.dispatch(node, value))
            for name, inner in value.items():
                if name in properties:
                    deeper = f"{path}.{name}" if path else name
                    yield from self._walk(properties[name], inner, deeper, arrays, depth + 1)
        elif not isinstance(value, dict):
            kind = self.kind(node)
            if kind not in ("object", "array", "any"):
                yield Attribute(path, kind, arrays)
