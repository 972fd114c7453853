"""What v4 and v5 call the same thing in customers (TMF629)."""

from typing import Any

import pytest

from tests.support.views import Record, assert_pair, view
from tmf_server.rest.versions.extras import strip
from tmf_server.rules.canonical import V4_EXTRAS

CUSTOMER = Record("TMF629", "Customer", "Customer")


def test_the_characteristic_of_a_medium_keeps_its_order() -> None:
    """Whatever the hash seed of the process is: of an address with seven attributes a set shows hardly this order."""
    names = ["street2", "country", "contactType", "city", "street1", "stateOrProvince", "postCode"]
    shown = {"contactMedium": [{"mediumType": "postalAddress", "characteristic": dict.fromkeys(names, "x")}]}
    stored = view(CUSTOMER).accept(shown)
    assert list(view(CUSTOMER).show(stored)["contactMedium"][0]["characteristic"]) == names


@pytest.mark.parametrize(
    ("medium_type", "attributes", "type_name"),
    [
        ("email", {"emailAddress": "a@example.com"}, "EmailContactMedium"),
        ("phone", {"phoneNumber": "1"}, "PhoneContactMedium"),
        ("fax", {"faxNumber": "2"}, "FaxContactMedium"),
        ("socialNetwork", {"socialNetworkId": "3"}, "SocialContactMedium"),
        ("postalAddress", {"city": "Bonn", "street1": "A 1"}, "GeographicAddressContactMedium"),
    ],
)
def test_a_contact_medium_is_of_a_type_of_its_own_in_v5(
    medium_type: str, attributes: dict[str, Any], type_name: str
) -> None:
    shown = {"mediumType": medium_type, "preferred": True, "characteristic": {"contactType": "home", **attributes}}
    medium = {"@type": type_name, "preferred": True, "contactType": "home", **attributes}
    assert_pair(CUSTOMER, {"contactMedium": [shown]}, {"contactMedium": [medium]})
    name = next(iter(attributes))
    assert view(CUSTOMER).path(("contactMedium", "characteristic", name)) == ("contactMedium", name)


@pytest.mark.parametrize(
    ("shown", "type_name"),
    [
        ({"mediumType": "Telephone Number", "characteristic": {"phoneNumber": "1"}}, "PhoneContactMedium"),
        ({"mediumType": "E-Mail", "characteristic": {}}, "EmailContactMedium"),
        (
            {"mediumType": "email address", "characteristic": {"emailAddress": "a", "city": "Bonn"}},
            "EmailContactMedium",
        ),
        ({"mediumType": "pigeon", "characteristic": {"faxNumber": "1"}}, "FaxContactMedium"),
        ({"mediumType": "pigeon", "characteristic": {"myOwn": 1}}, "ContactMedium"),
        (
            {"mediumType": "email", "characteristic": {"phoneNumber": "1", "@type": "MediumCharacteristic"}},
            "PhoneContactMedium",
        ),
    ],
)
def test_every_v4_contact_medium_finds_a_type_and_comes_back(shown: dict[str, Any], type_name: str) -> None:
    stored = view(CUSTOMER).accept({"contactMedium": [shown], "@type": "Customer"})
    assert stored["contactMedium"][0]["@type"] == type_name
    assert view(CUSTOMER).show(stored)["contactMedium"] == [{**shown, "@type": type_name}]


def test_a_contact_medium_changes_its_type_with_its_content() -> None:
    medium = {"@type": "EmailContactMedium", "id": "1", "emailAddress": "a"}
    stored = {"@type": "Customer", "contactMedium": [medium]}
    shown = view(CUSTOMER).show(stored)
    assert "id" not in shown["contactMedium"][0]
    phone = {
        **shown["contactMedium"][0],
        "mediumType": "phone",
        "characteristic": {"phoneNumber": "1"},
        "preferred": True,
    }
    after = view(CUSTOMER).accept({**shown, "contactMedium": [phone]}, stored)["contactMedium"][0]
    assert (after["@type"], after["phoneNumber"], "emailAddress" in after) == ("PhoneContactMedium", "1", False)


def test_a_contact_medium_of_a_type_of_the_clients_own_keeps_it() -> None:
    medium = {"@type": "PagerContactMedium", "contactType": "x", "preferred": False}
    stored = {"@type": "Customer", "contactMedium": [medium]}
    shown = view(CUSTOMER).show(stored)
    assert shown["contactMedium"][0]["mediumType"] == "PagerContactMedium"
    changed = {**shown["contactMedium"][0], "characteristic": {"contactType": "y"}}
    after = view(CUSTOMER).accept({**shown, "contactMedium": [changed]}, stored)
    assert after["contactMedium"] == [{**medium, "contactType": "y"}]


@pytest.mark.parametrize("type_name", ["ContactMedium", "EmailContactMedium"])
def test_a_contact_medium_that_v5_made_with_what_another_type_has_keeps_its_type(type_name: str) -> None:
    stored = {"@type": "Customer", "contactMedium": [{"@type": type_name, "city": "Bonn"}]}
    shown = view(CUSTOMER).show(stored)
    changed = {**shown["contactMedium"][0], "characteristic": {"city": "Ulm", "floor": 3}}
    after = view(CUSTOMER).accept({**shown, "contactMedium": [changed]}, stored)
    assert strip(after)["contactMedium"] == [{"@type": type_name, "city": "Ulm"}]
    assert view(CUSTOMER).show(after)["contactMedium"] == [changed]


def test_the_engaged_party_is_a_plain_reference_in_v5() -> None:
    party = {"id": "p", "name": "Ada", "role": "owner", "@referredType": "Individual"}
    stored = {
        "@type": "PartyRef",
        "id": "p",
        "name": "Ada",
        "@referredType": "Individual",
        V4_EXTRAS: {"role": "owner"},
    }
    assert_pair(CUSTOMER, {"engagedParty": party}, {"engagedParty": stored})


def test_a_related_party_is_flat_in_v4_and_may_be_a_whole_party_in_v5() -> None:
    person = {"@type": "Individual", "id": "p", "givenName": "Ada", "@referredType": "Individual"}
    stored = {
        "@type": "Customer",
        "relatedParty": [{"@type": "RelatedPartyOrPartyRole", "role": "x", "partyOrPartyRole": person}],
    }
    shown = view(CUSTOMER).show(stored)
    assert shown["relatedParty"] == [{"id": "p", "role": "x", "@referredType": "Individual"}]
    changed = [{**shown["relatedParty"][0], "role": "y"}]
    after = view(CUSTOMER).accept({**shown, "relatedParty": changed}, stored)
    assert after["relatedParty"] == [{**stored["relatedParty"][0], "role": "y"}]  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("value", "kind"),
    [("a", "String"), (1, "Integer"), (1.5, "Number"), ({"a": 1}, "Object"), ([1, 2], "IntegerArray")],
)
def test_a_characteristic_gets_the_type_of_its_value(value: Any, kind: str) -> None:
    shown = {"characteristic": [{"name": "n", "value": value}]}
    assert_pair(CUSTOMER, shown, {"characteristic": [{"name": "n", "value": value, "@type": f"{kind}Characteristic"}]})


@pytest.mark.parametrize(
    "party",
    [
        {"@type": "Individual", "givenName": "Ada"},
        {"@type": "PartyRef", "id": "p", "myOwn": 1},
        {"@type": "Organization", "id": "o", "name": "O", "tradingName": "Oh", "role": "hidden"},
    ],
    ids=str,
)
def test_what_is_inside_a_wrapper_stays_inside(party: dict[str, Any]) -> None:
    wrapped = {"@type": "RelatedPartyOrPartyRole", "role": "x", "partyOrPartyRole": party, "name": "outer"}
    stored = {"@type": "Customer", "relatedParty": [wrapped]}
    shown = view(CUSTOMER).show(stored)
    assert shown["relatedParty"][0]["role"] == "x"
    after = view(CUSTOMER).accept({**shown, "relatedParty": [{**shown["relatedParty"][0], "role": "y"}]}, stored)
    assert after["relatedParty"] == [{**wrapped, "role": "y"}]
