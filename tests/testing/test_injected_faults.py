"""Faults that tests inject, and the control of a server for tests over HTTP."""

import asyncio
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.support.servers.receiver import Receiver, eventually, received, records
from tests.support.servers.served import serving_app
from tmf_server.events.outbound.client import CallOutcome
from tmf_server.events.outbound.url_policy import UrlPolicy
from tmf_server.testing.faults import Faults
from tmf_server.testing.outbound import FaultyOutbound
from tmf_server.testing.server import EphemeralServer

CATEGORY = {"@type": "Category", "name": "Fibre"}
Control = Callable[..., httpx.Response]
pytestmark = pytest.mark.tmf_server(apis=["TMF620"], seed="demo")


@pytest.fixture
def server(tmf_server: EphemeralServer) -> EphemeralServer:
    return tmf_server


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


@pytest.mark.parametrize("expected", [True, False])
def test_what_a_reset_took_away_is_not_sent(receiver: Receiver, expected: bool) -> None:
    async def post() -> CallOutcome:
        guard = UrlPolicy(("127.0.0.1",))
        outbound = FaultyOutbound(Faults(), lambda _id: expected, guard, slots=1, connect_seconds=5, seconds=5)
        target = guard.target(receiver.url("/hub"))
        answer = await outbound.post(target, b'{"eventType": "CategoryCreateEvent"}', {"webhook-id": "one"})
        await outbound.close()
        guard.close()
        return answer

    assert asyncio.run(post()).ok
    assert len(receiver.calls) == int(expected)


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
    with serving_app("sqlite:///:memory:", apis=("TMF642/v5",)) as served:
        for path in ("/testing/reset", "/testing/clock", "/testing/faults", "/testing"):
            assert served.client.post(path).status_code == 404
