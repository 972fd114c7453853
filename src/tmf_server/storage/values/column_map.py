"""The typed rows of an entity beside the documents: columns, references, characteristics. Writes no SQL."""

from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Integer, Numeric, String

from tmf_server.contracts.contract import Contract
from tmf_server.registry.entity import Entity, Path
from tmf_server.registry.registry import Registry

INDEXED_CHARACTERS = 256
"""Characters of a text in indexed rows; PostgreSQL's indexes refuse entries over 2.7 kB.

A shorter text compares with the beginning in the row exactly as with the whole text.
"""
NUMBERS = frozenset({"number", "integer"})


class ColumnMap:
    """Maps the attributes of an entity to columns, references and characteristics."""

    def __init__(self, registry: Registry, entity: Entity) -> None:
        exposure = registry.canonical(entity.name)
        self.entity = entity
        self.table = entity.storage.table.name
        self.contract: Contract = exposure.contract
        self.schema = exposure.schema
        self._kinds_by_schema = registry.kinds_by_schema
        self.columns: dict[Path, Column[Any]] = {
            ("id",): entity.storage.table.c.id,
            ("@type",): entity.storage.table.c.type,
            **entity.storage.columns,
        }
        self.values = {one.path: one.value for one in entity.storage.characteristics}
        self.refers = lru_cache(maxsize=None)(self._refers)

    @cached_property
    def indexed(self) -> frozenset[str]:
        """Names of the first columns of indexes, and of the id."""
        first = {next(iter(index.columns)).name for index in self.entity.storage.table.indexes}
        return frozenset(first | {"id"})

    def column(self, path: Path, kind: str) -> Column[Any] | None:
        """Return the column of the attribute with values of the kind, None without a column."""
        column = self.columns.get(path)
        if column is None or (column_kind(column) != kind and not {column_kind(column), kind} <= NUMBERS):
            return None
        return column

    def _refers(self, path: Path) -> bool:
        """True when every object at the path is a reference with a row."""
        found = self.contract.attribute(self.schema, path)
        if found is None or found.schema is None:
            return False
        choices = self.contract.choices(found.schema)
        return all(self._is_reference(name) for name in choices if self.contract.properties(name))

    def _is_reference(self, schema: str) -> bool:
        own = self._kinds_by_schema
        return schema in own or {"id", "@referredType"} <= self.contract.properties(schema).keys()


def column_kind(column: Column[Any]) -> str:
    """Return the kind of value in the column."""
    if isinstance(column.type, String):
        return "text"
    if isinstance(column.type, Boolean):
        return "boolean"
    if isinstance(column.type, Numeric):
        return "number"
    if isinstance(column.type, BigInteger) and column.info.get("instant", True):
        return "instant"
    return "integer" if isinstance(column.type, Integer) else "other"
