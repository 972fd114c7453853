"""What people look at: the index, the reference pages, the documents, the lifecycles."""

import asyncio
import gzip
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import pytest

from tests.support.servers.served import Served, serving_app
from tmf_server.apis.families import APIS
from tmf_server.contracts import yaml12
from tmf_server.contracts.contract import Contract
from tmf_server.rules.diagram import mermaid
from tmf_server.rules.lifecycle import Lifecycle, moves
from tmf_server.web import create_pages

PAGES = ("/", "/docs/lifecycles", "/docs/v5/TMF620", "/docs/v4/TMF620")
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("pages")
    with serving_app(f"sqlite:///{folder / 'tmf.db'}", storage_dir=folder) as served:
        yield served


@pytest.fixture
def client(served: Served) -> httpx.Client:
    return served.client


@pytest.fixture
def contracts(served: Served) -> tuple[Contract, ...]:
    return served.services.registry.contracts


class Loaded(HTMLParser):
    """What a page loads and where it leads."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a":
            self.links.append(given["href"] or "")
        elif tag in ("script", "img", "link"):
            self.loads.append(given.get("src") or given.get("href") or "")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_nothing_from_elsewhere(client: httpx.Client, path: str) -> None:
    answer = client.get(path, headers=HTML)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    for address in Loaded(answer.text).loads:
        parts = urlsplit(address)
        assert (parts.scheme, parts.netloc) in (("", ""), ("data", ""))
        if not parts.scheme:
            file = client.get(urljoin(str(answer.url), address))
            assert file.status_code == 200
            assert "immutable" in file.headers["Cache-Control"]
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", PAGES)
def test_every_link_leads_somewhere(client: httpx.Client, path: str) -> None:
    answer = client.get(path, headers=HTML)
    links = set(Loaded(answer.text).links)
    assert links
    for link in links:
        assert client.get(urljoin(str(answer.url), link), follow_redirects=True).status_code == 200, link


@pytest.mark.parametrize("path", PAGES)
def test_links_hold_below_any_prefix_of_a_proxy(client: httpx.Client, path: str) -> None:
    page = Loaded(client.get(path, headers=HTML).text)
    for address in (*page.links, *page.loads):
        landed = urljoin(f"https://proxy.example/deep/prefix{path}", address)
        assert landed.startswith(("https://proxy.example/deep/prefix/", "data:")), address


@pytest.mark.parametrize("path", [*PAGES, "/docs/nothing-is-here"])
def test_a_page_can_be_read_without_eyes_and_without_a_mouse(client: httpx.Client, path: str) -> None:
    page = client.get(path, headers=HTML).text
    assert '<html lang="en">' in page
    assert re.search("<title>[^<]+</title>", page)
    assert re.search('<body>\\s*<a class="skip" href="#content">', page)
    assert len(re.findall('id="content"[^>]* tabindex="-1"', page)) == 1
    assert '<nav aria-label="Pages">' in page
    assert re.findall(r"<pre(?! tabindex=)", page) == []
    assert re.findall(r"<th(?! scope=)>", page) == []


def test_the_index_names_every_document_alias_and_noun(client: httpx.Client, served: Served) -> None:
    page = client.get("/").text
    registry = served.services.registry
    for contract in registry.contracts:
        assert contract.base_path in page
        for form in ("json", "yaml"):
            assert f"openapi/{contract.version}/{contract.api}.{form}" in page
        for alias in APIS[contract.api].aliases:
            assert (alias in page) == (f"{contract.api}/{alias[-2:]}" in {one.name for one in registry.contracts})
    for exposure in registry.exposures:
        assert f"{exposure.contract.base_path[1:]}/{exposure.noun}" in page


def test_the_index_counts_records(client: httpx.Client) -> None:
    base = "/tmf-api/productCatalogManagement/v5/category"
    before = int(client.get(base, params={"limit": 0}).headers["X-Total-Count"])
    client.post(base, json={"@type": "Category", "name": "one"}).raise_for_status()
    assert re.search(rf"category <b>{before + 1}</b>", client.get("/").text)


def test_the_first_request_that_the_index_shows_works(client: httpx.Client) -> None:
    found = re.search(r"curl &#39;(\S+)&#39;|curl '(\S+)'", client.get("/").text)
    assert found is not None
    assert client.get(found[1] or found[2]).status_code == 200


def test_a_program_gets_the_index_as_json(client: httpx.Client, contracts: tuple[Contract, ...]) -> None:
    answer = client.get("/", headers={"Accept": "application/json"})
    body = answer.json()
    assert {(one["api"], one["version"]) for one in body} == {(one.api, one.version) for one in contracts}
    for one in body:
        for url in (*one["nouns"].values(), *one["document"].values(), one["reference"]):
            assert client.get(url).status_code == 200
        for alias in one["aliases"]:
            assert client.get(f"{alias}/{next(iter(one['nouns']))}").status_code == 200


def test_aliases_are_not_told_when_they_are_off(tmp_path: Path) -> None:
    with serving_app(f"sqlite:///{tmp_path / 'tmf.db'}", aliases=False) as served:
        assert "also at" not in served.client.get("/").text


def read(answer: httpx.Response) -> Any:
    assert answer.status_code == 200
    text = answer.content
    return json.loads(text) if "json" in answer.headers["Content-Type"] else yaml12.parse(text)


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_a_document_is_served_as_it_was_loaded(
    client: httpx.Client, contracts: tuple[Contract, ...], form: str
) -> None:
    for contract in contracts:
        sent = read(client.get(f"/openapi/{contract.version}/{contract.api}.{form}"))
        assert sent.pop("servers") == [{"url": f"http://testserver{contract.base_path}"}]
        loaded = json.loads(json.dumps(contract.document, default=str))
        loaded.pop("servers", None)
        assert sent == loaded
        assert list(sent)[:2] == ["openapi", "info"]


def test_yaml_has_no_aliases(client: httpx.Client) -> None:
    assert not re.search(r"[:-] [&*]id\d", client.get("/openapi/v5/TMF620.yaml").text)


def test_a_document_names_the_server_as_the_client_calls_it(client: httpx.Client) -> None:
    sent = read(client.get("/openapi/v5/TMF620.json", headers={"Host": "tmf.example:8443"}))
    assert sent["servers"] == [{"url": "http://tmf.example:8443/tmf-api/productCatalogManagement/v5"}]


def test_a_document_names_the_public_url_when_there_is_one(tmp_path: Path) -> None:
    url = "https://api.example/tmf"
    with serving_app(f"sqlite:///{tmp_path / 'tmf.db'}", public_url=url) as served:
        sent = read(served.client.get("/openapi/v5/TMF620.json"))
        assert sent["servers"] == [{"url": f"{url}/tmf-api/productCatalogManagement/v5"}]
        assert "https://api.example;" in served.client.get("/docs/v5/TMF620").headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/openapi/v5/TMF620.json", "/openapi/v4/TMF620.yaml"])
def test_who_has_a_document_does_not_get_it_again(client: httpx.Client, path: str) -> None:
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    other = client.get(path, headers={"If-None-Match": first.headers["ETag"], "Host": "other.example"})
    assert other.status_code == 200, "the server's address is part of the document"


def test_documents_are_compressed_for_who_takes_that(client: httpx.Client) -> None:
    plain = client.get("/openapi/v5/TMF620.json", headers={"Accept-Encoding": "identity"})
    small = client.get("/openapi/v5/TMF620.json", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert small.headers["Content-Encoding"] == "gzip"
    assert small.content == plain.content
    assert int(small.headers["Content-Length"]) < len(plain.content) / 4
    assert len(gzip.compress(plain.content)) < len(plain.content) / 4
    assert small.headers["ETag"] != plain.headers["ETag"]
    assert "Accept-Encoding" in small.headers["Vary"]


def test_the_reference_page_reads_the_document_of_its_version(client: httpx.Client) -> None:
    page = client.get("/docs/v4/TMF620").text
    found = re.search(r'data-document="([^"]+)"', page)
    assert found is not None
    assert read(client.get(urljoin("http://testserver/docs/v4/TMF620", found[1])))["info"]["version"].startswith("4")


def test_every_lifecycle_is_shown(client: httpx.Client, served: Served) -> None:
    page = client.get("/docs/lifecycles").text
    owners = [one for one in served.services.registry.entities.values() if one.lifecycles]
    assert owners
    for entity in owners:
        assert entity.type_name in page
        for path, lifecycle in entity.machines:
            assert f"<code>{'.'.join((*path, lifecycle.attribute))}</code>" in page
            assert all(f">{state}" in page for state in lifecycle.moves)


def test_a_lifecycle_is_drawn() -> None:
    machine = Lifecycle("state", moves([("In study", "Active, Out"), ("Active", "Out"), ("Out", "")], ","), "In study")
    assert mermaid(machine).splitlines() == [
        "stateDiagram-v2",
        '    state "In study" as In_study',
        "    [*] --> In_study",
        "    In_study --> Active",
        "    In_study --> Out",
        "    Active --> Out",
        "    Out --> [*]",
    ]


MISSING = (
    "/docs/v5/TMF999",
    "/docs/v6/TMF620",
    "/docs/x",
    "/openapi/v5/TMF620.xml",
    "/openapi/v5",
    "/static/x/site.css",
)


@pytest.mark.parametrize("path", MISSING)
def test_a_program_that_gets_lost_is_told_by_an_error(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/json"
    body = answer.json()
    assert (body["@type"], body["status"], body["code"]) == ("Error", "404", "notFound")
    assert body["requestId"] == answer.headers["X-Request-Id"]


@pytest.mark.parametrize("path", MISSING)
def test_a_person_who_gets_lost_is_told_by_a_page(client: httpx.Client, path: str) -> None:
    answer = client.get(path, headers=HTML)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    home = next(link for link in Loaded(answer.text).links if not link.startswith("#"))
    assert urljoin(f"http://testserver{path}", home) == "http://testserver/"


def test_what_a_path_says_does_not_become_markup(client: httpx.Client) -> None:
    answer = client.get("/docs/v5/<script>alert(1)</script>", headers=HTML)
    assert answer.status_code == 404
    assert "<script>" not in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_only_read(client: httpx.Client, path: str) -> None:
    answer = client.post(path, json={})
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert answer.json()["code"] == "methodNotAllowed"


@pytest.mark.parametrize("path", ["/docs", "/docs/", "/openapi", "/openapi/"])
def test_folders_lead_to_the_index(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 302
    assert urljoin(f"http://testserver{path}", answer.headers["Location"]) == "http://testserver/"


def test_head_has_no_body(client: httpx.Client) -> None:
    answer = client.head("/openapi/v5/TMF620.json")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["ETag"]


@pytest.mark.parametrize("query", [b"\xe4", b"%00", b"a=b&&&", b"x" * 10_000])
def test_a_query_is_of_no_account(served: Served, query: bytes) -> None:
    pages = create_pages(served.services.registry, served.services.settings)
    sent: list[Any] = []
    scope = {"type": "http", "http_version": "1.1", "method": "GET", "path": "/docs/lifecycles", "headers": []}

    async def receive() -> Any:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(pages({**scope, "query_string": query}, receive, send))  # type: ignore[arg-type]
    assert sent[0]["status"] == 200
