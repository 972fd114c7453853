"""DELETE (TMF630 part 1, 5): for every noun, version and database."""

import httpx
import pytest

from tests.support.nouns.every import Noun, nouns

ALL = pytest.mark.parametrize("noun", nouns("create", "delete", tasks=False), ids=str)


@ALL
def test_answers_204_then_404(client: httpx.Client, noun: Noun) -> None:
    made = noun.make(client)
    answer = client.delete(made["href"])
    assert (answer.status_code, answer.content) == (204, b"")
    for verb in (client.get, client.delete):
        gone = verb(made["href"])
        assert gone.status_code == 404
        assert made["id"] in gone.json()["reason"]


@ALL
def test_takes_the_record_out_of_the_list_and_the_count(client: httpx.Client, noun: Noun) -> None:
    first, second = noun.make(client), noun.make(client)
    client.delete(first["href"])
    answer = client.get(noun.url)
    assert [one["id"] for one in answer.json()] == [second["id"]]
    assert answer.headers["x-total-count"] == "1"


@ALL
def test_the_id_can_be_used_again(client: httpx.Client, noun: Noun) -> None:
    first = noun.make(client, id="again")
    tag = client.get(first["href"]).headers["etag"]
    client.delete(first["href"])
    noun.make(client, id="again")
    assert client.get(first["href"]).headers["etag"] != tag


@ALL
def test_an_unknown_id_is_404(client: httpx.Client, noun: Noun) -> None:
    assert client.delete(f"{noun.url}/nobody").status_code == 404
