"""The server for tests: alone, quick to bring back to its start, with a clock to set and faults to inject."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from tests.support.servers.receiver import Receiver, eventually, received, records
from tmf_server.cli import main
from tmf_server.rules.instants import machine_now, now, parse_instant
from tmf_server.testing.server import EphemeralServer

CATEGORY = {"@type": "Category", "name": "Fibre"}
pytestmark = pytest.mark.tmf_server(apis=["TMF620"], seed="demo")


@pytest.fixture
def server(tmf_server: EphemeralServer) -> EphemeralServer:
    return tmf_server


@pytest.fixture
def client(server: EphemeralServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url("TMF620"), trust_env=False) as made:
        yield made


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
        folder = Path(other._stage._services.settings.jobs.storage_dir).parent
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
        ({"references": "perhaps"}, "TMF_REFERENCES: must be one of"),
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


@pytest.mark.parametrize("version", ["v5", "v4"])
def test_nothing_is_remembered_from_before_a_reset(server: EphemeralServer, version: str) -> None:
    url = f"{server.url('TMF620', version)}/category"
    with httpx.Client(trust_env=False) as client:
        for name in ("first", "second"):
            server.clock.set("2030-01-01")
            client.post(url, json=CATEGORY | {"id": "x", "name": name}).raise_for_status()
            assert client.get(f"{url}/x").json()["name"] == name
            assert [one["id"] for one in client.get(f"{url}?name={name}").json()] == ["x"]
            for other in ("first", "second"):
                assert client.get(f"{url}?name={other}").headers["x-total-count"] == str(int(other == name))
            server.reset()


def test_a_record_that_comes_again_at_the_same_instant_is_another(
    server: EphemeralServer, client: httpx.Client
) -> None:
    server.clock.set("2030-01-01")
    for name in ("first", "second"):
        create(client, id="x", name=name)
        assert client.get("/category/x").json()["name"] == name
        assert [one["name"] for one in client.get("/category?id=x").json()] == [name]
        client.delete("/category/x").raise_for_status()


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
    receiver.delay("/hub", 0.03)
    subscribe(client, receiver)
    ids = [create(client)["id"] for _ in range(30)]
    calls = len(receiver.calls)
    assert eventually(lambda: received(receiver, "/hub", calls + 1))  # the next of those that were read together wait
    server.reset()
    time.sleep(0.01)  # one may be on its way
    seen = len(receiver.calls)
    subscribe(client, receiver, "/next")
    fresh = create(client)["id"]
    assert eventually(lambda: received(receiver, "/next", 1))
    assert records(receiver.at("/next")) == [fresh]
    assert seen < len(ids)
    assert len(receiver.at("/hub")) == seen


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


# -- as a command -----------------------------------------------------------------------------------
def test_a_command_serves_it(tmp_path: Path) -> None:
    words = ["serve", "--ephemeral", "--apis", "TMF642/v5", "--seed", "none", "--port", "0", "--json"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TMF_")}
    environment |= {"TMPDIR": str(tmp_path)}
    start = [sys.executable, "-c", "from tmf_server.cli import main; main()", *words]
    log = tmp_path / "log"
    with (
        log.open("w") as errors,
        subprocess.Popen(
            start, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True, cwd=tmp_path
        ) as process,
    ):
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
    assert list(tmp_path.iterdir()) == [log]
    assert "Application shutdown complete" in log.read_text()


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
    assert f"127.0.0.1:{port} cannot be listened on" in result.stderr
