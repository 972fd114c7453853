"""What deleting a record leaves of those that name it: a record that its own version would take again."""

from typing import Any

import httpx
import pytest

from tests.support.nouns.every import nouns
from tmf_server.registry.entity import DETACH
from tmf_server.storage.write import records

GONE, STAYS = "gone", "stays"
Element = dict[str, Any]


def related(kind: str) -> Element:
    return {"@type": kind, "relationshipType": "near"}


def around(kind: str, name: str, inner: str) -> Element:
    return {**related(kind), name: {"@type": inner, "id": GONE}}


# Entity and role → the noun that is named, and an element that names it, as v5 has it.
NAMING: dict[tuple[str, str], tuple[str, Element]] = {
    ("alarm", "correlatedAlarm"): ("alarm", {"@type": "AlarmRef", "id": GONE}),
    ("alarm", "parentAlarm"): ("alarm", {"@type": "AlarmRef", "id": GONE}),
    ("category", "subCategory"): ("category", {"@type": "CategoryRef", "id": GONE}),
    ("category", "productOffering"): ("productOffering", {"@type": "ProductOfferingRef", "id": GONE}),
    ("productOffering", "productOfferingRelationship"): (
        "productOffering",
        {**related("ProductOfferingRelationship"), "id": GONE},
    ),
    ("productOfferingPrice", "popRelationship"): (
        "productOfferingPrice",
        {**related("ProductOfferingPriceRelationship"), "id": GONE},
    ),
    ("productSpecification", "productSpecificationRelationship"): (
        "productSpecification",
        {**related("ProductSpecificationRelationship"), "id": GONE},
    ),
    ("productOrder", "orderRelationship"): (
        "productOrder",
        {**related("OrderRelationship"), "id": GONE, "@referredType": "ProductOrder"},
    ),
    ("resource", "resourceRelationship"): ("resource", around("ResourceRelationship", "resource", "ResourceRef")),
    ("service", "serviceRelationship"): ("service", around("ServiceRelationship", "service", "ServiceRef")),
}
V5 = {noun.exposure.entity.name: noun for noun in nouns("create", "delete") if noun.version == "v5"}


def test_the_table_has_every_role_that_is_detached() -> None:
    found = {
        (one.name, role) for one in (noun.exposure.entity for noun in V5.values()) for role in one.references.on_delete
    }
    detached = {(name, role) for name, role in found if V5[name].exposure.entity.references.on_delete[role] == DETACH}
    assert NAMING.keys() == detached


def posted_again(client: httpx.Client, entity: str, id_: str) -> list[httpx.Response]:
    """What each version answers to a new record with what it shows of the old one."""
    answers = []
    for noun in (one for one in nouns("create") if one.exposure.entity.name == entity and not one.exposure.types):
        shown = client.get(f"{noun.url}/{id_}").json()
        new = {name: value for name, value in shown.items() if name not in ("id", "externalAlarmId")}
        answers.append(client.post(noun.url, json=new))
    return answers


@pytest.mark.parametrize("several", [False, True], ids=["alone", "among-others"])
@pytest.mark.parametrize(("entity", "role"), NAMING)
def test_a_record_that_named_a_deleted_one_can_be_posted_again(
    client: httpx.Client, entity: str, role: str, several: bool
) -> None:
    kind, element = NAMING[entity, role]
    V5[kind].make(client, id=GONE)
    others = [_renamed(element)] if several else []
    owner = V5[entity].make(client, id="owner", name="owner", **{role: [*others, element]})
    assert client.delete(f"{V5[kind].url}/{GONE}").status_code == 204
    left = client.get(owner["href"]).json()
    assert [_named(one) for one in left.get(role, [])] == [STAYS] * len(others)
    assert (role in left) == several
    assert [answer.status_code for answer in posted_again(client, entity, "owner")] == [201, 201]


def _renamed(element: Element) -> Element:
    return {
        name: _renamed(value) if isinstance(value, dict) else STAYS if name == "id" else value
        for name, value in element.items()
    }


def _named(element: Element) -> str:
    found = element.get("id") or next(value["id"] for value in element.values() if isinstance(value, dict))
    return str(found)


def test_what_a_deleted_record_was_only_mentioned_in_stays(client: httpx.Client) -> None:
    """Inside of a service by value the reference alone goes: the relationship is about the service."""
    resource = V5["resource"].make(client, id=GONE)
    inner: Element = {"@type": "Service", "state": "active", "name": "inside"}
    inner["serviceSpecification"] = {"@type": "ServiceSpecificationRef", "id": "spec"}
    inner["supportingResource"] = [{"@type": "ResourceRef", "id": GONE}]
    relationship = related("ServiceRelationship") | {"service": inner}
    owner = V5["service"].make(client, serviceRelationship=[relationship])
    assert client.delete(resource["href"]).status_code == 204
    [left] = client.get(owner["href"]).json()["serviceRelationship"]
    assert (left["service"]["name"], "supportingResource" in left["service"]) == ("inside", False)


def test_all_records_that_named_a_deleted_one_lose_it(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """More of them than are read at once."""
    monkeypatch.setattr(records, "DETACH_BATCH", 2)
    kind, element = NAMING["alarm", "correlatedAlarm"]
    V5[kind].make(client, id=GONE)
    owners = [V5[kind].make(client, id=f"owner-{number}", correlatedAlarm=[element])["href"] for number in range(5)]
    assert client.delete(f"{V5[kind].url}/{GONE}").status_code == 204
    assert not any("correlatedAlarm" in client.get(owner).json() for owner in owners)
