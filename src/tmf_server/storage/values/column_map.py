"""The typed rows of an entity beside the documents: columns, references, characteristics. Writes no SQL."""

from functools import cached_property
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
        self._registry = registry
        self.columns: dict[Path, Column[Any]] = {
            ("id",): entity.storage.table.c.id,
            ("@type",): entity.storage.table.c.type,
            **entity.storage.columns,
        }
        self.values = {one.path: one.value for one in entity.storage.characteristics}
        self._references: dict[Path, bool] = {}

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

    def refers(self, path: Path) -> bool:
        """Return whether every object at the path is a reference with a row."""
        if path not in self._references:
            found = self.contract.attribute(self.schema, path)
            choices = () if found is None or found.schema is None else self.contract.choices(found.schema)
            own = [name for name in choices if self.contract.properties(name)]
            references = all(is_reference(self._registry, self.contract, name) for name in own)
            self._references[path] = found is not None and found.schema is not None and references
        return self._references[path]


def is_reference(registry: Registry, contract: Contract, schema: str) -> bool:
    """Return whether objects of the schema are references to records."""
    return schema in registry.kinds_by_schema or {"id", "@referredType"} <= contract.properties(schema).keys()


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
