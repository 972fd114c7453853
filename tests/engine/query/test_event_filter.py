"""Which events a hub's query wants, over every event of every document. No server."""

from functools import cache
from typing import Any

import pytest

from tests.support.nouns.every import registry
from tmf_server.config import Settings
from tmf_server.contracts.contract import Contract
from tmf_server.errors import InvalidInput
from tmf_server.registry.entity import Document
from tmf_server.rest.query.event_filter import Predicate, event_matcher

SETTINGS = Settings()
TOLD = [(contract, event) for contract in registry().documents for event in contract.events]


@cache
def matcher(contract: Contract, query: str) -> Predicate:
    return event_matcher(registry(), SETTINGS, contract.api, contract.version, query)


def wants(contract: Contract, query: str, body: Document) -> bool:
    return matcher(contract, query)(body)


def payload(contract: Contract, event: str) -> str:
    """The name under which an event has its record."""
    found = contract.attribute(contract.events[event], ("event",))
    assert found is not None
    assert found.schema is not None
    return next(iter(contract.properties(found.schema)))


@pytest.mark.parametrize(("contract", "event"), TOLD, ids=lambda one: getattr(one, "name", one))
def test_a_condition_is_about_the_event_or_its_record(contract: Contract, event: str) -> None:
    record = payload(contract, event)
    of_record = f"event.{record}"
    named = contract.attribute(contract.events[event], ("id",)) is not None  # not every event has an id of its own
    body = {
        "eventType": event,
        "id": "of the event",
        "description": "what happened",
        "event": {record: {"id": "of the record", "description": "what it is", "@type": "Unheard"}},
    }
    for query, expected in (
        ("id=of the record", True),
        ("id=of the event", named),
        ("id=of another", False),
        ("id.ne=of the record", False),
        ("id.ne=of the event", not named),
        ("id.ne=of another", True),
        ("id.regex=record$", True),
        ("id=of another,of the record", True),
        ("id=of another;id=of the record", True),
        ("id=of the record&id=of another", True),
        (f"{of_record}.id=of the record", True),
        (f"{of_record}.id=of the event", False),
        (f"{of_record}.id.ne=of the event", True),
        (f"{record}.id=of the record", True),
        ("filter=$[?(@.id=='of the record')]", True),
        ("filter=$[?(@.id=='of the event')]", named),
        ("filter=$[?(@.id!='of the record')]", False),
        ("filter=$[?(@.id=='of another')]", False),
        (f"filter=$[?(@.{of_record}.id=='of the event')]", False),
        ("filter=$[?(@.id=='of the event' %26%26 @.id=='of the record')]", named),
        ("@type=Unheard", True),
        ("@type=Other", False),
        ("@type.ne=Unheard", False),
    ):
        assert wants(contract, query, body) is expected, query
    if described(contract, event, record):
        assert wants(contract, "description=what it is", body)
        assert wants(contract, "description=what happened", body)
        assert not wants(contract, "description=nothing", body)
        assert not wants(contract, f"{of_record}.description=what happened", body)


def described(contract: Contract, event: str, record: str) -> bool:
    schema = contract.events[event]
    paths = (("description",), ("event", record, "description"))
    return all(contract.attribute(schema, path) is not None for path in paths)


def service(value: Any) -> Document:
    characteristic = {"name": "speed", "value": value}
    return {"eventType": "ServiceCreateEvent", "event": {"service": {"serviceCharacteristic": [characteristic]}}}


@pytest.mark.parametrize("version", ["v4", "v5"])
@pytest.mark.parametrize("prefix", ["", "event.service."])
def test_a_suffix_on_a_free_value_is_an_operator(version: str, prefix: str) -> None:
    contract = next(one for one in registry().documents if one.name == f"TMF638/{version}")
    value = f"{prefix}serviceCharacteristic.value"
    assert wants(contract, f"{value}.gte=100", service(150))
    assert not wants(contract, f"{value}.gte=100", service(50))
    assert not wants(contract, f"{value}.ne=150", service(150))
    assert wants(contract, f"{value}.ne=150", service(50))


def test_elements_are_asked_as_the_event_or_the_record_has_them() -> None:
    contract = next(one for one in registry().documents if one.name == "TMF620/v5")
    party = {"role": "owner", "partyOrPartyRole": {"id": "p1"}}
    event = "ProductCatalogCreateEvent"
    record = payload(contract, event)
    body = {"eventType": event, "event": {record: {"relatedParty": [party]}}}
    told = {"eventType": event, "relatedParty": [party], "event": {record: {}}}
    for query in ("relatedParty.id=p1", "filter=relatedParty[?(@.id=='p1' %26%26 @.role=='owner')]"):
        assert wants(contract, query, body), query
        assert wants(contract, query, told), query
        assert not wants(contract, query.replace("p1", "p2"), body), query


def test_a_value_that_neither_attribute_can_have_is_refused() -> None:
    contract = next(one for one in registry().documents if one.name == "TMF622/v5")
    with pytest.raises(InvalidInput, match="an instant such as"):
        wants(contract, "eventTime=soon", {})
    with pytest.raises(InvalidInput, match="is no attribute"):
        wants(contract, "colour=red", {})
