"""Lists are packed for clients that ask; records keep their strong entity tag and are not."""

import httpx
import pytest

from tests.support.nouns.every import Noun, nouns
from tests.support.servers.served import Served
from tmf_server.rest.http.edge.codings import takes_gzip

NOUNS = [noun for noun in nouns("create", "list", tasks=False) if str(noun).endswith("-category")]
ASKING, PLAIN = {"Accept-Encoding": "gzip, deflate, br"}, {"Accept-Encoding": "identity"}


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        ("gzip", True),
        ("GZIP", True),
        ("deflate, gzip;q=0.5", True),
        ("*", True),
        ("br, *;q=0.1", True),
        ("", False),
        ("identity", False),
        ("br", False),
        ("gzip;q=0", False),
        ("gzip;q=0, *", False),
        ("*;q=0", False),
    ],
)
def test_who_asks_for_gzip(header: str, taken: bool) -> None:
    assert takes_gzip(header) is taken


@pytest.mark.parametrize("noun", NOUNS, ids=str)
def test_a_list_is_packed_for_who_asks(client: httpx.Client, noun: Noun) -> None:
    for number in range(30):
        noun.make(client, name=f"number {number}", description="lamps and locks" * 20)
    for url in (noun.url, f"{noun.url}?limit=1000", f"{noun.url}?fields=name,description", f"{noun.url}?name*=number"):
        plain, asked = client.get(url, headers=PLAIN), client.get(url, headers=ASKING)
        assert "content-encoding" not in plain.headers
        assert asked.headers["content-encoding"] == "gzip"
        assert asked.content == plain.content
        assert int(asked.headers["content-length"]) < len(plain.content) / 2
        for answer in (plain, asked):
            assert answer.headers["vary"] == "Accept-Encoding, Origin"
            assert answer.headers["x-result-count"] == str(len(plain.json()))
        head = client.head(url, headers=ASKING)
        assert (head.content, head.headers["content-length"]) == (b"", asked.headers["content-length"])


@pytest.mark.parametrize("noun", NOUNS, ids=str)
def test_a_record_and_its_tag_are_the_same_for_all(client: httpx.Client, noun: Noun) -> None:
    made = noun.make(client, description="lamps and locks" * 1_000)
    plain, asked = client.get(made["href"], headers=PLAIN), client.get(made["href"], headers=ASKING)
    assert "content-encoding" not in asked.headers
    assert asked.headers["etag"] == plain.headers["etag"]
    matching = ASKING | {"If-Match": asked.headers["etag"], "Content-Type": "application/merge-patch+json"}
    assert client.patch(made["href"], content=b'{"description": "warm"}', headers=matching).status_code == 200


def test_what_is_short_is_sent_as_it_is(client: httpx.Client) -> None:
    answer = client.get(NOUNS[0].url, headers=ASKING)
    assert (answer.json(), "content-encoding" in answer.headers) == ([], False)
    assert answer.headers["vary"] == "Accept-Encoding, Origin"


def test_a_large_list_is_packed_too(served: Served) -> None:
    noun = NOUNS[0]
    for _ in range(4):
        noun.make(served.client, description="lamps and locks, " * 6_000)
    asked = served.client.get(noun.url, headers=ASKING)
    assert int(asked.headers["content-length"]) < 50_000
    assert len(asked.content) > 400_000
