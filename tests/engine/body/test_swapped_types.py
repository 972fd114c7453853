"""Any value at any place of any body: taken or refused, never a failure, and what is refused has changed nothing.

Each run tries the same few: half of the attributes of each noun on either kind of database, and a few places below.
TMF_TEST_FUZZ says how many more places of each noun, and TMF_TEST_FUZZ_SEED lets others be drawn.
"""

import json
import os
from collections.abc import Iterator
from random import Random
from typing import Any

import httpx
import pytest

from tests.support.nouns.every import Noun, nouns, registry
from tests.support.nouns.places import SWAPPED, Place, places
from tests.support.servers.served import Served

MORE = int(os.environ.get("TMF_TEST_FUZZ", "6"))
SEED = os.environ.get("TMF_TEST_FUZZ_SEED", "")
COUNTED = ("entity", "outbox", "subscription", "reference", "transfer_job")
FIGURES = "SELECT " + ", ".join(f"(SELECT count(*) FROM {name})" for name in COUNTED)

Try = tuple[Place, Any]


def tries(served: Served, noun: Noun, verb: str) -> Iterator[Try]:
    """Places with values, drawn for the noun, the verb and the kind of database."""
    drawn = Random(f"{SEED} {noun} {verb} {served.services.database.dialect}")
    attributes = [place for place in places(noun) if len(place.path) == 1]
    for place in (*drawn.sample(attributes, (len(attributes) + 1) // 2), *drawn.choices(places(noun), k=MORE)):
        yield place, drawn.choice(SWAPPED)


def figures(served: Served) -> tuple[Any, ...]:
    """How many rows there are of what every write leaves."""
    with served.services.database.read() as connection:
        return tuple(connection.exec_driver_sql(FIGURES).fetchone() or ())


def shown(client: httpx.Client, noun: Noun, id_: str) -> dict[str, Any]:
    """The record as its own version shows it, after every version has shown it without a failure."""
    for exposure in registry().shown_in(noun.exposure.entity.name):
        answer = client.get(f"{Noun(exposure).url}/{id_}")
        assert answer.status_code in (200, 404), (str(Noun(exposure)), answer.text)
    found: dict[str, Any] = client.get(f"{noun.url}/{id_}").json()
    return found


def is_refusal(answer: httpx.Response, *told: Any) -> bool:
    """True for a refusal; a failure is none."""
    assert answer.status_code < 500, (*told, answer.text)
    if answer.status_code >= 400:
        assert answer.json()["code"], told
    return answer.status_code >= 400


@pytest.mark.parametrize("noun", nouns("create"), ids=str)
def test_any_value_at_any_place_of_a_new_record(served: Served, noun: Noun) -> None:
    client = served.client
    for place, value in tries(served, noun, "create"):
        before = figures(served)
        answer = client.post(noun.url, content=json.dumps(place.swapped(noun.body(), value)), headers=JSON)
        if is_refusal(answer, str(place), value):
            assert figures(served) == before, (str(place), value)
        else:
            assert shown(client, noun, answer.json()["id"]) == answer.json(), (str(place), value)
    assert client.get(noun.url).status_code == 200


# What draws of many more places have found.
FOUND = [
    ("TMF620/v4-productSpecification", "relatedParty.@type", [None]),
    ("TMF620/v5-category", "parent.@type", {"a": 1}),
    ("TMF642/v4-unAckAlarms", "alarmPattern.alarmedObject.name", [None]),
]


@pytest.mark.parametrize(("name", "path", "value"), FOUND)
def test_what_once_failed_is_taken_or_refused(served: Served, name: str, path: str, value: Any) -> None:
    [noun] = [one for one in nouns("create") if str(one) == name]
    [place] = [one for one in places(noun) if str(one) == path]
    body = json.dumps(place.swapped(noun.body(), value))
    answer = served.client.post(noun.url, content=body, headers=JSON)
    assert is_refusal(answer, path, value) or shown(served.client, noun, answer.json()["id"]) == answer.json()


JSON = {"content-type": "application/json"}
MERGE = {"content-type": "application/merge-patch+json"}
OPERATIONS = {"content-type": "application/json-patch+json"}


@pytest.mark.parametrize("noun", nouns("patch"), ids=str)
def test_any_value_at_any_place_of_a_patch(served: Served, noun: Noun) -> None:
    client, made = served.client, None
    for number, (place, value) in enumerate(tries(served, noun, "patch")):
        made = made or noun.make(client)
        body = place.swapped({name: made[name] for name in ("@type",) if name in made}, value)
        operations = [{"op": "add", "path": f"/{name}", "value": one} for name, one in body.items() if name != "@type"]
        as_merge = number % 2 == 0 or not operations
        patch, headers = (body, MERGE) if as_merge else (operations, OPERATIONS)
        before = figures(served)
        answer = client.patch(made["href"], content=json.dumps(patch), headers=headers)
        if is_refusal(answer, str(place), value, patch):
            assert (client.get(made["href"]).json(), figures(served)) == (made, before), (str(place), value)
        else:
            assert shown(client, noun, made["id"]) == answer.json(), (str(place), value)
            made = None
    assert client.get(noun.url).status_code == 200


@pytest.mark.parametrize("noun", nouns("replace"), ids=str)
def test_any_value_at_any_place_of_a_replacement(served: Served, noun: Noun) -> None:
    client, made = served.client, noun.make(served.client)
    for place, value in tries(served, noun, "replace"):
        before = figures(served)
        answer = client.put(made["href"], content=json.dumps(place.swapped(noun.body(), value)), headers=JSON)
        if is_refusal(answer, str(place), value):
            assert (client.get(made["href"]).json(), figures(served)) == (made, before), (str(place), value)
        else:
            made = shown(client, noun, made["id"])
            assert made == answer.json(), (str(place), value)


HUB = ("callback", "query", "id", "@type", "href")


@pytest.mark.parametrize("contract", registry().contracts, ids=lambda contract: contract.name)
def test_any_value_in_a_subscription(served: Served, contract: Any) -> None:
    if not any(one.verb == "subscribe" for one in contract.operations.values()):
        pytest.skip("the document has no hub")
    hub = f"{contract.base_path}/hub"
    for name in HUB:
        for value in Random(f"{SEED} {contract.name} {name}").sample(SWAPPED, 6):
            before = figures(served)
            body = {"callback": "http://127.0.0.1:9/x", name: value}
            answer = served.client.post(hub, content=json.dumps(body), headers=JSON)
            if is_refusal(answer, name, value):
                assert figures(served) == before, (name, value)
