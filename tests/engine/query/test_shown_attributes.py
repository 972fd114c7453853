"""What a record shows can be asked for: every attribute can be selected, filtered and sorted by (TMF630 part 1, 4)."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.support.nouns.alarms import V4 as ALARMS_V4
from tests.support.nouns.alarms import V5 as ALARMS_V5
from tests.support.nouns.alarms import report, run, send
from tests.support.nouns.every import Noun, nouns
from tests.support.servers.served import Served


@pytest.fixture
def told(filled: Served) -> Served:
    """The demo, with an alarm that somebody acknowledged."""
    alarm = send(filled.client, report(specificProblem="to be acknowledged"))
    pattern = [{"@type": "AlarmRef", "id": alarm["id"]}]
    run(filled.client, "ackAlarm", ackSystemId="noc", ackUserId="ann", alarmPattern=pattern)
    return filled


def scalars(records: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """For each attribute that is a text, a number or a truth value a record that has it."""
    found: dict[str, dict[str, Any]] = {}
    for record in records:
        found |= {name: record for name, value in record.items() if isinstance(value, str | int | float)}
    return found


def written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else quote(str(value), safe="")


def test_every_attribute_that_is_shown_can_be_asked_for(told: Served) -> None:
    get = told.client.get
    asked = 0
    for noun in nouns("list"):
        records = get(f"{noun.url}?limit=1000").json()
        names = sorted({name for record in records for name in record})
        if names:
            selected = get(f"{noun.url}?limit=1000&fields={','.join(names)}")
            assert (selected.status_code, selected.json()) == (200, records), noun
        for name, record in scalars(records).items():
            found = get(f"{noun.url}?limit=1000&fields=none&sort={name}&{name}={written(record[name])}")
            assert found.status_code == 200, (str(noun), name, found.text)
            assert record["id"] in [one["id"] for one in found.json()], (str(noun), name)
            asked += 1
    assert asked > 300


@pytest.mark.parametrize("base", [ALARMS_V5, ALARMS_V4])
def test_the_time_of_an_acknowledgement_is_asked_for_like_any_other(told: Served, base: str) -> None:
    get, alarms = told.client.get, f"{base}/alarm"
    [acked] = [one for one in get(f"{alarms}?limit=1000").json() if "ackTime" in one]
    moment = acked["ackTime"]
    assert get(f"{alarms}/{acked['id']}?fields=ackTime").json()["ackTime"] == moment
    for query in (f"ackTime={moment}", f"ackTime.gte={moment}", "filter=$[?(@.ackTime>'2020-01-01T00:00:00Z')]"):
        assert [one["id"] for one in get(f"{alarms}?{query}").json()] == [acked["id"]], query
    assert get(f"{alarms}?sort=ackTime").json()[0]["id"] == acked["id"]
    hub = told.client.post(f"{base}/hub", json={"callback": "http://127.0.0.1:9/x", "query": f"ackTime.gt={moment}"})
    assert hub.status_code == 201, hub.text


def test_what_the_server_sets_beyond_the_documents_is_declared_for_every_form() -> None:
    for noun in nouns():
        contract, undeclared = noun.exposure.contract, noun.exposure.entity.derive.undeclared
        for schema in (noun.exposure.schema, *bodies(noun)):
            assert undeclared.keys() <= contract.all_properties(schema).keys(), noun


def bodies(noun: Noun) -> list[str]:
    """The schemas of what can be sent."""
    operations = [noun.operation("create"), noun.operation("patch")]
    return [next(iter(one.request_schemas.values())) for one in operations if one is not None]
