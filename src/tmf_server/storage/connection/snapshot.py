"""The content of a SQLite database at one moment, kept in memory, to go back to. Knows no table."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from tmf_server.storage.connection.database import Database

RETRY_SECONDS = 0.002  # after which a database busy with a writer is tried again


class Snapshot:
    """The present content of a database; `restore` brings the content back, or into another database, over all data."""

    def __init__(self, database: Database) -> None:
        if database.dialect != "sqlite":
            raise ValueError(f"only a SQLite database can be kept in memory, not one of {database.dialect}")
        self._kept = sqlite3.connect(":memory:", check_same_thread=False)
        with _driver_connection(database) as connection:
            connection.backup(self._kept)

    def restore(self, database: Database) -> None:
        """Restore the content in a single transaction: readers see the old or the new content. Waits for writers."""
        with _driver_connection(database) as connection:
            self._kept.backup(connection, sleep=RETRY_SECONDS)

    def close(self) -> None:
        """Free the memory."""
        self._kept.close()


@contextmanager
def _driver_connection(database: Database) -> Iterator[sqlite3.Connection]:
    """Give a connection outside of a transaction, since the copy begins a transaction."""
    pooled = database.engine.raw_connection()
    try:
        connection = pooled.driver_connection
        if not isinstance(connection, sqlite3.Connection):
            raise TypeError(f"expected a connection of sqlite3, not {connection!r}")
        yield connection
    finally:
        pooled.close()
