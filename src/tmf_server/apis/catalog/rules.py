"""Rules of the product catalog (TMF620). No HTTP, no SQL."""

from collections.abc import Iterator
from typing import Any

from tmf_server.errors import Fault
from tmf_server.rules.lifecycle import Lifecycle, moves
from tmf_server.rules.money import currency_faults

CATALOG_STATES = moves(
    [
        ("In study", "In design"),
        ("In design", "In test, Rejected"),
        ("In test", "Active, In design, Rejected"),
        ("Active", "Launched, Retired"),
        ("Launched", "Retired"),
        ("Retired", "Obsolete"),
        ("Obsolete", ""),
        ("Rejected", ""),
    ],
    separator=",",
)
CATALOG_LIFECYCLE = Lifecycle("lifecycleStatus", CATALOG_STATES, initial="In study", ignore_case=True)

JOB_STATES = moves(
    [("Not Started", "Running"), ("Running", "Succeeded, Failed"), ("Succeeded", ""), ("Failed", "")], ","
)
JOB_LIFECYCLE = Lifecycle("status", JOB_STATES, initial="Not Started")


def price_currency(document: dict[str, Any]) -> Iterator[Fault]:
    """A price and a tax amount are in a currency of ISO 4217."""
    for name in ("price", "tax"):
        if name in document:
            yield from currency_faults(document[name], f"/{name}")


def inline_price_currency(document: dict[str, Any]) -> Iterator[Fault]:
    """Check the currencies of prices by value in an offering."""
    yield from currency_faults(document.get("productOfferingPrice"), "/productOfferingPrice")
