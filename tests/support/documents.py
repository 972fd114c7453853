"""Hypothesis strategies of documents that are valid under a contract's schemas. Knows no noun.

`@type` follows the discriminators, recursion is bounded, optional attributes are there sometimes, and so are attributes
that no schema declares. Ids are few, so that arrays hold the same ids in another order.
"""

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from tmf_server.contracts.contract import Contract
from tmf_server.contracts.schemas import Schema, ref_name

Document = dict[str, Any]

WORDS = st.sampled_from(["fibre", "Mobile", "TV 4K", "größer", "", "0", "日本"])
IDS = st.sampled_from([*string.ascii_lowercase[:6], "42", "x:1"])
INSTANTS = st.sampled_from(["2026-01-01T00:00:00Z", "2027-05-31T22:15:00.125Z", "2026-07-01T12:00:00+02:00"])
NUMBERS = st.one_of(st.integers(-5, 50), st.integers(0, 9999).map(lambda cents: cents / 100))
SCALARS = st.one_of(WORDS, NUMBERS, st.booleans())
ANYTHING = st.one_of(
    SCALARS, st.lists(SCALARS, max_size=2), st.dictionaries(st.sampled_from("pq"), SCALARS, max_size=2)
)
URLS = st.sampled_from(["https://example.com/a", "/here/b"])
NAMED = {"id": IDS}
FORMATS = {
    "date-time": INSTANTS,
    "date": st.just("2026-01-01"),
    "uri": URLS,
    "base64": st.just("aGVsbG8="),
    "byte": st.just("aGVsbG8="),
}
PLAIN = {"string": WORDS, "integer": st.integers(-5, 50), "number": NUMBERS, "boolean": st.booleans()}

DEEPEST = -2
"""How far required attributes may go on below the depth where optional ones end."""


@dataclass(frozen=True)
class Documents:
    """Makes documents of one contract.

    `typed` says that `@type` is demanded everywhere (v5); otherwise it is there sometimes. `extensions` are names of
    attributes beyond the schema at any object. `ids` demands an `id` wherever one is declared. At most `breadth`
    optional attributes are drawn for one object, none below `depth`.
    """

    contract: Contract
    typed: bool
    extensions: Sequence[str] = ("x-colour", "myOwn")
    ids: bool = False
    breadth: int = 3
    depth: int = 3
    _known: dict[str, tuple[Mapping[str, Schema], frozenset[str]]] = field(default_factory=dict)

    def of(self, schema: str) -> st.SearchStrategy[Document]:
        """Documents of a schema, its known subtypes included."""
        return self._object(schema, self.depth)

    def _object(self, schema: str, depth: int) -> st.SearchStrategy[Document]:
        kinds = {name: target for name, target in self._kinds(schema).items() if target in self.contract.schemas}
        if not kinds:
            return self._draw(schema, None, depth)
        return st.sampled_from(sorted(kinds.items())).flatmap(lambda kind: self._draw(kind[1], kind[0], depth))

    def _kinds(self, schema: str) -> dict[str, str]:
        """The `@type`s that an object can have, with their schemas."""
        kinds = self.contract.subtypes(schema)
        for part in self.contract.schemas[schema].get("oneOf", ()):
            kinds.setdefault(ref_name(part["$ref"]), ref_name(part["$ref"]))
        return kinds

    def _draw(self, schema: str, type_name: str | None, depth: int) -> st.SearchStrategy[Document]:
        @st.composite
        def drawn(draw: st.DrawFn) -> Document:
            properties, required = self._declared(schema)
            wanted = set(required)
            optional = sorted(properties.keys() - required - {"@type"})
            if optional and depth > 0:
                wanted |= draw(st.sets(st.sampled_from(optional), max_size=self.breadth))
            if self.ids and "id" in properties:
                wanted.add("id")
            document = {}
            for name in sorted(wanted - {"@type"}):
                value = draw(self._value(name, properties[name], depth - 1))
                if value is not None:
                    document[name] = value
            if "@type" in properties:
                demanded = type_name is not None or "@type" in required
                document |= draw(self._type(type_name or schema, properties["@type"], required=demanded))
            return document | draw(self._beyond(properties))

        return drawn()

    def _declared(self, schema: str) -> tuple[Mapping[str, Schema], frozenset[str]]:
        if schema not in self._known:
            nodes = [self.contract.schemas[name] for name in (schema, *self.contract.ancestors(schema))]
            parts = [part for node in nodes for part in (node, *node.get("allOf", ()))]
            required = frozenset(name for part in parts for name in part.get("required", ()))
            self._known[schema] = self.contract.properties(schema), required
        return self._known[schema]

    def _type(self, name: str, node: Schema, *, required: bool) -> st.SearchStrategy[Document]:
        if self.typed and required:
            return st.sampled_from(node.get("enum", [name])).map(lambda name: {"@type": name})
        # v4 types are free: the schema's own, a subclass of the client's, or one that the documents know elsewhere
        named = st.sampled_from([name, "MySubclass", "Individual", "AttachmentRef"]).map(lambda name: {"@type": name})
        return named if required else st.one_of(st.just({}), st.just({}), named)

    def _beyond(self, properties: Mapping[str, Schema]) -> st.SearchStrategy[Document]:
        names = [name for name in self.extensions if name not in properties]
        if not names:
            return st.just({})
        some = st.dictionaries(st.sampled_from(names), ANYTHING, max_size=1)
        return st.one_of(st.just({}), st.just({}), some)

    def _value(self, name: str, node: Schema, depth: int) -> st.SearchStrategy[Any]:
        """Values of one attribute; None where it must be left out, too deep down."""
        if name in NAMED and node.get("type") == "string":
            return NAMED[name]
        if len(node.get("allOf", ())) == 1 and "properties" not in node:
            return self._value(name, node["allOf"][0], depth)
        if "$ref" in node:
            return self._referred(name, ref_name(node["$ref"]), depth)
        if node.get("type") == "array":
            return self._array(name, node, depth)
        return _scalar(node)

    def _referred(self, name: str, target: str, depth: int) -> st.SearchStrategy[Any]:
        schema = self.contract.schemas[target]
        if not any(key in schema for key in ("properties", "allOf", "oneOf")):
            return self._value(name, schema, depth)
        return self._object(target, depth) if depth > DEEPEST else st.none()

    def _array(self, name: str, node: Schema, depth: int) -> st.SearchStrategy[Any]:
        fewest = node.get("minItems", 0)
        if depth <= DEEPEST:
            return st.just([]) if fewest == 0 else st.none()
        return st.lists(self._value(name, node.get("items", {}), depth), min_size=fewest, max_size=2).map(_distinct)


def _scalar(node: Schema) -> st.SearchStrategy[Any]:
    if "enum" in node:
        return st.sampled_from(node["enum"])
    if node.get("type") == "object" or "properties" in node:
        return st.dictionaries(st.sampled_from("pq"), SCALARS, max_size=2)
    return FORMATS.get(node.get("format", ""), PLAIN.get(node.get("type", ""), ANYTHING))


def _distinct(elements: list[Any]) -> list[Any]:
    """The elements without those whose id one before has: an id names one thing."""
    seen: list[Any] = []
    kept = []
    for element in elements:
        id_ = element.get("id") if isinstance(element, dict) else None
        if element is not None and (id_ is None or id_ not in seen):
            kept.append(element)
            seen.append(id_)
    return kept
