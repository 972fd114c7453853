"""The contents of a database as a whole: empty or not, and the removal of everything."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, delete, select, text

from tmf_server.model.base import metadata
from tmf_server.model.core import entity
from tmf_server.model.events import server_key
from tmf_server.storage.connection.database import Database

FIRST_START = 7_230_621  # PostgreSQL's advisory lock: of several processes at once, one fills the database
KEPT = frozenset({server_key.name})


def is_empty(connection: Connection) -> bool:
    """Return true for a database never filled; no other process fills the database during the transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": FIRST_START})
    return connection.execute(select(entity.c.key).limit(1)).first() is None


@contextmanager
def emptied(database: Database) -> Iterator[Connection]:
    """Give a transaction without any record, event, subscription or job; only the server's own keys stay."""
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
    """Without foreign keys SQLite drops all rows of a table at once, with foreign keys row by row."""
    if connection.dialect.name == "postgresql":
        yield
        return
    # on the driver itself: SQLAlchemy would begin a transaction, without effect for this setting
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        cursor.execute("PRAGMA foreign_keys=ON")
