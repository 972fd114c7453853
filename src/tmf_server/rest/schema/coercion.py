"""Documents that clients write otherwise than a schema does, rewritten. Pure; checks nothing, names no noun."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import orjson
from jsonschema_rs import ValidationError

from tmf_server.contracts.contract import Attribute, Contract
from tmf_server.contracts.schemas import required_of
from tmf_server.errors import InvalidInput
from tmf_server.rest.body.align import partners
from tmf_server.rest.body.jsonvalues import json_equal
from tmf_server.rest.body.strictjson import parse
from tmf_server.rest.schema.schemas import BASE_TYPE, SET_BY_SERVER, TYPE, type_name

Document = dict[str, Any]

REFERRED_TYPE = "@referredType"
NUMERIC = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)
NUMBERS = frozenset({"number", "integer"})
SHORT = 18  # digits of whole numbers that fit into 64 bits whatever they are
OPEN = Attribute("any", repeated=False)


Skip = Callable[[Any, Any], bool]
"""Whether a value stays as it is, by itself and by its counterpart before the change."""


def holds_null(value: Any) -> bool:
    """False only when no null stands anywhere in the value; text that spells "null" counts as one."""
    return b"null" in orjson.dumps(value)


def unchanged_or_without_null(value: Any, before: Any) -> bool:
    """Whether a value has no null to take out, or had the same ones before."""
    return not holds_null(value) or json_equal(value, before)


class Coercion:
    """Rewrites documents of one contract; `types` gives the `@type`s that a schema knows, each with its schema.

    - A null attribute of an object is not there, as if it were not sent. Arrays keep their nulls, and so do the objects
      in a value that the contract leaves free, such as the value of a characteristic.
    - A text that is a JSON number becomes that number where a number is expected.
    - A value of an enumeration loses or gains blanks at its ends, as the document writes it.
    - An object labelled as a value, with an id and a `@referredType`, that lacks what such a value needs becomes a
      reference, where the contract allows one.
    """

    def __init__(self, contract: Contract, types: Callable[[str], Mapping[str, str]]) -> None:
        self._contract = contract
        self._types = types
        self._known_references: dict[str, frozenset[str]] = {}
        self._places: dict[tuple[str, str], dict[str, Attribute]] = {}

    def of_all(
        self, schemas: Iterable[str], document: Document, before: Document | None, skip: Skip = json_equal
    ) -> Document:
        """The document as each of the schemas writes it."""
        for schema in schemas:
            document = self.coerced(schema, document, before, skip)
        return document

    def coerced(self, schema: str, node: Document, before: Any = None, skip: Skip = json_equal) -> Document:
        """The object as the schema writes it, without the attributes and elements that `skip` leaves alone.

        `before` is the object before a change, None for a new one.
        """
        target = self._target(schema, node)
        if REFERRED_TYPE in node:
            reference = self._reference(schema, target, node)
            if reference is not None:
                node = {**node, TYPE: reference}
                target = self._target(schema, node)
        places = self._attributes(schema, target)
        old = before if isinstance(before, dict) else {}
        return {
            name: self._value(value, places.get(name), old.get(name), skip)
            for name, value in node.items()
            if value is not None
        }

    def _value(self, value: Any, place: Attribute | None, before: Any, skip: Skip) -> Any:
        if value is None or skip(value, before):
            return value
        if place is None:
            return _without_null_attributes(value)
        if isinstance(value, str):
            return _rewritten(value, place)
        if isinstance(value, list):
            return [self._value(element, place, old, skip) for element, old in _paired(value, before)]
        if isinstance(value, dict) and place.schema is not None:
            return self.coerced(place.schema, value, before, skip)
        return value

    def _target(self, schema: str, node: Document) -> str:
        """The schema that describes the object: by its `@type`, then its `@baseType`, then the one in place."""
        types = self._types(schema)
        for key in (TYPE, BASE_TYPE):
            name = node.get(key)
            if isinstance(name, str) and name in types:
                return types[name]
        return schema

    def _attributes(self, schema: str, target: str) -> dict[str, Attribute]:
        """What the attributes of an object lead to, where the contract has one schema and another describes the object.

        What only other objects at the place declare, as subtypes of characteristics do their values, may be anything.
        """
        key = (schema, target)
        if key not in self._places:
            own = {name: self._contract.attribute(target, (name,)) for name in self._contract.properties(target)}
            others = dict.fromkeys(self._contract.all_properties(schema), OPEN)
            self._places[key] = others | {name: one or OPEN for name, one in own.items()}
        return self._places[key]

    def _reference(self, schema: str, target: str, node: Document) -> str | None:
        """The `@type` of a reference that the object must be; None where it is what it says."""
        referred = node[REFERRED_TYPE]
        if not isinstance(referred, str) or not isinstance(node.get("id"), str):
            return None
        references = self._references(schema)
        given = node.get(TYPE)
        if not isinstance(given, str) or given in references or given not in self._types(schema):
            return None
        if not self._lacks(target, node):
            return None
        named = (f"{name}Ref" for one in (referred, target) for name in self._lineage(one))
        return next((name for name in named if name in references), min(references, default=None))

    def _references(self, schema: str) -> frozenset[str]:
        """The `@type`s of the references that the schema allows."""
        if schema not in self._known_references:
            known = self._types(schema).items()
            found = (name for name, one in known if {"id", REFERRED_TYPE} <= self._contract.properties(one).keys())
            self._known_references[schema] = frozenset(found)
        return self._known_references[schema]

    def _lacks(self, schema: str, node: Document) -> bool:
        required = required_of(self._contract.schemas, self._contract.schemas.get(schema, {}))
        return any(node.get(name) is None for name in required if name not in SET_BY_SERVER)

    def _lineage(self, schema: str) -> Iterator[str]:
        """The names of a schema and its parents, without what requests add to them."""
        yield type_name(schema)
        yield from map(type_name, self._contract.ancestors(schema))


def is_rewritable(error: ValidationError) -> bool:
    """Whether the faulty value is one that a coercion may write as the schema wants it."""
    value = error.instance
    if error.kind.name == "type":
        return isinstance(value, str) and not NUMBERS.isdisjoint(error.kind.value) and bool(NUMERIC.fullmatch(value))
    if error.kind.name == "enum":
        return isinstance(value, str) and _spelled_like(value, error.kind.value) is not None
    return error.kind.name == "required" and isinstance(value, dict) and {"id", REFERRED_TYPE} <= value.keys()


def _without_null_attributes(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_null_attributes(one) for name, one in value.items() if one is not None}
    return [_without_null_attributes(one) for one in value] if isinstance(value, list) else value


def _paired(elements: list[Any], before: Any) -> list[tuple[Any, Any]]:
    """Each element with its counterpart before the change, None for a new one."""
    if not isinstance(before, list):
        return [(one, None) for one in elements]
    found = partners(elements, before)
    return [(one, None if index is None else before[index]) for one, index in zip(elements, found, strict=True)]


def _rewritten(text: str, place: Attribute) -> Any:
    if place.enum and text not in place.enum:
        return _spelled_like(text, place.enum) or text
    return _number(text) if place.kind in NUMBERS else text


def _spelled_like(text: str, values: Iterable[Any]) -> str | None:
    """The value that differs from the text in the blanks around it alone; None where there is none."""
    return next((one for one in values if isinstance(one, str) and one.strip() == text.strip()), None)


def _number(text: str) -> Any:
    """The number that a text is; the text where it is none that can be kept exactly."""
    if not NUMERIC.fullmatch(text):
        return text
    if len(text) < SHORT and text.isdecimal():
        return int(text)
    try:
        return parse(text.encode(), max_depth=1)
    except InvalidInput:
        return text
