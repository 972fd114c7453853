"""What the benchmarks compare: every server writes the same rows and answers the same lists. Measures nothing."""

import importlib
import json
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Table, create_engine, select

from benchmarks.bodies import bodies
from benchmarks.databases import database_of, fill
from benchmarks.nouns import NOUNS, Noun
from tests.support.servers.client import client_of
from tests.support.servers.served import serving_app
from tmf_server.apis.families import APIS
from tmf_server.apis.tables import metadata
from tmf_server.model.core import tally

Written = dict[str, Counter[tuple[Any, ...]]]
"""Rows with their number, by table."""
STORED = 30
ROOT = Path(__file__).resolve().parents[2]
PEERS = ("bare", "orm", "tuned")
# What two servers cannot agree on; the documents, since this one adds to them what the standard wants of a server.
OWN = {
    "entity": {"key", "id"},
    "outbox": {"number", "event_id", "record_id", "time", "correlation_id", "document"},
}
OF_RECORD = {"key", "id", "created", "updated", "document"}


@dataclass(frozen=True)
class Place:
    """A noun, the database with its records, and this server on it."""

    noun: Noun
    url: str
    client: httpx.Client

    def path(self, version: str = "v5") -> str:
        return f"{APIS[self.noun.api].base_path}/{version}/{self.noun.name}"


@pytest.fixture(scope="module", params=NOUNS.values(), ids=lambda one: one.name)
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    noun = request.param
    url = f"sqlite:///{tmp_path_factory.mktemp('bench') / 'bench.db'}"
    with serving_app(url, apis=(noun.api,)) as served:
        fill(url, noun, STORED)
        yield Place(noun, url, served.client)


@pytest.fixture
def with_post(place: Place) -> Place:
    if not place.noun.has_post:
        pytest.skip("its document has no POST")
    return place


@pytest.fixture(scope="module")
def written(place: Place) -> Written:
    """What a POST on this server adds to each table; none of a noun whose document has no POST."""
    return made_rows(place, place.client, place.path()) if place.noun.has_post else {}


@pytest.fixture(scope="module")
def peers(place: Place) -> Iterator[dict[str, httpx.Client]]:
    """Each peer as a process of its own would have it: made from the environment."""
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.setenv("BENCH_NOUN", place.noun.name)
        patch.setenv("BENCH_DATABASE_URL", place.url)
        for module in [one for one in sys.modules if one.startswith("benchmarks.peers")]:
            patch.delitem(sys.modules, module)
        apps = {name: importlib.import_module(f"benchmarks.peers.{name}").app for name in PEERS}
        yield {name: stack.enter_context(client_of(app)) for name, app in apps.items()}


def test_documents_are_as_large_as_those_of_operators() -> None:
    sizes = {noun.name: len(httpx.Request("POST", "http://x", json=noun.made(7)).content) for noun in NOUNS.values()}
    assert {name: size for name, size in sizes.items() if not 3_000 <= size <= 5_000} == {}


def test_all_servers_answer_the_same_records(place: Place, peers: dict[str, httpx.Client]) -> None:
    answers = [found(place.client, place.path(version), place.noun) for version in ("v5", "v4")]
    answers += [found(client, f"/{place.noun.name}", place.noun) for client in peers.values()]
    ids = [place.noun.made(number)["id"] for number in range(STORED)]
    assert answers == [(ids[:20], ids[::10], ids[5])] * 5


@pytest.mark.parametrize("name", PEERS)
def test_a_peer_writes_the_rows_that_this_server_writes(
    with_post: Place, name: str, written: Written, peers: dict[str, httpx.Client]
) -> None:
    noun = with_post.noun
    assert made_rows(with_post, peers[name], f"/{noun.name}") == written
    once = ("entity", noun.table, "tally", "outbox")
    assert [written[table].total() for table in once] == [1, 1, 1, 1]
    assert written["reference"].total() >= 8
    assert all(written[child.table].total() == 4 for child in noun.children)


def test_another_checkout_fills_a_database_by_its_own_code(tmp_path: Path) -> None:
    copy = tmp_path / "checkout"
    copy.mkdir()
    for folder in ("src", "benchmarks", "migrations", "openapi", "tests"):
        (copy / folder).symlink_to(ROOT / folder)
    marked = copy / "sitecustomize.py"
    marked.write_text("import pathlib; pathlib.Path(__file__).with_name('used').touch()")
    noun = NOUNS["alarm"]
    with database_of(copy, "sqlite", noun, 3) as url:
        engine = create_engine(url)
        with engine.connect() as connection:
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {noun.table}").scalar_one() == 3
        engine.dispose()
    assert (copy / "used").exists(), "the checkout comes first on the path"


def test_both_versions_take_the_body(with_post: Place) -> None:
    for version, body in bodies(with_post.noun).items():
        text = json.dumps(body).replace(with_post.noun.serial or "no serial", f"S{version}")
        headers = {"content-type": "application/json"}
        answer = with_post.client.post(with_post.path(version), content=text, headers=headers)
        assert answer.status_code == 201, answer.text


def found(client: httpx.Client, path: str, noun: Noun) -> tuple[list[str], list[str], str]:
    """The ids of the list, those of the filtered list, and that of one record."""
    filtered = f"{path}?{noun.filter.parameter}={noun.filter.value}"
    one = client.get(f"{path}/{noun.made(5)['id']}").json()["id"]
    return (
        [record["id"] for record in client.get(path).json()],
        [record["id"] for record in client.get(filtered).json()],
        one,
    )


def made_rows(place: Place, client: httpx.Client, path: str) -> Written:
    """What one POST adds to each table, without keys, ids and instants of the request."""
    before = rows(place)
    answer = client.post(path, json=place.noun.body())
    assert answer.status_code == 201, answer.text
    after = rows(place)
    return {name: after[name] - before[name] for name in after if after[name] != before[name]}


def rows(place: Place) -> Written:
    engine = create_engine(place.url)
    with engine.connect() as connection:
        made = {
            table.name: Counter(map(tuple, connection.execute(select(*_compared(table, place.noun)))))
            for table in metadata.sorted_tables
            if table is not tally
        }
        made["tally"] = Counter(
            {(kind,): number for kind, number in connection.execute(select(tally.c.kind, tally.c.number))}
        )
    engine.dispose()
    return made


def _compared(table: Table, noun: Noun) -> list[Any]:
    left_out = OF_RECORD | set(noun.stamped) if table.name == noun.table else OWN.get(table.name, {"owner"})
    return [column for column in table.c if column.name not in left_out]
