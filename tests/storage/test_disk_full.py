"""A disk without room: writes are told to come back, the server is not ready, and it goes on by itself."""

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, event

from tests.support.servers.process import ServerProcess
from tests.support.servers.receiver import eventually
from tests.support.servers.served import Served, serving_app
from tmf_server.storage import room
from tmf_server.storage.connection import space
from tmf_server.storage.connection.database import Database
from tmf_server.web.monitoring import bounded

BASE = "/tmf-api/productCatalogManagement"
ENDLESS = 2**30
REFUSE = """
    CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$
"""


@pytest.fixture
def full(database_url: str) -> Iterator[Served]:
    """A server of its own, since its database gets into a state that no other test wants."""
    with serving_app(database_url) as served:
        yield served


@contextmanager
def no_room(database: Database) -> Iterator[None]:
    """Leave the database no room: SQLite for another page, PostgreSQL for a row of an event."""
    with (_few_pages if database.dialect == "sqlite" else _refusing_tables)(database):
        yield


@contextmanager
def _few_pages(database: Database) -> Iterator[None]:
    def limit(connection: Connection, pages: int = 1) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")  # never less than there are

    event.listen(database.engine, "begin", limit)
    try:
        yield
    finally:
        event.remove(database.engine, "begin", limit)
        event.listen(database.engine, "begin", lambda connection: limit(connection, ENDLESS))


@contextmanager
def _refusing_tables(database: Database) -> Iterator[None]:
    with database.engine.begin() as connection:
        connection.exec_driver_sql(REFUSE)
        for table in ("outbox", "server_key"):
            connection.exec_driver_sql(
                f"CREATE TRIGGER no_room BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION no_room()"
            )
    yield
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DROP FUNCTION no_room CASCADE")


def category(number: int, size: int = 100_000) -> dict[str, Any]:
    return {"@type": "Category", "id": f"c{number}", "name": "c", "description": "x" * size}


def readiness(client: httpx.Client) -> tuple[int, str]:
    answer = client.get("/health/ready")
    check = answer.json()["checks"]["database"]
    assert ("reason" in check) == (answer.status_code == 503)
    return answer.status_code, check.get("reason", "")


@pytest.mark.parametrize("version", ["v4", "v5"])
def test_a_write_without_room_is_told_to_come_back(full: Served, version: str) -> None:
    client, path = full.client, f"{BASE}/{version}/category"
    assert client.post(path, json=category(1)).status_code == 201
    large = "x" * 200_000
    with no_room(full.services.database):
        answers = [
            client.post(path, json=category(2)),
            client.patch(
                f"{path}/c1", json={"description": large}, headers={"Content-Type": "application/merge-patch+json"}
            ),
        ]
        for answer in answers:
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
            assert int(answer.headers["Retry-After"]) > 0
            assert "no room" in answer.json()["reason"]
        assert readiness(client) == (503, "a write found no room: free space on the disk of the database")
        assert [one["id"] for one in client.get(path).json()] == ["c1"]
        assert len(client.get(f"{path}/c1").json()["description"]) == 100_000
    assert client.post(path, json=category(2)).status_code == 201
    assert readiness(client)[0] == 200, "a write that works ends it at once"


def test_a_server_is_ready_again_without_any_write_of_a_client(full: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(space, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(bounded, "FRESH_SECONDS", 0.0)
    client = full.client
    with no_room(full.services.database):
        assert client.post(f"{BASE}/v5/category", json=category(1)).status_code == 503
        for _ in range(2):
            assert readiness(client)[0] == 503
    assert readiness(client)[0] == 200
    with full.services.database.read() as connection:
        left = connection.exec_driver_sql(f"SELECT count(*) FROM server_key WHERE name = '{room.NAME}'").scalar()
    assert left == 0


def test_what_writes_nothing_does_not_show_that_there_is_room(full: Served) -> None:
    database = full.services.database
    with no_room(database):
        assert full.client.post(f"{BASE}/v5/category", json=category(1)).status_code == 503
        database.transact(lambda connection: connection.exec_driver_sql("SELECT 1"))
        assert database.space.short


@pytest.mark.parametrize("code", sorted(space.SQLITE_CODES))
def test_every_code_of_sqlite_for_a_lack_of_room_is_known(code: str) -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorname = code
    assert space.lacks_space(error)
    assert not space.lacks_space(sqlite3.OperationalError("database is locked"))


def test_a_limit_on_files_is_survived(tmp_path: Path) -> None:
    variables = {"TMF_DATABASE_URL": f"sqlite:///{tmp_path / 'tmf.db'}", "TMF_STORAGE_DIR": str(tmp_path / "files")}
    with ServerProcess(tmp_path, variables) as server, httpx.Client(base_url=server.url, trust_env=False) as client:
        limit(server, 2_000_000)
        sent = [client.post(f"{BASE}/v5/category", json=category(number)).status_code for number in range(40)]
        assert set(sent) == {201, 503}
        assert sent == sorted(sent), "what finds no room finds none until there is some"
        assert client.put("/files/large", content=b"x" * 3_000_000).status_code == 503
        assert readiness(client)[0] == 503
        limit(server, resource.RLIM_INFINITY)
        assert eventually(lambda: readiness(client)[0] == 200)
        assert client.put("/files/large", content=b"x" * 3_000_000).status_code == 201
        assert client.post(f"{BASE}/v5/category", json=category(99)).status_code == 201
        kept = client.get(f"{BASE}/v5/category?fields=id").headers["X-Total-Count"]
        assert int(kept) == sent.count(201) + 1, "nothing that was acknowledged is lost"


def limit(server: ServerProcess, size: int) -> None:
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
