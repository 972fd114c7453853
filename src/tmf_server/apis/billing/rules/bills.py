"""Rules of bills, their rates and bills on demand (TMF678). No HTTP, no SQL."""

import base64
import hashlib
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tmf_server.errors import Conflict, Fault
from tmf_server.rules.digests import digest
from tmf_server.rules.instants import format_instant, parse_instant
from tmf_server.rules.lifecycle import Lifecycle, moves
from tmf_server.rules.money import CURRENCIES, exact, smallest_unit, total

Document = dict[str, Any]

BILL_LIFECYCLE = Lifecycle(
    "state",
    moves(
        [
            ("new", "onHold validated"),
            ("onHold", "new validated"),
            ("validated", "onHold sent"),
            ("sent", "partiallyPaid settled"),
            ("partiallyPaid", "settled"),
            ("settled", ""),
        ]
    ),
    initial="new",
)
BILL_ON_DEMAND_LIFECYCLE = Lifecycle(
    "state",
    moves(
        [
            ("inProgress", "done rejected terminatedWithError"),
            ("done", ""),
            ("rejected", ""),
            ("terminatedWithError", ""),
        ]
    ),
    initial="inProgress",
)

AMOUNTS = ("taxIncludedAmount", "taxExcludedAmount", "amountDue", "remainingAmount")
# Arrays with an amount in each element, and the attribute of the amount.
HOLDERS = {"taxItem": "taxAmount", "appliedTax": "taxAmount", "appliedPayment": "appliedAmount"}


def amount_of(holder: Document, name: str) -> Decimal | None:
    """Return the value of an amount of money with the digits as written; None for a missing amount."""
    money = holder.get(name)
    value = money.get("value") if isinstance(money, dict) else None
    return exact(value) if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else None


def bill_amounts(bill: Document) -> Iterator[Fault]:
    """Check a bill: a single currency (ISO 4217), and the amount without tax plus the taxes is the amount with tax."""
    yield from _currencies(bill)
    yield from _sums(bill, "taxItem")


def rate_amounts(rate: Document) -> Iterator[Fault]:
    """The same of a rate."""
    yield from _currencies(rate)
    yield from _sums(rate, "appliedTax")


def _currencies(document: Document) -> Iterator[Fault]:
    first: tuple[str, str] | None = None
    for pointer, money in _monies(document):
        unit = money.get("unit")
        if unit not in CURRENCIES:
            told = "" if unit is None else f", not {str(unit)[:20]!r}"
            yield Fault(f"{pointer}/unit", f"expected an ISO 4217 currency such as EUR{told}")
        elif first is None:
            first = (pointer, unit)
        elif unit != first[1]:
            yield Fault(f"{pointer}/unit", f"expected {first[1]} as at {first[0]}, not {unit}")


def _monies(document: Document) -> Iterator[tuple[str, Document]]:
    """Yield every amount with a value, and its JSON pointer."""
    for name in AMOUNTS:
        yield from _money(document, name, "")
    for name, inner in HOLDERS.items():
        elements = document.get(name)
        for index, element in enumerate(elements if isinstance(elements, list) else ()):
            yield from _money(element, inner, f"/{name}/{index}")


def _money(holder: Any, name: str, pointer: str) -> Iterator[tuple[str, Document]]:
    if isinstance(holder, dict) and amount_of(holder, name) is not None:
        yield f"{pointer}/{name}", holder[name]


def _sums(document: Document, taxes: str) -> Iterator[Fault]:
    """Check the sum of the taxes, unless a part is missing; amounts may differ by half the smallest unit."""
    excluded, included = (amount_of(document, f"tax{word}Amount") for word in ("Excluded", "Included"))
    tax = tax_of(document, taxes)
    if excluded is None or included is None or tax is None:
        return
    off = total([excluded, tax, included.copy_negate()])
    if abs(off) * 2 < smallest_unit(document["taxIncludedAmount"].get("unit")):
        return
    yield Fault(
        "/taxIncludedAmount/value",
        f"expected {total([excluded, tax])}, which is {excluded} and {tax} of tax, not {included}",
    )
    yield Fault(
        "/taxExcludedAmount/value", f"expected {total([included, tax.copy_negate()])}, so that the amounts add up"
    )
    yield Fault(f"/{taxes}", f"expected {total([included, excluded.copy_negate()])} of tax in all, not {tax}")


def tax_of(document: Document, taxes: str) -> Decimal | None:
    """Return the sum of the taxes; None for missing taxes and for a tax without an amount."""
    found = document.get(taxes)
    if not isinstance(found, list):
        return None
    amounts = [amount_of(one, "taxAmount") for one in found]
    return None if None in amounts else total([one for one in amounts if one is not None])


def billed_is_with_a_bill(rate: Document) -> Iterator[Fault]:
    """Check that a rate with a bill is billed."""
    if rate.get("isBilled") is False and _bill(rate) is not None:
        yield Fault("/isBilled", "expected true beside a bill")


def billed_once(rate: Document, before: Document | None, _moment: int) -> Document:
    """Fill in `isBilled` of a rate. Conflict for a second billing of a billed rate, and for taking the billing back."""
    bill, former = _bill(rate), _bill(before or {})
    was = before is not None and before.get("isBilled") is True
    if (former is not None and bill != former) or (was and rate.get("isBilled") is False):
        where = f" on the bill {former!r}" if former is not None else ""
        raise Conflict(
            f"The rate is billed{where}, and a rate is billed once.",
            code="billed",
            message=f"/bill: expected {former!r}" if former is not None else "/isBilled: expected true",
        )
    return {} if "isBilled" in rate else {"isBilled": was or bill is not None}


def _bill(rate: Document) -> str | None:
    bill = rate.get("bill")
    return bill.get("id") if isinstance(bill, dict) else None


def numbered(bill: Document, before: Document | None, moment: int) -> Document:
    """Fill in the number of the bill; a numbered bill keeps its number."""
    if bill.get("billNo") is not None:
        return {}
    kept = None if before is None else before.get("billNo")
    return {"billNo": kept or bill_number(bill["id"], moment)}


def bill_number(id_: str, moment: int) -> str:
    """A number for people, from the day and the bill's id: 20261122-4QJ5Z3K7M2LXA."""
    short = hashlib.blake2b(id_.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    day = format_instant(moment)[:10].replace("-", "")
    return f"{day}-{base64.b32encode(short).decode().rstrip('=')}"


def account_period(bill: Document) -> str | None:
    """Return the digest of account, period and currency, unique among bills; None for a bill without these."""
    account = (bill.get("billingAccount") or {}).get("id")
    period = bill.get("billingPeriod") or {}
    start, end = period.get("startDateTime"), period.get("endDateTime")
    if not (isinstance(account, str) and isinstance(start, str) and isinstance(end, str)):
        return None
    parts = [account, parse_instant(start), parse_instant(end), (bill.get("taxIncludedAmount") or {}).get("unit")]
    return digest(parts)
