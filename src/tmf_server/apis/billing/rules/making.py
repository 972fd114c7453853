"""Makes a bill from its rates (TMF678): exact sums, rounded once, and a text for people. No HTTP, no SQL."""

import base64
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tmf_server.apis.billing.rules.bills import amount_of, bill_number
from tmf_server.rules.instants import format_instant, parse_instant
from tmf_server.rules.money import number, rounded, total

Document = dict[str, Any]
Tax = tuple[str | None, Any]
"""Category and rate of a tax; both None for an unexplained tax of a rate."""

DAY = 86_400_000_000
UNEXPLAINED: Tax = (None, None)
MOST_LINES = 200


@dataclass(frozen=True, slots=True)
class Charge:
    """The exact cost of a rate: without tax, with tax, and the taxes in between."""

    name: str
    currency: str
    excluded: Decimal
    included: Decimal
    taxes: tuple[tuple[Tax, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of a bill in whole smallest units: without tax plus all taxes is with tax."""

    currency: str
    excluded: Decimal
    included: Decimal
    taxes: tuple[tuple[Tax, Decimal], ...]


def charge_of(rate: Document) -> Charge | None:
    """Return the cost of the rate; None for a rate without amounts. A missing amount follows from the given amounts."""
    included, excluded = amount_of(rate, "taxIncludedAmount"), amount_of(rate, "taxExcludedAmount")
    taxes = tuple(_taxes(rate))
    told = total(amount for _, amount in taxes)
    if included is None and excluded is None:
        return None
    with_tax = included if included is not None else total([excluded or Decimal(0), told])
    without = excluded if excluded is not None else total([with_tax, told.copy_negate()])
    rest = total([with_tax, without.copy_negate(), told.copy_negate()])
    if rest:
        taxes = (*taxes, (UNEXPLAINED, rest))
    money = rate["taxIncludedAmount"] if included is not None else rate["taxExcludedAmount"]
    return Charge(str(rate.get("name", "Charge")), money["unit"], without, with_tax, taxes)


def _taxes(rate: Document) -> Iterator[tuple[Tax, Decimal]]:
    for tax in rate.get("appliedTax", ()):
        amount = amount_of(tax, "taxAmount")
        if amount is not None:
            yield (tax.get("taxCategory"), tax.get("taxRate")), amount


def totals(charges: Sequence[Charge]) -> Totals:
    """Return the sums of charges in a currency. Only the sums are rounded; taxes take up the remainder."""
    currency = charges[0].currency
    excluded = rounded(total(one.excluded for one in charges), currency)
    included = rounded(total(one.included for one in charges), currency)
    sums: dict[Tax, Decimal] = {}
    for kind, amount in (pair for one in charges for pair in one.taxes):
        sums[kind] = total([sums.get(kind, Decimal(0)), amount])
    taxes = {kind: rounded(amount, currency) for kind, amount in sums.items()}
    left = total([included, excluded.copy_negate(), total(taxes.values()).copy_negate()])
    if left:
        largest = max(taxes, key=lambda kind: abs(taxes[kind]), default=UNEXPLAINED)
        taxes[largest] = total([taxes.get(largest, Decimal(0)), left])
    kept = tuple((kind, amount) for kind, amount in taxes.items() if amount)
    return Totals(currency, excluded, included, kept)


def money(amount: Decimal, currency: str) -> Document:
    """Return an amount as documents write amounts. OverflowError for an amount beyond the numbers of JSON."""
    return {"unit": currency, "value": number(amount)}


@dataclass(frozen=True, slots=True)
class Occasion:
    """The facts of a new bill besides its rates: id, instant, days until the payment is due, and the parties."""

    id: str
    moment: int
    payment_days: int
    parties: tuple[Document, ...] = ()


def bill_of(rates: Sequence[Document], occasion: Occasion) -> Document:
    """Make the bill of rates with costs, of an account and a currency. OverflowError for a sum too great."""
    charges = [charge for charge in map(charge_of, rates) if charge is not None]
    sums = totals(charges)
    due = money(sums.included, sums.currency)
    when = format_instant(occasion.moment)
    bill: Document = {
        "id": occasion.id,
        "@type": "CustomerBill",
        "billNo": bill_number(occasion.id, occasion.moment),
        "billDate": when,
        "paymentDueDate": format_instant(occasion.moment + occasion.payment_days * DAY),
        "billingPeriod": period_of(rates, occasion.moment),
        "category": "normal",
        "runType": "offCycle",
        "billingAccount": rates[0]["billingAccount"],
        "taxExcludedAmount": money(sums.excluded, sums.currency),
        "taxIncludedAmount": due,
        "taxItem": [_tax_item(kind, amount, sums.currency) for kind, amount in sums.taxes],
        "amountDue": due,
        "remainingAmount": due,
        "relatedParty": list(occasion.parties),
    }
    bill = {name: value for name, value in bill.items() if value != []}
    return bill | {"billDocument": [_attachment(bill, _text(bill, charges, sums))]}


def _tax_item(kind: Tax, amount: Decimal, currency: str) -> Document:
    category, rate = kind
    said = {"taxCategory": category, "taxRate": rate}
    known = {name: value for name, value in said.items() if value is not None}
    return {"@type": "TaxItem", **known, "taxAmount": money(amount, currency)}


def period_of(rates: Iterable[Document], moment: int) -> Document:
    """From when the first of the rates came about until the instant; open where no rate says when."""
    starts = [_start(rate) for rate in rates]
    known = [start for start in starts if start is not None and start < moment]
    begin = {"startDateTime": format_instant(min(known))} if known else {}
    return {**begin, "endDateTime": format_instant(moment)}


def _start(rate: Document) -> int | None:
    when = (rate.get("periodCoverage") or {}).get("startDateTime") or rate.get("date")
    return parse_instant(when) if isinstance(when, str) else None


def _attachment(bill: Document, text: str) -> Document:
    """Return the text as a document inside of the bill, without a second fetch."""
    data = text.encode("utf-8", "replace")
    return {
        "@type": "Attachment",
        "name": f"bill-{bill['billNo']}.txt",
        "description": f"Bill {bill['billNo']}",
        "attachmentType": "bill",
        "mimeType": "text/plain",
        "content": base64.b64encode(data).decode(),
        "size": {"amount": len(data), "units": "bytes"},
    }


def _text(bill: Document, charges: Sequence[Charge], sums: Totals) -> str:
    """Return the bill in plain text: a line for each kind of charge, a line for each tax, and the sums."""
    lines = [
        f"Bill {bill['billNo']}",
        f"Account {bill['billingAccount'].get('name') or bill['billingAccount']['id']}",
        f"Until {bill['billingPeriod']['endDateTime']}, to be paid by {bill['paymentDueDate']}",
        "",
        *(f"{name}: {_written(amount, sums.currency)}" for name, amount in _by_name(charges)),
        f"Without tax: {sums.excluded} {sums.currency}",
        *(f"{category or 'Tax'}: {amount} {sums.currency}" for (category, _), amount in sums.taxes),
        f"To be paid: {sums.included} {sums.currency}",
    ]
    return "\n".join(lines) + "\n"


def _by_name(charges: Sequence[Charge]) -> list[tuple[str, Decimal]]:
    """Return the exact sums without tax by the names of rates; beyond a number of names a last line sums the rest."""
    found: dict[str, list[Decimal]] = {}
    for charge in charges:
        name = charge.name if charge.name in found or len(found) < MOST_LINES else "Other charges"
        found.setdefault(name, []).append(charge.excluded)
    return [(f"{name} ({len(amounts)})", total(amounts)) for name, amounts in found.items()]


def _written(amount: Decimal, currency: str) -> str:
    whole = rounded(amount, currency)
    return f"{whole if whole == amount else amount:f} {currency}"
