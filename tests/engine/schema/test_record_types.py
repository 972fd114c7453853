"""The `@type` of a record: one that the document has for something else is refused, one of the client's own is kept."""

import json

import httpx
import pytest

from tests.support.nouns.every import Noun, nouns, registry
from tmf_server.errors import InvalidInput
from tmf_server.registry.exposure import create_schema
from tmf_server.rest.patching.patch import MERGE_PATCHES
from tmf_server.rest.schema.record_types import RecordTypes
from tmf_server.rest.schema.schemas import Definitions

CREATABLE = nouns("create")
ALL = pytest.mark.parametrize("noun", CREATABLE, ids=str)
ELSEWHERE = (
    "Money",
    "TimePeriod",
    "Quantity",
    "RelatedParty",
    "Error",
    "JsonPatch",
    "Note",
    "Category",
    "Comment",
    "AlarmRef",
)


def foreign(noun: Noun) -> list[str]:
    """Names that the noun's document has for other things, and the empty one."""
    own = (noun.exposure.schema, noun.exposure.noun)
    known = [name for name in ELSEWHERE if name in noun.exposure.contract.own_schemas and name not in own]
    assert len(known) > 2
    return ["", *known]


@ALL
def test_a_type_that_is_something_else_is_refused(client: httpx.Client, noun: Noun) -> None:
    for name in foreign(noun):
        answer = client.post(noun.url, json=noun.body(**{"@type": name}))
        assert (answer.status_code, answer.json()["code"]) == (400, "wrongType"), answer.text
        assert answer.json()["message"].startswith("/@type: ")
    assert client.get(noun.url).json() == []


@pytest.mark.parametrize("noun", nouns("create", tasks=False), ids=str)
def test_a_type_that_nobody_knows_is_taken(client: httpx.Client, noun: Noun) -> None:
    assert noun.make(client, **{"@type": "MyOwn"})["@type"] == "MyOwn"


@pytest.mark.parametrize("noun", nouns("create", "patch", tasks=False), ids=str)
@pytest.mark.parametrize("media_type", MERGE_PATCHES)
def test_a_patch_makes_nothing_else_of_a_record(client: httpx.Client, noun: Noun, media_type: str) -> None:
    made = noun.make(client)
    url = f"{noun.url}/{made['id']}"
    for name in foreign(noun):
        answer = client.patch(url, content=json.dumps({"@type": name}), headers={"Content-Type": media_type})
        assert answer.status_code == 400, answer.text
        assert answer.json()["code"] in ("wrongType", "unchangeable")
    assert client.get(url).json() == made


def types(noun: Noun, *, strict: bool) -> RecordTypes:
    contract = noun.exposure.contract
    canonical = registry().canonical(noun.exposure.entity.name).contract
    return RecordTypes(contract, canonical, Definitions(contract.own_schemas).types, strict=strict)


@ALL
def test_strict_refuses_what_nobody_knows(noun: Noun) -> None:
    schema = create_schema(noun.exposure)
    types(noun, strict=False).check(schema, "MyOwn")
    with pytest.raises(InvalidInput, match="MyOwn") as caught:
        types(noun, strict=True).check(schema, "MyOwn")
    assert caught.value.code == "wrongType"
    own = noun.body().get("@type", noun.exposure.schema)
    types(noun, strict=True).check(schema, own)
    assert own in caught.value.faults[0].expected


def test_what_extends_a_record_belongs_to_it_and_so_does_what_it_extends() -> None:
    for noun in CREATABLE:
        if noun.exposure.entity.name == "resource":
            for name in (
                "Resource",
                *(("LogicalResource", "PhysicalResource") if noun.exposure.noun == "resource" else ()),
            ):
                types(noun, strict=True).check(create_schema(noun.exposure), name)
        if str(noun) == "TMF629/v5-customer":
            types(noun, strict=True).check(create_schema(noun.exposure), "PartyRole")
