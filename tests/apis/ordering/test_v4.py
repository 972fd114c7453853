"""What v4 and v5 call the same thing in product orders (TMF622)."""

import pytest

from tests.support.views import Record, assert_pair, view
from tmf_server.rules.canonical import V4_EXTRAS

ORDER = Record("TMF622", "ProductOrder", "ProductOrder")
CANCEL = Record("TMF622", "CancelProductOrder", "CancelProductOrder")


def in_item(**attributes: object) -> dict[str, object]:
    return {"productOrderItem": [{"id": "1", **attributes}]}


def typed_in_item(**attributes: object) -> dict[str, object]:
    return {"productOrderItem": [{"id": "1", "@type": "ProductOrderItem", **attributes}]}


def test_the_order_date_is_the_creation_date_in_v5() -> None:
    assert_pair(ORDER, {"orderDate": "2026-01-01T00:00:00Z"}, {"creationDate": "2026-01-01T00:00:00Z"})
    assert view(ORDER).path(("orderDate",)) == ("creationDate",)


def test_an_order_has_one_external_id_in_v4_and_several_in_v5() -> None:
    one = {"@type": "ExternalIdentifier", "id": "a"}
    assert_pair(ORDER, {"externalId": "a"}, {"externalId": [one]})
    assert view(ORDER).path(("externalId",)) == ("externalId", "id")
    stored = {"@type": "ProductOrder", "externalId": [{**one, "owner": "shop"}, {**one, "id": "b"}]}
    changed = view(ORDER).accept({"@type": "ProductOrder", "externalId": "c"}, stored)
    assert changed["externalId"] == [{**one, "id": "c"}, {**one, "id": "b"}]
    assert view(ORDER).accept({"@type": "ProductOrder"}, stored)["externalId"] == [{**one, "id": "b"}]
    renamed = view(ORDER).accept({"@type": "ProductOrder", "externalId": "a", "category": "x"}, stored)
    assert renamed["externalId"] == stored["externalId"]


@pytest.mark.parametrize(
    ("v5", "v4"), [("draft", "acknowledged"), ("inProgress.accepted", "inProgress"), ("held", "held")]
)
def test_v4_shows_the_nearest_state_of_an_order(v5: str, v4: str) -> None:
    stored = {"@type": "ProductOrder", "state": v5}
    shown = view(ORDER).show(stored)
    assert shown["state"] == v4
    assert view(ORDER).accept({**shown, "category": "x"}, stored)["state"] == v5
    assert view(ORDER).accept({**shown, "state": "failed"}, stored)["state"] == "failed"
    assert view(ORDER).accept(shown)["state"] == v4


def test_a_state_is_looked_for_under_every_name_it_has_in_v5() -> None:
    assert view(ORDER).stored_values(("state",), "acknowledged") == ("acknowledged", "draft")
    assert view(ORDER).stored_values(("state",), "held") == ("held",)
    assert view(ORDER).stored_values(("state",), "draft") == ()
    values = view(CANCEL).stored_values(("state",), "terminatedWithError")
    assert values == ("terminatedWithError", "rejected", "cancelled")


def test_an_item_that_is_partly_done_has_failed_in_v4() -> None:
    stored = {"@type": "ProductOrder", **typed_in_item(state="partial")}
    assert view(ORDER).show(stored)["productOrderItem"][0]["state"] == "failed"
    assert view(ORDER).stored_values(("productOrderItem", "state"), "failed") == ("failed", "partial")


def test_v4_shows_error_messages_as_notes() -> None:
    message = {
        "@type": "ProductOrderErrorMessage",
        "code": "cardinality",
        "reason": "at most one",
        "timestamp": "2026-01-01T00:00:00Z",
    }
    stored = {
        "@type": "ProductOrder",
        "note": [{"@type": "Note", "text": "call me"}],
        "productOrderErrorMessage": [message],
    }
    shown = view(ORDER).show(stored)
    assert [note["text"] for note in shown["note"]] == ["call me", "cardinality: at most one"]
    assert "productOrderErrorMessage" not in shown
    after = view(ORDER).accept({**shown, "note": [{"text": "new"}, *shown["note"]]}, stored)
    assert [note["text"] for note in after["note"]] == ["new", "call me"]
    assert after["productOrderErrorMessage"] == [message]
    cleared = view(ORDER).accept({**shown, "note": []}, stored)
    assert cleared["note"] == []
    assert cleared["productOrderErrorMessage"] == [message]


def test_a_channel_is_flat_in_v4() -> None:
    wrapped = {
        "@type": "RelatedChannel",
        "role": "seller",
        "channel": {"@type": "ChannelRef", "id": "web", "name": "Web"},
    }
    assert_pair(ORDER, {"channel": [{"id": "web", "name": "Web", "role": "seller"}]}, {"channel": [wrapped]})


def test_agreements_of_a_product_have_other_names_in_v5() -> None:
    shown = in_item(
        product={"agreement": [{"id": "a", "href": "/a", "name": "A", "agreementItemId": "7"}], "isBundle": False}
    )
    item = {
        "@type": "AgreementItemRef",
        "agreementId": "a",
        "agreementHref": "/a",
        "agreementName": "A",
        "agreementItemId": "7",
    }
    assert_pair(ORDER, shown, typed_in_item(product={"@type": "Product", "agreementItem": [item], "isBundle": False}))
    path = ("productOrderItem", "product", "agreement", "id")
    assert view(ORDER).path(path) == ("productOrderItem", "product", "agreementItem", "agreementId")


def test_a_product_names_its_related_orders_and_price_alterations() -> None:
    shown = in_item(
        product={
            "productOrderItem": [{"orderItemId": "1", "productOrderId": "o", "productOrderHref": "/o"}],
            "productPrice": [{"priceType": "recurring", "productPriceAlteration": [{"priceType": "discount"}]}],
        }
    )
    related = {"@type": "RelatedOrderItem", "orderItemId": "1", "orderId": "o", "orderHref": "/o"}
    alteration = {"@type": "PriceAlteration", "priceType": "discount"}
    price = {"@type": "ProductPrice", "priceType": "recurring", "priceAlteration": [alteration]}
    product = {"@type": "Product", "productOrderItem": [related], "productPrice": [price]}
    assert_pair(ORDER, shown, typed_in_item(product=product))


def test_a_related_product_is_inside_an_object_in_v4() -> None:
    whole = {"id": "p", "name": "P", "status": "active"}
    shown = in_item(product={"id": "1", "productRelationship": [{"relationshipType": "needs", "product": whole}]})
    flat = {"@type": "ProductRelationship", "relationshipType": "needs", "id": "p", "name": "P"}
    flat[V4_EXTRAS] = {"product": {"status": "active"}}  # type: ignore[assignment]
    assert_pair(ORDER, shown, typed_in_item(product={"@type": "Product", "id": "1", "productRelationship": [flat]}))
    path = ("productOrderItem", "product", "productRelationship", "product")
    flat_path = ("productOrderItem", "product", "productRelationship")
    assert view(ORDER).path((*path, "id")) == (*flat_path, "id")
    assert view(ORDER).path((*path, "status")) == (*flat_path, V4_EXTRAS, "product", "status")


def test_items_of_quotes_and_qualifications_have_other_ids() -> None:
    shown = in_item(
        quoteItem={"id": "1", "quoteId": "q", "name": "n"},
        productOfferingQualificationItem={"id": "2", "productOfferingQualificationId": "x"},
    )
    quote = {"@type": "QuoteItemRef", "quoteItemId": "1", "quoteId": "q", V4_EXTRAS: {"name": "n"}}
    qualified = {"@type": "ProductOfferingQualificationItemRef", "itemId": "2", "productOfferingQualificationId": "x"}
    assert_pair(ORDER, shown, typed_in_item(quoteItem=quote, productOfferingQualificationItem=qualified))


def test_a_term_lasts_whole_units_in_v5() -> None:
    term = {"@type": "OrderTerm", "duration": {"amount": 24, "units": "month"}}
    assert_pair(
        ORDER, in_item(itemTerm=[{"duration": {"amount": 24, "units": "month"}}]), typed_in_item(itemTerm=[term])
    )
    half = {"@type": "OrderTerm", "duration": {"units": "year", V4_EXTRAS: {"amount": 1.5}}}
    assert_pair(
        ORDER, in_item(itemTerm=[{"duration": {"amount": 1.5, "units": "year"}}]), typed_in_item(itemTerm=[half])
    )


def test_a_place_is_flat_in_v4() -> None:
    shown = in_item(product={"place": [{"id": "home", "role": "installation"}], "isBundle": True})
    place = {"@type": "RelatedPlaceRefOrValue", "role": "installation", "place": {"@type": "PlaceRef", "id": "home"}}
    assert_pair(ORDER, shown, typed_in_item(product={"@type": "Product", "place": [place], "isBundle": True}))
