"""Rules of the alarm: clearing, acknowledgement, times that the server sets, identity, what a repeated report says."""

from typing import Any

import httpx
import pytest

from tests.support.nouns.alarms import V4, V5, events, patch, report, report_v4, send
from tests.support.servers.served import Served
from tmf_server.apis.alarm import rules
from tmf_server.rules.canonical import V4_EXTRAS
from tmf_server.rules.instants import now, parse_instant


# -- what the server sets ---------------------------------------------------------------------------
@pytest.mark.parametrize("base", [V4, V5])
def test_sets_times_and_states_where_none_are_sent(client: httpx.Client, base: str) -> None:
    began = now()
    made = send(client, report() if base == V5 else report_v4(), base)
    for name in ("alarmReportingTime", "alarmChangedTime"):
        assert made[name].endswith("Z")
        assert began <= parse_instant(made[name]) <= now()
    assert made["ackState"] == "unacknowledged"
    assert "alarmClearedTime" not in made


def test_keeps_the_times_that_the_source_sends(client: httpx.Client) -> None:
    times = {"alarmReportingTime": "2026-11-01T08:00:01Z", "alarmChangedTime": "2026-11-01T08:00:02+02:00"}
    made = send(client, report(**times))
    assert made["alarmReportingTime"] == times["alarmReportingTime"]
    assert made["alarmChangedTime"] == "2026-11-01T06:00:02Z"


def test_every_change_is_timed_unless_it_tells_the_time_itself(client: httpx.Client) -> None:
    made = send(client, report(alarmChangedTime="2026-11-01T08:00:00Z"))
    told = patch(client, made, alarmDetails="a", alarmChangedTime="2026-11-02T00:00:00Z").json()
    assert told["alarmChangedTime"] == "2026-11-02T00:00:00Z"
    stamped = patch(client, made, alarmDetails="b").json()
    assert parse_instant(stamped["alarmChangedTime"]) > parse_instant(told["alarmChangedTime"])


# -- clearing ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("change", [{"state": "cleared"}, {"perceivedSeverity": "cleared"}])
def test_what_is_cleared_has_the_state_the_severity_and_the_time(client: httpx.Client, change: dict[str, Any]) -> None:
    made = send(client, report())
    cleared = patch(client, made, **change).json()
    assert (cleared["state"], cleared["perceivedSeverity"]) == ("cleared", "cleared")
    assert cleared["alarmClearedTime"].endswith("Z")


def test_a_clearing_keeps_the_time_that_comes_with_it(client: httpx.Client) -> None:
    made = send(client, report())
    cleared = patch(client, made, state="cleared", alarmClearedTime="2026-11-03T00:00:00Z").json()
    assert cleared["alarmClearedTime"] == "2026-11-03T00:00:00Z"


def test_a_cleared_alarm_has_no_other_severity(client: httpx.Client) -> None:
    made = send(client, report(state="cleared"))
    assert made["perceivedSeverity"] == "cleared"
    refused = patch(client, made, perceivedSeverity="major")
    assert (refused.status_code, refused.json()["code"]) == (409, "illegalTransition")
    assert "/perceivedSeverity" in refused.json()["message"]
    assert patch(client, made, alarmDetails="still open to other changes").status_code == 200


def test_a_clearing_is_a_change_of_state_and_of_what_follows(served: Served) -> None:
    made = send(served.client, report())
    patch(served.client, made, state="cleared")
    assert events(served) == [
        ("Create", ()),
        ("StateChange", ("state",)),
        ("AttributeValueChange", ("perceivedSeverity", "alarmClearedTime")),
    ]


def test_an_acknowledgement_is_allowed_in_every_state(client: httpx.Client) -> None:
    for state in ("raised", "updated", "cleared"):
        made = send(client, report(state=state, externalAlarmId=state))
        assert patch(client, made, ackState="acknowledged", ackUserId="ann").json()["ackState"] == "acknowledged"
        assert patch(client, made, ackState="unacknowledged").json()["ackState"] == "unacknowledged"


def test_a_value_that_only_v4_can_say_stays_and_can_be_cleared(client: httpx.Client) -> None:
    made = send(client, report_v4(perceivedSeverity="SERIOUS", alarmType="Power"), V4)
    assert (made["perceivedSeverity"], made["alarmType"]) == ("SERIOUS", "Power")
    assert "alarmType" not in client.get(f"{V5}/alarm/{made['id']}").json()
    answer = client.patch(f"{V4}/alarm/{made['id']}", json={"state": "cleared"})
    assert answer.json()["perceivedSeverity"] == "cleared"
    assert client.get(f"{V4}/alarm?perceivedSeverity=SERIOUS").json() == []


def test_parents_do_not_form_loops(client: httpx.Client) -> None:
    first, second = send(client, report(specificProblem="a")), send(client, report(specificProblem="b"))
    below = [{"id": first["id"], "@type": "AlarmRef"}]
    assert patch(client, second, parentAlarm=below).status_code == 200
    answer = patch(client, first, parentAlarm=[{"id": second["id"], "@type": "AlarmRef"}])
    assert (answer.status_code, answer.json()["code"]) == (400, "loop")


def test_an_alarm_outlives_what_it_tells_of(client: httpx.Client) -> None:
    resources = "/tmf-api/resourceInventoryManagement/v5/resource"
    assert client.post(resources, json={"@type": "Resource", "id": "card-1"}).status_code == 201
    made = send(client, report())
    assert made["alarmedObject"]["href"].endswith(f"{resources}/card-1")
    assert client.delete(f"{resources}/card-1").status_code == 204


# -- identity, pure -----------------------------------------------------------------------------------
IDENTITY = ("sourceSystemId", "alarmType", "probableCause", "specificProblem")


@pytest.mark.parametrize("name", IDENTITY)
def test_each_part_of_the_identity_tells_faults_apart(name: str) -> None:
    assert rules.identity(report()) != rules.identity(report(**{name: "other"}))


def test_the_alarmed_object_is_part_of_the_identity() -> None:
    assert rules.identity(report()) != rules.identity(report(alarmedObject={"id": "card-2"}))
    assert rules.identity(report(alarmedObject={"href": "/x"})) != rules.identity(report(alarmedObject={"href": "/y"}))
    assert rules.identity(report(alarmedObject={})) is None


def test_other_attributes_are_none_of_the_identity() -> None:
    other = report(perceivedSeverity="critical", state="updated", alarmDetails="x", externalAlarmId="1")
    assert rules.identity(report()) == rules.identity(other)


def test_the_id_of_the_source_decides_where_both_have_one() -> None:
    one, other = report(externalAlarmId="1"), report(externalAlarmId="2")
    assert rules.told_apart(one, other)
    assert not rules.told_apart(one, report())
    assert rules.external_identity(one) == rules.external_identity(one | {"specificProblem": "moved"})
    assert rules.external_identity(one) != rules.external_identity(one | {"sourceSystemId": "ems-2"})
    assert rules.external_identity(report()) is None


def test_what_only_v4_can_say_is_part_of_the_identity() -> None:
    def said(value: str) -> dict[str, Any]:
        body = report() | {V4_EXTRAS: {"alarmType": value}}
        del body["alarmType"]
        return body

    assert rules.identity(said("Power")) is not None
    assert rules.identity(said("Power")) != rules.identity(said("Fan"))


# -- what a repeated report says, pure ----------------------------------------------------------------
def test_a_report_that_says_nothing_new_changes_nothing() -> None:
    known = report(id="1", ackState="acknowledged", alarmReportingTime="a", state="updated")
    known["alarmedObject"] = known["alarmedObject"] | {"href": "http://here/card-1"}
    later = report(alarmRaisedTime="later", alarmReportingTime="b", alarmChangedTime="b", ackState="unacknowledged")
    assert rules.repeated(known, later) is known


def test_news_updates_the_alarm_and_takes_the_times_over() -> None:
    known = report(id="1", ackState="acknowledged")
    after = rules.repeated(known, report(perceivedSeverity="major", alarmReportingTime="b", alarmRaisedTime="later"))
    assert after == known | {"state": "updated", "perceivedSeverity": "major", "alarmReportingTime": "b"}


def test_comments_of_a_report_join_those_of_operators() -> None:
    known = report(comment=[{"comment": "mine", "time": "t"}])
    after = rules.repeated(known, report(comment=[{"comment": "theirs"}]))
    assert [one["comment"] for one in after["comment"]] == ["mine", "theirs"]
    assert rules.repeated(after, report(comment=[{"comment": "theirs"}])) is after


@pytest.mark.parametrize("said", [{"state": "cleared"}, {"perceivedSeverity": "cleared"}, {"state": "CLEARED"}])
def test_a_report_of_the_end_clears(said: dict[str, Any]) -> None:
    assert rules.is_cleared(rules.repeated(report(id="1"), report(**said)))
    cleared = report(id="1", state="cleared", perceivedSeverity="cleared")
    assert rules.repeated(cleared, report(**said)) is cleared


def test_a_report_after_the_end_opens_the_alarm_again() -> None:
    cleared = report(id="1", state="cleared", perceivedSeverity="cleared", alarmClearedTime="t", clearUserId="ann")
    assert rules.repeated(cleared, report()) == report(id="1", state="updated")
