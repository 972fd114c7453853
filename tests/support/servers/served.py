"""One running server per database and test process, emptied before each test."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import httpx

from tests.support.servers.client import client_of
from tmf_server.apis.tables import metadata
from tmf_server.app import compose, create_services
from tmf_server.config import Settings
from tmf_server.rest.verbs.services import Services
from tmf_server.storage.connection import migrate
from tmf_server.storage.connection.database import Database

HOSTS = ("testserver", "*.example")
KEPT = frozenset({"alembic_version", "server_key"})
SERVICES: "WeakKeyDictionary[httpx.Client, Services]" = WeakKeyDictionary()
"""The parts of the server that a client talks to, for records that no request can make."""


@dataclass(frozen=True)
class Served:
    """A server in this process: its client, and its parts for what HTTP does not show."""

    client: httpx.Client
    services: Services

    def empty(self) -> None:
        """Remove every row."""
        empty(self.services.database)


def empty(database: Database) -> None:
    """Remove every row of every table."""
    tables = [table.name for table in reversed(metadata.sorted_tables) if table.name not in KEPT]
    with database.engine.begin() as connection:
        deletes = [f"DELETE FROM {name}" for name in tables]
        if database.dialect == "postgresql":
            # TRUNCATE gives each table and index a new file: a hundred times the work while there is little in them.
            connection.exec_driver_sql("; ".join(["SET LOCAL session_replication_role = replica", *deletes]))
        else:
            for statement in deletes:
                connection.exec_driver_sql(statement)


@contextmanager
def serving_app(database_url: str, **settings: object) -> Iterator[Served]:
    """A migrated, empty, running server; settings over the defaults, its worker off unless they say otherwise."""
    usual = {
        "worker": False,
        "demo": False,
        "outbound_allow": ("127.0.0.1",),
        "allowed_hosts": HOSTS,
        "sqlite_synchronous": "off",
    }
    made = Settings.of(database_url=database_url, **{**usual, **settings})
    database = Database(made)
    migrate.upgrade(database)
    database.close()
    services = create_services(made)
    with client_of(compose(services)) as client:
        SERVICES[client] = services
        yield Served(client, services)
