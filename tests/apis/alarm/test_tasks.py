"""Tasks on alarms: what they select, what they change, how they end, and the events of both."""

from typing import Any

import httpx
import pytest

from tests.support.nouns.alarms import V4, V5, Body, count, events, patch, report, report_v4, run, send
from tests.support.servers.served import Served, serving_app

WHO: Body = {"ackSystemId": "noc", "ackUserId": "ann"}
CLEARING: Body = {"clearSystemId": "noc", "clearUserId": "ann", "alarmClearedTime": "2026-11-20T00:00:00Z"}
GROUPING: Body = {"sourceSystemId": "noc", "alarmChangedTime": "2026-11-20T00:00:00Z"}
COMMENT: Body = {"comment": {"@type": "Comment", "comment": "dispatched", "userId": "ann"}}
EACH: dict[str, Body] = {"ackAlarm": WHO, "unAckAlarm": WHO, "clearAlarm": CLEARING, "commentAlarm": COMMENT}


def ref(alarm: Body) -> Body:
    return {"@type": "AlarmRef", "id": alarm["id"]}


def like(**attributes: Any) -> list[Body]:
    return [{"@type": "Alarm"} | attributes]


def stored(client: httpx.Client, alarm: Body) -> Body:
    document: Body = client.get(f"{V5}/alarm/{alarm['id']}").json()
    return document


def ids(alarms: list[Body]) -> list[str]:
    return [one["id"] for one in alarms]


@pytest.fixture
def three(client: httpx.Client) -> list[Body]:
    """Three alarms of two severities."""
    severities = ("minor", "minor", "critical")
    return [send(client, report(specificProblem=str(n), perceivedSeverity=one)) for n, one in enumerate(severities)]


# -- what each does -----------------------------------------------------------------------------------
def test_ack(client: httpx.Client, three: list[Body]) -> None:
    task = run(client, "ackAlarm", **WHO, alarmPattern=[ref(three[0])])
    assert task["state"] == "done"
    assert task["ackTime"].endswith("Z")
    alarm = stored(client, three[0])
    assert (alarm["ackState"], alarm["ackSystemId"], alarm["ackUserId"]) == ("acknowledged", "noc", "ann")
    assert task["ackedAlarm"] == [alarm]
    assert stored(client, three[1]) == three[1]


def test_ack_leaves_an_acknowledgement_to_who_gave_it(client: httpx.Client, three: list[Body]) -> None:
    run(client, "ackAlarm", **WHO, alarmPattern=[ref(three[0])])
    task = run(client, "ackAlarm", **(WHO | {"ackUserId": "bob"}), alarmPattern=[ref(three[0])])
    assert ids(task["ackedAlarm"]) == [three[0]["id"]]
    assert stored(client, three[0])["ackUserId"] == "ann"


def test_un_ack(client: httpx.Client, three: list[Body]) -> None:
    run(client, "ackAlarm", **WHO, alarmPattern=[ref(three[0])])
    task = run(client, "unAckAlarm", **WHO, alarmPattern=[ref(three[0])])
    assert task["unAckedAlarm"] == [stored(client, three[0])]
    assert stored(client, three[0])["ackState"] == "unacknowledged"


def test_clear(client: httpx.Client, three: list[Body]) -> None:
    task = run(client, "clearAlarm", **CLEARING, alarmPattern=[ref(three[2])])
    alarm = stored(client, three[2])
    assert task["clearedAlarm"] == [alarm]
    assert (alarm["state"], alarm["perceivedSeverity"]) == ("cleared", "cleared")
    assert alarm.items() >= CLEARING.items()


def test_clear_leaves_what_is_cleared_as_it_was(client: httpx.Client, three: list[Body]) -> None:
    run(client, "clearAlarm", **CLEARING, alarmPattern=[ref(three[2])])
    before = stored(client, three[2])
    run(client, "clearAlarm", **(CLEARING | {"clearUserId": "bob"}), alarmPattern=[ref(three[2])])
    assert stored(client, three[2]) == before


def test_comment(client: httpx.Client, three: list[Body]) -> None:
    for _ in range(2):
        run(client, "commentAlarm", **COMMENT, alarmPattern=[ref(three[0])])
    said = stored(client, three[0])["comment"]
    assert [one["comment"] for one in said] == ["dispatched", "dispatched"]
    assert all(one["time"].endswith("Z") for one in said)


def test_group_and_ungroup(client: httpx.Client, three: list[Body]) -> None:
    parent, *children = three
    group = GROUPING | {"parentAlarm": ref(parent), "correlatedAlarm": [ref(one) for one in children]}
    task = run(client, "groupAlarm", **group)
    assert task["groupedAlarm"] == [stored(client, one) for one in three]
    assert ids(stored(client, parent)["correlatedAlarm"]) == ids(children)
    for child in children:
        assert ids(stored(client, child)["parentAlarm"]) == [parent["id"]]
        assert stored(client, child)["alarmChangedTime"] == GROUPING["alarmChangedTime"]
    run(client, "groupAlarm", **group)
    assert ids(stored(client, parent)["correlatedAlarm"]) == ids(children)
    task = run(client, "unGroupAlarm", **(group | {"correlatedAlarm": [ref(children[0])]}))
    assert ids(task["unGroupedAlarm"]) == ids([parent, children[0]])
    assert ids(stored(client, parent)["correlatedAlarm"]) == [children[1]["id"]]
    assert "parentAlarm" not in stored(client, children[0])


def test_a_group_has_one_parent(client: httpx.Client, three: list[Body]) -> None:
    body = {"@type": "GroupAlarm"} | GROUPING | {"correlatedAlarm": [ref(three[2])]}
    answer = client.post(f"{V5}/groupAlarm", json=body | {"parentAlarm": like(perceivedSeverity="minor")[0]})
    assert answer.status_code == 409
    assert "/parentAlarm" in answer.json()["message"]


def test_a_group_is_no_loop(client: httpx.Client, three: list[Body]) -> None:
    run(client, "groupAlarm", **GROUPING, parentAlarm=ref(three[0]), correlatedAlarm=[ref(three[1])])
    body = {"@type": "GroupAlarm"} | GROUPING
    answer = client.post(
        f"{V5}/groupAlarm", json=body | {"parentAlarm": ref(three[1]), "correlatedAlarm": [ref(three[0])]}
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "loop")
    assert "parentAlarm" not in stored(client, three[0])


# -- what they select ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (like(perceivedSeverity="minor"), [0, 1]),
        (like(perceivedSeverity="minor", specificProblem="1"), [1]),
        (like(perceivedSeverity="critical") + like(specificProblem="0"), [0, 2]),
        (like(alarmedObject={"@type": "AlarmedObjectRef", "id": "card-1"}), [0, 1, 2]),
        (like(alarmedObject={"@type": "AlarmedObjectRef", "id": "card-2"}), []),
        (like(alarmRaisedTime="2026-11-01T10:00:00+02:00"), [0, 1, 2]),
        (like(affectedService=[{"@type": "ServiceRef", "id": "s2"}]), [2]),
        (like(comment=[{"@type": "Comment", "userId": "ann", "comment": "one"}]), [0]),
        (like(comment=[{"@type": "Comment", "userId": "ann", "comment": "two"}]), []),
        (like(serviceAffecting=True), [1]),
        ([{"@type": "SomeOtherAlarm", "state": "raised"}], []),
        (like(state="raised"), [0, 1, 2]),
    ],
)
def test_patterns_select_by_any_attribute(
    client: httpx.Client, three: list[Body], pattern: list[Body], expected: list[int]
) -> None:
    comments = [{"@type": "Comment", "userId": "ann", "comment": "one"}, {"@type": "Comment", "comment": "two"}]
    patch(client, three[0], comment=comments)
    patch(client, three[1], serviceAffecting=True)
    patch(client, three[2], affectedService=[{"@type": "ServiceRef", "id": "s1"}, {"@type": "ServiceRef", "id": "s2"}])
    task = run(client, "ackAlarm", **WHO, alarmPattern=pattern)
    assert ids(task["ackedAlarm"]) == [three[place]["id"] for place in expected]
    acked = [place for place, one in enumerate(three) if stored(client, one)["ackState"] == "acknowledged"]
    assert acked == expected


@pytest.mark.parametrize("task", EACH)
def test_a_pattern_that_matches_nothing_is_done_with_an_empty_list(client: httpx.Client, task: str) -> None:
    done = {"ackAlarm": "ackedAlarm", "unAckAlarm": "unAckedAlarm"} | {
        "clearAlarm": "clearedAlarm",
        "commentAlarm": "commentedAlarm",
    }
    ended = run(client, task, **EACH[task], alarmPattern=[{"@type": "AlarmRef", "id": "nowhere"}])
    assert (ended["state"], ended[done[task]]) == ("done", [])


def test_a_group_of_nothing_is_done_with_an_empty_list(client: httpx.Client, three: list[Body]) -> None:
    nowhere = {"@type": "AlarmRef", "id": "nowhere"}
    for parent, children in ((nowhere, ref(three[0])), (ref(three[0]), nowhere), (ref(three[0]), ref(three[0]))):
        ended = run(client, "groupAlarm", **GROUPING, parentAlarm=parent, correlatedAlarm=[children])
        assert (ended["state"], ended["groupedAlarm"]) == ("done", [])


def test_an_unknown_attribute_is_refused_and_nothing_is_kept(client: httpx.Client, three: list[Body]) -> None:
    pattern: list[Any] = [
        {"@type": "Alarm", "id": three[0]["id"]},
        {"@type": "Alarm", "alarmedObject": {"id": "x", "hue": 1}},
    ]
    pattern[1]["alarmedObject"]["@type"] = "AlarmedObjectRef"
    answer = client.post(f"{V5}/ackAlarm", json={"@type": "AckAlarm"} | WHO | {"alarmPattern": pattern})
    assert answer.status_code == 400
    assert answer.json()["code"] == "unknownAttribute"
    assert "/alarmPattern/1/alarmedObject/hue" in answer.json()["message"]
    assert client.get(f"{V5}/ackAlarm").json() == []
    assert stored(client, three[0])["ackState"] == "unacknowledged"


def test_a_reference_may_bring_its_name(client: httpx.Client, three: list[Body]) -> None:
    named = ref(three[0]) | {"name": "the first", "@referredType": "Alarm", "href": "http://elsewhere/x"}
    group = GROUPING | {"parentAlarm": named, "correlatedAlarm": [ref(three[1])]}
    assert len(run(client, "groupAlarm", **group)["groupedAlarm"]) == 2
    task = run(client, "ackAlarms", V4, **WHO, alarmPattern=[{"href": three[2]["href"]}])
    assert ids(task["ackedAlarm"]) == [three[2]["id"]]


EMPTY: list[Any] = [
    {"@type": "Alarm"},
    {"@type": "SpecialAlarm", "@baseType": "Alarm"},
    {"@type": "Alarm", "id": None},
    {"@type": "Alarm", "perceivedSeverity": None, "alarmedObject": None},
    {"@type": "Alarm", "comment": [], "affectedService": []},
    {"@type": "Alarm", "crossedThresholdInformation": {"@type": "CrossedThresholdInformation"}},
]
EMPTY_V4: list[Any] = [{}, {"id": None}, {"alarmedObject": {}}, {"alarmedObject": {"id": None}}, {"comment": [{}]}]


@pytest.mark.parametrize("task", [*EACH, "groupAlarm", "unGroupAlarm"])
def test_a_pattern_that_names_nothing_is_refused(client: httpx.Client, three: list[Body], task: str) -> None:
    type_name = task[:1].upper() + task[1:]
    cases = [(f"{V5}/{task}", {"@type": type_name}, one) for one in EMPTY]
    cases += [(f"{V5}/{task}", {"@type": type_name, "state": "done"}, EMPTY[0])]
    cases += [(f"{V4}/{task}s", {}, one) for one in (*EMPTY, *EMPTY_V4)]
    for url, body, empty in cases:
        for pointer, patterns in filled(task, empty).items():
            answer = client.post(url, json=body | patterns)
            assert (answer.status_code, answer.json()["code"]) == (400, "emptyPattern"), (url, patterns, answer.text)
            assert answer.json()["message"].startswith(f"{pointer}:")
    assert [stored(client, one) for one in three] == three
    assert client.get(f"{V5}/{task}").json() == []


def filled(task: str, empty: Body) -> dict[str, Body]:
    """Bodies of the task in which one pattern, at the pointer, is the empty one, all others naming an alarm."""
    named = {"@type": "AlarmRef", "id": "a"}
    if task in EACH:
        return {"/alarmPattern/1": EACH[task] | {"alarmPattern": [named, empty]}}
    return {
        "/parentAlarm": GROUPING | {"parentAlarm": empty, "correlatedAlarm": [named]},
        "/correlatedAlarm/1": GROUPING | {"parentAlarm": named, "correlatedAlarm": [named, empty]},
    }


def test_thousands_of_ids_are_no_burden(client: httpx.Client, three: list[Body]) -> None:
    pattern = [{"@type": "AlarmRef", "id": f"a{number}"} for number in range(3_000)] + [ref(three[1])]
    task = run(client, "ackAlarm", **WHO, alarmPattern=pattern)
    assert ids(task["ackedAlarm"]) == [three[1]["id"]]


def test_too_much_at_once_is_refused(database_url: str) -> None:
    with serving_app(database_url, apis=("TMF642",), max_task_alarms=2, max_conditions=3) as served:
        client = served.client
        for number in range(3):
            send(client, report(specificProblem=str(number)))
        body = {"@type": "AckAlarm"} | WHO
        for pattern in (like(state="raised"), like(specificProblem="1") * 4):
            answer = client.post(f"{V5}/ackAlarm", json=body | {"alarmPattern": pattern})
            assert (answer.status_code, answer.json()["code"]) == (400, "tooCostly")


# -- versions, states, events -------------------------------------------------------------------------
def test_v4_selects_by_what_only_v4_can_say(client: httpx.Client) -> None:
    made = send(client, report_v4(alarmType="Power"), V4)
    send(client, report_v4(alarmType="Fan"), V4)
    task = run(client, "ackAlarms", V4, **WHO, alarmPattern=[{"alarmType": "Power"}])
    assert ids(task["ackedAlarm"]) == [made["id"]]
    assert task["ackedAlarm"][0] == client.get(made["href"]).json()
    assert ids(client.get(f"{V5}/ackAlarm/{task['id']}").json()["ackedAlarm"]) == [made["id"]]


@pytest.mark.parametrize("state", ["done", "terminatedWithError", "canceled"])
def test_a_task_that_comes_in_a_final_state_does_nothing(client: httpx.Client, three: list[Body], state: str) -> None:
    task = run(client, "ackAlarm", **WHO, state=state, alarmPattern=[ref(three[0])])
    assert task["state"] == state
    assert stored(client, three[0])["ackState"] == "unacknowledged"


def test_a_task_that_is_to_be_cancelled_is(client: httpx.Client, three: list[Body]) -> None:
    task = run(client, "ackAlarm", **WHO, state="cancel", alarmPattern=[ref(three[0])])
    assert task["state"] == "canceled"
    assert stored(client, three[0])["ackState"] == "unacknowledged"


def test_a_task_and_its_alarms_send_their_events(served: Served) -> None:
    made = send(served.client, report())
    run(served.client, "ackAlarm", **WHO, alarmPattern=[ref(made)])
    assert events(served) == [
        ("Create", ()),
        ("StateChange", ("ackState",)),
        ("AttributeValueChange", ("ackSystemId", "ackUserId", "ackTime")),
    ]
    assert [event for event, _ in events(served, "ackAlarm")] == [
        "Create", "StateChange", "StateChange", "AttributeValueChange",
    ]  # fmt: skip


def test_nothing_edits_a_task(client: httpx.Client, three: list[Body]) -> None:
    task = run(client, "ackAlarm", **WHO, alarmPattern=[ref(three[0])])
    for method in ("PATCH", "PUT", "DELETE"):
        assert client.request(method, task["href"], json={"state": "cancel"}).status_code == 405


def test_an_alarm_in_a_task_can_still_be_deleted(client: httpx.Client, three: list[Body]) -> None:
    run(client, "ackAlarm", **WHO, alarmPattern=[ref(three[0])])
    assert client.delete(f"{V5}/alarm/{three[0]['id']}").status_code == 204
    assert count(client) == 2
