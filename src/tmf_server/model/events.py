"""The tables of events: outbox, subscriptions, parked deliveries, leases, received events. No queries."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, SmallInteger, Table, text

from tmf_server.model.base import Flag, Instant, Key, Text, metadata

_WAITING = text("position IS NULL")
_STAMPED = text("position IS NOT NULL")

# Every event, written with the change that it reports. `number` is the order of insertion, which is not the order of
# commits; `position` is stamped by the relay on what is visible, has no gaps, and is what everybody reads by.
outbox = Table(
    "outbox",
    metadata,
    Column("number", Key, primary_key=True, autoincrement=True),
    Column("position", BigInteger),
    Column("event_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("time", Instant, nullable=False),
    Column("paths", Text, nullable=False),  # JSON array of the first-level attributes that changed
    Column("correlation_id", Text),
    Column("document", Text, nullable=False),
    Index("ix_outbox_waiting", "number", sqlite_where=_WAITING, postgresql_where=_WAITING),
    Index("ix_outbox_position", "position", unique=True, sqlite_where=_STAMPED, postgresql_where=_STAMPED),
    Index("ix_outbox_kind", "kind", "position", sqlite_where=_STAMPED, postgresql_where=_STAMPED),
)


def _lease_columns() -> tuple[Column[str], Column[int], Column[int]]:
    """Who holds the row, the fencing token that grows with each holder, and until when (microseconds)."""
    return (
        Column("holder", Text, nullable=False),
        Column("token", BigInteger, nullable=False),
        Column("leased_until", Instant, nullable=False),
    )


# What only one worker at a time may do. `position` is how far a reader of the outbox is; for the relay, the last that
# it stamped; NULL for a duty that reads no events.
lease = Table(
    "lease",
    metadata,
    Column("name", Text, primary_key=True),
    Column("position", BigInteger),
    *_lease_columns(),
)

# One registered callback of one API in one version. `position` is the last event settled for it: delivered, filtered
# out or parked. `tries` counts the failed deliveries of the next one, `due` is the instant before which it is not
# tried again; `failing` is set from a parked delivery until one gets through; events up to `park_until` are parked
# untried; `lane` 1 keeps the slow and the failing apart from the prompt.
subscription = Table(
    "subscription",
    metadata,
    Column("id", Text, primary_key=True),
    Column("api", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("callback", Text, nullable=False),
    Column("query", Text),
    Column("document", Text, nullable=False),  # as clients see it, without id
    Column("origin", Text, nullable=False),  # scheme and host that it was created through, for absolute hrefs
    Column("created", Instant, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due", Instant, nullable=False),
    Column("failing", Flag, nullable=False),
    Column("park_until", BigInteger, nullable=False),
    Column("lane", SmallInteger, nullable=False),
    Column("delivered", Instant),  # of the last delivery that got through
    Column("error", Text),  # why the last one that did not
    *_lease_columns(),
    Index("ix_subscription_api", "api", "version"),
)

# A delivery given up after its last try; `replay` queues it again, ahead of newer events.
parked = Table(
    "parked",
    metadata,
    Column("subscription", Text, ForeignKey("subscription.id", ondelete="CASCADE"), primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Key, ForeignKey("outbox.number"), nullable=False),
    Column("replay", Flag, nullable=False),
    Column("parked", Instant, nullable=False),
    Column("error", Text, nullable=False),
    Index("ix_parked_number", "number"),
)

# What other servers posted to our /listener paths.
received_event = Table(
    "received_event",
    metadata,
    Column("number", Key, primary_key=True, autoincrement=True),
    Column("api", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("event_type", Text, nullable=False),
    Column("event_id", Text),
    Column("received", Instant, nullable=False),
    Column("body", Text, nullable=False),
)

# Random keys that all processes share; `signing` is the root of the signatures where no setting gives one.
server_key = Table(
    "server_key",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
