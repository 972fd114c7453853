"""Unique columns: a second record with the same value is told of the first. Names no noun."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Connection, Table

from tmf_server.errors import Duplicate
from tmf_server.registry.entity import Entity
from tmf_server.storage.connection.driver import Sql, run
from tmf_server.storage.write.rows import SOURCE, Rows

HOLDER = """
    SELECT t.id FROM {source} JOIN {table} AS t ON t.{column} = j.value ->> 0
    WHERE t.key <> CAST(j.value ->> 1 AS BIGINT) ORDER BY t.key LIMIT 1"""


def check_unique(connection: Connection, rows: Rows, entity: Entity, found: Sequence[Mapping[str, Any]]) -> None:
    """Raise Duplicate for a row about to be written with a unique value of a stored record.

    `found` are the values of whole rows. The constraint of the table holds the rule; the locks make sure that two
    writers at once get the message, too. The meaning of a column stands in its `info` in the model.
    """
    for column in unique_columns(entity.storage.table):
        wanted = [(row[column.name], row["key"]) for row in found if row[column.name] is not None]
        if not wanted:
            continue
        says = f"There is {column.info['unique']}"
        if len({value for value, _ in wanted}) < len(wanted):
            raise Duplicate(f"{says}, and two of the records are of the same.")
        rows.lock_names(connection, sorted(f"{column.table.name} {column.name} {value}" for value, _ in wanted))
        statement = _statement(column.table.name, column.name, connection.dialect.name)
        holder = run(connection, statement, {"rows": json.dumps(wanted)}).fetchone()
        if holder is not None:
            raise Duplicate(f"{says}, and the {entity.name} {holder[0]!r} is here already.")


@lru_cache(maxsize=256)
def unique_columns(table: Table) -> tuple[Column[Any], ...]:
    """Return the unique columns of the table by the model, besides the id."""
    return tuple(column for column in table.c if "unique" in column.info)


@lru_cache(maxsize=64)
def _statement(table: str, column: str, dialect: str) -> Sql:
    return Sql(HOLDER.format(column=column, table=table, source=SOURCE[dialect]))
