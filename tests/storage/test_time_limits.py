"""Time limits of reads: a query that is too costly is refused, a count that is too slow left out, haste gives way."""

import time
from collections.abc import Iterator

import pytest

from tests.support.servers.served import Served
from tmf_server.config import Settings
from tmf_server.errors import TooCostly
from tmf_server.storage.connection import database as databases
from tmf_server.storage.connection.database import Database
from tmf_server.storage.connection.driver import Statement, fetch_all

COUNTING = "WITH RECURSIVE n(v) AS (SELECT 1 UNION ALL SELECT v + 1 FROM n WHERE v < :p0) SELECT count(*) FROM n"
FEW, MANY = Statement(COUNTING, {"p0": 10}), Statement(COUNTING, {"p0": 100_000_000})
OFFERINGS = "/tmf-api/productCatalogManagement/v5/productOffering"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(Settings.of(database_url=database_url, statement_seconds=0.1))
    yield made
    made.close()


def test_a_read_over_its_time_is_too_costly(database: Database) -> None:
    with pytest.raises(TooCostly, match=r"longer than 0\.1 s"), database.read() as connection:
        fetch_all(connection, *MANY)
    with database.read() as connection:
        assert [*map(tuple, fetch_all(connection, *FEW))] == [(10,)]


def test_a_count_over_its_time_is_left_out(database: Database) -> None:
    assert database.count_within(FEW, 1) == 10
    assert database.count_within(MANY, 0.05) is None
    assert database.count_within(FEW, 1) == 10


def test_a_count_that_was_given_up_is_not_tried_again_for_a_while(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = Statement(COUNTING, {"p0": 2_000_000})
    assert database.count_within(some, 0.01) is None
    assert database.count_within(some, 60) is None
    monkeypatch.setattr(databases, "ABANDONED_SECONDS", 0)
    database.count_within(MANY, 0.01)
    begun = time.monotonic()
    assert database.count_within(MANY, 0.2) is None
    assert time.monotonic() - begun > 0.1


def test_the_time_of_a_count_is_its_own(database: Database) -> None:
    database.count_within(FEW, 5)
    with pytest.raises(TooCostly), database.read() as connection:
        fetch_all(connection, *MANY)


def test_counts_are_those_of_this_moment(served: Served) -> None:
    for number in range(3):
        made = {"id": f"c{number}", "@type": "ProductOffering", "name": "x", "lifecycleStatus": "Active"}
        for _ in range(2):
            counted = served.client.get(f"{OFFERINGS}?lifecycleStatus=Active").headers["x-total-count"]
            assert counted == str(number)
        assert served.client.post(OFFERINGS, json=made).status_code == 201
    served.client.patch(f"{OFFERINGS}/c0", json={"lifecycleStatus": "Retired"})
    assert served.client.get(f"{OFFERINGS}?lifecycleStatus=Active").headers["x-total-count"] == "2"
    served.client.delete(f"{OFFERINGS}/c1")
    assert served.client.get(f"{OFFERINGS}?lifecycleStatus=Active").headers["x-total-count"] == "1"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_in_haste_reads_and_counts_are_given_up(database: Database) -> None:
    with pytest.raises(TooCostly), database.hurried(0.01), database.read() as connection:
        fetch_all(connection, *MANY)
    with pytest.raises(TooCostly), database.hurried(0.01):
        database.count_within(MANY, 1)
    assert database.count_within(MANY, 0.01) is None


def test_what_cannot_be_read_in_haste_is_read_by_a_thread(filled: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    there = filled.client.get(f"{OFFERINGS}?isBundle=true")
    tried: list[float] = []

    def refuse(self: Database, seconds: float) -> None:
        tried.append(seconds)
        raise TooCostly("Not now.")

    monkeypatch.setattr(databases.Database, "hurried", refuse)
    again = filled.client.get(f"{OFFERINGS}?isBundle=true")
    assert (again.status_code, again.content) == (200, there.content)
    assert len(tried) == (filled.services.database.dialect == "sqlite")
    tried.clear()
    assert filled.client.get(f"{OFFERINGS}?isBundle=true&limit=1").status_code == 200
    assert not tried
