"""TM Forum's published examples, and our own, seen through the other version."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from tests.support.published import FOUND, MISSING, documents
from tests.support.views import RECORDS, Record, faults, view
from tmf_server.contracts import yaml12
from tmf_server.resources import openapi_dir
from tmf_server.rest.versions.views import V5View

NOT_WHOLE = {
    "retrieveProductOrderByListwith_FieldsSelection_response": "shows a selection of fields",
    "updateProductOrder_using_application-json_request": "is a patch, which leaves out what stays",
    "updateProductOrder_using_merge-patch_json_request": "is a patch, which leaves out what stays",
}
LACKING = {
    "Create_Service_request": "a feature has no featureCharacteristic, which v4 demands",
    "Service_List_example_response": "a feature has no featureCharacteristic, which v4 demands",
    "Service_retrieve_example_response": "a feature has no featureCharacteristic, which v4 demands",
}


def records_in(value: Any) -> Iterator[Any]:
    """The documents of an example: one, or the elements of a list."""
    yield from value if isinstance(value, list) else [value]


def plain(document: Any) -> Any:
    """The document as a request would bring it: instants are text in JSON."""
    return orjson.loads(orjson.dumps(document))


def v5_examples() -> Iterator[Any]:
    for record in RECORDS:
        if record.v4 in ("PhysicalResource", "LogicalResource"):
            continue  # seen as Resource
        components = documents()[f"{record.api}/v5"]["components"] if FOUND else {}
        for name, example in components.get("examples", {}).items():
            found = [one for one in records_in(example.get("value")) if is_of(record, one)]
            if found and name not in NOT_WHOLE:
                yield pytest.param(record, name, found, id=f"{record}-{name}")


def is_of(record: Record, document: Any) -> bool:
    return isinstance(document, dict) and record.v5 in (document.get("@type"), document.get("@baseType"))


def v4_examples() -> Iterator[Any]:
    for record in RECORDS:
        path = openapi_dir() / "examples" / "v4" / f"{record.api}.yaml"
        examples = yaml12.load(path)
        for name, example in examples.get(f"create{record.v4}", {}).get("application/json", {}).items():
            yield pytest.param(record, example["value"], id=f"{record}-{name}")


@pytest.mark.skipif(not FOUND, reason=MISSING)
@pytest.mark.parametrize(("record", "name", "examples"), list(v5_examples()))
def test_a_published_example_is_valid_in_v4_and_comes_back(record: Record, name: str, examples: list[Any]) -> None:
    for document in map(plain, examples):
        if faults(record, "v5", record.v5, document):
            continue  # it is wrong itself; the tests of what is accepted name these
        shown = view(record).show(document)
        found = faults(record, "v4", record.v4, shown)
        assert [fault for fault in found if name not in LACKING] == []
        assert all("featureCharacteristic" in fault for fault in found)
        assert view(record).accept(shown, document) is document
        assert faults(record, "v5", record.v5, V5View().show(view(record).accept(shown))) == []


@pytest.mark.parametrize(("record", "document"), list(v4_examples()))
def test_our_v4_examples_are_valid_in_v5(record: Record, document: Any) -> None:
    stored = view(record).accept(plain(document))
    assert faults(record, "v5", record.v5, V5View().show(stored)) == []
