"""Filters on values that the documents leave open, wherever a noun has one: what a suffix and a member mean."""

from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.support.nouns.every import Noun, nouns, smallest
from tmf_server.contracts.contract import Contract
from tmf_server.rest.query.attributes import attributes_of

DEEPEST = 3
Path = tuple[str, ...]


@cache
def free_values() -> list[tuple[Noun, Path]]:
    """Every attribute of a noun's document that may hold anything."""
    return [(noun, path) for noun in nouns("list", tasks=False) for path in _open(noun, ())]


def _open(noun: Noun, path: Path) -> Iterator[Path]:
    attributes, schema = attributes_of(noun.exposure), noun.exposure.schema
    owner = attributes.contract.attribute(schema, path)
    for name in attributes.contract.all_properties(owner.schema) if owner and owner.schema else ():
        inner = (*path, name)
        possible = attributes.lookup((*inner, "gte"))
        if possible and not possible[0].attribute.declared:
            yield inner
        elif len(inner) < DEEPEST:
            yield from _open(noun, inner)


def holding(contract: Contract, schema: str, path: Path, value: Any) -> Any:
    """An attribute of the schema that leads to the value."""
    name, *rest = path
    if not rest:
        return value
    found = contract.attribute(schema, (name,))
    assert found is not None
    assert found.schema is not None
    inner = smallest(contract, found.schema) | {rest[0]: holding(contract, found.schema, tuple(rest), value)}
    return [inner] if found.repeated else inner


QUERIES = [
    ("{0}.gte=100", {"150", "200"}),
    ("{0}%3E%3D100", {"150", "200"}),
    ("{0}.gt=150", {"200"}),
    ("{0}.lte=150", {"50", "150"}),
    ("{0}.lt=150", {"50"}),
    ("{0}.eq=150", {"150"}),
    ("{0}.eq=150,200", {"150", "200"}),
    ("{0}.ne=150", {"50", "200", "red"}),
    ("{0}.regex=^r", {"red"}),
    ("{0}.gte=50&{0}.lt=200", {"50", "150"}),
    ("{0}.gte=200;{0}=red", {"200", "red"}),
    ("{0}.size=7", {"member"}),
    ("{0}.size.gt=6", {"member"}),
    # a suffix is the name of a member where a value has such a member
    ("{0}.gt=7", {"50", "150", "200", "member"}),
    ("{0}.gt=8", {"50", "150", "200"}),
    ("{0}.ne=9", {"50", "150", "200", "red", "member"}),
    ("{0}.ne=8", {"50", "150", "200", "red"}),
]


@pytest.mark.parametrize(
    ("noun", "path"), free_values(), ids=lambda one: ".".join(one) if type(one) is tuple else str(one)
)
def test_a_suffix_on_a_free_value_is_an_operator(client: httpx.Client, noun: Noun, path: Path) -> None:
    contract, schema = noun.exposure.contract, noun.exposure.schema
    values = {"50": 50, "150": 150, "200": 200, "red": "red", "member": {"size": 7, "gt": 7, "ne": 9}}
    for id_, value in values.items():
        noun.make(client, id=id_, **{path[0]: holding(contract, schema, path, value)})
    for query, expected in QUERIES:
        answer = client.get(f"{noun.url}?{query.format('.'.join(path))}")
        assert answer.status_code == 200, answer.text
        assert {one["id"] for one in answer.json()} == expected, query


def test_there_are_free_values_to_ask_for() -> None:
    assert {"TMF620/v4-productSpecification", "TMF638/v4-service"} <= {str(noun) for noun, _ in free_values()}


@pytest.mark.parametrize("version", ["v4", "v5"])
def test_both_versions_find_the_same_services(client: httpx.Client, version: str) -> None:
    noun = next(one for one in nouns("create") if str(one) == "TMF638/v4-service")
    for speed in (50, 150):
        noun.make(client, id=str(speed), serviceCharacteristic=[{"name": "speed", "value": speed}])
    url = noun.url.replace("v4", version)
    for query in ("serviceCharacteristic.value.gte=100", f"serviceCharacteristic.value{quote('>=')}100"):
        assert [one["id"] for one in client.get(f"{url}?{query}").json()] == ["150"], query
