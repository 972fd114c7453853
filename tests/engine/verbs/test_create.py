"""POST (TMF630 part 1, 5): for every noun, version and database."""

import httpx
import pytest

from tests.support.nouns.every import Noun, nouns

CREATABLE = nouns("create", tasks=False)
ALL = pytest.mark.parametrize("noun", CREATABLE, ids=str)
DATES = {"creationDate", "orderDate", "lastUpdate"}
WITH_OTHER_VERSION = [noun for noun in CREATABLE if noun.version == "v5"]


@ALL
def test_answers_201_with_location_and_the_body_of_a_later_get(client: httpx.Client, noun: Noun) -> None:
    answer = client.post(noun.url, json=noun.body())
    assert answer.status_code == 201, answer.text
    assert answer.headers["content-type"] == "application/json"
    location = answer.headers["location"]
    assert location == answer.json()["href"]
    again = client.get(location)
    assert again.status_code == 200
    assert again.json() == answer.json()
    assert again.headers["etag"] == answer.headers["etag"]


@ALL
def test_keeps_what_was_sent(client: httpx.Client, noun: Noun) -> None:
    body = noun.body(description="Ünïcode → ok", extension={"nested": [1, 2.5, True, "x", 1e30, -0.5]})
    for path, machine in noun.exposure.entity.machines:
        for element in body.get(".".join(path), ()):
            element[machine.attribute] = machine.initial  # the server gives it to elements that have none
    made = noun.make(client, **body)
    for name, value in body.items():
        if name in noun.exposure.entity.derive.timestamps:
            continue
        assert made[name] == value, name


@ALL
def test_dates_a_new_record_where_its_document_has_a_place_for_that(client: httpx.Client, noun: Noun) -> None:
    dates = DATES & noun.exposure.contract.properties(noun.exposure.schema).keys()
    assert dates <= noun.make(client).keys()


@ALL
def test_gives_an_id_where_none_is_sent(client: httpx.Client, noun: Noun) -> None:
    first, second = noun.make(client), noun.make(client)
    assert first["id"] != second["id"]
    assert first["href"].endswith(f"{noun.url}/{first['id']}")


@ALL
def test_keeps_an_id_that_is_sent_and_refuses_it_the_second_time(client: httpx.Client, noun: Noun) -> None:
    assert noun.make(client, id="my:id~1")["id"] == "my:id~1"
    again = client.post(noun.url, json=noun.body(id="my:id~1"))
    assert again.status_code == 409
    assert again.json()["code"] == "duplicate"
    assert "my:id~1" in again.json()["reason"]


@ALL
@pytest.mark.parametrize("wrong", ["a/b", "a b", "", "ü", "x" * 129, "a?b", "a#b"])
def test_refuses_an_id_that_no_path_can_carry(client: httpx.Client, noun: Noun, wrong: str) -> None:
    answer = client.post(noun.url, json=noun.body(id=wrong))
    assert answer.status_code == 400, answer.text
    assert client.get(noun.url).json() == []


@ALL
def test_refuses_an_id_that_is_no_text(client: httpx.Client, noun: Noun) -> None:
    for wrong in (42, True, 12.5, {}, {"a": 1}, [], ["x"]):
        answer = client.post(noun.url, json=noun.body(id=wrong))
        assert (answer.status_code, answer.json().get("code")) == (400, "invalidInput"), answer.text
        assert answer.json()["message"].startswith("/id: a string, not ")
    assert client.get(noun.url).json() == []


@ALL
def test_refuses_another_kind_of_value_also_where_only_answers_declare_the_attribute(
    client: httpx.Client, noun: Noun
) -> None:
    contract, create = noun.exposure.contract, noun.operation("create")
    assert create is not None
    sent = contract.properties(create.request_schemas["application/json"] or "")
    for name in contract.properties(noun.exposure.schema).keys() - sent.keys():
        for wrong in ({}, {"a": 1}, [], ["x"], 5):
            answer = client.post(noun.url, json=noun.body(**{name: wrong}))
            assert answer.status_code == 400, (name, wrong, answer.text)
            assert answer.json()["message"].startswith(f"/{name}: ")


@ALL
def test_sets_href_over_any_that_is_sent(client: httpx.Client, noun: Noun) -> None:
    assert noun.make(client, id="a", href="http://elsewhere.example/b")["href"].endswith(f"{noun.url}/a")


@ALL
def test_a_null_means_not_there(client: httpx.Client, noun: Noun) -> None:
    made = noun.make(client, description=None, extension={"a": None, "b": 1})
    assert "description" not in made
    assert made["extension"] == {"b": 1}


@ALL
def test_fields_narrow_the_answer(client: httpx.Client, noun: Noun) -> None:
    answer = client.post(f"{noun.url}?fields=none", json=noun.body(id="a"))
    assert answer.status_code == 201
    expected = {"id", "href"} if noun.version == "v4" else {"id", "href", "@type"}
    assert set(answer.json()) == expected


@pytest.mark.parametrize("noun", [one for one in CREATABLE if one.version == "v4"], ids=str)
def test_v4_fills_in_a_missing_type(client: httpx.Client, noun: Noun) -> None:
    body = noun.body()
    body.pop("@type", None)
    answer = client.post(noun.url, json=body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["@type"]


@pytest.mark.parametrize("noun", WITH_OTHER_VERSION, ids=str)
def test_is_seen_through_the_other_version(client: httpx.Client, noun: Noun) -> None:
    made = noun.make(client)
    entity = noun.exposure.entity
    others = [one for one in nouns("retrieve") if one.version == "v4" and one.exposure.entity is entity]
    for other in (one for one in others if not one.exposure.types):
        seen = client.get(f"{other.url}/{made['id']}")
        assert seen.status_code == 200
        assert seen.json()["href"].endswith(f"{other.url}/{made['id']}")


@ALL
def test_a_trailing_slash_makes_no_difference(client: httpx.Client, noun: Noun) -> None:
    assert client.post(f"{noun.url}/", json=noun.body()).status_code == 201


@ALL
def test_lists_what_was_created(client: httpx.Client, noun: Noun) -> None:
    made = [noun.make(client) for _ in range(3)]
    answer = client.get(noun.url)
    assert answer.json() == made
    assert answer.headers["x-total-count"] == "3"
    assert answer.headers["x-result-count"] == "3"
