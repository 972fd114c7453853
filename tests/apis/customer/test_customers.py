"""Customers (TMF629) over HTTP: what each version shows, the status, who names them, who is named."""

from typing import Any

import httpx
import pytest

from tests.apis.test_noun_events import names
from tests.support.published import FOUND, MISSING, request_examples
from tests.support.servers.served import Served

V4 = "/tmf-api/customerManagement/v4/customer"
V5 = "/tmf-api/customerManagement/v5/customer"
PARTY = {"@type": "PartyRef", "id": "p-1", "name": "Ann", "@referredType": "Individual"}
PARTY_V4 = {"id": "p-1", "name": "Ann", "@referredType": "Individual"}


def post(client: httpx.Client, url: str = V5, **attributes: Any) -> dict[str, Any]:
    body = {"name": "Ann", "engagedParty": PARTY if url == V5 else PARTY_V4} | attributes
    answer = client.post(url, json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def ids(client: httpx.Client, query: str, url: str = V5) -> list[str]:
    answer = client.get(f"{url}?{query}")
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()]


@pytest.mark.parametrize("url", [V4, V5])
def test_the_server_says_that_it_is_a_customer(client: httpx.Client, url: str) -> None:
    made = post(client, url)
    assert made["@type"] == "Customer"
    assert client.get(made["href"]).json() == made


@pytest.mark.parametrize("url", [V4, V5])
@pytest.mark.parametrize("name", ["name", "engagedParty"])
def test_a_customer_has_a_name_and_a_party(client: httpx.Client, url: str, name: str) -> None:
    body = {"name": "Ann", "engagedParty": PARTY if url == V5 else PARTY_V4}
    del body[name]
    answer = client.post(url, json=body)
    assert answer.status_code == 400
    assert f"/{name}" in answer.json()["message"]


def test_all_that_v4_says_of_a_customer_is_seen_in_v5_and_comes_back(client: httpx.Client) -> None:
    medium = {"mediumType": "email", "characteristic": {"emailAddress": "ann@example.com", "contactType": "home"}}
    credit = {"creditProfileDate": "2026-01-01T00:00:00Z", "creditScore": 700, "validFor": {}}
    made = post(
        client,
        V4,
        status="prospect",
        account=[{"id": "a-1", "name": "private", "@referredType": "BillingAccount"}],
        contactMedium=[medium],
        characteristic=[{"name": "segment", "value": "gold"}],
        creditProfile=[credit],
        validFor={"startDateTime": "2026-01-01T00:00:00+01:00"},
    )
    shown = client.get(f"{V5}/{made['id']}").json()
    assert shown["engagedParty"] == PARTY
    assert shown["contactMedium"] == [
        {"@type": "EmailContactMedium", "emailAddress": "ann@example.com", "contactType": "home"}
    ]
    assert shown["creditProfile"] == [credit | {"@type": "CreditProfile"}]
    assert shown["validFor"] == {"startDateTime": "2025-12-31T23:00:00Z"}
    changed = client.patch(f"{V5}/{made['id']}", json={"@type": "Customer", "status": "active"})
    assert changed.status_code == 200, changed.text
    again = client.get(f"{V4}/{made['id']}").json()
    assert again == made | {"status": "active"}
    assert again["contactMedium"][0]["characteristic"] == medium["characteristic"]


def test_every_move_of_the_status_is_reported_and_any_is_allowed(served: Served) -> None:
    made = post(served.client, status="prospect")
    for status in ("active", "Gone fishing", "prospect"):
        answer = served.client.patch(made["href"], json={"@type": "Customer", "status": status})
        assert answer.json()["status"] == status
    served.client.patch(made["href"], json={"@type": "Customer", "status": "prospect", "name": "Bea"})
    served.client.delete(made["href"])
    for version in ("v4", "v5"):
        assert names(served, "TMF629", version) == [
            "CustomerCreateEvent",
            "CustomerStateChangeEvent",
            "CustomerStateChangeEvent",
            "CustomerStateChangeEvent",
            "CustomerAttributeValueChangeEvent",
            "CustomerDeleteEvent",
        ]


def test_customers_are_found_by_what_they_have(client: httpx.Client) -> None:
    account = {"@type": "AccountRef", "id": "a-1", "name": "x", "@referredType": "BillingAccount"}
    segment = {"@type": "StringCharacteristic", "name": "segment", "value": "gold"}
    post(
        client,
        id="ann",
        account=[account],
        characteristic=[segment],
        validFor={"startDateTime": "2026-02-01T00:00:00Z"},
    )
    post(client, id="bea", status="active", engagedParty=PARTY | {"id": "p-2"}, role="buyer")
    post(client, V4, id="cleo", validFor={"startDateTime": "2026-02-01T00:30:00+01:00"})
    for url in (V4, V5):
        assert ids(client, "account.id=a-1", url) == ["ann"]
        assert ids(client, "engagedParty.id=p-2", url) == ["bea"]
        assert ids(client, "characteristic.value=gold", url) == ["ann"]
        assert ids(client, "status=active", url) == ["bea"]
        assert ids(client, "validFor.startDateTime.lt=2026-02-01T00:00:00Z", url) == ["cleo"]
        assert ids(client, "sort=-name,id", url) == ["ann", "bea", "cleo"]
    assert ids(client, "role=buyer") == ["bea"]


def test_contact_media_are_found_by_what_v4_shows_of_them(client: httpx.Client) -> None:
    def medium(kind: str, **values: str) -> dict[str, Any]:
        return {"mediumType": kind, "characteristic": values}

    post(client, V4, id="a", contactMedium=[medium("email", emailAddress="a@example.com")])
    post(client, V4, id="b", contactMedium=[medium("Pigeon post", loft="7"), medium("phone", phoneNumber="1")])
    post(client, id="c", contactMedium=[{"@type": "PhoneContactMedium", "phoneNumber": "2"}])
    for query, expected in {
        "mediumType=email": ["a"],
        "mediumType=phone": ["b", "c"],
        "mediumType=Pigeon post": ["b"],
        "mediumType=fax": [],
        "characteristic.emailAddress=a@example.com": ["a"],
        "characteristic.phoneNumber=2": ["c"],
    }.items():
        assert ids(client, f"contactMedium.{query}", V4) == expected, query
    assert ids(client, "contactMedium.phoneNumber=1") == ["b"]


def test_customers_that_name_each_other_can_both_go(client: httpx.Client) -> None:
    def party(id_: str) -> dict[str, Any]:
        role = {"@type": "PartyRoleRef", "id": id_, "@referredType": "Customer"}
        return {"@type": "RelatedPartyRefOrPartyRoleRef", "role": "parent", "partyOrPartyRole": role}

    post(client, id="ann", relatedParty=[party("bea")])
    made = post(client, id="bea", relatedParty=[party("ann")])
    assert made["relatedParty"][0]["partyOrPartyRole"]["href"].endswith(f"{V5}/ann")
    assert ids(client, "relatedParty.partyOrPartyRole.id=ann") == ["bea"]
    assert ids(client, "relatedParty.id=ann", V4) == ["bea"]
    assert client.delete(f"{V5}/ann").status_code == 204
    assert client.delete(f"{V5}/bea").status_code == 204


@pytest.mark.skipif(not FOUND, reason=MISSING)
def test_the_published_examples_are_taken_and_change_what_they_say(client: httpx.Client) -> None:
    examples = [one for one in request_examples() if one.document == "TMF629/v5" and "Customer" in one.operation]
    [example] = [one.value for one in examples if one.operation == "createCustomer"]
    for patch in [one for one in examples if one.operation == "patchCustomer"]:
        made = post(client, **example)
        assert example.items() <= made.items()
        answer = client.patch(made["href"], json=patch.value, headers={"Content-Type": patch.media_type})
        assert answer.status_code == 200, answer.text
        if "query" in patch.media_type:
            assert answer.json()["contactMedium"][1]["preferred"] is True
        else:
            assert (answer.json()["name"], answer.json()["engagedParty"]["id"]) == ("Sun Football Club", "237")
