"""Canonical product orders from the few facts that differ: everything mandatory is filled in. Pure."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from tmf_server.demo.builders.catalog import CURRENCY, VAT_RATE, VERSION
from tmf_server.demo.builders.customers import account_of, bare, elsewhere
from tmf_server.demo.builders.network import CUSTOMERS, characteristics, role_of, service_ref
from tmf_server.demo.operator.catalog import DOCUMENTS as CATALOG
from tmf_server.registry.entity import Document

_RECORDS = {document["id"]: document for document in CATALOG}
# What has not been begun has no product yet, and what is done has one that works.
PRODUCT_STATES = {
    "completed": "active",
    "inProgress": "pendingActive",
    "held": "pendingActive",
    "pending": "pendingActive",
    "cancelled": "cancelled",
    "rejected": "aborted",
    "failed": "aborted",
}


def money(amount: Decimal) -> Document:
    """An amount in the operator's currency."""
    whole = amount == amount.to_integral_value()
    return {"unit": CURRENCY, "value": int(amount) if whole else float(amount)}


def taxed(amount: Decimal) -> Decimal:
    """What is owed for an amount with the tax, to the cent."""
    return amount + tax_on(amount)


def tax_on(amount: Decimal) -> Decimal:
    """The tax on an amount, to the cent."""
    return (amount * VAT_RATE / 100).quantize(Decimal("0.01"))


def charge(offering: str, kind: str) -> Decimal:
    """What the offering costs once (oneTime) or each month (recurring), without tax."""
    return sum((amount for _, amount in _charges(offering, kind)), Decimal())


def _charges(offering: str, kind: str) -> list[tuple[Document, Decimal]]:
    found = [_RECORDS[price["id"]] for price in _RECORDS[offering]["productOfferingPrice"]]
    return [(one, Decimal(str(one["price"]["value"]))) for one in found if one["priceType"] == kind]


def offering_ref(id_: str) -> Document:
    """A reference to an offering of the catalog."""
    name = _RECORDS[id_]["name"]
    kind = {"@referredType": "ProductOffering", "@type": "ProductOfferingRef"}
    return {"id": id_, "name": name, "version": VERSION} | kind


def _price(kind: str, amount: Decimal, **more: Any) -> Document:
    price = {
        "dutyFreeAmount": money(amount),
        "taxIncludedAmount": money(taxed(amount)),
        "taxRate": VAT_RATE,
        "@type": "Price",
    }
    recurring = {"recurringChargePeriod": "month"} if kind == "recurring" else {}
    return {**more, "priceType": kind, **recurring, "price": price, "@type": "OrderPrice"}


def _item_prices(offering: str) -> list[Document]:
    """The prices of the offering as they are copied onto an order."""
    return [
        _price(
            kind, amount, name=one["name"], description=one["description"],
            unitOfMeasure=one["unitOfMeasure"]["units"],
            productOfferingPrice={"id": one["id"], "name": one["name"], "@type": "ProductOfferingPriceRef"},
        )
        for kind in ("recurring", "oneTime", "usage")
        for one, amount in _charges(offering, kind)
    ]  # fmt: skip


def _totals(offerings: Sequence[str]) -> list[Document]:
    """The sum of the prices of each kind that there is."""
    sums = {kind: sum((charge(one, kind) for one in offerings), Decimal()) for kind in ("recurring", "oneTime")}
    return [_price(kind, amount) for kind, amount in sums.items() if amount]


def item(id_: str, offering: str, state: str = "completed", *, action: str = "add", **more: Any) -> Document:
    """An item of an order; `product` is the installed one, `service` what it works by, `parts` are nested items."""
    parts: list[Document] = more.get("parts", [])
    part = more.get("part", False)
    terms = _RECORDS[offering].get("productOfferingTerm", ())
    return {
        "id": id_,
        "action": action,
        "quantity": 1,
        "state": state,
        "productOffering": offering_ref(offering),
        "product": _product(offering, state, **more),
        **({} if part else {"itemPrice": _item_prices(offering), "itemTotalPrice": _totals([offering])}),
        "itemTerm": [
            {"name": term["name"], "description": term["description"], "duration": term["duration"]}
            | {"@type": "OrderTerm"}
            for term in terms
        ],
        "note": [_note(id_, more.get("note", f"{_RECORDS[offering]['name']}: {action}."), more.get("time", ""))],
        **({"productOrderItem": parts} if parts else {}),
        **_depends(more.get("needs", "")),
        "@type": "ProductOrderItem",
    }


def _depends(ids: str) -> Document:
    kind = {"relationshipType": "reliesOn", "@type": "OrderItemRelationship"}
    return {"productOrderItemRelationship": [{"id": id_} | kind for id_ in ids.split()]} if ids else {}


def _product(offering: str, state: str, **more: Any) -> Document:
    record = _RECORDS[offering]
    specification = record["productSpecification"]
    uses = record["prodSpecCharValueUse"]
    chosen = {use["name"]: use["productSpecCharacteristicValue"][0]["value"] for use in uses}
    identity = {"id": more["product"]} if "product" in more else {}
    return {
        **identity,
        "name": record["name"],
        "description": record["description"],
        "isBundle": record["isBundle"],
        "isCustomerVisible": True,
        "status": PRODUCT_STATES.get(state, "created"),
        "productCharacteristic": characteristics(chosen),
        "productOffering": offering_ref(offering),
        "productSpecification": specification,
        **({"realizingService": [service_ref(more["service"])]} if more.get("service") else {}),
        "@type": "Product",
    }


def _note(id_: str, text: str, time: str) -> Document:
    return {"id": f"note-{id_}", "author": "Order desk", **({"date": time} if time else {}), "text": text} | {
        "@type": "Note"
    }


def order(id_: str, customer: str, state: str, items: Iterable[Document], *, created: str, **more: Any) -> Document:
    """An order of the customer; `completed` and `cancelled` are when it ended so, `reason` says why.

    `errors` are the items that went wrong, each with a code and a sentence.
    """
    found = list(items)
    name = more.get("owner") or CUSTOMERS[customer]
    offerings = [one["productOffering"]["id"] for one in found if one["action"] != "delete"]
    business = "sdwan" in "".join(offerings) or more.get("business", False)
    optional = {
        "completionDate": more.get("completed"),
        "cancellationDate": more.get("cancelled"),
        "cancellationReason": more.get("reason") if "cancelled" in more else None,
        "productOrderErrorMessage": [_error(id_, created, *one) for one in more.get("errors", ())],
        "requestedInitialState": "draft" if state == "draft" else None,
    }
    return {
        "id": id_,
        "externalId": [_external(id_)],
        "category": "business" if business else "residential",
        "description": more.get("description", f"{', '.join(_RECORDS[one]['name'] for one in offerings) or 'End'}."),
        "priority": "2" if business else "4",
        "state": state,
        "creationDate": created,
        "requestedStartDate": created,
        "requestedCompletionDate": more.get("wanted", created),
        "expectedCompletionDate": more.get("expected", more.get("completed", more.get("wanted", created))),
        **{name: value for name, value in optional.items() if value},
        "notificationContact": f"{bare(customer)}@post.example",
        "agreement": [elsewhere("Agreement", "agreements", f"agreement-{bare(customer)}", f"Contract of {name}")],
        "billingAccount": account_of(customer, name),
        "channel": [_channel("business sales" if business else "online shop")],
        "note": [_note(id_, more.get("note", f"Ordered by {name}."), created)],
        "orderTotalPrice": _totals(offerings),
        "payment": [elsewhere("Payment", "payments", f"payment-{id_}", f"Payment of {id_}")],
        "relatedParty": [role_of(customer, name)],
        "productOrderItem": found,
        "@type": "ProductOrder",
    }


def _external(id_: str) -> Document:
    owner = {"owner": "shop", "externalIdentifierType": "basket"}
    return {"id": f"basket-{id_}", **owner, "@type": "ExternalIdentifier"}


def _channel(name: str) -> Document:
    channel = elsewhere("Channel", "channels", name.replace(" ", "-"), name.capitalize())
    return {"role": "origin", "channel": channel, "@type": "RelatedChannel"}


def _error(id_: str, time: str, item_id: str, code: str, reason: str) -> Document:
    """Why an item of the order was refused or failed."""
    item_ref = {"productOrderId": id_, "productOrderItemId": item_id, "@referredType": "ProductOrder"}
    return {
        "code": code,
        "reason": reason,
        "message": f"Item {item_id}: {reason}",
        "timestamp": time,
        "productOrderItem": [item_ref | {"@type": "ProductOrderItemRef"}],
        "@type": "ProductOrderErrorMessage",
    }


def cancellation(id_: str, order_id: str, state: str, time: str, reason: str) -> Document:
    """A task that cancelled an order."""
    target = {"id": order_id, "@referredType": "ProductOrder", "@type": "ProductOrderRef"}
    return {
        "id": id_,
        "cancellationReason": reason,
        "requestedCancellationDate": time,
        "effectiveCancellationDate": time,
        "creationDate": time,
        "state": state,
        "productOrder": target,
        "@type": "CancelProductOrder",
    }
