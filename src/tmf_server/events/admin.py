"""The operator's work on events: list, replay, park. Runs SQL; prints nothing."""

from typing import Any

from sqlalchemy import Connection, RowMapping, false, func, insert, literal, select, update

from tmf_server.config import Settings
from tmf_server.errors import NotFound
from tmf_server.events import relay
from tmf_server.events.delivery.queue import Topics
from tmf_server.events.delivery.signing import signer
from tmf_server.model.events import outbox, parked, subscription
from tmf_server.storage.connection.clock import clock

Row = dict[str, Any]
_HELD_BACK = func.coalesce(select(func.count()).where(parked.c.subscription == subscription.c.id).scalar_subquery(), 0)


def list_subscriptions(connection: Connection) -> list[Row]:
    """List every subscription with its state; `behind` counts the events after its position, of any kind."""
    end = relay.head(connection)
    shown = ("id", "api", "version", "callback", "query", "tries", "failing", "due", "delivered", "error", "position")
    statement = select(*(subscription.c[name] for name in shown), _HELD_BACK.label("parked"))
    rows = connection.execute(statement.order_by(subscription.c.created, subscription.c.id)).mappings()
    return [dict(row) | {"behind": end - row["position"]} for row in rows]


def list_parked(connection: Connection, subscription_id: str | None = None, limit: int = 100) -> list[Row]:
    """List parked deliveries, oldest first: subscription, event, record, instant, reason, replay or not."""
    columns = (*parked.c, outbox.c.event_id, outbox.c.kind, outbox.c.record_id, outbox.c.event, outbox.c.time)
    statement = select(*columns).join(outbox, outbox.c.number == parked.c.number)
    if subscription_id is not None:
        statement = statement.where(parked.c.subscription == subscription_id)
    ordered = statement.order_by(parked.c.position, parked.c.subscription).limit(limit)
    return [dict(row) for row in connection.execute(ordered).mappings()]


def list_events(connection: Connection, after: int = 0, limit: int = 100) -> list[Row]:
    """List stamped events after a position, without the documents."""
    columns = [column for column in outbox.c if column.name != "document"]
    statement = select(*columns).where(outbox.c.position > after).order_by(outbox.c.position).limit(limit)
    return [dict(row) for row in connection.execute(statement).mappings()]


def replay(connection: Connection, topics: Topics, subscription_id: str | None = None, since: int | None = None) -> int:
    """Queue parked deliveries of one subscription or of all again, ahead of newer events; return the number.

    `since` (microseconds) needs a subscription: every retained event of its hub from then on is sent again, parked or
    delivered. Raises NotFound for an unknown subscription.
    """
    if subscription_id is not None:
        row = _found(connection, subscription_id)
        if since is not None:
            _park_since(connection, row, topics, since)
    chosen = update(parked).where(parked.c.replay.is_(False)).values(replay=True)
    if subscription_id is not None:
        chosen = chosen.where(parked.c.subscription == subscription_id)
    queued = connection.execute(chosen).rowcount
    fresh = {"due": 0, "tries": 0, "failing": False}
    again = update(subscription).where(subscription.c.id.in_(select(parked.c.subscription).where(parked.c.replay)))
    connection.execute(again.values(fresh | _evicted()))
    return queued


def park(connection: Connection, subscription_id: str) -> int:
    """Park everything queued for a subscription, to go on with newer events; return the last position.

    Raises NotFound for an unknown subscription.
    """
    _found(connection, subscription_id)
    end = relay.stamp_all(connection)
    mine = parked.c.subscription == subscription_id
    connection.execute(update(parked).where(mine).values(replay=False))
    values = {"park_until": end, "due": 0, "tries": 0} | _evicted()
    connection.execute(update(subscription).where(subscription.c.id == subscription_id).values(values))
    return end


def signing_key(connection: Connection, settings: Settings, subscription_id: str) -> str:
    """Return the key (`whsec_…`) for the signatures of a subscription, for the operator to hand over.

    Raises NotFound for an unknown subscription.
    """
    _found(connection, subscription_id)
    return signer(connection, settings).key(subscription_id)


def _evicted() -> dict[str, Any]:
    """Return column values to end the present lease, so that the next worker reads the operator's change."""
    return {"token": subscription.c.token + 1, "leased_until": 0}


def _found(connection: Connection, subscription_id: str) -> RowMapping:
    statement = select(subscription).where(subscription.c.id == subscription_id).with_for_update()
    row = connection.execute(statement).mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no subscription {subscription_id!r}.")
    return row


def _park_since(connection: Connection, row: RowMapping, topics: Topics, since: int) -> None:
    """Park the events behind a subscription's position, from an instant on."""
    kinds = sorted(topics.get((row["api"], row["version"]), ()))
    there = select(parked.c.position).where(parked.c.subscription == row["id"])
    error = literal("a replay was asked for")
    wanted = select(literal(row["id"]), outbox.c.position, outbox.c.number, false(), clock(), error).where(
        outbox.c.position <= row["position"],
        outbox.c.time >= since,
        outbox.c.kind.in_(kinds),
        outbox.c.position.not_in(there),
    )
    names = ["subscription", "position", "number", "replay", "parked", "error"]
    connection.execute(insert(parked).from_select(names, wanted))
