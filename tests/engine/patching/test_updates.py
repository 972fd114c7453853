"""What a PATCH may not change: attributes that the update schema leaves out, and the id."""

from typing import Any

import pytest

from tmf_server.contracts.contract import Contract
from tmf_server.errors import InvalidInput
from tmf_server.rest.patching.updates import arrays_of, check_result

TEXT = {"type": "string"}
SCHEMAS: dict[str, Any] = {
    "Base": {"properties": {"id": TEXT, "href": TEXT}},
    "Thing": {
        "allOf": [{"$ref": "#/components/schemas/Base"}],
        "properties": {
            "name": TEXT,
            "createdOn": {"type": "string", "format": "date-time"},
            "origin": {"type": "object"},
            "count": {"type": "integer"},
            "part": {"type": "array", "items": {"$ref": "#/components/schemas/Part"}},
        },
    },
    "Part": {"properties": {"tags": {"type": "array", "items": TEXT}, "name": TEXT}},
    "Thing_MVO": {"properties": {"name": TEXT, "part": {"type": "array"}}},
}
CONTRACT = Contract("TMF000", "v5", "/things", {"paths": {}, "components": {"schemas": SCHEMAS}})
BEFORE = {
    "id": "1",
    "href": "/thing/1",
    "name": "a",
    "createdOn": "2026-01-01T00:00:00Z",
    "origin": {"x": 1},
    "count": 1,
    "colour": "red",
}


def changed(**attributes: Any) -> list[str]:
    after = {name: value for name, value in {**BEFORE, **attributes}.items() if value is not None}
    try:
        check_result(CONTRACT, "Thing", "Thing_MVO", BEFORE, after)
    except InvalidInput as error:
        return [fault.pointer for fault in error.faults]
    return []


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"name": "b"},
        {"name": None},
        {"href": "/elsewhere"},
        {"href": None},
        {"colour": "blue", "size": 3},
        {"origin": {"x": 1.0}},
        {"createdOn": "2026-01-01T01:00:00+01:00"},
        {"part": []},
    ],
)
def test_what_the_update_schema_has_and_what_is_beyond_the_schema_may_change(attributes: dict[str, Any]) -> None:
    assert changed(**attributes) == []


@pytest.mark.parametrize(
    ("attributes", "pointers"),
    [
        ({"id": "2"}, ["/id"]),
        ({"id": None}, ["/id"]),
        ({"createdOn": "2026-01-02T00:00:00Z"}, ["/createdOn"]),
        ({"createdOn": None}, ["/createdOn"]),
        ({"origin": {"x": True}}, ["/origin"]),
        ({"count": True}, ["/count"]),
        ({"count": 2, "id": "3", "name": "b"}, ["/count", "/id"]),
    ],
)
def test_what_the_update_schema_leaves_out_keeps_its_value(attributes: dict[str, Any], pointers: list[str]) -> None:
    assert changed(**attributes) == pointers


def test_the_refusal_names_every_one_of_them() -> None:
    with pytest.raises(InvalidInput, match="cannot be changed: count, createdOn") as caught:
        check_result(CONTRACT, "Thing", "Thing_MVO", BEFORE, {"id": "1"} | {"origin": {"x": 1}})
    assert caught.value.code == "unchangeable"


def test_an_attribute_that_the_record_lacks_cannot_be_added_either() -> None:
    with pytest.raises(InvalidInput, match="count"):
        check_result(CONTRACT, "Thing", "Thing_MVO", {"id": "1"}, {"id": "1", "count": 1})


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("part",), True),
        (("part", "tags"), True),
        (("part", "name"), False),
        (("name",), False),
        (("unknown",), False),
        (("unknown", "x"), False),
        (("name", "x"), False),
        ((), False),
    ],
)
def test_the_schema_says_where_an_array_begins(path: tuple[str, ...], expected: bool) -> None:
    assert arrays_of(CONTRACT, "Thing")(path) is expected
