"""Attributes of a body that its document does not know, and what they may be meant to be. No HTTP; names no noun."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from threading import Lock
from typing import Any

from tmf_server.contracts.contract import Contract
from tmf_server.contracts.schemas import Schema, object_schema
from tmf_server.errors import MOST_FAULTS, Fault, InvalidInput
from tmf_server.registry.exposure import Exposure
from tmf_server.rest.schema.schemas import BASE_TYPE, TYPE, type_name
from tmf_server.rest.schema.validation_messages import pointer_to

META = frozenset({TYPE, BASE_TYPE, "@schemaLocation", "@referredType"})

Document = dict[str, Any]
Step = str | int
Words = Mapping[str, str]
"""Names of another version → what they are called here."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """One attribute: where it stands, and by which schemas it could be known there."""

    path: tuple[Step, ...]
    schemas: tuple[str, ...]

    @property
    def place(self) -> tuple[Step, ...]:
        """Where it stands in any element of the arrays on the way."""
        return tuple(step for step in self.path if type(step) is str)


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """What objects of one schema can have.

    `inner` are the shapes of objects below, `types` those by other `@type`s; `open` says that the schema tells nothing.
    """

    schema: str
    type_name: str
    names: frozenset[str]
    open: bool
    inner: dict[str, "Shape"] = field(default_factory=dict)
    types: dict[str, "Shape"] = field(default_factory=dict)


class Vocabulary:
    """The attributes that documents know; `policy` says what becomes of a body with others: accept, warn or reject."""

    def __init__(self, policy: str, exposures: Iterable[Exposure]) -> None:
        self._policy = policy
        self._views = [(one.contract.api, one.view) for one in exposures]
        self._readers: dict[Contract, _Reader] = {}
        self._words: dict[Contract, dict[str, Words]] = {}

    def unknown(
        self, contract: Contract, schema: str, document: Document, before: Document | None = None
    ) -> tuple[str, ...]:
        """What to tell a client: each unknown attribute by its pointer, with what it may be meant to be.

        What stood in `before` at the same place already is no news. Raises InvalidInput under `reject`.
        """
        if self._policy == "accept":
            return ()
        reader = self._reader(contract)
        found = reader.read(document, schema)
        if found and before is not None:
            known = {one.place for one in reader.read(before, schema)}
            found = [one for one in found if one.place not in known]
        if not found:
            return ()
        hints = [(pointer_to(one.path), self._meant(contract, one)) for one in found]
        if self._policy == "reject":
            faults = [Fault(at, f"expected no such attribute{hint}") for at, hint in hints[:MOST_FAULTS]]
            raise InvalidInput(
                "The body has attributes that the document does not know.", faults=faults, code="unknownAttribute"
            )
        return tuple(at + hint for at, hint in hints)

    def _reader(self, contract: Contract) -> "_Reader":
        if contract not in self._readers:
            self._readers[contract] = _Reader(contract)
        return self._readers[contract]

    def _meant(self, contract: Contract, unknown: Unknown) -> str:
        name = str(unknown.path[-1])
        words = self._words_of(contract)
        for schema in map(type_name, unknown.schemas):
            if name in words.get(schema, ()):
                return f" (did you mean {words[schema][name]}?)"
        reader = self._reader(contract)
        known = {one for schema in unknown.schemas for one in reader.shape(schema).names}
        near = get_close_matches(name, sorted(known), 1, 0.7)
        return f" (did you mean {near[0]}?)" if near else ""

    def _words_of(self, contract: Contract) -> dict[str, Words]:
        """By schema, what other versions' names are called in the document."""
        if contract not in self._words:
            words: dict[str, Words] = {}
            for view in (view for api, view in self._views if api == contract.api):
                for schema, found in view.words(contract).items():
                    words[schema] = {**found, **words.get(schema, {})}
            self._words[contract] = words
        return self._words[contract]


class _Reader:
    """Finds what one document does not know; what its schemas know is worked out once."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._schemas = frozenset(contract.schemas)
        self._shapes: dict[str, Shape] = {}
        self._lock = Lock()

    def read(self, document: Document, schema: str) -> list[Unknown]:
        """Every unknown attribute of an object of the schema, and of the objects below."""
        with self._lock:  # what another thread has begun to work out is not whole
            shape = self.shape(schema)
        return [] if self._knows(document, shape) else list(self._unknown(document, shape, ()))

    def _knows(self, node: Document, shape: Shape) -> bool:
        """True when all is known: nearly always, so it is found out without a note of where one is."""
        own = False
        if node.get(TYPE) != shape.type_name:
            shape, own = self._typed(node, shape)
        if not (own or shape.open or shape.names.issuperset(node)):
            return False
        inner = shape.inner
        if not inner:
            return True
        for name, value in node.items():
            if type(value) is dict:
                if name in inner and not self._knows(value, inner[name]):
                    return False
            elif type(value) is list and name in inner:
                below = inner[name]
                for element in value:
                    if type(element) is dict and not self._knows(element, below):
                        return False
        return True

    def _unknown(self, node: Document, place: Shape, path: tuple[Step, ...]) -> Iterator[Unknown]:
        shape, own = self._typed(node, place)
        for name, value in node.items():
            if not (own or shape.open or name in shape.names):
                yield Unknown((*path, name), tuple(dict.fromkeys((shape.schema, place.schema))))
            elif name in shape.inner:
                for step, element in _elements(value):
                    yield from self._unknown(element, shape.inner[name], (*path, name, *step))

    def _typed(self, node: Document, shape: Shape) -> tuple[Shape, bool]:
        """The shape that goes with the object's `@type`; True for a type of the client's own, where all is known."""
        kind = node.get(TYPE)
        if type(kind) is str:
            if kind in shape.types:
                shape = shape.types[kind]
            elif kind not in self._schemas:
                return shape, True
        return shape, False

    def shape(self, schema: str) -> Shape:
        """What is known of objects of a schema; one of requests knows what answers have, since clients send it back."""
        if schema not in self._shapes:
            contract, forms = self._contract, (type_name(schema), schema)
            nodes = {name: node for one in forms for name, node in self._declared(one).items()}
            made = Shape(schema, type_name(schema), META | nodes.keys(), open=not nodes)
            self._shapes[schema] = made
            targets = {name: object_schema(node) for name, node in nodes.items()}
            for name, target in targets.items():
                if target and contract.all_properties(target):
                    made.inner[name] = self.shape(target)
            types = {name: target for one in forms for name, target in contract.subtypes(one).items()}
            made.types.update({name: self.shape(target) for name, target in types.items() if target != schema})
        return self._shapes[schema]

    def _declared(self, schema: str) -> dict[str, Schema]:
        """The attributes that the schema declares, or one of its alternatives."""
        alternatives = "oneOf" in self._contract.schemas.get(schema, {})
        return self._contract.all_properties(schema) if alternatives else self._contract.properties(schema)


def _elements(value: Any) -> Iterator[tuple[tuple[Step, ...], Document]]:
    """The objects of an attribute, each with its index where there are several."""
    if isinstance(value, dict):
        yield (), value
    elif isinstance(value, list):
        yield from (((index,), element) for index, element in enumerate(value) if isinstance(element, dict))
