"""Which Host headers are answered: on loopback, only names that no page of somebody else's can give it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.servers.served import serving_app
from tmf_server.config.server import ServerSettings
from tmf_server.errors import InvalidInput, Misdirected
from tmf_server.rest.http.edge.hosts import Hosts

CATEGORIES = "/tmf-api/productCatalogManagement/v4/category"
EVERYWHERE = (CATEGORIES, "/", "/openapi/v5/TMF620.json", "/health/ready", "/metrics", "/files/a.json")

LOOPBACK = (
    "localhost",
    "localhost:8080",
    "LOCALHOST.",
    "tmf.localhost:1",
    "127.0.0.1",
    "127.0.0.1:8080",
    "127.9.9.9",
    "[::1]",
    "[::1]:8080",
    "[::ffff:127.0.0.1]:80",
)
FOREIGN = (
    "attacker.example",
    "127.0.0.1.attacker.example",
    "localhost.example:8080",
    "10.0.0.1",
    "0.0.0.0",
    "[2001::1]",
)


def origin(called: str | None, version: str = "1.1", **settings: Any) -> str:
    headers = [] if called is None else [(b"host", called.encode())]
    scope = {
        "type": "http",
        "http_version": version,
        "scheme": "http",
        "headers": headers,
        "server": ("127.0.0.1", 8080),
        "client": ("127.0.0.1", 5),
    }
    return Hosts(ServerSettings(**settings)).origin(scope, dict(headers))


@pytest.mark.parametrize("host", LOOPBACK)
def test_names_of_loopback_are_answered(host: str) -> None:
    assert origin(host) == f"http://{host}"


@pytest.mark.parametrize("host", FOREIGN)
def test_other_names_are_misdirected_and_the_mending_is_told(host: str) -> None:
    with pytest.raises(Misdirected, match="TMF_ALLOWED_HOSTS"):
        origin(host)
    assert origin(host, allowed_hosts=("*",)) == f"http://{host}"


@pytest.mark.parametrize(
    ("host", "settings"),
    [
        ("api.example.com", {"allowed_hosts": ("api.example.com",)}),
        ("API.Example.com:8443", {"allowed_hosts": ("Api.example.com",)}),
        ("a.b.example.com", {"allowed_hosts": ("*.example.com",)}),
        ("10.0.0.1:80", {"allowed_hosts": ("10.0.0.1",)}),
        ("api.example.com", {"host": "0.0.0.0"}),
        ("api.example.com", {"host": "::"}),
    ],
)
def test_listed_names_and_those_of_an_open_server_are_answered(host: str, settings: Any) -> None:
    assert origin(host, **settings) == f"http://{host}"


@pytest.mark.parametrize("host", ["example.com", "evilexample.com", "a.example.com.evil.example"])
def test_a_suffix_holds_for_names_below_it_alone(host: str) -> None:
    with pytest.raises(Misdirected):
        origin(host, allowed_hosts=("*.example.com",))


def test_the_public_url_is_a_name_and_the_origin_of_links() -> None:
    settings = {"public_url": "https://api.example.com:8443/tmf/"}
    assert origin("api.example.com", **settings) == "https://api.example.com:8443/tmf"
    assert origin("localhost:8080", **settings) == "https://api.example.com:8443/tmf"
    with pytest.raises(Misdirected):
        origin("example.com", **settings)


def test_a_forwarded_host_does_not_stand_in_for_the_host() -> None:
    headers = [(b"host", b"attacker.example"), (b"x-forwarded-host", b"localhost")]
    scope = {"http_version": "1.1", "scheme": "http", "headers": headers, "client": ("127.0.0.1", 5)}
    with pytest.raises(Misdirected):
        Hosts(ServerSettings(trusted_proxies=("127.0.0.1",))).origin(scope, dict(headers))


@pytest.mark.parametrize(
    ("forwarded", "expected"),
    [
        ({}, "http://localhost"),
        ({b"x-forwarded-proto": b"https", b"x-forwarded-host": b"api.example, inner"}, "https://api.example"),
        ({b"x-forwarded-host": b"a b"}, None),
        ({b"x-forwarded-proto": b"gopher"}, None),
    ],
)
def test_a_trusted_proxy_tells_what_it_was_called(forwarded: dict[bytes, bytes], expected: str | None) -> None:
    headers = {b"host": b"localhost", **forwarded}
    scope = {"http_version": "1.1", "scheme": "http", "headers": list(headers.items()), "client": ("127.0.0.1", 5)}
    hosts = Hosts(ServerSettings(trusted_proxies=("127.0.0.1",)))
    if expected is None:
        with pytest.raises(InvalidInput, match="proxy"):
            hosts.origin(scope, headers)
    else:
        assert hosts.origin(scope, headers) == expected
        assert Hosts(ServerSettings()).origin(scope, headers) == "http://localhost"


@pytest.mark.parametrize("host", [None, "", "a b", "a/b", 'a"><b', "a@b", "[::1", "a:b", "ä"])
def test_a_host_that_is_missing_or_none_is_refused(host: str | None) -> None:
    with pytest.raises(InvalidInput):
        origin(host, allowed_hosts=("*",))


def test_a_request_of_http_1_0_needs_no_host() -> None:
    assert origin(None, version="1.0") == "http://127.0.0.1:8080"


def test_two_hosts_are_refused() -> None:
    twice = [(b"host", b"localhost"), (b"host", b"localhost")]
    for version in ("1.0", "1.1"):
        with pytest.raises(InvalidInput, match="once"):
            Hosts(ServerSettings()).origin({"http_version": version, "scheme": "http", "headers": twice}, dict(twice))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder: Path = tmp_path_factory.mktemp("hosts")
    with serving_app(f"sqlite:///{folder}/tmf.db", apis=("TMF620",), storage_dir=folder, allowed_hosts=()) as served:
        yield served.client


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_path_is_guarded(client: httpx.Client, path: str) -> None:
    refused = client.get(path, headers={"Host": "attacker.example"})
    assert (refused.status_code, refused.json()["code"]) == (421, "misdirected")
    assert refused.json().get("@type") == (None if "/v4" in path else "Error")
    assert client.get(path, headers={"Host": "localhost"}).status_code in (200, 404, 503)
