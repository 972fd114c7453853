"""Notifications over the whole server: what a client does here reaches its subscribers as their document says."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.conftest import DATABASES
from tests.support.nouns.every import Noun, nouns
from tests.support.servers.receiver import Call, Receiver, eventually
from tests.support.servers.served import Served, serving_app
from tmf_server.rest.schema.validation import Validators

QUICK = {"worker": True, "poll_seconds": 0.1, "delivery_pauses": (0.05,), "outbound_allow": ("127.0.0.0/8",)}


@pytest.fixture(scope="module", params=DATABASES)
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for all tests: each subscribes by itself, and makes records of its own."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('served') / 'tmf.db'}"
    else:
        url = request.getfixturevalue("postgres").create_database()
    with serving_app(url, **QUICK) as served:
        yield served


@pytest.fixture
def server(running: Served) -> Iterator[Served]:
    yield running
    for version in ("v4", "v5"):
        for made in running.services.subscriptions.all("TMF620", version):
            running.services.subscriptions.remove("TMF620", version, made.id)


def offering(version: str) -> Noun:
    return next(noun for noun in nouns("create") if str(noun) == f"TMF620/{version}-productOffering")


def subscribe(server: Served, version: str, callback: str, query: str | None = None) -> str:
    body = {"callback": callback, "@type": "Hub"} | ({} if query is None else {"query": query})
    answer = server.client.post(f"/tmf-api/productCatalogManagement/{version}/hub", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["location"])


def types(calls: list[Call]) -> list[str]:
    return [call.json["eventType"].removeprefix("ProductOffering").removesuffix("Event") for call in calls]


def patch(client: httpx.Client, url: str, **changes: Any) -> httpx.Response:
    answer = client.patch(url, json=changes, headers={"content-type": "application/merge-patch+json"})
    assert answer.status_code == 200, answer.text
    return answer


@pytest.mark.parametrize("version", ["v4", "v5"])
def test_the_life_of_a_record_is_told_in_order(server: Served, receiver: Receiver, version: str) -> None:
    subscribe(server, version, receiver.url("/"))
    made = offering(version).make(server.client, name="Fibre 1 Gbit")
    patch(server.client, made["href"], description="fast")
    patch(server.client, made["href"], lifecycleStatus="In design")
    patch(server.client, made["href"], description="fast")
    shown = server.client.get(made["href"]).json()
    assert server.client.delete(made["href"]).status_code == 204
    assert eventually(lambda: len(receiver.calls) == 4)
    assert types(receiver.calls) == ["Create", "AttributeValueChange", "StateChange", "Delete"]
    records = [call.json["event"]["productOffering"] for call in receiver.calls]
    assert records[0] == made
    assert records[2] == records[3] == shown
    contract = offering(version).exposure.contract
    validators = Validators([contract])
    for call in receiver.calls:
        validators.check(contract, call.json["eventType"], call.json)


def test_an_event_names_the_request_that_caused_it(server: Served, receiver: Receiver) -> None:
    subscribe(server, "v5", receiver.url("/"))
    answer = server.client.post(
        offering("v5").url, json=offering("v5").body(name="x"), headers={"x-request-id": "request-42"}
    )
    assert answer.status_code == 201
    assert eventually(lambda: len(receiver.calls) == 1)
    assert receiver.calls[0].json["correlationId"] == "request-42"


def test_a_refused_change_is_not_told(server: Served, receiver: Receiver) -> None:
    subscribe(server, "v5", receiver.url("/"))
    assert server.client.post(offering("v5").url, json={"@type": 7}).status_code == 400
    made = offering("v5").make(server.client, name="x", lifecycleStatus="In study")
    answer = server.client.patch(made["href"], json={"lifecycleStatus": "Obsolete"})
    assert answer.status_code == 409
    offering("v5").make(server.client, name="y")
    assert eventually(lambda: len(receiver.calls) == 2)
    assert types(receiver.calls) == ["Create", "Create"]


def test_a_query_in_the_language_of_the_api_narrows(server: Served, receiver: Receiver) -> None:
    subscribe(
        server, "v5", receiver.url("/paths"), "eventType=ProductOfferingCreateEvent&event.productOffering.name.regex=^F"
    )
    subscribe(server, "v4", receiver.url("/record"), "lifecycleStatus=Active;lifecycleStatus=Launched")
    for name, status in (("Fibre", "Active"), ("Copper", "Launched"), ("Fax", "In study")):
        offering("v5").make(server.client, name=name, lifecycleStatus=status)
    offering("v5").make(server.client, name="Fin", lifecycleStatus="Rejected")
    assert eventually(lambda: len(receiver.at("/paths")) == 3)
    assert eventually(lambda: len(receiver.at("/record")) == 2)
    assert [call.json["event"]["productOffering"]["name"] for call in receiver.at("/paths")] == ["Fibre", "Fax", "Fin"]
    assert [call.json["event"]["productOffering"]["name"] for call in receiver.at("/record")] == ["Fibre", "Copper"]


def test_a_change_through_one_version_is_told_in_both(server: Served, receiver: Receiver) -> None:
    subscribe(server, "v4", receiver.url("/v4"))
    subscribe(server, "v5", receiver.url("/v5"))
    made = offering("v4").make(server.client, name="x")
    assert eventually(lambda: len(receiver.calls) == 2)
    [v4], [v5] = receiver.at("/v4"), receiver.at("/v5")
    assert v4.json["event"]["productOffering"] == made
    assert "/v5/" in v5.json["event"]["productOffering"]["href"]
    assert v5.json["event"]["productOffering"] == server.client.get(made["href"].replace("/v4/", "/v5/")).json()


def test_after_unsubscribing_nothing_more_comes(server: Served, receiver: Receiver) -> None:
    location = subscribe(server, "v5", receiver.url("/gone"))
    subscribe(server, "v5", receiver.url("/stays"))
    assert server.client.delete(location).status_code == 204
    offering("v5").make(server.client, name="x")
    assert eventually(lambda: len(receiver.at("/stays")) == 1)
    assert receiver.at("/gone") == []


def test_two_servers_can_be_chained(server: Served, receiver: Receiver) -> None:
    """What one sends, the listener of another takes."""
    subscribe(server, "v4", receiver.url("/"))
    subscribe(server, "v5", receiver.url("/"))
    offering("v5").make(server.client, name="x")
    assert eventually(lambda: len(receiver.calls) == 2)
    for call in receiver.calls:
        version = "v5" if "@type" in call.json else "v4"
        url = f"/tmf-api/productCatalogManagement/{version}/listener/productOfferingCreateEvent"
        answer = server.client.post(url, json=call.json)
        assert answer.status_code == {"v4": 201, "v5": 204}[version], answer.text
