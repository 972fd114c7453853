"""The contents of a database as a whole: whether there are any, and how to remove all of it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, delete, select, text

from tmf_server.model.base import metadata
from tmf_server.model.core import entity
from tmf_server.model.events import server_key
from tmf_server.storage.connection.database import Database

FIRST_START = 7_230_621  # PostgreSQL's advisory lock: of several processes that start at once, one fills the database
KEPT = frozenset({server_key.name})


def is_empty(connection: Connection) -> bool:
    """True when there is no record and there never was one; nobody else fills the database in this transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": FIRST_START})
    return connection.execute(select(entity.c.key).limit(1)).first() is None


@contextmanager
def emptied(database: Database) -> Iterator[Connection]:
    """A transaction in which nothing is left but the server's own keys: no record, event, subscription or job."""
    with database.engine.connect() as connection, _unchecked(connection), connection.begin():
        tables = [table for table in reversed(metadata.sorted_tables) if table.name not in KEPT]
        if connection.dialect.name == "postgresql":
            names = ", ".join(table.name for table in tables)
            connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
        else:
            for table in tables:
                connection.execute(delete(table))
        yield connection


@contextmanager
def _unchecked(connection: Connection) -> Iterator[None]:
    """SQLite drops a whole table's rows at once only while it looks after no foreign keys, and row by row otherwise."""
    if connection.dialect.name == "postgresql":
        yield
        return
    # on the driver itself: SQLAlchemy would begin a transaction, in which this has no effect
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        cursor.execute("PRAGMA foreign_keys=ON")
