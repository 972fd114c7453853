"""Canonical bills, rates and bill cycles from the few facts that differ: everything mandatory is filled in. Pure."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from tmf_server.demo.builders.catalog import VALID, VAT_RATE
from tmf_server.demo.builders.customers import account_of, bare, elsewhere, payment_method
from tmf_server.demo.builders.network import CUSTOMERS, characteristics, role_of
from tmf_server.demo.builders.orders import money, tax_on, taxed
from tmf_server.registry.entity import Document

# How much of a bill is paid in the states in which something is.
PAID = {"settled": Decimal(1), "partiallyPaid": Decimal("0.5")}
DAYS = {"2026-03": 31, "2026-04": 30, "2026-05": 31, "2026-06": 30}


def period(month: str) -> Document:
    """The month as a period: 2026-05."""
    return {
        "startDateTime": f"{month}-01T00:00:00.000Z",
        "endDateTime": f"{month}-{DAYS[month]}T23:59:59.000Z",
    }


def next_month(month: str) -> str:
    """The month after: 2026-05 → 2026-06."""
    year, number = map(int, month.split("-"))
    return f"{year + number // 12}-{number % 12 + 1:02}"


def cycle(month: str) -> Document:
    """The run that bills the month, with its days."""
    after = next_month(month)
    days = {"chargeDate": 1, "billingDate": 1, "creditDate": 2, "mailingDate": 3, "paymentDueDate": 21}
    return {
        "id": f"cycle-{month}",
        "name": f"Monthly run for {month}",
        "description": f"Bills what was used and rented in {month}.",
        "billingPeriod": "month",
        **{name: f"{after}-{day:02}T00:00:00.000Z" for name, day in days.items()},
        "BillCycleSpecification": elsewhere("BillCycleSpecification", "billing", "cycle-monthly", "Monthly")
        | {"description": "On the first of each month for the month before."},
        "validFor": period(month),
        "@type": "BillCycle",
    }


def rate(id_: str, customer: str, month: str, kind: str, amount: Decimal, *, bill: str = "", **more: Any) -> Document:
    """What is charged to the customer for the month; billed when it names a `bill`. The amount is without tax."""
    name = more["name"]
    tax = {"taxCategory": "VAT", "taxRate": VAT_RATE, "taxAmount": money(tax_on(amount))}
    return {
        "id": id_,
        "name": name,
        "description": f"{name}, {month}",
        "date": f"{month}-{DAYS[month]}T22:00:00.000Z" if bill else f"{month}-01T04:00:00.000Z",
        "appliedBillingRateType": kind,
        "isBilled": bool(bill),
        **({"bill": bill_ref(bill)} if bill else {}),
        "billingAccount": account_of(customer, more.get("owner") or CUSTOMERS[customer]),
        "product": elsewhere("Product", "products", more["product"], name),
        "periodCoverage": period(month),
        "taxExcludedAmount": money(amount),
        "taxIncludedAmount": money(taxed(amount)),
        "appliedTax": [{"id": f"{id_}-vat", **tax, "@type": "AppliedBillingTaxRate"}],
        "characteristic": characteristics({"offering": more["offering"]}),
        "@type": "AppliedCustomerBillingRate",
    }


def bill_ref(id_: str) -> Document:
    """A reference to a bill."""
    return {"id": id_, "name": f"Bill {number(id_)}", "@referredType": "CustomerBill", "@type": "CustomerBillRef"}


def number(id_: str) -> str:
    """What is printed on the bill: bill-2605-03 → QN-2605-03."""
    return f"QN-{bare(id_)}"


def bill(id_: str, customer: str, month: str, state: str, rates: Sequence[Document], **more: Any) -> Document:
    """The bill of the rates, which are those of one customer and one month."""
    name = more.get("owner") or CUSTOMERS[customer]
    after = next_month(month)
    excluded, included = (_sum(rates, key) for key in ("taxExcludedAmount", "taxIncludedAmount"))
    paid = (included * PAID.get(state, Decimal())).quantize(Decimal("0.01"))
    tax = {"taxCategory": "VAT", "taxRate": VAT_RATE, "taxAmount": money(included - excluded)}
    return {
        "id": id_,
        "billNo": number(id_),
        "category": "normal",
        "state": state,
        "runType": more.get("run", "onCycle"),
        "billDate": f"{after}-01T06:00:00.000Z",
        "nextBillDate": f"{next_month(after)}-01T06:00:00.000Z",
        "paymentDueDate": f"{after}-21T00:00:00.000Z",
        "lastUpdate": f"{after}-03T06:00:00.000Z",
        "billingPeriod": period(month),
        "billCycle": {
            "id": f"cycle-{month}",
            "name": f"Monthly run for {month}",
            "@referredType": "BillCycle",
            "@type": "BillCycleRef",
        },
        "billingAccount": account_of(customer, name),
        "financialAccount": elsewhere("FinancialAccount", "accounts", f"ledger-{bare(customer)}", f"Ledger of {name}"),
        "paymentMethod": payment_method(customer, name),
        "relatedParty": [role_of(customer, name)],
        "taxExcludedAmount": money(excluded),
        "taxItem": [tax | {"@type": "TaxItem"}],
        "taxIncludedAmount": money(included),
        "amountDue": money(included),
        "remainingAmount": money(included - paid),
        **({"appliedPayment": [_payment(id_, paid)]} if paid else {}),
        "billDocument": [_document(id_)],
        "@type": "CustomerBill",
    }


def _sum(rates: Sequence[Document], name: str) -> Decimal:
    return sum((Decimal(str(one[name]["value"])) for one in rates), Decimal())


def _payment(id_: str, amount: Decimal) -> Document:
    payment = elsewhere("Payment", "payments", f"payment-{id_}", f"Payment of {number(id_)}")
    return {"appliedAmount": money(amount), "payment": payment}


def _document(id_: str) -> Document:
    return {
        "id": f"document-{id_}",
        "name": f"{number(id_)}.pdf",
        "description": "The bill as it is sent.",
        "attachmentType": "bill",
        "mimeType": "application/pdf",
        "url": f"https://bills.quillnet.example/{number(id_)}.pdf",
        "size": {"amount": 64, "units": "kB"},
        "validFor": VALID,
        "@type": "Attachment",
    }


def on_demand(id_: str, customer: str, bill_id: str, time: str, reason: str) -> Document:
    """A bill that was asked for and made."""
    return {
        "id": id_,
        "name": f"Bill {number(bill_id)} on demand",
        "description": reason,
        "state": "done",
        "lastUpdate": time,
        "billingAccount": account_of(customer, CUSTOMERS[customer]),
        "customerBill": bill_ref(bill_id),
        "relatedParty": role_of(customer),
        "@type": "CustomerBillOnDemand",
    }
