"""The delivery queue of each subscription: due events, progress, parked events. Runs SQL; calls nobody outside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from tmf_server.config.events import EventsSettings
from tmf_server.events import relay
from tmf_server.events.delivery.retry import SubscriberState
from tmf_server.events.outbox import StoredEvent, stored
from tmf_server.model.events import outbox, parked, subscription
from tmf_server.storage.connection.clock import clock, has_come, span
from tmf_server.worker import leases
from tmf_server.worker.leases import Lease, LeaseLost

Topics = Mapping[tuple[str, str], frozenset[str]]  # (api, version) → kinds
QUEUE = 200
WINDOW = 4_000  # positions read in one go, so that no plan of the database can take long
UNTRIED = "given up untried, with those before it"


@dataclass(frozen=True, slots=True)
class SubscriptionLease:
    """The lease of this worker on a subscription, with the subscription as read when the lease was taken."""

    lease: Lease
    id: str
    api: str
    version: str
    callback: str
    query: str | None
    origin: str
    position: int
    state: SubscriberState


@dataclass(frozen=True, slots=True)
class QueuedEvent:
    """One event to deliver to a subscription; `replay` for an event delivered or parked before."""

    number: int
    position: int
    replay: bool


@dataclass(frozen=True, slots=True)
class QueuedEvents:
    """The next events in order. Once all are done the subscription has reached `position`; `more` may wait behind."""

    items: list[QueuedEvent]
    position: int
    more: bool


@dataclass(slots=True)
class Progress:
    """Outcome of the deliveries to a subscription since the last write.

    `parked` events are given up, each with the reason. Of the replayed events, the positions in `replayed` are done,
    the positions in `unplayed` given up again. `pause` is the number of seconds until the next delivery, `error` the
    reason of the last failure. `dead` ends all replays of the subscription.
    """

    position: int
    state: SubscriberState
    parked: dict[QueuedEvent, str] = field(default_factory=dict)
    replayed: list[int] = field(default_factory=list)
    unplayed: dict[int, str] = field(default_factory=dict)
    delivered: bool = False
    error: str | None = None
    pause: float = 0.0
    slow: bool = False
    dead: bool = False


def due_statement(topics: Topics, events: EventsSettings) -> Select[str]:
    """Return the statement for free subscriptions of :lane with due events, the longest unserved first."""
    c = subscription.c
    free = has_come(c.leased_until, span(events.turn_lease_seconds))
    served = case((c.leased_until > clock(), 0), else_=c.leased_until)  # ahead only since the clock was set back
    again = exists().where(parked.c.subscription == c.id, parked.c.replay)
    return (
        select(c.id)
        .where(c.lane == bindparam("lane"), has_come(c.due, span(events.longest_pause)), free)
        .where(or_(again, relevant(topics)))
        .order_by(served, c.id)
        .limit(bindparam("most"))
    )


def due(connection: Connection, statement: Select[str], lane: int, most: int) -> list[str]:
    """Return the ids found by a statement of `due_statement`."""
    return list(connection.execute(statement, {"lane": lane, "most": most}).scalars())


def relevant(topics: Topics) -> ColumnElement[bool]:
    """Return the condition of a subscription with an event after its position and of a kind in its API."""
    newer = outbox.c.position > subscription.c.position
    hubs = [
        and_(
            subscription.c.api == api,
            subscription.c.version == version,
            exists().where(newer, outbox.c.kind.in_(sorted(kinds))),
        )
        for (api, version), kinds in topics.items()
    ]
    return or_(literal(False), *hubs)


def claim(connection: Connection, id_: str, holder: str, seconds: float) -> SubscriptionLease | None:
    """Take the lease on a subscription; None for a held or deleted subscription."""
    taken = leases.acquire(connection, subscription, id_, holder, seconds)
    if taken is None:
        return None
    held, row = taken
    names = ("id", "api", "version", "callback", "query", "origin", "position")
    state = SubscriberState(row["tries"], row["failing"], row["park_until"])
    return SubscriptionLease(lease=held, state=state, **{name: row[name] for name in names})


_AGAIN = (
    select(parked.c.number, parked.c.position)
    .where(parked.c.subscription == bindparam("id"), parked.c.replay)
    .order_by(parked.c.position)
    .limit(bindparam("most"))
)
_FRESH = (
    select(outbox.c.number, outbox.c.position)
    .where(outbox.c.position > bindparam("after"), outbox.c.position <= bindparam("end"))
    .where(outbox.c.kind.in_(bindparam("kinds", expanding=True)))
    .order_by(outbox.c.position)
    .limit(bindparam("most"))
)
_FETCH = (
    select(*outbox.c, subscription.c.token)
    .select_from(subscription.outerjoin(outbox, outbox.c.number.in_(bindparam("numbers", expanding=True))))
    .where(subscription.c.id == bindparam("id"))
)


def next_events(
    connection: Connection, claimed: SubscriptionLease, position: int, kinds: frozenset[str]
) -> QueuedEvents:
    """Return the events to deliver after the position: replays first, else new events up to a full queue."""
    again = connection.execute(_AGAIN, {"id": claimed.id, "most": QUEUE}).all()
    if again:
        return QueuedEvents([QueuedEvent(number, at, replay=True) for number, at in again], position, more=True)
    head = relay.head(connection)
    end = min(head, position + WINDOW)
    wanted = {"after": position, "end": end, "kinds": sorted(kinds), "most": QUEUE}
    items = [QueuedEvent(number, at, replay=False) for number, at in connection.execute(_FRESH, wanted)]
    reached = items[-1].position if len(items) == QUEUE else end
    return QueuedEvents(items, reached, more=reached < head)


def fetch(connection: Connection, claimed: SubscriptionLease, items: Sequence[QueuedEvent]) -> dict[int, StoredEvent]:
    """Return the events to send now by position, without expired events.

    Raises LeaseLost when another worker serves the subscription by now.
    """
    rows = connection.execute(_FETCH, {"id": claimed.id, "numbers": [item.number for item in items]}).mappings().all()
    if not rows or rows[0]["token"] != claimed.lease.token:
        raise LeaseLost(claimed.id)
    return {row["position"]: stored(row) for row in rows if row["number"] is not None}


def save_progress(connection: Connection, claimed: SubscriptionLease, progress: Progress, seconds: float) -> None:
    """Write the progress, all or nothing, and hold the subscription for `seconds` more; 0 releases the subscription.

    Raises LeaseLost, and writes nothing, when another worker serves the subscription by now or the row is gone.
    """
    leases.write(connection, claimed.lease, seconds, **_columns(progress))
    mine = parked.c.subscription == claimed.id
    if progress.replayed:
        connection.execute(delete(parked).where(mine, parked.c.position.in_(progress.replayed)))
    if progress.parked:
        moment = connection.execute(select(clock())).scalar_one()
        fixed = {"subscription": claimed.id, "replay": False, "parked": moment}
        rows = [
            fixed | {"position": item.position, "number": item.number, "error": error}
            for item, error in progress.parked.items()
        ]
        connection.execute(insert(parked), rows)
    for position, error in progress.unplayed.items():
        again = update(parked).where(mine, parked.c.position == position)
        connection.execute(again.values(replay=False, error=error))
    if progress.dead:
        connection.execute(update(parked).where(mine, parked.c.replay).values(replay=False, error=UNTRIED))


def _columns(progress: Progress) -> dict[str, Any]:
    state = progress.state
    instant = clock()
    values = {
        "position": progress.position,
        "tries": state.tries,
        "failing": state.failing,
        "park_until": state.park_until,
        "due": instant + span(progress.pause),
        "lane": int(progress.slow or state.failing or state.tries > 0),
    }
    if progress.delivered:
        values |= {"delivered": instant}
    if progress.error is not None or progress.delivered:
        values |= {"error": progress.error}
    return values


def backlog(connection: Connection) -> RowMapping:
    """Count the subscriptions, the failing subscriptions and the parked deliveries."""
    counts = select(
        func.count().label("subscriptions"),
        func.count().filter(subscription.c.lane == 1).label("troubled"),
        select(func.count()).select_from(parked).scalar_subquery().label("parked"),
    ).select_from(subscription)
    return connection.execute(counts).mappings().one()
