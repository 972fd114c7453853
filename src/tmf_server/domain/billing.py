"""Rules of the customer bill (TMF678). No HTTP, no SQL."""

from tmf_server.domain.lifecycle import Lifecycle, moves

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
