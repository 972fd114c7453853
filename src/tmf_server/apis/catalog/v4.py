"""How v4 shows the product catalog (TMF620). Rules and pure functions; no HTTP, no SQL."""

from decimal import Decimal
from typing import Any

from tmf_server.apis.shared.v4 import RELATED_PARTIES
from tmf_server.registry.entity import Document
from tmf_server.rest.versions.rules import Group, Lift, Rename, Rules

AMOUNTS = frozenset({"dutyFreeAmount", "taxIncludedAmount", "taxRate", "taxCategory", "percentage"})
TAX_ATTRIBUTES = ("taxRate", "taxCategory")


def show_inline_price(part: Document) -> Document:
    """Return v4's price of an inline price: v5's Money is the amount without tax, the first tax item has the rate."""
    price, items = part.get("price"), _items(part)
    shown = {name: items[0][name] for name in TAX_ATTRIBUTES if items and name in items[0]}
    if price is not None:
        shown["dutyFreeAmount"] = price
    included = _taxed(price, items)
    if included is not None:
        shown["taxIncludedAmount"] = included
    if "percentage" in part:
        shown["percentage"] = part["percentage"]
    return {"price": shown} if shown else {}


def store_inline_price(shown: Document, part: Document) -> Document:
    """v5's price, percentage and tax of v4's price; an amount with tax alone is the price."""
    given = shown.get("price")
    if not isinstance(given, dict):
        return {}
    stored = {"percentage": given["percentage"]} if "percentage" in given else {}
    price = given.get("dutyFreeAmount", given.get("taxIncludedAmount"))
    if price is not None:
        stored["price"] = price
    tax = _stored_tax(given, part)
    return stored if tax is None else {**stored, "tax": tax}


def _stored_tax(given: Document, part: Document) -> Any:
    """Return the tax items of v4's price, None for none; unchanged prices keep the stored tax items."""
    if _said_of_tax(given) == _said_of_tax(show_inline_price(part).get("price", {})):
        return part.get("tax")
    items = _items(part)
    first = {name: value for name, value in (items[0] if items else {}).items() if name not in TAX_ATTRIBUTES}
    if _taxed(part.get("price"), items) is not None:
        first.pop("taxAmount", None)
    first |= {name: given[name] for name in TAX_ATTRIBUTES if name in given}
    amount = _tax_between(given.get("dutyFreeAmount"), given.get("taxIncludedAmount"), items[1:])
    if amount is not None:
        first["taxAmount"] = amount
    if not first.keys() - {"@type"}:
        return items[1:] or None
    return [{"@type": "TaxItem", **first}, *items[1:]]


def _said_of_tax(price: Document) -> tuple[Any, ...]:
    tax = _tax_between(price.get("dutyFreeAmount"), price.get("taxIncludedAmount"), [])
    return tax, *(price.get(name) for name in TAX_ATTRIBUTES)


def _items(part: Document) -> list[Document]:
    tax = part.get("tax")
    return tax if isinstance(tax, list) and all(isinstance(item, dict) for item in tax) else []


def _taxed(price: Any, items: list[Document]) -> Document | None:
    """Return the price with the amounts of its tax items; None for a missing amount or a second currency."""
    amounts = [_amount(money, price) for money in (price, *(item.get("taxAmount") for item in items))]
    return _money(sum(amounts), price) if items and None not in amounts else None  # type: ignore[arg-type] # none is None


def _tax_between(excluded: Any, included: Any, others: list[Document]) -> Document | None:
    """Return the tax between two amounts, less further tax items; None for amounts without comparison."""
    taken = [_amount(item.get("taxAmount"), excluded) or Decimal(0) for item in others]
    low, high = _amount(excluded, excluded), _amount(included, excluded)
    return None if low is None or high is None else _money(high - low - sum(taken), excluded)


def _amount(money: Any, like: Any) -> Decimal | None:
    """The amount of a Money in the currency of another, exactly as written."""
    if not isinstance(money, dict) or not isinstance(like, dict) or money.get("unit") != like.get("unit"):
        return None
    value = money.get("value")
    return Decimal(str(value)) if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else None


def _money(value: Decimal | int, like: Document) -> Document:
    number = Decimal(value)
    exact = int(number) if number == number.to_integral_value() else float(number)
    return {"unit": like["unit"], "value": exact} if "unit" in like else {"value": exact}


INLINE_PRICE = Group(
    shown={"price": AMOUNTS},
    stored=frozenset({"price", "percentage", "tax"}),
    get=show_inline_price,
    put=store_inline_price,
    paths={
        ("price", "dutyFreeAmount"): ("price",),
        ("price", "taxRate"): ("tax", "taxRate"),
        ("price", "taxCategory"): ("tax", "taxCategory"),
        ("price", "percentage"): ("percentage",),
    },
)

CATALOG_RULES: Rules = {
    **RELATED_PARTIES,
    ("Category", "Category"): (Lift("parentId", "parent"),),
    ("ProductOfferingPrice", "ProductOfferingPrice"): (Rename("constraint", "policy"),),
    ("ProductOfferingPriceRefOrValue", "ProductOfferingPriceRefOrValue"): (
        Rename("constraint", "policy"),
        Rename("recurringChargePeriod", "recurringChargePeriodType"),
        INLINE_PRICE,
    ),
    ("ProductSpecificationCharacteristic", "CharacteristicSpecification"): (
        Rename("productSpecCharacteristicValue", "characteristicValueSpecification"),
        Rename("productSpecCharRelationship", "charSpecRelationship"),
    ),
    ("ProductSpecificationCharacteristicRelationship", "CharacteristicSpecificationRelationship"): (
        Rename("id", "parentSpecificationId"),
        Rename("href", "parentSpecificationHref"),
    ),
}
