"""Functions missing in SQLite; PostgreSQL gets the same from a migration. No queries."""

import sqlite3

from tmf_server.storage.values.regexes import found
from tmf_server.storage.values.scalars import instant_of


def register_functions(connection: sqlite3.Connection) -> None:
    """Add `tmf_instant(text)` and `tmf_regex(pattern, text)` to a connection."""
    connection.create_function("tmf_instant", 1, instant_of, deterministic=True)
    connection.create_function("tmf_regex", 2, regex, deterministic=True)


def regex(pattern: str, value: object) -> bool:
    """True when the pattern is found somewhere in the text."""
    return isinstance(value, str) and found(pattern, value)
