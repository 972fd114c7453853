"""Whatever is posted through one version, both answer what their documents say; and neither loses what it shows."""

from typing import Any

import httpx
import pytest

from tests.support.nouns.every import TEXTS, Noun, nouns, smallest
from tests.support.views import Record, faults, v5_lacks
from tmf_server.contracts.contract import Contract
from tmf_server.contracts.schemas import object_schema
from tmf_server.registry.exposure import create_schema

CREATABLE = [noun for noun in nouns("create", "retrieve") if noun.exposure.entity.task in (None, "cancelProductOrder")]
PATCHABLE = nouns("patch", "retrieve")
Body = dict[str, Any]


def with_all_objects(noun: Noun) -> Body:
    """A body with the smallest object that the schema takes at every attribute that can hold one."""
    contract, schema = noun.exposure.contract, create_schema(noun.exposure)
    body = noun.body()
    for name, node in contract.properties(schema).items():
        target = object_schema(node)
        if name not in body and target is not None and is_object(contract, target):
            least = least_of(contract, target)
            body[name] = [least] if node.get("type") == "array" else least
    return body


def is_object(contract: Contract, schema: str) -> bool:
    return bool(contract.all_properties(schema))


def least_of(contract: Contract, schema: str) -> Body:
    """The smallest object of the schema; of alternatives, a reference."""
    choices = [one for one in contract.choices(schema) if "oneOf" not in contract.schemas[one]]
    return smallest(contract, min(choices, key=lambda one: "Ref" not in one) if len(choices) > 1 else choices[0])


def shown_in_both(client: httpx.Client, noun: Noun, id_: str) -> dict[str, Body]:
    """The record as each version shows it, fit for its document."""
    shown = {}
    for other in (one for one in nouns("retrieve") if one.exposure.entity is noun.exposure.entity):
        answer = client.get(f"{other.url}/{id_}")
        if answer.status_code == 200:  # a path may show other types only
            shown[other.version] = answer.json()
            assert unfit(other, noun.version, answer.json()) == [], str(other)
    return shown


def unfit(noun: Noun, posted: str, shown: Body) -> list[str]:
    """What is wrong with an answer by its document, but for what v4 demands and the record of v5 does not have."""
    record = Record(noun.exposure.contract.api, noun.exposure.schema, "")
    found = faults(record, noun.version, noun.exposure.schema, shown)
    lenient = (noun.version, posted) == ("v4", "v5")
    return [fault for fault in found if not lenient or not v5_lacks(record, shown, fault)]


@pytest.mark.parametrize("noun", CREATABLE, ids=str)
def test_the_least_of_everything_fits_both_versions(client: httpx.Client, noun: Noun) -> None:
    answer = client.post(noun.url, json=with_all_objects(noun))
    assert answer.status_code == 201, answer.text
    made = answer.json()
    before = shown_in_both(client, noun, made["id"])
    assert before[noun.version] == made
    for other in (one for one in PATCHABLE if one.exposure.entity is noun.exposure.entity and not one.exposure.types):
        patched = client.patch(f"{other.url}/{made['id']}", json={other.text_attribute: f"by {other.version}"})
        assert patched.status_code == 200, patched.text
        assert lasting(shown_in_both(client, noun, made["id"])[noun.version]) == lasting(made)


def lasting(document: Body) -> Body:
    """The document without what a patch of one text changes."""
    changing = {*TEXTS, "extension", "lastUpdate", "alarmChangedTime"}
    return {name: value for name, value in document.items() if name not in changing}
