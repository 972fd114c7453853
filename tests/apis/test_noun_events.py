"""Events of nouns as each document names them: physical resources, operating status, tasks by singular and plural."""

from functools import partial
from typing import Any

from sqlalchemy import select

from tests.support.nouns.alarms import V4, V5, report, run, send
from tests.support.nouns.ordering import cancel, item, order, patch
from tests.support.servers.served import Served
from tmf_server.events.delivery.payload import Composer, EventFormats
from tmf_server.events.outbox import StoredEvent
from tmf_server.model.events import outbox
from tmf_server.rest.representation.representation import rendered

RESOURCES_V4 = "/tmf-api/resourceInventoryManagement/v4"
RESOURCES = "/tmf-api/resourceInventoryManagement/v5/resource"
SERVICES = "/tmf-api/serviceInventory/v5/service"
ORIGIN = "https://tmf.example"


def bodies(served: Served, api: str, version: str) -> list[dict[str, Any]]:
    """What a subscriber of the API in the version gets for all that happened."""
    services = served.services
    composer = Composer(EventFormats(services.registry), partial(rendered, services.links))
    with services.database.read() as connection:
        rows = connection.execute(select(outbox).order_by(outbox.c.number)).mappings().all()
    events = [
        StoredEvent(
            0, row["event_id"], row["kind"], row["record_id"], row["event"], row["time"], (), None, row["document"]
        )
        for row in rows
    ]
    composed = [composer.compose(api, version, ORIGIN, event) for event in events]
    return [body for body in composed if body is not None]


def names(served: Served, api: str, version: str) -> list[str]:
    return [body["eventType"] for body in bodies(served, api, version)]


def test_v4_reports_physical_resources_by_their_own_name(served: Served) -> None:
    client = served.client
    card = client.post(f"{RESOURCES_V4}/physicalResource", json={"name": "card", "@type": "LineCard"}).json()
    client.post(f"{RESOURCES_V4}/logicalResource", json={"name": "pool"})
    client.post(RESOURCES, json={"@type": "PhysicalResource", "name": "port"})
    client.patch(f"{RESOURCES_V4}/resource/{card['id']}", json={"resourceStatus": "standby"})
    assert names(served, "TMF639", "v4") == [
        "PhysicalResourceCreateEvent",
        "ResourceCreateEvent",
        "PhysicalResourceCreateEvent",
        "PhysicalResourceStateChangeEvent",
    ]
    [first, second, *_] = bodies(served, "TMF639", "v4")
    assert first["event"]["physicalResource"]["href"] == f"{ORIGIN}{RESOURCES_V4}/physicalResource/{card['id']}"
    assert second["event"]["resource"]["name"] == "pool"


def test_v5_reports_every_resource_by_one_name(served: Served) -> None:
    served.client.post(f"{RESOURCES_V4}/physicalResource", json={"name": "card"})
    [body] = bodies(served, "TMF639", "v5")
    assert body["eventType"] == "ResourceCreateEvent"
    assert body["event"]["resource"]["@type"] == "PhysicalResource"


def test_the_operating_status_has_an_event_in_v5_only(served: Served) -> None:
    body = {
        "@type": "Service",
        "state": "active",
        "serviceSpecification": {"id": "s", "@type": "ServiceSpecificationRef"},
    }
    made = served.client.post(SERVICES, json=body).json()
    served.client.patch(f"{SERVICES}/{made['id']}", json={"@type": "Service", "operatingStatus": "running"})
    served.client.patch(f"{SERVICES}/{made['id']}", json={"@type": "Service", "state": "suspended", "name": "new"})
    assert names(served, "TMF638", "v5") == [
        "ServiceCreateEvent",
        "ServiceOperatingStatusChangeEvent",
        "ServiceStateChangeEvent",
        "ServiceAttributeValueChangeEvent",
    ]
    assert [name for name in names(served, "TMF638", "v4") if "Operating" in name] == []
    assert bodies(served, "TMF638", "v4")[-1]["event"]["service"]["state"] == "inactive"


def test_a_task_is_reported_by_each_version_in_its_words(served: Served) -> None:
    send(served.client, report())
    who = {"ackSystemId": "noc", "ackUserId": "ann"}
    run(served.client, "ackAlarm", V5, **who, alarmPattern=[{"@type": "Alarm", "state": "raised"}])
    run(served.client, "unAckAlarms", V4, **who, alarmPattern=[{"state": "raised"}])
    for version, plural in (("v4", "s"), ("v5", "")):
        told = [name for name in names(served, "TMF642", version) if "Ack" in name]
        assert told == [
            *[f"AckAlarm{plural}{word}Event" for word in ("Create", "StateChange", "StateChange")],
            *[f"UnAckAlarm{plural}{word}Event" for word in ("Create", "StateChange", "StateChange")],
        ]
    last = bodies(served, "TMF642", "v4")[-1]
    assert last["event"]["unAckAlarms"]["state"] == "done"


def test_what_is_wrong_with_an_order_has_an_event_in_v5_only(served: Served) -> None:
    client = served.client
    order(client, item("1", action="modify"))
    placed = order(client, item("1"))
    alert = {"@type": "JeopardyAlert", "alertDate": "2026-01-01T00:00:00Z", "name": "late", "exception": "x"}
    assert patch(client, placed, productOrderJeopardyAlert=[alert | {"jeopardyType": "x"}]).status_code == 200
    cancel(client, placed["id"])
    states = [f"ProductOrder{word}Event" for word in ("StateChange", "AttributeValueChange")] * 3
    task = [f"CancelProductOrder{word}Event" for word in ("Create", "StateChange", "StateChange")]
    assert names(served, "TMF622", "v4") == [
        *["ProductOrderCreateEvent"] * 2, "ProductOrderAttributeValueChangeEvent", *task[:2], *states, task[2]
    ]  # fmt: skip
    assert names(served, "TMF622", "v5") == [
        "ProductOrderCreateEvent",
        "ProductOrderErrorMessageEvent",
        "ProductOrderCreateEvent",
        "ProductOrderAttributeValueChangeEvent",
        "ProductOrderJeopardyAlertEvent",
        *task[:2],
        *states,
        task[2],
    ]
    [_, told, *_] = bodies(served, "TMF622", "v5")
    assert told["event"]["productOrder"]["productOrderErrorMessage"][0]["code"] == "productNotNamed"
    assert all("Canccel" not in str(one) and "canccel" not in str(one) for one in bodies(served, "TMF622", "v4"))
    assert bodies(served, "TMF622", "v4")[-1]["event"]["cancelProductOrder"]["state"] == "done"
