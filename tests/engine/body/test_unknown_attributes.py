"""Attributes that a document does not know: told by a header, refused or taken in silence, by setting."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.jobs import load
from tests.support.nouns.alarms import V4 as ALARMS_V4
from tests.support.nouns.alarms import V5 as ALARMS_V5
from tests.support.nouns.alarms import report, report_v4
from tests.support.nouns.every import Noun, nouns, registry
from tests.support.servers.served import Served, serving_app
from tmf_server.demo.documents import DOCUMENTS
from tmf_server.registry.exposure import create_schema
from tmf_server.rest.schema.vocabulary import Vocabulary

CATALOG = "/tmf-api/productCatalogManagement"
CREATABLE = pytest.mark.parametrize("noun", nouns("create", tasks=False), ids=str)
Body = dict[str, Any]


def told(answer: httpx.Response) -> str:
    """What the header says after the code of the warning; "" without one."""
    assert answer.status_code in (200, 201), answer.text
    header: str = answer.headers.get("warning", "")
    return str(json.loads(header.removeprefix("199 - "))) if header else ""


def post(client: httpx.Client, path: str, body: Body) -> httpx.Response:
    return client.post(f"{CATALOG}/{path}", json=body)


# -- every noun --------------------------------------------------------------------------------
@CREATABLE
def test_a_body_of_the_document_is_silent_and_one_beyond_it_is_told(client: httpx.Client, noun: Noun) -> None:
    assert told(client.post(noun.url, json=noun.body())) == ""
    answer = client.post(noun.url, json=noun.body(extension={"free": 1}, nmae="x"))
    said = told(answer)
    assert said.startswith("unknown attributes: ")
    assert "/extension" in said
    assert "/extension/free" not in said
    assert ("/nmae (did you mean name?)" in said) == ("name" in noun.exposure.contract.all_properties(create_of(noun)))
    assert answer.json()["extension"] == {"free": 1}
    if noun.operation("patch") is not None:
        href = answer.json()["href"]
        assert told(client.patch(href, json={"extension": {"free": 2}})) == ""  # it was there before
        assert told(client.patch(href, json={"colour": 1})) == "unknown attributes: /colour"
        assert told(client.patch(href, json={"colour": None})) == ""


def create_of(noun: Noun) -> str:
    return create_schema(noun.exposure)


def test_the_documents_know_all_that_the_demo_shows() -> None:
    vocabulary = Vocabulary("warn", registry().exposures)
    for noun in nouns("list"):
        exposure = noun.exposure
        for document in (one for one in DOCUMENTS if registry().kind_of(one["@type"], None) == exposure.entity.name):
            if not exposure.types or document["@type"] in exposure.types:
                shown = exposure.view.show(document)
                assert vocabulary.unknown(exposure.contract, create_schema(exposure), shown) == (), str(noun)


# -- what is told ------------------------------------------------------------------------------
def specification(**attributes: Any) -> Body:
    return {"@type": "ProductSpecification", "name": "s", "lifecycleStatus": "Active", **attributes}


VALUE = {"@type": "StringCharacteristicValueSpecification", "value": "x"}
CHARACTERISTIC = {"@type": "CharacteristicSpecification", "name": "c", "valueType": "string"}
PARTY = {"@type": "PartyRef", "id": "p", "@referredType": "Individual"}
CASES: list[tuple[str, Body, str]] = [
    (
        "v5/productSpecification",
        specification(productSpecCharacteristic=[{**CHARACTERISTIC, "productSpecCharacteristicValue": [VALUE]}]),
        "/productSpecCharacteristic/0/productSpecCharacteristicValue (did you mean characteristicValueSpecification?)",
    ),
    (
        "v4/productSpecification",
        {
            "name": "s",
            "productSpecCharacteristic": [{"name": "c", "characteristicValueSpecification": [{"value": "x"}]}],
        },
        "/productSpecCharacteristic/0/characteristicValueSpecification (did you mean productSpecCharacteristicValue?)",
    ),
    (
        "v5/category",
        {"@type": "Category", "name": "c", "parentId": "root", "lifecycleStatsu": "x"},
        "/parentId (did you mean parent.id?), /lifecycleStatsu (did you mean lifecycleStatus?)",
    ),
    ("v4/category", {"name": "c", "parent": {"id": "root"}}, "/parent (did you mean parentId?)"),
    (
        "v5/productCatalog",
        {
            "@type": "ProductCatalog",
            "name": "c",
            "relatedParty": [{"@type": "RelatedPartyRefOrPartyRoleRef", "role": "r", "id": "p"}],
        },
        "/relatedParty/0/id (did you mean partyOrPartyRole.id?)",
    ),
    (
        "v4/catalog",
        {"name": "c", "relatedParty": [{"id": "p", "@referredType": "Individual", "partyOrPartyRole": PARTY}]},
        "/relatedParty/0/partyOrPartyRole (did you mean id?)",
    ),
    ("v5/category", {"@type": "MyCategory", "name": "c", "mine": 1, "validFor": {"until": "x"}}, "/validFor/until"),
    ("v5/category", {"@type": "Category", "name": "c", "@referredType": "x", "@schemaLocation": "y"}, ""),
]


@pytest.mark.parametrize(("path", "body", "expected"), CASES, ids=[f"{path}-{said}" for path, _, said in CASES])
def test_names_are_told_with_what_they_may_mean(client: httpx.Client, path: str, body: Body, expected: str) -> None:
    assert told(post(client, path, body)) == (f"unknown attributes: {expected}" if expected else "")


@pytest.mark.parametrize("name", ['"quoted"', "line\r\nX-Header: 1", "größe 日本", "a/b~c", "x" * 5_000])
def test_any_name_fits_into_the_header(client: httpx.Client, name: str) -> None:
    answer = post(client, "v5/category", {"@type": "Category", "name": "c", name: 1})
    assert "x-header" not in answer.headers
    said = told(answer)
    assert name.replace("~", "~0").replace("/", "~1")[:100] in said
    assert len(said) < 300


def test_of_many_names_the_first_are_told(client: httpx.Client) -> None:
    said = told(post(client, "v5/category", {"@type": "Category", "name": "c"} | {f"x{n}": n for n in range(500)}))
    assert said.endswith("/x19 and 480 more")


def test_alarms_jobs_and_hubs_are_told_too(client: httpx.Client) -> None:
    assert told(client.post(f"{ALARMS_V4}/alarm", json=report_v4(colour=1))) == "unknown attributes: /colour"
    job = {"@type": "ExportJob", "contentType": "application/json", "url": "/files/x", "path": "category", "colour": 1}
    assert told(post(client, "v5/exportJob", job)) == "unknown attributes: /colour"
    hub = {"@type": "Hub", "callback": "http://127.0.0.1:9/x", "querry": "x"}
    assert told(post(client, "v5/hub", hub)) == "unknown attributes: /querry (did you mean query?)"


def test_a_repeated_request_is_told_again(client: httpx.Client) -> None:
    for _ in range(2):
        answer = client.post(
            f"{CATALOG}/v5/category",
            json={"@type": "Category", "name": "c", "colour": 1},
            headers={"Idempotency-Key": "k"},
        )
        assert told(answer) == "unknown attributes: /colour"


@pytest.mark.parametrize(
    ("media_type", "patch"),
    [
        ("application/merge-patch+json", {"validFor": {"until": "x"}}),
        ("application/json-patch+json", [{"op": "add", "path": "/validFor", "value": {"until": "x"}}]),
        ("application/json-patch-query+json", [{"op": "add", "path": "/validFor", "value": {"until": "x"}}]),
    ],
)
def test_every_form_of_patch_is_told(client: httpx.Client, media_type: str, patch: Any) -> None:
    made = post(client, "v5/category", {"@type": "Category", "name": "c"}).json()
    answer = client.patch(made["href"], content=json.dumps(patch), headers={"Content-Type": media_type})
    assert told(answer) == "unknown attributes: /validFor/until"


# -- by setting --------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def strict_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('strict') / 'tmf.db'}"


@pytest.fixture(scope="module")
def strict(strict_url: str) -> Iterator[Served]:
    with serving_app(strict_url, unknown_attributes="reject", apis=("TMF620", "TMF642")) as served:
        yield served


def test_unknown_attributes_are_refused_by_setting(strict: Served) -> None:
    strict.empty()
    answer = post(strict.client, "v5/category", {"@type": "Category", "name": "c", "nmae": 1, "validFor": {"x": 1}})
    assert (answer.status_code, answer.json()["code"]) == (400, "unknownAttribute")
    assert "/nmae: expected no such attribute (did you mean name?)" in answer.json()["message"]
    assert "/validFor/x" in answer.json()["message"]
    assert strict.client.get(f"{CATALOG}/v5/category").json() == []
    assert strict.client.post(f"{ALARMS_V4}/alarm", json=report_v4(colour=1)).status_code == 400


def test_a_record_that_has_some_can_still_be_patched(strict_url: str, strict: Served) -> None:
    strict.empty()
    with serving_app(strict_url, unknown_attributes="accept", apis=("TMF620",)) as lenient:
        made = post(lenient.client, "v5/category", {"@type": "Category", "name": "c", "colour": 1})
        assert "warning" not in made.headers
    href = made.json()["href"]
    for version in ("v5", "v4"):
        changed = strict.client.patch(href.replace("/v5/", f"/{version}/"), json={"colour": 2, "description": "d"})
        assert (changed.status_code, "warning" in changed.headers) == (200, False)
        refused = strict.client.patch(href.replace("/v5/", f"/{version}/"), json={"shape": 2})
        assert (refused.status_code, refused.json()["code"]) == (400, "unknownAttribute")


@pytest.mark.parametrize("setting", ["reject", "warn"])
def test_imports_tell_them_too(setting: str, strict: Served, running: Served, tmp_path: Path) -> None:
    served = strict if setting == "reject" else running
    served.empty()
    records = [{"@type": "Category", "name": f"c{n}", **({"nmae": n} if n % 2 else {})} for n in range(10)]
    file = tmp_path / "categories.ndjson"
    file.write_text("".join(f"{json.dumps(one)}\n" for one in records))
    done = load(served, "category", "v5", file)
    if setting == "reject":
        assert (done.imported, done.refused) == (5, 5)
        assert "record 2, line 2: unknownAttribute" in done.error_log()
        assert done.error_log().count("did you mean name?") == 5
    else:
        assert (done.imported, done.refused) == (10, 0)
        warned = "warning: record 2, line 2 has unknown attributes: /nmae (did you mean name?)"
        assert done.error_log() == warned  # once


def test_references_are_told_in_the_same_way(database_url: str) -> None:
    with serving_app(database_url, references="warn", apis=("TMF642",)) as served:
        alarmed = {"@type": "AlarmedObjectRef", "id": 'größe "x"\r\n日本', "@referredType": "Alarm"}
        answer = served.client.post(f"{ALARMS_V5}/alarm", json=report(alarmedObject=alarmed, colour=1))
        headers = [json.loads(one.removeprefix("199 - ")) for one in answer.headers.get_list("warning")]
        assert headers == ['not here: alarm größe "x"\r\n日本', "unknown attributes: /colour"]
