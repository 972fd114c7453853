"""Pages over HTTP: counts and links that are true, for every noun (TMF630 part 1, 4.5)."""

import re
from itertools import pairwise
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.support.nouns.every import Noun, nouns

ALL = pytest.mark.parametrize("noun", nouns("list", tasks=False), ids=str)
OFFERINGS = "/tmf-api/productCatalogManagement/v5/productOffering"
LINK = re.compile(r'<([^>]*)>; rel="(\w+)"')


def links(answer: httpx.Response) -> dict[str, str]:
    return {relation: url for url, relation in LINK.findall(answer.headers["link"])}


def counts(answer: httpx.Response) -> tuple[str | None, str | None]:
    return answer.headers.get("x-result-count"), answer.headers.get("x-total-count")


def make(client: httpx.Client, *names: str, **attributes: Any) -> list[str]:
    for name in names:
        body = {"@type": "ProductOffering", "id": name, "name": name[0], "lifecycleStatus": "Active"} | attributes
        assert client.post(OFFERINGS, json=body).status_code == 201
    return list(names)


@ALL
def test_every_noun_is_walked_by_next_and_back_by_prev(client: httpx.Client, noun: Noun) -> None:
    made = [noun.make(client)["id"] for _ in range(5)]
    pages = [client.get(f"{noun.url}?limit=2")]
    while "next" in links(pages[-1]):
        pages.append(client.get(links(pages[-1])["next"]))
    assert [[one["id"] for one in page.json()] for page in pages] == [made[:2], made[2:4], made[4:]]
    assert [counts(page) for page in pages] == [("2", "5"), ("2", "5"), ("1", "5")]
    assert "prev" not in links(pages[0])
    for before, page in pairwise(pages):
        assert client.get(links(page)["prev"]).json() == before.json()
        assert client.get(links(page)["first"]).json() == pages[0].json()
        assert client.get(links(page)["last"]).json() == pages[-1].json()
        assert client.get(links(page)["self"]).json() == page.json()


@ALL
def test_limit_and_offset(client: httpx.Client, noun: Noun) -> None:
    made = [noun.make(client)["id"] for _ in range(3)]
    for query, expected in (("limit=1&offset=1", made[1:2]), ("offset=2", made[2:]), ("limit=1000000", made)):
        assert [one["id"] for one in client.get(f"{noun.url}?{query}").json()] == expected
    for query in ("offset=3", "offset=99999999999999999999", "limit=0", "limit=0&offset=1"):
        answer = client.get(f"{noun.url}?{query}")
        assert (answer.status_code, answer.json(), counts(answer)) == (200, [], ("0", "3"))
        assert "next" not in links(answer)


def test_next_keeps_filters_sort_fields_and_what_is_encoded(client: httpx.Client) -> None:
    make(client, "a1", "b2", "a3", "b4", "a5", version="ä>1")
    make(client, "z9", version="x")
    query = "version=%C3%A4%3E1&sort=-name,id&fields=name&limit=2&filter=" + quote("$[?(@.name=='a' || @.name=='b')]")
    pages = [client.get(f"{OFFERINGS}?{query}")]
    while "next" in links(pages[-1]):
        pages.append(client.get(links(pages[-1])["next"]))
    assert [one["id"] for page in pages for one in page.json()] == ["b2", "b4", "a1", "a3", "a5"]
    assert {counts(page)[1] for page in pages} == {"5"}
    assert all(set(one) == {"id", "href", "@type", "name"} for page in pages for one in page.json())


def test_a_query_with_signs_that_belong_encoded_is_taken_and_linked(client: httpx.Client) -> None:
    make(client, "a1", "a2", version="b")
    for raw in (b"version>a&limit=1", b"version<c&limit=1", b"version*=^.{1,2}$&limit=1", b'version!="&limit=1'):
        request = client.build_request("GET", OFFERINGS)
        request.url = request.url.copy_with(raw_path=OFFERINGS.encode() + b"?" + raw)
        answer = client.send(request)
        assert [one["id"] for one in answer.json()] == ["a1"], raw
        assert [one["id"] for one in client.get(links(answer)["next"]).json()] == ["a2"], raw


def test_a_walk_neither_repeats_nor_drops_while_others_write(client: httpx.Client) -> None:
    made = make(client, *(f"a{number}" for number in range(6)))
    page = client.get(f"{OFFERINGS}?limit=2&sort=name")
    seen = [one["id"] for one in page.json()]
    client.delete(f"{OFFERINGS}/a0")
    client.delete(f"{OFFERINGS}/a2")
    made += make(client, "c1")
    while "next" in links(page):
        page = client.get(links(page)["next"])
        seen += [one["id"] for one in page.json()]
    assert seen == [one for one in made if one != "a2"]


@pytest.mark.parametrize("query", ["after=nonsense", "before=nonsense", "after=", "after=AAAAAAAAAAAAAAAA"])
def test_a_cursor_that_is_none_is_refused(client: httpx.Client, query: str) -> None:
    answer = client.get(f"{OFFERINGS}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalidCursor")


def test_a_cursor_of_another_order_is_refused(client: httpx.Client) -> None:
    make(client, "a1", "a2")
    following = links(client.get(f"{OFFERINGS}?limit=1&sort=name"))["next"]
    for changed in (following.replace("sort=name", "sort=-name"), following.replace("productOffering", "category")):
        answer = client.get(changed)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalidCursor")
