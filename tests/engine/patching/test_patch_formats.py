"""The media types of PATCH: RFC 7396, RFC 6902 with what is tolerated beyond it, and what bounds a patch."""

import copy
import json
from typing import Any

import jsonpatch
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmf_server.errors import Conflict, InvalidInput, Problem, TooLarge
from tmf_server.rest.body.jsonvalues import copied, depth_of, json_equal, merge
from tmf_server.rest.patching.jsonpatch import Bounds
from tmf_server.rest.patching.patch import JSON_PATCH, JSON_PATCH_QUERY, MERGE_PATCHES, apply_patch

NAMES = st.sampled_from(["a", "b", "note", "a/b", "m~n", ""]) | st.text(
    st.characters(codec="utf-8", exclude_characters="\1"), max_size=3
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats(-2, 2)
    | st.text(st.characters(codec="utf-8"), max_size=3)
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=15
)
DOCUMENTS = st.dictionaries(NAMES, VALUES, max_size=5)


def json_patch(document: dict[str, Any], *operations: dict[str, Any], **options: Any) -> dict[str, Any]:
    return apply_patch(JSON_PATCH, document, list(operations), **options)


# RFC 7396, appendix A: original, patch, result.
MERGES = [
    ('{"a":"b"}', '{"a":"c"}', '{"a":"c"}'),
    ('{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'),
    ('{"a":"b"}', '{"a":null}', "{}"),
    ('{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'),
    ('{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'),
    ('{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'),
    ('{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'),
    ('{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'),
    ('["a","b"]', '["c","d"]', '["c","d"]'),
    ('{"a":"b"}', '["c"]', '["c"]'),
    ('{"a":"foo"}', "null", "null"),
    ('{"a":"foo"}', '"bar"', '"bar"'),
    ('{"e":null}', '{"a":1}', '{"e":null,"a":1}'),
    ("[1,2]", '{"a":"b","c":null}', '{"a":"b"}'),
    ("{}", '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'),
]


@pytest.mark.parametrize(("original", "patch", "result"), MERGES)
def test_merge_patch_does_what_the_rfc_s_table_says(original: str, patch: str, result: str) -> None:
    assert merge(json.loads(original), json.loads(patch)) == json.loads(result)
    if original.startswith("{") and patch.startswith("{"):
        for media_type in MERGE_PATCHES:
            assert apply_patch(media_type, json.loads(original), json.loads(patch)) == json.loads(result)


@pytest.mark.parametrize("patch", [None, [], "x", 1])
def test_a_merge_patch_is_an_object(patch: Any) -> None:
    with pytest.raises(InvalidInput, match="JSON object"):
        apply_patch("application/json", {}, patch)


@given(DOCUMENTS, DOCUMENTS)
def test_a_merge_patch_applied_again_changes_nothing(document: dict[str, Any], patch: dict[str, Any]) -> None:
    before = copy.deepcopy((document, patch))
    once = apply_patch("application/merge-patch+json", document, patch)
    assert apply_patch("application/merge-patch+json", once, patch) == once
    assert (document, patch) == before


# RFC 6902, appendix A, without A.14 (an invalid document) and A.13 (an invalid patch): document, operations, result.
PATCHES: list[tuple[str, str, str, str | None]] = [
    ("A.1", '{"foo":"bar"}', '[{"op":"add","path":"/baz","value":"qux"}]', '{"baz":"qux","foo":"bar"}'),
    ("A.2", '{"foo":["bar","baz"]}', '[{"op":"add","path":"/foo/1","value":"qux"}]', '{"foo":["bar","qux","baz"]}'),
    ("A.3", '{"baz":"qux","foo":"bar"}', '[{"op":"remove","path":"/baz"}]', '{"foo":"bar"}'),
    ("A.4", '{"foo":["bar","qux","baz"]}', '[{"op":"remove","path":"/foo/1"}]', '{"foo":["bar","baz"]}'),
    ("A.5", '{"baz":"qux"}', '[{"op":"replace","path":"/baz","value":"boo"}]', '{"baz":"boo"}'),
    (
        "A.6",
        '{"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}}',
        '[{"op":"move","from":"/foo/waldo","path":"/qux/thud"}]',
        '{"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}}',
    ),
    (
        "A.7",
        '{"foo":["all","grass","cows","eat"]}',
        '[{"op":"move","from":"/foo/1","path":"/foo/3"}]',
        '{"foo":["all","cows","eat","grass"]}',
    ),
    (
        "A.8",
        '{"baz":"qux","foo":["a",2,"c"]}',
        '[{"op":"test","path":"/baz","value":"qux"},{"op":"test","path":"/foo/1","value":2}]',
        '{"baz":"qux","foo":["a",2,"c"]}',
    ),
    ("A.9", '{"baz":"qux"}', '[{"op":"test","path":"/baz","value":"bar"}]', None),
    (
        "A.10",
        '{"foo":"bar"}',
        '[{"op":"add","path":"/child","value":{"grandchild":{}}}]',
        '{"foo":"bar","child":{"grandchild":{}}}',
    ),
    ("A.11", '{"foo":"bar"}', '[{"op":"add","path":"/baz","value":"qux","xyz":123}]', '{"foo":"bar","baz":"qux"}'),
    ("A.12", '{"foo":"bar"}', '[{"op":"add","path":"/baz/bat","value":"qux"}]', None),
    ("A.14", '{"/":9,"~1":10}', '[{"op":"test","path":"/~01","value":10}]', '{"/":9,"~1":10}'),
    ("A.15", '{"/":9,"~1":10}', '[{"op":"test","path":"/~01","value":"10"}]', None),
    (
        "A.16",
        '{"foo":["bar"]}',
        '[{"op":"add","path":"/foo/-","value":["abc","def"]}]',
        '{"foo":["bar",["abc","def"]]}',
    ),
]


@pytest.mark.parametrize(("clause", "document", "patch", "result"), PATCHES, ids=[row[0] for row in PATCHES])
@pytest.mark.parametrize("media_type", [JSON_PATCH, JSON_PATCH_QUERY])
def test_json_patch_does_what_the_rfc_s_examples_say(
    media_type: str, clause: str, document: str, patch: str, result: str | None
) -> None:
    if result is None:
        with pytest.raises(Conflict, match="Operation 0 of the patch"):
            apply_patch(media_type, json.loads(document), json.loads(patch))
    else:
        assert apply_patch(media_type, json.loads(document), json.loads(patch)) == json.loads(result)


@given(DOCUMENTS, DOCUMENTS)
def test_a_patch_made_from_two_documents_leads_from_one_to_the_other(one: dict[str, Any], two: dict[str, Any]) -> None:
    patch = jsonpatch.make_patch(one, two).patch
    before = copy.deepcopy((one, patch))
    assert json_equal(json_patch(one, *patch), two)
    assert (one, patch) == before


POINTERS = st.sampled_from(
    ["", "/a", "/a/0", "/a/-", "/a/1/b", "/b/c", "/note", "/note/0/a", "a", ".b", "/a/01", "/x~2"]
)
ANYTHING = st.fixed_dictionaries(
    {},
    optional={
        "op": st.sampled_from(["add", "remove", "replace", "move", "copy", "test", "delete"]) | SCALARS,
        "path": POINTERS | SCALARS,
        "from": POINTERS | SCALARS,
        "value": VALUES,
    },
)


@given(DOCUMENTS, st.lists(ANYTHING | SCALARS, max_size=5), st.sampled_from([JSON_PATCH, JSON_PATCH_QUERY]))
def test_any_patch_is_applied_or_refused_and_changes_no_input(
    document: dict[str, Any], patch: list[Any], media_type: str
) -> None:
    before = copy.deepcopy((document, patch))
    try:
        result = apply_patch(media_type, document, patch)
    except (InvalidInput, Conflict):
        pass
    else:
        assert isinstance(result, dict)
        result.clear()
    assert (document, patch) == before


@given(DOCUMENTS, st.lists(ANYTHING, max_size=3))
def test_what_the_rfc_allows_gives_what_another_implementation_gives(
    document: dict[str, Any], patch: list[Any]
) -> None:
    try:
        expected = jsonpatch.apply_patch(copy.deepcopy(document), copy.deepcopy(patch))
    except Exception:  # noqa: BLE001 - it raises many kinds for bad patches, and those are compared elsewhere
        return
    if not isinstance(expected, dict) or tolerated(document, patch):
        return
    assert json_equal(json_patch(document, *patch), expected)


def tolerated(document: dict[str, Any], patch: list[dict[str, Any]]) -> bool:
    """Whether the patch may meet an array with an element to append, which is where the two differ on purpose."""
    return any(isinstance(value, list) for value in document.values()) or any(
        isinstance(one.get("value"), list | dict) or one.get("op") in ("move", "copy") for one in patch
    )


def test_an_element_added_at_an_array_is_appended() -> None:
    assert json_patch({"place": [{"id": "1"}]}, {"op": "add", "path": "/place", "value": {"id": "2"}}) == {
        "place": [{"id": "1"}, {"id": "2"}]
    }
    assert json_patch({"place": [1]}, {"op": "add", "path": "/place", "value": [2]}) == {"place": [2]}
    assert json_patch({"place": [1]}, {"op": "replace", "path": "/place", "value": 2}) == {"place": 2}
    assert json_patch({"a": [1], "b": 2}, {"op": "copy", "from": "/b", "path": "/a"}) == {"a": [1, 2], "b": 2}


def test_an_element_added_where_the_schema_has_an_array_begins_one() -> None:
    def is_array(path: tuple[str, ...]) -> bool:
        return path in (("place",), ("note", "tag"))

    add = {"op": "add", "path": "/place", "value": {"id": "1"}}
    assert json_patch({}, add, is_array=is_array) == {"place": [{"id": "1"}]}
    assert json_patch({}, add | {"value": [1]}, is_array=is_array) == {"place": [1]}
    assert json_patch({}, add | {"path": "/name"}, is_array=is_array) == {"name": {"id": "1"}}
    assert json_patch({"note": [{}]}, add | {"path": "/note/0/tag"}, is_array=is_array) == {
        "note": [{"tag": [{"id": "1"}]}]
    }
    assert json_patch({}, add) == {"place": {"id": "1"}}


def test_an_absent_attribute_is_replaced_by_adding_it() -> None:
    replace = {"op": "replace", "path": "/validFor/endDateTime", "value": "x"}
    assert json_patch({"validFor": {}}, replace) == {"validFor": {"endDateTime": "x"}}
    with pytest.raises(Conflict, match="'validFor' is missing"):
        json_patch({}, replace)


@pytest.mark.parametrize("path", ["state", ".state", "/state"])
@pytest.mark.parametrize("media_type", [JSON_PATCH, JSON_PATCH_QUERY])
def test_a_missing_slash_and_a_leading_dot_are_tolerated(media_type: str, path: str) -> None:
    assert apply_patch(media_type, {"state": "a"}, [{"op": "replace", "path": path, "value": "b"}]) == {"state": "b"}


def test_a_question_mark_is_part_of_a_name_in_a_plain_json_patch() -> None:
    assert json_patch({"a?b=c": 1}, {"op": "replace", "path": "/a?b=c", "value": 2}) == {"a?b=c": 2}


@pytest.mark.parametrize(
    ("operation", "pointer", "told"),
    [
        (1, "/0", "an object with op and path"),
        ({"path": "/a"}, "/0/op", "one of add, replace, test, remove, move, copy"),
        ({"op": "delete", "path": "/a"}, "/0/op", "one of add"),
        ({"op": ["add"], "path": "/a"}, "/0/op", "one of add"),
        ({"op": "add", "path": "/a"}, "/0/value", "add needs it"),
        ({"op": "copy", "path": "/a"}, "/0/from", "copy needs it"),
        ({"op": "remove"}, "/0/path", "a JSON pointer"),
        ({"op": "remove", "path": 1}, "/0/path", "a JSON pointer"),
        ({"op": "move", "from": None, "path": "/a"}, "/0/from", "a JSON pointer"),
        ({"op": "remove", "path": "/a~2"}, "/0/path", "~0"),
        ({"op": "remove", "path": "/a" * 65}, "/0/path", "at most 64 parts"),
        ({"op": "remove", "path": "/" + "a" * 2000}, "/0/path", "at most 2000 characters"),
        ({"op": "add", "path": "/\1v4", "value": 1}, "/0/path", "U+0001"),
        ({"op": "add", "path": "/part/href", "value": "\1category/1"}, "/0/path", "U+0001"),
        ({"op": "copy", "from": "/text", "path": "/part/href"}, "/0/path", "U+0001"),
        ({"op": "remove", "path": ""}, "/0/path", "DELETE"),
        ({"op": "move", "from": "/part", "path": "/part/inner"}, "/0/path", "not inside"),
    ],
)
def test_a_wrong_operation_is_named_with_what_it_needs(operation: Any, pointer: str, told: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        json_patch({"part": {"href": "\1part/1"}, "text": "\1category/1"}, operation)
    (fault,) = caught.value.faults
    assert fault.pointer == pointer
    assert told in fault.expected


def test_a_stored_href_may_be_moved_and_copied_as_an_href() -> None:
    document = {"one": {"href": "\1part/1"}, "many": [{"href": "\1part/2"}]}
    assert json_patch(document, {"op": "copy", "from": "/one", "path": "/many/-"})["many"][1] == {"href": "\1part/1"}
    moved = json_patch(document, {"op": "move", "from": "/many/0/href", "path": "/one/href"})
    assert moved == {"one": {"href": "\1part/2"}, "many": [{}]}


@pytest.mark.parametrize("patch", [{}, None, "x", {"op": "remove", "path": "/a"}])
def test_a_json_patch_is_an_array(patch: Any) -> None:
    with pytest.raises(InvalidInput, match="array of operations"):
        apply_patch(JSON_PATCH, {}, patch)


def test_the_record_stays_an_object() -> None:
    assert json_patch({"a": 1}, {"op": "replace", "path": "", "value": {"b": 2}}) == {"b": 2}
    with pytest.raises(InvalidInput, match="in the place of the record"):
        json_patch({"a": 1}, {"op": "replace", "path": "", "value": []})


@pytest.mark.parametrize(
    ("operation", "told"),
    [
        ({"op": "remove", "path": "/b"}, "'b' is missing"),
        ({"op": "remove", "path": "/a/2"}, "beyond the end"),
        ({"op": "add", "path": "/a/4", "value": 1}, "beyond the end"),
        ({"op": "replace", "path": "/a/-", "value": 1}, "an index and not '-'"),
        ({"op": "add", "path": "/a/x", "value": 1}, "an index and not 'x'"),
        ({"op": "add", "path": "/a/00", "value": 1}, "an index and not '00'"),
        ({"op": "add", "path": "/s/x", "value": 1}, "neither an object nor an array"),
        ({"op": "add", "path": "/s/x/y", "value": 1}, "is missing"),
        ({"op": "test", "path": "/a/0", "value": True}, "another value"),
        ({"op": "test", "path": "/b", "value": 1}, "is missing"),
    ],
)
def test_what_the_record_does_not_allow_is_a_conflict(operation: dict[str, Any], told: str) -> None:
    with pytest.raises(Conflict, match=told) as caught:
        json_patch({"a": [1, 2], "s": "text"}, operation)
    assert caught.value.message == "/0/path"


def test_a_later_operation_that_fails_is_named_and_nothing_is_changed() -> None:
    document = {"a": 1}
    with pytest.raises(Conflict, match="Operation 1 of the patch"):
        json_patch(document, {"op": "remove", "path": "/a"}, {"op": "test", "path": "/a", "value": 1})
    assert document == {"a": 1}


def test_values_put_in_twice_are_not_the_same_object() -> None:
    value: dict[str, Any] = {"x": []}
    result = json_patch(
        {},
        {"op": "add", "path": "/a", "value": value},
        {"op": "copy", "from": "/a", "path": "/b"},
        {"op": "add", "path": "/b/x/-", "value": 1},
    )
    assert result == {"a": {"x": []}, "b": {"x": [1]}}
    assert value == {"x": []}


@pytest.mark.parametrize(
    "operations",
    [
        [{"op": "copy", "from": "/a", "path": "/a/-"}] * 60,
        [{"op": "copy", "from": "", "path": "/a/-"}] * 60,
        [{"op": "add", "path": f"/k{n}", "value": "x" * 50_000} for n in range(60)],
    ],
)
def test_a_patch_that_blows_the_record_up_is_stopped(operations: list[dict[str, Any]]) -> None:
    with pytest.raises((TooLarge, InvalidInput)):
        json_patch({"a": ["x" * 1000]}, *operations, bounds=Bounds(size=1_000_000))


def test_the_record_may_not_outgrow_its_bounds_by_any_kind_of_patch() -> None:
    bounds = Bounds(size=1000, depth=5)
    with pytest.raises(TooLarge):
        apply_patch("application/json", {"a": "x" * 600}, {"b": "x" * 600}, bounds=bounds)
    with pytest.raises(TooLarge):
        json_patch({"a": "x" * 600}, {"op": "add", "path": "/b", "value": "x" * 600}, bounds=bounds)
    deep = {"op": "add", "path": "/a/b/c", "value": {"d": {"e": {}}}}
    with pytest.raises(InvalidInput) as caught:
        json_patch({"a": {"b": {}}}, deep, bounds=bounds)
    assert "5 levels" in caught.value.faults[0].expected
    assert json_patch({"a": {"b": {}}}, deep | {"value": {"d": {}}}, bounds=bounds)


def test_a_patch_has_a_bounded_number_of_operations() -> None:
    tests = [{"op": "test", "path": "/a", "value": 1}] * 1001
    assert json_patch({"a": 1}, *tests[:1000]) == {"a": 1}
    with pytest.raises(InvalidInput, match="at most 1000 operations"):
        json_patch({"a": 1}, *tests)


@given(VALUES)
def test_json_values_are_measured_copied_and_compared(value: Any) -> None:
    assert depth_of(value) == (
        0
        if not isinstance(value, dict | list)
        else 1 + max(map(depth_of, value.values() if isinstance(value, dict) else value), default=0)
    )
    assert json_equal(copied(value), value)
    assert not json_equal(value, [value])
    assert json_equal(1, 1.0)
    assert not json_equal(1, True)
    assert not json_equal([0], [False])


def test_a_problem_of_a_patch_tells_what_to_mend() -> None:
    for patch in ([{"op": "add"}], [{"op": "test", "path": "/x", "value": 1}]):
        with pytest.raises(Problem) as caught:
            apply_patch(JSON_PATCH, {}, patch)
        assert caught.value.message.startswith("/0/")
