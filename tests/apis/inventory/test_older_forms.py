"""Resources as another published file of TMF639 v4.0.0 has them: taken in whole, shown in the form of our document."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from tests.support.jobs import load
from tests.support.servers.served import Served

V4 = "/tmf-api/resourceInventoryManagement/v4"
V5 = "/tmf-api/resourceInventoryManagement/v5"
PATHS = pytest.mark.parametrize("path", ["resource", "logicalResource", "physicalResource"])
Body = dict[str, Any]


def older(id_: str = "card", **attributes: Any) -> Body:
    target = {"id": "port", "href": "http://inventory.example/resource/port", "name": "Port 1"}
    feature = {
        "id": "f-1",
        "name": "redundancy",
        "isEnabled": True,
        "constraint": [{"id": "c-1", "name": "site"}],
        "featureCharacteristic": [{"name": "paths", "value": 2}],
        "featureRelationship": [{"id": "f-2", "name": "power", "relationshipType": "requires"}],
    }
    return {
        "id": id_,
        "name": id_,
        "resourceRelationship": [
            {"relationshipType": "contains", "resource": {**target, "@referredType": "LogicalResource"}}
        ],
        "place": {"name": "Berlin", "role": "site"},
        "activationFeature": [feature],
    } | attributes


def post(client: httpx.Client, path: str = "resource", **attributes: Any) -> Body:
    answer = client.post(f"{V4}/{path}", json=older(**attributes))
    assert answer.status_code == 201, answer.text
    made: Body = answer.json()
    assert client.get(made["href"]).json() == made
    return made


def ids(client: httpx.Client, url: str) -> list[str]:
    answer = client.get(url)
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()]


@PATHS
def test_a_relationship_is_shown_flat_in_v4_and_with_its_target_in_v5(client: httpx.Client, path: str) -> None:
    made = post(client, path)
    href = "http://inventory.example/resource/port"
    assert made["resourceRelationship"] == [{"id": "port", "href": href, "relationshipType": "contains"}]
    [relationship] = client.get(f"{V5}/resource/card").json()["resourceRelationship"]
    reference = {"id": "port", "href": href, "name": "Port 1", "@referredType": "LogicalResource"}
    assert relationship["resource"] == {**reference, "@type": "ResourceRef"}


def test_the_target_of_a_relationship_is_a_row(served: Served) -> None:
    post(served.client)
    with served.services.database.read() as connection:
        rows = connection.execute(
            text("SELECT r.path, e.kind, e.id FROM reference r JOIN entity e ON e.key = r.target")
        )
        assert ("resourceRelationship.resource", "resource", "port") in [tuple(row) for row in rows]
    served.client.post(f"{V4}/resource", json={"id": "port", "name": "Port 1"})
    assert served.client.delete(f"{V4}/resource/port").status_code == 204
    assert "resourceRelationship" not in served.client.get(f"{V4}/resource/card").json()


@pytest.mark.parametrize(
    "query",
    [
        "resourceRelationship.resource.id=port",
        "resourceRelationship.id=port",
        "resourceRelationship.resource.name=Port%201",
        "filter=$.resourceRelationship[?(@.resource.id=='port')]",
        "activationFeature.name=redundancy",
        "activationFeature.constraint.id=c-1",
        "activationFeature.featureCharacteristic.value.gt=1",
        "place.name=Berlin",
    ],
)
def test_filters_find_it_by_its_own_words(client: httpx.Client, query: str) -> None:
    post(client)
    assert ids(client, f"{V4}/resource?{query}") == ["card"]
    other = query.replace("port", "other").replace("Port", "Other").replace("redundancy", "other")
    other = other.replace("c-1", "c-9").replace("gt=1", "gt=9").replace("Berlin", "Bonn")
    assert ids(client, f"{V4}/resource?{other}") == []


def test_fields_are_named_in_either_form(client: httpx.Client) -> None:
    made = post(client)
    for name in ("resourceRelationship.resource.id", "resourceRelationship.id"):
        shown = client.get(f"{made['href']}?fields={name}").json()
        assert shown["resourceRelationship"] == [{"id": "port"}], name
    assert client.get(f"{made['href']}?fields=activationFeature.name").json()["activationFeature"] == [
        {"name": "redundancy"}
    ]


def test_an_activation_feature_is_one_of_v5(client: httpx.Client) -> None:
    made = post(client)
    [feature] = client.get(f"{V5}/resource/card").json()["activationFeature"]
    assert feature == {
        "@type": "Feature",
        "id": "f-1",
        "name": "redundancy",
        "isEnabled": True,
        "policyConstraint": [{"@type": "PolicyRef", "id": "c-1", "name": "site"}],
        "featureCharacteristic": [{"@type": "IntegerCharacteristic", "name": "paths", "value": 2}],
        "featureRelationship": [
            {"@type": "FeatureRelationship", "id": "f-2", "name": "power", "relationshipType": "requires"}
        ],
    }
    again = client.post(f"{V4}/resource", json={"name": "again", "activationFeature": made["activationFeature"]})
    assert again.json()["activationFeature"] == made["activationFeature"]
    wrong = client.post(f"{V4}/resource", json=older("wrong", activationFeature=[{"isEnabled": "yes"}]))
    assert (wrong.status_code, "/activationFeature/0/isEnabled" in wrong.json()["message"]) == (400, True)


def test_a_place_has_neither_id_nor_href(client: httpx.Client) -> None:
    assert post(client)["place"] == {"name": "Berlin", "role": "site"}
    assert "place" not in client.get(f"{V5}/resource/card").json()  # there a place is a reference


def test_changes_come_in_the_older_form_too(client: httpx.Client) -> None:
    made = post(client, "logicalResource")
    etag = client.get(made["href"]).headers["etag"]
    same = client.patch(made["href"], json={"resourceRelationship": older()["resourceRelationship"]})
    assert (same.status_code, same.headers["etag"]) == (200, etag)
    moved = [{"relationshipType": "contains", "resource": {"id": "slot"}}]
    for method, body in (("PATCH", {"resourceRelationship": moved}), ("PUT", older(resourceRelationship=moved))):
        answer = client.request(method, made["href"], json=body)
        assert answer.status_code == 200, answer.text
        assert answer.json()["resourceRelationship"] == [{"relationshipType": "contains", "id": "slot"}]
        assert ids(client, f"{V5}/resource?resourceRelationship.resource.id=slot") == ["card"]


def test_files_come_in_the_older_form_too(served: Served, tmp_path: Path) -> None:
    file = tmp_path / "resources.ndjson"
    file.write_text("".join(f"{json.dumps(older(f'card-{number}'))}\n" for number in range(30)))
    done = load(served, "resource", "v4", file)
    assert (done.imported, done.refused) == (30, 0), done.log
    found = served.client.get(f"{V5}/resource?resourceRelationship.resource.id=port&fields=none")
    assert found.headers["x-total-count"] == "30"
