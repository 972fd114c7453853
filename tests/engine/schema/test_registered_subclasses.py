"""Subclasses that a deployment registers as JSON Schemas: checked like the document's own, and never fetched."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.servers.served import Served, serving_app
from tmf_server.contracts.contract import Contract
from tmf_server.errors import InvalidInput
from tmf_server.rest.schema.validation import Validators

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


# -- on a server: what a registered type adds can be asked for like what the document declares

SLICE: dict[str, Any] = {
    "@type": "SliceOffering",
    "@baseType": "ProductOffering",
    "required": ["latency"],
    "properties": {
        "latency": {"type": "integer"},
        "grade": {"enum": ["007", "7"]},
        "launchWindow": {"type": "string", "format": "date-time"},
        "site": {"$ref": "#/definitions/site"},
        "cells": {"type": ["array", "null"], "items": {"$ref": "#/definitions/site"}},
        "anything": True,
    },
    "definitions": {
        "site": {
            "type": "object",
            "properties": {
                "code": {"type": "string"},
                "owner": {
                    "type": "object",
                    "allOf": [{"$ref": "#/definitions/ref"}],
                },
            },
        },
        "ref": {"properties": {name: {"type": "string"} for name in ("id", "href", "@type", "@referredType")}},
    },
}
GOLD = {"@type": "GoldSlice", "@baseType": "SliceOffering", "properties": {"lounge": {"type": "boolean"}}}
CARD = {"@type": "LineCard", "@baseType": "PhysicalResource", "properties": {"ports": {"type": "integer"}}}
URLS = {version: f"/tmf-api/productCatalogManagement/{version}/productOffering" for version in ("v4", "v5")}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def registering(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("registered")
    if request.param == "sqlite":
        url = f"sqlite:///{folder / 'tmf.db'}"
    else:
        url = request.getfixturevalue("postgres").create_database()
    schemas = register(folder, GOLD, SLICE, CARD)
    made: list[dict[str, Any]] = [{"latency": 30}, {"latency": 5, "lounge": True, "@type": "GoldSlice"}, {}]
    with serving_app(url, schema_dir=schemas, apis=("TMF620", "TMF639")) as served:
        for number, extra in enumerate(made):
            kind = "SliceOffering" if extra else "ProductOffering"
            site = {"code": f"s{number}", "owner": {"id": "p1", "@type": "PartyRef", "@referredType": "Organization"}}
            own: dict[str, Any] = {
                "site": site,
                "grade": "007" if number else "7",
                "cells": [site],
                "launchWindow": f"2026-01-0{number + 1}T02:00:00+02:00",
            }
            body = {
                "@type": kind,
                "id": f"o{number}",
                "name": "x",
                "lifecycleStatus": "Active",
                **(own if extra else {}),
            }
            answer = served.client.post(URLS["v5"], json=body | extra)
            assert answer.status_code == 201, answer.text
        yield served


@pytest.fixture(params=["v4", "v5"])
def ask(request: pytest.FixtureRequest, registering: Served) -> Callable[[str], list[str]]:
    def found(query: str) -> list[str]:
        answer = registering.client.get(f"{URLS[request.param]}?{query}")
        assert answer.status_code == 200, answer.text
        return [one["id"] for one in answer.json()]

    return found


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("@type=ProductOffering", ["o0", "o1", "o2"]),
        ("@type=SliceOffering", ["o0", "o1"]),
        ("@type=GoldSlice", ["o1"]),
        ("latency=30", ["o0"]),
        ("latency.lt=10", ["o1"]),
        ("lounge=true", ["o1"]),
        ("grade=7", ["o0"]),
        ("grade.lt=1", ["o1"]),
        ("launchWindow.gt=2026-01-01T12:00:00Z", ["o1"]),
        ("launchWindow=2026-01-01T00:00:00Z", ["o0"]),
        ("site.code=s1", ["o1"]),
        ("cells.code=s0", ["o0"]),
        ("cells.owner.id=p1&latency.gte=30", ["o0"]),
        ("filter=$[?(@.latency<10)]", ["o1"]),
        ("@type=SliceOffering&sort=latency", ["o1", "o0"]),
        ("@type=SliceOffering&sort=-latency", ["o0", "o1"]),
        ("@type=SliceOffering&sort=-launchWindow", ["o1", "o0"]),
    ],
)
def test_attributes_of_registered_types_filter_and_sort(
    ask: Callable[[str], list[str]], query: str, ids: list[str]
) -> None:
    assert ask(query) == ids


def test_attributes_of_registered_types_can_be_selected(registering: Served) -> None:
    one = registering.client.get(f"{URLS['v5']}/o1?fields=latency,site.code").json()
    assert one == {"id": "o1", "href": one["href"], "@type": "GoldSlice", "latency": 5, "site": {"code": "s1"}}
    listed = registering.client.get(f"{URLS['v5']}?fields=lounge&latency=5").json()
    assert [row.get("lounge") for row in listed] == [True]


def test_instants_of_registered_types_are_kept_in_utc(registering: Served) -> None:
    for url in URLS.values():
        assert registering.client.get(f"{url}/o0").json()["launchWindow"] == "2026-01-01T00:00:00Z"


def test_what_no_type_has_stays_unknown_and_a_wrong_kind_is_told(registering: Served) -> None:
    for query in ("carat=1", "fields=carat", "sort=carat", "latency=soon", "site.carat=1"):
        assert registering.client.get(f"{URLS['v5']}?{query}").status_code == 400, query


def test_a_registered_record_is_patched_in_both_versions_and_stays_what_it_is(registering: Served) -> None:
    for latency, (version, url) in enumerate(URLS.items(), 30):
        answer = registering.client.patch(f"{url}/o0", json={"latency": latency})
        assert (answer.status_code, answer.json()["latency"]) == (200, latency), version
    assert registering.client.patch(f"{URLS['v5']}/o0", json={"latency": None}).status_code == 400
    assert registering.client.patch(f"{URLS['v5']}/o0", json={"latency": 30}).status_code == 200


def test_registering_a_type_does_not_demand_a_type(registering: Served) -> None:
    answer = registering.client.post(URLS["v5"], json={"name": "plain", "id": "plain", "lifecycleStatus": "Active"})
    assert (answer.status_code, answer.json()["@type"]) == (201, "ProductOffering")
    assert registering.client.delete(answer.json()["href"]).status_code == 204


def test_a_path_for_some_types_shows_the_types_registered_below_them(registering: Served) -> None:
    base = "/tmf-api/resourceInventoryManagement"
    body = {"@type": "LineCard", "name": "x", "id": "card", "ports": 48}
    assert registering.client.post(f"{base}/v5/resource", json=body).status_code == 201
    for path in ("v4/physicalResource?ports=48", "v5/resource?@type=PhysicalResource&ports.gt=40"):
        assert [one["id"] for one in registering.client.get(f"{base}/{path}").json()] == ["card"], path
    assert registering.client.get(f"{base}/v4/logicalResource").json() == []
    assert registering.client.delete(f"{base}/v5/resource/card").status_code == 204
