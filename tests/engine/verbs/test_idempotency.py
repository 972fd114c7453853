"""Idempotency-Key on POST: for every noun, version and database."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.support.nouns.every import Noun, nouns

ALL = pytest.mark.parametrize("noun", nouns("create", tasks=False), ids=str)
KEY = {"Idempotency-Key": "5f1c"}


@ALL
def test_the_same_key_and_body_give_the_first_answer_again(client: httpx.Client, noun: Noun) -> None:
    body = noun.body()
    first = client.post(noun.url, json=body, headers=KEY)
    again = client.post(noun.url, json=body, headers=KEY)
    assert first.status_code == again.status_code == 201
    assert again.json() == first.json()
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"
    assert len(client.get(noun.url).json()) == 1


@ALL
def test_the_same_key_with_another_body_is_409(client: httpx.Client, noun: Noun) -> None:
    client.post(noun.url, json=noun.body(), headers=KEY)
    answer = client.post(noun.url, json=noun.body(extension=2), headers=KEY)
    assert answer.status_code == 409
    assert answer.json()["code"] == "idempotencyKeyUsed"
    assert len(client.get(noun.url).json()) == 1


@ALL
def test_a_refused_request_does_not_use_the_key_up(client: httpx.Client, noun: Noun) -> None:
    noun.make(client, id="taken")
    assert client.post(noun.url, json=noun.body(id="taken"), headers=KEY).status_code == 409
    assert client.post(noun.url, json=noun.body(id="free"), headers=KEY).status_code == 201


@pytest.mark.parametrize("noun", nouns("create", tasks=False)[:1], ids=str)
def test_requests_at_once_make_one_record(client: httpx.Client, noun: Noun) -> None:
    body = noun.body()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: client.post(noun.url, json=body, headers=KEY), range(16)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(client.get(noun.url).json()) == 1


@pytest.mark.parametrize("key", ["x" * 256, ""])
def test_an_unusable_key_is_400(client: httpx.Client, key: str) -> None:
    noun = nouns("create", tasks=False)[0]
    assert client.post(noun.url, json=noun.body(), headers={"Idempotency-Key": key}).status_code == 400
