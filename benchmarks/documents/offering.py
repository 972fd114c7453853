"""An offering: 12 references, 6 characteristics. Pure."""

from typing import Any

from benchmarks.documents.parts import TEXT, VALID, Document, id_of, ref

TARGETS = (
    *(("category", f"bench-category-{n}") for n in range(4)),
    ("productSpecification", "bench-specification"),
    *(("productOfferingPrice", f"bench-price-{n}") for n in range(4)),
)
"""What it refers to in its own catalog."""


def offering(number: int) -> Document:
    """Offering number N; every tenth is Launched, the others are Active."""
    return {
        "id": id_of(number),
        "@type": "ProductOffering",
        "name": f"Fibre {number % 1000} number {number}",
        "description": TEXT * 3,
        "isBundle": False,
        "isSellable": True,
        "version": "1.0",
        "lifecycleStatus": "Launched" if number % 10 == 0 else "Active",
        "statusReason": "Released to all channels",
        "validFor": VALID,
        "category": [ref("CategoryRef", f"bench-category-{n}", name=f"Access {n}") for n in range(4)],
        "productSpecification": ref("ProductSpecificationRef", "bench-specification", name="Fibre access"),
        "productOfferingPrice": [
            ref("ProductOfferingPriceRef", f"bench-price-{n}", name=f"Price {n}") for n in range(4)
        ],
        "channel": [ref("ChannelRef", "bench-shop", name="Shop")],
        "marketSegment": [ref("MarketSegmentRef", "bench-residential", name="Residential")],
        "agreement": [ref("AgreementRef", "bench-owner", name="Owner", referred="Organization")],
        "prodSpecCharValueUse": [_use(name, value) for name, value in _values(number)],
    }


def _values(number: int) -> list[tuple[str, Any]]:
    return [
        ("downlink", number % 1000),
        ("uplink", number % 100),
        ("colour", ("white", "black", "grey")[number % 3]),
        ("serial", f"SN-{number:07d}"),
        ("contract", "24 months"),
        ("staticAddress", number % 2 == 0),
    ]


def _use(name: str, value: Any) -> Document:
    kind = "Boolean" if isinstance(value, bool) else "Integer" if isinstance(value, int) else "String"
    return {
        "@type": "ProductSpecificationCharacteristicValueUse",
        "name": name,
        "description": f"What the customer gets as {name}",
        "valueType": kind.lower(),
        "productSpecCharacteristicValue": [
            {"@type": f"{kind}CharacteristicValueSpecification", "isDefault": True, "value": value}
        ],
    }
