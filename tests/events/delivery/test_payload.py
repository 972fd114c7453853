"""The body of an event is what the document of its API and version says, for every event of every document."""

from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from tests.support.events import ORIGIN, SameView, change, render
from tests.support.nouns.every import smallest
from tmf_server.apis.catalog import tables as catalog
from tmf_server.apis.families import APIS
from tmf_server.contracts.contract import Contract
from tmf_server.contracts.loading import load_contracts
from tmf_server.contracts.schemas import ref_name
from tmf_server.events.delivery.payload import Composer, EventFormats
from tmf_server.events.outbox import StoredEvent
from tmf_server.registry.entity import Document, Entity, Projection
from tmf_server.registry.exposure import Exposure
from tmf_server.registry.registry import Registry
from tmf_server.resources import openapi_dir
from tmf_server.rest.schema.validation import Validators
from tmf_server.rules.instants import format_instant

# The payload of these holds a reference and a patch, or a misspelt name.
MISSPELT = {"canccelProductOrder": "cancelProductOrder"}
WORDS = ("Create", "AttributeValueChange", "StateChange", "Delete")


@cache
def contracts() -> tuple[Contract, ...]:
    return tuple(load_contracts(openapi_dir(), APIS))


def contract(name: str) -> Contract:
    return next(one for one in contracts() if one.name == name)


def payload_of(one: Contract, schema: str) -> dict[str, Any]:
    """The attributes of `event` in the body of an event, by the document."""
    node = one.properties(schema)["event"]
    return one.properties(ref_name(node["$ref"]))


def lower(name: str) -> str:
    return name[:1].lower() + name[1:]


def registry(
    chosen: list[Contract], schemas: dict[str, list[str]], types: dict[str, frozenset[str]] | None = None
) -> Registry:
    """A registry that shows, per document, an entity of the same name for each schema."""
    entities: dict[str, Entity] = {}
    exposures = []
    for one in chosen:
        for schema in schemas[one.name]:
            narrowed = (types or {}).get(schema, frozenset())
            kind = "resource" if narrowed else lower(schema)
            entity = entities.setdefault(
                kind, Entity(name=kind, type_name=schema, storage=Projection(catalog.product_offering))
            )
            exposures.append(Exposure(entity, one, lower(schema), schema, SameView(), narrowed))
    made = Registry.__new__(Registry)
    made.contracts, made.entities, made.exposures = tuple(chosen), entities, tuple(exposures)
    made._beside = ()
    return made


def event_of(kind: str, event: str, paths: tuple[str, ...] = (), **document: Any) -> StoredEvent:
    made = change("42", event, kind=kind, **document)
    return StoredEvent(1, "event-1", kind, "42", event, made.time, paths, None, made.document)


def compose(forms: EventFormats, one: Contract, event: StoredEvent) -> Document | None:
    return Composer(forms, render).compose(one.api, one.version, ORIGIN, event)


def declared() -> list[Any]:
    """Document, event type, schema of the event, word of the event and schema of the record, of all documents."""
    found = []
    for one in contracts():
        for event_type, schema in one.events.items():
            record = ref_name(next(iter(payload_of(one, schema).values()))["$ref"]).removesuffix("Ref")
            word = event_type.removeprefix(record).removesuffix("Event")
            found.append(pytest.param(one, event_type, schema, word, record, id=f"{one.name}-{event_type}"))
    return found


@pytest.mark.parametrize(("one", "event_type", "schema", "word", "record"), declared())
def test_every_event_of_every_document_has_its_form(
    one: Contract, event_type: str, schema: str, word: str, record: str
) -> None:
    forms = EventFormats(registry([one], {one.name: [record]}))
    body = compose(forms, one, event_of(lower(record), word, ("name",)))
    assert body is not None
    assert body["eventType"] == event_type
    assert set(body) <= set(one.properties(schema))
    assert list(body["event"]) == [next(MISSPELT.get(key, key) for key in payload_of(one, schema))]
    assert ("@type" in body) == (one.version == "v5")
    assert ("fieldPath" in body) == ("fieldPath" in one.properties(schema))


@pytest.mark.parametrize("name", ["TMF620/v4", "TMF620/v5"])
@pytest.mark.parametrize("word", WORDS)
def test_bodies_fit_the_schemas_of_the_document(name: str, word: str) -> None:
    one = contract(name)
    validators = Validators([one])
    forms = EventFormats(registry([one], {name: ["ProductOffering"]}))
    record = smallest(one, "ProductOffering") | {"id": "42", "name": "Fibre"}
    body = compose(forms, one, event_of("productOffering", word, ("name", "validFor"), **record))
    assert body is not None
    validators.check(one, f"ProductOffering{word}Event", body)


def test_what_an_event_says() -> None:
    one = contract("TMF620/v4")
    event = event_of("productOffering", "AttributeValueChange", ("name", "place"))
    body = compose(EventFormats(registry([one], {one.name: ["ProductOffering"]})), one, event)
    moment = format_instant(event.time)
    assert body == {
        "eventId": "event-1",
        "eventTime": moment,
        "eventType": "ProductOfferingAttributeValueChangeEvent",
        "correlationId": "event-1",
        "domain": "productCatalogManagement",
        "title": "ProductOfferingAttributeValueChangeEvent",
        "description": "productOffering 42 was changed",
        "priority": "normal",
        "timeOcurred": moment,
        "fieldPath": "name,place",
        "event": {
            "productOffering": {
                "id": "42",
                "href": f"{ORIGIN}/tmf-api/productCatalogManagement/v4/productOffering/42",
                "@type": "ProductOffering",
            }
        },
    }


def test_the_request_that_caused_an_event_correlates_it() -> None:
    one = contract("TMF620/v5")
    event = replace(event_of("productOffering", "Create"), correlation_id="request-7")
    body = compose(EventFormats(registry([one], {one.name: ["ProductOffering"]})), one, event)
    assert body is not None
    assert body["correlationId"] == "request-7"


def test_changed_attributes_are_named_as_the_version_names_them() -> None:
    one = contract("TMF620/v4")
    known = registry([one], {one.name: ["ProductSpecification"]})

    class Renamed(SameView):
        def path(self, path: tuple[str, ...]) -> tuple[str, ...]:
            names = {"productSpecCharacteristic": "characteristic"}
            return (names.get(path[0], path[0]), *path[1:])

    known.exposures = tuple(replace(exposure, view=Renamed()) for exposure in known.exposures)
    event = event_of("productSpecification", "AttributeValueChange", ("characteristic", "name", "unknown"))
    body = compose(EventFormats(known), one, event)
    assert body is not None
    assert body["fieldPath"] == "productSpecCharacteristic,name,unknown"


def test_an_event_that_the_document_does_not_list_is_not_sent() -> None:
    v4 = contract("TMF620/v4")
    forms = EventFormats(registry([v4], {v4.name: ["ImportJob", "ProductOffering"]}))
    assert compose(forms, v4, event_of("importJob", "Create")) is None
    assert compose(forms, v4, event_of("productOffering", "Milestone")) is None
    assert compose(forms, v4, event_of("alarm", "Create")) is None


def test_a_document_without_events_sends_those_of_its_other_version_in_its_own_shape() -> None:
    v4, v5 = contract("TMF678/v4"), contract("TMF678/v5")
    known = registry([v4, v5], {v4.name: ["CustomerBill"], v5.name: ["CustomerBill"]})
    body = compose(EventFormats(known), v4, event_of("customerBill", "StateChange"))
    assert body is not None
    assert (body["eventType"], list(body["event"])) == ("CustomerBillStateChangeEvent", ["customerBill"])
    assert "timeOcurred" in body
    assert "@type" not in body


@pytest.mark.parametrize(
    ("type_name", "event_type"),
    [
        ("PhysicalResource", "PhysicalResourceCreateEvent"),
        ("Resource", "ResourceCreateEvent"),
        ("LogicalResource", "ResourceCreateEvent"),
    ],
)
def test_one_table_behind_several_paths_sends_events_by_type(type_name: str, event_type: str) -> None:
    """TMF639 v4 lists events of its own for physical resources, and none for logical ones."""
    one = contract("TMF639/v4")
    types = {name: frozenset({name}) for name in ("PhysicalResource", "LogicalResource")}
    known = registry([one], {one.name: ["Resource", "PhysicalResource", "LogicalResource"]}, types)
    made = event_of("resource", "Create")
    document = made.document.replace('"@type":"ProductOffering"', f'"@type":"{type_name}"')
    body = compose(EventFormats(known), one, replace(made, document=document))
    assert body is not None
    assert body["eventType"] == event_type


def test_topics_are_the_kinds_of_each_document() -> None:
    v4, v5 = contract("TMF620/v4"), contract("TMF620/v5")
    known = registry([v4, v5], {v4.name: ["Category"], v5.name: ["Category", "ImportJob"]})
    assert EventFormats(known).topics == {
        ("TMF620", "v4"): frozenset({"category"}),
        ("TMF620", "v5"): frozenset({"category", "importJob"}),
    }
