"""Hubs and listeners over HTTP: for every document (TMF630 part 1, 6)."""

import httpx
import pytest

from tests.support.nouns.every import registry
from tmf_server.contracts.contract import Contract
from tmf_server.contracts.operations import Operation

CONTRACTS = registry().contracts
ALL = pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.name)
LISTENERS = [
    (one, operation) for one in CONTRACTS for operation in one.operations.values() if operation.verb == "listen"
]
CALLBACK = "http://127.0.0.1:9/callback?tenant=7"


def body(**attributes: object) -> dict[str, object]:
    return {"callback": CALLBACK, "@type": "Hub"} | attributes


def has(contract: Contract, verb: str) -> bool:
    return any(one.verb == verb for one in contract.operations.values())


@ALL
def test_subscribing_answers_201_with_location_and_unsubscribing_204_then_404(
    client: httpx.Client, contract: Contract
) -> None:
    answer = client.post(f"{contract.base_path}/hub", json=body())
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["callback"] == CALLBACK
    location = answer.headers["location"]
    assert location.endswith(f"{contract.base_path}/hub/{made['id']}")
    if has(contract, "retrieve_subscription"):
        assert client.get(location).json() == made
    assert client.delete(location).status_code == 204
    assert client.delete(location).status_code == 404


@ALL
def test_a_hub_is_of_one_document_alone(client: httpx.Client, contract: Contract) -> None:
    made = client.post(f"{contract.base_path}/hub", json=body()).json()
    for other in CONTRACTS:
        if other is not contract:
            assert client.delete(f"{other.base_path}/hub/{made['id']}").status_code == 404
    assert client.delete(f"{contract.base_path}/hub/{made['id']}").status_code == 204


@ALL
@pytest.mark.parametrize(
    "callback",
    ["http://10.0.0.1/x", "ftp://a.example/x", "http://a.example/x", "https://[::1]/x", "https://192.168.1.1/", "x"],
)
def test_a_callback_that_is_not_called_is_refused(client: httpx.Client, contract: Contract, callback: str) -> None:
    answer = client.post(f"{contract.base_path}/hub", json=body(callback=callback))
    assert answer.status_code == 400, answer.text
    assert "/callback" in answer.json()["message"]


@ALL
@pytest.mark.parametrize("query", ["eventType=Nonsense", "nothing=1", "eventTime.gt=yesterday", "filter=$[?("])
def test_a_query_that_cannot_be_meant_is_refused(client: httpx.Client, contract: Contract, query: str) -> None:
    assert client.post(f"{contract.base_path}/hub", json=body(query=query)).status_code == 400


@ALL
def test_a_missing_callback_is_named(client: httpx.Client, contract: Contract) -> None:
    answer = client.post(f"{contract.base_path}/hub", json={"@type": "Hub"})
    assert answer.status_code == 400
    assert "callback" in answer.json()["message"]


@pytest.mark.parametrize(
    ("contract", "operation"), LISTENERS, ids=lambda one: getattr(one, "name", getattr(one, "path", None))
)
def test_listeners_keep_what_they_are_sent(client: httpx.Client, contract: Contract, operation: Operation) -> None:
    event = {"eventId": "e1", "eventType": "x", "eventTime": "2026-01-01T00:00:00.000Z", "@type": "Event"}
    schema = next(iter(operation.request_schemas.values())) or ""
    if "@type" in contract.properties(schema):
        event["@type"] = schema
    answer = client.post(f"{contract.base_path}{operation.path}", json=event)
    assert answer.status_code == operation.success, answer.text
    if operation.success != 204:
        assert answer.json()["callback"].endswith(f"{contract.base_path}{operation.path}")
        assert answer.json()["id"].isdigit()
