"""A table that does not fit its documents says what is wrong with it; v5 looks at records as they are."""

from typing import Any

import pytest

from tests.support.views import Record, view
from tmf_server.contracts.contract import Contract
from tmf_server.rest.versions.rules import First, Rename, Rule, Wrap
from tmf_server.rest.versions.views import V4View, V5View

OBJECT = {"type": "object", "properties": {"id": {"type": "string"}}}


def one_schema(version: str, **properties: Any) -> Contract:
    schemas = {"Thing": {"type": "object", "properties": properties}, "Part": OBJECT}
    return Contract("TMF000", version, "/x", {"paths": {}, "components": {"schemas": schemas}})


def compiled(v4: dict[str, Any], v5: dict[str, Any], *rules: Rule) -> V4View:
    made = V4View({("Thing", "Thing"): rules}, one_schema("v4", **v4), one_schema("v5", **v5), "Thing", "Thing")
    made.show({})
    return made


PART = {"$ref": "#/components/schemas/Part"}
PARTS = {"type": "array", "items": PART}


@pytest.mark.parametrize(
    ("v4", "v5", "rule", "said"),
    [
        ({"part": PART}, {"part": PARTS}, None, "Thing.part is an array in one version only: declare First"),
        ({"a": {}}, {"b": {}}, Rename("a", "c"), "Thing.a ↔ Thing.c: a rule names an attribute that is not declared"),
        ({"s": {"enum": ["x"]}}, {"s": {"enum": ["x", "y"]}}, None, "Thing.s cannot show y: declare Values"),
        ({"part": {"type": "string"}}, {"part": PARTS}, First("part"), "Thing.part is not an object in both versions"),
        ({"id": {}}, {"part": {"type": "string"}}, Wrap("part"), "Thing.part is not an object of a named schema"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(
    v4: dict[str, Any], v5: dict[str, Any], rule: Rule | None, said: str
) -> None:
    with pytest.raises(LookupError, match=said):
        compiled(v4, v5, *([rule] if rule else []))


def test_objects_that_look_alike_are_shared() -> None:
    same = compiled({"part": PART}, {"part": PART})
    document = {"part": {"id": "1", "myOwn": 2}}
    assert same.show(document) is document
    assert same.accept(document) is document


def test_a_value_of_another_shape_passes_as_it_is() -> None:
    made = compiled({"a": PART, "b": {}}, {"a": PART, "c": {}}, Rename("b", "c"))
    assert made.accept({"a": "text", "b": [1]}) == {"a": "text", "c": [1]}
    assert made.show({"a": ["text"], "c": None}) == {"a": ["text"], "b": None}


def test_a_lone_object_is_shown_where_v5_should_have_an_array() -> None:
    resource = view(Record("TMF639", "Resource", "Resource"))
    place = {"@type": "RelatedPlaceRef", "role": "r", "place": {"@type": "PlaceRef", "id": "1"}}
    assert resource.show({"@type": "Resource", "place": place})["place"] == {"id": "1", "role": "r"}


def test_values_below_an_attribute_are_those_of_the_object_there() -> None:
    service = view(Record("TMF638", "Service", "Service"))
    path = ("serviceRelationship", "service", "state")
    assert service.stored_values(path, "inactive") == ("inactive", "suspended")
    assert service.stored_values(("place", "id"), "x") == ("x",)
    assert service.stored_values(("place", "role"), "x") == ("x",)
    assert view(Record("TMF639", "Resource", "Resource")).stored_values(("place", "id"), "x") == ("x",)


def test_v5_names_and_values_are_the_stored_ones() -> None:
    assert V5View().path(("state",)) == ("state",)
    assert V5View().paths(("state",)) == (("state",),)
    assert V5View().stored_values(("state",), "draft") == ("draft",)
