"""Waits for what somebody else has locked: whoever waits too long is told to come back, not to ask for less."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.conftest import DATABASES
from tests.support.servers.postgres import conninfo
from tests.support.servers.served import Served, serving_app
from tmf_server.config import Settings
from tmf_server.errors import Unavailable
from tmf_server.storage.connection import database as databases
from tmf_server.storage.connection.database import Database
from tmf_server.storage.connection.driver import fetch_all

OFFERINGS = "/tmf-api/productCatalogManagement/v5/productOffering"
OFFERING = {"@type": "ProductOffering", "name": "x", "lifecycleStatus": "Active"}


@pytest.fixture(scope="module", params=DATABASES)
def impatient(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for all tests, which waits for next to nothing."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('locks') / 'tmf.db'}"
    else:
        url = request.getfixturevalue("postgres").create_database()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(databases, "LOCK_SECONDS", 0.3)
        with serving_app(url, statement_seconds=0.2, busy_seconds=0.3, count_seconds=0.1) as served:
            yield served


@contextmanager
def locked(database: Database) -> Iterator[None]:
    """Somebody else writes to the offerings: on SQLite that keeps all writers waiting, on PostgreSQL readers too."""
    url = database.url.render_as_string(hide_password=False)
    if database.dialect == "sqlite":
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
    else:
        with closing(psycopg.connect(conninfo(url))) as other:
            other.execute("LOCK TABLE product_offering IN ACCESS EXCLUSIVE MODE")
            yield


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("GET", "?name=x", None),
        ("GET", "?description=x&sort=description", None),
        ("GET", "/1", None),
        ("POST", "", OFFERING),
        ("PATCH", "/1", {"name": "y"}),
        ("DELETE", "/1", None),
    ],
)
def test_a_client_is_told_503_with_retry_after(impatient: Served, method: str, path: str, body: object) -> None:
    made = impatient.client.post(OFFERINGS, json=OFFERING | {"id": "1"})
    assert made.status_code in (201, 409), made.text
    with locked(impatient.services.database):
        answer = impatient.client.request(method, OFFERINGS + path, json=body)
    if method == "GET" and impatient.services.database.dialect == "sqlite":
        assert answer.status_code == 200
        return
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable"), answer.text
    assert int(answer.headers["retry-after"]) > 0
    assert impatient.client.request(method, OFFERINGS + path, json=body).status_code in (200, 201, 204)


@pytest.mark.parametrize("impatient", ["postgresql"], indirect=True)
def test_a_read_of_any_length_is_told_of_a_lock(impatient: Served) -> None:
    database = impatient.services.database
    for seconds in (None, 0.1, 1):
        with locked(database), pytest.raises(Unavailable), database.read(seconds) as connection:
            fetch_all(connection, "SELECT count(*) FROM product_offering", {})


def test_a_read_that_waits_too_long_for_a_whole_database_is_told_to_come_back(tmp_path: Path) -> None:
    file = tmp_path / "tmf.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        for statement in ("PRAGMA journal_mode=WAL", "PRAGMA locking_mode=EXCLUSIVE", "CREATE TABLE t (n)"):
            other.execute(statement)
        database = Database(Settings.of(database_url=f"sqlite:///{file}", statement_seconds=0.1, busy_seconds=0.2))
        with pytest.raises(Unavailable), database.read() as connection:
            fetch_all(connection, "SELECT count(*) FROM t", {})
    with database.read() as connection:
        assert fetch_all(connection, "SELECT count(*) FROM t", {})[0][0] == 0
    database.close()
