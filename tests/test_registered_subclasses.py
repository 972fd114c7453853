"""Subclasses that a deployment registers as JSON Schemas: checked like the document's own, and never fetched."""

import json
from pathlib import Path
from typing import Any

import pytest

from tmf_server.contracts import Contract
from tmf_server.errors import InvalidInput
from tmf_server.rest.validation import Validators

SCHEMAS: dict[str, Any] = {
    "Thing_FVO": {
        "type": "object",
        "properties": {"@type": {"type": "string"}, "name": {"type": "string"}, "part": {"$ref": "#/c/s/Part_FVO"}},
        "required": ["@type", "name"],
        "discriminator": {"propertyName": "@type", "mapping": {"Thing": "#/c/s/Thing_FVO"}},
    },
    "Part_FVO": {"type": "object", "properties": {"@type": {"type": "string"}, "size": {"type": "number"}}},
    "PartRefOrValue_FVO": {
        "oneOf": [{"$ref": "#/c/s/Part_FVO"}],
        "discriminator": {"propertyName": "@type", "mapping": {"Part": "#/c/s/Part_FVO"}},
    },
    "Shelf_FVO": {"type": "object", "properties": {"part": {"$ref": "#/c/s/PartRefOrValue_FVO"}}},
}
CONTRACT = Contract("TMF000", "v5", "/things", {"paths": {}, "components": {"schemas": SCHEMAS}})

GEM = {
    "@type": "Gem",
    "@baseType": "Thing",
    "type": "object",
    "required": ["carat"],
    "properties": {"carat": {"$ref": "#/definitions/weight"}, "gems": {"type": "array", "items": {"$ref": "#"}}},
    "definitions": {"weight": {"type": "number", "minimum": 0}},
}


def register(folder: Path, *schemas: dict[str, Any]) -> Path:
    for number, schema in enumerate(schemas):
        (folder / f"{number}.json").write_text(json.dumps(schema))
    return folder


def pointers(validators: Validators, document: dict[str, Any], schema: str = "Thing_FVO") -> list[str]:
    try:
        validators.check(CONTRACT, schema, document)
    except InvalidInput as error:
        return [fault.pointer for fault in error.faults]
    return []


def test_an_object_of_a_registered_type_fulfils_its_base_and_its_own_schema(tmp_path: Path) -> None:
    validators = Validators([CONTRACT], subclasses=register(tmp_path, GEM))
    assert pointers(validators, {"@type": "Gem", "name": "ruby", "carat": 2}) == []
    assert pointers(validators, {"@type": "Gem", "carat": -1}) == ["/name", "/carat"]
    assert pointers(validators, {"@type": "Gem", "name": "ruby", "carat": 1, "gems": [{}]}) == ["/gems/0/carat"]
    assert pointers(validators, {"@type": "Thing", "name": "stone"}) == []


def test_a_subclass_is_known_wherever_its_base_is(tmp_path: Path) -> None:
    part = {"@type": "Wheel", "@baseType": "Part", "required": ["spokes"]}
    validators = Validators([CONTRACT], subclasses=register(tmp_path, part))
    assert pointers(validators, {"@type": "Thing", "name": "x", "part": {"@type": "Wheel"}}) == ["/part/spokes"]
    assert pointers(validators, {"@type": "Thing", "name": "x", "part": {"@type": "Part"}}) == []
    assert pointers(validators, {"part": {"@type": "Wheel", "spokes": 1, "size": "x"}}, "Shelf_FVO") == ["/part/size"]
    assert pointers(validators, {"part": {"@type": "Own", "@baseType": "Wheel"}}, "Shelf_FVO") == ["/part/spokes"]


def test_a_subclass_may_extend_another_in_any_order(tmp_path: Path) -> None:
    ruby = {"@type": "Ruby", "@baseType": "Gem", "required": ["red"]}
    validators = Validators([CONTRACT], subclasses=register(tmp_path, ruby, GEM))
    assert pointers(validators, {"@type": "Ruby"}) == ["/name", "/carat", "/red"]


def test_strict_knows_registered_types(tmp_path: Path) -> None:
    part = {"@type": "Wheel", "@baseType": "Part"}
    validators = Validators([CONTRACT], strict=True, subclasses=register(tmp_path, part))
    assert pointers(validators, {"part": {"@type": "Wheel"}}, "Shelf_FVO") == []
    assert pointers(validators, {"part": {"@type": "Engine"}}, "Shelf_FVO") == ["/part/@type"]


def test_a_schema_location_that_a_client_sends_is_text_and_nothing_more(tmp_path: Path) -> None:
    validators = Validators([CONTRACT], subclasses=register(tmp_path, GEM))
    location = "http://127.0.0.1:9/schema.json"
    assert pointers(validators, {"@type": "Other", "@schemaLocation": location, "name": "x"}) == []


@pytest.mark.parametrize(
    ("schemas", "told"),
    [
        ([{"@type": "Gem"}], "@baseType at its top"),
        ([{"@baseType": "Thing"}], "@type at its top"),
        ([{"@type": "a/b", "@baseType": "Thing"}], "@type at its top"),
        ([[1]], "@type at its top"),
        ([GEM, GEM], "also registered by"),
        ([GEM | {"@baseType": "Nothing"}], "no served document knows its @baseType 'Nothing'"),
        ([GEM | {"@type": "Thing"}], "Thing is a type of the document"),
        ([GEM | {"type": "thing"}], "not a valid JSON Schema"),
        ([GEM | {"$ref": "https://example.com/a.json"}], "leaves the file"),
        ([GEM | {"$ref": "other.json#/a"}], "leaves the file"),
        ([GEM | {"$ref": "#/definitions/none"}], "not a valid JSON Schema"),
    ],
)
def test_a_schema_that_cannot_be_used_stops_the_start_and_names_its_file(
    tmp_path: Path, schemas: list[Any], told: str
) -> None:
    register(tmp_path, *schemas)
    with pytest.raises(ValueError, match=r"\d\.json: ") as caught:
        Validators([CONTRACT], subclasses=tmp_path)
    assert told in str(caught.value)


def test_a_file_that_is_no_json_and_a_folder_that_is_not_there_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{")
    with pytest.raises(ValueError, match=r"a\.json: not JSON"):
        Validators([CONTRACT], subclasses=tmp_path)
    with pytest.raises(ValueError, match="no such folder"):
        Validators([CONTRACT], subclasses=tmp_path / "none")
