"""What v4 and v5 call the same thing in services and resources (TMF638, TMF639)."""

import pytest

from tests.support.views import Record, assert_pair, view
from tmf_server.rules.canonical import V4_EXTRAS

SERVICE = Record("TMF638", "Service", "Service")
RESOURCE = Record("TMF639", "Resource", "Resource")
PHYSICAL = Record("TMF639", "PhysicalResource", "Resource")
LOGICAL = Record("TMF639", "LogicalResource", "Resource")


def test_a_suspended_service_is_inactive_in_v4() -> None:
    stored = {"@type": "Service", "state": "suspended"}
    assert view(SERVICE).show(stored)["state"] == "inactive"
    assert view(SERVICE).accept({"@type": "Service", "state": "inactive", "name": "x"}, stored)["state"] == "suspended"
    assert view(SERVICE).stored_values(("state",), "inactive") == ("inactive", "suspended")


def test_places_and_entities_of_a_service_are_flat_in_v4() -> None:
    shown = {
        "place": [{"id": "home", "name": "Home", "role": "installation"}],
        "relatedEntity": [{"id": "e", "role": "origin", "@referredType": "ProductOrder"}],
    }
    place = {"@type": "PlaceRef", "id": "home", "name": "Home"}
    entity = {"@type": "EntityRef", "id": "e", "@referredType": "ProductOrder"}
    canonical = {
        "place": [{"@type": "RelatedPlaceRefOrValue", "role": "installation", "place": place}],
        "relatedEntity": [{"@type": "RelatedEntityRefOrValue", "role": "origin", "entity": entity}],
    }
    assert_pair(SERVICE, shown, canonical)


def test_an_address_of_v5_shows_its_type_and_stays() -> None:
    address = {"@type": "GeographicAddress", "id": "1", "city": "Bonn"}
    stored = {"@type": "Service", "place": [{"@type": "RelatedPlaceRefOrValue", "role": "site", "place": address}]}
    shown = view(SERVICE).show(stored)
    assert shown["place"] == [{"id": "1", "role": "site"}]
    after = view(SERVICE).accept({**shown, "place": [{"id": "1", "role": "home"}]}, stored)
    assert after["place"][0]["place"] == address


def test_a_relationship_type_outside_the_enum_of_v5_is_kept() -> None:
    shown = {"feature": [{"id": "f", "featureRelationship": [{"name": "n", "relationshipType": "likes"}]}]}
    relationship = {"name": "n", V4_EXTRAS: {"relationshipType": "likes"}}
    assert_pair(SERVICE, shown, {"feature": [{"@type": "Feature", "id": "f", "featureRelationship": [relationship]}]})


def test_what_v5_has_and_would_not_take_stays_where_it_is_when_v4_changes_it() -> None:
    stored = {"@type": "Resource", "operationalState": {"of": "the client's own type"}}
    shown = view(RESOURCE).show(stored)
    after = view(RESOURCE).accept({**shown, "operationalState": {"of": "another"}}, stored)
    assert after == {"@type": "Resource", "operationalState": {"of": "another"}}


@pytest.mark.parametrize(
    ("attribute", "v4", "v5"),
    [
        ("administrativeState", "shutdown", "shuttingDown"),
        ("administrativeState", "locked", "locked"),
        ("operationalState", "enable", "enabled"),
        ("operationalState", "disable", "disabled"),
    ],
)
def test_states_of_resources_have_other_names_in_v5(attribute: str, v4: str, v5: str) -> None:
    assert_pair(RESOURCE, {attribute: v4}, {attribute: v5})
    assert view(RESOURCE).stored_values((attribute,), v4) == (v5,)


def test_the_resource_status_is_v4_only() -> None:
    assert_pair(RESOURCE, {"resourceStatus": "alarm"}, {V4_EXTRAS: {"resourceStatus": "alarm"}})
    assert view(RESOURCE).path(("resourceStatus",)) == (V4_EXTRAS, "resourceStatus")


def test_a_resource_has_one_place_in_v4_and_many_in_v5() -> None:
    def place(name: str) -> dict[str, object]:
        return {"@type": "RelatedPlaceRef", "role": name, "place": {"@type": "PlaceRef", "id": name}}

    assert_pair(RESOURCE, {"place": {"id": "a", "role": "a"}}, {"place": [place("a")]})
    assert view(RESOURCE).path(("place", "id")) == ("place", "place", "id")
    stored = {"@type": "Resource", "place": [place("a"), place("b")]}
    after = view(RESOURCE).accept({"@type": "Resource", "place": {"id": "c", "role": "c"}}, stored)
    assert after["place"] == [place("c"), place("b")]
    assert view(RESOURCE).accept({"@type": "Resource"}, stored)["place"] == [place("b")]
    empty = {"@type": "Resource", "place": []}
    assert view(RESOURCE).show(empty) == {"@type": "Resource"}
    assert view(RESOURCE).accept({"@type": "Resource", "name": "x"}, empty)["place"] == []


def test_a_relationship_names_its_resource_flat_in_v4() -> None:
    shown = {"resourceRelationship": [{"id": "r", "href": "/r", "relationshipType": "contains"}]}
    resource = {"@type": "ResourceRef", "id": "r", "href": "/r"}
    stored = {"@type": "ResourceRelationship", "relationshipType": "contains", "resource": resource}
    assert_pair(RESOURCE, shown, {"resourceRelationship": [stored]})


def test_an_attachment_of_a_resource_is_a_reference_in_v5() -> None:
    shown = {"attachment": [{"id": "a", "url": "/a", "content": "aGk=", "mimeType": "text/plain"}]}
    kept = {"content": "aGk=", "mimeType": "text/plain"}
    assert_pair(RESOURCE, shown, {"attachment": [{"@type": "AttachmentRef", "id": "a", "url": "/a", V4_EXTRAS: kept}]})


def test_the_paths_of_v4_say_what_kind_of_resource_they_create() -> None:
    assert view(PHYSICAL).accept({"serialNumber": "1"}) == {"serialNumber": "1", "@type": "PhysicalResource"}
    assert view(LOGICAL).accept({"value": "1"}) == {"value": "1", "@type": "LogicalResource"}
    assert view(RESOURCE).accept({"name": "1"}) == {"name": "1", "@type": "Resource"}


def test_the_general_path_of_v4_shows_what_the_kinds_have() -> None:
    router = {"@type": "PhysicalResource", "serialNumber": "1", "batchNumber": "2"}
    assert view(RESOURCE).show(router) == {"@type": "PhysicalResource", "serialNumber": "1"}
    assert view(RESOURCE).accept({"@type": "PhysicalResource", "serialNumber": "3"}, router)["batchNumber"] == "2"
