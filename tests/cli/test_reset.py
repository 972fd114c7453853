"""A test environment brought back to the demo: quickly, completely, under a server that goes on running."""

import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.nouns.demo import demo_size
from tests.support.nouns.every import Noun, nouns
from tests.support.servers.receiver import Receiver, eventually, records
from tests.support.servers.served import Served, serving_app
from tmf_server.apis.tables import metadata
from tmf_server.demo.loading import load_demo_once, reset
from tmf_server.errors import Duplicate
from tmf_server.storage.write.bulk import BulkRecords

CATEGORIES = "/tmf-api/productCatalogManagement/v5/category"
HUB = "/tmf-api/productCatalogManagement/v5/hub"
# What differs from one load to the next: the clock, and which connection counted.
VOLATILE = {"created", "updated", "last_update", "slot", "changed_time"}
STAMP = re.compile(r'"(lastUpdate)":"[^"]+"')
# A change of each noun that its documents and its lifecycle allow.
CHANGES: dict[str, dict[str, Any]] = {
    "alarm": {"ackState": "acknowledged"},
    "customerBill": {"state": "validated"},
    "service": {"description": "changed"},
}


def quiet(served: Served) -> BulkRecords:
    services = served.services
    return BulkRecords(services.registry, services.settings, services.database.dialect)


def contents(served: Served) -> dict[str, list[Any]]:
    """Every row of every table, without what differs from one load to the next."""

    def plain(row: dict[str, Any]) -> dict[str, Any]:
        kept = {name: value for name, value in row.items() if name not in VOLATILE}
        if "document" in kept:
            kept["document"] = STAMP.sub("", kept["document"])
        return kept

    with served.services.database.read() as connection:
        tables = [table for table in metadata.sorted_tables if table.name != "server_key"]
        return {
            table.name: sorted((plain(row._asdict()) for row in connection.execute(table.select())), key=repr)
            for table in tables
        }


def change(served: Served, noun: Noun) -> None:
    """Change a record of the noun, add one and remove another."""
    listed = served.client.get(f"{noun.url}?limit=1000").json()
    if noun.operation("update"):
        wanted = CHANGES.get(noun.exposure.entity.name, {"name": "changed", "description": "changed"})
        answer = served.client.patch(f"{noun.url}/{listed[-1]['id']}", json=wanted)
        assert answer.status_code == 200, (str(noun), answer.text)
    made = noun.make(served.client) if noun.operation("create") else None
    if made is not None and noun.operation("delete"):
        noun.make(served.client)
        assert served.client.delete(f"{noun.url}/{made['id']}").status_code == 204


def test_a_reset_undoes_changes_of_every_noun_in_less_than_two_seconds(served: Served) -> None:
    database = served.services.database
    reset(database, quiet(served))  # which lets the keys begin anew, also where there was something before
    before = contents(served)
    for noun in nouns("list", tasks=False):
        if noun.version == "v5":
            change(served, noun)
    served.client.post(HUB, json={"callback": "http://127.0.0.1:9/x"})
    changed = contents(served)
    assert {name for name in before if len(before[name]) != len(changed[name])} > {"outbox", "subscription", "category"}
    started = time.process_time()
    assert reset(database, quiet(served)) == demo_size(served.services.registry)
    assert time.process_time() - started < 2
    assert contents(served) == before


def test_a_reset_that_fails_changes_nothing(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    load_demo_once(served.services.database, quiet(served))
    assert served.client.post(CATEGORIES, json={"@type": "Category", "id": "mine", "name": "mine"}).status_code == 201
    before = contents(served)
    twice = [{"@type": name, "id": "x", "name": "x"} for name in ("Category", "ProductOffering", "Category")]
    monkeypatch.setattr("tmf_server.demo.loading.DOCUMENTS", twice)
    with pytest.raises(Duplicate):
        reset(served.services.database, quiet(served))
    assert contents(served) == before


def test_a_running_server_goes_on_from_the_demo(database_url: str, tmp_path: Path, receiver: Receiver) -> None:
    with serving_app(database_url, worker=True, storage_dir=tmp_path / "files", poll_seconds=0.1) as served:
        client, database = served.client, served.services.database
        load_demo_once(database, quiet(served))
        count = client.get(CATEGORIES).headers["x-total-count"]

        def post_and_hear(name: str) -> None:
            assert client.post(HUB, json={"callback": receiver.url("/hear")}).status_code == 201
            answer = client.post(CATEGORIES, json={"@type": "Category", "id": name, "name": name})
            assert answer.status_code == 201, answer.text
            assert eventually(lambda: name in records(receiver.at("/hear")), 20)

        post_and_hear("before")
        reset(database, quiet(served))
        answer = client.get(CATEGORIES)
        assert answer.headers["x-total-count"] == count
        assert client.get(f"{CATEGORIES}/before").status_code == 404
        post_and_hear("after")
        assert client.get(f"{CATEGORIES}/after").json()["name"] == "after"


def test_requests_during_a_reset_see_all_or_nothing_of_it(served: Served) -> None:
    load_demo_once(served.services.database, quiet(served))
    whole = len(served.client.get(f"{CATEGORIES}?limit=1000").json())
    seen: list[tuple[int, int]] = []
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            answer = served.client.get(f"{CATEGORIES}?limit=1000")
            seen.append((answer.status_code, len(answer.json())))

    looking = threading.Thread(target=look)
    looking.start()
    run_some(lambda: reset(served.services.database, quiet(served)))
    stop.set()
    looking.join()
    assert set(seen) == {(200, whole)}


def run_some(work: Callable[[], Any]) -> None:
    for _ in range(3):
        work()
