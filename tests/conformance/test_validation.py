"""Validation by @type, then @baseType, then in place."""

import pytest

from tmf_conformance.documents.document import Document
from tmf_conformance.documents.validation import Validator

PARTY = {
    "@type": "RelatedPartyRefOrPartyRoleRef",
    "role": "owner",
    "partyOrPartyRole": {"@type": "PartyRef", "id": "1"},
}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({}, ""),
        ({"characteristic": [{"@type": "StringCharacteristic", "value": "x"}]}, ""),
        ({"characteristic": [{"@type": "StringCharacteristic", "value": 5}]}, "/characteristic/0/value"),
        (
            {"characteristic": [{"@type": "Other", "@baseType": "IntegerCharacteristic", "value": "x"}]},
            "/characteristic/0/value",
        ),
        ({"characteristic": [{"@type": "NeverHeardOf", "value": object}]}, ""),
        ({"@type": "SmartWidget", "firmware": 5}, "/firmware"),
        ({"@type": "Widget", "firmware": 5}, ""),
        ({"relatedParty": [PARTY]}, ""),
        ({"relatedParty": [{"@type": "RelatedPartyRefOrPartyRoleRef"}]}, "/relatedParty/0"),
        ({"builtOn": "yesterday"}, "/builtOn"),
        ({"colour": "mauve"}, "/colour"),
        ({"wheels": 1.5}, "/wheels"),
        ({"name": None}, "/name"),
        ({"anything": {"else": [1]}}, ""),
    ],
)
def test_an_object_is_checked_by_its_own_type(widget: Document, change: dict[str, object], pointer: str) -> None:
    body = {"@type": "Widget", "name": "w", **change}
    if change.get("characteristic") == [{"@type": "NeverHeardOf", "value": object}]:
        body["characteristic"] = [{"@type": "NeverHeardOf", "value": {"any": "thing"}}]
    problems = Validator(widget.schemas).problems(widget.nouns[0].body_schema("create"), body)
    assert [text.split(":")[0] for text in problems][:1] == ([pointer] if pointer else []), problems


def test_at_most_eight_problems_are_named(widget: Document) -> None:
    body = [{"op": 5} for _ in range(30)]
    schema = {"$ref": "#/components/schemas/JsonPatchOperations"}
    assert len(Validator(widget.schemas).problems(schema, body)) == 8
