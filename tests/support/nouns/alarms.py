"""Alarms for tests: reports and what became of them. Holds no test."""

from typing import Any

import httpx
from orjson import loads

from tests.support.servers.served import Served

V5 = "/tmf-api/alarmManagement/v5"
V4 = "/tmf-api/alarmManagement/v4"
Body = dict[str, Any]


def report(**attributes: Any) -> Body:
    """A report of one and the same fault, with the attributes over it."""
    return {
        "@type": "Alarm",
        "state": "raised",
        "alarmType": "equipmentAlarm",
        "perceivedSeverity": "minor",
        "probableCause": "powerProblem",
        "specificProblem": "ps=3",
        "alarmedObject": {"id": "card-1", "@type": "AlarmedObjectRef", "@referredType": "Resource"},
        "sourceSystemId": "ems-1",
        "alarmRaisedTime": "2026-11-01T08:00:00.000Z",
    } | attributes


def report_v4(**attributes: Any) -> Body:
    """The same report as v4 has it."""
    body = report(alarmedObject={"id": "card-1"}) | attributes
    return {name: value for name, value in body.items() if name != "@type"}


def send(client: httpx.Client, body: Body, base: str = V5, **headers: str) -> Body:
    """Report it; the alarm that it made or changed."""
    answer = client.post(
        f"{base}/alarm", json=body, headers={name.replace("_", "-"): headers[name] for name in headers}
    )
    assert answer.status_code == 201, answer.text
    document: Body = answer.json()
    assert answer.headers["location"] == document["href"]
    assert client.get(document["href"]).json() == document
    return document


def patch(client: httpx.Client, alarm: Body, **attributes: Any) -> httpx.Response:
    """PATCH the alarm as v5 has it."""
    return client.patch(f"{V5}/alarm/{alarm['id']}", json={"@type": "Alarm"} | attributes)


def run(client: httpx.Client, task: str, base: str = V5, **attributes: Any) -> Body:
    """POST a task; how it ended."""
    type_name = task[:1].upper() + task[1:]
    answer = client.post(f"{base}/{task}", json=({"@type": type_name} if base == V5 else {}) | attributes)
    assert answer.status_code == 201, answer.text
    document: Body = answer.json()
    assert client.get(answer.headers["location"]).json() == document
    return document


def count(client: httpx.Client) -> int:
    """How many alarms there are."""
    return len(client.get(f"{V5}/alarm?limit=1000").json())


def events(served: Served, kind: str = "alarm") -> list[tuple[str, tuple[str, ...]]]:
    """The events of a kind in order, each with the attributes that changed."""
    with served.services.database.read() as connection:
        rows = connection.exec_driver_sql("SELECT kind, event, paths FROM outbox ORDER BY number").fetchall()
        return [(row[1], tuple(loads(row[2]))) for row in rows if row[0] == kind]
