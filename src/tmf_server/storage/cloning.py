"""Many records of one shape: the rows of stored originals again under other serials. For seeding; sends no events."""

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
"""Records, by entity and id, that are copied together: they may refer to each other."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A row to copy, with the places of the texts that bear the serial and of the keys of what bears it."""

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
class Original:
    """A stored record that is copied: its key, its own row and those that it owns, by table.

    `named` are the key, kind and id of itself and of what it refers to and what bears its serial.
    """

    entity: Entity
    id: str
    rows: Mapping[str, list[Pattern]]
    named: Mapping[int, Target]


@dataclass(frozen=True, slots=True)
class Copies:
    """Copies that have their keys and no rows yet: which originals they have, under which serials.

    `keys` are those of all that bears a serial, by kind and id.
    """

    serial: str
    chosen: Sequence[tuple[Sequence[Original], str]]
    keys: Mapping[Target, int]


def enter_copies(
    connection: Connection, records: BulkRecords, clusters: Sequence[Cluster], *, serial: str, serials: Sequence[str]
) -> Copies:
    """Make one copy for each of the serials be here, of the clusters in turn; `write_copies` writes their rows.

    A copy differs from its original in that its own serial stands wherever the original's does, in the id and in any
    other string. It refers to what its original refers to, and where that bears the serial, to what bears the copy's.
    Raises Duplicate.
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
    return Copies(serial, chosen, keys | {target: key for target, (key, _) in others.items()})


def write_copies(connection: Connection, records: BulkRecords, copies: Copies) -> int:
    """Write the rows of the copies; how many records that makes."""
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
            if part.entity.computed:
                rows[part.entity.table.name][-1] = _computed(part.entity, rows[part.entity.table.name][-1])
    for name, made in rows.items():
        records.write(connection, name, metadata.tables[name].c.keys(), made)
    return sum(len(cluster) for cluster, _ in copies.chosen)


def _trust_keys(connection: Connection) -> None:
    """Spare PostgreSQL the look-up of every foreign key, half of the work, where the role may ask for that.

    The keys written here were read or made in this transaction, and no row of `entity` is ever removed.
    """
    if connection.dialect.name == "postgresql":
        may = connection.execute(text("SELECT current_setting('is_superuser')")).scalar() == "on"
        if may:
            connection.execute(text("SET LOCAL session_replication_role = replica"))


def _enter(
    connection: Connection, records: BulkRecords, chosen: Sequence[tuple[Sequence[Original], str]], serial: str
) -> dict[Target, int]:
    """Make all copies be here and count them; their keys by kind and id."""
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
    """The tables of what belongs to a record besides its own row: references, characteristics, items …"""
    tables = metadata.sorted_tables
    return tuple(table for table in tables if "owner" in table.c and table.c.owner.references(root.c.key))


@cache
def _key_columns(table: str) -> tuple[int, ...]:
    """The places of the columns of a table that hold keys of records."""
    return tuple(place for place, column in enumerate(metadata.tables[table].c) if column.references(root.c.key))


def _read(connection: Connection, members: Cluster, serial: str) -> dict[Target, Original]:
    """The records with all that they own, by kind and id: some statements for all of them."""
    ids: dict[str, tuple[Entity, list[str]]] = {}
    for entity, id_ in members:
        ids.setdefault(entity.name, (entity, []))[1].append(id_)
    own = [
        (entity, row)
        for entity, wanted in ids.values()
        for row in connection.execute(entity.table.select().where(entity.table.c.id.in_(wanted)))
    ]
    owned = _owned(connection, [row.key for _, row in own])
    targets = {row.target for row in chain.from_iterable(rows.get(reference.name, ()) for rows in owned.values())}
    named = _named(connection, targets, serial) | {row.key: (entity.name, row.id) for entity, row in own}
    return {
        (entity.name, row.id): _original(entity, row, {entity.table.name: [row]} | owned[row.key], named, serial)
        for entity, row in own
    }


def _owned(connection: Connection, keys: Sequence[int]) -> dict[int, dict[str, list[Any]]]:
    """The rows that each record owns, by table."""
    found: dict[int, dict[str, list[Any]]] = {key: {} for key in keys}
    for table in _owned_tables():
        for row in connection.execute(select(table).where(table.c.owner.in_(keys))):
            found[row.owner].setdefault(table.name, []).append(row)
    return found


def _named(connection: Connection, keys: Collection[int], serial: str) -> dict[int, Target]:
    """Kind and id of those of the keys whose records bear the serial."""
    found = connection.execute(select(root.c.key, root.c.kind, root.c.id).where(root.c.key.in_(keys)))
    return {row.key: (row.kind, row.id) for row in found if serial in row.id}


def _original(
    entity: Entity, own: Any, rows: Mapping[str, list[Row]], named: Mapping[int, Target], serial: str
) -> Original:
    patterns = {
        name: [_pattern(row, _key_columns(name), named, serial) for row in found] for name, found in rows.items()
    }
    keys = {row.row[place] for name in patterns for row in patterns[name] for place in row.keys}
    return Original(entity, own.id, patterns, {key: named[key] for key in keys})


def _pattern(row: Row, keys: Sequence[int], named: Mapping[int, Target], serial: str) -> Pattern:
    texts = tuple(place for place, value in enumerate(row) if isinstance(value, str) and serial in value)
    return Pattern(tuple(row), texts, tuple(place for place in keys if row[place] in named))


def _computed(entity: Entity, row: Row) -> Row:
    """The row with what is computed from its document."""
    values = dict(zip(entity.table.c.keys(), row, strict=True))
    document = orjson.loads(values["document"])
    return tuple((values | {name: compute(document) for name, compute in entity.computed.items()}).values())
