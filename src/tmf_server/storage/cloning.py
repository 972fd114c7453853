"""Seeding by copies: the rows of stored originals under new serials, in bulk. Sends no events."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any

import orjson
from sqlalchemy import Connection, Table, select, text

from tmf_server.errors import Duplicate
from tmf_server.model.base import metadata
from tmf_server.model.core import entity as root
from tmf_server.model.core import reference
from tmf_server.registry.entity import Entity, Target
from tmf_server.storage.write.bulk import BulkRecords, Row

Cluster = Sequence[tuple[Entity, str]]
"""Records by entity and id, copied together, since the records may refer to each other."""


@dataclass(frozen=True, slots=True)
class RowTemplate:
    """A row to copy, with the places of texts with the serial and of keys of records with the serial."""

    row: Row
    texts: tuple[int, ...]
    keys: tuple[int, ...]

    def copy(self, serial: str, one: str, moved: Mapping[int, int]) -> list[Any]:
        """The row under another serial."""
        changed = list(self.row)
        for place in self.texts:
            changed[place] = changed[place].replace(serial, one)
        for place in self.keys:
            changed[place] = moved[changed[place]]
        return changed


@dataclass(frozen=True, slots=True)
class CloneSource:
    """A stored record to copy: its key, its row and its owned rows, by table.

    `named` are the key, kind and id of the record and of its targets with the serial.
    """

    entity: Entity
    id: str
    rows: Mapping[str, list[RowTemplate]]
    named: Mapping[int, Target]


@dataclass(frozen=True, slots=True)
class Clones:
    """Copies with keys and without rows: the originals, with the serials of the copies.

    `keys` are the keys of all records with a serial, by kind and id.
    """

    serial: str
    chosen: Sequence[tuple[Sequence[CloneSource], str]]
    keys: Mapping[Target, int]


def enter_copies(
    connection: Connection, records: BulkRecords, clusters: Sequence[Cluster], *, serial: str, serials: Sequence[str]
) -> Clones:
    """Make one copy of the clusters in turn present for each serial; `write_copies` writes the rows.

    A copy differs from the original by the serial, in the id and in any other string. A copy refers to the targets of
    the original, and to the copy of a target with a serial. Raises Duplicate.
    """
    originals = _read(connection, [member for cluster in clusters for member in cluster], serial)
    found = [[originals[entity.name, id_] for entity, id_ in cluster] for cluster in clusters]
    chosen = [(found[place % len(found)], one) for place, one in enumerate(serials)]
    keys = _enter(connection, records, chosen, serial)
    named = {
        (kind, id_.replace(serial, one))
        for cluster, one in chosen
        for part in cluster
        for kind, id_ in part.named.values()
    }
    others = records.rows.targets(connection, sorted(named - keys.keys()))
    return Clones(serial, chosen, keys | {target: key for target, (key, _) in others.items()})


def write_copies(connection: Connection, records: BulkRecords, copies: Clones) -> int:
    """Write the rows of the copies; return the number of records."""
    _trust_keys(connection)
    rows: dict[str, list[Row]] = defaultdict(list)
    for cluster, one in copies.chosen:
        moved = {
            key: copies.keys[kind, id_.replace(copies.serial, one)]
            for part in cluster
            for key, (kind, id_) in part.named.items()
        }
        for part in cluster:
            for name, originals in part.rows.items():
                rows[name] += [row.copy(copies.serial, one, moved) for row in originals]
            if part.entity.storage.computed:
                own = rows[part.entity.storage.table.name]
                own[-1] = _computed(part.entity, own[-1])
    for name, made in rows.items():
        records.write(connection, name, metadata.tables[name].c.keys(), made)
    return sum(len(cluster) for cluster, _ in copies.chosen)


def _trust_keys(connection: Connection) -> None:
    """Spare PostgreSQL the look-up of every foreign key, half of the work, where the role may ask.

    The keys were read or made in the present transaction, and no row of `entity` is ever removed.
    """
    if connection.dialect.name == "postgresql":
        may = connection.execute(text("SELECT current_setting('is_superuser')")).scalar() == "on"
        if may:
            connection.execute(text("SET LOCAL session_replication_role = replica"))


def _enter(
    connection: Connection, records: BulkRecords, chosen: Sequence[tuple[Sequence[CloneSource], str]], serial: str
) -> dict[Target, int]:
    """Make all copies present and count the records; return the keys by kind and id."""
    ids: dict[str, list[str]] = defaultdict(list)
    for cluster, one in chosen:
        for part in cluster:
            ids[part.entity.name].append(part.id.replace(serial, one))
    keys: dict[Target, int] = {}
    for kind, wanted in ids.items():
        found = records.rows.enter(connection, kind, wanted)
        if len(found) < len(wanted):
            raise Duplicate(f"Some of the {kind} records from {wanted[0]!r} to {wanted[-1]!r} are here already.")
        records.rows.count(connection, kind, len(wanted))
        keys |= {(kind, id_): key for id_, key in found.items()}
    return keys


@cache
def _owned_tables() -> tuple[Table, ...]:
    """Return the tables of a record's owned rows: references, characteristics, items …"""
    tables = metadata.sorted_tables
    return tuple(table for table in tables if "owner" in table.c and table.c.owner.references(root.c.key))


@cache
def _key_columns(table: str) -> tuple[int, ...]:
    """Return the places of a table's columns with keys of records."""
    return tuple(place for place, column in enumerate(metadata.tables[table].c) if column.references(root.c.key))


def _read(connection: Connection, members: Cluster, serial: str) -> dict[Target, CloneSource]:
    """Read the records with all owned rows, by kind and id, in a few statements."""
    ids: dict[str, tuple[Entity, list[str]]] = {}
    for entity, id_ in members:
        ids.setdefault(entity.name, (entity, []))[1].append(id_)
    own = [
        (entity, row)
        for entity, wanted in ids.values()
        for row in connection.execute(entity.storage.table.select().where(entity.storage.table.c.id.in_(wanted)))
    ]
    owned = _owned(connection, [row.key for _, row in own])
    targets = {row.target for row in chain.from_iterable(rows.get(reference.name, ()) for rows in owned.values())}
    named = _named(connection, targets, serial) | {row.key: (entity.name, row.id) for entity, row in own}
    return {
        (entity.name, row.id): _original(
            entity, row, {entity.storage.table.name: [row]} | owned[row.key], named, serial
        )
        for entity, row in own
    }


def _owned(connection: Connection, keys: Sequence[int]) -> dict[int, dict[str, list[Any]]]:
    """Return the owned rows of each record, by table."""
    found: dict[int, dict[str, list[Any]]] = {key: {} for key in keys}
    for table in _owned_tables():
        for row in connection.execute(select(table).where(table.c.owner.in_(keys))):
            found[row.owner].setdefault(table.name, []).append(row)
    return found


def _named(connection: Connection, keys: Collection[int], serial: str) -> dict[int, Target]:
    """Return kind and id of the keys' records with the serial."""
    found = connection.execute(select(root.c.key, root.c.kind, root.c.id).where(root.c.key.in_(keys)))
    return {row.key: (row.kind, row.id) for row in found if serial in row.id}


def _original(
    entity: Entity, own: Any, rows: Mapping[str, list[Row]], named: Mapping[int, Target], serial: str
) -> CloneSource:
    patterns = {
        name: [_pattern(row, _key_columns(name), named, serial) for row in found] for name, found in rows.items()
    }
    keys = {row.row[place] for name in patterns for row in patterns[name] for place in row.keys}
    return CloneSource(entity, own.id, patterns, {key: named[key] for key in keys})


def _pattern(row: Row, keys: Sequence[int], named: Mapping[int, Target], serial: str) -> RowTemplate:
    texts = tuple(place for place, value in enumerate(row) if isinstance(value, str) and serial in value)
    return RowTemplate(tuple(row), texts, tuple(place for place in keys if row[place] in named))


def _computed(entity: Entity, row: Row) -> Row:
    """Return the row with the columns computed from the document."""
    values = dict(zip(entity.storage.table.c.keys(), row, strict=True))
    document = orjson.loads(values["document"])
    return tuple((values | {name: compute(document) for name, compute in entity.storage.computed.items()}).values())
