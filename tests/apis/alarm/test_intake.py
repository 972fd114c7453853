"""The intake of alarms: one record for reports of one fault, flapping, group commit, reports refused on their own."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.support.nouns.alarms import V4, V5, count, events, patch, report, report_v4, send
from tests.support.servers.served import Served, serving_app
from tmf_server.errors import InvalidInput
from tmf_server.processes.group_commit import GroupCommit

APIS = ("TMF642",)


# -- one record for one fault -------------------------------------------------------------------------
def test_a_second_report_answers_with_the_first_alarm(client: httpx.Client) -> None:
    made = send(client, report())
    assert send(client, report()) == made
    assert count(client) == 1


def test_a_second_report_sends_no_event_when_it_says_nothing_new(served: Served) -> None:
    send(served.client, report())
    send(served.client, report(alarmReportingTime="2026-11-02T00:00:00Z"))
    assert [event for event, _ in events(served)] == ["Create"]


def test_a_second_report_updates_the_alarm(served: Served) -> None:
    made = send(served.client, report())
    again = send(served.client, report(perceivedSeverity="critical", alarmDetails="worse"))
    assert again["id"] == made["id"]
    assert (again["state"], again["perceivedSeverity"], again["alarmDetails"]) == ("updated", "critical", "worse")
    assert again["alarmRaisedTime"] == made["alarmRaisedTime"]
    assert events(served)[1:] == [
        ("StateChange", ("state",)),
        ("AttributeValueChange", ("perceivedSeverity", "alarmDetails")),
    ]


def test_a_report_of_the_end_clears_the_alarm(client: httpx.Client) -> None:
    made = send(client, report())
    cleared = send(client, report(state="cleared", alarmClearedTime="2026-11-02T00:00:00Z"))
    assert cleared["id"] == made["id"]
    assert (cleared["state"], cleared["perceivedSeverity"]) == ("cleared", "cleared")
    assert send(client, report(state="cleared")) == cleared


@pytest.mark.parametrize(
    "other",
    [
        {"sourceSystemId": "ems-2"},
        {"alarmType": "communicationsAlarm"},
        {"probableCause": "fanFailure"},
        {"specificProblem": "ps=4"},
        {"alarmedObject": {"id": "card-2", "@type": "AlarmedObjectRef"}},
    ],
    ids=lambda other: next(iter(other)),
)
def test_another_fault_is_another_alarm(client: httpx.Client, other: dict[str, Any]) -> None:
    assert send(client, report())["id"] != send(client, report(**other))["id"]


def test_the_id_of_the_source_finds_the_alarm_whatever_else_changed(client: httpx.Client) -> None:
    made = send(client, report(externalAlarmId="x1"))
    again = send(client, report(externalAlarmId="x1", probableCause="fanFailure"))
    assert (again["id"], again["probableCause"]) == (made["id"], "fanFailure")
    assert send(client, report(externalAlarmId="x2"))["id"] != made["id"]


def test_reports_in_either_version_are_about_the_same_alarm(client: httpx.Client) -> None:
    made = send(client, report_v4(), V4)
    assert send(client, report())["id"] == made["id"]
    assert send(client, report_v4(alarmDetails="v4"), V4)["alarmDetails"] == "v4"
    assert send(client, report_v4(alarmDetails="v4"), V4)["id"] == made["id"]
    assert count(client) == 1


def test_reports_that_only_v4_can_say_are_told_apart(client: httpx.Client) -> None:
    first = send(client, report_v4(alarmType="Power"), V4)
    assert send(client, report_v4(alarmType="Power"), V4)["id"] == first["id"]
    assert send(client, report_v4(alarmType="Fan"), V4)["id"] != first["id"]


def test_a_report_with_an_id_is_a_record_of_its_own(client: httpx.Client) -> None:
    send(client, report())
    assert send(client, report(id="mine"))["id"] == "mine"
    assert client.post(f"{V5}/alarm", json=report(id="mine")).status_code == 409
    # the newest match is the one that the next report is about
    assert send(client, report(alarmDetails="x"))["id"] == "mine"


def test_a_patch_may_change_what_reports_find(client: httpx.Client) -> None:
    made = send(client, report())
    patch(client, made, specificProblem="moved")
    assert send(client, report(specificProblem="moved"))["id"] == made["id"]
    assert send(client, report())["id"] != made["id"]


def test_an_acknowledgement_survives_further_reports(client: httpx.Client) -> None:
    made = send(client, report())
    patch(client, made, ackState="acknowledged", ackUserId="ann")
    again = send(client, report(perceivedSeverity="major", ackState="unacknowledged"))
    assert (again["ackState"], again["ackUserId"]) == ("acknowledged", "ann")


def test_an_idempotency_key_gives_the_same_answer_again(client: httpx.Client) -> None:
    first = send(client, report(), idempotency_key="k1")
    send(client, report(alarmDetails="new"))
    answer = client.post(f"{V5}/alarm", json=report(), headers={"idempotency-key": "k1"})
    assert answer.json() == first
    assert answer.headers["idempotency-replayed"] == "true"


# -- flapping -----------------------------------------------------------------------------------------
def test_a_fault_that_comes_back_at_once_opens_its_alarm_again(served: Served) -> None:
    client = served.client
    made = send(client, report(ackState="acknowledged"))
    for _ in range(3):
        send(client, report(state="cleared"))
        again = send(client, report())
        assert (again["id"], again["state"], again["perceivedSeverity"]) == (made["id"], "updated", "minor")
        assert "alarmClearedTime" not in again
    assert count(client) == 1
    assert [event for event, _ in events(served)].count("Create") == 1


def test_a_fault_that_comes_back_later_is_a_new_alarm(client: httpx.Client) -> None:
    made = send(client, report())
    send(client, report(state="cleared", alarmClearedTime="2026-11-01T09:00:00Z"))
    again = send(client, report(alarmRaisedTime="2026-11-01T09:30:00.000Z"))
    assert (again["state"], again["id"] != made["id"]) == ("raised", True)
    assert again["alarmRaisedTime"] == "2026-11-01T09:30:00.000Z"


def test_the_window_can_be_closed(database_url: str) -> None:
    with serving_app(database_url, apis=APIS, flapping_seconds=0.0) as served:
        made = send(served.client, report())
        send(served.client, report(state="cleared"))
        assert send(served.client, report())["id"] != made["id"]


# -- together -----------------------------------------------------------------------------------------
def test_reports_at_once_make_one_alarm_a_fault(client: httpx.Client) -> None:
    bodies = [report(specificProblem=f"ps={number % 5}", alarmDetails=str(number)) for number in range(60)]
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda body: client.post(f"{V5}/alarm", json=body), bodies))
    assert {answer.status_code for answer in answers} == {201}
    by_fault: dict[str, set[str]] = {}
    for body, answer in zip(bodies, answers, strict=True):
        by_fault.setdefault(body["specificProblem"], set()).add(answer.json()["id"])
    assert all(len(ids) == 1 for ids in by_fault.values())
    assert count(client) == 5


def test_two_servers_make_one_alarm_a_fault(database_url: str) -> None:
    first, second = (serving_app(database_url, apis=APIS) for _ in range(2))
    with first as one, second as other, ThreadPoolExecutor(16) as pool:
        clients = [one.client, other.client]
        bodies = [report(specificProblem=f"ps={number % 4}", alarmDetails=str(number)) for number in range(48)]

        def post(place: int) -> int:
            return clients[place % 2].post(f"{V5}/alarm", json=bodies[place]).status_code

        assert set(pool.map(post, range(48))) == {201}
        assert count(one.client) == 4


def test_a_report_that_is_refused_takes_no_other_with_it(client: httpx.Client) -> None:
    send(client, report(id="taken", specificProblem="taken"))
    bodies = [report(specificProblem=str(number)) for number in range(20)]
    bodies[7] = report(id="taken", specificProblem="7")
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda body: client.post(f"{V5}/alarm", json=body), bodies))
    assert [answer.status_code for answer in answers] == [409 if place == 7 else 201 for place in range(20)]
    assert count(client) == 20


# -- group commit, alone ------------------------------------------------------------------------------
class Work:
    """Notes the groups that it gets; items below zero are refused, the first group waits to be let go."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.may_go = threading.Event()
        self.begun = threading.Event()

    def __call__(self, items: Sequence[int]) -> list[str]:
        self.groups.append(list(items))
        self.begun.set()
        assert self.may_go.wait(10)
        if any(item < 0 for item in items):
            raise InvalidInput("below zero")
        if 0 in items:
            raise ZeroDivisionError
        return [str(item) for item in items]


def grouped(items: Sequence[int]) -> tuple[Work, list[Any]]:
    """What became of the items that arrived while the first one was worked on."""
    work = Work()
    group: GroupCommit[int, str] = GroupCommit(work, "test")
    futures = [group.submit(items[0])]
    assert work.begun.wait(10)
    futures += [group.submit(item) for item in items[1:]]
    work.may_go.set()
    outcomes = [future.exception(10) or future.result() for future in futures]
    group.close()
    return work, outcomes


def test_what_arrives_during_the_work_is_worked_on_together() -> None:
    work, outcomes = grouped([1, 2, 3, 4])
    assert outcomes == ["1", "2", "3", "4"]
    assert work.groups == [[1], [2, 3, 4]]


def test_items_of_a_group_that_is_refused_are_worked_on_alone() -> None:
    work, outcomes = grouped([1, 2, -3, 4])
    assert [str(outcome) for outcome in outcomes] == ["1", "2", "below zero", "4"]
    assert work.groups == [[1], [2, -3, 4], [2], [-3], [4]]


def test_a_failure_that_is_nobodys_fault_fails_the_group_once() -> None:
    work, outcomes = grouped([1, 0, 2])
    assert [type(outcome) for outcome in outcomes] == [str, ZeroDivisionError, ZeroDivisionError]
    assert work.groups == [[1], [0, 2]]


def test_no_group_is_larger_than_its_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tmf_server.processes.group_commit.MOST_TOGETHER", 3)
    work, outcomes = grouped(range(1, 9))
    assert outcomes == [str(item) for item in range(1, 9)]
    assert [len(group) for group in work.groups] == [1, 3, 3, 1]


def test_a_client_that_leaves_takes_nothing_back() -> None:
    work = Work()
    group: GroupCommit[int, str] = GroupCommit(work, "test")
    answer = group.submit(1)
    assert not answer.cancel()
    work.may_go.set()
    assert answer.result(10) == "1"
    group.close()
