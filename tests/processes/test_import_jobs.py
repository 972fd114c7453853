"""Import jobs: what they take through each version, on each database, and what they tell of the rest."""

import json
import sqlite3
import threading
from typing import Any

import pytest

from tests.support.jobs import (
    Document,
    categories,
    events,
    expire,
    listed,
    post,
    read,
    run,
    transfer_context_of,
    upload,
    work,
)
from tests.support.servers.receiver import Receiver
from tests.support.servers.served import Served
from tmf_server.errors import Unavailable
from tmf_server.processes.jobs import importing
from tmf_server.processes.jobs.runner import Jobs
from tmf_server.rest.representation.codec import JsonRecordCodec
from tmf_server.storage.write import records

OURS = frozenset({"lastUpdate"})
VERSIONS = pytest.mark.parametrize("version", ["v5", "v4"])


@VERSIONS
@pytest.mark.parametrize("content_type", ["application/json", "application/x-ndjson", "application/gzip"])
def test_what_was_exported_is_imported_into_an_empty_server(filled: Served, version: str, content_type: str) -> None:
    nouns = ["productSpecification", "productOfferingPrice", "productOffering", "category"]
    run(filled, "exportJob", version, url="all", contentType=content_type)
    before = {noun: by_id(listed(filled, noun, version)) for noun in nouns}
    filled.empty()
    job = run(filled, "importJob", version, url="all")
    assert job["status"] == "Succeeded", job
    assert "errorLog" not in job
    for noun in nouns:
        after = by_id(listed(filled, noun, version))
        assert linkless(after) == linkless(before[noun])
        assert {record["href"] for record in after.values()} == {record["href"] for record in before[noun].values()}


def by_id(documents: list[Document]) -> dict[str, Document]:
    return {document["id"]: document for document in documents}


def linkless(node: Any) -> Any:
    """Without hrefs, which are only there when the target is, and without what the server sets on every write."""
    if isinstance(node, list):
        return [linkless(element) for element in node]
    if isinstance(node, dict):
        return {name: linkless(value) for name, value in node.items() if name != "href" and name not in OURS}
    return node


@VERSIONS
def test_a_second_import_finds_everything_here(filled: Served, version: str) -> None:
    run(filled, "exportJob", version, url="all.json")
    tags = {one["id"]: one["lastUpdate"] for one in listed(filled, "productOffering")}
    for more in ({}, {"upsert": True}):
        job = run(filled, "importJob", version, url="all.json", **more)
        assert job["status"] == "Succeeded"
        assert "errorLog" not in job
    assert {one["id"]: one["lastUpdate"] for one in listed(filled, "productOffering")} == tags
    assert events(filled, "productOffering") == []


def test_other_content_under_the_same_id_is_refused_unless_it_may_be_changed(served: Served) -> None:
    url = upload(served, "a.json", categories(3))
    run(served, "importJob", url=url)
    upload(served, "a.json", [*categories(3, description="new")[:1], *categories(4)[1:]])
    job = run(served, "importJob", url=url)
    assert job["status"] == "Succeeded"
    assert job["errorLog"].splitlines() == [
        "4 records read: 1 created, 0 changed, 2 here already, 1 refused.",
        "record 1, line 1: duplicate: 'c-0' is here with other content. /id: expected a free id or the same content",
    ]
    job = run(served, "importJob", url=url, upsert=True)
    assert "errorLog" not in job
    found = by_id(listed(served, "category"))
    assert found["c-0"]["description"] == "new"
    assert found["c-0"]["lifecycleStatus"] == "In study"
    assert events(served, "category")[-1] == ("c-0", "AttributeValueChange")


def test_a_change_that_breaks_a_rule_is_refused_and_nothing_else(served: Served) -> None:
    run(served, "importJob", url=upload(served, "a.json", categories(3, lifecycleStatus="Launched")))
    url = upload(served, "a.json", [*categories(1, lifecycleStatus="In study"), *categories(2, description="new")[1:]])
    job = run(served, "importJob", url=url, upsert=True)
    assert job["status"] == "Succeeded"
    assert "record 1, line 1: illegalTransition: " in job["errorLog"]
    assert "0 created, 1 changed, 0 here already, 1 refused" in job["errorLog"]
    assert by_id(listed(served, "category"))["c-0"]["lifecycleStatus"] == "Launched"


def test_an_import_sends_events_unless_it_is_silent(served: Served) -> None:
    run(served, "importJob", url=upload(served, "a.json", categories(2)))
    assert events(served, "category") == [("c-0", "Create"), ("c-1", "Create")]
    run(served, "importJob", url=upload(served, "b.json", [{"@type": "Category", "name": "quiet"}]), silent=True)
    assert len(events(served, "category")) == 2
    assert len(listed(served, "category")) == 3


WRONG = [
    (b'{"@type": "Category", "id": "x", "name": 7}', "/name: a string, not a number"),
    (b'{"@type": "Category", "id": "x"}', "/name: a value; the attribute is mandatory"),
    (b'{"@type": "Category", "id": "a/b", "name": "x"}', "/id: expected 1 to 128"),
    (b'{"@type": "Category", "name": "x", "name": "y"}', "twice"),
    (b'{"@type": "Category", "name": "\\u0000"}', "NUL"),
    (b'{"@type": "Category", "name": ', "ends too early"),
    (b'{"@type": "Individual", "name": "x"}', "/@type: expected one of Category, ProductCatalog"),
    (b'{"name": "x"}', "/@type: expected one of"),
    (b'{"@type": "ExportJob", "url": "x"}', "/@type: expected one of"),
    (b"[]", "A record is a JSON object"),
    (b'"x"', "A record is a JSON object"),
]


# Where the server may fail at a record, whether it is here already, and what the job is told to do then.
JUDGING: dict[str, tuple[Any, str, bool, Document]] = {
    "checked": (JsonRecordCodec, "checked", False, {}),
    "created": (records, "completed", False, {}),
    "compared": (importing, "_brings_nothing", True, {}),
    "changed": (records, "followed", True, {"upsert": True}),
}


def failing_at(monkeypatch: pytest.MonkeyPatch, stage: str, error: Exception) -> None:
    """Raise the error wherever the stage meets the record c-3."""
    holder, name, _, _ = JUDGING[stage]
    original = getattr(holder, name)

    def judge(*args: Any, **more: Any) -> Any:
        if any((one.get("id") if isinstance(one, dict) else getattr(one, "id", "")) == "c-3" for one in args):
            raise error
        return original(*args, **more)

    monkeypatch.setattr(holder, name, judge)


@pytest.mark.parametrize("stage", JUDGING)
def test_a_record_at_which_the_server_fails_costs_no_other(
    served: Served, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, here, asked = JUDGING[stage]
    told_anew = categories(7, description="new")
    if here:
        run(served, "importJob", url=upload(served, "a.json", categories(7) if asked else told_anew))
    failing_at(monkeypatch, stage, TypeError("unhashable type: 'dict'"))
    job = run(served, "importJob", url=upload(served, "b.json", told_anew), **asked)
    assert job["status"] == "Succeeded"
    summary, told = job["errorLog"].splitlines()
    assert summary.startswith("7 records read: ")
    assert summary.endswith(" 1 refused.")
    assert told == "record 4, line 1: internalError: The server failed to judge this record; its log has the cause."
    good = {one["id"] for one in listed(served, "category") if one.get("description") == "new"}
    assert good >= {f"c-{number}" for number in range(7)} - {"c-3"}


@pytest.mark.parametrize("stage", ["created", "changed"])
@pytest.mark.parametrize("error", [Unavailable("busy"), sqlite3.OperationalError("interrupted")])
def test_a_database_that_is_away_is_no_record_s_fault(
    served: Served, stage: str, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, here, asked = JUDGING[stage]
    url = upload(served, "a.json", categories(7, description="new"))
    if here:
        run(served, "importJob", url=upload(served, "b.json", categories(7)))
    made = post(served, "importJob", url=url, **asked)
    with monkeypatch.context() as patched:
        failing_at(patched, stage, error)
        with pytest.raises(type(error)):
            work(served)
    assert read(served, made)["status"] == "Running"
    expire(served)
    assert work(served) == 1
    assert read(served, made)["status"] == "Succeeded"


def test_a_job_at_which_the_server_fails_ends(served: Served) -> None:
    made = post(served, "importJob", url=upload(served, "a.json", categories(2)))

    def work_of(_task: Any) -> Any:
        raise TypeError

    assert Jobs(transfer_context_of(served), {"import": work_of}, "one").run_waiting(threading.Event()) == 1
    job = read(served, made)
    assert (job["status"], job["errorLog"]) == ("Failed", "internalError: The server failed; its log has the cause.")


def test_what_is_good_is_imported_and_the_rest_is_told(served: Served) -> None:
    lines = [
        b'{"@type": "Category", "name": "first"}',
        *(line for line, _ in WRONG),
        b'{"@type":"Category","name":"last"}',
    ]
    job = run(served, "importJob", url=upload(served, "a.ndjson", b"\n".join(lines)))
    assert job["status"] == "Succeeded"
    told = job["errorLog"].splitlines()
    assert told[0] == f"{len(lines)} records read: 2 created, 0 changed, 0 here already, {len(WRONG)} refused."
    for number, (entry, (_, reason)) in enumerate(zip(told[1:], WRONG, strict=True), start=2):
        assert entry.startswith(f"record {number}, line {number}: ")
        assert reason in entry
    assert sorted(one["name"] for one in listed(served, "category")) == ["first", "last"]


def test_elements_that_are_no_objects_cost_no_other(served: Served) -> None:
    good = [{"@type": "Category", "id": id_, "name": id_} for id_ in ("first", "last")]
    elements = [good[0], 5, "x", None, [{}], good[1]]
    job = run(served, "importJob", url=upload(served, "a.json", elements), path="/category")
    assert job["status"] == "Succeeded"
    assert [f"record {number}, line" in job["errorLog"] for number in range(1, 7)] == [False, *[True] * 4, False]
    assert sorted(one["id"] for one in listed(served, "category")) == ["first", "last"]


def test_a_record_of_another_noun_than_the_path_names_is_refused(served: Served) -> None:
    records = [{"@type": "Category", "name": "right"}, {"@type": "ProductSpecification", "name": "wrong"}]
    job = run(served, "importJob", url=upload(served, "a.json", records), path="/category")
    assert "record 2, line 1: invalidInput: The record is of none of the nouns" in job["errorLog"]
    assert listed(served, "productSpecification") == []


def test_v4_needs_no_type_where_the_path_names_the_noun(served: Served) -> None:
    url = upload(served, "a.json", [{"id": "one", "name": "One", "parentId": "two"}])
    job = run(served, "importJob", "v4", url=url, path="/category")
    assert job["status"] == "Succeeded", job
    assert listed(served, "category")[0]["parent"]["id"] == "two"


def test_a_job_that_could_take_nothing_fails(served: Served) -> None:
    job = run(served, "importJob", url=upload(served, "a.json", [{"@type": "Category"}]))
    assert job["status"] == "Failed"
    assert "1 refused" in job["errorLog"]


def test_an_empty_file_is_imported(served: Served) -> None:
    assert run(served, "importJob", url=upload(served, "a.json", []))["status"] == "Succeeded"


def test_rules_that_span_records_are_kept_and_cost_only_those_who_break_them(served: Served) -> None:
    def named(id_: str) -> Document:
        return {"id": id_, "@type": "CategoryRef", "@referredType": "Category"}

    records = categories(20)
    records[5]["parent"] = named("c-6")
    records[6]["parent"] = named("c-5")
    job = run(served, "importJob", url=upload(served, "a.json", records))
    assert job["status"] == "Succeeded"
    assert job["errorLog"].splitlines()[0].startswith("20 records read: 19 created")
    assert "loop" in job["errorLog"]
    assert len(listed(served, "category")) == 19


def test_the_same_id_twice_in_one_file(served: Served) -> None:
    records = [*categories(2), categories(1)[0], categories(1, description="other")[0]]
    job = run(served, "importJob", url=upload(served, "a.json", records))
    assert "4 records read: 2 created, 0 changed, 1 here already, 1 refused." in job["errorLog"]


def test_the_log_of_many_faults_is_bounded(served: Served) -> None:
    job = run(served, "importJob", url=upload(served, "a.json", [{"@type": "Category"}] * 2_000))
    assert len(job["errorLog"]) < 21_000
    told = job["errorLog"].count("record ")
    assert job["errorLog"].splitlines()[-1] == f"… and {2_000 - told} more"


@pytest.mark.usefixtures("small_batches")
def test_a_file_that_breaks_off_fails_after_what_came_before(served: Served) -> None:
    whole = json.dumps(categories(25)).encode()
    job = run(served, "importJob", url=upload(served, "a.json", whole[:-10]))
    assert job["status"] == "Failed"
    assert job["errorLog"].splitlines() == [
        "brokenFile: The file cannot be read on. It ends in the middle of record 25, which begins on line 1.",
        "24 records read: 24 created, 0 changed, 0 here already, 0 refused.",
    ]
    assert len(listed(served, "category")) == 24


def test_a_file_that_is_not_there_is_told(served: Served) -> None:
    job = run(served, "importJob", url="/files/nothing.json")
    assert job["status"] == "Failed"
    assert "PUT /files/nothing.json" in job["errorLog"]


def test_a_file_is_fetched_from_an_allowed_host(served: Served) -> None:
    with Receiver() as receiver:
        receiver.answer("/out.json", 200, body=json.dumps(categories(3)).encode())
        job = run(served, "importJob", url=receiver.url("/out.json"))
    assert job["status"] == "Succeeded", job
    assert len(listed(served, "category")) == 3
    assert list(transfer_context_of(served).files.folder.rglob("*importJob*")) == []


@pytest.mark.parametrize(("status", "told"), [(404, "answered 404"), (301, "answered 301")])
def test_a_file_that_the_other_side_does_not_give_is_told(served: Served, status: int, told: str) -> None:
    with Receiver() as receiver:
        receiver.answer("/out.json", status, {"Location": "/other.json"})
        job = run(served, "importJob", url=receiver.url("/out.json"))
    assert job["status"] == "Failed"
    assert told in job["errorLog"]


@pytest.mark.parametrize("url", ["http://10.1.2.3/x", "http://169.254.169.254/meta", "https://10.1.2.3/x", "ftp://h/x"])
def test_no_file_is_fetched_from_where_nobody_may_call(served: Served, url: str) -> None:
    assert run(served, "importJob", url=url)["status"] == "Failed"
