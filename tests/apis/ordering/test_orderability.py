"""What keeps an item from being ordered, and what orders cost. Pure."""

import time
from typing import Any

import pytest

from tests.support.nouns.order_parts import NOW, Body, amount, item, order
from tmf_server.apis.ordering.rules import assessment as order_assessment
from tmf_server.apis.ordering.rules import prices as order_prices
from tmf_server.apis.ordering.rules.breaches import Case, breaches

# -- what can be ordered ------------------------------------------------------------------------------
LAUNCHED: Body = {"id": "f", "name": "Fibre", "lifecycleStatus": "Launched"}


def judge(offering: Body | None = None, bundled: Any = (), *, part: bool = False, **attributes: Any) -> list[str]:
    given = attributes.pop("specification", None)
    one = item("a", **({"productOffering": {"id": "f"}} | attributes))
    return [found.code for found in breaches(Case("/x", one, offering, given, bundled, NOW, part=part))]


OFFERINGS = [
    (None, []),
    (LAUNCHED, []),
    (LAUNCHED | {"lifecycleStatus": "active"}, []),
    (LAUNCHED | {"lifecycleStatus": "In study"}, ["offeringNotLaunched"]),
    (LAUNCHED | {"lifecycleStatus": "Retired"}, ["offeringNotLaunched"]),
    ({"id": "f"}, ["offeringNotLaunched"]),
    (LAUNCHED | {"isSellable": False}, ["offeringNotSellable"]),
    (LAUNCHED | {"isSellable": True}, []),
    (LAUNCHED | {"validFor": {"startDateTime": "2027-01-01T00:00:00Z"}}, []),
    (LAUNCHED | {"validFor": {"startDateTime": "2027-02-01T00:00:00Z"}}, ["offeringNotValid"]),
    (LAUNCHED | {"validFor": {"endDateTime": "2027-01-01T00:00:00Z"}}, ["offeringNotValid"]),
    ({"id": "f", "isSellable": False}, ["offeringNotLaunched", "offeringNotSellable"]),
]


@pytest.mark.parametrize(("offering", "expected"), OFFERINGS)
def test_offerings(offering: Body | None, expected: list[str]) -> None:
    assert judge(offering) == expected


def test_what_is_not_sold_by_itself_is_sold_in_its_bundle() -> None:
    assert judge(LAUNCHED | {"isSellable": False}, part=True) == []


@pytest.mark.parametrize(("action", "expected"), [("modify", ["productNotNamed"]), ("delete", ["productNotNamed"]),
                                                  ("noChange", []), ("add", [])])  # fmt: skip
def test_what_changes_a_product_names_it(action: str, expected: list[str]) -> None:
    assert judge(None, action=action) == expected
    assert judge(None, action=action, product={"id": "p"}) == []


def test_at_least_one_is_ordered() -> None:
    assert judge(LAUNCHED, quantity=0) == ["quantity"]


def bundled(id_: str, least: int | None, most: int | None, default: int | None = None) -> Body:
    limits = {"numberRelOfferLowerLimit": least, "numberRelOfferUpperLimit": most, "numberRelOfferDefault": default}
    return {"id": id_, "bundledProductOfferingOption": {name: one for name, one in limits.items() if one is not None}}


BUNDLE = LAUNCHED | {"bundledProductOffering": [bundled("tv", 1, 1, 1), bundled("line", 1, 2), bundled("box", 0, 1)]}
GROUP = LAUNCHED | {
    "bundledGroupProductOffering": [
        {
            "name": "channels",
            "bundledProductOffering": [{"id": "sport"}, {"id": "films"}],
            "bundledGroupProductOfferingOption": {"numberRelOfferLowerLimit": 1, "numberRelOfferUpperLimit": 2},
        }
    ]
}


def parts(text: str) -> list[Body]:
    return [item(str(n), productOffering={"id": one}) for n, one in enumerate(text.split())]


BUNDLES = [
    (BUNDLE, parts("tv line"), 0),
    (BUNDLE, parts("line"), 0),  # one tv by default
    (BUNDLE, parts("tv"), 1),
    (BUNDLE, parts("tv line line box"), 0),
    (BUNDLE, parts("tv line line line"), 1),
    (BUNDLE, parts("tv tv line box box"), 2),
    (BUNDLE, [*parts("tv"), item("x", productOffering={"id": "line"}, quantity=3)], 1),
    (BUNDLE, parts("tv line radio"), 1),
    (BUNDLE, [*parts("tv line"), item("x")], 0),
    (GROUP, parts("sport films"), 0),
    (GROUP, parts(""), 1),
    (GROUP, parts("sport sport films"), 1),
    (LAUNCHED, parts("radio"), 0),
]


@pytest.mark.parametrize(("offering", "items", "number"), BUNDLES)
def test_bundles(offering: Body, items: list[Body], number: int) -> None:
    assert judge(offering, items) == ["bundle"] * number


YEAR: Body = {"name": "12 months", "duration": {"amount": 12, "units": "month"}}
TERMS = [
    ([YEAR], [YEAR], []),
    ([YEAR], [{"name": "12 months"}], []),
    ([YEAR], [], []),
    ([], [YEAR], []),
    ([YEAR], [{"name": "24 months"}], ["term"]),
    ([YEAR], [YEAR | {"duration": {"amount": 6, "units": "month"}}], ["term"]),
]


@pytest.mark.parametrize(("offered", "named", "expected"), TERMS)
def test_terms(offered: list[Body], named: list[Body], expected: list[str]) -> None:
    assert judge(LAUNCHED | {"productOfferingTerm": offered}, itemTerm=named) == expected


def rule(**attributes: Any) -> Body:
    return {"name": "c"} | attributes


def values(*found: Any, **attributes: Any) -> Body:
    return rule(characteristicValueSpecification=[{"value": one} for one in found], **attributes)


RANGE = {"valueFrom": 1, "valueTo": 5}
CHARACTERISTICS = [
    (values(100, 200), [100], 0),
    (values(100, 200), ["100"], 0),
    (values(100, 200), [150], 1),
    (values(100, 200), [], 0),
    (values(100, 200, minCardinality=1), [], 1),
    (values(100, minCardinality=1), [], 0),
    (values(100, 200, maxCardinality=1), [100, 200], 1),
    (values(100, 200, maxCardinality=2), [100, 200], 0),
    (values(100, 200, extensible=True), [150], 0),
    (values(True, False), ["true"], 0),
    (values("red"), ["blue"], 1),
    (rule(regex="[a-z]+"), ["abc"], 0),
    (rule(regex="[a-z]+"), ["abc1"], 1),
    (rule(regex="(a+)+$"), ["a" * 5_000 + "b"], 1),
    (rule(regex="("), ["anything"], 0),
    (rule(characteristicValueSpecification=[RANGE]), [5], 0),
    (rule(characteristicValueSpecification=[RANGE]), [6], 1),
    (rule(characteristicValueSpecification=[RANGE]), ["wide"], 1),
    (rule(characteristicValueSpecification=[RANGE | {"rangeInterval": "open"}]), [5], 1),
    (rule(characteristicValueSpecification=[RANGE | {"rangeInterval": "closedTop"}]), [5], 0),
    (rule(characteristicValueSpecification=[RANGE | {"rangeInterval": "closedTop"}]), [1], 1),
    (rule(characteristicValueSpecification=[RANGE | {"rangeInterval": "closedBottom"}]), [1], 0),
    (rule(characteristicValueSpecification=[{"regex": "[0-9]+"}]), ["x"], 1),
    (rule(characteristicValueSpecification=[{"value": 1, "validFor": {"endDateTime": "2027-01-01"}}]), [1], 1),
    (rule(), [{"any": "thing"}], 0),
]


def chosen(found: list[Any], name: str = "c") -> Body:
    return {"product": {"productCharacteristic": [{"name": name, "value": one} for one in found]}}


@pytest.mark.parametrize(("declared", "found", "number"), CHARACTERISTICS)
def test_characteristics(declared: Body, found: list[Any], number: int) -> None:
    specification = {"productSpecCharacteristic": [declared]}
    assert judge(LAUNCHED, specification=specification, **chosen(found)) == ["characteristic"] * number


def test_an_offering_narrows_what_its_specification_allows() -> None:
    use = {"name": "c", "productSpecCharacteristicValue": [{"value": 100}]}
    specification = {"productSpecCharacteristic": [values(100, 200)]}
    narrowed = LAUNCHED | {"prodSpecCharValueUse": [use]}
    assert judge(narrowed, specification=specification, **chosen([200])) == ["characteristic"]
    assert judge(narrowed, specification=specification, **chosen([100])) == []


def test_a_characteristic_that_the_specification_does_not_have_is_refused_where_it_lists_some() -> None:
    assert judge(LAUNCHED, specification={"productSpecCharacteristic": [rule()]}, **chosen([1], "d")) == [
        "characteristic"
    ]
    assert judge(LAUNCHED, specification={}, **chosen([1], "d")) == []


# -- prices -------------------------------------------------------------------------------------------
def priced(*prices: Body, quantity: int = 1, action: str = "add") -> Body:
    return item("a", action=action, quantity=quantity, itemPrice=list(prices))


def sums(document: Body) -> list[tuple[Any, ...]]:
    found = order_prices.totals(document, None, NOW).get("orderTotalPrice", [])
    return [
        (
            one["priceType"],
            one.get("recurringChargePeriod"),
            one["price"].get("dutyFreeAmount", {}).get("value"),
            one["price"].get("taxIncludedAmount", {}).get("value"),
        )
        for one in found
    ]


MONTHLY = amount(10, 12, 20) | {"recurringChargePeriod": "month"}
ONCE = amount(5, 6, 20) | {"priceType": "oneTime"}
SUMS = [
    ([priced(MONTHLY, quantity=3)], [("recurring", "month", 30, 36)]),
    ([priced(MONTHLY, ONCE), priced(MONTHLY)], [("recurring", "month", 20, 24), ("oneTime", None, 5, 6)]),
    ([priced(ONCE), priced(ONCE | {"priceType": "one time"})], [("oneTime", None, 10, 12)]),
    ([priced(MONTHLY, MONTHLY | {"recurringChargePeriod": "year"})],
     [("recurring", "month", 10, 12), ("recurring", "year", 10, 12)]),
    ([priced(amount(0.1, 0.1)), priced(amount(0.2, 0.2))], [("recurring", None, 0.3, 0.3)]),
    ([priced(ONCE | {"priceType": "usage"})], []),
    ([priced({"priceType": "oneTime", "price": {"dutyFreeAmount": {"unit": "EUR", "value": 5}, "taxRate": 20}})],
     [("oneTime", None, 5, 6)]),
    ([priced({"priceType": "oneTime", "price": {"taxIncludedAmount": {"unit": "EUR", "value": 6}}})],
     [("oneTime", None, None, 6)]),
    ([priced(MONTHLY | {"priceAlteration": [{"priceType": "discount", "price": {"percentage": 50}}]})],
     [("recurring", "month", 5, 6)]),
    ([priced(MONTHLY | {"priceAlteration": [
        {"priceType": "discount", "price": {"percentage": 50}, "applicationDuration": 3}]})],
     [("recurring", "month", 10, 12)]),
    ([priced(MONTHLY, action="delete")], []),
    ([item("b", productOrderItem=[priced(MONTHLY)])], [("recurring", "month", 10, 12)]),
    ([priced(amount(100.5, 100.5, unit="JPY"), quantity=3)], [("recurring", None, 302, 302)]),
]  # fmt: skip


@pytest.mark.parametrize(("items", "expected"), SUMS)
def test_totals(items: list[Body], expected: list[Any]) -> None:
    assert sums(order(*items)) == expected


def test_a_total_that_cannot_be_computed_is_the_client_s() -> None:
    assert order_prices.totals(order(item("a"), orderTotalPrice=[ONCE]), None, NOW) == {}


def test_an_order_is_asked_about_what_it_needs_only() -> None:
    document = order(item("a", productOffering={"id": "f"}), item("b", action="delete", productOffering={"id": "g"}))
    assert set(order_assessment.wanted(document | {"state": "acknowledged"}, None, {})) == {("productOffering", "f")}
    for state in ("draft", "held", "completed"):
        assert set(order_assessment.wanted(document | {"state": state}, None, {})) == set()
    known = {("productOffering", "f"): {"productSpecification": {"id": "s"}, "productOfferingPrice": [{"id": "p"}]}}
    assert set(order_assessment.wanted(document | {"state": "acknowledged"}, None, known)) == {
        ("productOffering", "f"), ("productSpecification", "s"), ("productOfferingPrice", "p")
    }  # fmt: skip


def test_an_order_of_thousands_of_items_is_judged_in_a_moment() -> None:
    tie = {"id": "0", "relationshipType": "bundledBy"}
    rest = [item(str(n), productOffering={"id": "f"}, productOrderItemRelationship=[tie]) for n in range(1, 4_000)]
    document = order(item("0", productOffering={"id": "f"}), *rest, state="acknowledged")
    known = {("productOffering", "f"): LAUNCHED}
    started = time.process_time()
    assert list(order_assessment.wanted(document, None, known))
    assert order_assessment.conclude(document, None, known, NOW)["productOrderItem"] == document["productOrderItem"]
    assert time.process_time() - started < 5
