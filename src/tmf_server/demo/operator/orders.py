"""The product orders of the demo operator, in every state that an order rests in. Tables; invented names."""

from tmf_server.demo.builders.orders import cancellation, item, order
from tmf_server.demo.operator.customers import HOLDINGS
from tmf_server.registry.entity import Document


def _held(customer: str, time: str) -> list[Document]:
    """The items by which the customer got what it has."""
    return [
        item(str(place), one.offering, product=one.id, service=one.service, time=time)
        for place, one in enumerate((one for one in HOLDINGS if one.customer == customer), start=1)
    ]


FIRST = [
    order(
        f"order-{number}", customer, "completed", _held(customer, created), created=created, completed=completed,
        business=customer in ("customer-harbour-freight", "customer-lamplight-bakery"),
    )
    for number, customer, created, completed in [
        ("1001", "customer-harbour-freight", "2025-01-20T10:05:00.000Z", "2025-03-03T09:00:00.000Z"),
        ("1002", "customer-okafor", "2025-02-14T08:12:00.000Z", "2025-03-03T09:00:00.000Z"),
        ("1003", "customer-lindqvist", "2025-02-17T19:30:00.000Z", "2025-03-03T09:00:00.000Z"),
        ("1004", "customer-moreau", "2025-02-20T08:40:00.000Z", "2025-03-03T09:00:00.000Z"),
        ("1005", "customer-abara", "2025-05-31T16:21:00.000Z", "2025-06-01T08:00:00.000Z"),
        ("1006", "customer-lamplight-bakery", "2025-09-10T08:30:00.000Z", "2025-10-01T08:00:00.000Z"),
    ]
]  # fmt: skip

VARGA = "2026-03-20T08:15:00.000Z"
BUNDLE = order(
    "order-1007", "customer-varga", "completed",
    [
        item(
            "1", "home-complete", product="product-varga-home-complete", service="internet-varga", time=VARGA,
            parts=[
                item("1.1", "fibre-500", product="product-varga-fibre-500", service="internet-varga", part=True,
                     time=VARGA),
                item("1.2", "mobile-30", product="product-varga-mobile-30", part=True, time=VARGA),
                item("1.3", "tv-family", product="product-varga-tv-family", service="television-varga", part=True,
                     time=VARGA, needs="1.1"),
            ],
        )
    ],
    created=VARGA, completed="2026-04-01T08:00:00.000Z",
)  # fmt: skip

LATER = [
    order(
        "order-1008", "customer-okafor", "rejected", [item("1", "mobile-classic", "rejected")],
        created="2026-04-11T20:02:00.000Z", note="Asked for on the telephone.",
        errors=[("1", "notOrderable", "The offering is retired and cannot be ordered any more.")],
    ),
    order(
        "order-1009", "customer-lamplight-bakery", "partial",
        [
            item("1", "mobile-10", "completed", product="product-lamplight-bakery-mobile-10"),
            item("2", "tv-start", "failed"),
        ],
        created="2026-04-22T09:45:00.000Z", completed="2026-04-23T09:00:00.000Z", business=True,
        errors=[("2", "activationFailed", "The television platform did not take the subscription.")],
    ),
    order(
        "order-1010", "customer-abara", "cancelled", [item("1", "tv-start", "cancelled")],
        created="2026-05-02T18:00:00.000Z", cancelled="2026-05-02T18:30:00.000Z",
        reason="Ordered by mistake.",
    ),
    order(
        "order-1011", "customer-varga", "failed", [item("1", "tv-sports", "failed")],
        created="2026-05-09T21:10:00.000Z", completed="2026-05-09T21:14:00.000Z",
        errors=[("1", "activationFailed", "The television platform did not answer.")],
    ),
    order(
        "order-1012", "customer-harbour-freight", "pending", [item("1", "sdwan-branch", "pending")],
        created="2026-05-18T07:50:00.000Z", wanted="2026-07-01T08:00:00.000Z",
        note="Waits for the landlord's consent.",
    ),
    order(
        "order-1013", "customer-moreau", "held", [item("1", "fibre-1000", "held")],
        created="2026-05-20T17:25:00.000Z", wanted="2026-06-15T08:00:00.000Z",
        note="Held until the overdue bills are paid.",
    ),
    order(
        "order-1014", "customer-tanaka", "inProgress",
        [
            item("1", "fibre-500", "inProgress", product="product-tanaka-fibre-500", service="internet-tanaka"),
            item("2", "home-router", "acknowledged", product="product-tanaka-home-router", needs="1"),
        ],
        created="2026-05-26T08:20:00.000Z", wanted="2026-06-10T08:00:00.000Z",
        note="The line is being built.",
    ),
    order(
        "order-1015", "customer-lindqvist", "acknowledged",
        [
            item("1", "tv-family", "acknowledged", action="delete", product="product-lindqvist-tv-family"),
            item("2", "mobile-max", "acknowledged"),
        ],
        created="2026-06-02T19:45:00.000Z", wanted="2026-06-30T22:00:00.000Z",
    ),
    order(
        "order-1016", "customer-cliffside-clinic", "draft",
        [item("1", "sdwan-hub", "acknowledged"), item("2", "sdwan-branch", "acknowledged")],
        created="2026-06-03T11:30:00.000Z", wanted="2026-09-01T08:00:00.000Z",
        note="Being put together with the customer.",
    ),
]  # fmt: skip

CANCELLATIONS = [
    cancellation(
        "cancel-1010", "order-1010", "done", "2026-05-02T18:30:00.000Z", "Ordered by mistake.",
    )
]  # fmt: skip
ORDERS = [*FIRST, BUNDLE, *LATER]
DOCUMENTS = [*ORDERS, *CANCELLATIONS]
"""Every record as a canonical document, what is referred to first."""
