"""Lifecycles of services (TMF638) and resources (TMF639; X.731). No HTTP, no SQL."""

from tmf_server.domain.lifecycle import Lifecycle, moves

SERVICE_LIFECYCLE = Lifecycle(
    "state",
    moves(
        [
            ("feasibilityChecked", "designed terminated"),
            ("designed", "reserved inactive active terminated"),
            ("reserved", "inactive active terminated"),
            ("inactive", "active terminated"),
            ("active", "inactive suspended terminated"),
            ("suspended", "active inactive terminated"),
            ("terminated", ""),
        ]
    ),
)

ADMINISTRATIVE_LIFECYCLE = Lifecycle(
    "administrativeState",
    moves([("locked", "unlocked"), ("unlocked", "locked shuttingDown"), ("shuttingDown", "locked")]),
)
USAGE_LIFECYCLE = Lifecycle("usageState", moves([("idle", "active"), ("active", "idle busy"), ("busy", "active")]))
RESOURCE_LIFECYCLE = Lifecycle(
    "lifecycleState", moves([("planned", "installed"), ("installed", "pendingRemoval"), ("pendingRemoval", "")])
)
RESOURCE_STATUS = ("available", "reserved", "standby", "suspended", "alarm", "unknown")
RESOURCE_STATUS_LIFECYCLE = Lifecycle(
    "resourceStatus",
    moves(
        [
            ("available", "reserved standby suspended alarm unknown"),
            ("reserved", "available suspended alarm unknown"),
            ("standby", "available suspended alarm unknown"),
            ("suspended", "available reserved standby unknown"),
            ("alarm", "available reserved standby unknown"),
            ("unknown", "available reserved standby suspended alarm"),
        ]
    ),
)
