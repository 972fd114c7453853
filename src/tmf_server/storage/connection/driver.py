"""Statements run on the driver itself, inside SQLAlchemy's transaction: a third of the cost of a Core statement."""

import re
import sqlite3
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection

PARAMETER = re.compile(r"(?<!:):([a-z_][a-z_0-9]*)")
Values = Mapping[str, Any]


class Statement(NamedTuple):
    """The text of a statement with `:name` parameters, and the values."""

    sql: str
    values: Values


# A column of decimals in SQLite takes the text and keeps the exact number where a double can.
sqlite3.register_adapter(Decimal, str)


class Sql:
    """A statement with `:name` parameters, in the spelling of each driver."""

    def __init__(self, text: str) -> None:
        self.text = " ".join(text.split())

    @cached_property
    def postgresql(self) -> str:
        """The statement as psycopg takes it."""
        return PARAMETER.sub(r"%(\1)s", self.text.replace("%", "%%"))

    def of(self, dialect: str) -> str:
        """The statement as the dialect's driver takes it."""
        return self.postgresql if dialect == "postgresql" else self.text


def run(connection: Connection, sql: Sql, values: Values) -> Any:
    """Run a statement, prepared where the driver can, and return the cursor to fetch from."""
    cursor = connection.connection.cursor()
    if connection.dialect.name == "postgresql":
        cursor.execute(sql.postgresql, values, prepare=True)  # type: ignore[call-arg]
    else:
        cursor.execute(sql.text, values)
    return cursor


def fetch_all(connection: Connection, sql: str, values: Values) -> list[Any]:
    """Return all rows of a statement written for a request. Never prepared: the plan has to fit the values."""
    cursor = connection.connection.cursor()
    if connection.dialect.name == "postgresql":
        cursor.execute(_spelled(sql).postgresql, values, prepare=False)  # type: ignore[call-arg]
    else:
        cursor.execute(sql, values)
    return list(cursor.fetchall())


def fetch_one_within(connection: Connection, written: Statement, seconds: float) -> Any:
    """Return the single row of a statement limited to `seconds` on PostgreSQL, in a single round trip."""
    import psycopg  # inside: the server on SQLite starts faster without psycopg

    raw: Any = connection.connection.driver_connection
    limited = f"SET LOCAL statement_timeout = {max(1, int(seconds * 1000))}; {_spelled(written.sql).postgresql}"
    # The values are written into the text here: several statements at once take no parameters.
    with psycopg.ClientCursor(raw) as cursor:
        cursor.execute(limited, written.values)
        cursor.nextset()
        return cursor.fetchone()


def written_so_far(connection: Connection) -> Any:
    """Return a mark that changes as soon as the connection's transaction has written anything."""
    if connection.dialect.name == "postgresql":
        return fetch_all(connection, "SELECT pg_current_xact_id_if_assigned()", {})
    raw: Any = connection.connection.driver_connection
    return raw.total_changes


@lru_cache(maxsize=1024)
def _spelled(sql: str) -> Sql:
    return Sql(sql)


def run_many(connection: Connection, sql: Sql, values: Sequence[Values]) -> None:
    """Run a statement for each of the values."""
    cursor = connection.connection.cursor()
    cursor.executemany(sql.of(connection.dialect.name), values)
