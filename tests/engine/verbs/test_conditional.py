"""ETag, If-None-Match and If-Match (TMF630; RFC 9110): for every noun, version and database."""

import httpx
import pytest

from tests.support.nouns.every import Noun, nouns

ALL = pytest.mark.parametrize("noun", nouns("create", "patch", "delete", tasks=False), ids=str)


@ALL
def test_a_record_that_the_client_has_is_304(client: httpx.Client, noun: Noun) -> None:
    made = noun.make(client)
    tag = client.get(made["href"]).headers["etag"]
    for header in (tag, "*", f'"other", {tag}', f"W/{tag}"):
        answer = client.get(made["href"], headers={"If-None-Match": header})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
    assert client.get(made["href"], headers={"If-None-Match": '"other"'}).status_code == 200


@ALL
def test_every_change_has_a_new_tag(client: httpx.Client, noun: Noun) -> None:
    made = noun.make(client)
    first = client.get(made["href"]).headers["etag"]
    answer = client.patch(made["href"], json={"extension": "a"})
    assert answer.headers["etag"] != first
    assert client.get(made["href"]).headers["etag"] == answer.headers["etag"]


@ALL
def test_a_stale_patch_is_412_and_changes_nothing(client: httpx.Client, noun: Noun) -> None:
    made = noun.make(client)
    stale = client.get(made["href"]).headers["etag"]
    changed = client.patch(made["href"], json={"extension": "a"}, headers={"If-Match": stale}).json()
    answer = client.patch(made["href"], json={"extension": "b"}, headers={"If-Match": stale})
    assert answer.status_code == 412
    assert answer.json()["code"] == "preconditionFailed"
    assert client.get(made["href"]).json() == changed


@ALL
def test_a_stale_delete_is_412_and_removes_nothing(client: httpx.Client, noun: Noun) -> None:
    made = noun.make(client)
    assert client.delete(made["href"], headers={"If-Match": '"1-0"'}).status_code == 412
    assert client.get(made["href"]).status_code == 200
    tag = client.get(made["href"]).headers["etag"]
    assert client.delete(made["href"], headers={"If-Match": tag}).status_code == 204


@ALL
def test_a_tag_without_quotes_is_told_how_to_be_written(client: httpx.Client, noun: Noun) -> None:
    made = noun.make(client)
    answer = client.patch(made["href"], json={"extension": "a"}, headers={"If-Match": "abc"})
    assert answer.status_code == 400
    assert "double quotes" in answer.json()["reason"]
