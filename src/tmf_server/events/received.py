"""Events posted by other servers to the /listener paths. Runs SQL; checks nothing."""

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, delete, insert, select

from tmf_server.model.events import received_event
from tmf_server.rules.instants import now
from tmf_server.storage.connection.database import Database

LONGEST_NAME = 200


def store(database: Database, api: str, version: str, event_type: str, body: Mapping[str, Any]) -> int:
    """Store one event posted to the listener of `event_type`; return the growing number of the event."""
    given = body.get("eventId")
    values = {
        "api": api,
        "version": version,
        "event_type": event_type[:LONGEST_NAME],
        "event_id": given[:LONGEST_NAME] if isinstance(given, str) else None,
        "received": now(),
        "body": orjson.dumps(body).decode(),
    }
    statement = insert(received_event).values(values).returning(received_event.c.number)
    number: int = database.transact(lambda connection: connection.execute(statement).scalar_one())
    return number


def read(connection: Connection, after: int = 0, limit: int = 100) -> list[dict[str, Any]]:
    """Return received events after a number, oldest first, each a row with the parsed body."""
    statement = select(received_event).where(received_event.c.number > after).order_by(received_event.c.number)
    rows = connection.execute(statement.limit(limit)).mappings()
    return [dict(row) | {"body": orjson.loads(row["body"])} for row in rows]


def prune(connection: Connection, most: int) -> int:
    """Delete all but the newest `most` events; return the number of deleted events."""
    newest = select(received_event.c.number).order_by(received_event.c.number.desc()).offset(most).limit(1)
    last = connection.execute(newest).scalar()
    if last is None:
        return 0
    return connection.execute(delete(received_event).where(received_event.c.number <= last)).rowcount
