"""Three months of bills of the demo operator with their rates, and the rates of the fourth, not billed yet. Tables."""

from collections.abc import Iterator
from decimal import Decimal

from tmf_server.demo.builders.bills import bill, cycle, on_demand, rate
from tmf_server.demo.builders.orders import charge, offering_ref
from tmf_server.demo.operator.customers import HOLDINGS, Holding
from tmf_server.registry.entity import Document

MONTHS = ("2026-03", "2026-04", "2026-05")
OPEN = "2026-06"
# The state of each bill by customer and month; who came later has fewer. The last one made is new.
STATES = {
    "customer-lindqvist": ("settled", "settled", "settled"),
    "customer-okafor": ("settled", "settled", "sent"),
    "customer-moreau": ("partiallyPaid", "sent", "sent"),
    "customer-harbour-freight": ("settled", "settled", "validated"),
    "customer-abara": ("settled", "settled", "onHold"),
    "customer-lamplight-bakery": ("settled", "settled", "new"),
    "customer-varga": ("", "settled", "new"),
}
# What is not rented: customer, month, kind, the offering, what it is for and the amount without tax.
SINGLE = [
    ("customer-harbour-freight", "2026-03", "usageCharge", "sdwan-hub", "Cloud traffic", "48.60"),
    ("customer-harbour-freight", "2026-04", "usageCharge", "sdwan-hub", "Cloud traffic", "52.24"),
    ("customer-harbour-freight", "2026-05", "usageCharge", "sdwan-hub", "Cloud traffic", "50.00"),
    ("customer-varga", "2026-04", "oneTimeCharge", "home-complete", "Fibre installation", "69.00"),
    ("customer-okafor", "2026-05", "appliedBillingCredit", "fibre-500", "Credit for an outage", "-7.50"),
    ("customer-harbour-freight", OPEN, "usageCharge", "sdwan-hub", "Cloud traffic", "3.08"),
]  # fmt: skip


def _rates(customer: str, month: str, bill_id: str, stem: str) -> Iterator[Document]:
    """The rates of a customer's month: what it rents, and what else was charged."""
    rents = [
        (one, "recurringCharge", offering_ref(one.offering)["name"], charge(one.offering, "recurring"))
        for one in HOLDINGS
        if one.customer == customer
    ]
    others = [
        (Holding(customer, offering, month), kind, name, Decimal(amount))
        for whose, when, kind, offering, name, amount in SINGLE
        if (whose, when) == (customer, month)
    ]
    for place, (holding, kind, name, amount) in enumerate([*rents, *others], start=1):
        yield rate(
            f"rate-{stem}-{place}", customer, month, kind, amount,
            bill=bill_id, name=name, product=holding.id, offering=holding.offering,
        )  # fmt: skip


def _billed(month: str) -> Iterator[tuple[Document, list[Document]]]:
    """The bills of a month, each with its rates."""
    for row, (customer, states) in enumerate(STATES.items(), start=1):
        state = states[MONTHS.index(month)]
        if state:
            stem = f"{month[2:].replace('-', '')}-{row:02}"
            rates = list(_rates(customer, month, f"bill-{stem}", stem))
            run = "offCycle" if state == "onHold" else "onCycle"
            yield bill(f"bill-{stem}", customer, month, state, rates, run=run), rates


CYCLES = [cycle(month) for month in (*MONTHS, OPEN)]
_MADE = [made for month in MONTHS for made in _billed(month)]
BILLS = [one for one, _ in _MADE]
BILLED = [one for _, rates in _MADE for one in rates]
UNBILLED = [one for row, customer in enumerate(STATES, start=1) for one in _rates(customer, OPEN, "", f"2606-{row:02}")]
RATES = [*BILLED, *UNBILLED]
DEMANDS = [
    on_demand(
        "on-demand-1", "customer-abara", "bill-2605-05", "2026-06-01T05:58:00.000Z",
        "The customer asked for the bill ahead of the run.",
    )
]  # fmt: skip
DOCUMENTS = [*CYCLES, *BILLS, *RATES, *DEMANDS]
"""Every record as a canonical document, what is referred to first."""
