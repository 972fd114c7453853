"""A product order with items in items. Pure."""

from typing import Any

from benchmarks.documents.parts import BEGIN, TEXT, Document, characteristic, customer, id_of, money, note, ref


def order(number: int) -> Document:
    """Order number N; every tenth is held, the others are in progress."""
    state = "held" if number % 10 == 0 else "inProgress"
    parts = [_item("1.1", "bench-router", state), _item("1.2", "bench-voice", state)]
    return {
        "id": id_of(number),
        "@type": "ProductOrder",
        "state": state,
        "creationDate": BEGIN,
        "category": "residential",
        "description": TEXT,
        "priority": "4",
        "requestedStartDate": BEGIN,
        "requestedCompletionDate": BEGIN,
        "notificationContact": "ann@post.example",
        "externalId": [
            {
                "@type": "ExternalIdentifier",
                "id": f"basket-{number}",
                "owner": "shop",
                "externalIdentifierType": "basket",
            }
        ],
        "billingAccount": ref("BillingAccountRef", "bench-account", name="Account", referred="BillingAccount"),
        "agreement": [ref("AgreementRef", "bench-agreement", name="Contract", referred="Agreement")],
        "channel": [
            {"@type": "RelatedChannel", "role": "orderEntry", "channel": ref("ChannelRef", "bench-shop", name="Shop")}
        ],
        "relatedParty": [customer()],
        "note": [note(0)],
        "productOrderItem": [
            _item("1", "bench-access", state, productOrderItem=parts),
            _item("2", "bench-tv", state),
        ],
    }


def placed(number: int) -> Document:
    """The same as a client orders it, without the states and the instant that the server gives."""
    made = order(number)
    _forget(made, "state", "creationDate")
    return made


def _forget(document: Document, *names: str) -> None:
    for name in names:
        document.pop(name, None)
    for item in document.get("productOrderItem", ()):
        _forget(item, *names)


def _item(id_: str, offering: str, state: str, **more: Any) -> Document:
    return {
        "@type": "ProductOrderItem",
        "id": id_,
        "action": "add",
        "quantity": 1,
        "state": state,
        "productOffering": ref("ProductOfferingRef", offering, name="Offering", referred="ProductOffering"),
        "product": {
            "@type": "Product",
            "name": "What is installed",
            "isBundle": False,
            "productCharacteristic": [characteristic("downlink", 500), characteristic("colour", "white")],
        },
        "itemPrice": [_price(offering)],
        **more,
    }


def _price(offering: str) -> Document:
    return {
        "@type": "OrderPrice",
        "name": "Monthly fee",
        "priceType": "recurring",
        "recurringChargePeriod": "month",
        "price": {
            "@type": "Price",
            "dutyFreeAmount": money(40.0),
            "taxIncludedAmount": money(48.0),
            "taxRate": 20,
        },
        "productOfferingPrice": ref(
            "ProductOfferingPriceRef", f"{offering}-fee", name="Monthly fee", referred="ProductOfferingPrice"
        ),
    }
