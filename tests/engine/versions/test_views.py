"""The lens between two versions of a record: nothing is lost, and what is not changed stays as it is."""

import copy
import json
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.documents import Documents
from tests.support.views import RECORDS, Record, contract, faults, v5_lacks, view, without_added_types
from tmf_server.rest.versions.extras import holds_residue, strip
from tmf_server.rest.versions.views import V5View
from tmf_server.rules.canonical import V4_EXTRAS

EVERY_RECORD = pytest.mark.parametrize("record", RECORDS, ids=str)
ALIKE = frozenset({"UnAckAlarms", "ClearAlarms", "CommentAlarms", "UnGroupAlarms"})
"""Tasks that look like AckAlarms."""
DRAWN = pytest.mark.parametrize("record", [one for one in RECORDS if one.v4 not in ALIKE], ids=str)
SLOW = settings(deadline=None, max_examples=12, suppress_health_check=list(HealthCheck))


@cache
def v4_documents(record: Record) -> st.SearchStrategy[dict[str, Any]]:
    return Documents(contract(record.api, "v4"), typed=False, extensions=names_of_other(record, "v5")).of(record.v4)


@cache
def v5_documents(record: Record) -> st.SearchStrategy[dict[str, Any]]:
    return Documents(contract(record.api, "v5"), typed=True, extensions=names_of_other(record, "v4")).of(record.v5)


def names_of_other(record: Record, version: str) -> list[str]:
    """Names for attributes beyond a schema: some that nobody declares and some that the other version declares."""
    other = contract(record.api, version)
    return ["x-colour", "myOwn", *sorted({name for schema in other.schemas for name in other.properties(schema)})]


@EVERY_RECORD
def test_the_table_fits_both_documents(record: Record) -> None:
    assert view(record).show({"id": "1", "@type": "MySubclass"}) == {"id": "1", "@type": "MySubclass"}
    assert view(record).accept({"id": "1"})["@type"] == (record.v4 if record.api == "TMF639" else record.v5)


@DRAWN
@SLOW
@given(data=st.data())
def test_a_v4_document_comes_back(record: Record, data: st.DataObject) -> None:
    document = data.draw(v4_documents(record))
    before = copy.deepcopy(document)
    shown = view(record).show(view(record).accept(document))
    assert without_added_types(shown, document) == document
    assert document == before


@DRAWN
@SLOW
@given(data=st.data())
def test_a_v4_patch_that_changes_nothing_changes_nothing(record: Record, data: st.DataObject) -> None:
    stored = data.draw(stored_documents(record))
    before = copy.deepcopy(stored)
    shown = copy.deepcopy(view(record).show(stored))
    assert view(record).accept(shown, stored) is stored
    assert stored == before


@DRAWN
@SLOW
@given(data=st.data())
def test_a_v4_patch_of_every_object_changes_nothing_else(record: Record, data: st.DataObject) -> None:
    """One new attribute per object, so that no object can be taken over as it is."""
    stored = data.draw(stored_documents(record))
    shown = view(record).show(stored)
    after = view(record).accept(marked(shown), stored)
    assert unmarked(strip(after)) == strip(stored)
    assert unmarked(view(record).show(after)) == shown


@DRAWN
@SLOW
@given(data=st.data())
def test_a_v4_change_of_one_attribute_changes_just_that(record: Record, data: st.DataObject) -> None:
    stored = data.draw(stored_documents(record))
    shown = view(record).show(stored)
    name = data.draw(st.sampled_from(sorted(shown)))
    without = {key: value for key, value in shown.items() if key != name}
    after = view(record).accept(without, stored)
    left = view(record).show(after)
    assert {key: value for key, value in left.items() if key != name} == {
        key: value for key, value in without.items() if key != name
    }
    touched = {path[0] for path in view(record).paths((name,))} | {V4_EXTRAS}
    assert others(after, touched) == others(stored, touched)


@DRAWN
@SLOW
@given(data=st.data())
def test_elements_that_stay_keep_their_hidden_parts(record: Record, data: st.DataObject) -> None:
    stored = data.draw(stored_documents(record))
    shown = view(record).show(stored)
    names = [name for name, value in shown.items() if isinstance(value, list) and distinct(value)]
    if not names:
        return
    name = data.draw(st.sampled_from(names))
    order = data.draw(st.permutations(range(len(shown[name]))))
    order = order[: data.draw(st.integers(0, len(order)))]
    changed = {**shown, name: [shown[name][index] for index in order] + [{"name": "new one"}]}
    stored_name = view(record).path((name,))[0]
    after = view(record).accept(changed, stored)
    if stored_name != V4_EXTRAS and len(stored.get(stored_name, ())) == len(
        shown[name]
    ):  # else it shows other things, too
        assert after[stored_name][: len(order)] == [stored[stored_name][index] for index in order]
    assert view(record).show(after)[name][: len(order)] == changed[name][: len(order)]


@DRAWN
@SLOW
@given(data=st.data())
def test_v5_sees_no_residue_and_keeps_it(record: Record, data: st.DataObject) -> None:
    stored = data.draw(stored_documents(record))
    shown = V5View().show(stored)
    assert not holds_residue(shown)
    assert V5View().accept(shown, stored) == stored
    after = V5View().accept(marked(shown), stored)
    assert unmarked(after) == stored


@DRAWN
@SLOW
@given(data=st.data())
def test_a_v5_document_is_stored_as_it_is(record: Record, data: st.DataObject) -> None:
    document = data.draw(v5_documents(record))
    assert V5View().accept(document) == document
    assert V5View().show(document) is document


@pytest.mark.parametrize("version", ["v4", "v5"])
@DRAWN
@SLOW
@given(data=st.data())
def test_what_is_posted_through_either_version_is_valid_in_both(
    record: Record, version: str, data: st.DataObject
) -> None:
    posted = data.draw(posted_documents(record, version))
    stored = view(record).accept(posted) if version == "v4" else posted
    assert faults(record, "v5", record.v5, V5View().show(stored)) == []
    shown = view(record).show(stored)
    found = faults(record, "v4", record.v4, shown)
    assert [fault for fault in found if version == "v4" or not v5_lacks(record, shown, fault)] == []


@cache
def posted_documents(record: Record, version: str) -> st.SearchStrategy[dict[str, Any]]:
    """What POST takes, with attributes that only the other version knows or nobody, and what the server adds."""
    other = "v5" if version == "v4" else "v4"
    own = names_of_other(record, version)
    extensions = [name for name in names_of_other(record, other) if name not in own[2:]]
    known = contract(record.api, version)
    schema = record.v4 if version == "v4" else record.v5
    create = next((name for name in (f"{schema}_Create", f"{schema}_FVO") if name in known.schemas), schema)
    bodies = Documents(known, typed=version == "v5", extensions=extensions).of(create)
    return bodies.map(lambda body: {**body, "id": "1", "href": "/1"})


def stored_documents(record: Record) -> st.SearchStrategy[dict[str, Any]]:
    """Canonical documents, as records that came through either version are stored."""
    return st.one_of(v5_documents(record), v4_documents(record).map(view(record).accept))


def marked(value: Any) -> Any:
    """The value with one more attribute in each object."""
    if isinstance(value, dict):
        return {"x-mark": 1, **{name: marked(inner) for name, inner in value.items()}}
    return [marked(inner) for inner in value] if isinstance(value, list) else value


def unmarked(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: unmarked(inner) for name, inner in value.items() if name != "x-mark"}
    return [unmarked(inner) for inner in value] if isinstance(value, list) else value


def others(document: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in names}


def distinct(elements: list[Any]) -> bool:
    texts = [json.dumps(element, sort_keys=True) for element in elements]
    return (
        len(elements) > 1 and all(isinstance(element, dict) for element in elements) and len(set(texts)) == len(texts)
    )
