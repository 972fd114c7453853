"""Prices of a product order (TMF622): copied from the catalog, and summed. No HTTP, no SQL."""

from collections.abc import Iterator, Mapping
from decimal import Decimal, localcontext
from functools import lru_cache
from typing import Any

from tmf_server.apis.ordering.rules.states import DRAFT, ITEMS, Document, Known, items, with_items
from tmf_server.rules.canonical import MARK
from tmf_server.rules.instants import within
from tmf_server.rules.money import exact, is_countable, minor_digits

PRICE = "productOfferingPrice"
GONE = frozenset({"retired", "obsolete", "rejected"})
CHARGED = frozenset({"add", "modify"})
OF_ITEM = ("itemPrice", "itemTotalPrice")
DISCOUNT = "discount"
# Prices without an amount yet: usage and discounts, known later.
LATER = frozenset({"usage", DISCOUNT})
EXACT = 2**53  # below, a double has every whole number
DIGITS = 60  # enough for the largest sum of the largest quantities
Kind = tuple[str, str, str]  # kind of price, period, currency


def price_ids(offering: Document) -> Iterator[str]:
    """Yield the ids of the referenced prices of the offering; an offering may also carry prices by value."""
    for one in offering.get(PRICE, ()):
        if _refers(one):
            yield one["id"]


def _refers(one: Document) -> bool:
    return isinstance(one.get("id"), str) and not ({"price", "percentage", "priceType"} & one.keys())


def included_ids(offering: Document, known: Known) -> frozenset[str]:
    """Return the ids of prices included in a different price of the offering, not charged a second time."""
    found = [known.get((PRICE, id_)) or {} for id_ in price_ids(offering)]
    return frozenset(part["id"] for price in found for part in price.get("bundledPopRelationship", ()) if "id" in part)


def copied(offering: Document, known: Known, chosen: Mapping[str, Any], moment: int) -> list[tuple[str, Document]]:
    """Return the valid prices of the offering for the chosen values, as prices of an item, with their ids or ""."""
    found: list[tuple[str, Document]] = []
    for one in offering.get(PRICE, ()):
        price = known.get((PRICE, one["id"])) if _refers(one) else one
        if price is not None and _holds(price, chosen, moment):
            found.append((one["id"] if _refers(one) else "", price))
    return found


def _holds(price: Document, chosen: Mapping[str, Any], moment: int) -> bool:
    if str(price.get("lifecycleStatus", "")).casefold() in GONE or not within(price.get("validFor"), moment):
        return False
    for use in price.get("prodSpecCharValueUse", ()):
        values = [one.get("value") for one in use.get("productSpecCharacteristicValue", ())]
        if values and use.get("name") in chosen and chosen[use["name"]] not in values:
            return False
    return True


def item_prices(prices: list[tuple[str, Document]], times: int = 1) -> list[Document]:
    """Return the prices of `times` items; discounts alter the recurring prices, or all prices where none recurs."""
    discounts = [_altering(id_, price) for id_, price in prices if _kind(price) == DISCOUNT]
    others = [(id_, price) for id_, price in prices if _kind(price) != DISCOUNT]
    recurring = [price for _, price in others if _kind(price) == "recurring"]
    made = []
    for id_, price in others:
        one = {"@type": "OrderPrice", **_as_item_price(id_, price, times)}
        if discounts and (not recurring or _kind(price) == "recurring"):
            one["priceAlteration"] = discounts
        made.append(one)
    return made


def with_item_prices(item: Document, found: list[Document]) -> Document:
    """Return the item with the given prices, in place of earlier prices."""
    bare = {name: value for name, value in item.items() if name not in OF_ITEM}
    return {**bare, "itemPrice": found} if found else bare


def _kind(price: Mapping[str, Any]) -> str:
    """Return the kind of price in a single spelling: nonRecurring, one time and one-time are oneTime."""
    return _spelled(str(price.get("priceType", "")))


@lru_cache(maxsize=256)
def _spelled(kind: str) -> str:
    name = "".join(letter for letter in kind.casefold() if letter.isalnum())
    return "oneTime" if name in ("onetime", "nonrecurring") else name


def _altering(id_: str, price: Document) -> Document:
    return {"@type": "PriceAlteration", **_as_item_price(id_, price)}


def _as_item_price(id_: str, price: Document, times: int = 1) -> Document:
    made: Document = {name: price[name] for name in ("name", "description") if name in price}
    made["priceType"] = price.get("priceType", "")
    period, length = price.get("recurringChargePeriodType"), price.get("recurringChargePeriodLength")
    if period:
        made["recurringChargePeriod"] = period if length in (None, 1) else f"{length} {period}"
    unit = price.get("unitOfMeasure")
    if isinstance(unit, dict) and unit.get("units"):
        made["unitOfMeasure"] = unit["units"] if unit.get("amount", 1) == 1 else f"{unit['amount']:g} {unit['units']}"
    made["price"] = _amounts(price, times if _kind(price) not in LATER else 1)
    if id_:
        named = {"name": price["name"]} if "name" in price else {}
        made[PRICE] = {"id": id_, **named, "@type": "ProductOfferingPriceRef"}
    return made


def _amounts(price: Document, times: int) -> Document:
    made: Document = {"@type": "Price"}
    if "percentage" in price:
        made["percentage"] = price["percentage"]
    money = price.get("price") or {}
    if money.get("value") is None:
        return made
    made["dutyFreeAmount"] = money
    if not is_countable(money["value"]):
        return made
    net = exact(money["value"]) * times
    if times > 1:
        made["dutyFreeAmount"] = {**money, "value": number(net)}
    rates = [
        tax["taxRate"]
        for tax in price.get("tax", ())
        if tax.get("taxRate") is not None and is_countable(tax["taxRate"])
    ]
    if rates and money.get("unit"):
        rate = sum(map(exact, rates), Decimal(0))
        made |= {"taxRate": number(rate), "taxIncludedAmount": _money(net * (1 + rate / 100), money["unit"])}
    return made


def number(value: Decimal) -> int | float:
    """Return the number as a JSON number."""
    return int(value) if value == value.to_integral_value() and abs(value) < EXACT else float(value)


def _money(value: Decimal, currency: str) -> Document:
    with localcontext(prec=DIGITS):
        return {"unit": currency, "value": number(round(value, minor_digits(currency)))}


def currency(price: Mapping[str, Any]) -> str | None:
    """Return the currency of an item's price; None for a price without an amount."""
    amounts = price.get("price") or {}
    for name in ("taxIncludedAmount", "dutyFreeAmount"):
        unit = (amounts.get(name) or {}).get("unit")
        if isinstance(unit, str):
            return unit
    return None


def totals(order: Document, before: Document | None, _moment: int) -> Document:
    """Return the order with the total of every priced item, for the whole quantity, and the sum for the order.

    A lasting discount is subtracted; temporary discounts, usage and prices without an amount are left out. An order
    without priced items keeps the totals of the client.
    """
    priced = {item.get("id") for _, item in items(before or {}) if _of_item(item)}
    if not priced and not any(_of_item(item) for _, item in items(order)):
        return {}

    def summed(item: Document) -> Document:
        total = _of_item(item)
        if total:
            return {**item, "itemTotalPrice": total}
        stale = item.get("id") in priced and "itemPrice" not in item
        return {name: value for name, value in item.items() if not (stale and name == "itemTotalPrice")}

    found = with_items(order, summed)
    charged = [total for _, item in items(found) if item.get("action") in CHARGED for total in _of_total(item)]
    values = {ITEMS: found[ITEMS]} if ITEMS in found else {}
    if charged or "orderTotalPrice" in order:
        values["orderTotalPrice"] = _summed([(one, Decimal(1)) for one in charged], ours=True)
    return values


def _of_total(item: Document) -> list[Document]:
    return item["itemTotalPrice"] if item.get("itemPrice") and "itemTotalPrice" in item else []


def _of_item(item: Document) -> list[Document]:
    quantity = exact(item.get("quantity", 1))
    return _summed([(price, quantity) for price in item.get("itemPrice", ())])


def _summed(prices: list[tuple[Document, Decimal]], *, ours: bool = False) -> list[Document]:
    with localcontext(prec=DIGITS):
        return list(_sums(prices, ours=ours))


def _sums(prices: list[tuple[Document, Decimal]], *, ours: bool) -> Iterator[Document]:
    groups: dict[Kind, list[tuple[Decimal | None, Decimal | None, Any]]] = {}
    for price, quantity in prices:
        unit = currency(price)
        if unit is None or _kind(price) in LATER:
            continue
        net, gross = (None if one is None else one * quantity for one in _net_and_gross(price, ours=ours))
        rate = (price.get("price") or {}).get("taxRate")
        kind = (_kind(price), price.get("recurringChargePeriod", ""), unit)
        groups.setdefault(kind, []).append((net, gross, rate))
    names = {_kind(price): price.get("priceType", "") for price, _ in reversed(prices)}
    for (name, period, unit), parts in groups.items():
        yield _total(names[name], period, unit, parts)


def _total(name: str, period: str, unit: str, parts: list[tuple[Decimal | None, Decimal | None, Any]]) -> Document:
    price: Document = {"@type": "Price"}
    rates = {rate for _, _, rate in parts}
    if len(rates) == 1 and None not in rates:
        price["taxRate"] = rates.pop()
    for attribute, place in (("dutyFreeAmount", 0), ("taxIncludedAmount", 1)):
        values = [part[place] for part in parts]
        if None not in values:
            price[attribute] = _money(sum((one for one in values if one is not None), Decimal(0)), unit)
    when = {"recurringChargePeriod": period} if period else {}
    what = {"priceType": name} if name else {}
    return {"@type": "OrderPrice", **what, **when, "price": price}


def _net_and_gross(price: Document, *, ours: bool) -> tuple[Decimal | None, Decimal | None]:
    """Return the amounts without and with tax after lasting discounts; None for an unknown amount.

    `ours` marks a sum computed by the server, of any size.
    """
    amounts = price.get("price") or {}
    said = [(amounts.get(name) or {}).get("value") for name in ("dutyFreeAmount", "taxIncludedAmount")]
    left = Decimal(1)
    for one in price.get("priceAlteration", ()):
        percentage = (one.get("price") or {}).get("percentage")
        lasting = _kind(one) == DISCOUNT and "applicationDuration" not in one
        if lasting and percentage is not None and 0 <= percentage <= 100:
            left *= 1 - exact(percentage) / 100
    net, gross = (None if one is None or not (ours or is_countable(one)) else exact(one) * left for one in said)
    rate = amounts.get("taxRate")
    if rate is not None and is_countable(rate):
        share = 1 + exact(rate) / 100
        net = gross / share if net is None and gross is not None and share else net
        gross = net * share if gross is None and net is not None else gross
    return net, gross


def frozen(order: Document, before: Document) -> Document:
    """Return the order with the copied prices of items with a known offering, whatever the client sends later."""
    if before.get("state") == DRAFT:
        return order
    held = {item.get("id"): item for _, item in items(before)}

    def kept(item: Document) -> Document:
        former = held.get(item.get("id"), {})
        offering, old = item.get("productOffering") or {}, former.get("productOffering") or {}
        ours = str(old.get("href", "")).startswith(MARK) and "itemPrice" in former
        return {**item, "itemPrice": former["itemPrice"]} if ours and offering.get("id") == old.get("id") else item

    return with_items(order, kept)
