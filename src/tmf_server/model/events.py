"""The tables of events: outbox, subscriptions, parked deliveries, leases, received events. No queries."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, SmallInteger, Table, text

from tmf_server.model.base import Flag, Instant, Key, Text, metadata

_WAITING = text("position IS NULL")
_STAMPED = text("position IS NOT NULL")

# Every event, written with the reported change. `number` is the order of insertion, not of commits. `position` is
# stamped by the relay on visible events and has no gaps; all readers read by position.
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
    Column("paths", Text, nullable=False),  # JSON array of the changed first-level attributes
    Column("correlation_id", Text),
    Column("document", Text, nullable=False),
    Index("ix_outbox_waiting", "number", sqlite_where=_WAITING, postgresql_where=_WAITING),
    Index("ix_outbox_position", "position", unique=True, sqlite_where=_STAMPED, postgresql_where=_STAMPED),
    Index("ix_outbox_kind", "kind", "position", sqlite_where=_STAMPED, postgresql_where=_STAMPED),
)


def _lease_columns() -> tuple[Column[str], Column[int], Column[int]]:
    """Return the holder of a row, the growing fencing token, and the end of the lease (microseconds)."""
    return (
        Column("holder", Text, nullable=False),
        Column("token", BigInteger, nullable=False),
        Column("leased_until", Instant, nullable=False),
    )


# The right of one worker at a time. `position` is the place of a reader in the outbox, for the relay the last stamped
# position; NULL for a periodic job without events.
lease = Table(
    "lease",
    metadata,
    Column("name", Text, primary_key=True),
    Column("position", BigInteger),
    *_lease_columns(),
)

# One registered callback of one API in one version. `position` is the last finished event: delivered, filtered out or
# parked. `tries` counts the failed deliveries of the next event, `due` is the instant of the next try; `failing` is set
# from a parked delivery until the next success; events up to `park_until` are parked untried; `lane` 1 keeps slow and
# failing subscribers apart from prompt subscribers.
subscription = Table(
    "subscription",
    metadata,
    Column("id", Text, primary_key=True),
    Column("api", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("callback", Text, nullable=False),
    Column("query", Text),
    Column("document", Text, nullable=False),  # as shown to clients, without id
    Column("origin", Text, nullable=False),  # scheme and host of the creating request, for absolute hrefs
    Column("created", Instant, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due", Instant, nullable=False),
    Column("failing", Flag, nullable=False),
    Column("park_until", BigInteger, nullable=False),
    Column("lane", SmallInteger, nullable=False),
    Column("delivered", Instant),  # of the last successful delivery
    Column("error", Text),  # the reason of the last failure
    *_lease_columns(),
    Index("ix_subscription_api", "api", "version"),
)

# A delivery given up after the last try; `replay` queues the delivery again, ahead of newer events.
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

# Events posted by other servers to the /listener paths.
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

# Random keys shared by all processes; `signing` is the root of the signatures without a setting.
server_key = Table(
    "server_key",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
