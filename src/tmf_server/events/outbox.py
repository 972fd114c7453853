"""The outbox: events written with the change that they report, and read by position. Runs SQL on a given connection."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, RowMapping, insert, select

from tmf_server.logs import REQUEST_ID
from tmf_server.model.events import outbox
from tmf_server.storage.changes import Change

_INSERT = insert(outbox).inline()
_COLUMNS = [column for column in outbox.c if column.name != "number"]


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One event as it lies in the outbox: `document` is the stored canonical text, `time` in microseconds."""

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
    """Write the events of the changes, in their order, in the caller's transaction, after the records.

    The order of events of one record rests on the caller having locked or inserted its row first. `correlation_id`
    is by default the id of the request that is being served, as the logs have it.
    """
    if correlation_id is None:
        correlation_id = REQUEST_ID.get() or None
    rows = [_row(change, correlation_id) for change in changes]
    if rows:
        connection.execute(_INSERT, rows if len(rows) > 1 else rows[0])


def _row(change: Change, correlation_id: str | None) -> dict[str, Any]:
    return {
        "event_id": str(uuid.uuid4()),
        "kind": change.kind,
        "record_id": change.id,
        "event": change.event,
        "time": change.time,
        "paths": orjson.dumps(change.paths).decode() if change.paths else "[]",
        "correlation_id": correlation_id,
        "document": change.document,
    }


def read(connection: Connection, after: int, limit: int, kinds: Collection[str] = ()) -> list[StoredEvent]:
    """The next events after a position, of the kinds or of all, in order; never one that a later read precedes."""
    statement = select(*_COLUMNS).where(outbox.c.position > after).order_by(outbox.c.position).limit(limit)
    if kinds:
        statement = statement.where(outbox.c.kind.in_(sorted(kinds)))
    return [stored(row) for row in connection.execute(statement).mappings()]


def stored(row: RowMapping) -> StoredEvent:
    """The event of a row of the outbox that was read with all its columns."""
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
