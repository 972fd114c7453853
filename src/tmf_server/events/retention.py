"""Forgets events that everybody is past and that are old enough. Runs SQL in small transactions."""

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


def retention_duty(database: Database, settings: Settings, topics: queue.Topics) -> PeriodicJob:
    """The worker's duty that keeps the tables of events small; every minute."""
    return PeriodicJob("retention", 60.0, lambda stopping: prune(database, settings, topics, stopping))


def prune(database: Database, settings: Settings, topics: queue.Topics, stopping: threading.Event | None = None) -> int:
    """Forget what has expired; return how many events went.

    An event stays for `event_days`, until every subscription and every process is past it, and as long as a delivery
    of it is parked, which is `parked_days` at most.
    """
    held = settings.events.turn_lease_seconds
    database.transact(lambda connection: _advance(connection, topics, held))
    database.transact(lambda connection: _expire_parked(connection, settings.events.parked_days))
    database.transact(lambda connection: received.prune(connection, settings.events.received_events))
    total = 0
    while stopping is None or not stopping.is_set():
        gone = database.transact(lambda connection: _expire(connection, settings.events.event_days))
        total += gone
        if gone < BATCH:
            break
    return total


def _advance(connection: Connection, topics: queue.Topics, lease_seconds: float) -> None:
    """Bring subscriptions whose hub had nothing to send to the end, so that they do not hold old events back."""
    end = relay.head(connection)
    idle = has_come(subscription.c.leased_until, span(lease_seconds)) & (subscription.c.position < end)
    # what is stamped while this runs lies after `end`, and so stays before them
    connection.execute(update(subscription).where(idle, not_(queue.relevant(topics))).values(position=end))


def _expire_parked(connection: Connection, days: float) -> None:
    old = clock() - int(days * DAY)
    connection.execute(delete(parked).where(parked.c.parked < old))


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
