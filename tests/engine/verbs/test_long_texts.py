"""Texts of characters that no index can compress, as long as they may be and longer: taken or refused, never 500."""

import random
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.support.nouns.every import Noun, nouns, smallest
from tmf_server.contracts.contract import Contract

ALL = pytest.mark.parametrize("noun", nouns("create", tasks=False), ids=str)
LONGEST_ID, LONGEST_NAME = 1024, 256
RANDOM = random.Random(2026)


def text(length: int) -> str:
    """Characters of four bytes each in UTF-8, as unlike each other as can be."""
    return "".join(chr(RANDOM.randrange(0x10000, 0x20000)) for _ in range(length))


def references(contract: Contract, schema: str) -> dict[str, tuple[str, bool]]:
    """The attributes that are references or arrays of them: their schema, and whether it is an array."""
    found = {}
    for name in contract.all_properties(schema):
        attribute = contract.attribute(schema, (name,))
        if attribute is not None and attribute.schema is not None:
            declared = contract.properties(attribute.schema)
            if {"id", "@referredType"} <= declared.keys():
                found[name] = (attribute.schema, attribute.repeated)
    return found


def reference(contract: Contract, schema: str) -> dict[str, Any]:
    """What an object of the schema needs, in a request as in an answer."""
    needed = {"relationshipType": "x", "role": "x", "name": "x", "@referredType": "Any"}
    declared = contract.all_properties(schema)
    return smallest(contract, schema) | {name: value for name, value in needed.items() if name in declared}


def referring(noun: Noun, **attributes: str) -> dict[str, Any]:
    """Every attribute of the noun that is a reference, the reference having the attributes."""
    contract = noun.exposure.contract
    made = {}
    for name, (schema, repeated) in references(contract, noun.exposure.schema).items():
        one = reference(contract, schema) | attributes
        made[name] = [one] if repeated else one
    return made


@ALL
def test_the_id_in_a_reference_has_at_most_1024_characters(client: httpx.Client, noun: Noun) -> None:
    id_ = text(LONGEST_ID)
    answer = client.post(noun.url, json=noun.body(**referring(noun, id=id_)))
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert client.get(made["href"]).json() == made
    for name in referring(noun):
        found = client.get(f"{noun.url}?{name}.id={quote(id_)}&fields=id").json()
        assert [one["id"] for one in found] == [made["id"]], name
        assert client.get(f"{noun.url}?{name}.id={quote(id_[:-1])}").json() == []
    answer = client.post(noun.url, json=noun.body(**referring(noun, id=id_ + "x")))
    assert answer.status_code == (400 if referring(noun) else 201), answer.text
    for name in referring(noun):
        assert f"/{name}" in answer.json()["message"]


@ALL
def test_the_name_of_a_type_has_at_most_256_characters(client: httpx.Client, noun: Noun) -> None:
    name = text(LONGEST_NAME)
    targets = referring(noun, **{"id": text(LONGEST_ID), "@referredType": name})
    answer = client.post(noun.url, json=noun.body(**targets, **{"@type": name}))
    assert answer.status_code == 201, answer.text
    for wrong in ({"@type": name + "x"}, {"@baseType": name + "x"}, {"extension": {"@referredType": name + "x"}}):
        answer = client.post(noun.url, json=noun.body(**wrong))
        assert answer.status_code == 400
        assert "256 characters or fewer" in answer.json()["message"]


@ALL
def test_any_text_may_be_long(client: httpx.Client, noun: Noun) -> None:
    contract = noun.exposure.contract
    declared = contract.all_properties(noun.exposure.schema)
    texts = [
        name
        for name, node in declared.items()
        if node.get("type") == "string" and not {"enum", "format"} & node.keys() and name[:1] != "@" and name != "id"
    ]
    long = {name: text(3000) for name in texts}
    answer = client.post(noun.url, json=noun.body(**long))
    if answer.status_code == 201:
        return
    for name, value in long.items():
        assert client.post(noun.url, json=noun.body(**{name: value})).status_code in (201, 400, 409), name


@pytest.mark.parametrize("version", ["v4", "v5"])
def test_names_and_values_of_characteristics_may_be_long(client: httpx.Client, version: str) -> None:
    url = f"/tmf-api/serviceInventory/{version}/service"
    noun = next(one for one in nouns("create") if one.url == url)
    characteristic = {"@type": "StringCharacteristic", "name": text(3000), "value": text(3000)}
    made = noun.make(client, serviceCharacteristic=[characteristic])
    assert client.get(made["href"]).json() == made
    answer = client.patch(made["href"], json={"serviceCharacteristic": [characteristic | {"value": text(3000)}]})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("noun", "name", "element"),
    [
        ("TMF620/v4-catalog", "category", {"id": "1"}),
        ("TMF620/v5-productCatalog", "category", {"id": "1", "@type": "CategoryRef"}),
        ("TMF638/v4-service", "serviceCharacteristic", {"name": "n", "value": "v"}),
        ("TMF638/v5-service", "serviceCharacteristic", {"name": "n", "value": "v", "@type": "StringCharacteristic"}),
    ],
)
def test_an_array_of_rows_has_at_most_32768_elements(
    client: httpx.Client, noun: str, name: str, element: dict[str, Any]
) -> None:
    chosen = next(one for one in nouns("create") if str(one) == noun)
    answer = client.post(chosen.url, json=chosen.body(**{name: [element] * 32_769}))
    assert answer.status_code == 400, answer.text[:300]
    assert f"/{name}" in answer.json()["message"]
    assert "at most 32768 elements" in answer.json()["message"]
