"""/health/live and /health/ready: what they tell, and that nothing can make them hang."""

import asyncio
import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, insert

from tests.support.servers.served import Served, serving_app
from tmf_server.config import Settings
from tmf_server.errors import Unavailable
from tmf_server.model.events import outbox
from tmf_server.rules.instants import now
from tmf_server.storage.connection import migrate
from tmf_server.storage.connection.database import Database
from tmf_server.web.monitoring import Health
from tmf_server.web.monitoring.bounded import Bounded

CATEGORY = "/tmf-api/productCatalogManagement/v5/category"


def ready(database: Database, **settings: Any) -> tuple[int, dict[str, Any]]:
    """Ask the check alone, without a server around it."""

    async def ask() -> httpx.Response:
        health = Health(database, Settings.of(**settings))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(health), base_url="http://test") as client:
            return await client.get("/health/ready")

    answer = asyncio.run(ask())
    assert answer.headers["Cache-Control"] == "no-store"
    assert ("Retry-After" in answer.headers) == (answer.status_code == 503)
    return answer.status_code, answer.json()


def add_event(database: Database, age_seconds: float) -> None:
    row = {
        "event_id": "e1",
        "kind": "category",
        "record_id": "1",
        "event": "Create",
        "time": now() - int(age_seconds * 1e6),
        "paths": "[]",
        "document": "{}",
    }
    database.transact(lambda connection: connection.execute(insert(outbox).values(row)))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(Settings.of(database_url=database_url))
    migrate.upgrade(database)
    yield database
    database.close()


def test_a_process_that_answers_is_alive(client: httpx.Client) -> None:
    answer = client.get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_server_whose_parts_answer_is_ready(client: httpx.Client, served: Served) -> None:
    answer = client.get("/health/ready")
    assert answer.status_code == 200
    body = answer.json()
    assert body["status"] == "ready"
    assert {name: check["status"] for name, check in body["checks"].items()} == {
        "database": "up",
        "migrations": "up",
        "events": "up",
    }
    assert body["checks"]["database"]["kind"] == served.services.database.dialect
    assert body["checks"]["database"]["seconds"] > 0
    assert body["checks"]["migrations"]["present"] == migrate.head()


def test_head_is_answered_like_get_without_a_body(client: httpx.Client) -> None:
    answer = client.head("/health/ready")
    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("path", ["/health", "/health/", "/health/other", "/healthy"])
def test_other_paths_are_not_found(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.json()["@type"] == "Error"


def test_health_cannot_be_written(client: httpx.Client) -> None:
    answer = client.post("/health/live")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")


def test_a_database_without_the_present_schema_is_not_ready(database_url: str) -> None:
    database = Database(Settings.of(database_url=database_url))
    status, body = ready(database)
    database.close()
    assert (status, body["status"]) == (503, "notReady")
    assert body["checks"]["migrations"]["present"] is None
    assert body["checks"]["migrations"]["needed"] == migrate.head()
    assert "events" not in body["checks"], "what rests on a check that is down is not looked at"


def test_events_that_nobody_takes_up_are_told(database: Database) -> None:
    add_event(database, age_seconds=100)
    status, body = ready(database, ready_lag_seconds=30)
    assert status == 503
    assert body["checks"]["events"]["status"] == "down"
    assert body["checks"]["events"]["waiting"] == 1
    assert 100 <= body["checks"]["events"]["seconds"] < 200


def test_the_bound_of_the_lag_is_a_setting(database: Database) -> None:
    add_event(database, age_seconds=100)
    assert ready(database, ready_lag_seconds=200)[0] == 200


def test_a_database_that_cannot_be_reached_is_told_without_its_address() -> None:
    database = Database(Settings.of(database_url="postgresql+psycopg://someone:s3cret@127.0.0.1:1/none"))
    status, body = ready(database, ready_seconds=30)
    assert status == 503
    assert body["checks"] == {"database": {"status": "down", "reason": "cannot be reached or read; the log says why"}}


class Hanging(Database):
    """A database whose answers do not come before they are let go."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.let_go = threading.Event()
        self.asked = 0

    @contextmanager
    def read(self, seconds: float | None = None) -> Iterator[Connection]:
        self.asked += 1
        self.let_go.wait(20)
        with super().read(seconds) as connection:
            yield connection


def test_a_database_that_hangs_is_not_waited_for(tmp_path: Path) -> None:
    hanging = Hanging(Settings.of(database_url=f"sqlite:///{tmp_path / 'tmf.db'}"))
    started = time.monotonic()
    status, body = ready(hanging, ready_seconds=0.2)
    assert time.monotonic() - started < 5
    assert (status, body["checks"]) == (503, {"database": {"status": "down", "reason": "no answer within 0.2 s"}})
    hanging.let_go.set()


def test_many_who_ask_a_database_that_hangs_start_one_look(tmp_path: Path) -> None:
    hanging = Hanging(Settings.of(database_url=f"sqlite:///{tmp_path / 'tmf.db'}"))

    async def ask() -> list[httpx.Response]:
        health = Health(hanging, Settings.of(ready_seconds=0.1))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(health), base_url="http://test") as client:
            first = await asyncio.gather(*(client.get("/health/ready") for _ in range(20)))
            alive = await client.get("/health/live")
            return [*first, await client.get("/health/ready"), alive]

    *answers, alive = asyncio.run(ask())
    assert {answer.status_code for answer in answers} == {503}
    assert alive.status_code == 200
    assert hanging.asked == 1
    hanging.let_go.set()


def test_a_fresh_result_is_given_again() -> None:
    looks = itertools.count(1)

    async def ask() -> list[int | None]:
        bounded = Bounded(partial(next, looks), 1.0)
        return [await bounded.result() for _ in range(5)]

    assert asyncio.run(ask()) == [1] * 5


def test_verbs_that_take_every_thread_do_not_keep_the_checks_waiting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_go, begun = threading.Event(), threading.Semaphore(0)

    def hang(*_args: object) -> None:
        begun.release()
        let_go.wait(20)
        raise Unavailable("come again")

    monkeypatch.setattr("tmf_server.rest.verbs.writing.answer_once", hang)
    with serving_app(f"sqlite:///{tmp_path / 'tmf.db'}", apis=("TMF620",), pool_size=2) as served:
        body = {"@type": "Category", "name": "x"}
        busy = [threading.Thread(target=served.client.post, args=(CATEGORY,), kwargs={"json": body}) for _ in range(4)]
        for thread in busy:
            thread.start()
        assert begun.acquire(timeout=10)
        assert begun.acquire(timeout=10)
        started = time.monotonic()
        assert served.client.get("/health/live").status_code == 200
        assert served.client.get("/health/ready").status_code == 200
        assert time.monotonic() - started < 2
        let_go.set()
        for thread in busy:
            thread.join()
