"""Product orders and what they refer to: found by it, and needing it while they are open."""

import httpx

from tests.support.nouns.ordering import CATALOG, V4, V5, item, offering, order, patch, price, stored

PARTY = {
    "@type": "RelatedPartyRefOrPartyRoleRef",
    "role": "customer",
    "partyOrPartyRole": {"@type": "PartyRoleRef", "id": "c1", "@referredType": "Customer"},
}


def test_orders_are_found_by_party_and_by_offering(client: httpx.Client) -> None:
    mine = order(client, item("1", "fibre"), relatedParty=[PARTY])
    order(client, item("1", "fibre"), item("2", "mobile"))
    found = client.get(f"{V4}/productOrder?relatedParty.id=c1").json()
    assert [one["id"] for one in found] == [mine["id"]]
    assert len(client.get(f"{V5}/productOrder?relatedParty.partyOrPartyRole.id=c1").json()) == 1
    for base in (V4, V5):
        for id_, number in (("fibre", 2), ("mobile", 1), ("radio", 0)):
            url = f"{base}/productOrder?productOrderItem.productOffering.id={id_}"
            assert len(client.get(url).json()) == number
    assert len(client.get(f"{V5}/productOrder?state=acknowledged&sort=-creationDate").json()) == 2


def test_an_open_order_needs_its_offering_and_its_customer(client: httpx.Client) -> None:
    price(client, "monthly")
    offering(client, "fibre", "monthly")
    customer = {"@type": "Customer", "id": "c1", "name": "Ann", "engagedParty": {"@type": "PartyRef", "id": "p1"}}
    kept = client.post("/tmf-api/customerManagement/v5/customer", json=customer)
    assert kept.status_code == 201
    placed = order(client, item("1", "fibre"), relatedParty=[PARTY])
    needed = [f"{CATALOG}/productOffering/fibre", kept.json()["href"]]
    for href in needed:
        answer = client.delete(href)
        assert (answer.status_code, answer.json()["code"]) == (409, "inUse")
        assert placed["id"] in answer.json()["reason"]
    for state in ("inProgress", "completed"):
        assert patch(client, placed, state=state).status_code == 200
    for href in needed:
        assert client.delete(href).status_code == 204
    assert stored(client, placed)["orderTotalPrice"] == placed["orderTotalPrice"]


def test_an_order_that_another_one_names_can_be_deleted(client: httpx.Client) -> None:
    first = order(client, item("1"))
    tie = {"@type": "OrderRelationship", "@referredType": "ProductOrder", "id": first["id"], "relationshipType": "x"}
    second = order(client, item("1"), orderRelationship=[tie])
    assert client.delete(first["href"]).status_code == 204
    assert "orderRelationship" not in stored(client, second)
