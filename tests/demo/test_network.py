"""The demo's network, services and alarms: complete and valid in both versions, and true to the rules."""

import copy
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.nouns.demo import demo_size
from tests.support.nouns.every import registry
from tests.support.servers.served import Served
from tmf_server.apis.alarm import rules as alarm_rules
from tmf_server.apis.inventory import rules
from tmf_server.demo.builders.network import CUSTOMERS
from tmf_server.demo.loading import load_demo_once
from tmf_server.demo.operator.network import ALARMS, DOCUMENTS, RESOURCES, SERVICES
from tmf_server.registry.entity import Document
from tmf_server.registry.exposure import Exposure, create_schema
from tmf_server.rest.schema.validation import Validators
from tmf_server.rules.canonical import V4_EXTRAS
from tmf_server.storage.write.bulk import BulkRecords

VALIDATORS = Validators(registry().contracts, strict=True)
ALL = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document["id"])
APIS = {
    "alarm": "/tmf-api/alarmManagement/v5/alarm",
    "service": "/tmf-api/serviceInventory/v5/service",
    "resource": "/tmf-api/resourceInventoryManagement/v5/resource",
}
# What the documents or TM Forum's conformance kits want, by noun.
COMMON = {"id", "@type"}
MANDATORY = {
    "resource": COMMON
    | {"name", "category", "description", "startOperatingDate", "resourceVersion", "administrativeState"}
    | {"operationalState", "usageState", "lifecycleState", "validFor", "relatedParty", "place", "note", "attachment"}
    | {"resourceSpecification", "resourceCharacteristic", V4_EXTRAS},
    "service": COMMON
    | {"name", "category", "description", "serviceType", "state", "operatingStatus", "isServiceEnabled", "hasStarted"}
    | {"startMode", "isStateful", "isBundle", "startDate", "serviceDate", "serviceSpecification", "relatedParty"}
    | {"place", "note", "serviceCharacteristic"},
    "alarm": COMMON
    | {"alarmType", "perceivedSeverity", "probableCause", "specificProblem", "alarmedObject", "alarmedObjectType"}
    | {"sourceSystemId", "reportingSystemId", "externalAlarmId", "state", "ackState", "alarmRaisedTime"}
    | {"alarmReportingTime", "alarmChangedTime", "alarmDetails", "isRootCause", "serviceAffecting", "comment", "place"}
    | {"plannedOutageIndicator", "proposedRepairedActions", "alarmEscalation"},
}


def kind(document: Document) -> str:
    return registry().kind_of(document["@type"], None)


def exposures(document: Document) -> list[Exposure]:
    found = registry().shown_in(kind(document))
    return [one for one in found if not one.types or document["@type"] in one.types]


@ALL
def test_a_record_is_valid_as_an_answer_and_as_a_request_in_both_versions(document: Document) -> None:
    stored = copy.deepcopy(document) | {"href": "https://host/x"}
    assert {one.contract.version for one in exposures(document)} == {"v4", "v5"}
    for exposure in exposures(document):
        shown = exposure.view.show(stored)
        VALIDATORS.check(exposure.contract, exposure.schema, shown)
        VALIDATORS.check(exposure.contract, create_schema(exposure), shown)
        assert exposure.view.accept(shown, stored) == stored


@ALL
def test_a_record_has_what_is_mandatory(document: Document) -> None:
    wanted = MANDATORY[kind(document)]
    assert wanted <= document.keys(), wanted - document.keys()
    assert all(document[name] not in (None, "", [], {}) for name in document)


def references(node: Any) -> Iterator[Document]:
    if isinstance(node, list):
        for element in node:
            yield from references(element)
    elif isinstance(node, dict):
        if "@referredType" in node:
            yield node
        for value in node.values():
            yield from references(value)


def test_references_lead_to_records_of_the_demo() -> None:
    known = {(kind(one), one["id"]) for one in DOCUMENTS}
    assert len(known) == len(DOCUMENTS)
    here = {"Resource": "resource", "Service": "service", "Alarm": "alarm"}
    led = [(here[one["@referredType"]], one["id"]) for one in references(DOCUMENTS) if one["@referredType"] in here]
    assert set(led) <= known
    assert len(led) > 70


def test_every_service_has_a_customer() -> None:
    for service in SERVICES:
        [party] = service["relatedParty"]
        assert party["partyOrPartyRole"]["id"] in CUSTOMERS


def test_the_states_that_a_visitor_looks_for_are_there() -> None:
    assert {one["state"] for one in SERVICES} == set(rules.SERVICE_LIFECYCLE.moves)
    assert {one["state"] for one in ALARMS} == {"raised", "updated", "cleared"}
    assert {one["@type"] for one in RESOURCES} == {"PhysicalResource", "LogicalResource"}
    categories = {one["category"] for one in RESOURCES}
    assert categories >= {"core router", "access node", "line card", "line port", "home router", "address pool"}


def test_the_core_is_a_ring() -> None:
    ends: Counter[str] = Counter()
    for router in (one for one in RESOURCES if one["category"] == "core router"):
        ends.update(one["resource"]["id"] for one in router["resourceRelationship"])
    assert set(ends.values()) == {2}
    assert len(ends) == 3


def test_alarms_are_true_to_their_rules() -> None:
    by_id = {one["id"]: one for one in ALARMS}
    assert len({alarm_rules.identity(one) for one in ALARMS}) == len(ALARMS)
    for alarm in ALARMS:
        assert alarm_rules.clearing(alarm, None, 0).items() <= alarm.items()
        assert ("alarmClearedTime" in alarm) is (alarm["state"] == "cleared")
        for parent in alarm.get("parentAlarm", ()):
            assert alarm["id"] in {one["id"] for one in by_id[parent["id"]]["correlatedAlarm"]}


def test_loaded_resources_know_who_uses_them(served: Served) -> None:
    services = served.services
    records = BulkRecords(services.registry, services.settings, services.database.dialect)
    assert load_demo_once(services.database, records) == demo_size(registry())
    usage = {one["id"]: one["usageState"] for one in served.client.get(f"{APIS['resource']}?limit=1000").json()}
    assert (usage["cpe-lindqvist"], usage["pool-homes"], usage["cpe-stock-1"]) == ("busy", "active", "idle")
    found = served.client.get(f"{APIS['service']}?supportingResource.id=cpe-okafor").json()
    assert [one["id"] for one in found] == ["line-okafor"]
    found = served.client.get(f"{APIS['alarm']}?affectedService.id=line-okafor").json()
    assert [one["id"] for one in found] == ["alarm-card-south-2", "alarm-port-south-2-1"]
    assert found[0]["alarmedObject"]["href"].endswith(f"{APIS['resource']}/card-south-2")
    refused = served.client.delete(f"{APIS['resource']}/cpe-okafor")
    assert refused.status_code == 409
