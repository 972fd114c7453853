"""Rules of services and resources: use and capacity, states that follow from others, history, types, loops."""

from typing import Any

import httpx
import pytest

from tests.support.servers.served import Served
from tmf_server.apis.inventory import rules

SERVICES = "/tmf-api/serviceInventory/v5/service"
SERVICES_V4 = "/tmf-api/serviceInventory/v4/service"
RESOURCES = "/tmf-api/resourceInventoryManagement/v5/resource"
V4 = "/tmf-api/resourceInventoryManagement/v4"
Body = dict[str, Any]


def capacity(value: Any) -> Body:
    kind = "StringCharacteristic" if isinstance(value, str) else "IntegerCharacteristic"
    return {"resourceCharacteristic": [{"name": "capacity", "value": value, "@type": kind}]}


def resource(client: httpx.Client, id_: str, **attributes: Any) -> Body:
    answer = client.post(RESOURCES, json={"@type": "Resource", "id": id_, "name": id_} | attributes)
    assert answer.status_code == 201, answer.text
    document: Body = answer.json()
    return document


def service_body(id_: str, *resources: str, **attributes: Any) -> Body:
    return {
        "@type": "Service",
        "id": id_,
        "state": "active",
        "serviceSpecification": {"id": "spec", "@type": "ServiceSpecificationRef"},
        "supportingResource": [{"id": one, "@type": "ResourceRef"} for one in resources],
    } | attributes


def service(client: httpx.Client, id_: str, *resources: str, **attributes: Any) -> Body:
    answer = client.post(SERVICES, json=service_body(id_, *resources, **attributes))
    assert answer.status_code == 201, answer.text
    document: Body = answer.json()
    return document


def usage(client: httpx.Client, id_: str) -> str | None:
    state: str | None = client.get(f"{RESOURCES}/{id_}").json().get("usageState")
    return state


def events(served: Served) -> list[tuple[str, str, str]]:
    with served.services.database.read() as connection:
        rows = connection.exec_driver_sql("SELECT kind, record_id, event FROM outbox ORDER BY number")
        return [(row[0], row[1], row[2]) for row in rows]


# -- use and capacity -----------------------------------------------------------------------------
def test_the_usage_state_follows_use(client: httpx.Client) -> None:
    resource(client, "port", usageState="idle", **capacity(2))
    service(client, "s1", "port", "elsewhere")
    assert usage(client, "port") == "active"
    service(client, "s2", "port")
    assert usage(client, "port") == "busy"
    client.patch(f"{SERVICES}/s1", json={"@type": "Service", "state": "terminated"})
    assert usage(client, "port") == "active"
    assert client.delete(f"{SERVICES}/s2").status_code == 204
    assert usage(client, "port") == "idle"


def test_a_change_of_use_is_an_event_of_the_resource(served: Served) -> None:
    resource(served.client, "port")
    service(served.client, "s1", "port")
    assert events(served) == [
        ("resource", "port", "Create"),
        ("service", "s1", "Create"),
        ("resource", "port", "StateChange"),
    ]


def test_a_patch_takes_and_releases(client: httpx.Client) -> None:
    resource(client, "a")
    resource(client, "b")
    service(client, "s1", "a")
    patch = {"@type": "Service", "supportingResource": [{"id": "b", "@type": "ResourceRef"}]}
    assert client.patch(f"{SERVICES}/s1", json=patch).status_code == 200
    assert (usage(client, "a"), usage(client, "b")) == ("idle", "active")


def test_a_resource_serves_no_more_than_its_capacity(client: httpx.Client) -> None:
    resource(client, "port", **capacity("1"))
    service(client, "s1", "port")
    answer = client.post(SERVICES, json=service_body("s2", "port"))
    assert answer.status_code == 409
    assert answer.json()["code"] == "notAvailable"
    assert "serves at most 1" in answer.json()["reason"]
    assert "/supportingResource" in answer.json()["message"]
    assert client.get(f"{SERVICES}/s2").status_code == 404
    assert usage(client, "port") == "busy"


@pytest.mark.parametrize("state", ["locked", "shuttingDown"])
def test_a_resource_that_is_shut_is_not_taken_anew(client: httpx.Client, state: str) -> None:
    resource(client, "port", administrativeState="unlocked")
    service(client, "s1", "port")
    patch = {"@type": "Resource", "administrativeState": state}
    assert client.patch(f"{RESOURCES}/port", json=patch).status_code == 200
    assert client.post(SERVICES, json=service_body("s2", "port")).status_code == 409
    # who has it already may change in other ways
    assert client.patch(f"{SERVICES}/s1", json={"@type": "Service", "name": "new"}).status_code == 200


def test_a_reserved_resource_is_not_taken(client: httpx.Client) -> None:
    made = client.post(f"{V4}/resource", json={"name": "port", "resourceStatus": "reserved"}).json()
    answer = client.post(SERVICES, json=service_body("s1", made["id"]))
    assert answer.status_code == 409
    assert "reserved" in answer.json()["reason"]


def test_services_may_be_loaded_before_their_resources(client: httpx.Client) -> None:
    service(client, "s1", "port")
    assert resource(client, "port", usageState="idle")["usageState"] == "active"


def test_the_server_keeps_the_usage_state_of_what_is_in_use(client: httpx.Client) -> None:
    resource(client, "port")
    service(client, "s1", "port")
    answer = client.patch(f"{RESOURCES}/port", json={"@type": "Resource", "usageState": "idle", "name": "new"})
    assert (answer.json()["name"], answer.json()["usageState"]) == ("new", "active")


# -- states that follow from others ---------------------------------------------------------------
def test_a_resource_that_shuts_down_is_locked_once_nothing_uses_it(client: httpx.Client) -> None:
    resource(client, "port", administrativeState="unlocked")
    service(client, "s1", "port")
    shutting = client.patch(f"{RESOURCES}/port", json={"@type": "Resource", "administrativeState": "shuttingDown"})
    assert shutting.json()["administrativeState"] == "shuttingDown"
    client.delete(f"{SERVICES}/s1")
    assert client.get(f"{RESOURCES}/port").json()["administrativeState"] == "locked"


def test_an_idle_resource_that_is_told_to_shut_down_is_locked_at_once(client: httpx.Client) -> None:
    resource(client, "port", administrativeState="unlocked")
    answer = client.patch(f"{RESOURCES}/port", json={"@type": "Resource", "administrativeState": "shuttingDown"})
    assert answer.json()["administrativeState"] == "locked"


def test_a_disabled_resource_is_idle_and_busy_again_when_it_is_enabled(client: httpx.Client) -> None:
    resource(client, "port", operationalState="enabled", **capacity(1))
    service(client, "s1", "port")
    assert usage(client, "port") == "busy"
    client.patch(f"{RESOURCES}/port", json={"@type": "Resource", "operationalState": "disabled"})
    assert usage(client, "port") == "idle"
    client.patch(f"{RESOURCES}/port", json={"@type": "Resource", "operationalState": "enabled"})
    assert usage(client, "port") == "busy"


def test_a_disabled_resource_cannot_be_told_to_be_in_use(client: httpx.Client) -> None:
    made = resource(client, "port", operationalState="disabled", usageState="busy")
    assert made["usageState"] == "idle"
    answer = client.patch(f"{RESOURCES}/port", json={"@type": "Resource", "usageState": "active"})
    assert (answer.status_code, answer.json()["code"]) == (409, "illegalTransition")
    assert "/usageState" in answer.json()["message"]
    assert client.get(f"{RESOURCES}/port").json() == made


def test_the_service_date_is_set_where_none_is_sent(client: httpx.Client) -> None:
    made = service(client, "s1")
    assert made["serviceDate"].endswith("Z")
    body = {"state": "active", "serviceSpecification": {"id": "spec"}, "serviceDate": "2020-05-05"}
    assert client.post(SERVICES_V4, json=body).json()["serviceDate"] == "2020-05-05"


def test_the_operating_status_moves_freely_with_an_event_of_its_own(served: Served) -> None:
    service(served.client, "s1")
    for status in ("running", "failed", "starting"):
        patch = {"@type": "Service", "operatingStatus": status}
        assert served.client.patch(f"{SERVICES}/s1", json=patch).json()["operatingStatus"] == status
    assert [event for _, _, event in events(served)] == ["Create", *["OperatingStatusChange"] * 3]


# -- what others need -----------------------------------------------------------------------------
def test_what_a_service_needs_is_not_deleted(client: httpx.Client) -> None:
    resource(client, "port")
    service(client, "base")
    service(client, "s1", "port", supportingService=[{"id": "base", "@type": "ServiceRef"}])
    for url in (f"{RESOURCES}/port", f"{SERVICES}/base"):
        answer = client.delete(url)
        assert answer.status_code == 409
        assert "service 's1'" in answer.json()["reason"]


def test_a_terminated_service_needs_nothing(client: httpx.Client) -> None:
    resource(client, "port")
    service(client, "s1", "port")
    service(client, "s2", "port", state="terminated")
    client.patch(f"{SERVICES}/s1", json={"@type": "Service", "state": "terminated"})
    assert client.delete(f"{RESOURCES}/port").status_code == 204


def test_a_relationship_is_given_up_with_its_other_end(client: httpx.Client) -> None:
    resource(client, "port")
    to_port = {"relationshipType": "contains", "resource": {"id": "port", "@type": "ResourceRef"}}
    resource(client, "card", resourceRelationship=[to_port | {"@type": "ResourceRelationship"}])
    assert client.delete(f"{RESOURCES}/port").status_code == 204
    left = client.get(f"{RESOURCES}/card").json().get("resourceRelationship", [])
    assert all("resource" not in one for one in left)


def test_services_that_support_each_other_in_a_loop_are_refused(client: httpx.Client) -> None:
    service(client, "a")
    service(client, "b", supportingService=[{"id": "a", "@type": "ServiceRef"}])
    patch = {"@type": "Service", "supportingService": [{"id": "b", "@type": "ServiceRef"}]}
    answer = client.patch(f"{SERVICES}/a", json=patch)
    assert answer.status_code == 400
    assert answer.json()["code"] == "loop"


# -- one table behind three paths -----------------------------------------------------------------
def test_each_path_shows_the_types_that_it_is_for(client: httpx.Client) -> None:
    card = client.post(f"{V4}/physicalResource", json={"name": "card", "@type": "LineCard"}).json()
    pool = client.post(f"{V4}/logicalResource", json={"name": "pool", "value": "10.0.0.0/8"}).json()
    resource(client, "function", **{"@type": "ResourceFunction"})
    resource(client, "plain")
    assert (card["@baseType"], pool["@type"]) == ("PhysicalResource", "LogicalResource")
    shown = {
        noun: {one["id"] for one in client.get(f"{V4}/{noun}").json()}
        for noun in ("physicalResource", "logicalResource", "resource")
    }
    assert shown["physicalResource"] == {card["id"]}
    assert shown["logicalResource"] == {pool["id"], "function"}
    assert shown["resource"] == {card["id"], pool["id"], "function", "plain"}
    listed = client.get(f"{V4}/logicalResource?name=pool")
    assert (len(listed.json()), listed.headers["x-total-count"]) == (1, "1")
    assert client.get(f"{V4}/logicalResource?name=card").json() == []


@pytest.mark.parametrize("method", ["GET", "PATCH", "PUT", "DELETE"])
def test_a_path_knows_no_record_of_another_type(client: httpx.Client, method: str) -> None:
    card = client.post(f"{V4}/physicalResource", json={"name": "card"}).json()
    body = None if method in ("GET", "DELETE") else {"name": "new"}
    answer = client.request(method, f"{V4}/logicalResource/{card['id']}", json=body)
    assert answer.status_code == 404
    assert client.get(f"{V4}/resource/{card['id']}").json()["name"] == "card"


def test_a_path_takes_no_record_of_another_type(client: httpx.Client) -> None:
    for body in ({"@type": "PhysicalResource"}, {"@type": "X", "@baseType": "PhysicalResource"}):
        answer = client.post(f"{V4}/logicalResource", json={"name": "one"} | body)
        assert answer.status_code == 400, body
        assert "/@type" in answer.json()["message"]
    made = client.post(f"{V4}/logicalResource", json={"name": "one"}).json()
    answer = client.patch(f"{V4}/logicalResource/{made['id']}", json={"@type": "PhysicalResource"})
    assert answer.status_code == 400


def test_put_replaces_all_but_what_names_the_record(client: httpx.Client) -> None:
    made = client.post(f"{V4}/logicalResource", json={"name": "one", "value": "1", "@type": "SoftwareResource"}).json()
    answer = client.put(f"{V4}/logicalResource/{made['id']}", json={"name": "two"})
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"id": made["id"], "href": made["href"], "@type": "SoftwareResource", "name": "two"}


# -- pure -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("value", "expected"), [(4, 4), ("4", 4), (2.5, 2.5), ("many", None), (None, None), ({"a": 1}, None)]
)
def test_capacity_is_a_number_or_unlimited(value: Any, expected: float | None) -> None:
    assert rules.capacity(capacity(value)) == expected


def test_capacity_is_read_from_no_other_characteristic() -> None:
    assert rules.capacity({"resourceCharacteristic": [{"name": "speed", "value": 1}]}) is None
