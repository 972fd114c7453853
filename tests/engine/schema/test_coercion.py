"""What a client may write otherwise than the document says, and how it is rewritten."""

from collections.abc import Callable
from typing import Any

import pytest

from tmf_server.contracts.contract import Contract
from tmf_server.errors import InvalidInput
from tmf_server.rest.schema.coercion import Coercion
from tmf_server.rest.schema.schemas import Definitions
from tmf_server.rest.schema.validation import Validators


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def kinds(*names: str) -> dict[str, Any]:
    return {"propertyName": "@type", "mapping": {name.removesuffix("_FVO"): ref(name)["$ref"] for name in names}}


TEXT, OBJECT = {"type": "string"}, {"type": "object"}
REFERENCE = {"@type": TEXT, "id": TEXT, "name": TEXT, "@referredType": TEXT}
STATES = {"type": "string", "enum": ["open", "shut ", "in use"]}
SCHEMAS: dict[str, Any] = {
    "Thing_FVO": {
        "properties": {
            "@type": TEXT,
            "name": TEXT,
            "size": {"type": "number"},
            "count": {"type": "integer"},
            "sizes": {"type": "array", "items": {"type": "number"}},
            "state": ref("States"),
            "any": {},
            "map": OBJECT,
            "part": {"type": "array", "items": ref("Part_FVO")},
            "owner": ref("OwnerRefOrValue_FVO"),
        },
    },
    "States": STATES,
    "Part_FVO": {
        "properties": {"@type": TEXT, "name": TEXT, "date": TEXT},
        "discriminator": kinds("Part_FVO", "TextPart_FVO", "NumberPart_FVO"),
    },
    "TextPart_FVO": {"allOf": [ref("Part_FVO"), {"properties": {"value": TEXT}}]},
    "NumberPart_FVO": {"allOf": [ref("Part_FVO"), {"properties": {"value": {"type": "number"}}}]},
    "Owner_FVO": {"properties": {"@type": TEXT}},
    "Person_FVO": {
        "allOf": [ref("Owner_FVO"), {"properties": {"familyName": TEXT}, "required": ["familyName", "lastUpdate"]}]
    },
    "Role_FVO": {"allOf": [ref("Owner_FVO"), {"properties": {"role": TEXT}}]},
    "OwnerRef_FVO": {"properties": REFERENCE, "required": ["id"]},
    "RoleRef_FVO": {"properties": REFERENCE, "required": ["id"]},
    "OwnerRefOrValue_FVO": {
        "oneOf": [ref("Person_FVO"), ref("Role_FVO"), ref("RoleRef_FVO"), ref("OwnerRef_FVO")],
        "discriminator": kinds("Person_FVO", "Role_FVO", "RoleRef_FVO", "OwnerRef_FVO"),
    },
}
CONTRACT = Contract("TMF000", "v5", "/things", {"paths": {}, "components": {"schemas": SCHEMAS}})
COERCION = Coercion(CONTRACT, Definitions(SCHEMAS).types)


def coerced(document: dict[str, Any], before: Any = None) -> dict[str, Any]:
    return COERCION.coerced("Thing_FVO", document, before)


@pytest.mark.parametrize(
    ("sent", "taken"),
    [
        ({"size": "8"}, {"size": 8}),
        ({"size": "-8.50"}, {"size": -8.5}),
        ({"size": "1e3"}, {"size": 1000.0}),
        ({"count": "12"}, {"count": 12}),
        ({"sizes": ["1", 2, "x", None]}, {"sizes": [1, 2, "x", None]}),
        ({"part": [{"@type": "NumberPart", "value": "5"}]}, {"part": [{"@type": "NumberPart", "value": 5}]}),
        (
            {"part": [{"@type": "My", "@baseType": "NumberPart", "value": "5"}]},
            {"part": [{"@type": "My", "@baseType": "NumberPart", "value": 5}]},
        ),
        ({"state": "shut"}, {"state": "shut "}),
        ({"state": " open "}, {"state": "open"}),
    ],
)
def test_numbers_as_text_and_blanks_around_words_are_rewritten(sent: dict[str, Any], taken: dict[str, Any]) -> None:
    before = repr(sent)
    assert coerced(sent) == taken
    assert repr(sent) == before


@pytest.mark.parametrize(
    "document",
    [
        {"size": size}
        for size in ("", " 8", "8 ", "+8", "08", "0x1", ".5", "1_0", "NaN", "eight", "1e999", "9" * 30, "٣", True)
    ]
    + [
        {"name": "8", "x": "8", "any": "8", "map": {"size": "8"}},
        {"state": "Open"},
        {"state": "inuse"},
        {"part": [{"@type": "TextPart", "value": "5"}, {"@type": "Part", "value": "5"}, {"value": "5"}]},
        {"size": ["x"], "part": "x", "owner": 1},
    ],
)
def test_all_else_stays_as_it_was_sent(document: dict[str, Any]) -> None:
    assert coerced(document) == document


NULLS = {"a": None, "b": [None, {"c": None}]}


@pytest.mark.parametrize(
    ("sent", "taken"),
    [
        ({"name": None, "any": None, "part": None, "x": None}, {}),
        ({"part": [{"name": None}], "owner": {"name": None}}, {"part": [{}], "owner": {}}),
        ({"any": NULLS, "map": NULLS}, {"any": NULLS, "map": NULLS}),
        ({"x": NULLS}, {"x": {"b": [None, {}]}}),
        ({"part": [None], "sizes": [None, 1]}, {"part": [None], "sizes": [None, 1]}),
        ({"part": [{"@type": "Part", "value": NULLS}]}, {"part": [{"@type": "Part", "value": NULLS}]}),
        ({"part": [{"@type": "Mine", "value": NULLS}]}, {"part": [{"@type": "Mine", "value": NULLS}]}),
    ],
)
def test_nulls_are_not_there_but_in_arrays_and_free_values(sent: dict[str, Any], taken: dict[str, Any]) -> None:
    assert coerced(sent) == taken


@pytest.mark.parametrize(
    ("owner", "type_name"),
    [
        ({"@type": "Person", "id": "1", "@referredType": "Person"}, "OwnerRef"),
        ({"@type": "Person", "id": "1", "@referredType": "Role"}, "RoleRef"),
        ({"@type": "Person", "id": "1", "@referredType": "Owner"}, "OwnerRef"),
        ({"@type": "Person", "id": "1", "@referredType": "Unknown"}, "OwnerRef"),
        ({"@type": "Person", "id": "1", "@referredType": "Person", "familyName": None}, "OwnerRef"),
    ],
)
def test_a_reference_labelled_as_a_value_gets_its_type(owner: dict[str, Any], type_name: str) -> None:
    told = {name: value for name, value in owner.items() if value is not None}
    assert coerced({"owner": owner}) == {"owner": {**told, "@type": type_name}}


@pytest.mark.parametrize(
    "owner",
    [
        {"@type": "Person", "id": "1", "@referredType": "Person", "familyName": "Kay"},
        {"@type": "Role", "id": "1", "@referredType": "Role"},
        {"@type": "Person", "id": "1"},
        {"@type": "Person", "@referredType": "Person"},
        {"@type": "Person", "id": 1, "@referredType": "Person"},
        {"@type": "RoleRef", "@referredType": "Role"},
        {"@type": "Mine", "id": "1", "@referredType": "Person"},
        {"id": "1", "@referredType": "Person"},
    ],
)
def test_what_can_be_what_it_says_keeps_its_type(owner: dict[str, Any]) -> None:
    assert coerced({"owner": owner}) == {"owner": owner}


def test_what_a_change_leaves_alone_stays() -> None:
    odd = {"size": "8", "part": [{"@type": "NumberPart", "value": "5"}], "owner": {"@type": "Person", "id": "1"}}
    assert coerced(odd | {"count": "1"}, odd) == odd | {"count": 1}
    part = {"@type": "NumberPart", "value": "6"}
    changed = coerced(odd | {"part": [part, *odd["part"]]}, odd)
    assert changed["part"] == [part | {"value": 6}, *odd["part"]]


def accepted(document: dict[str, Any]) -> dict[str, Any]:
    return Validators([CONTRACT]).accepted(CONTRACT, "Thing_FVO", {"@type": "Thing", **document})


def changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return Validators([CONTRACT]).changed(CONTRACT, ("Thing_FVO",), before, after)


def refused(take: Callable[[], Any]) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        take()
    return [fault.pointer for fault in caught.value.faults]


def test_a_document_is_rewritten_only_where_that_makes_it_valid() -> None:
    good, odd = {"size": "8"}, {"size": "8", "count": "many"}
    assert accepted(good | {"name": None})["size"] == 8
    assert refused(lambda: accepted(odd)) == ["/size", "/count"]
    assert changed(odd, odd | {"x": 1}) == odd | {"x": 1}
    assert changed(odd, odd | {"size": "9", "name": None}) == odd | {"size": 9}
    assert refused(lambda: changed(odd, odd | {"size": "9", "count": "few"})) == ["/size", "/count"]
    assert refused(lambda: changed(good, good | {"count": "few"})) == ["/count"]


@pytest.mark.parametrize(
    "document", [{"name": "x"}, {"any": {"a": None}}, {"part": [{"@type": "Part", "value": [None]}]}]
)
def test_what_is_valid_stays(document: dict[str, Any]) -> None:
    assert accepted(document) == {"@type": "Thing", **document}
    assert changed({}, document) == document
