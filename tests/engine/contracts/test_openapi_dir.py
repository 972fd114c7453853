"""The server on documents as TM Forum publishes them (`--openapi DIR`), Swagger 2.0 included."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.support.nouns.every import Noun
from tests.support.published import FOLDER, FOUND, MISSING, defective_examples, request_examples
from tests.support.servers.process import ServerProcess
from tests.support.servers.served import Served, serving_app
from tmf_server.apis.families import APIS
from tmf_server.contracts.loading import load_contracts

pytestmark = pytest.mark.skipif(not FOUND, reason=MISSING)
TEXTS = ("description", "name", "specificProblem", "category")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("published")
    with serving_app(
        f"sqlite:///{folder / 'tmf.db'}", openapi_dir=FOLDER, cache_dir=folder, storage_dir=folder
    ) as made:
        yield made


def nouns(served: Served, api: str, version: str) -> list[Noun]:
    exposures = served.services.registry.exposures
    return [Noun(one) for one in exposures if one.contract.name == f"{api}/{version}"]


def test_the_documents_are_the_published_ones(published: Served) -> None:
    contracts = {one.name: one for one in published.services.registry.contracts}
    assert sorted(contracts) == sorted(f"{api}/{version}" for api in APIS for version in ("v4", "v5"))
    [raw] = load_contracts(FOLDER, APIS, ("TMF620/v4",))
    assert contracts["TMF620/v4"].document == raw.document
    titles = {
        one.name: published.client.get(f"/openapi/{one.version}/{one.api}.json").json()["info"]
        for one in contracts.values()
    }
    assert titles == {name: one.document["info"] for name, one in contracts.items()}


@pytest.mark.parametrize("version", ["v4", "v5"])
@pytest.mark.parametrize("api", APIS)
def test_each_noun_is_made_listed_changed_and_removed(published: Served, api: str, version: str) -> None:
    found = nouns(published, api, version)
    assert found
    for noun in found:
        made = noun.make(published.client) if noun.operation("create") else None
        if noun.operation("list"):
            listed = published.client.get(noun.url)
            assert listed.status_code == 200, listed.text
            assert made is None or made["id"] in [one["id"] for one in listed.json()]
        if made is not None:
            change(published.client, noun, made)
            remove(published.client, noun, made)


def change(client: httpx.Client, noun: Noun, made: dict[str, Any]) -> None:
    patch = noun.operation("patch")
    if patch is None:
        return
    properties = noun.exposure.contract.all_properties(next(filter(None, patch.request_schemas.values())))
    name = next((one for one in TEXTS if one in properties), None)
    if name is not None:
        answer = client.patch(f"{noun.url}/{made['id']}", json={name: "changed"})
        assert (answer.status_code, answer.json().get(name)) == (200, "changed"), answer.text
        assert client.get(f"{noun.url}/{made['id']}").json()[name] == "changed"


def remove(client: httpx.Client, noun: Noun, made: dict[str, Any]) -> None:
    if noun.operation("delete"):
        assert client.delete(f"{noun.url}/{made['id']}").status_code == 204
        assert client.get(f"{noun.url}/{made['id']}").status_code == 404


@pytest.mark.parametrize("api", APIS)
def test_published_bodies_are_taken(published: Served, api: str) -> None:
    tried = 0
    for example in request_examples():
        if (
            not example.document.startswith(api)
            or str(example) in defective_examples()
            or example.media_type != "application/json"
        ):
            continue
        noun = next(
            (
                one
                for one in nouns(published, api, "v5")
                if one.operation("create") and one.operation("create").id == example.operation
            ),
            None,
        )
        if noun is None:
            continue
        body = {name: value for name, value in example.value.items() if name != "id"}
        answer = published.client.post(noun.url, json=body)
        assert answer.status_code == 201, (str(example), answer.text)
        assert published.client.get(f"{noun.url}/{answer.json()['id']}").status_code == 200
        tried += 1
    assert tried


@pytest.mark.parametrize("version", ["v4", "v5"])
def test_a_hub_of_a_published_document_takes_subscribers(published: Served, version: str) -> None:
    hub = f"/tmf-api/productCatalogManagement/{version}/hub"
    made = published.client.post(hub, json={"callback": "http://127.0.0.1:9/listener"})
    assert made.status_code == 201, made.text
    assert published.client.delete(f"{hub}/{made.json()['id']}").status_code == 204


def test_what_the_documents_forbid_is_refused(published: Served) -> None:
    for version in ("v4", "v5"):
        url = f"/tmf-api/productCatalogManagement/{version}/category"
        bodies: list[Any] = [{"@type": "Category"}, {"@type": "Category", "name": 1}, []]
        for body in bodies:
            assert published.client.post(url, json=body).status_code == 400
        assert published.client.get(f"{url}?colour=red").status_code == 400


def test_the_command_serves_them(tmp_path: Any) -> None:
    with ServerProcess(tmp_path, {"TMF_APIS": "TMF620"}, "--openapi", str(FOLDER)) as server:
        for version in ("v4", "v5"):
            url = f"{server.url}/tmf-api/productCatalogManagement/{version}/category"
            made = httpx.post(url, json={"@type": "Category", "name": version}, trust_env=False)
            assert made.status_code == 201
            assert made.json()["id"] in httpx.get(url, trust_env=False).text
