"""Request bodies that a document allows, made from its schemas: deterministic, different by number. No HTTP.

A body is made by level, so that a server that refuses the richest can be asked for less:
3 every attribute and objects in it · 2 scalars and simple objects · 1 scalars only · 0 what is required.
"""

import datetime as dt
import hashlib
from typing import Any

from tmf_conformance.documents.document import Document, Noun
from tmf_conformance.documents.schemas import Node, Schemas

RICH, SIMPLE, SCALARS, REQUIRED = 3, 2, 1, 0
_SERVER_SET = {"id", "href", "@schemaLocation", "@baseType", "lastUpdate", "errorLog", "completionDate"}
# Whole structures with rules of their own (bundles, trees of the same noun, totals): a suite cannot guess them.
_STRUCTURES = ("bundled", "parent", "sub", "crossedThreshold", "target", "qualification", "intent")
_TEXTS = {
    "unit": "EUR",
    "units": "EUR",
    "currencyCode": "EUR",
    "valueType": "string",
    "mimeType": "application/json",
    "contentType": "application/json",
    "emailAddress": "conformance@example.invalid",
    "content": "Y29uZm9ybWFuY2U=",
    "priceType": "recurring",
    "recurringChargePeriod": "month",
    "recurringChargePeriodType": "month",
    "regex": "^.*$",
}
# Values that v4 types as free text and every server knows by these names (X.733, TMF622).
_CHOICES: dict[str, tuple[str, ...]] = {
    "action": ("add",),
    "alarmType": ("equipmentAlarm", "communicationsAlarm", "qualityOfServiceAlarm"),
    "perceivedSeverity": ("major", "minor", "critical", "warning"),
    "ackState": ("unacknowledged", "acknowledged"),
    "plannedOutageIndicator": ("InService", "OutOfService"),
    # X.731: a disabled resource cannot be in use, one that shuts down moves on by itself.
    "operationalState": ("enable", "enabled"),
    "administrativeState": ("unlocked", "locked"),
    "resourceStatus": ("available", "standby"),
}
_ENDS = ("end", "completion", "termination", "cleared")
_BASE = dt.datetime(2030, 1, 1, 8, 30, tzinfo=dt.UTC)


class Bodies:
    """Bodies for one document. `seed` keeps the values of two runs apart."""

    def __init__(self, document: Document, seed: str, states: dict[tuple[str, str], list[str]] | None = None) -> None:
        """`states` names the values of lifecycle attributes: (noun, attribute) → values."""
        self._document, self._schemas, self._seed = document, document.schemas, seed
        self._states = states or {}

    def create(self, noun: Noun, number: int, level: int = RICH) -> Node:
        """A body for POST. Bodies of different `number` differ in every attribute that can differ."""
        body = self._object(noun.body_schema("create"), noun.name, number, level, _Place(noun))
        return {"@type": noun.type_name, **body} if self._wants_type(noun) else body

    def value(self, node: Node, name: str, number: int, noun: Noun, level: int = SIMPLE) -> Any:
        """A value for one attribute whose schema is `node`."""
        return self._value(node, name, name, number, level, _Place(noun))

    @staticmethod
    def type_of(node: Node, path: str = "") -> str:
        """The @type of an object whose schema has no discriminator: the schema's own name."""
        named = node.get("$ref", "").rsplit("/", 1)[-1] or path.rsplit(".", 1)[-1]
        return named.removesuffix("_FVO").removesuffix("_MVO").removesuffix("_Create").removesuffix("_Update")

    def _wants_type(self, noun: Noun) -> bool:
        return "@type" in self._schemas.properties(noun.body_schema("create"))

    def _object(self, node: Node, path: str, number: int, level: int, place: "_Place") -> Node:
        node, type_name = self._concrete(node, place)
        properties = self._schemas.properties(node)
        required = self._schemas.required(node)
        result: Node = {}
        for name, schema in properties.items():
            if name == "@type":
                if type_name or place.depth == 0 or name in required:
                    result[name] = type_name or self.type_of(node, path)
            elif name.endswith("Pattern") and self._schemas.items(schema):
                result[name] = [_pattern(self._type(schema), self._mark(path, number))]
            elif name in required or self._wanted(name, schema, level, place):
                result[name] = self._value(schema, name, f"{path}.{name}", number, level, place)
        # a document may require what it does not declare (TMF634 v5: a candidate's name)
        result |= {name: f"{name} {self._mark(path, number)}" for name in required if name not in properties}
        _order_period(result)
        return result

    def _concrete(self, node: Node, place: "_Place") -> tuple[Node, str]:
        """One schema to follow where a discriminator offers several, and its @type."""
        variants = self._schemas.own_variants(node)
        if not variants:
            return node, ""
        own = node.get("$ref", "").rsplit("/", 1)[-1].split("_")[0]
        if place.depth == 0 and place.noun.type_name in variants:
            own = place.noun.type_name
        texts = [name for name in variants if name.startswith("String") and "Array" not in name]
        references = [name for name in variants if name.endswith("Ref")]
        emails = [name for name in variants if name.startswith("Email")]
        choice = next(iter(texts or emails or ([own] if own in variants else []) or references or list(variants)))
        return variants[choice], choice

    def _wanted(self, name: str, schema: Node, level: int, place: "_Place") -> bool:
        if name in _SERVER_SET or name.startswith("@") or (name.lower() == "id"):
            return name == "id" and place.is_reference
        kind = self._schemas.kind(schema)
        if kind in ("object", "array"):
            return self._wanted_structure(name, kind, level, place)
        if place.depth and name in ("state", "lifecycleStatus", "status"):
            return False  # an inner state hangs together with the outer one
        return level > REQUIRED and kind != "any" and place.depth < 3

    def _wanted_structure(self, name: str, kind: str, level: int, place: "_Place") -> bool:
        if name.startswith(_STRUCTURES) or place.noun.name in name or name.endswith("Relationship"):
            return False
        deep = 2 if level == RICH else 1
        if level < SIMPLE or place.depth >= deep:
            return False
        return level == RICH or (kind == "object" and name == "validFor")

    def _value(  # noqa: PLR0917  the place in the body, spelled out
        self, node: Node, name: str, path: str, number: int, level: int, place: "_Place"
    ) -> Any:
        kind = self._schemas.kind(node)
        if kind == "array":
            items = self._schemas.items(node)
            count = max(int(self._schemas.resolve(node).get("minItems", 0)), 2 if level == RICH else 1)
            return [self._value(items, name, f"{path}[{i}]", number + i, level, place) for i in range(count)]
        if kind == "object":
            inner = min(level, RICH if place.depth == 0 else SIMPLE)
            return self._object(node, path, number, inner, place.inside(self._schemas, node))
        choices = self._choices(node, kind, name, place)
        if choices:
            return choices[number % len(choices)]
        return self._scalar(kind, name, path, number, self._schemas.resolve(node))

    def _mark(self, path: str, number: int) -> str:
        return hashlib.sha256(f"{self._seed}:{path}:{number}".encode()).hexdigest()[:8]

    def _type(self, array: Node) -> str:
        """The @type that a pattern of records must carry; empty where the schema knows none."""
        variants = list(self._schemas.own_variants(self._schemas.items(array)))
        return next((name for name in variants if not name.endswith("Ref")), "")

    def _choices(self, node: Node, kind: str, name: str, place: "_Place") -> list[Any]:
        declared = self._schemas.enum(node) if kind == "enum" else []
        known = self._states.get((place.noun.name, name)) if place.depth == 0 else None
        usual = known or list(_CHOICES.get(name, ()))
        return [value for value in usual if not declared or value in declared] or declared

    def _scalar(self, kind: str, name: str, path: str, number: int, node: Node) -> Any:
        if kind == "boolean":
            return number % 2 == 0
        if kind == "integer":
            return max(_spread(number), int(node.get("minimum", 0)))
        if kind == "number":
            return _spread(number) + 0.5
        if kind == "instant":
            return self._instant(name, number, node)
        return self._text(name, path, number, node)

    def _instant(self, name: str, number: int, node: Node) -> str:
        later = 365 if name.lower().startswith(_ENDS) else 0
        moment = _BASE + dt.timedelta(days=number + later, minutes=number)
        return moment.strftime("%Y-%m-%d") if node.get("format") == "date" else moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    def _text(self, name: str, path: str, number: int, node: Node) -> str:
        if name in _TEXTS:
            return _TEXTS[name]
        if name == "@referredType":
            return "Individual"
        mark = self._mark(path, number)
        if name in ("url", "href", "callback") or node.get("format") in ("uri", "url"):
            return f"https://example.invalid/{name}/{mark}"
        if name.lower().endswith(("date", "time")):
            return self._instant(name, number, {})
        return f"{name.strip('@')} {number} {mark}" if name != "id" else f"cf-{number}-{mark}"


class _Place:
    """Where in a body a value stands: the noun, the depth, and whether the object is a reference."""

    def __init__(self, noun: Noun, depth: int = 0, is_reference: bool = False) -> None:
        self.noun, self.depth, self.is_reference = noun, depth, is_reference

    def inside(self, schemas: Schemas, node: Node) -> "_Place":
        reference = node.get("$ref", "").rsplit("/", 1)[-1].split("_")[0]
        refers = reference.endswith(("Ref", "RefOrValue", "PartyRole")) or refers_by_shape(schemas, node)
        return _Place(self.noun, self.depth + 1, refers)


def refers_by_shape(schemas: Schemas, node: Node) -> bool:
    """Whether an inner object points to a record by what it has, whatever its schema is called."""
    names = schemas.properties(node).keys()
    return "@referredType" in names or names >= {"id", "href"}


def _spread(number: int) -> int:
    """3, 6, 9, 12 …: one digit and two, so that an order by text shows, and never more than a percentage can be."""
    return 3 * (number % 30) + 3


def _pattern(type_name: str, mark: str) -> Node:
    """A task's pattern that selects no record: an empty one would select, and change, all of them."""
    pattern = {"externalAlarmId": f"conformance-none-{mark}"}
    return {"@type": type_name, **pattern} if type_name else pattern


def _order_period(value: Node) -> None:
    """A period must not end before it starts, whatever the numbers are."""
    start, end = value.get("startDateTime"), value.get("endDateTime")
    if isinstance(start, str) and isinstance(end, str) and end < start:
        value["startDateTime"], value["endDateTime"] = end, start
