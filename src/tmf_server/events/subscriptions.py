"""Registered callbacks: hubs of each API in each version. Runs SQL; calls nobody."""

from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, RowMapping, Select, delete, insert, select

from tmf_server.errors import NotFound
from tmf_server.events import relay
from tmf_server.events.outbound.url_policy import UrlPolicy
from tmf_server.model.events import subscription
from tmf_server.rules.ids import fresh_uuid
from tmf_server.rules.instants import now
from tmf_server.storage.connection.database import Database
from tmf_server.worker import leases

Document = dict[str, Any]
_SHOWN = ("id", "api", "version", "callback", "query", "document", "origin", "created")


@dataclass(frozen=True, slots=True)
class Subscription:
    """One registered callback: `document` as posted, `origin` (https://host) in front of links in events."""

    id: str
    api: str
    version: str
    callback: str
    query: str | None
    document: Document
    origin: str
    created: int


class Subscriptions:
    """Creates, finds and removes subscriptions."""

    def __init__(self, database: Database, guard: UrlPolicy) -> None:
        self._database = database
        self._guard = guard

    def create(self, api: str, version: str, document: Document, origin: str) -> Subscription:
        """Register the document's `callback`, narrowed by its `query`, for events from now on.

        The caller has checked the document against its schema and the query's syntax. Raises InvalidInput for a
        callback outside the URL policy.
        """
        self._guard.check(document["callback"])
        made = Subscription(
            id=fresh_uuid(),
            api=api,
            version=version,
            callback=document["callback"],
            query=document.get("query") or None,
            document=document,
            origin=origin,
            created=now(),
        )
        self._database.transact(lambda connection: _insert(connection, made))
        return made

    def find(self, api: str, version: str, id_: str) -> Subscription:
        """Return the subscription of the id in the hub. Raises NotFound."""
        with self._database.read() as connection:
            row = connection.execute(_select(api, version).where(subscription.c.id == id_)).mappings().one_or_none()
        if row is None:
            raise _unknown(id_)
        return _read(row)

    def all(self, api: str, version: str) -> list[Subscription]:
        """Return every subscription of the hub, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(_select(api, version).order_by(subscription.c.created, subscription.c.id))
            return [_read(row) for row in rows.mappings()]

    def remove(self, api: str, version: str, id_: str) -> None:
        """Remove a subscription with its parked events; 0.1 s later no delivery begins. Raises NotFound."""
        mine = (subscription.c.id == id_) & (subscription.c.api == api) & (subscription.c.version == version)
        if not self._database.transact(
            lambda connection: connection.execute(delete(subscription).where(mine))
        ).rowcount:
            raise _unknown(id_)


def _insert(connection: Connection, made: Subscription) -> None:
    """Store a subscription at the end of the outbox: visible events get positions first, later commits come after."""
    position = relay.stamp_all(connection)
    values = {name: getattr(made, name) for name in _SHOWN} | {"document": orjson.dumps(made.document).decode()}
    fresh = {"position": position, "tries": 0, "due": 0, "failing": False, "park_until": 0, "lane": 0}
    connection.execute(insert(subscription).values(values | fresh | leases.UNHELD))


def _select(api: str, version: str) -> Select[Any]:
    columns = [subscription.c[name] for name in _SHOWN]
    return select(*columns).where(subscription.c.api == api, subscription.c.version == version)


def _read(row: RowMapping) -> Subscription:
    return Subscription(**(dict(row) | {"document": orjson.loads(row["document"])}))


def _unknown(id_: str) -> NotFound:
    return NotFound(f"There is no subscription {id_!r} here.")
