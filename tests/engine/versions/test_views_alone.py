"""Objects that lack what v5 demands: v4 alone shows them, at every attribute that holds objects."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.views import RECORDS, Record, contract, faults, view
from tmf_server.contracts.contract import Attribute
from tmf_server.rest.versions.views import V5View

Element = dict[str, Any]


def cases() -> Iterator[Any]:
    """Every attribute of a record that holds objects, with an object that has no id, untyped and as a reference."""
    for record in (one for one in RECORDS if one.v4 not in ("PhysicalResource", "LogicalResource")):
        for name in contract(record.api, "v4").all_properties(record.v4):
            attribute = contract(record.api, "v4").attribute(record.v4, (name,))
            if attribute is not None and attribute.schema is not None:
                for type_name in (None, *reference_types(record, name)):
                    case = f"{record}-{name}" + (f"-{type_name}" if type_name else "")
                    yield pytest.param(record, name, attribute, type_name, id=case)


def reference_types(record: Record, name: str) -> list[str]:
    attribute = contract(record.api, "v5").attribute(record.v5, (name,))
    types = contract(record.api, "v5").subtypes(attribute.schema) if attribute and attribute.schema else {}
    return [one for one in types if one.endswith("Ref")]


@pytest.mark.parametrize(("record", "name", "attribute", "type_name"), cases())
def test_an_object_without_an_id(record: Record, name: str, attribute: Attribute, type_name: str | None) -> None:
    seen = view(record)

    def with_element(**attributes: Any) -> Element:
        element = {"name": "nobody", **attributes} | ({"@type": type_name} if type_name else {})
        return {"@type": record.v4, "id": "r", name: [element] if attribute.repeated else element}

    posted = with_element()
    stored = seen.accept(posted)
    shown = V5View().show(stored)
    assert faults(record, "v5", record.v5, shown) == []
    assert seen.show(stored).keys() == posted.keys()
    patched = V5View().accept({**shown, "description": "new"}, stored)
    assert seen.show(patched)[name] == seen.show(stored)[name]
    if name not in shown and seen.path((name,)) == (name,):
        named = V5View().show(seen.accept(with_element(id="somebody"), stored))
        assert "somebody" in json.dumps(named[name])
        assert faults(record, "v5", record.v5, named) == []


def test_the_kinds_of_places_where_v5_demands_an_id() -> None:
    """So that the test above is about something."""
    hidden = {
        f"{record.api}.{name}"
        for record, name, attribute, type_name in (case.values for case in cases())
        if name
        not in V5View().show(view(record).accept({name: [one(type_name)] if attribute.repeated else one(type_name)}))
    }
    assert hidden >= {
        "TMF620.bundledProductOffering",
        "TMF620.attachment",
        "TMF620.productOfferingRelationship",
        "TMF620.productOfferingPrice",
        "TMF620.popRelationship",
        "TMF620.bundledPopRelationship",
        "TMF620.productSpecificationRelationship",
        "TMF629.account",
        "TMF629.engagedParty",
        "TMF639.attachment",
        "TMF639.place",
        "TMF639.resourceSpecification",
        "TMF642.alarmedObject",
        "TMF642.affectedService",
        "TMF642.alarmPattern",
        "TMF678.billDocument",
    }


def one(type_name: str | None) -> Element:
    return {"name": "nobody"} | ({"@type": type_name} if type_name else {})
