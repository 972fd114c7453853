"""Extracts the typed rows of a document: columns, references, characteristics. Pure; runs no SQL."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Boolean, Column, Numeric, String
from sqlalchemy.sql.sqltypes import BigInteger

from tmf_server.contracts.schemas import object_schema
from tmf_server.registry.entity import Document, Entity, Path
from tmf_server.registry.exposure import Exposure, create_schema
from tmf_server.registry.registry import Registry
from tmf_server.rules.instants import to_utc
from tmf_server.storage.values.column_map import INDEXED_CHARACTERS, is_reference
from tmf_server.storage.values.scalars import boolean_of, decimal_of, indexed_text_of, instant_of, integer_of


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference found in a document: `node` is the object itself, `pointer` the JSON pointer to the object."""

    kind: str
    id: str
    path: str
    position: int
    pointer: str
    node: Document

    @property
    def row(self) -> tuple[str, int, str, str]:
        """The row: path, position, kind and id."""
        return (self.path, self.position, self.kind, self.id)


@dataclass(frozen=True, slots=True)
class CharacteristicValue:
    """A characteristic value: text, number or instant, by the type of the value; all None for an object."""

    path: str
    position: int
    name: str
    text: str | None
    number: float | None
    instant: int | None


@dataclass(frozen=True)
class ReferencePlan:
    """The attributes below a schema with references inside, and whether the object is a reference itself."""

    schema: str
    is_reference: bool
    subtypes: dict[str, str]
    children: dict[str, str]


@dataclass(frozen=True)
class InstantPlan:
    """The attributes of a schema with instants, and the attributes with instants further below."""

    names: tuple[str, ...]
    subtypes: dict[str, str]
    children: dict[str, str]


class Extractor:
    """Finds the rows of an entity's documents by the schemas of the canonical OpenAPI document."""

    def __init__(self, registry: Registry, entity: Entity, canonical: Exposure) -> None:
        self.registry = registry
        self.entity = entity
        self.contract = canonical.contract
        self.schema = canonical.schema
        columns = entity.storage.columns.items()
        self._projections = [(path, column.name, reader_of(column)) for path, column in columns]
        self._plans: dict[str, ReferencePlan] = {}
        self._instant_plans: dict[str, InstantPlan] = {}

    def columns(self, document: Document) -> dict[str, Any]:
        """Return the values of the typed columns by column name; None for absent values and values of another type."""
        values = {name: read(value_at(document, path)) for path, name, read in self._projections}
        for name, compute in self.entity.storage.computed.items():
            values[name] = compute(document)
        return values

    def references(self, document: Document) -> list[Reference]:
        """Every reference in the document, in document order."""
        return list(self._walk(document, self._plan(self.schema), (), "", 0, top=True))

    def _walk(
        self, node: Any, plan: ReferencePlan, path: Path, pointer: str, position: int, *, top: bool = False
    ) -> Iterator[Reference]:
        if not isinstance(node, dict):
            return
        target = plan.subtypes.get(node.get("@type", ""))
        if target is not None:
            plan = self._plan(target)
        if not top and isinstance(node.get("id"), str) and (plan.is_reference or "@referredType" in node):
            referred = node.get("@referredType")
            kind = self.registry.kind_of(plan.schema, referred if isinstance(referred, str) else None)
            yield Reference(kind, node["id"], ".".join(path), position, pointer, node)
        for name, schema in plan.children.items():
            child = node.get(name)
            if child is None:
                continue
            below = self._plan(schema)
            if isinstance(child, list):
                for index, element in enumerate(child):
                    place = index if top else position
                    yield from self._walk(element, below, (*path, name), f"{pointer}/{name}/{index}", place)
            else:
                yield from self._walk(child, below, (*path, name), f"{pointer}/{name}", position)

    def _plan(self, schema: str) -> ReferencePlan:
        found = self._plans.get(schema)
        if found is not None:
            return found

        def refers(target: str) -> bool:
            return any(is_reference(self.registry, self.contract, one) for one in self.contract.choices(target))

        own = is_reference(self.registry, self.contract, schema)
        plan = ReferencePlan(schema, own, self.contract.subtypes(schema), self._children(schema, refers))
        self._plans[schema] = plan
        return plan

    def _children(self, schema: str, holds: Callable[[str], bool]) -> dict[str, str]:
        """Return the object attributes, with their schemas, that lead to a schema for which `holds` is true."""
        targets = {name: object_schema(node) for name, node in self.contract.all_properties(schema).items()}
        return {name: one for name, one in targets.items() if one is not None and self._leads(one, holds, set())}

    def _leads(self, schema: str, holds: Callable[[str], bool], seen: set[str]) -> bool:
        if schema in seen:
            return False
        seen.add(schema)
        if holds(schema):
            return True
        targets = map(object_schema, self.contract.all_properties(schema).values())
        return any(self._leads(target, holds, seen) for target in targets if target is not None)

    def normalize_instants(self, document: Document) -> None:
        """Write every instant of the document in UTC with `Z`, in place."""
        self._normalize(document, self.schema)

    def _normalize(self, node: Any, schema: str) -> None:
        if isinstance(node, list):
            for element in node:
                self._normalize(element, schema)
        elif isinstance(node, dict):
            plan = self._instant_plan(schema)
            plan = self._instant_plan(plan.subtypes.get(node.get("@type", ""), schema))
            for name in plan.names:
                value = node.get(name)
                if isinstance(value, str):
                    node[name] = to_utc(value)
            for name, below in plan.children.items():
                if name in node:
                    self._normalize(node[name], below)

    def _instant_plan(self, schema: str) -> InstantPlan:
        found = self._instant_plans.get(schema)
        if found is not None:
            return found

        def instants(target: str) -> list[str]:
            properties = self.contract.all_properties(target)
            return [name for name, node in properties.items() if node.get("format") == "date-time"]

        children = self._children(schema, lambda target: bool(instants(target)))
        plan = InstantPlan(tuple(instants(schema)), self.contract.subtypes(schema), children)
        self._instant_plans[schema] = plan
        return plan

    def is_demanded(self, path: Path) -> bool:
        """Return whether a version demands the attribute in a posted body, given the object around the attribute."""
        for exposure in self.registry.shown_in(self.entity.name):
            holder = exposure.contract.attribute(create_schema(exposure), path[:-1])
            if holder is None or holder.schema is None or exposure.view.path(path) != path:
                continue
            if path[-1] in exposure.contract.required(holder.schema):
                return True
        return False

    def characteristics(self, document: Document) -> list[CharacteristicValue]:
        """Return every characteristic value in the document."""
        found: list[CharacteristicValue] = []
        for where in self.entity.storage.characteristics:
            elements, path = value_at(document, where.path), ".".join(where.path)
            for position, element in enumerate(elements if isinstance(elements, list) else ()):
                if isinstance(element, dict) and isinstance(element.get("name"), str):
                    values = list(_values(element, where.value)) or [None]
                    found += [_typed(path, position, element["name"], value) for value in values]
        return found


def _values(node: Any, path: Path) -> Iterator[Any]:
    if isinstance(node, list):
        for element in node:
            yield from _values(element, path)
    elif not path:
        yield node
    elif isinstance(node, dict) and path[0] in node:
        yield from _values(node[path[0]], path[1:])


def _typed(path: str, position: int, name: str, value: Any) -> CharacteristicValue:
    name = name[:INDEXED_CHARACTERS]
    if isinstance(value, bool):
        return CharacteristicValue(path, position, name, "true" if value else "false", None, None)
    if isinstance(value, int | float):
        return CharacteristicValue(path, position, name, None, float(value), None)
    if isinstance(value, str):
        return CharacteristicValue(
            path, position, name, value[:INDEXED_CHARACTERS], None, instant_of(value) if len(value) >= 10 else None
        )
    return CharacteristicValue(path, position, name, None, None, None)


def value_at(node: Any, path: Path) -> Any:
    """Return the value at the path below nested objects; None for nothing."""
    for name in path:
        if not isinstance(node, dict):
            return None
        node = node.get(name)
    return node


def reader_of(column: Column[Any]) -> Callable[[Any], Any]:
    """Return the function from an attribute's value to the column's; the result is None where the type is wrong."""
    if isinstance(column.type, Boolean):
        return boolean_of
    if isinstance(column.type, Numeric):
        return decimal_of
    if isinstance(column.type, String):
        return indexed_text_of
    return instant_of if column.info.get("instant", isinstance(column.type, BigInteger)) else integer_of
