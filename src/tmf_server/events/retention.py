"""Retention: deletes old events behind every reader. Runs SQL in small transactions."""

import threading

from sqlalchemy import Connection, delete, exists, func, not_, select, update

from tmf_server.config import Settings
from tmf_server.events import received, relay
from tmf_server.events.delivery import queue
from tmf_server.model.events import lease, outbox, parked, subscription
from tmf_server.storage.connection.clock import clock, has_come, span
from tmf_server.storage.connection.database import Database
from tmf_server.worker.periodic import PeriodicJob

BATCH = 500
DAY = span(86_400)


def retention_job(database: Database, settings: Settings, topics: queue.Topics) -> PeriodicJob:
    """Return the periodic job to keep the tables of events small; every minute."""
    return PeriodicJob("retention", 60.0, lambda stopping: prune(database, settings, topics, stopping))


def prune(database: Database, settings: Settings, topics: queue.Topics, stopping: threading.Event | None = None) -> int:
    """Delete expired events; return the number.

    An event stays for `event_days`, until every subscription and every process has passed its position, and while one
    of its deliveries is parked (`parked_days` at most).
    """
    held = settings.events.turn_lease_seconds
    database.transact(lambda connection: _advance(connection, topics, held))
    old = clock() - int(settings.events.parked_days * DAY)
    database.transact(lambda connection: connection.execute(delete(parked).where(parked.c.parked < old)))
    database.transact(lambda connection: received.prune(connection, settings.events.received_events))
    total = 0
    while stopping is None or not stopping.is_set():
        gone = database.transact(lambda connection: _expire(connection, settings.events.event_days))
        total += gone
        if gone < BATCH:
            break
    return total


def _advance(connection: Connection, topics: queue.Topics, lease_seconds: float) -> None:
    """Move subscriptions without due events to the end of the outbox, so that no idle subscription keeps old events."""
    end = relay.head(connection)
    idle = has_come(subscription.c.leased_until, span(lease_seconds)) & (subscription.c.position < end)
    # positions stamped during this statement lie after `end`, and so stay ahead of the subscriptions
    connection.execute(update(subscription).where(idle, not_(queue.relevant(topics))).values(position=end))


def _expire(connection: Connection, days: float) -> int:
    positions = select(subscription.c.position).union_all(select(lease.c.position).where(lease.c.position.is_not(None)))
    everybody = select(func.min(positions.subquery().c.position)).scalar_subquery()
    needed = exists().where(parked.c.number == outbox.c.number)
    expired = (
        select(outbox.c.number)
        .where(outbox.c.position <= everybody, outbox.c.time < clock() - int(days * DAY), not_(needed))
        .order_by(outbox.c.position)
        .limit(BATCH)
    )
    return connection.execute(delete(outbox).where(outbox.c.number.in_(expired))).rowcount
