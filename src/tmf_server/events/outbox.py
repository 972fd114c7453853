"""The outbox: events written with the reported change, and read by position. Runs SQL on a given connection."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, RowMapping, select

from tmf_server.model.events import outbox
from tmf_server.observability.logs import REQUEST_ID
from tmf_server.rules.ids import fresh_uuid
from tmf_server.storage.values.changes import Change

_NAMES = ("event_id", "kind", "record_id", "event", "time", "paths", "correlation_id", "document")
_INTO = f"INSERT INTO outbox ({', '.join(_NAMES)})"
# Written for the driver, for the sake of every POST: half the cost of a compiled statement.
_ONE = {
    "sqlite": f"{_INTO} VALUES ({', '.join('?' for _ in _NAMES)})",
    "postgresql": f"{_INTO} VALUES ({', '.join('%s' for _ in _NAMES)})",
}
# PostgreSQL takes many rows fastest as one JSON text; SQLite repeats a prepared statement.
_MANY = f"""{_INTO}
    SELECT {", ".join(f"CAST(j.value ->> {at} AS {outbox.c[name].type})" for at, name in enumerate(_NAMES))}
    FROM jsonb_array_elements(CAST(%s AS jsonb)) WITH ORDINALITY AS j(value, place) ORDER BY j.place"""  # noqa: S608
_COLUMNS = [column for column in outbox.c if column.name != "number"]


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One event of the outbox: `document` is the stored canonical text, `time` in microseconds."""

    position: int
    event_id: str
    kind: str
    record_id: str
    event: str
    time: int
    paths: tuple[str, ...]
    correlation_id: str | None
    document: str


def record(connection: Connection, changes: Sequence[Change], correlation_id: str | None = None) -> None:
    """Write the events of the changes in order, in the caller's transaction, after the records.

    The caller has locked or inserted the row of each record first; the order of a record's events rests on this lock.
    `correlation_id` defaults to the id of the present request, as in the logs.
    """
    if correlation_id is None:
        correlation_id = REQUEST_ID.get() or None
    rows = [_row(change, correlation_id) for change in changes]
    dialect = connection.dialect.name
    if len(rows) == 1:
        connection.exec_driver_sql(_ONE[dialect], rows[0])
    elif rows and dialect == "postgresql":
        connection.exec_driver_sql(_MANY, (orjson.dumps(rows).decode(),))
    elif rows:
        connection.exec_driver_sql(_ONE[dialect], rows)


def _row(change: Change, correlation_id: str | None) -> tuple[Any, ...]:
    """The values of `_NAMES`."""
    return (
        fresh_uuid(),
        change.kind,
        change.id,
        change.event,
        change.time,
        orjson.dumps(change.paths).decode() if change.paths else "[]",
        correlation_id,
        change.document,
    )


def read(connection: Connection, after: int, limit: int, kinds: Collection[str] = ()) -> list[StoredEvent]:
    """Return the next events after a position in order, of the kinds or of all; later reads find later events."""
    statement = select(*_COLUMNS).where(outbox.c.position > after).order_by(outbox.c.position).limit(limit)
    if kinds:
        statement = statement.where(outbox.c.kind.in_(sorted(kinds)))
    return [stored(row) for row in connection.execute(statement).mappings()]


def holds(connection: Connection, event_id: str) -> bool:
    """Return true while the event is stored."""
    return connection.execute(select(outbox.c.number).where(outbox.c.event_id == event_id)).first() is not None


def stored(row: RowMapping) -> StoredEvent:
    """Return the event of a whole row of the outbox."""
    return StoredEvent(
        position=row["position"],
        event_id=row["event_id"],
        kind=row["kind"],
        record_id=row["record_id"],
        event=row["event"],
        time=row["time"],
        paths=tuple(orjson.loads(row["paths"])),
        correlation_id=row["correlation_id"],
        document=row["document"],
    )
