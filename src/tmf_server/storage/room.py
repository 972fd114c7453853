"""Finds out whether the database has room again, by writing as much as a large record needs. Decides nothing."""

import contextlib
import secrets

from sqlalchemy import Connection, delete, insert

from tmf_server.errors import Unavailable
from tmf_server.model.events import server_key
from tmf_server.storage.connection.database import Database

NAME = "room"
BYTES = 65_536


def has_room(database: Database) -> bool:
    """Tell whether writes find room. After one that found none, a trial says it, at most once a second."""
    if database.space.short and database.space.may_try():
        with contextlib.suppress(Unavailable):
            database.transact(_fill)
            database.transact(_clear)
    return not database.space.short


def _fill(connection: Connection) -> None:
    _clear(connection)
    connection.execute(insert(server_key).values(name=NAME, value=secrets.token_hex(BYTES // 2)))


def _clear(connection: Connection) -> None:
    connection.execute(delete(server_key).where(server_key.c.name == NAME))
