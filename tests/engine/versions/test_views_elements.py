"""Which element of a changed array is which of those before, and what that saves."""

import copy
from typing import Any

import pytest

from tests.support.views import RECORDS, view
from tmf_server.rest.body.align import partners, same_one
from tmf_server.rest.versions.extras import holds_residue, strip
from tmf_server.rest.versions.views import V5View
from tmf_server.rules.canonical import V4_ALONE, V4_EXTRAS


def one(**attributes: Any) -> dict[str, Any]:
    return attributes


@pytest.mark.parametrize(
    ("new", "old", "expected"),
    [
        ([1, 2, 3], [1, 2, 3], [0, 1, 2]),
        ([one(a=1), one(b=2)], [one(b=2), one(a=1)], [1, 0]),
        ([one(a=1), one(a=1)], [one(a=1)], [0, None]),
        ([one(id="x", a=2)], [one(id="y", a=2), one(id="x", a=1)], [1]),
        ([one(id="z", a=2)], [one(id="y", a=2)], [None]),
        ([one(name="n", a=9, b=9)], [one(name="m", a=1), one(name="n", a=1, b=1)], [1]),
        ([one(id="x", name="n")], [one(id="y", name="n")], [None]),
        ([one(a=1, b=9)], [one(a=1, b=2)], [0]),
        ([one(a=9, b=9)], [one(a=1, b=2)], [None]),
        ([one(a=[9])], [one(a=[1])], [0]),
        ([one(role="r", inner=one(id="x", a=2))], [one(role="s"), one(role="t", inner=one(id="x"))], [1]),
        ([one(id=[1])], [one(id=[1])], [0]),
        ([one(id=[1], a=2)], [one(id=[1], a=1)], [0]),
        ([], [one(a=1)], []),
        ([one(a=1)], [], [None]),
    ],
    ids=str,
)
def test_the_partners_of_changed_elements(new: list[Any], old: list[Any], expected: list[int | None]) -> None:
    assert partners(new, old) == expected


def test_objects_with_different_ids_are_different() -> None:
    assert same_one(one(id="x"), one(id="x", a=1))
    assert same_one(one(a=1), one(id="x"))
    assert not same_one(one(id="x"), one(id="y"))


def test_v5_strips_what_only_v4_shows_and_leaves_the_stored_document_alone() -> None:
    stored = {"a": [{"b": 1, V4_EXTRAS: {"c": 2}}, 5], V4_EXTRAS: {"d": 3}}
    assert strip(stored) == {"a": [{"b": 1}, 5]}
    assert stored == {"a": [{"b": 1, V4_EXTRAS: {"c": 2}}, 5], V4_EXTRAS: {"d": 3}}
    assert holds_residue([[{"a": {V4_EXTRAS: {}}}]])
    assert not holds_residue([[{"a": {"b": [1]}}]])


def test_v5_gives_back_what_only_v4_shows_to_the_objects_that_stay() -> None:
    stored = {
        "parts": [{"id": "1", V4_EXTRAS: {"x": 1}}, {"id": "2", V4_EXTRAS: {"x": 2}}],
        "one": {"id": "3", V4_EXTRAS: {"x": 3}},
    }
    shown = {"parts": [{"id": "2", "name": "two"}, {"id": "9"}], "one": {"id": "4"}, "new": [1]}
    expected = {"parts": [{"id": "2", "name": "two", V4_EXTRAS: {"x": 2}}, {"id": "9"}], "one": {"id": "4"}, "new": [1]}
    assert V5View().accept(shown, stored) == expected


LONE = {V4_EXTRAS: {V4_ALONE: True}}
"""An object that only v4 can show."""


def lone(name: str) -> dict[str, Any]:
    return {"name": name, **LONE}


@pytest.mark.parametrize(
    ("stored", "shown", "expected"),
    [
        ([one(id="1"), lone("x"), one(id="2")], [one(id="2"), one(id="1")], [one(id="2"), one(id="1"), lone("x")]),
        (
            [lone("x"), one(id="1"), lone("y")],
            [one(id="1"), one(id="3")],
            [lone("x"), one(id="1"), lone("y"), one(id="3")],
        ),
        ([one(id="1"), lone("x")], [one(id="2")], [one(id="2"), lone("x")]),
        ([lone("x"), lone("y")], None, [lone("x"), lone("y")]),
        ([one(id="1"), lone("x")], None, [lone("x")]),
        (lone("x"), None, lone("x")),
        (lone("x"), one(id="1"), one(id="1")),
    ],
    ids=str,
)
def test_what_only_v4_can_show_stays_whatever_v5_does_to_the_rest(stored: Any, shown: Any, expected: Any) -> None:
    base = {"id": "r", "parts": stored}
    after = V5View().accept({"id": "r"} | ({} if shown is None else {"parts": shown}), base)
    assert after == {"id": "r", "parts": expected}
    seen = (
        [element for element in stored if V4_ALONE not in element.get(V4_EXTRAS, {})]
        if isinstance(stored, list)
        else []
    )
    assert V5View().show(base) == ({"id": "r", "parts": seen} if seen else {"id": "r"})


CHARACTERISTICS = {
    "TMF622-ProductOrder": ("productOrderItem", "product", "productCharacteristic"),
    "TMF629-Customer": ("characteristic",),
    "TMF638-Service": ("serviceCharacteristic",),
    "TMF639-Resource": ("resourceCharacteristic",),
    "TMF639-PhysicalResource": ("resourceCharacteristic",),
    "TMF639-LogicalResource": ("resourceCharacteristic",),
    "TMF678-AppliedCustomerBillingRate": ("characteristic",),
    "TMF620-ProductSpecification": ("productSpecCharacteristic", "productSpecCharacteristicValue"),
    "TMF620-ProductOffering": ("prodSpecCharValueUse", "productSpecCharacteristicValue"),
}


def wrapped(path: tuple[str, ...], inner: dict[str, Any]) -> dict[str, Any]:
    """The object inside of arrays and objects, at the path."""
    for name in reversed(path):
        inner = {name: inner if name == "product" else [inner]}
    return inner


def reached(document: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    found: Any = document
    for name in path:
        found = found[name][0] if isinstance(found[name], list) else found[name]
    made: dict[str, Any] = found
    return made


@pytest.mark.parametrize(("record", "path"), CHARACTERISTICS.items(), ids=lambda value: str(value)[:40])
def test_the_type_of_a_value_follows_a_change_of_its_kind(record: str, path: tuple[str, ...]) -> None:
    """As JSON Patch sends it: the whole document with the new value, and the `@type` that the server gave."""
    seen = view(next(one for one in RECORDS if str(one) == record))
    stored = seen.accept(wrapped(path, {"name": "speed", "value": "fast"}))
    shown = copy.deepcopy(seen.show(stored))
    reached(shown, path)["value"] = 100
    after = seen.accept(shown, stored)
    renewed = seen.show(seen.accept(wrapped(path, {"name": "speed", "value": 100})))
    assert seen.show(after) == renewed
    reached(shown, path)["@type"] = "OfMyOwn"
    assert reached(seen.show(seen.accept(shown, stored)), path)["@type"] == "OfMyOwn"
