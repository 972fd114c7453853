"""What pages of other sites may do: read and write where CORS allows it, and else nothing."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.servers.served import serving_app

CATEGORIES = "/tmf-api/productCatalogManagement/v5/category"
SHOP, FOREIGN, OWN = "https://shop.example", "https://foreign.example", "http://testserver"
NEW = {"@type": "Category", "name": "Lamps"}
WRITES = (
    ("POST", CATEGORIES),
    ("PATCH", f"{CATEGORIES}/nobody"),
    ("DELETE", f"{CATEGORIES}/nobody"),
    ("POST", "/tmf-api/productCatalogManagement/v4/hub"),
    ("POST", "/tmf-api/productCatalogManagement/v5/listener/categoryCreateEvent"),
    ("PUT", "/files/a.json"),
    ("DELETE", "/files/a.json"),
    ("POST", "/docs/v5/TMF620"),
)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder: Path = tmp_path_factory.mktemp("origins")
    url = f"sqlite:///{folder}/tmf.db"
    with serving_app(url, apis=("TMF620",), storage_dir=folder, cors_origins=(SHOP,)) as served:
        yield served.client


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": FOREIGN},
        {"Origin": "null"},
        {"Origin": "http://testserver:81"},
        {"Origin": "http://testserver.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": FOREIGN},
    ],
    ids=str,
)
def test_a_page_of_another_site_cannot_write(client: httpx.Client, headers: dict[str, str]) -> None:
    for method, path in WRITES:
        answer = client.request(method, path, json=NEW, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "crossSite"), (method, path)
        assert answer.json().get("@type") == (None if "/v4" in path else "Error")
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": OWN},
        {"Origin": OWN, "Sec-Fetch-Site": "same-origin"},
        {"Origin": "https://testserver"},  # a proxy in front ends TLS
        {"Origin": SHOP},
        {"Origin": SHOP, "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "none", "Origin": "chrome-extension://abc"},  # a tool of the user's own
    ],
    ids=str,
)
def test_programs_own_pages_and_allowed_pages_write(client: httpx.Client, headers: dict[str, str]) -> None:
    assert client.post(CATEGORIES, json=NEW, headers=headers).status_code == 201


def test_every_page_may_read_where_it_can(client: httpx.Client) -> None:
    answer = client.get(CATEGORIES, headers={"Origin": FOREIGN, "Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers


def test_an_allowed_page_reads_headers_too(client: httpx.Client) -> None:
    answer = client.get(CATEGORIES, headers={"Origin": SHOP})
    assert answer.headers["access-control-allow-origin"] == SHOP
    assert "X-Total-Count" in answer.headers["access-control-expose-headers"]


def test_any_page_may_where_every_origin_is_allowed(tmp_path: Path) -> None:
    with serving_app(f"sqlite:///{tmp_path}/tmf.db", apis=("TMF620",), cors_origins=("*",)) as served:
        for headers in ({"Origin": FOREIGN}, {"Sec-Fetch-Site": "cross-site"}):
            assert served.client.post(CATEGORIES, json=NEW, headers=headers).status_code == 201


@pytest.mark.parametrize("path", [CATEGORIES, "/files/a.json"])
def test_a_preflight_is_answered_to_allowed_pages_alone(client: httpx.Client, path: str) -> None:
    asked = {"Access-Control-Request-Method": "DELETE", "Access-Control-Request-Headers": "content-type, if-match"}
    allowed = client.options(path, headers={**asked, "Origin": SHOP})
    assert allowed.status_code == 204
    assert allowed.headers["access-control-allow-origin"] == SHOP
    assert allowed.headers["access-control-allow-methods"] == allowed.headers["allow"]
    assert allowed.headers["access-control-allow-headers"] == "content-type, if-match"
    refused = client.options(path, headers={**asked, "Origin": FOREIGN})
    assert [name for name in refused.headers if name.startswith("access-control")] == []
    plain = client.options(path, headers={"Origin": SHOP})
    assert "access-control-allow-methods" not in plain.headers


@pytest.mark.parametrize("headers", [{}, {"Origin": SHOP}, {"Origin": FOREIGN}], ids=str)
@pytest.mark.parametrize("path", [CATEGORIES, "/nothing", "/", "/openapi/v5/TMF620.json", "/health/live", "/metrics"])
def test_every_answer_says_once_what_it_depends_on(client: httpx.Client, path: str, headers: dict[str, str]) -> None:
    answer = client.get(path, headers=headers)
    for name in ("vary", "access-control-allow-origin", "x-content-type-options", "x-request-id"):
        assert len(answer.headers.get_list(name)) <= 1, name
    assert "Origin" in answer.headers["vary"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_document_is_for_every_page(client: httpx.Client) -> None:
    for origin in (SHOP, FOREIGN):
        answer = client.get("/openapi/v5/TMF620.json", headers={"Origin": origin})
        assert answer.headers.get_list("access-control-allow-origin") == ["*"]
        assert "Accept-Encoding" in answer.headers["vary"]
