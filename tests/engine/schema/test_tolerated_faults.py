"""A record that is legal in one version can be changed through the other: a patch is judged by what it brings."""

import copy
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.documents import Documents
from tests.support.nouns.every import Noun, nouns, registry
from tmf_server.contracts.contract import Contract
from tmf_server.errors import InvalidInput
from tmf_server.registry.exposure import Exposure, create_schema
from tmf_server.rest.patching.updates import change_schema
from tmf_server.rest.schema.difference import Difference, TooManyDifferencesError
from tmf_server.rest.schema.validation import Validators
from tmf_server.rest.schema.validation_errors import MOST_CHANGED

BOTH = [noun for noun in nouns("create", "patch", tasks=False) if noun.exposure.entity.name != "exportJob"]
DRAWN = pytest.mark.parametrize("noun", BOTH, ids=str)
SLOW = settings(deadline=None, max_examples=10, suppress_health_check=list(HealthCheck))

Document = dict[str, Any]


@cache
def validators(contract: Contract) -> Validators:
    return Validators([contract])


def schemas(noun: Noun) -> tuple[str, str]:
    return change_schema(noun.exposure, noun.operation("patch")), create_schema(noun.exposure)


def refusals(noun: Noun, before: Document, after: Document) -> list[str]:
    """The places of the faults that a change is refused for."""
    try:
        validators(noun.exposure.contract).changed(noun.exposure.contract, schemas(noun), before, after)
    except InvalidInput as error:
        return [fault.pointer for fault in error.faults]
    return []


def of_the_other_version(noun: Noun) -> list[Exposure]:
    kind = noun.exposure.entity.name
    found = [one for one in registry().shown_in(kind) if one.v5 != noun.exposure.v5]
    return [one for one in found if not one.types or one.types == noun.exposure.types]


@cache
def strangers(noun: Noun) -> st.SearchStrategy[Document]:
    """Records made through the other version, as this one shows them."""
    drawn = []
    for other in of_the_other_version(noun):
        made = Documents(other.contract, typed=other.v5).of(create_schema(other))
        drawn.append(made.map(other.view.accept).map(noun.exposure.view.show))
    return st.one_of(drawn)


def marked(value: Any) -> Any:
    """The value with one more attribute in each object."""
    if isinstance(value, dict):
        return {"x-mark": 1, **{name: marked(inner) for name, inner in value.items()}}
    return [marked(inner) for inner in value] if isinstance(value, list) else value


def turned(value: Any) -> Any:
    """The value with its arrays from the end to the start."""
    if isinstance(value, dict):
        return {name: turned(inner) for name, inner in value.items()}
    return value[::-1] if isinstance(value, list) else value


def objects(value: Any) -> Iterator[Document]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(inner)


@DRAWN
@SLOW
@given(data=st.data())
def test_a_change_of_what_is_right_passes(noun: Noun, data: st.DataObject) -> None:
    before = data.draw(strangers(noun))
    assert refusals(noun, before, before | {"x-mark": 1}) == []
    assert refusals(noun, before, marked(before)) == []
    assert refusals(noun, before, turned(before)) == []


@DRAWN
@SLOW
@given(data=st.data())
def test_what_is_taken_away_is_missed(noun: Noun, data: st.DataObject) -> None:
    before = data.draw(strangers(noun))
    after = copy.deepcopy(before)
    holder = data.draw(st.sampled_from([one for one in objects(after) if one]))
    del holder[data.draw(st.sampled_from(sorted(holder)))]
    if faulty_places(noun, after) - faulty_places(noun, before):
        assert refusals(noun, before, after)


def faulty_places(noun: Noun, document: Document) -> set[str]:
    return set(refusals(noun, {}, document))


NOTE = {
    "type": "object",
    "properties": {"text": {"type": "string"}, "author": {"type": "string"}},
    "required": ["author"],
}
THING = {
    "properties": {
        "name": {"type": "string"},
        "note": {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/Note"}},
        "tag": {"type": "array", "items": {"type": "string"}},
        "main": {"$ref": "#/components/schemas/Note"},
        "size": {"type": "integer"},
        "line": {"type": "array", "minItems": 3},
    },
    "required": ["name"],
}
SCHEMAS = {"Thing": THING, "Note": NOTE}
CONTRACT = Contract("TMF000", "v4", "/things", {"paths": {}, "components": {"schemas": SCHEMAS}})


def brought(before: Document, after: Document) -> list[str]:
    """The places of the faults that a change of a thing brings."""
    try:
        validators(CONTRACT).changed(CONTRACT, ("Thing",), before, after)
    except InvalidInput as error:
        return [fault.pointer for fault in error.faults]
    return []


A, B, C = ({"text": text, "x": [1, 2, 3]} for text in "abc")
FAULTY = {"note": [A, B], "tag": ["x", 5], "main": {"text": "m"}, "size": "big", "line": [1, 2, 3, 4, 5]}


@pytest.mark.parametrize(
    "after",
    [
        {"x": 1},
        {"note": [B, A]},
        {"note": [B]},
        {"note": [{"author": "me"}, A, B]},
        {"note": [A, {"author": "me"}, B]},
        {"note": [A, {**B, "text": "changed"}]},
        {"note": [{**A, "author": "me"}, B]},
        {"tag": ["new", "x", 5]},
        {"tag": [5]},
        {"main": {"text": "changed"}},
        {"main": {"text": "m", "author": "me"}},
        {"name": "at last"},
        {"line": [1, 2, 3, 4]},
    ],
)
def test_faults_that_were_there_are_let_be_wherever_they_move(after: Document) -> None:
    assert brought(FAULTY, FAULTY | after) == []


@pytest.mark.parametrize(
    ("after", "places"),
    [
        ({"note": [A, B, C]}, ["/note/2/author"]),
        ({"note": [C, A, B]}, ["/note/0/author"]),
        ({"note": [{"author": 1}, A, B]}, ["/note/0/author"]),
        ({"note": [{**A, "text": 5}, B]}, ["/note/0/text"]),
        ({"note": [A, B, 1]}, ["/note/2"]),
        ({"note": []}, ["/note"]),
        ({"note": {}}, ["/note"]),
        ({"tag": ["x", 6]}, ["/tag/1"]),
        ({"tag": ["x", 5, 5]}, ["/tag/2"]),
        ({"main": {"text": 1}}, ["/main/text"]),
        ({"main": 1}, ["/main"]),
        ({"name": 1}, ["/name"]),
        ({"size": "small"}, ["/size"]),
        ({"line": [1, 2]}, ["/line"]),
    ],
)
def test_faults_that_a_change_brings_are_refused_where_they_are(after: Document, places: list[str]) -> None:
    assert brought(FAULTY, FAULTY | after) == places


def test_what_a_change_puts_in_place_of_something_else_is_new() -> None:
    assert brought({"main": 1}, {"main": {"text": "m"}}) == ["/main/author"]
    assert brought({"note": 1}, {"note": [{}]}) == ["/note/0/author"]


def test_a_record_with_very_many_faults_can_be_changed_a_little() -> None:
    notes = [{"text": str(number)} for number in range(20_000)]
    before: Document = {"name": "x", "note": notes}
    assert brought(before, {"name": "y", "note": [*notes[5:], {"author": "me"}]}) == []
    assert brought(before, {"name": "y", "note": [*notes[5:], {"text": "z"}]}) == ["/note/19995/author"]


def test_a_change_of_very_much_of_a_record_with_faults_is_refused() -> None:
    before: Document = {"note": [{"text": str(number)} for number in range(MOST_CHANGED)]}
    after = {"note": [{"text": one["text"], "x": 1} for one in before["note"]]}
    with pytest.raises(InvalidInput, match=f"Change at most {MOST_CHANGED} values at once"):
        validators(CONTRACT).changed(CONTRACT, ("Thing",), before, after)
    assert brought({"name": "x"}, {"name": "x", **after})[0] == "/note/0/author", "what was right has no such bound"


def test_a_difference_is_cut_to_what_changed() -> None:
    old = [{"n": number, "deep": list(range(50))} for number in range(1000)]
    difference = Difference({"all": old}, {"all": [*old[:700], {**old[700], "x": 1}, *old[701:], {}]}, most=200)
    assert [one.get("n") for one in difference.after["all"]] == [700, 0, 1, None]
    assert [one.get("n") for one in difference.before["all"]] == [700, 0, 1, None]
    assert difference.after["all"][1]["deep"] == [0, 1]
    assert difference.original(("all", 0, "n")) == ("all", 700, "n")
    assert difference.original(("all", 3, "n")) == ("all", 1000, "n")
    assert difference.is_cut(("all",))
    assert [difference.is_new(("all", index)) for index in range(4)] == [False, False, False, True]
    assert difference.is_new(("all", 0, "x"))
    with pytest.raises(TooManyDifferencesError):
        Difference({}, {"all": old}, most=40)
