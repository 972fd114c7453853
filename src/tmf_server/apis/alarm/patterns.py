"""Alarm patterns (TMF642) as conditions: every attribute of the pattern must match. Pure; runs no SQL."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tmf_server.contracts.contract import Contract
from tmf_server.errors import Fault, InvalidInput, TooCostly
from tmf_server.registry.entity import Document, Path
from tmf_server.rules.canonical import V4_ALONE, V4_EXTRAS
from tmf_server.rules.instants import parse_instant
from tmf_server.storage.query.conditions import And, Compare, Condition, Or, Some, TypeIs

META = frozenset({"@type", "@baseType", "@schemaLocation", "@referredType"})
PLAIN_TYPES = frozenset({"Alarm", "AlarmRef"})
KINDS: dict[type, str] = {bool: "boolean", int: "number", float: "number", Decimal: "number", str: "text"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """The alarms matching patterns: alarms of the `ids`, and alarms fulfilling the condition, if any."""

    pointer: str
    ids: frozenset[str]
    condition: Condition | None


class Patterns:
    """Reads patterns by the canonical schema of alarms."""

    def __init__(self, contract: Contract, schema: str, most: int) -> None:
        """`most` is how many values patterns may have, besides ids."""
        self._contract = contract
        self._schema = schema
        self._most = most

    def read(self, patterns: Mapping[str, Document]) -> Wanted:
        """Return the alarms matching at least one pattern; `patterns` has each pattern by its JSON pointer.

        InvalidInput for an attribute unknown to alarms and for a pattern without attributes; TooCostly for too many
        conditions.
        """
        faults = [fault for pointer, one in patterns.items() for fault in self._unknown(_plain(one), (), pointer)]
        if faults:
            raise InvalidInput("The pattern names what alarms do not have.", faults=faults, code="unknownAttribute")
        described = {pointer: tuple(self._alarm(_plain(one))) for pointer, one in patterns.items()}
        _refuse_empty(described)
        ids = frozenset(id_ for parts in described.values() for id_ in _named(parts))
        others = [And(parts) for parts in described.values() if not _named(parts)]
        pointer = next(iter(patterns), "")
        if sum(map(_size, others)) > self._most:
            raise TooCostly(f"The patterns have more than {self._most} values. Use fewer.", message=pointer)
        return Wanted(pointer, ids, Or(tuple(others)) if others else None)

    def _unknown(self, node: Any, path: Path, pointer: str) -> Iterator[Fault]:
        if isinstance(node, list):
            for place, element in enumerate(node):
                yield from self._unknown(element, path, f"{pointer}/{place}")
        elif isinstance(node, dict):
            for name, value in node.items():
                if name == V4_EXTRAS or name in META:
                    continue
                if self._contract.attribute(self._schema, (*path, name)) is None:
                    yield Fault(f"{pointer}/{name}", "expected an attribute of the alarm")
                else:
                    yield from self._unknown(value, (*path, name), f"{pointer}/{name}")

    def _alarm(self, pattern: Document) -> Iterator[Condition]:
        """Yield the conditions on the alarm itself: id, type and attributes."""
        name = pattern.get("@type")
        if isinstance(name, str) and name not in PLAIN_TYPES:
            yield TypeIs(frozenset({name}))
        if "id" not in pattern and isinstance(pattern.get("href"), str):
            yield Compare(("id",), "eq", pattern["href"].rpartition("/")[2], "text")
        yield from self._object(pattern, (), ())

    def _object(self, node: Document, place: Path, path: Path) -> Iterator[Condition]:
        """`place` leads to the attribute in the schema, `path` from where the condition looks."""
        for name, value in node.items():
            if name == V4_EXTRAS:
                yield from self._object(value, (), (*path, V4_EXTRAS))
            elif name not in META and name not in ("href", V4_ALONE):
                yield from self._value(value, (*place, name), (*path, name))

    def _value(self, value: Any, place: Path, path: Path) -> Iterator[Condition]:
        if isinstance(value, dict):
            yield from self._object(value, place, path)
        elif isinstance(value, list):
            for element in value:
                yield from self._element(element, place, path)
        elif value is not None:
            yield self._compare(value, place, path)

    def _element(self, element: Any, place: Path, path: Path) -> Iterator[Condition]:
        if not isinstance(element, dict):
            yield from self._value(element, place, path)
            return
        inner = tuple(self._object(element, place, ()))
        if len(inner) == 1 and isinstance(inner[0], Compare):
            only = inner[0]  # a single attribute of any element needs no comparison element by element
            yield Compare((*path, *only.path), only.operator, only.value, only.kind)
        elif inner:
            yield Some(path, And(inner))

    def _compare(self, value: Any, place: Path, path: Path) -> Condition:
        attribute = self._contract.attribute(self._schema, place)
        kind = attribute.kind if attribute is not None else ""
        if kind == "instant" and isinstance(value, str):
            try:
                return Compare(path, "eq", parse_instant(value), "instant")
            except (ValueError, OverflowError) as error:
                pointer = "/".join(("", *place))
                raise InvalidInput("The pattern has no instant where one belongs.", message=pointer) from error
        return Compare(path, "eq", Decimal(repr(value)) if isinstance(value, float) else value, KINDS[type(value)])


def _plain(pattern: Document) -> Document:
    """Return the pattern without attributes of a mere reference: beside the id of an alarm the name has no meaning."""
    if "id" not in pattern:
        return pattern
    return {name: value for name, value in pattern.items() if name != "name"}


def _refuse_empty(described: Mapping[str, tuple[Condition, ...]]) -> None:
    """Raise InvalidInput for patterns without an attribute of the alarm, which would match every alarm."""
    faults = [
        Fault(pointer, "expected an attribute with a value, such as id or perceivedSeverity")
        for pointer, parts in described.items()
        if all(isinstance(one, TypeIs) for one in parts)
    ]
    if faults:
        raise InvalidInput("A pattern without attributes would fit every alarm.", faults=faults, code="emptyPattern")


def _named(parts: tuple[Condition, ...]) -> list[str]:
    """Return the id demanded by the conditions, in a list; empty for further conditions."""
    only = parts[0] if len(parts) == 1 else None
    return [str(only.value)] if isinstance(only, Compare) and only.path == ("id",) else []


def _size(condition: Condition) -> int:
    if isinstance(condition, And | Or):
        return sum(map(_size, condition.parts))
    return _size(condition.condition) if isinstance(condition, Some) else 1
