"""Export jobs: what they write through each version, on each database, and how they fail."""

import threading
from dataclasses import replace

import pytest

from tests.support.jobs import Document, events, exported, listed, post, read, rows, run, transfer_context_of, work
from tests.support.servers.receiver import Receiver
from tests.support.servers.served import Served
from tmf_server.demo.operator.catalog import DOCUMENTS
from tmf_server.processes.jobs.handlers import JOB_HANDLERS
from tmf_server.processes.jobs.runner import Jobs

VERSIONS = pytest.mark.parametrize("version", ["v5", "v4"])


@VERSIONS
@pytest.mark.parametrize("content_type", ["application/json", "application/x-ndjson", "application/x-ndjson+gzip"])
def test_an_export_writes_what_a_list_shows(filled: Served, version: str, content_type: str) -> None:
    name = "offers.gz" if content_type.endswith("gzip") else "offers"
    job = run(filled, "exportJob", version, url=f"/files/{name}", path="/productOffering", contentType=content_type)
    assert job["status"] == "Succeeded"
    assert job["completionDate"] >= job["creationDate"]
    assert "errorLog" not in job
    path = transfer_context_of(filled).files.existing(name)
    answer = filled.client.get(job["url"])
    assert answer.status_code == 200
    assert answer.content == path.read_bytes()
    assert exported(answer.content) == listed(filled, "productOffering", version)


def test_an_export_without_a_path_writes_every_noun(filled: Served) -> None:
    run(filled, "exportJob", url="all.json")
    everything = exported(filled.client.get("/files/all.json").content)
    assert {document["id"] for document in everything} == {document["id"] for document in DOCUMENTS}


@pytest.mark.parametrize(
    ("path", "query", "same_as"),
    [
        ("/productOffering", "lifecycleStatus=Retired", "lifecycleStatus=Retired"),
        ("", "productOffering?lifecycleStatus=Retired", "lifecycleStatus=Retired"),
        ("", "productOffering?category.id=cat-mobile;isBundle=true", "category.id=cat-mobile;isBundle=true"),
        ("https://elsewhere.example/tmf-api/productCatalogManagement/v5/ProductOffering/", "", ""),
        ("/productOffering", "filter=$[?(@.name=='Fibre 500')]", "filter=$[?(@.name=='Fibre 500')]"),
    ],
)
def test_path_and_query_choose_the_records(filled: Served, path: str, query: str, same_as: str) -> None:
    attributes = {name: value for name, value in (("path", path), ("query", query)) if value}
    job = run(filled, "exportJob", url="chosen.json", **attributes)
    assert job["status"] == "Succeeded", job
    assert exported(filled.client.get("/files/chosen.json").content) == listed(
        filled, "productOffering", query=f"&{same_as}" if same_as else ""
    )


@pytest.mark.parametrize(
    ("attributes", "told"),
    [
        ({"url": "ftp://ftp.mycsp.example/1866.json"}, "/url: expected /files/NAME"),
        ({"url": "https://mycsp.example/1866.json"}, "TMF_OUTBOUND_ALLOW"),
        ({"url": "https://192.0.2.1/1866.json"}, "TMF_OUTBOUND_ALLOW"),
        ({"url": "http://10.0.0.1/1866.json"}, "TMF_OUTBOUND_ALLOW"),
        ({"url": "/elsewhere/x.json"}, "/url: expected /files/NAME"),
        ({"url": "/files/.x"}, "not beginning with a dot"),
        ({"url": "x.csv", "contentType": "text/csv"}, "/contentType: expected application/json"),
        ({"url": "x.json", "path": "/nothing"}, "/path: expected one of category, productCatalog"),
        ({"url": "x.json", "path": "/exportJob"}, "/path: expected one of"),
        ({"url": "x.json", "path": "/category", "query": "productOffering?name=x"}, "different nouns"),
        ({"url": "x.json", "path": "/category", "query": "nonsense=1"}, "'nonsense' is no attribute"),
        ({"url": "x.json", "path": "/category", "query": "sort=name"}, "sort has no place"),
        ({"url": "x.json", "path": "/category", "query": "filter=$[?(@.name"}, "filter"),
    ],
)
def test_an_export_that_cannot_be_done_is_accepted_and_fails_with_the_reason(
    filled: Served, attributes: Document, told: str
) -> None:
    job = run(filled, "exportJob", **attributes)
    assert job["status"] == "Failed"
    assert told in job["errorLog"]
    assert "completionDate" in job
    assert rows(filled) == []
    assert not transfer_context_of(filled).files.folder.joinpath("x.json").exists()


def test_an_export_to_a_listed_host_is_sent_there(filled: Served) -> None:
    with Receiver() as receiver:
        receiver.answer("/in/offers.json", 201)
        job = run(filled, "exportJob", url=receiver.url("/in/offers.json"), path="/productOffering")
    assert job["status"] == "Succeeded", job
    [call] = receiver.at("/in/offers.json")
    assert call.headers["content-type"] == "application/json"
    assert exported(call.body) == listed(filled, "productOffering")
    assert list(transfer_context_of(filled).files.folder.rglob("*exportJob*")) == []


@pytest.mark.parametrize("status", [302, 403, 500])
def test_an_export_that_the_other_side_refuses_fails(filled: Served, status: int) -> None:
    with Receiver() as receiver:
        receiver.answer("/in", status, {"Location": "/elsewhere"})
        job = run(filled, "exportJob", url=receiver.url("/in"))
    assert job["status"] == "Failed"
    assert f"answered {status}" in job["errorLog"]
    assert receiver.at("/elsewhere") == []


def test_an_export_to_where_nobody_listens_fails(filled: Served) -> None:
    with Receiver() as receiver:
        url = receiver.url("/in")
    job = run(filled, "exportJob", url=url)
    assert job["status"] == "Failed"
    assert "could not be written: ConnectError" in job["errorLog"]


def test_a_transfer_that_takes_too_long_is_given_up(filled: Served) -> None:
    context = transfer_context_of(filled)
    hurried = replace(context, settings=context.settings.having(transfer_seconds=1e-9))
    with Receiver() as receiver:
        made = post(filled, "exportJob", url=receiver.url("/in"))
        Jobs(hurried, JOB_HANDLERS, "one").run_waiting(threading.Event())
    assert "took too long" in read(filled, made)["errorLog"]


def test_a_failed_export_leaves_the_former_file(filled: Served) -> None:
    run(filled, "exportJob", url="kept.json", path="/category")
    before = filled.client.get("/files/kept.json").content
    context = transfer_context_of(filled)
    tight = replace(context, files=type(context.files)(context.files.folder, 1_000))
    made = post(filled, "exportJob", url="kept.json", path="/productOffering")
    Jobs(tight, JOB_HANDLERS, "one").run_waiting(threading.Event())
    assert read(filled, made)["status"] == "Failed"
    assert "1000 bytes" in read(filled, made)["errorLog"]
    assert filled.client.get("/files/kept.json").content == before


def test_a_job_tells_its_states_as_events(filled: Served) -> None:
    made = run(filled, "exportJob", url="x.json")
    names = [event for _, event in events(filled, "exportJob")]
    assert names[0] == "Create"
    assert names.count("StateChange") == 2
    assert {record for record, _ in events(filled, "exportJob")} == {made["id"]}


def test_a_job_created_in_a_final_state_is_only_kept(served: Served) -> None:
    made = post(served, "exportJob", url="x.json", status="Succeeded")
    assert work(served) == 0
    assert read(served, made) == made
