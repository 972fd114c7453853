"""Bundles without a price of their own cost what they take by default."""

from typing import Any

import httpx
import pytest

from tests.support.nouns.ordering import CATALOG, V4, V5, Body, item, offering, order, patch, price
from tmf_server.apis.ordering.rules import bundles

MONTHLY, SETUP, DATA = ("recurring", 39.9, 47.88), ("oneTime", 50.1, 60.12), 2.0


def total(placed: Body) -> list[tuple[str, float, float]]:
    """The kinds of prices of an order with their sums, without and with tax."""
    return [
        (one["priceType"], one["price"]["dutyFreeAmount"]["value"], one["price"]["taxIncludedAmount"]["value"])
        for one in placed.get("orderTotalPrice", ())
    ]


def part(id_: str, default: int = 1, **more: Any) -> Body:
    option = {"@type": "BundledProductOfferingOption", "numberRelOfferDefault": default}
    return {"@type": "BundledProductOffering", "id": id_, "bundledProductOfferingOption": option | more}


@pytest.fixture
def catalog(client: httpx.Client) -> httpx.Client:
    """A line and a box with prices, an option that is not taken by default, and bundles of them without a price."""
    for id_ in ("monthly", "setup", "data", "off"):
        price(client, id_)
    offering(client, "line", "monthly", "data", "off", isSellable=False)
    offering(client, "box", "setup")
    offering(client, "extra", "setup")
    offering(client, "home", isBundle=True, bundledProductOffering=[part("line"), part("box", 2), part("extra", 0)])
    return client


@pytest.mark.parametrize("base", [V4, V5])
def test_a_bundle_without_a_price_costs_its_default_parts(catalog: httpx.Client, base: str) -> None:
    placed = order(catalog, item("1", "home"), base=base)
    assert placed["state"] == "acknowledged"
    assert total(placed) == [("recurring", 35.91, 43.09), ("oneTime", 100.2, 120.24)]
    [one] = placed["productOrderItem"]
    assert [(price["name"], price["price"]["dutyFreeAmount"]["value"]) for price in one["itemPrice"]] == [
        ("monthly", 39.9), ("data", 2.0), ("setup", 100.2),
    ]  # fmt: skip
    assert total(order(catalog, item("1", "home", quantity=2))) == [
        ("recurring", 71.82, 86.18), ("oneTime", 200.4, 240.48),
    ]  # fmt: skip


def test_a_part_that_is_ordered_is_charged_as_its_item_says(catalog: httpx.Client) -> None:
    placed = order(catalog, item("1", "home", productOrderItem=[item("1.1", "box"), item("1.2", "extra")]))
    assert total(placed) == [("recurring", 35.91, 43.09), ("oneTime", 100.2, 120.24)]
    [one] = placed["productOrderItem"]
    assert [price["name"] for price in one["itemPrice"]] == ["monthly", "data"]


def test_a_part_that_is_added_later_takes_the_place_of_the_default(catalog: httpx.Client) -> None:
    placed = order(catalog, item("1", "home"))
    [one] = placed["productOrderItem"]
    boxes = item("1.1", "box", quantity=3)
    for nested, has_prices in ([boxes], True), ([boxes, item("1.2", "line")], False):
        answer = patch(catalog, placed, productOrderItem=[one | {"productOrderItem": nested}])
        assert answer.status_code == 200, answer.text
        assert sorted(total(answer.json())) == [("oneTime", 150.3, 180.36), ("recurring", 35.91, 43.09)]
        assert ("itemPrice" in answer.json()["productOrderItem"][0]) is has_prices


def test_bundles_inside_a_bundle_are_counted_through(catalog: httpx.Client) -> None:
    offering(catalog, "street", isBundle=True, bundledProductOffering=[part("home", 3), part("line")])
    assert total(order(catalog, item("1", "street"))) == [("recurring", 143.64, 172.37), ("oneTime", 300.6, 360.72)]


def test_a_member_of_a_group_that_is_taken_stands_for_the_group(catalog: httpx.Client) -> None:
    group = {
        "@type": "BundledGroupProductOffering",
        "name": "device",
        "bundledProductOffering": [part("box"), part("extra", 0)],
    }
    offering(
        catalog, "choice", isBundle=True, bundledProductOffering=[part("line")], bundledGroupProductOffering=[group]
    )
    assert total(order(catalog, item("1", "choice")))[-1] == SETUP
    placed = order(catalog, item("1", "choice", productOrderItem=[item("1.1", "extra")]))
    assert total(placed)[-1] == SETUP
    assert [price["name"] for price in placed["productOrderItem"][0]["itemPrice"]] == ["monthly", "data"]


def test_a_price_of_its_own_is_the_price(catalog: httpx.Client) -> None:
    offering(catalog, "fixed", "setup", isBundle=True, bundledProductOffering=[part("line")])
    assert total(order(catalog, item("1", "fixed"))) == [SETUP]


def test_what_a_client_says_stays_where_no_part_has_a_price(catalog: httpx.Client) -> None:
    offering(catalog, "bare", isBundle=True, bundledProductOffering=[part("nowhere")])
    amount = {"@type": "Price", "dutyFreeAmount": {"unit": "EUR", "value": 1}, "taxRate": 0}
    said = [{"@type": "OrderPrice", "priceType": "oneTime", "price": amount}]
    assert total(order(catalog, item("1", "bare", itemPrice=said))) == [("oneTime", 1, 1)]


def test_prices_of_an_order_stay_when_the_bundle_changes(catalog: httpx.Client) -> None:
    placed = order(catalog, item("1", "home"))
    price(catalog, "all-in", parts=())
    offering(catalog, "other", "all-in")
    home = catalog.get(f"{CATALOG}/productOffering/home").json()
    bundle = {"@type": "ProductOffering", "bundledProductOffering": [part("other")]}
    assert catalog.patch(home["href"], json=bundle).status_code == 200
    answer = patch(catalog, placed, description="later")
    assert total(answer.json()) == total(placed)


def test_a_bundle_that_cannot_be_counted_has_no_sum() -> None:
    known: dict[tuple[str, str], Body | None] = {
        ("productOffering", "leaf"): {"id": "leaf", "productOfferingPrice": [{}]}
    }
    inner = [{"id": str(level), "bundledProductOfferingOption": {"numberRelOfferDefault": 1}} for level in range(40)]
    for level in range(40):
        known["productOffering", str(level)] = {"bundledProductOffering": inner}
    loop = {"bundledProductOffering": inner}
    assert bundles.parts(loop, known) == []
    assert len(list(bundles.wanted(loop, known))) == bundles.MOST_PARTS
