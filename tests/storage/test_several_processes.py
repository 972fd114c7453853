"""Several server processes on one database at once: no update is lost, and no answer is a 5xx."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine, text

from tests.conftest import DATABASES
from tests.support.servers.process import ServerProcess

BASE = "/tmf-api/productCatalogManagement"
JSON_PATCH = {"Content-Type": "application/json-patch+json"}
WRITERS = 8
PROCESSES = {"sqlite": 4, "postgresql": 2}


class Servers:
    """The servers on one database, and a client for every writer: neighbours talk to different servers."""

    def __init__(self, database_url: str, clients: list[httpx.Client]) -> None:
        self.database_url = database_url
        self.clients = clients

    def at_once(self, work: Callable[[httpx.Client, int], Any]) -> list[Any]:
        """What the work gives each writer; all begin at the same moment."""
        barrier = threading.Barrier(len(self.clients))

        def run(number: int) -> Any:
            barrier.wait(30)
            return work(self.clients[number], number)

        with ThreadPoolExecutor(len(self.clients)) as pool:
            return list(pool.map(run, range(len(self.clients))))

    def make(self, noun: str, id_: str, **attributes: Any) -> httpx.Response:
        return post(self.clients[0], noun, id_, **attributes)

    def get(self, noun: str, id_: str) -> dict[str, Any]:
        document: dict[str, Any] = self.clients[-1].get(f"/v5/{noun}/{id_}").json()
        return document


def post(client: httpx.Client, noun: str, id_: str, **attributes: Any) -> httpx.Response:
    body = {"@type": noun[:1].upper() + noun[1:], "id": id_, "name": id_, "lifecycleStatus": "Active"}
    return client.post(f"/v5/{noun}", json=body | attributes)


@pytest.fixture(scope="module", params=DATABASES)
def servers(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    folder = tmp_path_factory.mktemp("processes")
    if request.param == "sqlite":
        url = f"sqlite:///{folder / 'tmf.db'}"
    else:
        url = request.getfixturevalue("postgres").create_database()
    variables = {"TMF_DATABASE_URL": url, "TMF_REFERENCES": "reject", "TMF_POOL_SIZE": "8"}
    with ExitStack() as stack:
        # both begin on an empty database: they migrate it at the same time
        started = [ServerProcess(folder, variables) for _ in range(PROCESSES[request.param])]
        running = [stack.enter_context(server) for server in started]
        clients = [
            stack.enter_context(
                httpx.Client(base_url=running[number % len(running)].url + BASE, trust_env=False, timeout=60)
            )
            for number in range(WRITERS)
        ]
        yield Servers(url, clients)
    assert '"level":"error"' not in "".join(server.log.read_text() for server in running)


def test_additions_to_one_record_are_all_there(servers: Servers) -> None:
    assert servers.make("category", "shared", words=[]).status_code == 201

    def add(client: httpx.Client, number: int) -> list[int]:
        patches = ([{"op": "add", "path": "/words/-", "value": f"{number}-{count}"}] for count in range(8))
        version = "v4" if number % 4 == 3 else "v5"
        return [
            client.patch(f"/{version}/category/shared", json=patch, headers=JSON_PATCH).status_code for patch in patches
        ]

    assert Counter(code for codes in servers.at_once(add) for code in codes) == {200: 8 * WRITERS}
    words = servers.get("category", "shared")["words"]
    assert sorted(words) == sorted(f"{number}-{count}" for number in range(WRITERS) for count in range(8))
    for number in range(WRITERS):
        own = [word for word in words if word.startswith(f"{number}-")]
        assert own == [f"{number}-{count}" for count in range(8)]


def test_a_counter_under_if_match_counts_each_step_once(servers: Servers) -> None:
    assert servers.make("category", "counter", steps=0).status_code == 201

    def count(client: httpx.Client, _number: int) -> list[int]:
        codes: list[int] = []
        while codes.count(200) < 4:
            seen = client.get("/v5/category/counter")
            steps = {"steps": seen.json()["steps"] + 1}
            changed = client.patch("/v5/category/counter", json=steps, headers={"If-Match": seen.headers["ETag"]})
            codes.append(changed.status_code)
        return codes

    codes = {code for found in servers.at_once(count) for code in found}
    assert codes <= {200, 412}
    assert servers.get("category", "counter")["steps"] == 4 * WRITERS


def test_an_id_is_given_to_one_writer_only(servers: Servers) -> None:
    def create(client: httpx.Client, _number: int) -> list[int]:
        return [post(client, "productSpecification", f"same-{count}").status_code for count in range(10)]

    for codes in zip(*servers.at_once(create), strict=True):
        assert sorted(codes) == [201] + [409] * (WRITERS - 1)


def test_a_record_is_not_removed_and_referred_to_at_once(servers: Servers) -> None:
    rounds = 25
    for count in range(rounds):
        assert servers.make("productSpecification", f"target-{count}").status_code == 201

    def act(client: httpx.Client, number: int) -> list[int]:
        if number % 4 == 0:
            return [client.delete(f"/v5/productSpecification/target-{count}").status_code for count in range(rounds)]
        reference = {"@type": "ProductSpecificationRef", "@referredType": "ProductSpecification"}
        return [
            post(
                client,
                "productOffering",
                f"user-{number}-{count}",
                productSpecification={**reference, "id": f"target-{count}"},
            ).status_code
            for count in range(rounds)
        ]

    found = servers.at_once(act)
    for count in range(rounds):
        deletes = [codes[count] for number, codes in enumerate(found) if number % 4 == 0]
        creates = [codes[count] for number, codes in enumerate(found) if number % 4]
        assert set(creates) <= {201, 400}
        # once it is removed nobody can refer to it any more, and once one refers to it it cannot be removed
        assert (204 in deletes) == (201 not in creates), (count, deletes, creates)
        assert set(deletes) <= ({204, 404} if 204 in deletes else {409})
        assert deletes.count(204) <= 1


def test_mixed_writers_leave_the_tally_equal_to_the_rows(servers: Servers) -> None:
    def write(client: httpx.Client, number: int) -> list[int]:
        codes: list[int] = []
        for count in range(10):
            codes.append(post(client, "productOffering", f"mixed-{number}-{count}").status_code)
            if count % 3 == 0:
                codes.append(client.delete(f"/v5/productOffering/mixed-{number}-{count}").status_code)
        return codes

    codes = Counter(code for found in servers.at_once(write) for code in found)
    assert codes == {201: 10 * WRITERS, 204: 4 * WRITERS}
    engine = create_engine(servers.database_url)
    with engine.connect() as connection:
        for noun, table in (
            ("productOffering", "product_offering"),
            ("productSpecification", "product_specification"),
            ("category", "category"),
        ):
            stored = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
            here = text("SELECT count(*) FROM entity WHERE kind = :kind AND here")
            assert connection.execute(here, {"kind": noun}).scalar_one() == stored
            for client in servers.clients:
                assert client.get(f"/v5/{noun}?limit=0").headers["X-Total-Count"] == str(stored), noun
    engine.dispose()
