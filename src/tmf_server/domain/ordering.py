"""Rules of the product order and its cancellation (TMF622). No HTTP, no SQL."""

from tmf_server.domain.lifecycle import Lifecycle, moves

ITEM_STATES = moves(
    [
        ("acknowledged", "rejected pending held inProgress assessingCancellation"),
        ("inProgress", "pending held completed failed partial assessingCancellation"),
        ("pending", "inProgress assessingCancellation held"),
        ("held", "inProgress assessingCancellation pending"),
        ("assessingCancellation", "pendingCancellation acknowledged inProgress pending held"),
        ("pendingCancellation", "cancelled failed"),
        ("rejected", ""),
        ("cancelled", ""),
        ("completed", ""),
        ("failed", ""),
        ("partial", ""),
    ]
)
ORDER_STATES = ITEM_STATES | moves(
    [
        ("draft", "acknowledged cancelled"),
        (
            "acknowledged",
            "rejected pending held inProgress inProgress.accepted assessingCancellation",
        ),
        (
            "inProgress.accepted",
            "inProgress pending held completed failed partial assessingCancellation",
        ),
        ("assessingCancellation", "pendingCancellation acknowledged inProgress inProgress.accepted pending held"),
    ]
)
ORDER_LIFECYCLE = Lifecycle("state", ORDER_STATES, initial="acknowledged")
ITEM_LIFECYCLE = Lifecycle("state", ITEM_STATES, initial="acknowledged")

CANCEL_LIFECYCLE = Lifecycle(
    "state",
    moves(
        [
            ("acknowledged", "inProgress rejected"),
            ("inProgress", "done terminatedWithError rejected cancelled"),
            ("rejected", ""),
            ("done", ""),
            ("terminatedWithError", ""),
            ("cancelled", ""),
        ]
    ),
    initial="acknowledged",
)
