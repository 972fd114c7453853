"""Rules of the v4 view of product orders and cancellations (TMF622). Pure; no HTTP, no SQL."""

from typing import Any

from tmf_server.apis.shared.v4 import RELATED_PARTIES, RELATED_PLACE
from tmf_server.registry.entity import Document
from tmf_server.rest.versions.rules import First, Group, Lower, Rename, Rules, Values, Wrap


def show_notes(part: Document) -> Document:
    """Return the notes of the order, and a note for each error message: v4 has no attribute for error messages."""
    notes = [*_objects(part, "note"), *map(_as_note, _objects(part, "productOrderErrorMessage"))]
    return {"note": notes} if notes or "note" in part else {}


def store_notes(shown: Document, part: Document) -> Document:
    """Return the notes without the notes of error messages; the error messages stay in the order."""
    stored = {name: part[name] for name in ("productOrderErrorMessage",) if name in part}
    given = shown.get("note")
    if not isinstance(given, list):
        return stored
    errors = [_said(_as_note(message)) for message in _objects(part, "productOrderErrorMessage")]
    notes = _without(given, [*errors])
    return {**stored, "note": notes} if notes or "note" in part or not errors else stored


def _without(notes: list[Any], errors: list[Any]) -> list[Any]:
    """Return the notes without the last equal note for each error: notes of errors were shown last."""
    left = []
    for note in reversed(notes):
        if isinstance(note, dict) and _said(note) in errors:
            errors.remove(_said(note))
        else:
            left.append({"@type": "Note", **note} if isinstance(note, dict) else note)
    return left[::-1]


def _said(note: Document) -> tuple[Any, Any]:
    return note.get("text"), note.get("date")


def _objects(part: Document, name: str) -> list[Document]:
    value = part.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _as_note(message: Document) -> Document:
    said = [str(message[name]) for name in ("code", "reason", "message") if message.get(name)]
    note = {"@type": "Note", "text": ": ".join(said) or "rejected"}
    return {**note, "date": message["timestamp"]} if "timestamp" in message else note


NOTES = Group(
    shown={"note": None},
    stored=frozenset({"note", "productOrderErrorMessage"}),
    get=show_notes,
    put=store_notes,
    paths={("note",): ("note",)},
)

ORDERING_RULES: Rules = {
    **RELATED_PARTIES,
    ("ProductOrder", "ProductOrder"): (
        Rename("orderDate", "creationDate"),
        First("externalId", inner="id"),
        Values("state", {"draft": "acknowledged", "inProgress.accepted": "inProgress"}),
        NOTES,
    ),
    ("CancelProductOrder", "CancelProductOrder"): (
        Values("state", {"rejected": "terminatedWithError", "cancelled": "terminatedWithError"}),
    ),
    ("ProductOrderItem", "ProductOrderItem"): (Values("state", {"partial": "failed"}),),
    ("ProductRefOrValue", "ProductRefOrValue"): (Rename("agreement", "agreementItem"),),
    ("AgreementItemRef", "AgreementItemRef"): (
        Rename("id", "agreementId"),
        Rename("href", "agreementHref"),
        Rename("name", "agreementName"),
    ),
    ("ProductPrice", "ProductPrice"): (Rename("productPriceAlteration", "priceAlteration"),),
    ("ProductRelationship", "ProductRelationship"): (
        Lower("product", {"id": "id", "href": "href", "name": "name", "@referredType": "@referredType"}),
    ),
    ("RelatedProductOrderItem", "RelatedOrderItem"): (
        Rename("productOrderId", "orderId"),
        Rename("productOrderHref", "orderHref"),
    ),
    ("QuoteItemRef", "QuoteItemRef"): (Rename("id", "quoteItemId"),),
    ("ProductOfferingQualificationItemRef", "ProductOfferingQualificationItemRef"): (Rename("id", "itemId"),),
    ("RelatedChannel", "RelatedChannel"): (Wrap("channel"),),
    ("RelatedPlaceRefOrValue", "RelatedPlaceRefOrValue"): RELATED_PLACE,
}
