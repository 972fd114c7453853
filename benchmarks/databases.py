"""Fresh databases to measure on: SQLite in a folder, PostgreSQL started for the run; filled with offerings."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benchmarks.offering import TARGETS, offering
from tests.support.postgres import serving
from tmf_server.app import create_services
from tmf_server.settings import Settings
from tmf_server.storage import migrate
from tmf_server.storage.database import Database

BATCH = 500


@contextmanager
def database(kind: str, stored: int) -> Iterator[str]:
    """The URL of a migrated database with that many offerings and what they refer to."""
    with empty_database(kind) as url:
        fill(url, stored)
        yield url


@contextmanager
def empty_database(kind: str, keep: Path | None = None) -> Iterator[str]:
    """The URL of a migrated database; an SQLite file is kept in the folder, if one is named, and found there again."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix="tmf-bench-") as folder:
            url = f"sqlite:///{(keep or Path(folder)) / 'bench.db'}"
            _migrate(url)
            yield url
        return
    with serving(None) as server:
        url = server.create_database()
        _migrate(url)
        yield url


def _migrate(url: str) -> None:
    database = Database(Settings(database_url=url))
    migrate.upgrade(database)
    database.close()


def fill(url: str, stored: int) -> None:
    """Store the offerings, in batches, through the server's own write path."""
    services = create_services(Settings(database_url=url, apis=("TMF620",)))
    records, entities = services.records, services.registry.entities
    for kind, id_ in TARGETS:
        if kind in entities:
            made = {"id": id_, "name": id_, "@type": entities[kind].type_name, "lifecycleStatus": "Active"}
            services.database.transact(partial(records.create, entity=entities[kind], documents=[made]))
    for first in range(0, stored, BATCH):
        batch = [offering(number) for number in range(first, min(first + BATCH, stored))]
        services.database.transact(partial(records.create, entity=entities["productOffering"], documents=batch))
    with services.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    services.database.close()
