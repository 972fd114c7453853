"""Rules of the alarm (TMF642; X.733). No HTTP, no SQL."""

from tmf_server.domain.lifecycle import Lifecycle, moves

ALARM_LIFECYCLE = Lifecycle(
    "state", moves([("raised", "updated cleared"), ("updated", "cleared"), ("cleared", "")]), initial="raised"
)
ACK_LIFECYCLE = Lifecycle(
    "ackState",
    moves([("unacknowledged", "acknowledged"), ("acknowledged", "unacknowledged")]),
    initial="unacknowledged",
)
ALARM_TASK_LIFECYCLE = Lifecycle(
    "state",
    moves(
        [
            ("acknowledged", "inProgress cancel"),
            ("inProgress", "done terminatedWithError cancel"),
            ("cancel", "canceled"),
            ("done", ""),
            ("terminatedWithError", ""),
            ("canceled", ""),
        ]
    ),
    initial="acknowledged",
)
