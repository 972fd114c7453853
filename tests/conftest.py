"""Fixtures for every test. Holds no rule of the product."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.commands import bare, command, documents_cache, variables  # noqa: F401 - fixtures
from tests.support.events import World, prepared_url, world
from tests.support.servers.postgres import PostgresServer, serving
from tests.support.servers.receiver import Receiver
from tests.support.servers.served import Served, serving_app
from tmf_server.demo.loading import load_demo
from tmf_server.observability import logs
from tmf_server.processes.jobs import importing
from tmf_server.storage.write.bulk import BulkRecords

DATABASES = ("sqlite", "postgresql")

# structlog's own way out would render every variable of every frame of a traceback
logs.unite(logging.INFO)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One PostgreSQL server per test process: the one at TMF_TEST_POSTGRES_URL, else one that the run brings itself."""
    with serving(os.environ.get("TMF_TEST_POSTGRES_URL")) as server:
        yield server


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The SQLAlchemy URL of a new, empty database; every test that asks for it runs on both kinds."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'tmf.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.create_database()
    yield url
    server.drop_database(url)


@pytest.fixture(scope="session", params=DATABASES)
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server per kind of database for the whole session; tests take `served` or `client`, which are empty."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('served') / 'tmf.db'}"
    else:
        url = request.getfixturevalue("postgres").create_database()
    with serving_app(url, storage_dir=tmp_path_factory.mktemp("files")) as served:
        yield served


@pytest.fixture
def served(running: Served) -> Served:
    """A running, empty server on both kinds of database."""
    running.empty()
    return running


@pytest.fixture
def client(served: Served) -> httpx.Client:
    """The client of a running, empty server on both kinds of database."""
    return served.client


@pytest.fixture
def filled(served: Served) -> Served:
    """The running server with the demo."""
    records = BulkRecords(served.services.registry, served.services.settings, served.services.database.dialect)
    served.services.database.transact(lambda connection: load_demo(connection, records))
    return served


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let imports commit after every ten records."""
    monkeypatch.setattr(importing, "BATCH_RECORDS", 10)


@pytest.fixture(params=DATABASES)
def events_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database with all tables and nothing in them, without a server on it."""
    yield from prepared_url(request, tmp_path)


@pytest.fixture
def events(events_url: str) -> Iterator[World]:
    """Events without a server: writers, subscriptions and workers, on both kinds of database."""
    with world(events_url) as made:
        yield made


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A subscriber that listens on loopback."""
    with Receiver() as made:
        yield made
