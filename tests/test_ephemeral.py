"""The server for tests: alone, quick to bring back to its start, with a clock to set and faults to inject."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from tests.support.receiver import Receiver, eventually, received, records
from tmf_server.cli import main
from tmf_server.domain.instants import machine_now, now, parse_instant
from tmf_server.testing.server import EphemeralServer

CATEGORY = {"@type": "Category", "name": "Fibre"}
Control = Callable[..., httpx.Response]


@pytest.fixture(scope="module")
def started() -> Iterator[EphemeralServer]:
    with EphemeralServer.serving("TMF620", seed="demo") as server:
        yield server


@pytest.fixture
def server(started: EphemeralServer) -> Iterator[EphemeralServer]:
    started.reset()
    yield started
    started.reset()


@pytest.fixture
def client(server: EphemeralServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url("TMF620"), trust_env=False) as made:
        yield made


@pytest.fixture
def control(server: EphemeralServer) -> Iterator[Control]:
    """One call of /testing."""
    with httpx.Client(base_url=server.url() + "/testing", trust_env=False) as made:
        yield made.request


def total(client: httpx.Client, path: str = "/category") -> str:
    return client.get(path).headers["x-total-count"]


def create(client: httpx.Client, **values: Any) -> dict[str, Any]:
    made: dict[str, Any] = client.post("/category", json=CATEGORY | values).raise_for_status().json()
    return made


def subscribe(client: httpx.Client, receiver: Receiver, path: str = "/hub") -> None:
    client.post("/hub", json={"@type": "Hub", "callback": receiver.url(path)}).raise_for_status()


# -- alone ----------------------------------------------------------------------------------------
def test_it_serves_what_was_asked_for(server: EphemeralServer) -> None:
    assert set(server.urls) == {"TMF620/v4", "TMF620/v5"}
    assert server.url("TMF620", "v4") == f"{server.url()}/tmf-api/productCatalogManagement/v4"
    with pytest.raises(LookupError, match="does not serve TMF638/v5, but TMF620/v4, TMF620/v5"):
        server.url("TMF638")


def test_two_servers_share_nothing_and_leave_nothing(client: httpx.Client, tmp_path: Path) -> None:
    create(client, id="mine")
    with EphemeralServer.serving("TMF620/v5") as other, httpx.Client(base_url=other.url("TMF620")) as others:
        folder = Path(other._stage._services.settings.storage_dir).parent
        assert (folder / "tmf.db").exists()
        assert total(others) == "0"
        create(others, id="theirs")
        assert others.get("/category/mine").status_code == 404
    assert not folder.exists()
    assert client.get("/category/theirs").status_code == 404


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ({"apis": ["TMF62"]}, "there is no API TMF62; there are TMF620"),
        ({"apis": ["TMF620/v6"]}, "there is no API TMF620/v6"),
        ({"seed": "much"}, "seed must be one of none, demo, not 'much'"),
        ({"workers": 2}, "is one process"),
        ({"references": "perhaps"}, "references must be one of"),
    ],
)
def test_what_it_cannot_be_is_told(wish: dict[str, Any], told: str) -> None:
    apis = wish.pop("apis", [])
    with pytest.raises(ValueError, match=told):
        EphemeralServer.serving(*apis, **wish)


def test_a_taken_port_is_told(server: EphemeralServer) -> None:
    port = int(server.url().rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        EphemeralServer.serving("TMF620/v5", port=port).start()


# -- reset ----------------------------------------------------------------------------------------
def test_a_reset_brings_everything_back(server: EphemeralServer, client: httpx.Client, receiver: Receiver) -> None:
    before = {path: client.get(path).content for path in ("/category", "/productOffering")}
    subscribe(client, receiver)
    key = {"Idempotency-Key": "one"}
    first = client.post("/category", json=CATEGORY, headers=key).json()["id"]
    client.patch("/category/cat-mobile", json={"description": "changed"}).raise_for_status()
    client.delete("/productOffering/mobile-classic").raise_for_status()
    job = client.post("/exportJob", json={"@type": "ExportJob", "url": "/files/all.json", "path": "/category"}).json()
    assert eventually(lambda: client.get(job["href"]).json()["status"] == "Succeeded")
    server.clock.set("2031-01-01T00:00:00Z")
    server.faults.status(500)
    server.reset()
    assert {path: client.get(path).content for path in before} == before
    assert client.get(job["href"]).status_code == 404
    assert httpx.get(f"{server.url()}/files/all.json", trust_env=False).status_code == 404
    again = client.post("/category", json=CATEGORY, headers=key).json()
    assert again["id"] != first
    assert parse_instant(again["lastUpdate"]) == pytest.approx(machine_now(), abs=60_000_000)


def test_what_a_client_did_not_wait_for_happens_before_the_reset(server: EphemeralServer, client: httpx.Client) -> None:
    server.faults.latency(30, method="POST")
    with pytest.raises(httpx.ReadTimeout):
        client.post("/category", json=CATEGORY | {"id": "late"}, timeout=0.5)
    assert client.get("/category/late").status_code == 200
    server.reset()
    assert client.get("/category/late").status_code == 404


def test_events_of_before_a_reset_reach_nobody_after_it(
    server: EphemeralServer, client: httpx.Client, receiver: Receiver
) -> None:
    receiver.delay("/hub", 0.05)
    subscribe(client, receiver)
    ids = [create(client)["id"] for _ in range(15)]
    assert eventually(lambda: received(receiver, "/hub", 2))
    server.reset()
    seen = len(receiver.calls)
    subscribe(client, receiver, "/next")
    fresh = create(client)["id"]
    assert eventually(lambda: received(receiver, "/next", 1))
    assert records(receiver.at("/next")) == [fresh]
    assert seen < len(ids)
    assert len(receiver.at("/hub")) <= seen + 1  # one may have been on its way


def test_it_is_reset_many_times_and_goes_on_delivering(
    server: EphemeralServer, client: httpx.Client, receiver: Receiver
) -> None:
    for turn in range(5):
        subscribe(client, receiver, f"/{turn}")
        made = create(client)["id"]
        assert eventually(partial(received, receiver, f"/{turn}", 1))
        assert records(receiver.at(f"/{turn}")) == [made]
        server.reset()
    assert total(client) == "7"


# -- clock ----------------------------------------------------------------------------------------
def test_the_clock_stands_where_it_is_set(server: EphemeralServer, client: httpx.Client) -> None:
    server.clock.set("2030-06-01T12:00:00+02:00")
    made = create(client)
    assert made["lastUpdate"] == "2030-06-01T10:00:00.000Z"
    server.clock.advance(90)
    changed = client.patch(f"/category/{made['id']}", json={"description": "x"}).json()
    assert changed["lastUpdate"] == "2030-06-01T10:01:30.000Z"
    server.clock.advance(timedelta(days=-1))
    assert create(client)["lastUpdate"] == "2030-05-31T10:01:30.000Z"
    server.clock.release()
    assert parse_instant(create(client)["lastUpdate"]) == pytest.approx(machine_now(), abs=60_000_000)


def test_a_clock_may_go_on_from_where_it_is_set(server: EphemeralServer) -> None:
    server.clock.set(datetime(2040, 1, 1, tzinfo=UTC), running=True)
    first = now()
    assert first >= parse_instant("2040-01-01")
    assert eventually(lambda: now() > first)
    server.clock.release()
    server.clock.advance(3_600)
    assert now() == pytest.approx(machine_now() + 3_600_000_000, abs=10_000_000)
    assert server.clock.shown()["running"] is True


@pytest.mark.parametrize("instant", ["yesterday", "", "2026-02-30"])
def test_an_instant_that_is_none_is_refused(server: EphemeralServer, instant: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        server.clock.set(instant)


def test_a_clock_does_not_leave_the_calendar(server: EphemeralServer) -> None:
    server.clock.set("9999-12-31T00:00:00Z")
    with pytest.raises(ValueError, match="years 1 to 9999"):
        server.clock.advance(timedelta(days=2))
    assert server.clock.now == "9999-12-31T00:00:00.000Z"


def test_jobs_run_and_signatures_hold_whatever_the_clock_says(
    server: EphemeralServer, client: httpx.Client, receiver: Receiver
) -> None:
    server.clock.set("1999-01-01T00:00:00Z")
    subscribe(client, receiver)
    job = client.post("/exportJob", json={"@type": "ExportJob", "url": "/files/a.json", "path": "/category"}).json()
    assert eventually(lambda: client.get(job["href"]).json()["status"] == "Succeeded")
    assert client.get(job["href"]).json()["completionDate"] == "1999-01-01T00:00:00.000Z"
    create(client)
    assert eventually(lambda: received(receiver, "/hub", 1))
    call = receiver.at("/hub")[-1]
    assert call.json["eventTime"] == "1999-01-01T00:00:00.000Z"
    assert int(call.headers["webhook-timestamp"]) == pytest.approx(time.time(), abs=60)


# -- faults of requests -----------------------------------------------------------------------------
def test_a_status_refuses_as_often_as_asked(server: EphemeralServer, client: httpx.Client) -> None:
    fault = server.faults.status(503, method="POST", path="*/category", times=2)
    answers = [client.post("/category", json=CATEGORY) for _ in range(3)]
    assert [one.status_code for one in answers] == [503, 503, 201]
    assert answers[0].headers["retry-after"] == "1"
    assert answers[0].json() == {
        "code": "injectedFault",
        "reason": "A test asked for this refusal.",
        "status": "503",
        "@type": "Error",
    }
    assert fault.hits == 2
    assert total(client) == "8"


def test_a_status_concerns_what_fits_alone(server: EphemeralServer, client: httpx.Client) -> None:
    server.faults.status(500, path="*/productOffering/*")
    assert client.get("/productOffering/mobile-classic").status_code == 500
    assert client.get("/productOffering").status_code == 200
    v4 = httpx.get(f"{server.url('TMF620', 'v4')}/productOffering/mobile-classic", trust_env=False)
    assert v4.status_code == 500
    assert "@type" not in v4.json()
    server.faults.clear()
    assert client.get("/productOffering/mobile-classic").status_code == 200


def test_health_and_control_have_no_faults(server: EphemeralServer, control: Control) -> None:
    server.faults.status(500)
    assert httpx.get(f"{server.url()}/health/live", trust_env=False).status_code == 200
    assert httpx.get(f"{server.url()}/", trust_env=False).status_code == 500
    assert control("DELETE", "/faults").status_code == 204


def test_latency_delays_the_answer_alone(server: EphemeralServer, client: httpx.Client) -> None:
    server.faults.latency(0.3, method="GET", times=1)
    server.faults.latency(0.2, method="GET", times=1)
    started = time.monotonic()
    assert client.get("/category").status_code == 200
    assert time.monotonic() - started >= 0.5
    fault = server.faults.all()[0]
    assert fault.shown() == {
        "kind": "latency",
        "seconds": 0.3,
        "method": "GET",
        "path": "*",
        "times": 1,
        "hits": 1,
    }


# -- faults of notifications ------------------------------------------------------------------------
def test_a_dropped_notification_is_lost_and_believed_delivered(
    server: EphemeralServer, client: httpx.Client, receiver: Receiver
) -> None:
    subscribe(client, receiver)
    fault = server.faults.drop_notifications(event="Category*Event", times=1)
    lost, heard = create(client)["id"], create(client)["id"]
    assert eventually(lambda: received(receiver, "/hub", 1))
    assert records(receiver.at("/hub")) == [heard]
    assert fault.hits == 1
    assert client.get(f"/category/{lost}").status_code == 200


def test_a_failed_notification_is_sent_again(server: EphemeralServer, client: httpx.Client, receiver: Receiver) -> None:
    subscribe(client, receiver)
    fault = server.faults.fail_notifications(callback=receiver.url("/*"), times=2)
    ids = [create(client)["id"], create(client)["id"]]
    assert eventually(lambda: received(receiver, "/hub", 2))
    assert records(receiver.at("/hub")) == ids
    assert fault.hits == 2


def test_a_notification_of_another_event_or_callback_gets_through(
    server: EphemeralServer, client: httpx.Client, receiver: Receiver
) -> None:
    subscribe(client, receiver)
    server.faults.drop_notifications(event="ProductOffering*")
    server.faults.drop_notifications(callback="*/elsewhere")
    create(client)
    assert eventually(lambda: received(receiver, "/hub", 1))


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({}, "kind must be one of latency, status, dropNotifications, failNotifications, not None"),
        ({"kind": "latency"}, "latency needs seconds"),
        ({"kind": "latency", "seconds": "1"}, "seconds must be a number from 0 to 600, not '1'"),
        ({"kind": "latency", "seconds": -1}, "seconds must be"),
        ({"kind": "status", "status": 200}, "status must be a number from 400 to 599, not 200"),
        ({"kind": "status", "status": 500, "times": 0}, "times must be a number above 0, or null, not 0"),
        ({"kind": "status", "status": 500, "times": True}, "times must be"),
        ({"kind": "status", "status": 500, "path": ""}, "path must be a pattern like"),
        ({"kind": "status", "status": 500, "event": "x"}, "status takes method, path, status, times, not event"),
        ({"kind": "dropNotifications", "method": "GET"}, "dropNotifications takes callback, event, times, not method"),
    ],
)
def test_a_fault_that_is_none_is_refused(
    server: EphemeralServer, control: Control, values: dict[str, Any], told: str
) -> None:
    with pytest.raises(ValueError, match=r".+") as refused:
        server.faults.add(values)
    assert str(refused.value).startswith(told)
    answer = control("POST", "/faults", json=values)
    assert answer.status_code == 400
    assert answer.json()["reason"].startswith(told)
    assert server.faults.all() == ()


# -- the same over HTTP -----------------------------------------------------------------------------
def test_it_is_controlled_over_http(server: EphemeralServer, client: httpx.Client, control: Control) -> None:
    assert control("GET", "/clock").json()["source"] == "machine"
    stands = {"now": "2030-01-01T00:00:00.000Z", "source": "test", "running": False}
    assert control("PUT", "/clock", json={"now": "2030-01-01T00:00:00Z"}).json() == stands
    assert control("POST", "/clock", json={"seconds": 1.5}).json()["now"] == "2030-01-01T00:00:01.500Z"
    assert create(client)["lastUpdate"] == "2030-01-01T00:00:01.500Z"
    assert control("PUT", "/clock", json={"now": "2030-01-01T00:00:00Z", "running": True}).json()["running"] is True
    assert control("DELETE", "/clock").status_code == 204
    assert control("GET", "/clock").json()["source"] == "machine"

    added = control("POST", "/faults", json={"kind": "status", "status": 502, "times": 1})
    shown = {"kind": "status", "status": 502, "times": 1, "hits": 0}
    assert (added.status_code, added.json()) == (201, shown)
    assert client.get("/category").status_code == 502
    assert control("GET", "/faults").json() == [shown | {"hits": 1}]
    assert control("DELETE", "/faults").status_code == 204
    assert control("GET", "/faults").json() == []

    assert total(client) == "8"
    assert control("POST", "/reset").status_code == 204
    assert total(client) == "7"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", "/clock", b'{"now": "soon"}', 400),
        ("PUT", "/clock", b'{"now": 1}', 400),
        ("PUT", "/clock", b'{"now": "2026-01-01", "when": 1}', 400),
        ("PUT", "/clock", b"{}", 400),
        ("PUT", "/clock", b"[]", 400),
        ("PUT", "/clock", b"{", 400),
        ("PUT", "/clock", b"\xff", 400),
        ("PUT", "/clock", b" " * 20_000, 413),
        ("POST", "/clock", b'{"seconds": true}', 400),
        ("POST", "/clock", b'{"seconds": 1e300}', 400),
        ("POST", "/clock", b'{"seconds": 9e12}', 400),
        ("POST", "/faults", b"1", 400),
        ("PATCH", "/clock", b"{}", 405),
        ("GET", "/reset", b"", 405),
        ("GET", "/nothing", b"", 404),
        ("GET", "", b"", 404),
    ],
)
def test_wrong_control_is_refused(control: Control, method: str, path: str, body: bytes, status: int) -> None:
    answer = control(method, path, content=body)
    assert answer.status_code == status, answer.text
    assert answer.json()["@type"] == "Error"
    assert answer.json()["reason"]
    if status == 405:
        assert answer.headers["allow"]


def test_other_servers_are_not_controlled() -> None:
    from tests.support.served import serving_app

    with serving_app("sqlite:///:memory:", apis=("TMF642/v5",)) as served:
        for path in ("/testing/reset", "/testing/clock", "/testing/faults", "/testing"):
            assert served.client.post(path).status_code == 404


# -- as a command -----------------------------------------------------------------------------------
def test_a_command_serves_it(tmp_path: Path) -> None:
    words = ["serve", "--ephemeral", "--apis", "TMF642/v5", "--seed", "none", "--port", "0", "--json"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TMF_")}
    environment |= {"TMPDIR": str(tmp_path), "TMF_LOG_LEVEL": "warning"}
    start = [sys.executable, "-c", "from tmf_server.cli import main; main()", *words]
    with subprocess.Popen(start, env=environment, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        try:
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())
            assert list(told["apis"]) == ["TMF642/v5"]
            alarms = f"{told['apis']['TMF642/v5']}/alarm"
            assert httpx.get(alarms, trust_env=False).headers["x-total-count"] == "0"
            httpx.post(f"{told['control']}/faults", json={"kind": "status", "status": 500}, trust_env=False)
            assert httpx.get(alarms, trust_env=False).status_code == 500
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
        finally:
            process.kill()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--json"], "--json needs --ephemeral"),
        (["--ephemeral", "--apis", "TMF1"], "there is no API TMF1; there are TMF620"),
        (["--apis", "TMF620,TMF1"], "there is no API TMF1"),
        (["--ephemeral", "--workers", "2"], "is one process"),
        (["--ephemeral", "--seed", "much"], "--seed"),
        (["--ephemeral", "--host", "0.0.0.0"], "no authentication is configured"),
    ],
)
def test_wrong_use_of_the_command_is_told(words: list[str], told: str) -> None:
    result = CliRunner().invoke(main, ["serve", *words])
    assert result.exit_code == 2
    assert told in result.stderr


def test_a_taken_port_is_told_by_the_command(server: EphemeralServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # this process keeps its own handlers
    port = server.url().rpartition(":")[2]
    result = CliRunner().invoke(main, ["serve", "--ephemeral", "--apis", "TMF642/v5", "--port", port])
    assert result.exit_code == 2
    assert f"127.0.0.1:{port}: " in result.stderr
