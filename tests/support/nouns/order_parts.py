"""Parts of canonical product orders for pure tests. Holds no test."""

from typing import Any

NOW = 1_800_000_000_000_000  # 2027-01-15
Body = dict[str, Any]


def order(*items: Body, **attributes: Any) -> Body:
    """An order of the items."""
    return {"id": "o", "productOrderItem": list(items)} | attributes


def item(id_: str, state: str = "acknowledged", **attributes: Any) -> Body:
    """An item that adds something."""
    return {"id": id_, "action": "add", "state": state} | attributes


def amount(net: Any, gross: Any, rate: Any = None, unit: str = "EUR", other: str | None = None) -> Body:
    """A price with an amount without tax and one with tax."""
    price: Body = {"dutyFreeAmount": {"unit": unit, "value": net}, "taxIncludedAmount": {"unit": other or unit}}
    price["taxIncludedAmount"]["value"] = gross
    return {"priceType": "recurring", "price": price | ({} if rate is None else {"taxRate": rate})}
