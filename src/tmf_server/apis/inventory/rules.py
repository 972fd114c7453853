"""Rules of services (TMF638) and resources (TMF639; X.731). No HTTP, no SQL."""

from typing import Any

from tmf_server.errors import IllegalTransition
from tmf_server.rules.canonical import attribute
from tmf_server.rules.lifecycle import Lifecycle, free, moves

Document = dict[str, Any]

SERVICE_LIFECYCLE = Lifecycle(
    "state",
    moves(
        [
            ("feasibilityChecked", "designed reserved inactive active terminated"),
            ("designed", "reserved inactive active terminated"),
            ("reserved", "designed inactive active terminated"),
            ("inactive", "active terminated"),
            ("active", "inactive suspended terminated"),
            ("suspended", "active inactive terminated"),
            ("terminated", ""),
        ]
    ),
)
OPERATING_LIFECYCLE = Lifecycle(
    "operatingStatus",
    free("pending configured starting running degraded failed limited stopping stopped unknown"),
    event="OperatingStatusChange",
)

ADMINISTRATIVE_LIFECYCLE = Lifecycle(
    "administrativeState",
    moves([("locked", "unlocked"), ("unlocked", "locked shuttingDown"), ("shuttingDown", "locked")]),
)
OPERATIONAL_LIFECYCLE = Lifecycle("operationalState", free("enabled disabled"))
USAGE_LIFECYCLE = Lifecycle("usageState", moves([("idle", "active"), ("active", "idle busy"), ("busy", "active")]))
RESOURCE_LIFECYCLE = Lifecycle(
    "lifecycleState", moves([("planned", "installed"), ("installed", "pendingRemoval"), ("pendingRemoval", "")])
)
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
SHUT = frozenset({"locked", "shuttingDown"})


def idle_when_disabled(document: Document, before: Document | None, _moment: int) -> Document:
    """Set a disabled resource idle (X.731, 7.1). IllegalTransition for a given usage of a disabled resource."""
    usage = document.get("usageState")
    if document.get("operationalState") != "disabled" or usage == "idle":
        return {}
    if before is not None and usage not in (None, before.get("usageState")):
        raise IllegalTransition(
            f"usageState cannot become {usage!r} while operationalState is disabled. Enable the resource first.",
            message="/usageState: expected idle",
        )
    return {"usageState": "idle"}


def locked_when_idle(document: Document, before: Document | None, _moment: int) -> Document:
    """Lock an unused resource in shutdown; a resource created in shutdown stays unchanged."""
    if before is None or document.get("administrativeState") != "shuttingDown":
        return {}
    return {"administrativeState": "locked"} if document.get("usageState", "idle") == "idle" else {}


def refusal(resource: Document, users: int) -> str | None:
    """Return the reason against `users` services on the resource, the new service among them; None without a reason."""
    if resource.get("administrativeState") in SHUT:
        return f"its administrativeState is {resource['administrativeState']}"
    if attribute(resource, "resourceStatus") == "reserved":
        return "it is reserved"
    most = capacity(resource)
    if most is not None and users > most:
        return f"it serves at most {most:g} services and has {users - 1} already"
    return None


def usage(resource: Document, users: int) -> Document:
    """Return the usage state of a resource for a number of services."""
    most = capacity(resource)
    if users == 0 or resource.get("operationalState") == "disabled":
        return {"usageState": "idle"}
    return {"usageState": "busy" if most is not None and users >= most else "active"}


def capacity(resource: Document) -> float | None:
    """Return the number of services the resource can serve: its characteristic `capacity`; None for any number."""
    for characteristic in resource.get("resourceCharacteristic", ()):
        if characteristic.get("name") == "capacity":
            try:
                return float(characteristic.get("value"))
            except (TypeError, ValueError):
                return None
    return None
