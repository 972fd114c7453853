"""Injected faults: slow or failing requests, lost notifications. Matches faults; carries out none."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from threading import Lock
from typing import Any

LATENCY, STATUS, DROP, FAIL = "latency", "status", "dropNotifications", "failNotifications"
REQUEST, NOTIFICATION = frozenset({"method", "path"}), frozenset({"event", "callback"})
LONGEST_SECONDS = 600

# The mandatory attributes of each kind of fault, and the attributes for matching.
KINDS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    LATENCY: (frozenset({"seconds"}), REQUEST),
    STATUS: (frozenset({"status"}), REQUEST),
    DROP: (frozenset(), NOTIFICATION),
    FAIL: (frozenset(), NOTIFICATION),
}


@dataclass(eq=False)
class Fault:
    """A fault. `times` is the most number of occurrences, None for no limit; `hits` counts the occurrences.

    `match` has patterns with * for any text: of a request `method` and `path` (without the query), of a notification
    `event` (its type) and `callback` (the URL). An attribute without a pattern matches always.
    """

    kind: str
    match: Mapping[str, str] = field(default_factory=dict)
    times: int | None = None
    seconds: float = 0.0
    status: int = 0
    hits: int = 0

    def shown(self) -> dict[str, Any]:
        """The fault as JSON."""
        told = {name: getattr(self, name) for name in KINDS[self.kind][0]}
        return {"kind": self.kind, **told, **self.match, "times": self.times, "hits": self.hits}

    def fits(self, **values: str) -> bool:
        """Tell whether the fault applies to the values."""
        left = self.times is None or self.hits < self.times
        return left and all(fnmatchcase(values[name], pattern) for name, pattern in self.match.items())


class Faults:
    """The faults of a server, in the order of adding. Safe to use from any thread."""

    def __init__(self) -> None:
        self._faults: tuple[Fault, ...] = ()
        self._lock = Lock()

    def latency(self, seconds: float, *, method: str = "*", path: str = "*", times: int | None = None) -> Fault:
        """Delay answers: the request is carried out at once, the client gets the answer later."""
        return self.add({"kind": LATENCY, "seconds": seconds, "method": method, "path": path, "times": times})

    def status(self, status: int, *, method: str = "*", path: str = "*", times: int | None = None) -> Fault:
        """Refuse requests with a status from 400 to 599, without carrying the requests out."""
        return self.add({"kind": STATUS, "status": status, "method": method, "path": path, "times": times})

    def drop_notifications(self, *, event: str = "*", callback: str = "*", times: int | None = None) -> Fault:
        """Lose notifications on the way: nothing is sent, and the server takes them for delivered."""
        return self.add({"kind": DROP, "event": event, "callback": callback, "times": times})

    def fail_notifications(self, *, event: str = "*", callback: str = "*", times: int | None = None) -> Fault:
        """Let deliveries fail: nothing is sent; the server repeats after its pauses and parks the delivery at last."""
        return self.add({"kind": FAIL, "event": event, "callback": callback, "times": times})

    def add(self, values: Mapping[str, Any]) -> Fault:
        """Add a fault by its kind, mandatory attributes, `times` and patterns. ValueError names the wrong attribute."""
        fault = _made(values)
        with self._lock:
            self._faults = (*self._faults, fault)
        return fault

    def clear(self) -> None:
        """Remove every fault."""
        with self._lock:
            self._faults = ()

    def all(self) -> tuple[Fault, ...]:
        """Return all faults, exhausted faults too."""
        return self._faults

    def of_request(self, method: str, path: str) -> tuple[float, int | None]:
        """Return the effect on a request: seconds of delay and status of a failure. Counts as hits."""
        seconds, status = 0.0, None
        with self._lock:
            for fault in self._faults:
                if fault.kind == LATENCY and fault.fits(method=method, path=path):
                    fault.hits += 1
                    seconds += fault.seconds
                elif fault.kind == STATUS and status is None and fault.fits(method=method, path=path):
                    fault.hits += 1
                    status = fault.status
        return seconds, status

    def of_notification(self, event: str, callback: str) -> str | None:
        """Return the effect on a notification: DROP, FAIL or none. Counts as a hit."""
        with self._lock:
            for fault in self._faults:
                if fault.kind in (DROP, FAIL) and fault.fits(event=event, callback=callback):
                    fault.hits += 1
                    return fault.kind
        return None


def _made(values: Mapping[str, Any]) -> Fault:
    kind = values.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {kind!r}")
    needed, patterns = KINDS[kind]
    unknown = sorted(values.keys() - needed - patterns - {"kind", "times"})
    if unknown:
        raise ValueError(f"{kind} takes {', '.join(sorted(needed | patterns | {'times'}))}, not {', '.join(unknown)}")
    for name in sorted(needed):
        if name not in values:
            raise ValueError(f"{kind} needs {name}")
    for name, check in CHECKS.items():
        if name in values and not check(values[name]):
            raise ValueError(f"{name} must be {EXPECTED[name]}, not {values[name]!r}")
    given = {name: values[name] for name in (*needed, "times") if name in values}
    return Fault(kind, {name: values[name] for name in patterns if name in values}, **given)


def _is_number(value: Any, *kinds: type) -> bool:
    return isinstance(value, kinds) and not isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


CHECKS = {
    "seconds": lambda value: _is_number(value, int, float) and 0 <= value <= LONGEST_SECONDS,
    "status": lambda value: _is_number(value, int) and 400 <= value <= 599,
    "times": lambda value: value is None or (_is_number(value, int) and value > 0),
    **dict.fromkeys((*REQUEST, *NOTIFICATION), _is_text),
}
EXPECTED = {
    "seconds": f"a number from 0 to {LONGEST_SECONDS}",
    "status": "a number from 400 to 599",
    "times": "a number above 0, or null",
    "method": "a pattern like GET",
    "path": "a pattern like */productOffering/*",
    "event": "a pattern like ProductOffering*Event",
    "callback": "a pattern like http://127.0.0.1:*",
}
