"""The newest records by the values of an indexed column. Names no noun."""

import json
from collections.abc import Iterable
from functools import lru_cache

from sqlalchemy import Connection

from tmf_server.registry.entity import Entity
from tmf_server.storage.connection.driver import Sql, run
from tmf_server.storage.write.records import Stored
from tmf_server.storage.write.rows import SOURCE

NEWEST = """
    SELECT t.{column}, t.key, t.id, t.revision, t.updated, t.document FROM {table} AS t WHERE t.key IN (
        SELECT (SELECT max(n.key) FROM {table} AS n WHERE n.{column} = j.value ->> 0) FROM {source})
    ORDER BY t.key{lock}"""


PREVIOUS = """
    SELECT key, id, revision, updated, document FROM {table} WHERE {column} = :value AND key < :key
    ORDER BY key DESC LIMIT 1{lock}"""


def newest(connection: Connection, entity: Entity, column: str, values: Iterable[str]) -> dict[str, Stored]:
    """Return the newest record for each value of the column, all locked until the end of the transaction."""
    statement = _statement(NEWEST, entity.storage.table.name, column, connection.dialect.name)
    found = run(connection, statement, {"rows": json.dumps([[value] for value in values])})
    return {row[0]: Stored(*row[1:]) for row in found.fetchall()}


def previous(connection: Connection, entity: Entity, column: str, value: str, key: int) -> Stored | None:
    """Return the newest record with the value of the column older than the record of the key, locked."""
    statement = _statement(PREVIOUS, entity.storage.table.name, column, connection.dialect.name)
    row = run(connection, statement, {"value": value, "key": key}).fetchone()
    return None if row is None else Stored(*row)


@lru_cache(maxsize=64)
def _statement(form: str, table: str, column: str, dialect: str) -> Sql:
    lock = " FOR UPDATE" if dialect == "postgresql" else ""
    return Sql(form.format(column=column, table=table, source=SOURCE[dialect], lock=lock))
