"""The customers of the demo operator, and what they have bought. Tables; invented names."""

from dataclasses import dataclass

from tmf_server.demo.builders.customers import customer

DOCUMENTS = [
    customer("customer-lindqvist", since="2023-05-02T08:00:00.000Z", street="12 Quay Street", score=742),
    customer("customer-okafor", since="2025-02-14T08:00:00.000Z", street="14 Quay Street", score=688),
    customer(
        "customer-moreau", since="2025-02-20T08:00:00.000Z", street="3 Market Square", score=541,
        status="suspended", reason="Two bills are overdue.",
    ),
    customer(
        "customer-tanaka", since="2026-05-26T08:00:00.000Z", street="5 Market Square", score=705,
        status="initialized", reason="The first order is under way.",
    ),
    customer(
        "customer-harbour-freight", since="2025-01-15T08:00:00.000Z", street="1 Docks Road", score=791,
        company=True, values={"employees": 140, "industry": "Freight"},
    ),
    customer("customer-abara", since="2025-06-01T08:00:00.000Z", street="27 Hill Lane", score=660),
    customer(
        "customer-lamplight-bakery", since="2025-09-10T08:00:00.000Z", street="8 Market Square", score=637,
        company=True, values={"employees": 9, "industry": "Food"},
    ),
    customer("customer-varga", since="2026-03-20T08:00:00.000Z", street="31 Hill Lane", score=718),
    customer(
        "customer-cliffside-clinic", since="2026-05-30T08:00:00.000Z", street="2 Cliff Road", score=750,
        company=True, status="prospective", reason="An offer is being discussed.",
        values={"employees": 62, "industry": "Health"},
    ),
]  # fmt: skip


@dataclass(frozen=True)
class Holding:
    """A product that a customer has: of which offering, since when, and by which service of the inventory."""

    customer: str
    offering: str
    since: str
    service: str = ""

    @property
    def id(self) -> str:
        """The id of the installed product."""
        return f"product-{self.customer.partition('-')[2]}-{self.offering}"


HOLDINGS = [
    Holding("customer-lindqvist", "fibre-1000", "2025-03-03", "internet-lindqvist"),
    Holding("customer-lindqvist", "home-router", "2025-03-03"),
    Holding("customer-lindqvist", "tv-family", "2025-03-03", "television-lindqvist"),
    Holding("customer-okafor", "fibre-500", "2025-03-03", "internet-okafor"),
    Holding("customer-okafor", "home-router", "2025-03-03"),
    Holding("customer-moreau", "fibre-500", "2025-03-03", "internet-moreau"),
    Holding("customer-harbour-freight", "sdwan-hub", "2025-03-03", "sdwan-harbour-freight"),
    Holding("customer-harbour-freight", "sdwan-branch", "2025-03-03", "overlay-branch-1"),
    Holding("customer-abara", "mobile-max", "2025-06-01"),
    Holding("customer-lamplight-bakery", "fibre-500", "2025-10-01", "internet-bakery"),
    Holding("customer-lamplight-bakery", "static-address", "2025-10-01"),
    Holding("customer-varga", "home-complete", "2026-04-01", "internet-varga"),
]
"""What is billed each month, by customer."""
