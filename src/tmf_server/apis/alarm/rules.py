"""Rules of the alarm (TMF642; X.733). No HTTP, no SQL."""

from collections.abc import Mapping
from typing import Any

from tmf_server.errors import IllegalTransition
from tmf_server.rules.canonical import attribute
from tmf_server.rules.digests import digest
from tmf_server.rules.instants import format_instant, parse_instant
from tmf_server.rules.lifecycle import Lifecycle, moves

Document = dict[str, Any]
CLEARED = "cleared"
RAISED_AT, CHANGED_AT, CLEARED_AT = "alarmRaisedTime", "alarmChangedTime", "alarmClearedTime"

ALARM_LIFECYCLE = Lifecycle(
    "state", moves([("raised", "updated cleared"), ("updated", "cleared"), (CLEARED, "")]), initial="raised"
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

# Attributes of a repeated report without effect on the known alarm.
FIRST = frozenset(
    {"id", "href", "@type", "@baseType", "@schemaLocation", RAISED_AT}
    | {"ackState", "ackSystemId", "ackUserId", "state", "comment"}
)
WHEN = frozenset({"alarmReportingTime", CHANGED_AT})
CLEARING = frozenset({CLEARED_AT, "clearSystemId", "clearUserId"})


def identity(document: Mapping[str, Any]) -> str | None:
    """Return the digest of the attributes identifying a fault; None for a report without all of these attributes."""
    alarmed = document.get("alarmedObject") or {}
    parts = [attribute(document, name) for name in ("sourceSystemId", "alarmType", "probableCause")]
    parts.append(alarmed.get("id") or alarmed.get("href"))
    return None if None in parts else digest([*parts, attribute(document, "specificProblem")])


def external_identity(document: Mapping[str, Any]) -> str | None:
    """Return the digest of the alarm identifier of the source; None for a report without identifier."""
    parts = [document.get("sourceSystemId"), document.get("externalAlarmId")]
    return None if None in parts else digest(parts)


def told_apart(known: Mapping[str, Any], report: Mapping[str, Any]) -> bool:
    """Tell whether the source gives different identifiers to the known alarm and the report."""
    ours, theirs = known.get("externalAlarmId"), report.get("externalAlarmId")
    return None not in (ours, theirs) and ours != theirs


def is_cleared(document: Mapping[str, Any]) -> bool:
    """Tell whether state or severity say `cleared`, in the spelling of either version."""
    return CLEARED in (_folded(document, "state"), _folded(document, "perceivedSeverity"))


def _folded(document: Mapping[str, Any], name: str) -> str:
    value = attribute(document, name)
    return value.casefold() if isinstance(value, str) else ""


def clearing(document: Document, before: Document | None, moment: int) -> Document:
    """Give a cleared alarm state, severity and time of clearing. IllegalTransition for a later change of severity."""
    if before is not None and before.get("state") == CLEARED:
        if document.get("state") == CLEARED and _folded(document, "perceivedSeverity") != CLEARED:
            raise IllegalTransition(
                "A cleared alarm has no other severity; the same fault again is a new alarm.",
                message="/perceivedSeverity: expected cleared",
            )
        return {}
    if not is_cleared(document):
        return {}
    when = document.get(CLEARED_AT) or format_instant(moment)
    return {"state": CLEARED, "perceivedSeverity": CLEARED, CLEARED_AT: when}


def instant(document: Mapping[str, Any], name: str) -> int | None:
    """Return an attribute as an instant in microseconds; None for an absent attribute."""
    value = document.get(name)
    try:
        return parse_instant(value) if isinstance(value, str) else None
    except (ValueError, OverflowError):
        return None


def with_clearing(report: Document) -> Document:
    """Return a clearing with the time of the clearing: the given time, or the time of the last change."""
    if not is_cleared(report) or CLEARED_AT in report or CHANGED_AT not in report:
        return report
    return report | {CLEARED_AT: report[CHANGED_AT]}


def event_time(report: Mapping[str, Any]) -> int | None:
    """Return the time of the reported event; None for a report without a time."""
    names = (CLEARED_AT,) if is_cleared(report) else (RAISED_AT, CHANGED_AT)
    return max((time for name in names if (time := instant(report, name)) is not None), default=None)


def known_time(alarm: Mapping[str, Any], stamp: str) -> int | None:
    """Return the time of the newest known event of the alarm; None without a time from the source.

    `stamp` is the instant of the last write: an equal `alarmChangedTime` was set by the server, not by a source.
    """
    if is_cleared(alarm):
        return instant(alarm, CLEARED_AT)
    names = (RAISED_AT,) if alarm.get(CHANGED_AT) == stamp else (RAISED_AT, CHANGED_AT)
    return max((time for name in names if (time := instant(alarm, name)) is not None), default=None)


def repeated(known: Document, report: Document, stamp: str = "") -> Document:
    """Return the known alarm after a repeated report, both in the form of a version; `known` itself without news.

    Changes by operators stay. A report other than a clearing reopens a cleared alarm, and the alarm takes the time of
    the new raise.
    """
    newer = _is_newer(known, report, stamp)
    reopened = is_cleared(known) and not is_cleared(report)
    if is_cleared(known) and not reopened:
        return known | {name: report[name] for name in CLEARING if name in report} if newer else known
    news = _news(known, report) | _raise(known, report, anew=reopened)
    if is_cleared(report):
        news["state"] = report["state"] if _folded(report, "state") == CLEARED else CLEARED
    elif not news and not reopened and not newer:
        return known
    else:
        news["state"] = "updated"
    if newer and not is_cleared(report):
        last = instant(report, CHANGED_AT) == event_time(report)
        news[CHANGED_AT] = report[CHANGED_AT if last else RAISED_AT]
    kept = {name: value for name, value in known.items() if not (reopened and name in CLEARING)}
    return kept | {name: report[name] for name in WHEN if name in report} | news


def dates_itself(known: Document, report: Document, stamp: str) -> bool:
    """Tell whether the last change after the report has the time of the source, not the time of arrival."""
    if CHANGED_AT in report or is_cleared(report):
        return CHANGED_AT in report
    again = not is_cleared(known) and event_time(report) == known_time(known, stamp) is not None
    return _is_newer(known, report, stamp) or (again and known.get(CHANGED_AT) != stamp)


def _is_newer(known: Document, report: Document, stamp: str) -> bool:
    heard, since = event_time(report), known_time(known, stamp)
    return heard is not None and since is not None and heard > since


def late(known: Document, report: Document, stamp: str) -> Document:
    """Return the known alarm after a report older than the newest known event: only an earlier raise has an effect.

    The time of the newest known event stays. The raise named by a late clearing of an open alarm may be an earlier
    raise, ended by the clearing.
    """
    if is_cleared(report) and not is_cleared(known):
        return known
    news = _raise(known, report, anew=False)
    if news and not is_cleared(known) and known.get(CHANGED_AT) == stamp:
        news[CHANGED_AT] = known[RAISED_AT]
    return known | news if news else known


def lasted_until(alarm: Mapping[str, Any], moment: int) -> bool:
    """Tell whether the alarm was cleared at the moment or later."""
    cleared = instant(alarm, CLEARED_AT) if is_cleared(alarm) else None
    return cleared is not None and cleared >= moment


def _news(known: Document, report: Document) -> Document:
    """Return the news of the report besides times; new comments are added to the known comments."""
    said = {name: value for name, value in report.items() if name not in FIRST | WHEN}
    news = {name: value for name, value in said.items() if not _covers(known.get(name), value)}
    comments = known.get("comment", [])
    added = [one for one in report.get("comment", ()) if not any(_covers(comment, one) for comment in comments)]
    return news | ({"comment": [*comments, *added]} if added else {})


def _raise(known: Document, report: Document, *, anew: bool) -> Document:
    """Return the changed time of the raise: an earlier time, or the new time of an alarm raised `anew`."""
    theirs, ours = instant(report, RAISED_AT), instant(known, RAISED_AT)
    if theirs is None or theirs == ours or not (anew or ours is None or theirs < ours):
        return {}
    return {RAISED_AT: report[RAISED_AT]}


def _covers(known: Any, said: Any) -> bool:
    """Tell whether the reported value is known already; links do not count, since the server writes links."""
    if isinstance(known, dict) and isinstance(said, dict):
        return all(name == "href" or _covers(known.get(name), value) for name, value in said.items())
    if isinstance(known, list) and isinstance(said, list):
        return len(known) == len(said) and all(map(_covers, known, said))
    return bool(known == said)


def acknowledge(alarm: Document, task: Document) -> Document:
    """Acknowledge the alarm for the requester; an acknowledged alarm stays unchanged."""
    if alarm.get("ackState") == "acknowledged":
        return alarm
    return alarm | {"ackState": "acknowledged"} | _said(task, "ackSystemId", "ackUserId", "ackTime")


def unacknowledge(alarm: Document, task: Document) -> Document:
    """Take the acknowledgement of the alarm back, with the requester."""
    if alarm.get("ackState") != "acknowledged":
        return alarm
    kept = {name: value for name, value in alarm.items() if name != "ackTime"}
    return kept | {"ackState": "unacknowledged"} | _said(task, "ackSystemId", "ackUserId")


def clear(alarm: Document, task: Document) -> Document:
    """Clear the alarm for the requester; a cleared alarm stays unchanged."""
    if is_cleared(alarm):
        return alarm
    return alarm | {"state": CLEARED} | _said(task, "alarmClearedTime", "clearSystemId", "clearUserId")


def comment(alarm: Document, task: Document) -> Document:
    """Add a comment to the alarm."""
    return alarm | {"comment": [*alarm.get("comment", ()), task["comment"]]}


def grouped(parent: Document, children: list[Document], task: Document) -> list[Document]:
    """Return the parent and the children with references to each other."""
    below = [_joined(child, "parentAlarm", [parent], task) for child in children]
    return [_joined(parent, "correlatedAlarm", children, task), *below]


def ungrouped(parent: Document, children: list[Document], task: Document) -> list[Document]:
    """Return the parent and the children without references to each other."""
    below = [_parted(child, "parentAlarm", [parent], task) for child in children]
    return [_parted(parent, "correlatedAlarm", children, task), *below]


def _joined(alarm: Document, name: str, others: list[Document], task: Document) -> Document:
    held = alarm.get(name, [])
    known = {one.get("id") for one in held}
    added = [
        {"id": one["id"], "@type": "AlarmRef", "@referredType": "Alarm"} for one in others if one["id"] not in known
    ]
    return alarm | {name: [*held, *added]} | _said(task, "alarmChangedTime") if added else alarm


def _parted(alarm: Document, name: str, others: list[Document], task: Document) -> Document:
    gone = {one["id"] for one in others}
    held = alarm.get(name, [])
    kept = [one for one in held if one.get("id") not in gone]
    if len(kept) == len(held):
        return alarm
    rest = {key: value for key, value in alarm.items() if key != name}
    return rest | ({name: kept} if kept else {}) | _said(task, "alarmChangedTime")


def _said(task: Document, *names: str) -> Document:
    return {name: task[name] for name in names if name in task}
