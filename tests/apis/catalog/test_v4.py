"""What v4 and v5 call the same thing in the product catalog (TMF620)."""

from typing import Any

import pytest

from tests.support.views import Record, assert_pair, view
from tmf_server.rules.canonical import V4_EXTRAS

CATALOG = Record("TMF620", "Catalog", "ProductCatalog")
CATEGORY = Record("TMF620", "Category", "Category")
OFFERING = Record("TMF620", "ProductOffering", "ProductOffering")
PRICE = Record("TMF620", "ProductOfferingPrice", "ProductOfferingPrice")
SPECIFICATION = Record("TMF620", "ProductSpecification", "ProductSpecification")


def euros(value: float) -> dict[str, Any]:
    return {"unit": "EUR", "value": value}


def test_the_catalog_has_another_type_in_v5() -> None:
    assert view(CATALOG).accept({"name": "a", "@type": "Catalog"}) == {"name": "a", "@type": "ProductCatalog"}
    assert view(CATALOG).show({"name": "a", "@type": "ProductCatalog"}) == {"name": "a", "@type": "Catalog"}
    assert view(CATALOG).stored_values(("@type",), "Catalog") == ("ProductCatalog",)
    assert view(CATALOG).accept({"@type": "ShopCatalog"}) == {"@type": "ShopCatalog"}


def test_a_category_names_its_parent_by_id_in_v4() -> None:
    assert_pair(CATEGORY, {"parentId": "top"}, {"parent": {"@type": "CategoryRef", "id": "top"}})
    assert view(CATEGORY).path(("parentId",)) == ("parent", "id")


def test_what_v5_knows_of_a_parent_stays_until_v4_names_another() -> None:
    parent = {"@type": "CategoryRef", "id": "top", "name": "Top", "version": "2"}
    stored = {"@type": "Category", "id": "1", "parent": parent}
    same = view(CATEGORY).accept({"id": "1", "parentId": "top", "name": "new", "@type": "Category"}, stored)
    assert same["parent"] is parent
    moved = view(CATEGORY).accept({"id": "1", "parentId": "other", "@type": "Category"}, stored)
    assert moved["parent"] == {"@type": "CategoryRef", "id": "other"}
    assert "parent" not in view(CATEGORY).accept({"id": "1", "@type": "Category"}, stored)


def test_a_related_party_is_flat_in_v4() -> None:
    flat = {"id": "p", "href": "/p", "name": "Ada", "role": "owner", "@referredType": "Individual"}
    inner = {"id": "p", "href": "/p", "name": "Ada", "@referredType": "Individual", "@type": "PartyRef"}
    wrapped = {"role": "owner", "partyOrPartyRole": inner, "@type": "RelatedPartyRefOrPartyRoleRef"}
    assert_pair(CATALOG, {"relatedParty": [flat]}, {"relatedParty": [wrapped]})
    assert view(CATALOG).path(("relatedParty", "id")) == ("relatedParty", "partyOrPartyRole", "id")
    assert view(CATALOG).path(("relatedParty", "role")) == ("relatedParty", "role")


@pytest.mark.parametrize(("referred", "type_name"), [("Customer", "PartyRoleRef"), ("Organization", "PartyRef")])
def test_the_type_of_a_related_party_follows_what_it_refers_to(referred: str, type_name: str) -> None:
    stored = view(CATALOG).accept({"relatedParty": [{"id": "p", "@referredType": referred}]})
    assert stored["relatedParty"][0]["partyOrPartyRole"]["@type"] == type_name


def test_v4_gets_the_referred_type_that_it_demands() -> None:
    inner = {"@type": "PartyRoleRef", "id": "p"}
    stored = {
        "relatedParty": [{"@type": "RelatedPartyRefOrPartyRoleRef", "partyOrPartyRole": inner}],
        "@type": "ProductCatalog",
    }
    shown = view(CATALOG).show(stored)
    assert shown["relatedParty"] == [{"id": "p", "@referredType": "PartyRole", "@type": "PartyRoleRef"}]
    shown["relatedParty"][0]["name"] = "Ada"
    after = view(CATALOG).accept(shown, stored)
    assert after["relatedParty"][0]["partyOrPartyRole"] == {**inner, "name": "Ada"}


def test_an_extension_of_a_reference_is_not_taken_for_an_attribute_of_its_wrapper() -> None:
    inner = {"@type": "PartyRef", "id": "p", "role": "inner", "@referredType": "Individual"}
    wrapped = {"@type": "RelatedPartyRefOrPartyRoleRef", "partyOrPartyRole": inner, "name": "outer"}
    stored = {"@type": "ProductCatalog", "relatedParty": [wrapped]}
    shown = view(CATALOG).show(stored)
    assert shown["relatedParty"] == [{"id": "p", "@referredType": "Individual"}]
    after = view(CATALOG).accept({**shown, "relatedParty": [{**shown["relatedParty"][0], "role": "new"}]}, stored)
    assert after["relatedParty"] == [{**wrapped, "role": "new"}]


def test_a_type_that_v4_clients_send_for_a_related_party_comes_back() -> None:
    shown = {"relatedParty": [{"id": "p", "@referredType": "Individual", "@type": "RelatedParty"}], "@type": "Catalog"}
    stored = view(CATALOG).accept(shown)
    assert stored["relatedParty"][0]["@type"] == "RelatedPartyRefOrPartyRoleRef"
    assert view(CATALOG).show(stored) == shown


def test_a_characteristic_has_other_names_in_v5() -> None:
    shown = {
        "productSpecCharacteristic": [
            {
                "name": "speed",
                "productSpecCharacteristicValue": [
                    {"value": 500},
                    {"value": "fast"},
                    {"value": {"up": 1}},
                    {"value": True},
                ],
                "productSpecCharRelationship": [{"id": "s", "href": "/s", "name": "n", "charSpecSeq": 2}],
            }
        ]
    }
    values = ["Integer", "String", "Object", "Boolean"]
    specified = shown["productSpecCharacteristic"][0]["productSpecCharacteristicValue"]
    canonical = {
        "productSpecCharacteristic": [
            {
                "@type": "CharacteristicSpecification",
                "name": "speed",
                "characteristicValueSpecification": [
                    {**value, "@type": f"{kind}CharacteristicValueSpecification"}  # type: ignore[dict-item]
                    for kind, value in zip(values, specified, strict=True)
                ],
                "charSpecRelationship": [
                    {
                        "@type": "CharacteristicSpecificationRelationship",
                        "parentSpecificationId": "s",
                        "parentSpecificationHref": "/s",
                        "name": "n",
                        V4_EXTRAS: {"charSpecSeq": 2},
                    }
                ],
            }
        ]
    }
    assert_pair(SPECIFICATION, shown, canonical)


def test_the_type_of_a_value_changes_with_the_value() -> None:
    before = {"value": 500, "isDefault": True, "regex": "x", "@type": "IntegerCharacteristicValueSpecification"}
    stored = {
        "@type": "ProductOffering",
        "prodSpecCharValueUse": [{"id": "u", "productSpecCharacteristicValue": [before]}],
    }
    shown = view(OFFERING).show(stored)
    value = {**shown["prodSpecCharValueUse"][0]["productSpecCharacteristicValue"][0], "value": 0.5}
    shown = {**shown, "prodSpecCharValueUse": [{"id": "u", "productSpecCharacteristicValue": [value]}]}
    after = view(OFFERING).accept(shown, stored)["prodSpecCharValueUse"][0]["productSpecCharacteristicValue"][0]
    assert after["@type"] == "NumberCharacteristicValueSpecification"


def test_a_price_has_policies_where_v4_has_constraints() -> None:
    assert_pair(PRICE, {"constraint": [{"id": "c"}]}, {"policy": [{"@type": "PolicyRef", "id": "c"}]})
    assert view(PRICE).path(("constraint", "id")) == ("policy", "id")


def test_an_inline_price_is_money_with_tax_in_v5() -> None:
    shown = {"dutyFreeAmount": euros(10.1), "taxIncludedAmount": euros(12.12), "taxRate": 20, "taxCategory": "VAT"}
    tax = {"@type": "TaxItem", "taxRate": 20, "taxCategory": "VAT", "taxAmount": euros(2.02)}
    inline = {"id": "1", "priceType": "recurring", "recurringChargePeriod": "month", "price": shown}
    stored = {
        "@type": "ProductOfferingPrice",
        "id": "1",
        "priceType": "recurring",
        "recurringChargePeriodType": "month",
        "price": euros(10.1),
        "tax": [tax],
    }
    assert_pair(OFFERING, {"productOfferingPrice": [inline]}, {"productOfferingPrice": [stored]})
    paths = {
        path: view(OFFERING).path(("productOfferingPrice", "price", *path))
        for path in (("taxRate",), ("dutyFreeAmount", "value"))
    }
    assert paths[("taxRate",)] == ("productOfferingPrice", "tax", "taxRate")
    assert paths[("dutyFreeAmount", "value")] == ("productOfferingPrice", "price", "value")


@pytest.mark.parametrize(
    "price",
    [
        {"taxIncludedAmount": euros(12)},
        {"taxIncludedAmount": euros(12), "taxRate": 20},
        {"dutyFreeAmount": euros(10), "taxIncludedAmount": {"unit": "USD", "value": 12}},
        {"dutyFreeAmount": euros(10), "@type": "MyPrice", "myOwn": 1},
        {"percentage": 5},
        {"taxCategory": "VAT"},
        {},
    ],
    ids=str,
)
def test_every_shape_of_an_inline_price_comes_back(price: dict[str, Any]) -> None:
    shown = {
        "productOfferingPrice": [{"name": "p", "price": price, "@type": "ProductOfferingPrice"}],
        "@type": "ProductOffering",
    }
    assert view(OFFERING).show(view(OFFERING).accept(shown)) == shown


def test_a_price_that_v5_changes_is_not_shown_as_v4_wrote_it() -> None:
    stored = view(OFFERING).accept(
        {"productOfferingPrice": [{"name": "p", "price": {"taxIncludedAmount": euros(12), "my": 1}}]}
    )
    stored["productOfferingPrice"][0]["price"] = euros(20)
    assert view(OFFERING).show(stored)["productOfferingPrice"][0]["price"] == {"dutyFreeAmount": euros(20), "my": 1}


def test_a_price_that_v5_takes_away_is_gone_in_v4() -> None:
    stored = view(OFFERING).accept({"productOfferingPrice": [{"name": "p", "price": {"taxIncludedAmount": euros(12)}}]})
    del stored["productOfferingPrice"][0]["price"]
    assert view(OFFERING).show(stored)["productOfferingPrice"] == [{"name": "p", "@type": "ProductOfferingPrice"}]


@pytest.mark.parametrize("tax", [[], [{"@type": "TaxItem"}], [{"@type": "VatItem", "taxRate": 10}, {}]])
def test_v4_changes_what_is_no_tax_and_leaves_the_tax(tax: list[dict[str, Any]]) -> None:
    price = {"@type": "ProductOfferingPrice", "id": "1", "price": euros(10), "percentage": 5, "tax": tax}
    stored = {"@type": "ProductOffering", "id": "1", "productOfferingPrice": [price]}
    shown = view(OFFERING).show(stored)
    inline = shown["productOfferingPrice"][0]
    changed = {**inline, "price": {**inline["price"], "percentage": 6}}
    after = view(OFFERING).accept({**shown, "productOfferingPrice": [changed]}, stored)
    assert after["productOfferingPrice"] == [{**price, "percentage": 6}]


def test_v4_changes_one_tax_and_leaves_the_others() -> None:
    items = [
        {"@type": "TaxItem", "taxRate": 10, "taxAmount": euros(1)},
        {"@type": "TaxItem", "taxRate": 5, "taxAmount": euros(0.5)},
    ]
    price = {"@type": "ProductOfferingPrice", "id": "1", "price": euros(10), "tax": items}
    stored = {"@type": "ProductOffering", "productOfferingPrice": [price]}
    shown = view(OFFERING).show(stored)
    inline = shown["productOfferingPrice"][0]
    assert inline["price"] == {"dutyFreeAmount": euros(10), "taxIncludedAmount": euros(11.5), "taxRate": 10}
    changed = {**inline, "price": {**inline["price"], "taxIncludedAmount": euros(12.5)}}
    after = view(OFFERING).accept({**shown, "productOfferingPrice": [changed]}, stored)
    assert after["productOfferingPrice"][0]["tax"] == [{**items[0], "taxAmount": euros(2)}, items[1]]


def test_an_offering_refers_to_prices_or_holds_them() -> None:
    shown = {"productOfferingPrice": [{"id": "1", "name": "a"}, {"id": "2", "priceType": "usage"}, {"name": "no id"}]}
    stored = view(OFFERING).accept(shown)["productOfferingPrice"]
    names = ["ProductOfferingPriceRef", "ProductOfferingPrice", "ProductOfferingPrice"]
    assert [price["@type"] for price in stored] == names


def test_an_attribute_that_only_v4_has_is_kept_beside_the_others() -> None:
    shown = {"bundledProductOffering": [{"id": "b", "lifecycleStatus": "Active"}]}
    bundled = {"@type": "BundledProductOffering", "id": "b", V4_EXTRAS: {"lifecycleStatus": "Active"}}
    assert_pair(OFFERING, shown, {"bundledProductOffering": [bundled]})
    where = ("bundledProductOffering", V4_EXTRAS, "lifecycleStatus")
    assert view(OFFERING).path(("bundledProductOffering", "lifecycleStatus")) == where


def test_an_attribute_that_only_v5_has_is_hidden_and_stays() -> None:
    bundled = [
        {"@type": "BundledProductOffering", "id": "a", "version": "1"},
        {"@type": "BundledProductOffering", "id": "b", "version": "2"},
    ]
    stored = {"@type": "ProductOffering", "bundledProductOffering": bundled, "externalIdentifier": [{"id": "x"}]}
    shown = view(OFFERING).show(stored)
    assert "externalIdentifier" not in shown
    assert [set(one) for one in shown["bundledProductOffering"]] == [{"@type", "id"}] * 2
    b = {**shown["bundledProductOffering"][1], "name": "B"}
    after = view(OFFERING).accept({"@type": "ProductOffering", "bundledProductOffering": [{"id": "c"}, b]}, stored)
    assert after["externalIdentifier"] == stored["externalIdentifier"]
    assert [one.get("version") for one in after["bundledProductOffering"]] == [None, "2"]


def test_another_reference_does_not_inherit_what_v5_knew_of_the_one_before() -> None:
    reference = {"@type": "ProductSpecificationRef", "id": "1", "version": "3", "targetProductSchema": {"@type": "X"}}
    stored = {"@type": "ProductOffering", "productSpecification": reference, V4_EXTRAS: {}}
    del stored[V4_EXTRAS]
    rule = view(OFFERING).accept({"@type": "ProductOffering", "productSpecification": {"id": "2"}}, stored)
    assert rule["productSpecification"] == {"@type": "ProductSpecificationRef", "id": "2"}


def test_attributes_that_nobody_declares_pass_both_ways() -> None:
    shown = {"name": "a", "myOwn": {"deep": [1, {"x": None}]}, "@type": "ProductOffering"}
    assert view(OFFERING).accept(shown) == shown
    assert view(OFFERING).show(shown) == shown


def test_a_v4_attribute_with_the_name_of_a_v5_one_is_kept_apart() -> None:
    shown = {"externalIdentifier": "mine", "@type": "ProductOffering"}
    stored = view(OFFERING).accept(shown)
    assert stored == {"@type": "ProductOffering", V4_EXTRAS: {"externalIdentifier": "mine"}}
    stored["externalIdentifier"] = [{"@type": "ExternalIdentifier", "id": "1"}]
    assert view(OFFERING).show(stored) == shown
