"""How far the events are behind, for the health checks. Reads only."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from tmf_server.events.delivery import queue
from tmf_server.model.events import outbox
from tmf_server.storage.connection.clock import clock

MOST_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Lag:
    """`waiting` events without a position (counted up to a bound), the oldest of them `seconds` old; of the
    `subscriptions`, `troubled` ones are slow or failing; `parked` deliveries wait for a replay.
    """

    waiting: int
    seconds: float
    subscriptions: int
    troubled: int
    parked: int


def lag(connection: Connection) -> Lag:
    """The present lag. A worker that is well keeps `seconds` near zero whatever subscribers do."""
    unstamped = select(outbox.c.time).where(outbox.c.position.is_(None)).order_by(outbox.c.number)
    counted = unstamped.limit(MOST_COUNTED).subquery()
    oldest = unstamped.limit(1).scalar_subquery()
    waiting, seconds = connection.execute(
        select(select(func.count()).select_from(counted).scalar_subquery(), (clock() - oldest) / 1e6)
    ).one()
    return Lag(waiting, max(0.0, float(seconds or 0.0)), **queue.backlog(connection))
