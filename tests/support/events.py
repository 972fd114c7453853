"""A small world of events for tests: a database, two versions of one noun, writers, workers. Holds no test."""

import itertools
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import orjson
import pytest
from sqlalchemy import Connection, create_engine, insert, select, update

from tests.support.servers.postgres import PostgresServer
from tmf_server.apis.catalog import tables as catalog
from tmf_server.apis.families import APIS
from tmf_server.apis.tables import metadata
from tmf_server.config import Settings
from tmf_server.contracts.loading import load_contracts
from tmf_server.events import outbox, relay
from tmf_server.events.delivery.context import DeliveryContext
from tmf_server.events.delivery.payload import Composer, EventFormats
from tmf_server.events.delivery.signing import signer
from tmf_server.events.outbound.url_policy import UrlPolicy
from tmf_server.events.subscriptions import Subscription, Subscriptions
from tmf_server.model.events import parked, server_key, subscription
from tmf_server.registry.entity import Document, Entity, Projection
from tmf_server.registry.exposure import Exposure
from tmf_server.registry.registry import Registry
from tmf_server.resources import openapi_dir
from tmf_server.rules.instants import now
from tmf_server.storage.connection.database import Database
from tmf_server.storage.values.changes import Change
from tmf_server.worker.loop import Worker
from tmf_server.worker.periodic import PeriodicJob

KINDS = ("sqlite", "postgresql")
ORIGIN = "https://tmf.example"
NOUN = "productOffering"
QUICK: dict[str, Any] = {
    "delivery_pauses": (0.05, 0.1),
    "delivery_seconds": 1.0,
    "delivery_connect_seconds": 0.5,
    "lease_seconds": 2.0,
    "poll_seconds": 0.05,
    "outbound_allow": ("127.0.0.0/8",),
    "busy_seconds": 30.0,
    "sqlite_synchronous": "off",
}


class SameView:
    """Shows the canonical document as it is, but calls the attribute `name` `title` where it is told to."""

    def __init__(self, title: str = "name") -> None:
        self.title = title

    def show(self, canonical: Document) -> Document:
        return {self.title if name == "name" else name: value for name, value in canonical.items()}

    def accept(self, shown: Document, base: Document | None = None) -> Document:  # noqa: ARG002 - a View
        return shown

    def path(self, path: tuple[str, ...]) -> tuple[str, ...]:
        return path

    def paths(self, path: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
        return (path,)

    def stored_values(self, path: tuple[str, ...], value: Any) -> tuple[Any, ...]:  # noqa: ARG002 - a View
        return (value,)

    def settled(self, path: tuple[str, ...], value: Any) -> bool:  # noqa: ARG002 - a View
        return True

    def words(self, contract: Any) -> dict[str, dict[str, str]]:  # noqa: ARG002 - a View
        return {}


OFFERING = Entity(name=NOUN, type_name="ProductOffering", storage=Projection(catalog.product_offering))
CATALOG = Entity(name="productCatalog", type_name="ProductCatalog", storage=Projection(catalog.catalog))


@cache
def small_registry() -> Registry:
    """Offerings and catalogs of TMF620 in both versions."""
    contracts = load_contracts(openapi_dir(), APIS, ("TMF620",))
    exposures = []
    for contract in contracts:
        exposures.append(Exposure(OFFERING, contract, NOUN, "ProductOffering", SameView()))
        schema = "Catalog" if contract.version == "v4" else "ProductCatalog"
        exposures.append(Exposure(CATALOG, contract, schema[0].lower() + schema[1:], schema, SameView()))
    registry = Registry.__new__(Registry)
    registry.contracts = tuple(contracts)
    registry.entities = {NOUN: OFFERING, "productCatalog": CATALOG}
    registry.exposures = tuple(exposures)
    registry._beside = ()
    return registry


def render(exposure: Exposure, document: str, origin: str) -> Document:
    """The document with stored links absolute."""
    absolute = document.replace("\\u0001", f"{origin}{exposure.contract.base_path}/")
    return exposure.view.show(orjson.loads(absolute))


def matcher(api: str, version: str, query: str) -> Callable[[Document], bool]:
    """As the query language of the server, as far as these tests need it: dotted names, equality, comma lists."""
    wanted = [(name.split("."), frozenset(values.split(","))) for name, values in parse_qsl(query)]

    def matches(body: Document) -> bool:
        for path, values in wanted:
            found: Any = body
            for name in path:
                found = found.get(name, {})
            if str(found) not in values:
                return False
        return True

    return matches


def create_tables(url: str) -> None:
    """Make the tables in the database at a URL, and leave no connection open."""
    engine = create_engine(url)
    metadata.create_all(engine)
    engine.dispose()


@cache
def _empty_sqlite() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        create_tables(f"sqlite:///{folder}/empty.db")
        return (Path(folder) / "empty.db").read_bytes()


def prepared_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database of the kind that the fixture's parameter names, with tables and nothing in them."""
    if request.param == "sqlite":
        (tmp_path / "tmf.db").write_bytes(_empty_sqlite())
        yield f"sqlite:///{tmp_path / 'tmf.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.create_database(server.template("events", create_tables))
    yield url
    server.drop_database(url)


class World:
    """One database with everything of events on it. Every worker that it starts is stopped at its end."""

    def __init__(self, url: str, **settings: Any) -> None:
        self.settings = Settings.of(database_url=url, **(QUICK | settings))
        self.database = Database(self.settings)
        self.forms = EventFormats(small_registry())
        self.guard = UrlPolicy(self.settings.outbound.outbound_allow)
        self.subscriptions = Subscriptions(self.database, self.guard)
        self.workers: list[Worker] = []
        self._contexts: list[DeliveryContext] = []

    def context(self, **parts: Any) -> DeliveryContext:
        """What one worker works with."""
        given: dict[str, Any] = {
            "database": self.database,
            "settings": self.settings,
            "topics": self.forms.topics,
            "composer": Composer(self.forms, render),
            "matcher": matcher,
            "guard": self.guard,
            "signer": self.database.transact(lambda connection: signer(connection, self.settings)),
        }
        made = DeliveryContext(**(given | parts))
        self._contexts.append(made)
        return made

    def worker(self, *jobs: PeriodicJob, **parts: Any) -> Worker:
        """A worker that runs."""
        made = Worker(self.context(**parts), jobs)
        made.start()
        self.workers.append(made)
        return made

    def subscribe(self, callback: str, query: str | None = None, version: str = "v5") -> Subscription:
        """A subscription to TMF620."""
        body = {"callback": callback} | ({} if query is None else {"query": query})
        return self.subscriptions.create("TMF620", version, body, ORIGIN)

    def write(self, *changes: Change) -> None:
        """Record changes in one transaction, and wake the workers as the server does."""
        self.database.transact(lambda connection: outbox.record(connection, changes))
        for worker in self.workers:
            worker.wake()

    def read(self, work: Callable[[Connection], Any]) -> Any:
        """What a read gives."""
        with self.database.read() as connection:
            return work(connection)

    def row(self, id_: str) -> Any:
        """The row of a subscription."""
        statement = select(subscription).where(subscription.c.id == id_)
        return self.read(lambda connection: connection.execute(statement).mappings().one())

    def settled(self, id_: str, position: int) -> bool:
        """True when a subscription has everything up to a position behind it."""
        return bool(self.row(id_)["position"] >= position)

    def parked(self, id_: str) -> list[int]:
        """The positions parked for a subscription."""
        statement = select(parked.c.position).where(parked.c.subscription == id_).order_by(parked.c.position)
        found: list[int] = self.read(lambda connection: list(connection.execute(statement).scalars()))
        return found

    def close(self) -> None:
        """Stop every worker."""
        ended = [worker.stop(10) for worker in self.workers]
        for context in self._contexts:
            context.threads.shutdown(wait=True)
        self.guard.close()
        self.database.close()
        assert all(ended)


@contextmanager
def world(url: str, **settings: Any) -> Iterator[World]:
    """A world for one test."""
    made = World(url, **settings)
    try:
        yield made
    finally:
        made.close()


def make_relay(events: World, holder: str = "here", seconds: float = 30.0) -> relay.Relay:
    return relay.Relay(events.database, holder, seconds)


_numbers = itertools.count(1)


def change(
    id_: str = "", event: str = "Create", kind: str = NOUN, paths: tuple[str, ...] = (), **document: Any
) -> Change:
    """A change of a record, in canonical form."""
    id_ = id_ or f"r{next(_numbers)}"
    text = orjson.dumps({"id": id_, "href": f"\u0001{kind}/{id_}", "@type": "ProductOffering"} | document).decode()
    return Change(kind=kind, id=id_, key=1, event=event, document=text, time=now(), paths=paths)


def create_records(database: Database, names: list[str]) -> None:
    """Rows to lock, one for each record that `next_version` is to change."""
    rows = [{"name": name, "value": "0"} for name in names]
    database.transact(lambda connection: connection.execute(insert(server_key), rows))


def next_version(connection: Connection, name: str) -> Change:
    """Change a record as the write path does, its row locked first; the event carries how often it was changed."""
    row = server_key.c
    locked = connection.execute(select(row.value).where(row.name == name).with_for_update()).scalar_one()
    version = int(locked) + 1
    connection.execute(update(server_key).where(row.name == name).values(value=str(version)))
    return change(name, "AttributeValueChange", version=version)


def wait(seconds: float) -> None:
    """Let some time pass."""
    time.sleep(seconds)
