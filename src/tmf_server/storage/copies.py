"""Many records of one shape: the rows of stored originals again under other serials. For seeding; sends no events."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Table, select, text

from tmf_server.errors import Duplicate
from tmf_server.model.core import entity as root
from tmf_server.model.everything import metadata
from tmf_server.registry import Entity
from tmf_server.storage.bulk import BulkRecords, Row

Cluster = Sequence[tuple[Entity, str]]
"""Records, by entity and id, that are copied together: they may refer to each other."""

# What belongs to a record besides its own row: references, characteristics, items …
OWNED = tuple(table for table in metadata.sorted_tables if "owner" in table.c and table.c.owner.references(root.c.key))


def _nothing() -> None:
    """What is done between the entry and the rows of copies, unless somebody waits for that."""


@dataclass(frozen=True, slots=True)
class Original:
    """A stored record that is copied: its key, its own row and those that it owns, by table."""

    entity: Entity
    id: str
    key: int
    rows: Mapping[str, list[Row]]


def copy_records(
    connection: Connection,
    records: BulkRecords,
    clusters: Sequence[Cluster],
    *,
    serial: str,
    serials: Sequence[str],
    entered: Callable[[], None] = _nothing,
) -> int:
    """Store one copy for each of the serials, of the clusters in turn; how many records that makes.

    A copy differs from its original in that its own serial stands wherever the original's does, in the id and in any
    other string. It refers to what its original refers to, for the members of its cluster to their copies. Once all
    copies have their keys, which say in what order they were created, `entered` is called. Raises Duplicate.
    """
    _trust_keys(connection)
    found = [[_read(connection, *member) for member in cluster] for cluster in clusters]
    chosen = [(found[place % len(found)], one) for place, one in enumerate(serials)]
    keys = _enter(connection, records, chosen, serial)
    entered()
    rows: dict[str, list[Row]] = defaultdict(list)
    for cluster, one in chosen:
        moved = {part.key: keys[part.entity.name][part.id.replace(serial, one)] for part in cluster}
        for part in cluster:
            for name, originals in part.rows.items():
                rows[name] += [_changed(row, serial, one, moved, KEYS[name]) for row in originals]
    for name, made in rows.items():
        records.write(connection, name, metadata.tables[name].c.keys(), made)
    return sum(map(len, keys.values()))


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
) -> dict[str, dict[str, int]]:
    """Make all copies be here and count them; their keys by kind and id."""
    ids: dict[str, list[str]] = defaultdict(list)
    for cluster, one in chosen:
        for part in cluster:
            ids[part.entity.name].append(part.id.replace(serial, one))
    keys = {}
    for kind, wanted in ids.items():
        keys[kind] = records.rows.enter(connection, kind, wanted)
        if len(keys[kind]) < len(wanted):
            raise Duplicate(f"Some of the {kind} records from {wanted[0]!r} to {wanted[-1]!r} are here already.")
        records.rows.count(connection, kind, len(wanted))
    return keys


def _key_columns(table: Table) -> tuple[int, ...]:
    """The places of the columns that hold keys of records."""
    return tuple(place for place, column in enumerate(table.c) if column.references(root.c.key))


KEYS = {table.name: _key_columns(table) for table in metadata.sorted_tables}


def _read(connection: Connection, entity: Entity, id_: str) -> Original:
    table = entity.table
    own = connection.execute(table.select().where(table.c.id == id_)).one()
    rows: dict[str, list[Row]] = {table.name: [own]}
    return Original(entity, id_, own.key, rows | dict(_owned(connection, own.key)))


def _owned(connection: Connection, key: int) -> Iterator[tuple[str, list[Row]]]:
    for table in OWNED:
        found = connection.execute(select(table).where(table.c.owner == key)).all()
        if found:
            yield table.name, list(found)


def _changed(row: Row, serial: str, one: str, moved: Mapping[int, int], keys: Sequence[int]) -> Row:
    changed = [value.replace(serial, one) if isinstance(value, str) else value for value in row]
    for place in keys:
        changed[place] = moved.get(row[place], row[place])
    return changed
