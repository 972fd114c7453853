"""Comparing what was sent with what came back, as TMF630 means equality. No HTTP."""

import datetime as dt
from typing import Any

# What a server sets itself, over anything that is sent (TMF630 P1: server-managed attributes).
SERVER_SET = {
    "href", "lastUpdate", "creationDate", "orderDate", "alarmReportingTime", "alarmChangedTime",
    "completionDate", "expectedCompletionDate", "serviceDate", "errorLog", "@schemaLocation",
}  # fmt: skip
# What a process may change on a record that moves by itself.
PROCESS_SET = {
    "state", "status", "lastUpdate", "completionDate", "expectedCompletionDate", "cancellationDate",
    "cancellationReason", "note", "productOrderItem", "orderTotalPrice", "productOrderErrorMessage",
    "productOrderMilestone", "errorLog", "url", "taskResult", "effectiveCancellationDate",
    "customerBill", "reason",
    "ackedAlarm", "unAckedAlarm", "clearedAlarm", "commentedAlarm", "groupedAlarm", "unGroupedAlarm",
}  # fmt: skip


def instant(text: Any) -> dt.datetime | None:
    """An ISO 8601 instant with an offset; None when it is none."""
    if not isinstance(text, str) or len(text) < 10 or not text[:4].isdigit():
        return None
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def lost(sent: Any, got: Any, path: str = "") -> str:
    """Where something sent did not come back: `path: what`, empty when all is there. The answer may say more."""
    if isinstance(sent, dict):
        return _lost_in_object(sent, got, path)
    if isinstance(sent, list):
        if not isinstance(got, list) or len(got) != len(sent):
            return f"{path}: sent {len(sent)} elements, got {len(got) if isinstance(got, list) else got!r}"
        return next(
            (found for i, (a, b) in enumerate(zip(sent, got, strict=True)) if (found := lost(a, b, f"{path}/{i}"))), ""
        )
    return "" if equal(sent, got) else f"{path}: sent {sent!r}, got {got!r}"


def _lost_in_object(sent: dict[str, Any], got: Any, path: str) -> str:
    if not isinstance(got, dict):
        return f"{path}: sent an object, got {got!r}"
    for name, value in sent.items():
        if name in SERVER_SET or value is None:
            continue
        if name not in got:
            return f"{path}/{name}: it was sent and is missing in the answer"
        if found := lost(value, got[name], f"{path}/{name}"):
            return found
    return ""


def difference(one: Any, other: Any, path: str = "", ignore: frozenset[str] = frozenset()) -> str:
    """Where two JSON values differ: `path: what`; empty when they are equal. `ignore` are first-level names."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted(one.keys() | other.keys()):
            if path == "" and name in ignore:
                continue
            if name not in one or name not in other:
                return f"{path}/{name}: only in the {'second' if name not in one else 'first'}"
            if found := difference(one[name], other[name], f"{path}/{name}"):
                return found
        return ""
    if isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            return f"{path}: {len(one)} elements and {len(other)}"
        return next(
            (f for i, (a, b) in enumerate(zip(one, other, strict=True)) if (f := difference(a, b, f"{path}/{i}"))), ""
        )
    same = type(one) is type(other) and one == other
    return "" if same or equal(one, other) else f"{path}: {one!r} and {other!r}"


def equal(one: Any, other: Any) -> bool:
    """Scalars are equal by value; instants whatever their offset; true is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if one == other:
        return True
    first, second = instant(one), instant(other)
    return first is not None and first == second


def nulls(value: Any, path: str = "") -> list[str]:
    """The pointers at which a value is null."""
    if value is None:
        return [path or "/"]
    if isinstance(value, dict):
        return [found for name, inner in value.items() for found in nulls(inner, f"{path}/{name}")]
    if isinstance(value, list):
        return [found for i, inner in enumerate(value) for found in nulls(inner, f"{path}/{i}")]
    return []
