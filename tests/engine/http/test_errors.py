"""Every error of every layer is TM Forum's Error (TMF630 part 1, 3.4)."""

from collections.abc import Callable

import httpx
import pytest

from tests.support.nouns.every import Noun, nouns, registry
from tmf_server.contracts.contract import Contract
from tmf_server.registry.exposure import Exposure

ALL = pytest.mark.parametrize("noun", nouns("create", tasks=False), ids=str)
JSON = {"Content-Type": "application/json"}


def assert_error(answer: httpx.Response, status: int, version: str) -> dict[str, str]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    error: dict[str, str] = answer.json()
    assert error["code"]
    assert error["reason"]
    assert error["status"] == str(status)
    assert error["requestId"] == answer.headers["x-request-id"]
    assert error.get("@type") == (None if version == "v4" else "Error")
    assert None not in error.values()
    return error


BODIES = {
    "malformed": b'{"name": ',
    "empty": b"",
    "not an object": b"[1, 2]",
    "a word": b"hello",
    "duplicate keys": b'{"name": "a", "name": "b"}',
    "NUL": b'{"name": "a\\u0000b"}',
    "a lone surrogate": b'{"name": "\\ud800"}',
    "bad UTF-8": b'{"name": "\xff"}',
    "a huge integer": b'{"name": "a", "extension": 123456789012345678901234567890}',
    "a huge number": b'{"name": "a", "extension": 1e999}',
    "NaN": b'{"name": "a", "extension": NaN}',
    "deep nesting": b'{"name": ' + b"[" * 5000 + b"]" * 5000 + b"}",
    "a reserved name": b'{"name": "a", "\\u0001v4": {}}',
}


@ALL
@pytest.mark.parametrize("wrong", BODIES, ids=str)
def test_a_body_that_is_no_good_is_400(client: httpx.Client, noun: Noun, wrong: str) -> None:
    answer = client.post(noun.url, content=BODIES[wrong], headers=JSON)
    assert_error(answer, 400, noun.version)
    assert client.get(noun.url).json() == []


@ALL
def test_a_wrong_type_names_the_pointer_and_what_was_expected(client: httpx.Client, noun: Noun) -> None:
    name = noun.text_attribute
    error = assert_error(client.post(noun.url, json=noun.body(**{name: 5})), 400, noun.version)
    assert f"/{name}" in error["message"]
    assert "string" in error["message"]


@ALL
def test_at_most_twenty_faults_are_told(client: httpx.Client, noun: Noun) -> None:
    body = noun.body(validFor={"startDateTime": 1}, description=[]) | {"@baseType": 5, "@schemaLocation": 7}
    error = assert_error(client.post(noun.url, json=body), 400, noun.version)
    assert error["message"].count("; ") < 20


@ALL
def test_a_wrong_media_type_is_415(client: httpx.Client, noun: Noun) -> None:
    answer = client.post(noun.url, content=b"name: a", headers={"Content-Type": "application/yaml"})
    assert "application/json" in assert_error(answer, 415, noun.version)["reason"]


@pytest.mark.parametrize("contract", registry().contracts, ids=lambda contract: contract.name)
def test_a_body_without_a_media_type_is_415(client: httpx.Client, contract: Contract) -> None:
    for operation in contract.operations.values():
        if operation.request_schemas:
            url = contract.base_path + operation.path.replace("{id}", "nobody")
            answer = client.request(operation.method, url, content=b"{}")
            assert "json" in assert_error(answer, 415, contract.version)["reason"], operation.id


def test_no_body_needs_no_media_type(client: httpx.Client) -> None:
    noun = nouns("create", tasks=False)[0]
    assert assert_error(client.post(noun.url), 400, noun.version)["code"] == "malformedJson"


@ALL
def test_a_body_over_the_limit_is_413(client: httpx.Client, noun: Noun) -> None:
    content = b'{"name": "' + b"x" * 3_000_000 + b'"}'
    assert_error(client.post(noun.url, content=content, headers=JSON), 413, noun.version)


@ALL
def test_nothing_acceptable_is_406(client: httpx.Client, noun: Noun) -> None:
    assert_error(client.get(noun.url, headers={"Accept": "text/csv"}), 406, noun.version)
    for accepted in ("application/json", "*/*", "application/*", "text/html, application/json;q=0.5"):
        assert client.get(noun.url, headers={"Accept": accepted}).status_code == 200


@ALL
def test_an_unknown_method_is_405_with_a_complete_allow(client: httpx.Client, noun: Noun) -> None:
    answer = client.put(noun.url, json=noun.body())
    assert_error(answer, 405, noun.version)
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    options = client.options(noun.url)
    assert (options.status_code, options.headers["allow"]) == (204, answer.headers["allow"])


@ALL
def test_an_unknown_path_is_404(client: httpx.Client, noun: Noun) -> None:
    base = noun.exposure.contract.base_path
    for path in (f"{base}/nothing", f"{base}/{noun.exposure.noun}/a/b", base):
        assert_error(client.get(path), 404, noun.version)
    assert_error(client.get("/nothing"), 404, "v5")


@ALL
def test_an_unknown_id_is_404(client: httpx.Client, noun: Noun) -> None:
    error = assert_error(client.get(f"{noun.url}/nobody"), 404, noun.version)
    assert "nobody" in error["reason"]


@ALL
def test_head_is_get_without_a_body(client: httpx.Client, noun: Noun) -> None:
    made = noun.make(client)
    for url in (made["href"], noun.url):
        head, get = (client.request(method, url, headers={"Accept-Encoding": "identity"}) for method in ("HEAD", "GET"))
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == str(len(get.content))


@ALL
def test_a_request_id_of_the_client_is_kept(client: httpx.Client, noun: Noun) -> None:
    answer = client.get(f"{noun.url}/nobody", headers={"X-Request-Id": "abc-1"})
    assert (answer.headers["x-request-id"], answer.json()["requestId"]) == ("abc-1", "abc-1")


def test_a_host_that_is_none_is_400(client: httpx.Client) -> None:
    noun = nouns("create", tasks=False)[0]
    answer = client.get(noun.url, headers={"Host": 'a"><b'})
    assert answer.status_code == 400


EXPOSED = pytest.mark.parametrize("exposure", registry().exposures, ids=lambda one: f"{one.contract.name}-{one.noun}")
SLIPS: dict[str, Callable[[str], str]] = {
    "a plural": lambda noun: f"{noun}s",
    "no capitals": str.lower,
    "a letter less": lambda noun: noun[:-2] + noun[-1],
}
ELSEWHERE = ("/productOfferings", "/api/productoffering/42", "/tmf-api/catalog/v5/productOffering")


@EXPOSED
@pytest.mark.parametrize("slip", SLIPS)
def test_a_path_that_is_nearly_right_is_told_the_right_one(client: httpx.Client, exposure: Exposure, slip: str) -> None:
    base, written = exposure.contract.base_path, SLIPS[slip](exposure.noun)
    if written == exposure.noun:
        return
    for rest in ("", "/42"):
        for method in ("GET", "OPTIONS"):
            answer = client.request(method, f"{base}/{written}{rest}")
            reason = assert_error(answer, 404, exposure.contract.version)["reason"]
            assert f"{base}/{exposure.noun}{rest}" in reason.partition("Did you mean ")[2]


@pytest.mark.parametrize("path", ELSEWHERE)
def test_a_noun_without_its_base_path_is_told_where_it_is(client: httpx.Client, path: str) -> None:
    reason = assert_error(client.get(path), 404, "v5")["reason"]
    for version in ("v4", "v5"):
        assert f"/tmf-api/productCatalogManagement/{version}/productOffering" in reason


@pytest.mark.parametrize("path", ["/nothing", "/tmf-api/productCatalogManagement/v5/zzz", "/hubs", "/x/" + "y" * 9_000])
def test_a_path_like_no_other_is_told_no_other(client: httpx.Client, path: str) -> None:
    assert "Did you mean" not in assert_error(client.get(path), 404, "v5")["reason"]
