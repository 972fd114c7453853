"""Fresh databases to measure on: SQLite in a folder, PostgreSQL started for the run; filled with records."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from benchmarks.nouns import Noun
from benchmarks.servers import code_of
from tests.support.servers.postgres import serving
from tmf_server.app import create_services
from tmf_server.config import Settings
from tmf_server.storage.connection import migrate
from tmf_server.storage.connection.database import Database
from tmf_server.storage.write.bulk import BulkRecords

BATCH = 500
FILL = """
import sys
from benchmarks import databases
from benchmarks.nouns import NOUNS
url, noun, stored = sys.argv[1:]
databases._migrate(url)
databases.fill(url, NOUNS[noun], int(stored))
"""
"""What fills a database by the code of another checkout, by names that every commit since the first benchmark has."""


@contextmanager
def database(kind: str, noun: Noun, stored: int) -> Iterator[str]:
    """The URL of a migrated database with that many records of the noun."""
    with empty_database(kind) as url:
        fill(url, noun, stored)
        yield url


@contextmanager
def database_of(checkout: Path, kind: str, noun: Noun, stored: int) -> Iterator[str]:
    """The same with the schema and the records as the code of another checkout writes them."""
    with _place(kind) as url:
        command = [sys.executable, "-c", FILL, url, noun.name, str(stored)]
        subprocess.run(command, check=True, cwd=checkout, env=os.environ | {"PYTHONPATH": code_of(checkout)})
        yield url


@contextmanager
def empty_database(kind: str, keep: Path | None = None) -> Iterator[str]:
    """The URL of a migrated database; an SQLite file is kept in the folder, if one is named, and found there again."""
    with _place(kind, keep) as url:
        _migrate(url)
        yield url


@contextmanager
def _place(kind: str, keep: Path | None = None) -> Iterator[str]:
    if kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix="tmf-bench-") as folder:
            yield f"sqlite:///{(keep or Path(folder)) / 'bench.db'}"
        return
    with serving(None) as server:
        yield server.create_database()


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
