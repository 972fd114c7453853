"""/metrics: what it counts, that it adds up over processes, and that it can be switched off."""

import math
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from tests.support.servers.receiver import Receiver, eventually
from tests.support.servers.served import Served, serving_app
from tmf_server.observability import metrics
from tmf_server.observability.metrics import BOUNDS, METRICS, Metrics, SharedMetrics
from tmf_server.storage.write.records import Records
from tmf_server.web.monitoring.bounded import FRESH_SECONDS
from tmf_server.web.monitoring.scrape import requests

V5 = "/tmf-api/productCatalogManagement/v5"
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]

SECONDS = st.floats(0, 100, allow_nan=False)
REQUESTS = st.lists(st.tuples(st.sampled_from(["listA", "createA"]), st.sampled_from([200, 201, 404, 500]), SECONDS))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving_app(f"sqlite:///{tmp_path_factory.mktemp('metrics') / 'tmf.db'}", apis=("TMF620",)) as served:
        yield served


@pytest.fixture(autouse=True)
def fresh() -> None:
    METRICS.requests.clear()
    METRICS.deliveries.clear()


@pytest.fixture
def client(served: Served) -> httpx.Client:
    served.empty()
    time.sleep(FRESH_SECONDS)  # what was scraped for the test before this one is given again until then
    return served.client


def scraped(client: httpx.Client) -> Samples:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    families = text_string_to_metric_families(answer.text)
    return {(one.name, tuple(sorted(one.labels.items()))): one.value for family in families for one in family.samples}


def labels(**given: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(given.items()))


def of(operation: str, **more: str) -> tuple[tuple[str, str], ...]:
    return labels(api="TMF620", version="v5", operation=operation, **more)


def test_requests_are_counted_by_operation_and_class_of_status(client: httpx.Client) -> None:
    client.post(f"{V5}/category", json={"@type": "Category", "name": "one"})
    client.post(f"{V5}/category", json={"name": 1})
    for _ in range(3):
        client.get(f"{V5}/category")
    client.get(f"{V5}/category/none")
    client.get("/tmf-api/nothing")
    found = scraped(client)
    assert found["tmf_requests_total", of("createCategory", status="2xx")] == 1
    assert found["tmf_requests_total", of("createCategory", status="4xx")] == 1
    assert found["tmf_requests_total", of("listCategory", status="2xx")] == 3
    assert found["tmf_requests_total", of("retrieveCategory", status="4xx")] == 1
    assert found["tmf_requests_total", labels(api="", version="", operation="", status="4xx")] == 1


def test_an_alias_counts_as_what_it_stands_for(client: httpx.Client) -> None:
    client.get("/productCatalogManagement/v5/category")
    assert scraped(client)["tmf_requests_total", of("listCategory", status="2xx")] == 1


def test_latencies_are_a_histogram(client: httpx.Client) -> None:
    for _ in range(4):
        client.get(f"{V5}/category")
    found = scraped(client)
    buckets = [found["tmf_request_seconds_bucket", of("listCategory", le=bound)] for bound in ("0.001", "1.0", "+Inf")]
    assert buckets == sorted(buckets)
    assert buckets[-1] == found["tmf_request_seconds_count", of("listCategory")] == 4
    assert 0 < found["tmf_request_seconds_sum", of("listCategory")] < 20


def test_a_crash_is_counted(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Records, "create", None)
    assert client.post(f"{V5}/category", json={"@type": "Category", "name": "one"}).status_code == 500
    assert scraped(client)["tmf_requests_total", of("createCategory", status="5xx")] == 1


def test_the_database_tells_of_records_events_and_subscriptions(client: httpx.Client) -> None:
    client.post(f"{V5}/hub", json={"callback": "http://127.0.0.1:9/hook"}).raise_for_status()
    for name in ("one", "two"):
        client.post(f"{V5}/category", json={"@type": "Category", "name": name}).raise_for_status()
    found = scraped(client)
    assert found["tmf_database_up", ()] == 1
    assert found["tmf_records", labels(kind="category")] == 2
    assert found["tmf_events_waiting", ()] == 2
    assert found["tmf_events_lag_seconds", ()] > 0
    assert found["tmf_subscriptions", ()] == 1
    assert found["tmf_deliveries_parked", ()] == 0


def test_deliveries_are_counted_by_outcome(tmp_path: Path) -> None:
    with (
        Receiver() as receiver,
        serving_app(
            f"sqlite:///{tmp_path / 'tmf.db'}", apis=("TMF620",), worker=True, delivery_pauses=(0.05,)
        ) as served,
    ):
        receiver.answer("/bad", 500)
        for path in ("/good", "/bad"):
            served.client.post(f"{V5}/hub", json={"callback": receiver.url(path)}).raise_for_status()
        served.client.post(f"{V5}/category", json={"@type": "Category", "name": "one"}).raise_for_status()
        wanted = {"delivered": 1, "failed": 2, "parked": 1}
        assert eventually(lambda: outcomes(served.client) == wanted), outcomes(served.client)


def outcomes(client: httpx.Client) -> dict[str, float]:
    found = scraped(client)
    return {dict(names)["outcome"]: value for (name, names), value in found.items() if name == "tmf_deliveries_total"}


def test_figures_of_the_process_are_there(client: httpx.Client) -> None:
    assert scraped(client)["process_resident_memory_bytes", ()] > 1_000_000


def test_metrics_can_be_switched_off(tmp_path: Path) -> None:
    with serving_app(f"sqlite:///{tmp_path / 'tmf.db'}", apis=("TMF620",), metrics=False) as served:
        served.client.get(f"{V5}/category")
        assert served.client.get("/metrics").status_code == 404
    assert METRICS.requests == {}


@pytest.mark.parametrize(("method", "path", "status"), [("POST", "/metrics", 405), ("GET", "/metrics/x", 404)])
def test_metrics_are_only_read_and_at_one_place(client: httpx.Client, method: str, path: str, status: int) -> None:
    assert client.request(method, path).status_code == status


def counted(made: list[tuple[str, int, float]]) -> Metrics:
    figures = Metrics()
    for operation, status, seconds in made:
        figures.request(("/base", operation), status, seconds)
    return figures


def plain(figures: Metrics) -> dict[object, object]:
    cells = {key: (cell.counts, cell.seconds) for key, cell in figures.requests.items()}
    return cells | {"deliveries": dict(figures.deliveries)}


@given(REQUESTS)
@example([("listA", 200, bound) for bound in BOUNDS])
def test_every_request_is_in_one_bucket_and_in_the_sum(made: list[tuple[str, int, float]]) -> None:
    figures = counted(made)
    assert sum(sum(cell.counts) for cell in figures.requests.values()) == len(made)
    assert math.isclose(sum(cell.seconds for cell in figures.requests.values()), sum(seconds for *_, seconds in made))
    for (_, operation, status), cell in figures.requests.items():
        mine = [seconds for name, code, seconds in made if name == operation and code // 100 == status]
        bounds = (*BOUNDS, math.inf)
        assert [sum(cell.counts[: at + 1]) for at in range(len(bounds))] == [
            sum(seconds <= bound for seconds in mine) for bound in bounds
        ]


@given(REQUESTS)
def test_figures_survive_the_way_to_another_process(made: list[tuple[str, int, float]]) -> None:
    figures = counted(made)
    figures.delivery("delivered")
    assert plain(Metrics.load(figures.dump())) == plain(figures)


@given(st.lists(REQUESTS, max_size=4))
def test_processes_add_up(processes: list[list[tuple[str, int, float]]]) -> None:
    total = Metrics()
    for made in processes:
        total.add(counted(made))
    together = counted([request for made in processes for request in made])
    assert {key: cell.counts for key, cell in total.requests.items()} == {
        key: cell.counts for key, cell in together.requests.items()
    }
    families = {family.name: family for family in requests(total, {"/base": ("TMF1", "v5")})}
    count = sum(sample.value for sample in families["tmf_requests"].samples if sample.name == "tmf_requests_total")
    assert count == sum(len(made) for made in processes)


OTHER_PROCESS = """
import sys
from pathlib import Path
from tmf_server.observability.metrics import METRICS, SharedMetrics
shared = SharedMetrics(Path(sys.argv[1]))
shared.start()
METRICS.request(("/base", "listA"), 200, 0.1)
METRICS.delivery("delivered")
shared.stop()
"""


def test_processes_that_share_a_folder_are_summed_and_those_that_ended_stay(tmp_path: Path) -> None:
    own = counted([("listA", 200, 0.1)] * 3)
    shared = SharedMetrics(tmp_path, own)
    shared.start()
    for _ in range(2):
        subprocess.run([sys.executable, "-c", OTHER_PROCESS, str(tmp_path)], check=True)
    total = shared.total()
    assert sum(total.requests["/base", "listA", 2].counts) == 5
    assert total.deliveries == {"delivered": 2}
    shared.stop()
    assert sum(SharedMetrics(tmp_path, Metrics()).total().requests["/base", "listA", 2].counts) == 5


def test_what_others_wrote_is_seen_while_they_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "WRITE_SECONDS", 0.01)
    other = SharedMetrics(tmp_path, counted([("listA", 200, 0.1)]))
    other.start()
    here = SharedMetrics(tmp_path, Metrics())
    for _ in range(500):
        if here.total().requests:
            break
    else:
        pytest.fail("the other's figures did not arrive")
    other.stop()


def test_a_full_disk_costs_figures_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    shared = SharedMetrics(tmp_path, counted([("listA", 200, 0.1)]))
    monkeypatch.setattr(Path, "write_bytes", full)
    shared.start()
    shared.stop()
    assert sum(shared.total().requests["/base", "listA", 2].counts) == 1
