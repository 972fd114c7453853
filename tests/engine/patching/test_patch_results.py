"""What a PATCH may make of a record: nothing that POST would refuse, but for the faults that were there before."""

import json
from typing import Any

import httpx
import pytest

from tests.support.nouns.every import Noun, nouns, required
from tmf_server.rest.patching.patch import JSON_PATCH, JSON_PATCH_QUERY, MEDIA_TYPES

PATCHABLE = nouns("create", "patch", tasks=False)
ALL = pytest.mark.parametrize("noun", PATCHABLE, ids=str)


def removal(media_type: str, name: str) -> Any:
    """A patch of the media type that takes the attribute away."""
    return [{"op": "remove", "path": f"/{name}"}] if media_type in (JSON_PATCH, JSON_PATCH_QUERY) else {name: None}


def patched(client: httpx.Client, url: str, media_type: str, patch: Any) -> httpx.Response:
    return client.patch(url, content=json.dumps(patch), headers={"Content-Type": media_type})


@ALL
@pytest.mark.parametrize("media_type", MEDIA_TYPES)
def test_takes_nothing_away_that_post_demands(client: httpx.Client, noun: Noun, media_type: str) -> None:
    contract, create = noun.exposure.contract, noun.operation("create")
    assert create is not None
    made = noun.make(client)
    url = f"{noun.url}/{made['id']}"
    for name in required(contract, contract.schemas[create.request_schemas["application/json"] or ""]):
        answer = patched(client, url, media_type, removal(media_type, name))
        assert answer.status_code == 400, (name, answer.text)
        assert f"/{name}: " in answer.json()["message"]
    assert client.get(url).json() == made


@ALL
@pytest.mark.parametrize("media_type", MEDIA_TYPES)
def test_takes_no_state_away(client: httpx.Client, noun: Noun, media_type: str) -> None:
    made = noun.make(client)
    url = f"{noun.url}/{made['id']}"
    for lifecycle in noun.exposure.entity.lifecycles:
        if lifecycle.attribute in made:
            answer = patched(client, url, media_type, removal(media_type, lifecycle.attribute))
            assert answer.status_code == 400, answer.text
            assert f"/{lifecycle.attribute}: " in answer.json()["message"]
    assert client.get(url).json() == made


# A body that POST takes in one version, and what the other demands of it; "" for the body without more.
LEGAL: list[tuple[str, str, str, dict[str, Any]]] = [
    ("TMF638/v5", "service", "a feature without characteristics", {"feature": [{"@type": "Feature", "name": "x"}]}),
    ("TMF638/v5", "service", "a note without author", {"note": [{"@type": "Note", "text": "x"}]}),
    (
        "TMF639/v5",
        "resource",
        "a place without href",
        {"place": [{"@type": "RelatedPlace", "role": "x", "place": {"@type": "PlaceRef", "id": "1"}}]},
    ),
    (
        "TMF639/v5",
        "resource",
        "a specification without href",
        {"resourceSpecification": {"@type": "ResourceSpecificationRef", "id": "1"}},
    ),
    ("TMF629/v5", "customer", "a party without type", {"engagedParty": {"@type": "PartyRef", "id": "1"}}),
    ("TMF629/v5", "customer", "an account without name", {"account": [{"@type": "AccountRef", "id": "1"}]}),
    (
        "TMF629/v4",
        "customer",
        "a related party without role",
        {"relatedParty": [{"id": "1", "@referredType": "Individual"}]},
    ),
]


@pytest.mark.parametrize(("document", "name", "lacking", "attributes"), LEGAL, ids=[one[2] for one in LEGAL])
def test_changes_a_record_that_only_the_other_version_would_take(
    client: httpx.Client, document: str, name: str, lacking: str, attributes: dict[str, Any]
) -> None:
    [noun] = [one for one in PATCHABLE if str(one) == f"{document}-{name}"]
    entity = noun.exposure.entity
    others = [one for one in PATCHABLE if one.exposure.entity is entity and one.version != noun.version]
    made = noun.make(client, **attributes)
    assert others
    for other in (one for one in others if not one.exposure.types):
        for number, media_type in enumerate(MEDIA_TYPES):
            url, value = f"{other.url}/{made['id']}", f"new {number}"
            merge, operations = {"extension": value}, [{"op": "add", "path": "/extension", "value": value}]
            patch = operations if media_type in (JSON_PATCH, JSON_PATCH_QUERY) else merge
            answer = patched(client, url, media_type, patch)
            assert answer.status_code == 200, (lacking, answer.text)
            assert answer.json()["extension"] == value
    changed = client.get(f"{noun.url}/{made['id']}").json()
    assert {**changed, "extension": None} == {**made, "extension": None}
