"""Rows of child tables, derived from arrays of a document. Names no noun."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any

from sqlalchemy import Connection

from tmf_server.registry.entity import ChildTable, Document, Entity, Path, Target
from tmf_server.storage.values.extract import reader_of, value_at
from tmf_server.storage.write.rows import Rows

Row = tuple[Any, ...]
"""A row without its owner, in the order of `columns_of`; a target is kind and id."""
Found = dict[ChildTable, set[Row]]


def all_parts(entity: Entity) -> list[ChildTable]:
    """Return the child tables of the entity, each before its inner tables."""
    return [one for part in entity.storage.children for one in (part, *part.children)]


def keys_of(part: ChildTable) -> tuple[str, ...]:
    """Return the columns of the primary key besides the owner."""
    return (part.within, "number") if part.within else ("number",)


def columns_of(part: ChildTable) -> tuple[str, ...]:
    """The columns of the table but the owner, keys first and targets last."""
    projected = [column.name for column in part.columns.values()]
    targets = [column.name for column, _ in part.targets.values()]
    return (*keys_of(part), *(["parent"] if part.nested else []), *projected, *part.computed, *targets)


class Reader:
    """Derives the rows of a child table from documents."""

    def __init__(self, part: ChildTable) -> None:
        self.part = part
        self._readers: list[tuple[Path, Callable[[Any], Any]]] = [
            (path, reader_of(column)) for path, column in part.columns.items()
        ]
        self._targets = [(path, kind) for path, (_, kind) in part.targets.items()]
        self._inside = [Reader(one) for one in part.children]

    def rows(self, holder: Document, place: tuple[int, ...] = ()) -> Iterator[tuple[ChildTable, Row]]:
        """Yield the rows of the holder's elements, each followed by inner rows; `place` is the holder's own number."""
        yield from self._walk(value_at(holder, self.part.path), place, None, count())

    def _walk(
        self, elements: Any, place: tuple[int, ...], parent: int | None, numbers: Iterator[int]
    ) -> Iterator[tuple[ChildTable, Row]]:
        for element in elements if isinstance(elements, list) else ():
            if not isinstance(element, dict):
                continue
            number = next(numbers)
            above = (parent,) if self.part.nested else ()
            yield self.part, (*place, number, *above, *self._values(element))
            for reader in self._inside:
                yield from reader.rows(element, (number,))
            if self.part.nested:
                yield from self._walk(element.get(self.part.nested), place, number, numbers)

    def _values(self, element: Document) -> Iterator[Any]:
        for path, read in self._readers:
            yield read(value_at(element, path))
        for compute in self.part.computed.values():
            yield compute(element)
        for path, kind in self._targets:
            id_ = value_at(element, (*path, "id"))
            yield (kind, id_) if isinstance(id_, str) else None


class Parts:
    """Writes the child tables of records."""

    def __init__(self) -> None:
        self._readers: dict[str, list[Reader]] = {}

    def read(self, entity: Entity, document: Document) -> Found:
        """The rows of a document, by part."""
        if entity.name not in self._readers:
            self._readers[entity.name] = [Reader(part) for part in entity.storage.children]
        found: Found = {part: set() for part in all_parts(entity)}
        for reader in self._readers[entity.name]:
            for part, row in reader.rows(document):
                found[part].add(row)
        return found

    def insert(self, connection: Connection, rows: Rows, entity: Entity, owned: Sequence[tuple[int, Document]]) -> None:
        """Write all rows of new records, each given with its key."""
        if entity.storage.children:
            self._fill(connection, rows, entity, [(key, self.read(entity, one)) for key, one in owned])

    def change(
        self, connection: Connection, rows: Rows, entity: Entity, key: int, documents: tuple[Document, Document]
    ) -> None:
        """Change the rows of a record from its first to its second document: rows with a difference, no further row."""
        if not entity.storage.children:
            return
        before, after = (self.read(entity, one) for one in documents)
        for part, former in before.items():
            names = keys_of(part)
            rows.clear(connection, part.table, names, key, [row[: len(names)] for row in former - after[part]])
        self._fill(connection, rows, entity, [(key, {part: after[part] - before[part] for part in after})])

    def _fill(self, connection: Connection, rows: Rows, entity: Entity, owned: Sequence[tuple[int, Found]]) -> None:
        keys = self._keys(connection, rows, owned)
        for part in all_parts(entity):
            made = [
                (key, *(keys[value] if isinstance(value, tuple) else value for value in row))
                for key, found in owned
                for row in found[part]
            ]
            rows.fill(connection, part.table, ("owner", *columns_of(part)), made)

    def _keys(self, connection: Connection, rows: Rows, owned: Sequence[tuple[int, Found]]) -> Mapping[Target, int]:
        every = (row for _, found in owned for part in found.values() for row in part)
        wanted = sorted({value for row in every for value in row if isinstance(value, tuple)})
        if not wanted:
            return {}
        return {target: key for target, (key, _) in rows.targets(connection, wanted).items()}

    def delete(self, connection: Connection, rows: Rows, entity: Entity, key: int) -> None:
        """Remove every row of the record."""
        for part in all_parts(entity):
            rows.empty(connection, part.table, key)


def elements(part: ChildTable, document: Document) -> Iterator[tuple[str, Document]]:
    """Yield the elements of a child table with their JSON pointers, in document order."""
    yield from _elements(value_at(document, part.path), "".join(f"/{name}" for name in part.path), part.nested)


def _elements(found: Any, pointer: str, nested: str) -> Iterator[tuple[str, Document]]:
    for place, element in enumerate(found if isinstance(found, list) else ()):
        if isinstance(element, dict):
            yield f"{pointer}/{place}", element
            if nested:
                yield from _elements(element.get(nested), f"{pointer}/{place}/{nested}", nested)
