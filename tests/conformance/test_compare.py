"""Equality as TMF630 means it: instants by their moment, true is not 1, the answer may say more."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tmf_conformance.documents.compare import difference, equal, lost, nulls

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_nothing_differs_from_itself(value: Any) -> None:
    assert difference(value, value) == ""


@given(st.dictionaries(st.text(min_size=1, max_size=3), JSON, min_size=1, max_size=4))
def test_a_changed_attribute_is_named(value: dict[str, Any]) -> None:
    name = min(value)
    changed = {**value, name: {"conformance": "changed"}}
    assert difference(value, changed).startswith(f"/{name}")


def test_instants_are_equal_whatever_their_offset() -> None:
    assert equal("2030-01-01T02:00:00+02:00", "2030-01-01T00:00:00Z")
    assert not equal("2030-01-01T00:00:00", "2030-01-01T00:00:00Z")
    assert not equal(True, 1)
    assert equal(1, 1.0)


def test_what_was_sent_may_come_back_with_more_and_not_with_less() -> None:
    assert lost({"a": [{"b": 1}]}, {"a": [{"b": 1, "href": "x"}], "id": "1"}) == ""
    assert lost({"a": [{"b": 1}]}, {"a": []}).startswith("/a")
    assert lost({"a": {"b": 1}}, {"a": {}}).startswith("/a/b")
    assert lost({"a": None, "lastUpdate": "x"}, {}) == ""


def test_nulls_are_found_by_pointer() -> None:
    assert nulls({"a": None, "b": [{"c": None}], "d": 0}) == ["/a", "/b/0/c"]
