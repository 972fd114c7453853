"""Many records of one shape: the rows of stored originals again under other serials. For seeding; sends no events."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select, text

from tmf_server.errors import Duplicate
from tmf_server.model.core import characteristic, reference
from tmf_server.registry import Entity
from tmf_server.storage.bulk import CHARACTERISTIC, REFERENCE, BulkRecords, Row

Original = tuple[Row, list[Row], list[Row]]  # the record, its references, its characteristics; all without their key


def copy_records(
    connection: Connection,
    records: BulkRecords,
    entity: Entity,
    *,
    originals: Sequence[str],
    serial: str,
    serials: Sequence[str],
) -> None:
    """Store one copy for each of the serials, of the originals (ids) in turn.

    A copy differs from its original in that its own serial stands wherever the original's does, in the id and in any
    other string. A reference holds no serial: copies refer to what their original refers to. Raises Duplicate.
    """
    _trust_keys(connection)
    found = [_read(connection, entity, id_) for id_ in originals]
    chosen = [(found[place % len(found)], one) for place, one in enumerate(serials)]
    ids = [original[0][0].replace(serial, one) for original, one in chosen]
    keys = records.rows.enter(connection, entity.name, ids)
    if len(keys) < len(ids):
        raise Duplicate(f"Some of the {entity.name} records from {ids[0]!r} to {ids[-1]!r} are here already.")
    made = [(original, one, keys[id_]) for (original, one), id_ in zip(chosen, ids, strict=True)]
    rows = [(key, *_changed(original[0], serial, one)) for original, one, key in made]
    records.write(connection, entity.table.name, _columns(entity), rows)
    references = [(key, *row) for original, _, key in made for row in original[1]]
    records.write(connection, reference.name, REFERENCE, references)
    values = [(key, *_changed(row, serial, one)) for original, one, key in made for row in original[2]]
    records.write(connection, characteristic.name, CHARACTERISTIC, values)
    records.rows.count(connection, entity.name, len(ids))


def _trust_keys(connection: Connection) -> None:
    """Spare PostgreSQL the look-up of every foreign key, half of the work, where the role may ask for that.

    The keys written here were read or made in this transaction, and no row of `entity` is ever removed.
    """
    if connection.dialect.name == "postgresql":
        may = connection.execute(text("SELECT current_setting('is_superuser')")).scalar() == "on"
        if may:
            connection.execute(text("SET LOCAL session_replication_role = replica"))


def _columns(entity: Entity) -> list[str]:
    return ["key", "id", *(column.name for column in entity.table.c if column.name not in ("key", "id"))]


def _read(connection: Connection, entity: Entity, id_: str) -> Original:
    table = entity.table
    row = connection.execute(select(*(table.c[name] for name in _columns(entity))).where(table.c.id == id_)).one()
    references = _rows(connection, reference, REFERENCE, row[0])
    return row[1:], references, _rows(connection, characteristic, CHARACTERISTIC, row[0])


def _rows(connection: Connection, table: Any, columns: Sequence[str], owner: int) -> list[Row]:
    wanted = select(*(table.c[name] for name in columns[1:])).where(table.c.owner == owner)
    return [tuple(row) for row in connection.execute(wanted)]


def _changed(row: Row, serial: str, one: str) -> list[Any]:
    return [value.replace(serial, one) if isinstance(value, str) else value for value in row]
