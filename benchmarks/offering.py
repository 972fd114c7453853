"""The document that everything is measured with: an offering of 3 to 5 kB, 12 references, 6 characteristics."""

from typing import Any

TARGETS = [("category", f"bench-category-{n}") for n in range(4)] + [
    ("productSpecification", "bench-specification"),
    *(("productOfferingPrice", f"bench-price-{n}") for n in range(4)),
    ("channel", "bench-shop"),
    ("marketSegment", "bench-residential"),
    ("organization", "bench-owner"),
]
TEXT = (
    "Fast access for homes with a router, unlimited traffic, support by phone and chat, and installation on request. "
)


def offering(number: int) -> dict[str, Any]:
    """Offering number N; every tenth is Launched, the others are Active."""
    return {
        "id": f"bench-{number:07d}",
        "@type": "ProductOffering",
        "name": f"Fibre {number % 1000} number {number}",
        "description": TEXT * 3,
        "isBundle": False,
        "isSellable": True,
        "version": "1.0",
        "lifecycleStatus": "Launched" if number % 10 == 0 else "Active",
        "statusReason": "Released to all channels",
        "validFor": {"startDateTime": "2026-01-01T00:00:00.000Z", "endDateTime": "2036-01-01T00:00:00.000Z"},
        "category": [_ref("CategoryRef", f"bench-category-{n}", name=f"Access {n}") for n in range(4)],
        "productSpecification": _ref("ProductSpecificationRef", "bench-specification", name="Fibre access"),
        "productOfferingPrice": [
            _ref("ProductOfferingPriceRef", f"bench-price-{n}", name=f"Price {n}") for n in range(4)
        ],
        "channel": [_ref("ChannelRef", "bench-shop", name="Shop")],
        "marketSegment": [_ref("MarketSegmentRef", "bench-residential", name="Residential")],
        "agreement": [_ref("AgreementRef", "bench-owner", name="Owner", referred="Organization")],
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


def _ref(type_name: str, id_: str, *, name: str, referred: str = "") -> dict[str, Any]:
    made = {"id": id_, "name": name, "@type": type_name}
    return made | {"@referredType": referred} if referred else made


def _use(name: str, value: Any) -> dict[str, Any]:
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
