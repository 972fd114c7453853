"""Nulls: an attribute that is null is not there; what a document leaves free keeps every null that was sent."""

import json
from typing import Any

import httpx
import pytest

from tests.support.nouns.every import Noun, nouns
from tmf_server.rest.patching.patch import JSON_PATCH, JSON_PATCH_QUERY, MERGE_PATCHES

CREATABLE = nouns("create", "patch", tasks=False)
ALL = pytest.mark.parametrize("noun", CREATABLE, ids=str)
CHARACTERISED = [
    (noun, one.path[0])
    for noun in CREATABLE
    for one in noun.exposure.entity.storage.characteristics
    if one.value == ("value",) and len(one.path) == 1
]
WITH_VALUES = pytest.mark.parametrize(("noun", "holder"), CHARACTERISED, ids=str)
FREE: list[Any] = [
    [1, None, 3],
    [None],
    {"a": None, "b": [None, {"c": None}], "d": 1},
    [{"a": None}, {"b": [None, None]}],
    [[None, 1], []],
]


def characteristics(noun: Noun, values: list[Any]) -> list[dict[str, Any]]:
    """One characteristic for each value, named by its number; their descriptions are null."""
    typed = {"@type": "Characteristic"} if noun.version == "v5" else {}
    return [{"name": str(number), "value": one, "valueType": None, **typed} for number, one in enumerate(values)]


def values_of(record: dict[str, Any], holder: str) -> list[Any]:
    return [one["value"] for one in record[holder]]


def patched(client: httpx.Client, url: str, media_type: str, patch: Any) -> dict[str, Any]:
    answer = client.patch(url, content=json.dumps(patch), headers={"Content-Type": media_type})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@WITH_VALUES
def test_free_values_keep_them_in_both_versions(client: httpx.Client, noun: Noun, holder: str) -> None:
    made = noun.make(client, **{holder: characteristics(noun, FREE)})
    assert values_of(made, holder) == FREE
    assert not any("valueType" in one for one in made[holder])
    same = [one for one, _ in CHARACTERISED if one.exposure.entity is noun.exposure.entity]
    answers = [client.get(f"{one.url}/{made['id']}") for one in same]
    seen = [values_of(answer.json(), holder) for answer in answers if answer.status_code == 200]
    assert len(seen) > 1
    assert all(one == FREE for one in seen)


@WITH_VALUES
@pytest.mark.parametrize("media_type", [JSON_PATCH, JSON_PATCH_QUERY])
def test_a_json_patch_puts_them_into_free_values(
    client: httpx.Client, noun: Noun, holder: str, media_type: str
) -> None:
    made = noun.make(client, **{holder: characteristics(noun, [{"a": 1}, [1, 2]])})
    patch = [
        {"op": "add", "path": f"/{holder}/0/value/b", "value": None},
        {"op": "replace", "path": f"/{holder}/1/value/0", "value": None},
        {"op": "add", "path": f"/{holder}/1/value/-", "value": {"c": [None]}},
        {"op": "test", "path": f"/{holder}/1/value/0", "value": None},
        {"op": "add", "path": f"/{holder}/0/valueType", "value": None},
    ]
    after = patched(client, f"{noun.url}/{made['id']}", media_type, patch)
    assert values_of(after, holder) == [{"a": 1, "b": None}, [None, 2, {"c": [None]}]]
    assert "valueType" not in after[holder][0]


@WITH_VALUES
@pytest.mark.parametrize("media_type", MERGE_PATCHES)
def test_a_merge_patch_replaces_arrays_as_they_are(
    client: httpx.Client, noun: Noun, holder: str, media_type: str
) -> None:
    url = f"{noun.url}/{noun.make(client, **{holder: characteristics(noun, [1])})['id']}"
    after = patched(client, url, media_type, {holder: characteristics(noun, FREE)})
    assert values_of(after, holder) == FREE
    assert client.get(url).json() == after
    assert patched(client, url, media_type, {"extension": "x"}) == after | {"extension": "x"}, "and they stay"


@ALL
@pytest.mark.parametrize("media_type", MERGE_PATCHES)
def test_a_merge_patch_takes_away_by_null(client: httpx.Client, noun: Noun, media_type: str) -> None:
    made = noun.make(client, extension={"a": 1, "b": {"c": 1, "d": [1, None]}}, other=1)
    patch = {"extension": {"a": None, "b": {"c": None}}, "other": None, "third": {"e": None, "f": [None]}}
    after = patched(client, f"{noun.url}/{made['id']}", media_type, patch)
    assert (after["extension"], after["third"]) == ({"b": {"d": [1, None]}}, {"f": [None]})
    assert "other" not in after


@ALL
def test_arrays_beyond_the_schema_keep_them(client: httpx.Client, noun: Noun) -> None:
    made = noun.make(client, extension=[1, None, {"a": None, "b": [None]}])
    assert made["extension"] == [1, None, {"b": [None]}]


@ALL
def test_an_array_of_what_the_document_describes_takes_none(client: httpx.Client, noun: Noun) -> None:
    contract, schema = noun.exposure.contract, noun.exposure.schema
    declared = contract.properties(schema)
    arrays = [name for name in declared if declared[name].get("type") == "array"]
    for name in arrays:
        answer = client.post(noun.url, json=noun.body(**{name: [None]}))
        assert answer.status_code == 400, (name, answer.text)
        assert f"/{name}/0: " in answer.json()["message"]


@pytest.mark.parametrize(
    ("document", "name", "attributes"),
    [
        (
            "TMF620/v4",
            "productSpecification",
            {"productSpecCharacteristic": [{"productSpecCharacteristicValue": [{"value": [1, None, {"a": None}]}]}]},
        ),
        (
            "TMF622/v4",
            "productOrder",
            {
                "productOrderItem": [
                    {
                        "id": "1",
                        "action": "add",
                        "product": {"productCharacteristic": [{"name": "x", "value": [1, None, {"a": None}]}]},
                    }
                ]
            },
        ),
    ],
)
def test_free_values_deep_inside_keep_them(
    client: httpx.Client, document: str, name: str, attributes: dict[str, Any]
) -> None:
    [noun] = [one for one in CREATABLE if str(one) == f"{document}-{name}"]
    made = noun.make(client, **attributes)
    assert '"value": [1, null, {"a": null}]' in json.dumps(made)
    other = client.get(f"{noun.url.replace('/v4/', '/v5/')}/{made['id']}")
    assert '"value": [1, null, {"a": null}]' in json.dumps(other.json())
