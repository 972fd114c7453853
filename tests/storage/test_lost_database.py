"""PostgreSQL that is gone, silent or back again: requests are told to come back, and nothing waits for ever."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from tests.support.servers.postgres import PostgresServer, conninfo
from tests.support.servers.receiver import eventually
from tests.support.servers.served import serving_app
from tmf_server.config import Settings
from tmf_server.errors import Unavailable
from tmf_server.storage.connection.database import Database
from tmf_server.storage.connection.driver import Statement

CATEGORY = "/tmf-api/productCatalogManagement/v5/category"


class Line:
    """A TCP line to a PostgreSQL server that can be cut and mended."""

    def __init__(self, url: str) -> None:
        with psycopg.connect(conninfo(url)) as connection:
            host, port = connection.info.host, connection.info.port
        self._target: Any = f"{host}/.s.PGSQL.{port}" if host.startswith("/") else (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._ends: set[socket.socket] = set()
        self._whole = True
        query = {key: value for key, value in make_url(url).query.items() if key not in ("host", "port")}
        address = {"host": "127.0.0.1", "port": self._listener.getsockname()[1], "query": query}
        self.url = make_url(url).set(**address).render_as_string(hide_password=False)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                if not self._whole:
                    near.close()
                    continue
                far = socket.socket(socket.AF_UNIX if isinstance(self._target, str) else socket.AF_INET)
                far.connect(self._target)
                self._ends |= {near, far}
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._pump, args=(one, other), daemon=True).start()

    @staticmethod
    def _pump(one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while part := one.recv(65_536):
                other.sendall(part)
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def cut(self) -> None:
        """End every connection and take no new one."""
        self._whole = False
        for end in self._ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._ends.clear()

    def mend(self) -> None:
        self._whole = True

    def close(self) -> None:
        self.cut()
        self._listener.close()


@pytest.fixture
def line(postgres: PostgresServer) -> Iterator[Line]:
    url = postgres.create_database()
    made = Line(url)
    yield made
    made.close()
    postgres.drop_database(url)


def body(id_: str) -> dict[str, str]:
    return {"@type": "Category", "id": id_, "name": id_}


def test_a_server_whose_database_goes_says_so_and_goes_on_when_it_is_back(line: Line, tmp_path: Path) -> None:
    with serving_app(line.url, apis=("TMF620",), storage_dir=tmp_path, ready_seconds=5) as served:
        client = served.client
        assert client.post(CATEGORY, json=body("first")).status_code == 201
        assert client.get(f"{CATEGORY}/first").status_code == 200
        line.cut()
        for _ in range(2):
            for answer in (
                client.get(f"{CATEGORY}/first"),
                client.get(CATEGORY),
                client.get(f"{CATEGORY}?name=first"),
                client.post(CATEGORY, json=body("second")),
                client.patch(f"{CATEGORY}/first", json={"description": "x"}),
                client.delete(f"{CATEGORY}/first"),
                client.get("/health/ready"),
            ):
                assert (answer.status_code, "Retry-After" in answer.headers) == (503, True), answer.text
        assert client.get("/health/live").status_code == 200
        line.mend()
        assert eventually(lambda: client.get(f"{CATEGORY}/first").status_code == 200)
        assert eventually(lambda: client.post(CATEGORY, json=body("third")).status_code == 201)
        assert eventually(lambda: client.get("/health/ready").status_code == 200)
        assert [one["id"] for one in client.get(CATEGORY).json()] == ["first", "third"]


@pytest.fixture
def silent() -> Iterator[Database]:
    """A database that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as listener:
        port = listener.getsockname()[1]
        database = Database(Settings.of(database_url=f"postgresql://a@127.0.0.1:{port}/a", connect_seconds=2))
        yield database
        database.close()


def test_a_database_that_does_not_answer_is_given_up(silent: Database) -> None:
    def read() -> None:
        with silent.read() as connection:
            connection.execute(text("SELECT 1"))

    for use in (
        read,
        lambda: silent.count_within(Statement("SELECT 1", {}), 1),
        lambda: silent.transact(lambda connection: connection.execute(text("SELECT 1"))),
    ):
        started = time.monotonic()
        with pytest.raises(Unavailable) as caught:
            use()
        assert 1.5 < time.monotonic() - started < 10
        assert caught.value.retry_after == 5
