"""TM Forum's own examples against the schemas that are served: what they publish, a client may send."""

import copy
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.published import (
    FOUND,
    MISSING,
    Example,
    answer_examples,
    defective_examples,
    request_examples,
)
from tmf_server.apis.families import APIS
from tmf_server.contracts.contract import Contract
from tmf_server.contracts.loading import load_contracts
from tmf_server.errors import InvalidInput
from tmf_server.resources import openapi_dir
from tmf_server.rest.schema.schemas import Definitions
from tmf_server.rest.schema.validation import Validators


@cache
def served() -> dict[str, Contract]:
    return {one.name: one for one in load_contracts(openapi_dir(), APIS) if one.version == "v5"}


@cache
def validators() -> Validators:
    return Validators(served().values())


def checkable() -> list[Example]:
    if not FOUND:
        return []
    return [one for one in (*request_examples(), *answer_examples()) if "json-patch" not in one.media_type]


@pytest.mark.skipif(not FOUND, reason=MISSING)
@pytest.mark.parametrize("example", checkable(), ids=str)
def test_published_examples_are_taken_unless_the_documentation_calls_them_defective(example: Example) -> None:
    contract = served()[example.document]
    operation = contract.operations[example.operation]
    schema = operation.response_schema if example.status else operation.request_schemas[example.media_type]
    assert schema is not None
    documents = example.value if isinstance(example.value, list) else [example.value]
    judge = refusal if example.status or operation.verb == "patch" else rejection
    refused = [document for document in documents if judge(contract, schema, document)]
    assert bool(refused) == (str(example) in defective_examples())


def refusal(contract: Contract, schema: str, document: Any) -> InvalidInput | None:
    """Why the schema does not allow a document; None where it does."""
    try:
        validators().check(contract, schema, document)
    except InvalidInput as error:
        return error
    return None


def rejection(contract: Contract, schema: str, body: Any) -> InvalidInput | None:
    """Why a server does not take a body; None where it does."""
    operation = next(one for one in contract.operations.values() if schema in one.request_schemas.values())
    take = validators().created if operation.verb == "create" else validators().accepted
    try:
        made = take(contract, schema, copy.deepcopy(body))
    except InvalidInput as error:
        return error
    assert refusal(contract, schema, made) is None
    return None


@pytest.mark.skipif(not FOUND, reason=MISSING)
def test_every_published_example_is_looked_at() -> None:
    assert len(request_examples()) == 140
    json_patches = {str(one) for one in request_examples() if "json-patch" in one.media_type}
    assert defective_examples() <= {str(one) for one in checkable()} | json_patches


JUNK = (
    "null",
    "0",
    "-1",
    "1.5",
    '""',
    '"x"',
    '"2026-13-01"',
    "true",
    "[]",
    "{}",
    "[1]",
    '{"@type":"Odd"}',
    '{"@type":1}',
)


@pytest.mark.skipif(not FOUND, reason=MISSING)
@settings(deadline=None)
@given(data=st.data())
def test_damaged_examples_get_faults_that_point_at_something(data: st.DataObject) -> None:
    example = data.draw(st.sampled_from([one for one in checkable() if not one.status]), "example")
    contract = served()[example.document]
    schema = contract.operations[example.operation].request_schemas[example.media_type]
    assert schema is not None
    document = copy.deepcopy(example.value)
    for place, junk in data.draw(st.lists(st.tuples(st.integers(0, 500), st.sampled_from(("", *JUNK))), min_size=1)):
        damage(document, place, junk)
    refused = refusal(contract, schema, document)
    if refused is None:
        assert jsonschema.Draft202012Validator(Definitions(contract.schemas).root(schema)).is_valid(document)
        return
    assert refused.faults
    for fault in refused.faults:
        follow(document, fault.pointer)


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(node, dict | list):
        for key in list(node) if isinstance(node, dict) else range(len(node)):
            yield node, key
            yield from places(node[key])


def damage(document: Any, place: int, junk: str) -> None:
    found = list(places(document))
    if not found:
        return
    holder, key = found[place % len(found)]
    if junk:
        holder[key] = json.loads(junk)
    else:
        del holder[key]


def follow(document: Any, pointer: str) -> None:
    """Walk the pointer; only its last part may be missing, and only from an object."""
    parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    for index, part in enumerate(parts):
        if isinstance(document, list):
            document = document[int(part)]
        elif part in document:
            document = document[part]
        else:
            assert index == len(parts) - 1, f"{pointer} points nowhere in {json.dumps(document)[:200]}"
