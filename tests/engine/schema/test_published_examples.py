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

from tests.support.published import FOUND, MISSING, Example, answer_examples, request_examples
from tmf_server.apis.families import APIS
from tmf_server.contracts.contract import Contract
from tmf_server.contracts.loading import load_contracts
from tmf_server.errors import InvalidInput
from tmf_server.resources import openapi_dir
from tmf_server.rest.schema.schemas import Definitions
from tmf_server.rest.schema.validation import Validators

# Examples of the published documents that their own schemas do not allow, with what is wrong.
DEFECTIVE = {
    "TMF620/v5-createProductOffering-Product_Offering_Create_example": "a reference is labelled ProductOfferingPrice",
    "TMF620/v5-createProductSpecification-Product_Specification_Create_example": '"8" stands under a number type',
    "TMF622/v5-createProductOrder-CreateProductOrder_with_intent_specification": "an intent lacks what it requires",
    "TMF678/v5-customerBillCreateEvent-CustomerBillCreateEvent": "an attachment's size is a number, not a Quantity",
    "TMF620/v5-listProductSpecification-200-ProductSpecification_list_example": '"8" stands under a number type',
    "TMF620/v5-createProductSpecification-201-Product_Specification_Create_example": '"8" stands under a number type',
    "TMF622/v5-createProductOrder-201-CreateProductOrder_with_intent_specification": "an expression is an object",
    "TMF622/v5-retrieveProductOrder-200-retrieveProductOrderById2": "a product relationship has no id",
    "TMF642/v5-createAckAlarm-201-AckAlarm_create_example_01": '"Equipment Alarm" is none of the alarm types',
    "TMF678/v5-patchCustomerBill-200-Customer_Bill_Update_Implied_Merge": "an attachment's size is a number",
    "TMF678/v5-patchCustomerBill-200-Customer_Bill_Update_Patch_Merge": "an attachment's size is a number",
    "TMF678/v5-retrieveBillCycle-200-BillCycle_retrieve_example": "2020-01-00 is no day",
}


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
def test_published_examples_are_accepted_unless_they_are_defective(example: Example) -> None:
    contract = served()[example.document]
    operation = contract.operations[example.operation]
    schema = operation.response_schema if example.status else operation.request_schemas[example.media_type]
    assert schema is not None
    documents = example.value if isinstance(example.value, list) else [example.value]
    refused = [document for document in documents if refusal(contract, schema, document)]
    assert bool(refused) == (str(example) in DEFECTIVE)


def refusal(contract: Contract, schema: str, document: Any) -> InvalidInput | None:
    try:
        validators().check(contract, schema, document)
    except InvalidInput as error:
        return error
    return None


@pytest.mark.skipif(not FOUND, reason=MISSING)
def test_every_published_example_is_looked_at() -> None:
    assert len(request_examples()) == 140
    assert set(DEFECTIVE) <= {str(one) for one in checkable()}


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
