"""Rules of services (TMF638) and resources (TMF639; X.731). No HTTP, no SQL."""

from collections.abc import Callable, Iterator
from typing import Any

from tmf_server.domain.canonical import attribute
from tmf_server.domain.instants import parse_instant
from tmf_server.domain.lifecycle import Lifecycle, free, moves
from tmf_server.errors import Fault

Document = dict[str, Any]

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
    """A disabled resource is idle (X.731, 7.1); a client that says otherwise in the same breath is told so."""
    if document.get("operationalState") != "disabled" or document.get("usageState") == "idle":
        return {}
    unasked = before is not None and document.get("usageState") == before.get("usageState")
    return {"usageState": "idle"} if unasked or "usageState" not in document else {}


def locked_when_idle(document: Document, before: Document | None, _moment: int) -> Document:
    """A resource that is shutting down is locked by itself once nothing uses it; one made so is left as it is."""
    if before is None or document.get("administrativeState") != "shuttingDown":
        return {}
    return {"administrativeState": "locked"} if document.get("usageState", "idle") == "idle" else {}


def disabled_is_idle(document: Document) -> Iterator[Fault]:
    """The usage state that goes with a disabled resource."""
    if document.get("operationalState") == "disabled" and document.get("usageState", "idle") != "idle":
        yield Fault("/usageState", "expected idle, as operationalState is disabled")


def refusal(resource: Document, users: int) -> str | None:
    """Why a resource that so many services would use, the new one among them, cannot be taken; None when it can."""
    if resource.get("administrativeState") in SHUT:
        return f"its administrativeState is {resource['administrativeState']}"
    if attribute(resource, "resourceStatus") == "reserved":
        return "it is reserved"
    most = capacity(resource)
    if most is not None and users > most:
        return f"it serves at most {most:g} services and has {users - 1} already"
    return None


def usage(resource: Document, users: int) -> Document:
    """The usage state of a resource that so many services use."""
    most = capacity(resource)
    if users == 0 or resource.get("operationalState") == "disabled":
        return {"usageState": "idle"}
    return {"usageState": "busy" if most is not None and users >= most else "active"}


def capacity(resource: Document) -> float | None:
    """How many services the resource can serve: its characteristic `capacity`; None for any number."""
    for characteristic in resource.get("resourceCharacteristic", ()):
        if characteristic.get("name") == "capacity":
            try:
                return float(characteristic.get("value"))
            except (TypeError, ValueError):
                return None
    return None


def in_order(start: str, end: str) -> Callable[[Document], Iterator[Fault]]:
    """A rule: the instant `end` is not before the instant `start`."""

    def rule(document: Document) -> Iterator[Fault]:
        first, last = _instant(document.get(start)), _instant(document.get(end))
        if first is not None and last is not None and last < first:
            yield Fault(f"/{end}", f"expected an instant not before {start}")
            yield Fault(f"/{start}", f"expected an instant not after {end}")

    return rule


def _instant(value: Any) -> int | None:
    try:
        return parse_instant(value)
    except (TypeError, ValueError, OverflowError):
        return None
