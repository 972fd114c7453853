"""JSON Patch Query: paths that pick array elements by what they hold (TMF630 parts 5 and 6)."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.published import FOUND, MISSING, Example, answer_examples, defective_examples, request_examples
from tmf_server.apis.families import APIS
from tmf_server.contracts.contract import Contract
from tmf_server.contracts.loading import load_contracts
from tmf_server.errors import Conflict, InvalidInput, NotSupported
from tmf_server.resources import openapi_dir
from tmf_server.rest.patching.patch import JSON_PATCH, JSON_PATCH_QUERY, apply_patch
from tmf_server.rest.patching.updates import arrays_of, check_result
from tmf_server.rest.schema.validation import Validators

ORDER: dict[str, Any] = {
    "id": "42",
    "state": "held",
    "priority": 1,
    "note": [
        {"id": "7", "author": "Ada", "date": "2026-05-13T00:00:00Z", "text": "first"},
        {"id": "8", "author": "Grace Hopper", "read": True, "rank": 2.5},
    ],
    "item": [
        {
            "quantity": 1,
            "offering": {"id": "1513"},
            "party": [{"role": "payer", "name": "Ada"}, {"role": "user", "name": "Bob"}],
            "tags": ["new", "hot"],
        },
        {"quantity": 2, "offering": {"id": "1513"}, "party": [{"role": "payer", "name": "Bob"}], "tags": []},
        {"quantity": 3, "offering": {"id": "99"}},
    ],
}


def query(path: str, op: str = "replace", value: Any = "NEW", document: Any = ORDER) -> dict[str, Any]:
    before = copy.deepcopy(document)
    result = apply_patch(JSON_PATCH_QUERY, document, [{"op": op, "path": path, "value": value}])
    assert document == before
    return result


def quantities(result: dict[str, Any]) -> list[Any]:
    return [item["quantity"] for item in result["item"]]


@pytest.mark.parametrize(
    "path",
    [
        "/note/text?note.id=7",
        "/note/text?id=7",
        "/note/text?note.author=Ada",
        "/note/text?note.author='Ada'",
        "/note/text?note.id=7&note.author=Ada",
        "/note/text?note.date=2026-05-13T02:00:00%2B02:00",
        "/note/0/text",
        "note[?(@.id=='7')].text",
        "$.note[?(@.id=='7')].text",
        ".note[?(@.id=='7')].text",
        "/note[?(@.id=='7')].text",
        "$['note'][?(@['id']=='7')]['text']",
        "$.note[0].text",
        "note[?(@.date=='2026-05-13T00:00:00.000Z')].text",
        "note[?(@.author=='Ada' && !(@.read==true))].text",
        "note[?(!@.read)].text",
        "note[?(@.author =~ /^a.a$/i)].text",
        "note[?('Ada'==@.author)].text",
        "note[?(@.date < '2026-06-01T00:00:00Z')].text",
    ],
)
def test_an_attribute_of_the_element_that_the_query_picks_is_replaced(path: str) -> None:
    result = query(path)
    assert [note.get("text") for note in result["note"]] == ["NEW", None]


@pytest.mark.parametrize(
    "path",
    [
        "/note?note.author=Grace Hopper",
        "/note?note.author=Grace%20Hopper",
        "/note?id=8",
        "/note?read=true",
        "/note?rank=2.50",
        "note[?(@.author=='Grace Hopper')]",
        "note[?(@.rank>=2.5)]",
        "note[?(@.read)]",
        "note[?(@.id!='7')]",
        "note[?(@.date!='2026-05-13T00:00:00.000Z')]",
        "note[?(@.date==null)]",
        "note[1]",
    ],
)
def test_a_picked_element_is_removed(path: str) -> None:
    assert [note["id"] for note in query(path, "remove")["note"]] == ["7"]


def test_several_elements_are_changed_and_removed_at_once() -> None:
    assert quantities(query("/item/quantity?item.offering.id=1513", value=25)) == [25, 25, 3]
    assert quantities(query("/item?item.offering.id=1513", "remove")) == [3]
    assert quantities(query("item[?(@.offering.id=='1513')]", "remove")) == [3]
    assert quantities(query("item[*].quantity", value=0)) == [0, 0, 0]


def test_conditions_along_an_array_hold_for_some_element_of_it() -> None:
    apart = "/item/quantity?item.offering.id=1513&item.party.role=payer&item.party.name=Bob"
    assert quantities(query(apart, value=25)) == [25, 25, 3], "written apart: the first has a payer, and a Bob"
    together = "item[?(@.offering.id=='1513' && @.party[?(@.role=='payer' && @.name=='Bob')])].quantity"
    assert quantities(query(together, value=25)) == [1, 25, 3]
    assert quantities(query("item[?(@.party.name=='Bob' || @.offering.id=='99')].quantity", value=0)) == [0, 0, 0]


def test_an_object_put_on_a_picked_element_is_merged_into_it() -> None:
    for op in ("add", "replace"):
        for path in ("/note?id=8", "note[?(@.id=='8')]"):
            result = query(path, op, {"text": "seen", "rank": None})
            assert result["note"][1] == {"id": "8", "author": "Grace Hopper", "read": True, "text": "seen"}
    assert query("note[1]", "replace", {"text": "all"})["note"][1] == {"text": "all"}, "an index is no query"
    assert query("/note/1", "replace", {"text": "all"})["note"][1] == {"text": "all"}


def test_a_condition_on_the_outer_element_leaves_the_inner_array_whole() -> None:
    result = query("/item/party?item.quantity=1", "add", {"role": "owner"})
    assert [len(item.get("party", ())) for item in result["item"]] == [3, 1, 0]
    assert query("/item/tags?item.quantity=1", "add", "old")["item"][0]["tags"] == ["new", "hot", "old"]
    assert "tags" not in query("/item/tags?item.quantity=1", "remove")["item"][0]


def test_a_condition_on_the_last_name_picks_its_elements() -> None:
    result = query("/item/tags?item.quantity=1&item.tags=hot", "remove")
    assert result["item"][0]["tags"] == ["new"]
    result = query("/item/party?item.quantity=1&item.party.role=user", "remove")
    assert result["item"][0]["party"] == [{"role": "payer", "name": "Ada"}]
    assert query("item[?(@.quantity==1)].tags[?(@=='hot')]", "remove")["item"][0]["tags"] == ["new"]


def test_a_condition_on_the_attribute_itself_guards_it() -> None:
    assert query("/state?state=held", value="done")["state"] == "done"
    assert query("/state?priority=1", value="done")["state"] == "done"
    for path in ("/state?state=done", "/state?priority=2", "/state?priority=one", "/state?missing=1"):
        with pytest.raises(Conflict, match="matches nothing"):
            query(path)


def test_the_array_s_path_before_a_value_is_tolerated() -> None:
    document = {"spec": [{"value": [{"value": "Black", "isDefault": True}, {"value": "White"}]}]}
    patch = [
        {"op": "replace", "path": "/spec/value/isDefault?value=/spec/value/Black", "value": False},
        {"op": "replace", "path": "/spec/value/isDefault?value=/spec/value/White", "value": True},
    ]
    result = apply_patch(JSON_PATCH_QUERY, document, patch)
    assert [one["isDefault"] for one in result["spec"][0]["value"]] == [False, True]


@pytest.mark.parametrize(
    "path",
    [
        "/note?id=42",
        "/note/text?id=42",
        "/note?id=9",
        "/note?read=1",
        "/note?rank=many",
        "/note?note.date=noT",
        "/item?party=payer",
        "/note/x/y?note.id=7",
        "/nothing?id=1",
        "note[?(@.id==7)]",
        "note[?(@.id=='7' && @.id=='8')]",
        "note[7]",
        "state[?(@.x=='y')]",
        "note[?(@.author==null)]",
    ],
)
@pytest.mark.parametrize("op", ["replace", "remove", "test"])
def test_a_query_that_matches_nothing_is_a_conflict(path: str, op: str) -> None:
    with pytest.raises(Conflict, match=r"matches nothing|beyond the end"):
        query(path, op)


def test_a_record_s_own_id_picks_no_elements() -> None:
    document = {"id": "7", "note": [{"text": "a"}]}
    with pytest.raises(Conflict):
        query("/note?id=7", "remove", document=document)


def test_test_wants_the_value_at_every_place() -> None:
    assert query("/item/offering/id?item.quantity=3", "test", "99") == ORDER
    with pytest.raises(Conflict, match="another value"):
        query("/item/offering/id?item.offering.id=1513&item.quantity=1", "test", "99")


def test_copy_and_move_take_one_place() -> None:
    operation = {"op": "copy", "from": "note[?(@.id=='7')].text", "path": "/note/text?note.id=8"}
    assert apply_patch(JSON_PATCH_QUERY, ORDER, [operation])["note"][1]["text"] == "first"
    for change in ({"from": "item[*].quantity"}, {"path": "item[*].quantity"}):
        with pytest.raises(Conflict, match="one place each"):
            apply_patch(JSON_PATCH_QUERY, ORDER, [operation | change])


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("?id=7", "a path in front of the ?"),
        ("/note?", "name=value"),
        ("/note?id", "name=value"),
        ("/note?=7", "name=value"),
        ("/note?id=7&", "name=value"),
        ("/item/quantity?item.party[?(@.role=='x')]", "a JSONPath such as note"),
        ("/note[?(@.id=='7')]/text", "a JSONPath such as note"),
        ("$", "names an attribute"),
        ("note[?(@.id=='7')", "a JSONPath such as note"),
        ("note[?(@.id=)]", "a JSONPath such as note"),
        ("note[?(@.id=~/(a/)]", "regular expression"),
        ("note[?(@.id=~/" + "a" * 201 + "/)]", "at most 200 characters"),
        ("note[?(@.id=~/a(?=b)/)]", "regular expression"),
        ("note[?(" + "(" * 500 + "@.a" + ")" * 500 + ")]", "a JSONPath such as note"),
        ("note[?(@.id in ['7'])]", "a JSONPath such as note"),
        ("note[?(@.id==['7'])]", "a JSONPath such as note"),
        ("note[?(nothing(@.text)>1)]", "a JSONPath such as note"),
        ("$.note | $.item", "a JSONPath such as note"),
        (r"note['\ud800']", "half of a surrogate pair"),
        (r"note[?(@.id=='\u0000')]", "NUL"),
        ("a" + ".a" * 64 + "[*]", "at most 64 parts"),
        ("x" * 2001, "at most 2000 characters"),
    ],
)
def test_a_path_that_is_wrong_is_refused_with_what_is_taken(path: str, told: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        query(path)
    (fault,) = caught.value.faults
    assert fault.pointer == "/0/path"
    assert told in fault.expected


@pytest.mark.parametrize(
    "path",
    [
        "$..note",
        "$.note..text",
        "note[0:2]",
        "note[-1]",
        "note[0,1]",
        "note[?(@..id=='7')]",
        "note[?(@[0]=='7')]",
        "note[?(@.id==@.author)]",
        "note[?($.id=='7')]",
        "note[?(@.read > null)]",
        "note[?(length(@.text)>1)]",
    ],
)
def test_a_path_that_is_right_and_not_built_is_not_supported(path: str) -> None:
    with pytest.raises(NotSupported):
        query(path)


def test_a_regular_expression_cannot_stall_the_server() -> None:
    document = {"note": [{"text": "a" * 5000 + "!"}]}
    with pytest.raises(Conflict):
        query("note[?(@.text =~ /^(a+)+$/)]", "remove", document=document)


PIECES = st.sampled_from(
    [
        "/",
        "note",
        ".",
        "[",
        "]",
        "?",
        "(",
        ")",
        "@",
        "==",
        "'7'",
        "=",
        "&",
        "id",
        "*",
        "0",
        "$",
        "'",
        "/a/",
        "=~",
        "!",
        "~1",
    ]
)


@given(st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=12), st.sampled_from(["add", "remove", "test"]))
def test_any_path_is_taken_or_refused(path: str, op: str) -> None:
    try:
        result = query(path, op)
    except (InvalidInput, Conflict, NotSupported):
        return
    assert isinstance(result, dict)


# What an example needs that no published record of its noun has.
RECORDS: dict[str, dict[str, Any]] = {
    "Product_Offering_Price_Update_JSON_Patch_Query": {"@type": "ProductOfferingPrice", "place": [{"id": "2807"}]},
    "Alarm_partialupdate_example_31": {
        "@type": "Alarm",
        "parentAlarm": [{"@type": "AlarmRef", "id": "556698533215846321"}],
    },
}


def published() -> list[Example]:
    return [one for one in request_examples() if one.operation.startswith("patch")] if FOUND else []


def records(example: Example) -> list[dict[str, Any]]:
    """Published records of the example's noun, as it is read, listed and created."""
    if example.name in RECORDS:
        return [RECORDS[example.name]]
    noun = example.operation.removeprefix("patch")
    wanted = {f"{verb}{noun}" for verb in ("retrieve", "list", "create")}
    answers = [one.value for one in answer_examples() if one.document == example.document and one.operation in wanted]
    return [record for value in answers for record in (value if isinstance(value, list) else [value])]


@pytest.fixture(scope="module")
def served() -> dict[str, Contract]:
    return {one.name: one for one in load_contracts(openapi_dir(), APIS) if one.version == "v5"}


@pytest.fixture(scope="module")
def validators(served: dict[str, Contract]) -> Validators:
    return Validators(served.values())


@pytest.mark.skipif(not FOUND, reason=MISSING)
@pytest.mark.parametrize("example", published(), ids=str)
def test_published_patches_change_published_records_into_valid_ones(
    example: Example, served: dict[str, Contract], validators: Validators
) -> None:
    contract = served[example.document]
    operation = contract.operations[example.operation]
    schema = operation.request_schemas["application/json"]
    assert schema is not None
    assert operation.response_schema is not None
    creates = [one for one in contract.operations.values() if (one.noun, one.verb) == (operation.noun, "create")]
    schemas = [schema, *(str(one.request_schemas["application/json"]) for one in creates)]
    if str(example) in defective_examples():
        with pytest.raises(InvalidInput):
            apply_patch(example.media_type, {}, example.value)
        return
    changed = 0
    for record in records(example):
        try:
            result = apply_patch(example.media_type, record, example.value, is_array=arrays_of(contract, schema))
            check_result(contract, operation.response_schema, schema, record, result)
            result = validators.changed(contract, schemas, record, result)
        except (Conflict, InvalidInput):
            continue  # this record lacks what the example changes, or is defective itself
        changed += result != record
    assert changed, "no published record takes the patch"


@pytest.mark.skipif(not FOUND, reason=MISSING)
def test_every_published_patch_is_looked_at() -> None:
    assert len(published()) == 45
    assert {one.media_type for one in published()} >= {JSON_PATCH, JSON_PATCH_QUERY}
