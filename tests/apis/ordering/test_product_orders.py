"""Product orders over HTTP, on both databases and in both versions: placed, priced, rejected, changed, referred to."""

from typing import Any

import httpx
import pytest

from tests.support.nouns.ordering import (
    CATALOG,
    V4,
    V5,
    Body,
    codes,
    events,
    item,
    made,
    move,
    offering,
    order,
    patch,
    price,
    product,
    refused,
    specification,
    states,
    stored,
)
from tests.support.published import FOUND, MISSING, request_examples
from tests.support.servers.served import Served

MERGE = {"content-type": "application/merge-patch+json"}


@pytest.fixture
def catalog(client: httpx.Client) -> httpx.Client:
    """A client of a server with prices, a specification and the offering `fibre`."""
    for id_ in ("monthly", "setup", "data", "off"):
        price(client, id_)
    specification(client)
    offering(client, "fibre", "monthly", "setup", productSpecification=LINE)
    return client


LINE = {"id": "line", "@type": "ProductSpecificationRef"}
SPEED = product(speed=100)


def total(document: Body) -> list[tuple[Any, ...]]:
    return [
        (one["priceType"], one["price"]["dutyFreeAmount"]["value"], one["price"]["taxIncludedAmount"]["value"])
        for one in document.get("orderTotalPrice", ())
    ]


# -- placed -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("base", [V4, V5])
def test_an_order_of_what_is_not_here_is_taken_as_it_comes(client: httpx.Client, base: str) -> None:
    body = item("1", "elsewhere", quantity=2, note=[{"@type": "Note", "text": "x"}])
    placed = order(client, body, base=base, category="B2C")
    assert placed["productOrderItem"] == [body | {"state": "acknowledged"}]
    assert placed["state"] == "acknowledged"
    date = "orderDate" if base == V4 else "creationDate"
    assert placed[date].endswith("Z")
    assert not {"orderTotalPrice", "productOrderErrorMessage"} & placed.keys()


@pytest.mark.skipif(not FOUND, reason=MISSING)
@pytest.mark.parametrize("name", ["CreateProductOrder1", "CreateProductOrder2"])
def test_published_orders_come_back_in_both_versions(client: httpx.Client, name: str) -> None:
    [example] = [one for one in request_examples() if one.document == "TMF622/v5" and one.name == name]
    placed = made(client, f"{V5}/productOrder", example.value)
    for attribute, value in example.value.items():
        if attribute not in ("productOrderItem", "orderTotalPrice"):
            assert placed[attribute] == value
    for sent, back in zip(example.value["productOrderItem"], placed["productOrderItem"], strict=True):
        assert sent.items() <= back.items()
        assert back.keys() - sent.keys() <= {"state", "itemTotalPrice"}
    old = client.get(f"{V4}/productOrder/{placed['id']}").json()
    again = {name: one for name, one in old.items() if name not in ("id", "href")}
    assert made(client, f"{V4}/productOrder", again)["productOrderItem"] == old["productOrderItem"]


def test_a_draft_is_not_judged_until_it_is_ordered(catalog: httpx.Client) -> None:
    offering(catalog, "old", lifecycleStatus="Retired")
    draft = order(catalog, item("1", "old"), requestedInitialState="draft")
    assert (draft["state"], codes(draft)) == ("draft", [])
    ordered = patch(catalog, draft, state="acknowledged").json()
    assert (ordered["state"], codes(ordered), states(ordered)) == ("rejected", ["offeringNotLaunched"], ["rejected"])
    assert catalog.get(f"{V4}/productOrder/{draft['id']}").json()["state"] == "rejected"


def test_a_draft_is_priced_when_it_is_ordered(catalog: httpx.Client) -> None:
    draft = order(catalog, item("1", "fibre") | SPEED, requestedInitialState="draft")
    assert "itemPrice" not in draft["productOrderItem"][0]
    assert catalog.get(f"{V4}/productOrder/{draft['id']}").json()["state"] == "acknowledged"
    ordered = patch(catalog, draft, state="acknowledged").json()
    assert total(ordered) == [("recurring", 39.9, 47.88), ("oneTime", 50.1, 60.12)]


# -- prices -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("base", [V4, V5])
def test_prices_are_copied_and_totals_computed(catalog: httpx.Client, base: str) -> None:
    claimed = [{"@type": "OrderPrice", "priceType": "recurring", "price": {"@type": "Price"}}]
    one = item("1", "fibre", quantity=3, itemPrice=claimed) | SPEED
    placed = order(catalog, one, item("2", "elsewhere"), base=base, orderTotalPrice=claimed)
    first, second = placed["productOrderItem"]
    assert first["itemPrice"] == [
        {
            "@type": "OrderPrice",
            "name": "monthly",
            "priceType": "recurring",
            "recurringChargePeriod": "month",
            "price": {
                "@type": "Price",
                "dutyFreeAmount": {"unit": "EUR", "value": 39.9},
                "taxRate": 20,
                "taxIncludedAmount": {"unit": "EUR", "value": 47.88},
            },
            "productOfferingPrice": first["itemPrice"][0]["productOfferingPrice"],
        },
        first["itemPrice"][1],
    ]
    assert first["itemPrice"][0]["productOfferingPrice"]["href"].endswith("/productOfferingPrice/monthly")
    assert total(placed) == [("recurring", 119.7, 143.64), ("oneTime", 150.3, 180.36)]
    assert first["itemTotalPrice"] == placed["orderTotalPrice"]
    assert "itemPrice" not in second


def test_later_edits_of_the_catalog_never_change_an_order(catalog: httpx.Client) -> None:
    placed = order(catalog, item("1", "fibre") | SPEED)
    money = {"price": {"unit": "EUR", "value": 1}}
    assert catalog.patch(f"{CATALOG}/productOfferingPrice/monthly", json=money, headers=MERGE).status_code == 200
    off = catalog.patch(f"{CATALOG}/productOffering/fibre", json={"lifecycleStatus": "Retired"}, headers=MERGE)
    assert off.status_code == 200
    assert stored(catalog, placed) == placed
    changed = patch(catalog, placed, description="new").json()
    assert changed == placed | {"description": "new"}
    first = placed["productOrderItem"][0]
    assert patch(catalog, placed, productOrderItem=[first | {"note": [{"@type": "Note", "text": "x"}]}]).json()[
        "orderTotalPrice"
    ] == placed["orderTotalPrice"]  # fmt: skip


def test_the_price_of_what_is_here_is_not_the_client_s_to_change(catalog: httpx.Client) -> None:
    placed = order(catalog, item("1", "fibre") | SPEED)
    first = placed["productOrderItem"][0]
    cheap = [one | {"price": {"@type": "Price", "dutyFreeAmount": {"unit": "EUR", "value": 0}}} for one in
             first["itemPrice"]]  # fmt: skip
    answer = patch(catalog, placed, productOrderItem=[first | {"itemPrice": cheap}], orderTotalPrice=[])
    assert answer.status_code == 200
    assert answer.json() == placed


def test_a_change_of_the_quantity_changes_the_totals(catalog: httpx.Client) -> None:
    placed = order(catalog, item("1", "fibre") | SPEED)
    changed = patch(catalog, placed, productOrderItem=[placed["productOrderItem"][0] | {"quantity": 2}]).json()
    assert total(changed) == [("recurring", 79.8, 95.76), ("oneTime", 100.2, 120.24)]


def test_totals_that_were_rounded_are_no_fault_of_a_patch(client: httpx.Client) -> None:
    amounts = {"dutyFreeAmount": {"unit": "EUR", "value": 0.03}, "taxRate": 15}
    one = {"@type": "OrderPrice", "priceType": "oneTime", "price": {"@type": "Price"} | amounts}
    placed = order(client, *(item(str(number), itemPrice=[one]) for number in range(9)))
    assert total(placed) == [("oneTime", 0.27, 0.27)]
    first, *rest = placed["productOrderItem"]
    for quantity, whole in ((2, 0.3), (2**50, 33776997205278.96)):
        answer = patch(client, placed, productOrderItem=[first | {"quantity": quantity}, *rest])
        assert (answer.status_code, total(answer.json())[0][1]) == (200, whole), answer.text


def test_what_a_bundle_s_price_includes_is_not_charged_again(catalog: httpx.Client) -> None:
    price(catalog, "all-in")
    limits = {"@type": "BundledProductOfferingOption", "numberRelOfferLowerLimit": 1, "numberRelOfferUpperLimit": 1}
    part = {"@type": "BundledProductOffering", "id": "fibre", "bundledProductOfferingOption": limits}
    offering(catalog, "home", "all-in", "off", isBundle=True, bundledProductOffering=[part])
    placed = order(catalog, item("1", "home", productOrderItem=[item("1.1", "fibre") | SPEED]))
    assert total(placed) == [("recurring", 40.5, 48.6), ("oneTime", 50.1, 60.12)]
    [bundle] = placed["productOrderItem"]
    assert [one["name"] for one in bundle["itemPrice"]] == ["all-in"]
    assert [one["name"] for one in bundle["productOrderItem"][0]["itemPrice"]] == ["setup"]
    related = item("1", "home", productOrderItemRelationship=[BUNDLES])
    assert total(order(catalog, related, item("2", "fibre") | SPEED)) == total(placed)
    assert codes(order(catalog, item("1", "home"))) == ["bundle"]


BUNDLES = {"@type": "OrderItemRelationship", "id": "2", "relationshipType": "bundles"}


def test_prices_that_hold_for_other_choices_or_times_are_not_copied(catalog: httpx.Client) -> None:
    use = {"@type": "ProductSpecificationCharacteristicValueUse", "name": "speed", "productSpecCharacteristicValue": [
        {"@type": "NumberCharacteristicValueSpecification", "value": 200}]}  # fmt: skip
    price(catalog, "all-in", parts=(), prodSpecCharValueUse=[use])
    made(catalog, f"{CATALOG}/productOfferingPrice", {"@type": "ProductOfferingPrice", "id": "past", "name": "past",
         "priceType": "oneTime", "price": {"unit": "EUR", "value": 1}, "lifecycleStatus": "Active",
         "validFor": {"endDateTime": "2020-01-01T00:00:00Z"}})  # fmt: skip
    offering(catalog, "quick", "monthly", "all-in", "past", productSpecification=LINE)
    for speed, names in ((100, ["monthly"]), (200, ["monthly", "all-in"])):
        placed = order(catalog, item("1", "quick") | product(speed=speed))
        assert [one["name"] for one in placed["productOrderItem"][0]["itemPrice"]] == names


# -- rejected -----------------------------------------------------------------------------------------
REJECTED = [
    ({"lifecycleStatus": "In study"}, ["offeringNotLaunched"]),
    ({"isSellable": False}, ["offeringNotSellable"]),
    ({"validFor": {"endDateTime": "2020-01-01T00:00:00Z"}}, ["offeringNotValid"]),
    ({"lifecycleStatus": "Obsolete", "isSellable": False}, ["offeringNotLaunched", "offeringNotSellable"]),
    ({"productSpecification": LINE}, ["characteristic"]),
]


@pytest.mark.parametrize("base", [V4, V5])
@pytest.mark.parametrize(("attributes", "expected"), REJECTED)
def test_a_breach_rejects_the_order(catalog: httpx.Client, attributes: Body, expected: list[str], base: str) -> None:
    offering(catalog, "odd", "monthly", **attributes)
    placed = order(catalog, item("1", "odd"), item("2", "fibre") | SPEED, base=base, note=[NOTE])
    assert placed["state"] == "rejected"
    assert states(placed) == ["rejected", "rejected"]
    assert "itemPrice" not in placed["productOrderItem"][1]
    assert codes(stored(catalog, placed)) == expected
    [message, *_] = stored(catalog, placed)["productOrderErrorMessage"]
    assert message["productOrderItem"][0] == {
        "@type": "ProductOrderItemRef", "productOrderId": placed["id"], "productOrderItemId": "1"
    }  # fmt: skip
    shown = stored(catalog, placed, V4)
    assert [one["text"].partition(":")[0] for one in shown["note"]] == ["as asked", *expected]
    assert "productOrderErrorMessage" not in shown


NOTE = {"@type": "Note", "text": "as asked"}


@pytest.mark.parametrize("action", ["modify", "delete"])
def test_what_changes_a_product_names_it(client: httpx.Client, action: str) -> None:
    assert codes(order(client, item("1", action=action))) == ["productNotNamed"]
    named = {"@type": "ProductRef", "id": "p1"}
    assert order(client, item("1", action=action, product=named))["state"] == "acknowledged"


def test_every_breach_is_told(catalog: httpx.Client) -> None:
    offering(catalog, "old", lifecycleStatus="Retired")
    placed = order(catalog, *(item(str(number), "old") for number in range(30)), item("x", "fibre") | product(speed=1))
    assert codes(placed) == ["offeringNotLaunched"] * 30 + ["characteristic"]


# -- refused ------------------------------------------------------------------------------------------
def related(id_: str, other: str, kind: str = "reliesOn") -> Body:
    tie = {"@type": "OrderItemRelationship", "id": other, "relationshipType": kind}
    return item(id_, productOrderItemRelationship=[tie])


def money(unit: str = "EUR", gross: float = 12) -> Body:
    amounts = {"dutyFreeAmount": {"unit": unit, "value": 10}, "taxIncludedAmount": {"unit": unit, "value": gross}}
    return {"@type": "OrderPrice", "priceType": "oneTime", "price": {"@type": "Price", "taxRate": 20} | amounts}


REFUSED = [
    ([item("1"), item("1")], "/productOrderItem/1/id"),
    ([item("1", productOrderItem=[item("1")])], "/productOrderItem/0/productOrderItem/0/id"),
    ([related("1", "2")], "/productOrderItem/0/productOrderItemRelationship/0/id"),
    ([related("1", "2"), related("2", "1")], "/productOrderItem/0/productOrderItemRelationship/0/id"),
    ([related("1", "1")], "/productOrderItem/0/productOrderItemRelationship/0/id"),
    ([item("1", itemPrice=[money("EURO")])], "/productOrderItem/0/itemPrice/0/price/dutyFreeAmount/unit"),
    ([item("1", itemPrice=[money(gross=13)])], "/productOrderItem/0/itemPrice/0/price/taxIncludedAmount/value"),
    ([item("1", itemPrice=[money(gross=1e300)])], "/productOrderItem/0/itemPrice/0/price/taxIncludedAmount/value"),
    ([item("1", state="flying")], "/productOrderItem/0/state"),
    ([item("1", action="steal")], "/productOrderItem/0/action"),
    ([item("1", quantity="many")], "/productOrderItem/0/quantity"),
    ([], "/productOrderItem"),
]


@pytest.mark.parametrize("base", [V4, V5])
@pytest.mark.parametrize(("items", "pointer"), REFUSED)
def test_wrong_content_is_refused_and_nothing_is_stored(
    client: httpx.Client, items: list[Body], pointer: str, base: str
) -> None:
    assert pointer in refused(client, *items, base=base)["message"]
    assert client.get(f"{V5}/productOrder").json() == []


@pytest.mark.parametrize("base", [V4, V5])
def test_a_state_outside_the_lifecycle_is_refused(client: httpx.Client, base: str) -> None:
    assert "/state" in refused(client, item("1"), base=base, state="flying")["message"]


@pytest.mark.parametrize("base", [V4, V5])
def test_so_is_that_of_a_cancellation(client: httpx.Client, base: str) -> None:
    body = {"@type": "CancelProductOrder", "productOrder": {"@type": "ProductOrderRef", "id": "x"}, "state": "flying"}
    answer = client.post(f"{base}/cancelProductOrder", json=body)
    assert (answer.status_code, "/state" in answer.json()["message"]) == (400, True)


def test_the_largest_numbers_are_summed(client: httpx.Client) -> None:
    amounts = {"dutyFreeAmount": {"unit": "EUR", "value": 999999999999999}, "taxRate": 1e14}
    one = {"@type": "OrderPrice", "priceType": "oneTime", "price": {"@type": "Price"} | amounts}
    placed = order(client, item("1", quantity=2**63 - 1, itemPrice=[one] * 20))
    assert placed["orderTotalPrice"][0]["price"]["dutyFreeAmount"]["value"] > 1e34
    assert stored(client, placed, V4)["orderTotalPrice"] == placed["orderTotalPrice"]


def test_wrong_content_is_refused_in_a_patch_too(client: httpx.Client) -> None:
    placed = order(client, item("1"), item("2"))
    for items, pointer in [*REFUSED, (None, "/productOrderItem")]:
        answer = patch(client, placed, productOrderItem=items)
        assert (answer.status_code, pointer in answer.json()["message"]) == (400, True), pointer
    assert stored(client, placed) == placed


# -- changed ------------------------------------------------------------------------------------------
def test_the_order_follows_its_items(client: httpx.Client) -> None:
    placed = order(client, item("1"), item("2"))
    for moved, expected in (
        ({"1": "inProgress"}, "inProgress"),
        ({"1": "completed"}, "inProgress"),
        ({"2": "held"}, "held"),
        ({"2": "inProgress"}, "inProgress"),
    ):
        answer = move(client, placed, **moved)
        assert (answer.status_code, answer.json()["state"]) == (200, expected), answer.text
        assert "completionDate" not in answer.json()
    done = move(client, placed, **{"2": "completed"}).json()
    assert (done["state"], states(done)) == ("completed", ["completed", "completed"])
    assert done["completionDate"].endswith("Z")


def test_an_illegal_move_of_an_item_changes_nothing(client: httpx.Client) -> None:
    placed = order(client, item("1", productOrderItem=[item("1.1")]), item("2"))
    nested = placed["productOrderItem"][0] | {"productOrderItem": [item("1.1", state="completed")]}
    for answer, pointer in (
        (move(client, placed, **{"2": "completed"}), "/productOrderItem/1/state"),
        (patch(client, placed, productOrderItem=[nested]), "/productOrderItem/0/productOrderItem/0/state"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "illegalTransition")
        assert pointer in answer.json()["message"]
    assert stored(client, placed) == placed


def test_what_v4_cannot_show_of_a_state_comes_back(client: httpx.Client) -> None:
    placed = order(client, item("1", state="partial"), state="inProgress.accepted")
    shown = stored(client, placed, V4)
    assert (shown["state"], states(shown)) == ("inProgress", ["failed"])
    body = {name: shown[name] for name in ("state", "productOrderItem")} | {"description": "from v4"}
    assert client.patch(shown["href"], json=body).status_code == 200
    again = stored(client, placed)
    assert (again["state"], states(again), again["description"]) == ("inProgress.accepted", ["partial"], "from v4")


def test_an_accepted_order_is_changed_by_the_rules_only(catalog: httpx.Client) -> None:
    placed = order(catalog, item("1", "fibre") | SPEED)
    assert move(catalog, placed, **{"1": "inProgress"}).status_code == 200
    offering(catalog, "old", lifecycleStatus="Retired")
    now = stored(catalog, placed)
    answer = patch(catalog, placed, productOrderItem=[*now["productOrderItem"], item("2", "old")])
    assert (answer.status_code, answer.json()["code"]) == (400, "offeringNotLaunched")
    assert "/productOrderItem/1/productOffering" in answer.json()["message"]
    assert stored(catalog, placed) == now
    answer = patch(catalog, placed, productOrderItem=[*now["productOrderItem"], item("2", "fibre") | SPEED])
    assert total(answer.json()) == [("recurring", 79.8, 95.76), ("oneTime", 100.2, 120.24)]


def test_what_the_server_sets_cannot_be_changed(client: httpx.Client) -> None:
    placed = order(client, item("1"))
    assert patch(client, placed, creationDate="2020-01-01T00:00:00Z").status_code == 400
    old = client.patch(f"{V4}/productOrder/{placed['id']}", json={"orderDate": "2020-01-01T00:00:00Z",
                       "productOrderItem": [item("1")]})  # fmt: skip
    assert old.status_code == 400


def test_events_tell_of_states_and_of_all_else(served: Served) -> None:
    placed = order(served.client, item("1"))
    move(served.client, placed, **{"1": "inProgress"})
    patch(served.client, placed, description="new")
    served.client.delete(placed["href"])
    assert events(served) == [
        ("Create", ()),
        ("StateChange", ("state",)),
        ("AttributeValueChange", ("productOrderItem",)),
        ("AttributeValueChange", ("description",)),
        ("Delete", ()),
    ]
