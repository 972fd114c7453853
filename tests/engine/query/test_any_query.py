"""Queries by the hundred over every noun and version: each is refused, or answered as memory answers it.

Each run tries the same few. TMF_TEST_FUZZ says how many of each noun, and TMF_TEST_FUZZ_SEED lets others be drawn.
"""

import json
import os
from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any

import pytest

from tests.support.nouns.every import Noun, nouns
from tests.support.nouns.places import Place, places
from tests.support.queries import ALIKE, VALUES, Queries
from tests.support.servers.served import Served
from tmf_server.errors import InvalidInput, NotSupported
from tmf_server.rest.query.query import parse_query
from tmf_server.storage.query.conditions import matches
from tmf_server.storage.query.type_scope import belongs

MORE = int(os.environ.get("TMF_TEST_FUZZ", "15"))
SEED = os.environ.get("TMF_TEST_FUZZ_SEED", "")
LISTED = nouns("list", tasks=False)
TOO_LARGE = "1e400"  # for a record, not for a condition
FILLED = 12  # attributes of a record beyond the mandatory ones

Documents = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def stored(running: Served) -> Iterator[Documents]:
    """What the database holds of each entity: two records of every noun, with some of its attributes."""
    running.empty()
    found: Documents = {}
    for noun in LISTED:
        drawn = Random(f"{SEED} {noun}")
        for _ in range(2):
            found.setdefault(noun.exposure.entity.name, []).append(
                document_of(running, noun, make(running, noun, drawn))
            )
    yield found
    running.empty()


def make(running: Served, noun: Noun, drawn: Random) -> str:
    """The id of a new record, which has as many of the drawn attributes as can be together."""
    chosen = [(place, due(place, drawn)) for place in drawn.sample(scalars(noun), min(FILLED, len(scalars(noun))))]
    while chosen and noun.operation("create"):
        body = noun.body()
        for place, value in chosen:
            body = place.swapped(body, value)
        answer = running.client.post(noun.url, json=body)
        if answer.status_code == 201:
            return str(answer.json()["id"])
        chosen = chosen[: len(chosen) // 2]
    return str(noun.make(running.client)["id"])


def document_of(running: Served, noun: Noun, id_: str) -> dict[str, Any]:
    """The record as the database keeps it."""
    with running.services.database.read() as connection:
        stored = running.services.records.load(connection, noun.exposure.entity, id_)
    assert stored is not None
    return stored.parsed()


@cache
def scalars(noun: Noun) -> list[Place]:
    """The places of single values in the noun's bodies, besides the ids of its records and theirs."""
    return [one for one in places(noun) if kind(one) != "object" and one.path[-1] not in ("id", "href")]


def kind(place: Place) -> str:
    declared = place.contract.attribute(place.schema, place.path)
    return "object" if declared is None else ALIKE.get(declared.kind, declared.kind)


def due(place: Place, drawn: Random) -> Any:
    """A value of the kind that the place holds, one of those that queries ask for."""
    value = drawn.choice([one for one in VALUES[kind(place)] if one != TOO_LARGE])
    return json.loads(value) if kind(place) in ("number", "boolean") else value


@pytest.mark.parametrize("noun", LISTED, ids=str)
def test_a_query_is_answered_as_memory_answers_it_or_refused(running: Served, stored: Documents, noun: Noun) -> None:
    queries = Queries(noun.exposure, Random(f"{SEED} {noun} {running.services.database.dialect}"))
    documents = [one for one in stored[noun.exposure.entity.name] if belongs(noun.exposure, one)]
    for query in [queries.one() for _ in range(MORE)]:
        answer = running.client.get(f"{noun.url}?{query}")
        try:
            where = parse_query(query, noun.exposure, running.services.settings).selection.where
        except (InvalidInput, NotSupported):
            assert answer.status_code in (400, 413, 501), (query, answer.text)
        else:
            expected = [one["id"] for one in documents if matches(where, one)]
            assert answer.status_code == 200, (query, answer.text)
            assert [one["id"] for one in answer.json()] == expected, (query, where)
            assert answer.headers["X-Total-Count"] == str(len(expected)), (query, where)
