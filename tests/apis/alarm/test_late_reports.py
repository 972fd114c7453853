"""Reports that come late: what happened decides, not what arrived; and all orders of arrival end alike."""

import itertools
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.nouns.alarms import V4, V5, Body, count, events, patch, report, report_v4, run, send
from tests.support.servers.served import Served

BOTH = pytest.mark.parametrize(("make", "base"), [(report, V5), (report_v4, V4)], ids=["v5", "v4"])
SEVERITIES = ("critical", "major", "minor", "warning")


def at(minute: int, second: int = 0) -> str:
    """An instant in an hour long ago."""
    return f"2026-11-01T08:{minute:02}:{second:02}.000Z"


def raised(minute: int, **attributes: Any) -> Body:
    return {"alarmRaisedTime": at(minute)} | attributes


def changed(minute: int, **attributes: Any) -> Body:
    return {"alarmRaisedTime": at(1), "alarmChangedTime": at(minute)} | attributes


def cleared(minute: int, **attributes: Any) -> Body:
    return {"state": "cleared", "alarmClearedTime": at(minute), "alarmRaisedTime": at(1)} | attributes


# -- one late report ----------------------------------------------------------------------------------
@BOTH
@pytest.mark.parametrize("late", [raised(1), raised(5), changed(29), changed(7, perceivedSeverity="critical")])
def test_a_report_older_than_the_clearing_changes_nothing(
    client: httpx.Client, make: Any, base: str, late: Body
) -> None:
    send(client, make(**raised(1)), base)
    ended = send(client, make(**cleared(30)), base)
    assert send(client, make(**late), base) == ended
    assert count(client) == 1


@BOTH
def test_a_report_older_than_the_last_change_changes_nothing(client: httpx.Client, make: Any, base: str) -> None:
    send(client, make(**raised(1)), base)
    known = send(client, make(**changed(20, perceivedSeverity="critical")), base)
    for late in (changed(10, perceivedSeverity="major"), raised(1, alarmDetails="old"), cleared(15)):
        assert send(client, make(**late), base) == known
    assert known["alarmChangedTime"] == at(20)
    newer = send(client, make(**changed(21, perceivedSeverity="warning")), base)
    assert (newer["perceivedSeverity"], newer["alarmChangedTime"]) == ("warning", at(21))


@BOTH
def test_an_earlier_raise_is_taken_over_and_nothing_else(client: httpx.Client, make: Any, base: str) -> None:
    known = send(client, make(alarmRaisedTime=at(10), alarmChangedTime=at(20), perceivedSeverity="critical"), base)
    after = send(client, make(**raised(5, perceivedSeverity="major", alarmDetails="old")), base)
    assert after == known | {"alarmRaisedTime": at(5)}
    assert send(client, make(**raised(7)), base) == after


@BOTH
def test_a_clearing_before_its_raise_gets_the_time_of_the_raise(client: httpx.Client, make: Any, base: str) -> None:
    ended = send(client, make(**cleared(30, alarmRaisedTime=at(30))), base)
    after = send(client, make(**raised(1, perceivedSeverity="critical")), base)
    assert after == ended | {"alarmRaisedTime": at(1)}
    assert count(client) == 1


def test_a_clearing_that_nobody_dated_is_as_old_as_its_arrival(client: httpx.Client) -> None:
    ended = send(client, report(state="cleared", alarmRaisedTime="2026-11-02T00:00:00.000Z"))
    assert send(client, report())["id"] == ended["id"]
    assert send(client, report())["state"] == "cleared"


def test_a_clearing_is_as_old_as_the_last_change_where_it_says_no_other_time(client: httpx.Client) -> None:
    ended = send(client, report(state="cleared", alarmChangedTime=at(30)))
    assert ended["alarmClearedTime"] == at(30)
    assert send(client, report(**raised(29))) == ended


def test_an_alarm_that_opens_again_shows_when_it_was_raised_then(client: httpx.Client) -> None:
    send(client, report(**raised(1)))
    ended = send(client, report(**cleared(30)))
    again = send(client, report(alarmRaisedTime=at(30, 5)))
    assert (again["id"], again["state"], again["alarmRaisedTime"]) == (ended["id"], "updated", at(30, 5))
    assert "alarmClearedTime" not in again


def test_a_raise_long_after_the_clearing_is_an_alarm_of_its_own(client: httpx.Client) -> None:
    send(client, report(**raised(1)))
    ended = send(client, report(**cleared(30)))
    again = send(client, report(**raised(40)))
    assert (again["state"], again["alarmRaisedTime"]) == ("raised", at(40))
    assert again["id"] != ended["id"]


def test_a_late_report_belongs_to_the_alarm_of_its_time(client: httpx.Client) -> None:
    first = send(client, report(**raised(1)))
    send(client, report(**cleared(10)))
    second = send(client, report(**raised(20)))
    send(client, report(**cleared(30, alarmRaisedTime=at(20))))
    third = send(client, report(**raised(50)))
    for minute, owner in ((5, first), (10, first), (25, second), (15, second), (40, third)):
        assert send(client, report(**raised(minute)))["id"] == owner["id"], minute
    assert send(client, report(**cleared(8)))["id"] == first["id"]
    shown = {one["id"]: one for one in client.get(f"{V5}/alarm").json()}
    assert [shown[one["id"]]["alarmRaisedTime"] for one in (first, second, third)] == [at(1), at(15), at(40)]
    assert [shown[one["id"]]["state"] for one in (first, second, third)] == ["cleared", "cleared", "raised"]


def test_a_late_report_belongs_to_no_alarm_that_its_source_tells_apart(client: httpx.Client) -> None:
    send(client, report(**raised(1), externalAlarmId="x1"))
    send(client, report(**cleared(10), externalAlarmId="x1"))
    later = send(client, report(**raised(20)))
    after = send(client, report(**raised(5), externalAlarmId="x2"))
    assert (after["id"], after["alarmRaisedTime"]) == (later["id"], at(5))


def test_a_later_clearing_of_a_cleared_alarm_is_the_one_that_counts(client: httpx.Client) -> None:
    send(client, report(**raised(1)))
    ended = send(client, report(**cleared(10)))
    assert send(client, report(**cleared(20)))["alarmClearedTime"] == at(20)
    assert send(client, report(**cleared(15)))["alarmClearedTime"] == at(20)
    assert send(client, report(**raised(15)))["id"] == ended["id"]
    assert count(client) == 1


def test_what_operators_do_is_no_report(client: httpx.Client) -> None:
    made = send(client, report(**raised(1)))
    patch(client, made, ackState="acknowledged")
    after = send(client, report(**changed(2, perceivedSeverity="critical")))
    assert (after["perceivedSeverity"], after["ackState"]) == ("critical", "acknowledged")


def test_an_alarm_cleared_by_a_task_is_not_opened_by_what_was_before(client: httpx.Client) -> None:
    made = send(client, report(**raised(1)))
    clearing = {"clearSystemId": "noc", "clearUserId": "ann", "alarmClearedTime": at(30)}
    run(client, "clearAlarm", **clearing, alarmPattern=[{"@type": "AlarmRef", "id": made["id"]}])
    assert send(client, report(**changed(29)))["state"] == "cleared"
    assert count(client) == 1


def test_a_late_report_that_changes_nothing_sends_no_event(served: Served) -> None:
    send(served.client, report(**raised(1)))
    send(served.client, report(**cleared(30)))
    before = events(served)
    send(served.client, report(**changed(20, perceivedSeverity="critical")))
    assert events(served) == before
    send(served.client, report(alarmRaisedTime="2026-11-01T07:00:00.000Z"))
    assert events(served)[len(before) :] == [("AttributeValueChange", ("alarmRaisedTime",))]


# -- all orders of arrival ----------------------------------------------------------------------------
def outcome(client: httpx.Client, reports: list[Body]) -> list[Body]:
    """The alarms that the reports make, the newest last."""
    for one in reports:
        send(client, report(**one))
    found: list[Body] = client.get(f"{V5}/alarm?limit=100").json()
    return found


def test_one_fault_is_the_same_alarm_in_every_order_of_arrival(served: Served) -> None:
    story = [raised(1), changed(5, perceivedSeverity="critical"), changed(9, perceivedSeverity="major"), cleared(20)]
    for order in itertools.permutations(story):
        served.empty()
        [alarm] = outcome(served.client, list(order))
        assert (alarm["state"], alarm["alarmRaisedTime"], alarm["alarmClearedTime"]) == ("cleared", at(1), at(20)), (
            order
        )


def test_a_fault_under_way_is_the_same_alarm_in_every_order_of_arrival(served: Served) -> None:
    story = [raised(minute, perceivedSeverity=one) for minute, one in enumerate(SEVERITIES, start=1)]
    for order in itertools.permutations(story):
        served.empty()
        [alarm] = outcome(served.client, list(order))
        assert (alarm["perceivedSeverity"], alarm["alarmRaisedTime"]) == ("warning", at(1)), order


@st.composite
def stories(draw: st.DrawFn) -> list[Body]:
    """Reports of one fault at different times, in the order in which they arrive."""
    minutes = draw(st.lists(st.integers(2, 59), min_size=1, max_size=7, unique=True))
    made = {"raised": raised, "changed": changed, "cleared": cleared}
    kinds = [made[draw(st.sampled_from(sorted(made)))] for _ in minutes]
    severities = [{} if kind is cleared else {"perceivedSeverity": draw(st.sampled_from(SEVERITIES))} for kind in kinds]
    return [kind(minute, **one) for kind, minute, one in zip(kinds, minutes, severities, strict=True)]


def when(one: Body) -> str:
    return str(one.get("alarmClearedTime") or one.get("alarmChangedTime") or one["alarmRaisedTime"])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=stories())
def test_the_newest_event_decides_in_whatever_order_it_arrives(served: Served, story: list[Body]) -> None:
    served.empty()
    *_, alarm = sorted(outcome(served.client, story), key=lambda one: str(one["alarmReportingTime"]))
    last = max(story, key=when)
    if "alarmClearedTime" in last:
        assert (alarm["state"], alarm["alarmClearedTime"]) == ("cleared", last["alarmClearedTime"])
    else:
        assert alarm["state"] in ("raised", "updated")
        assert alarm["perceivedSeverity"] == last["perceivedSeverity"]
        assert "alarmClearedTime" not in alarm
    assert alarm["alarmRaisedTime"] <= when(last)
    assert count(served.client) <= len(story)
