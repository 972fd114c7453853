"""A small catalog and product orders for tests. Holds no test."""

from typing import Any

import httpx
from orjson import loads

from tests.support.servers.served import Served

V5 = "/tmf-api/productOrderingManagement/v5"
V4 = "/tmf-api/productOrderingManagement/v4"
CATALOG = "/tmf-api/productCatalogManagement/v5"
Body = dict[str, Any]

PRICES: dict[str, Body] = {
    "monthly": {"priceType": "recurring", "recurringChargePeriodType": "month", "price": 39.9},
    "setup": {"priceType": "oneTime", "price": 50.1},
    "data": {"priceType": "usage", "price": 2.0, "unitOfMeasure": {"amount": 1, "units": "GB"}},
    "off": {"priceType": "discount", "percentage": 10},
    "all-in": {"priceType": "recurring", "recurringChargePeriodType": "month", "price": 45, "parts": ["monthly"]},
}


def price(client: httpx.Client, id_: str, **attributes: Any) -> Body:
    """One of the PRICES, in euro and with 20 per cent of tax."""
    given = PRICES[id_] | attributes
    amount, parts = given.pop("price", None), given.pop("parts", ())
    body: Body = {"@type": "ProductOfferingPrice", "id": id_, "name": id_, "lifecycleStatus": "Active"} | given
    if amount is not None:
        body["price"] = {"unit": "EUR", "value": amount}
        body["tax"] = [{"@type": "TaxItem", "taxCategory": "VAT", "taxRate": 20}]
    if parts:
        body["bundledPopRelationship"] = [
            {"id": one, "@type": "BundledProductOfferingPriceRelationship"} for one in parts
        ]
    return made(client, f"{CATALOG}/productOfferingPrice", body)


def specification(client: httpx.Client, **attributes: Any) -> Body:
    """A specification of a line with a speed of 100 or 200 and a colour."""
    speeds = [{"@type": "NumberCharacteristicValueSpecification", "value": one} for one in (100, 200)]
    characteristics = [
        {
            "@type": "CharacteristicSpecification",
            "name": "speed",
            "valueType": "number",
            "minCardinality": 1,
            "maxCardinality": 1,
            "characteristicValueSpecification": speeds,
        },
        {"@type": "CharacteristicSpecification", "name": "colour", "valueType": "string", "regex": "[a-z]+"},
    ]
    body = {
        "@type": "ProductSpecification",
        "id": "line",
        "name": "Line",
        "lifecycleStatus": "Active",
        "productSpecCharacteristic": characteristics,
    }
    return made(client, f"{CATALOG}/productSpecification", body | attributes)


def offering(client: httpx.Client, id_: str, *prices: str, **attributes: Any) -> Body:
    """An offering that can be ordered, with the prices."""
    body: Body = {"@type": "ProductOffering", "id": id_, "name": id_, "lifecycleStatus": "Launched"}
    if prices:
        body["productOfferingPrice"] = [{"id": one, "@type": "ProductOfferingPriceRef"} for one in prices]
    return made(client, f"{CATALOG}/productOffering", body | attributes)


def made(client: httpx.Client, url: str, body: Body) -> Body:
    """POST it; what the server answered."""
    answer = client.post(url, json=body)
    assert answer.status_code == 201, answer.text
    document: Body = answer.json()
    assert client.get(document["href"]).json() == document
    return document


def item(id_: str, offered: str | None = None, **attributes: Any) -> Body:
    """An item that adds an offering."""
    body: Body = {"@type": "ProductOrderItem", "id": id_, "action": "add"}
    if offered is not None:
        body["productOffering"] = {"id": offered, "@type": "ProductOfferingRef"}
    return body | attributes


def product(**characteristics: Any) -> Body:
    """A product with the characteristics."""
    kinds = {int: "IntegerCharacteristic", str: "StringCharacteristic"}
    found = [{"@type": kinds[type(one)], "name": name, "value": one} for name, one in characteristics.items()]
    return {"product": {"@type": "Product", "productCharacteristic": found}}


def order(client: httpx.Client, *items: Body, base: str = V5, **attributes: Any) -> Body:
    """Place an order; what the server answered."""
    body: Body = {"productOrderItem": list(items)} | attributes
    return made(client, f"{base}/productOrder", {"@type": "ProductOrder"} | body if base == V5 else body)


def refused(client: httpx.Client, *items: Body, base: str = V5, **attributes: Any) -> Body:
    """Place an order that is 400; the error."""
    body = {"@type": "ProductOrder", "productOrderItem": list(items)} | attributes
    answer = client.post(f"{base}/productOrder", json=body)
    assert answer.status_code == 400, answer.text
    error: Body = answer.json()
    return error


def patch(client: httpx.Client, placed: Body, **attributes: Any) -> httpx.Response:
    """PATCH the order as v5 has it."""
    return client.patch(f"{V5}/productOrder/{placed['id']}", json={"@type": "ProductOrder"} | attributes)


def move(client: httpx.Client, placed: Body, **states: str) -> httpx.Response:
    """PATCH the states of items of an order, by id."""
    query = [
        {"op": "replace", "path": f"/productOrderItem/state?productOrderItem.id={id_}", "value": state}
        for id_, state in states.items()
    ]
    headers = {"content-type": "application/json-patch-query+json"}
    return client.patch(f"{V5}/productOrder/{placed['id']}", json=query, headers=headers)


def stored(client: httpx.Client, placed: Body, base: str = V5) -> Body:
    """The order as it is now."""
    document: Body = client.get(f"{base}/productOrder/{placed['id']}").json()
    return document


def cancel(client: httpx.Client, id_: str, base: str = V5, **attributes: Any) -> Body:
    """POST a cancellation of the order; how it ended."""
    body: Body = {"productOrder": {"id": id_} | ({"@type": "ProductOrderRef"} if base == V5 else {})} | attributes
    return made(client, f"{base}/cancelProductOrder", body | ({"@type": "CancelProductOrder"} if base == V5 else {}))


def states(document: Body) -> list[str]:
    """The states of the order's items, nested ones after the one that they are part of."""
    return [state for one in document.get("productOrderItem", ()) for state in (one["state"], *states(one))]


def codes(document: Body) -> list[str]:
    """The codes of the order's error messages."""
    return [one["code"] for one in document.get("productOrderErrorMessage", ())]


def events(served: Served, kind: str = "productOrder") -> list[tuple[str, tuple[str, ...]]]:
    """The events of a kind in order, each with the attributes that changed."""
    with served.services.database.read() as connection:
        rows = connection.exec_driver_sql("SELECT kind, event, paths FROM outbox ORDER BY number").fetchall()
        return [(row[1], tuple(loads(row[2]))) for row in rows if row[0] == kind]
