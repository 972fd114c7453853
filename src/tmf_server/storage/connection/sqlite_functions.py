"""Functions missing in SQLite; PostgreSQL gets the same from a migration. No queries."""

import sqlite3

from tmf_server.rules.instants import parse_instant
from tmf_server.storage.values.regexes import found


def register_functions(connection: sqlite3.Connection) -> None:
    """Add `tmf_instant(text)` and `tmf_regex(pattern, text)` to a connection."""
    connection.create_function("tmf_instant", 1, instant, deterministic=True)
    connection.create_function("tmf_regex", 2, regex, deterministic=True)


def instant(value: object) -> int | None:
    """Return microseconds since 1970 UTC, NULL for any value but an instant."""
    if not isinstance(value, str):
        return None
    try:
        return parse_instant(value)
    except (ValueError, OverflowError):
        return None


def regex(pattern: str, value: object) -> bool:
    """True when the pattern is found somewhere in the text."""
    return isinstance(value, str) and found(pattern, value)
