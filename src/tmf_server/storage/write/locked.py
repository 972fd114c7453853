"""Records by their ids, locked for a change. Names no noun."""

import json
from collections.abc import Iterable
from functools import lru_cache

from sqlalchemy import Connection

from tmf_server.registry.entity import Entity
from tmf_server.storage.connection.driver import Sql, run
from tmf_server.storage.write.records import Stored
from tmf_server.storage.write.rows import SOURCE

LOCKED = """
    SELECT t.key, t.id, t.revision, t.updated, t.document FROM {table} AS t
    WHERE t.id IN (SELECT j.value ->> 0 FROM {source}) ORDER BY t.key{lock}"""


def locked(connection: Connection, entity: Entity, ids: Iterable[str]) -> list[Stored]:
    """Return the existing records of the ids with their present content, in the order of creation.

    The records stay locked until the end of the transaction; a single order everywhere keeps two writers from waiting
    for each other.
    """
    statement = _statement(entity.storage.table.name, connection.dialect.name)
    found = run(connection, statement, {"rows": json.dumps([[id_] for id_ in ids])})
    return [Stored(*row) for row in found.fetchall()]


@lru_cache(maxsize=64)
def _statement(table: str, dialect: str) -> Sql:
    lock = " FOR UPDATE" if dialect == "postgresql" else ""
    return Sql(LOCKED.format(table=table, source=SOURCE[dialect], lock=lock))
