"""The document as generation needs it: request schemas flat, bounded, and narrowed to what a client can know. No HTTP.

A random text is no valid `fields`, no JSONPath and no callback; a random state may be a forbidden move. Each narrowing
stands in a table with its reason. What is answered is still judged by the document as it is.
"""

from typing import Any

from tmf_conformance.documents.document import Document, Noun, Operation
from tmf_conformance.documents.schemas import Node, Schemas
from tmf_conformance.generating.bodies import Bodies, refers_by_shape

_DEEP = 2
_LIST = 2
_INSTANTS = ["2030-01-01T00:00:00Z", "2030-06-01T12:00:00.5Z", "2031-01-01T00:00:00+02:00"]
_TEXT = {"type": "string", "minLength": 1, "maxLength": 40, "pattern": "^[A-Za-z][A-Za-z0-9 äß€-]*$"}
_ID = {"type": "string", "pattern": "^[A-Za-z0-9._~-]{1,40}$"}

# Query and path parameters: what they are narrowed to, and why. None takes a parameter out.
PARAMETERS: dict[str, tuple[Node | None, str]] = {
    "offset": ({"type": "integer", "minimum": 0, "maximum": 50}, "a negative offset is refused by TMF630"),
    "limit": ({"type": "integer", "minimum": 0, "maximum": 20}, "a negative limit is refused by TMF630"),
    "filter": (None, "a random text is no JSONPath"),
    "sort": (None, "a random text is no attribute"),
    "depth": ({"type": "integer", "minimum": 0, "maximum": 2}, "a server bounds how deep it inlines"),
    "expand": (None, "a random text is no attribute"),
    "before": (None, "a random text is no cursor"),
    "after": (None, "a random text is no cursor"),
    "id": (_ID, "an id stands in a path"),
}
# Attributes by name: what they are narrowed to, and why. None takes an optional attribute out.
ATTRIBUTES: dict[str, tuple[Node | None, str]] = {
    "href": (None, "the server sets it"),
    "lastUpdate": ({"enum": _INSTANTS}, "the server sets it over any sent"),
    "@baseType": (None, "a random base selects another schema"),
    "@schemaLocation": (None, "nobody fetches what a caller names"),
    "callback": (
        {"enum": ["https://example.invalid/callback"]},
        "a random text is no URL; the listener's takes its place",
    ),
    "query": (None, "a random text is no query of a subscription"),
    "unit": ({"enum": ["EUR"]}, "ISO 4217 is checked beyond the schema"),
    "units": ({"enum": ["EUR"]}, "ISO 4217 is checked beyond the schema"),
    "url": ({"enum": ["https://example.invalid/file"]}, "a random text is no URL"),
    "regex": (None, "a random text is no regular expression"),
    "id": (_ID, "ids stand in paths"),
}
# Attributes whose values have rules among each other that no schema says: by the beginning of their names.
LEFT_OUT: dict[str, str] = {
    "bundled": "bundles have rules of their own: no loops, cardinalities",
    "parent": "a tree has one parent and no loops",
    "sub": "a tree has one parent and no loops",
    "target": "a schema by reference is not fetched",
}


CHANGED: dict[str, str] = {"id (in a PATCH)": "the id of a record stands in the path and cannot change"}
# Attributes that are always sent, and why: where a request schema does not require what the answer's does.
MEANT: dict[str, str] = {
    "@type": "an answer has it everywhere, and a server cannot always know it",
    "id (of a reference)": "a reference without an id refers to nothing",
}


def narrowed(document: Document) -> Node:
    """An OpenAPI 3.0 document with the same operations and flat, narrowed request schemas; answers are left out."""
    paths: dict[str, Node] = {}
    for operation in document.operations:
        noun = _noun(document, operation)
        paths.setdefault(operation.path, {})[operation.method] = _operation(document, operation, noun)
    info = {"title": document.api, "version": document.version}
    return {"openapi": "3.0.3", "info": info, "paths": paths, "components": {"schemas": {}}}


def _noun(document: Document, operation: Operation) -> Noun | None:
    return next((n for n in document.nouns if operation in n.operations.values()), None)


def _operation(document: Document, operation: Operation, noun: Noun | None) -> Node:
    parameters = [found for raw in operation.parameters if (found := _parameter(document, raw, noun))]
    result: Node = {
        "operationId": operation.id,
        "parameters": parameters,
        "responses": {"default": {"description": "any"}},
    }
    if operation.bodies:
        narrow = _Narrow(document.schemas, noun, changes=operation.method in ("patch", "put"))
        content = {media: {"schema": narrow.body(media, schema)} for media, schema in operation.bodies.items()}
        result["requestBody"] = {"required": True, "content": content}
    return result


def _parameter(document: Document, raw: Node, noun: Noun | None) -> Node | None:
    schema: Node | None = raw.get("schema", {})
    if raw["name"] in PARAMETERS:
        schema = PARAMETERS[raw["name"]][0]
    elif raw["name"] == "fields":
        # A server refuses names that it does not know.
        names = list(document.schemas.properties(noun.schema)) if noun else []
        schema = {"type": "string", "enum": sorted(names)[:20] or ["id"]}
    if schema is None:
        return None
    return {"name": raw["name"], "in": raw["in"], "required": bool(raw.get("required")), "schema": schema}


class _Narrow:
    """Request schemas of one operation, written out flat."""

    def __init__(self, schemas: Schemas, noun: Noun | None, *, changes: bool) -> None:
        self._schemas, self._noun, self._changes = schemas, noun, changes

    def body(self, media: str, node: Node) -> Node:
        if "json-patch" in media:
            return self._json_patch()
        return self.narrow(node, "", 0)

    def _json_patch(self) -> Node:
        """A random operation seldom fits a record: one that replaces a text attribute always does."""
        value: Node = {"enum": ["replace"]}
        entry = {"op": value, "path": {"enum": ["/description"]}, "value": _TEXT}
        item = {
            "type": "object",
            "properties": entry,
            "required": ["op", "path", "value"],
            "additionalProperties": False,
        }
        return {"type": "array", "items": item, "minItems": 1, "maxItems": 2}

    def narrow(self, node: Node, name: str, depth: int) -> Node:
        variants = self._schemas.own_variants(node)
        if variants:
            chosen = self._chosen(node, variants)
            branches = [self._object(variants[kind], depth, kind) for kind in chosen]
            return branches[0] if len(branches) == 1 else {"anyOf": branches}
        kind = self._schemas.kind(node)
        if kind == "object":
            return self._object(self._schemas.dispatch(node, None), depth, "")
        if kind == "array":
            fewest = int(self._schemas.resolve(node).get("minItems", 0))
            items = self.narrow(self._schemas.items(node), name, depth)
            return {"type": "array", "items": items, "minItems": fewest, "maxItems": max(fewest, _LIST)}
        return self._scalar(node, kind)

    def _chosen(self, node: Node, variants: dict[str, Node]) -> list[str]:
        """Two of the types that a discriminator knows: more make generation slow and show nothing new."""
        own = node.get("$ref", "").rsplit("/", 1)[-1].split("_")[0]
        first = self._noun.type_name if self._noun and self._noun.type_name in variants else own
        others = [n for n in variants if n.startswith(("String", "Email")) or n.endswith("Ref")]
        found = list(dict.fromkeys([*([first] if first in variants else []), *others]))
        return (found or list(variants))[:2]

    def _object(self, node: Node, depth: int, type_name: str) -> Node:
        required = self._schemas.required(node) | self._meant(node, depth)
        properties: dict[str, Node] = {}
        for name, inner in self._schemas.properties(node).items():
            found = self._property(name, inner, depth, name in required)
            if found is not None:
                properties[name] = found
        if "@type" in properties:
            properties["@type"] = {"enum": [type_name or Bodies.type_of(node)]}
        kept = sorted(required & properties.keys())
        return {"type": "object", "properties": properties, "required": kept, "additionalProperties": False}

    def _meant(self, node: Node, depth: int) -> set[str]:
        """What requests may leave out by the document, though every answer must have it: see MEANT."""
        names = self._schemas.properties(node).keys()
        refers = depth > 0 and refers_by_shape(self._schemas, node)
        return names & ({"@type", "id"} if refers else {"@type"})

    def _property(self, name: str, node: Node, depth: int, required: bool) -> Node | None:
        if name.endswith("Pattern"):
            return self._pattern(node)
        if name == "id" and self._changes and depth == 0:
            return None
        if name in ATTRIBUTES:
            found = ATTRIBUTES[name][0]
            return found if found is not None or not required else self.narrow(node, name, depth + 1)
        structured = self._schemas.kind(node) in ("object", "array", "any")
        own = self._noun is not None and self._noun.name in name
        left_out = name.startswith(tuple(LEFT_OUT)) or name.endswith("Relationship") or own or depth >= _DEEP
        if structured and left_out and not required:
            return None
        return self.narrow(node, name, depth + 1)

    def _pattern(self, node: Node) -> Node:
        """A task's pattern must select nothing: an empty one selects, and changes, every record of the server."""
        types = [name for name in self._schemas.own_variants(self._schemas.items(node)) if not name.endswith("Ref")]
        properties: dict[str, Node] = {"externalAlarmId": {"enum": ["conformance-none"]}}
        if types:
            properties["@type"] = {"enum": types[:1]}
        item = {
            "type": "object",
            "properties": properties,
            "required": sorted(properties),
            "additionalProperties": False,
        }
        return {"type": "array", "items": item, "minItems": 1, "maxItems": 1}

    def _scalar(self, node: Node, kind: str) -> Node:
        if kind == "enum":
            return {"enum": self._schemas.enum(node)}
        if kind == "instant":
            return {"enum": _INSTANTS}
        if kind in ("integer", "number"):
            return {"type": kind, "minimum": 0, "maximum": 100}
        return {"type": "boolean"} if kind == "boolean" else dict(_TEXT)


def reasons() -> list[tuple[str, str]]:
    """Every narrowing with its reason, for the documentation."""
    named: dict[str, Any] = {**PARAMETERS, **ATTRIBUTES}
    others = {**LEFT_OUT, **CHANGED, **MEANT}
    return [(name, reason) for name, (_, reason) in named.items()] + list(others.items())
