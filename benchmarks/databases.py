"""Fresh databases to measure on: SQLite in a folder, PostgreSQL started for the run; filled with records."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benchmarks.nouns import Noun
from tests.support.postgres import serving
from tmf_server.app import create_services
from tmf_server.config import Settings
from tmf_server.storage import migrate
from tmf_server.storage.bulk import BulkRecords
from tmf_server.storage.database import Database

BATCH = 500


@contextmanager
def database(kind: str, noun: Noun, stored: int) -> Iterator[str]:
    """The URL of a migrated database with that many records of the noun."""
    with empty_database(kind) as url:
        fill(url, noun, stored)
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


def version_of(url: str) -> str:
    """The version of the database's server or library."""
    database = Database(Settings.of(database_url=url))
    asked = "SELECT sqlite_version()" if database.dialect == "sqlite" else "SHOW server_version"
    with database.read() as connection:
        found = str(connection.exec_driver_sql(asked).scalar_one())
    database.close()
    return found


def _migrate(url: str) -> None:
    database = Database(Settings.of(database_url=url))
    migrate.upgrade(database)
    database.close()


def fill(url: str, noun: Noun, stored: int) -> None:
    """Store the records and what they refer to, in batches, by the code of the server's import."""
    services = create_services(Settings.of(database_url=url, apis=(noun.api,)))
    records = BulkRecords(services.registry, services.settings, services.database.dialect)
    entities = services.registry.entities
    for kind, id_ in noun.here:
        made = {"id": id_, "name": id_, "@type": entities[kind].type_name, "lifecycleStatus": "Active"}
        services.database.transact(partial(records.create, entity=entities[kind], documents=[made]))
    for first in range(0, stored, BATCH):
        batch = [noun.made(number) for number in range(first, min(first + BATCH, stored))]
        services.database.transact(partial(records.create, entity=entities[noun.name], documents=batch))
    with services.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    services.database.close()
