"""Canonical documents of the catalog from the few facts that differ: everything mandatory is filled in. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tmf_server.registry.entity import Document

CURRENCY = "EUR"
VAT_RATE = 20
VERSION = "1.0"
SINCE = "2025-01-01T00:00:00.000Z"
UNTIL = "2035-12-31T23:59:59.000Z"
VALID = {"startDateTime": SINCE, "endDateTime": UNTIL}
OPERATOR = {"id": "quillnet", "name": "Quillnet"}

Amount = int | float
Value = str | int | float


def named(type_name: str, id_: str, name: str, description: str, state: str = "Launched", **more: Any) -> Document:
    """What every record of the catalog has."""
    return {
        "id": id_,
        "name": name,
        "description": description,
        "version": VERSION,
        "lifecycleStatus": state,
        "validFor": VALID,
        **{key: value for key, value in more.items() if value not in (None, [])},
        "@type": type_name,
    }


def ref(type_name: str, id_: str, **more: Any) -> Document:
    """A reference; the name of a target that is in the demo is filled in by `with_names`."""
    return {"id": id_, **more, "@referredType": type_name, "@type": f"{type_name}Ref"}


def refs(type_name: str, ids: str) -> list[Document]:
    """References to the ids in a text."""
    return [ref(type_name, id_) for id_ in ids.split()]


def owner() -> list[Document]:
    """The operator itself as a related party."""
    party = OPERATOR | {"@referredType": "Organization", "@type": "PartyRef"}
    return [{"role": "owner", "partyOrPartyRole": party, "@type": "RelatedPartyRefOrPartyRoleRef"}]


def catalog(id_: str, name: str, description: str, kind: str, categories: str) -> Document:
    """A catalog with its root categories."""
    return named(
        "ProductCatalog", id_, name, description,
        catalogType=kind, category=refs("Category", categories), relatedParty=owner(),
    )  # fmt: skip


def category(id_: str, name: str, description: str, *, parent: str = "", below: str = "", offers: str = "") -> Document:
    """A category; one without a parent is a root."""
    return named(
        "Category", id_, name, description,
        isRoot=not parent,
        parent=ref("Category", parent) if parent else None,
        subCategory=refs("Category", below),
        productOffering=refs("ProductOffering", offers),
    )  # fmt: skip


def _value(value: Value, unit: str | None, *, default: bool) -> Document:
    kind = "String" if isinstance(value, str) else "Integer" if isinstance(value, int) else "Number"
    return {
        "isDefault": default,
        "valueType": kind.lower(),
        **({"unitOfMeasure": unit} if unit else {}),
        "value": value,
        "validFor": VALID,
        "@type": f"{kind}CharacteristicValueSpecification",
    }


def values(given: Sequence[Value], unit: str | None = None) -> list[Document]:
    """The values that a characteristic can have; the first is the default."""
    return [_value(value, unit, default=place == 0) for place, value in enumerate(given)]


def characteristic(name: str, description: str, given: Sequence[Value], unit: str | None = None) -> Document:
    """A characteristic of a specification with the values to choose from."""
    return {
        "id": name,
        "name": name,
        "description": description,
        "valueType": "string" if isinstance(given[0], str) else "number",
        "configurable": len(given) > 1,
        "minCardinality": 1,
        "maxCardinality": 1,
        "isUnique": True,
        "extensible": False,
        "validFor": VALID,
        "characteristicValueSpecification": values(given, unit),
        "@type": "CharacteristicSpecification",
    }


def specification(
    id_: str, name: str, description: str, number: str, characteristics: Iterable[Document], **more: Any
) -> Document:
    """A product specification; `bundles`, `services` and `resources` are texts of ids."""
    bundled = [
        {"id": one, "name": "", "lifecycleStatus": "Launched", "@type": "BundledProductSpecification"}
        for one in more.get("bundles", "").split()
    ]
    return named(
        "ProductSpecification", id_, name, description,
        brand="Quillnet",
        productNumber=number,
        isBundle=bool(bundled),
        relatedParty=owner(),
        productSpecCharacteristic=list(characteristics),
        bundledProductSpecification=bundled,
        serviceSpecification=_elsewhere("ServiceSpecification", more.get("services", "")),
        resourceSpecification=_elsewhere("ResourceSpecification", more.get("resources", "")),
    )  # fmt: skip


def _elsewhere(type_name: str, ids: str) -> list[Document]:
    """References to what other APIs keep, named after their ids."""
    return [ref(type_name, id_, name=id_.replace("-", " ").capitalize(), version=VERSION) for id_ in ids.split()]


def price(
    id_: str, name: str, description: str, kind: str, value: Amount | None, *, unit: str = "", **more: Any
) -> Document:
    """A price of kind recurring (per month), oneTime, usage (per unit) or discount (a percentage)."""
    recurring = kind == "recurring"
    units = unit or ("month" if recurring else "piece")
    return named(
        "ProductOfferingPrice", id_, name, description,
        priceType=kind,
        isBundle="bundles" in more,
        price={"unit": CURRENCY, "value": value} if value is not None else None,
        percentage=more.get("percentage"),
        unitOfMeasure={"amount": 1, "units": units},
        recurringChargePeriodType="month" if recurring else None,
        recurringChargePeriodLength=1 if recurring else None,
        tax=_tax(value),
        productOfferingTerm=_terms(more.get("months")),
        bundledPopRelationship=_bundled_prices(more.get("bundles", "")),
        popRelationship=_discounts(more.get("discount", "")),
    )  # fmt: skip


def _tax(value: Amount | None) -> list[Document]:
    amount = {} if value is None else {"taxAmount": {"unit": CURRENCY, "value": round(value * VAT_RATE / 100, 2)}}
    return [{"taxCategory": "VAT", "taxRate": VAT_RATE, **amount, "@type": "TaxItem"}]


def _terms(months: int | None) -> list[Document]:
    if not months:
        return []
    return [
        {
            "name": f"{months} months",
            "description": f"The contract runs for at least {months} months.",
            "duration": {"amount": months, "units": "month"},
            "validFor": VALID,
            "@type": "ProductOfferingTerm",
        }
    ]


def _bundled_prices(ids: str) -> list[Document]:
    kind = {"@referredType": "ProductOfferingPrice", "@type": "BundledProductOfferingPriceRelationship"}
    return [{"id": id_, "name": "", "version": VERSION, **kind} for id_ in ids.split()]


def _discounts(ids: str) -> list[Document]:
    kind = {"@referredType": "ProductOfferingPrice", "@type": "ProductOfferingPriceRelationship"}
    how = {"relationshipType": "discountedBy", "role": "discount"}
    return [{"id": id_, "name": "", **how, "version": VERSION, **kind} for id_ in ids.split()]


def offering(
    id_: str,
    name: str,
    description: str,
    categories: str,
    spec: str,
    *,
    prices: str,
    chosen: Mapping[str, tuple[Value, str | None]],
    **more: Any,
) -> Document:
    """An offering: what it is (`spec`), the characteristic values it fixes (`chosen`) and what it costs (`prices`)."""
    months = more.get("months", 24)
    return named(
        "ProductOffering", id_, name, description, more.get("state", "Launched"),
        isBundle="bundles" in more,
        isSellable=more.get("sellable", True),
        statusReason=more.get("reason", "Released for sale"),
        category=refs("Category", categories),
        productSpecification=ref("ProductSpecification", spec),
        productOfferingPrice=refs("ProductOfferingPrice", prices),
        productOfferingTerm=_terms(months),
        prodSpecCharValueUse=[_use(spec, use, *value) for use, value in chosen.items()],
        bundledProductOffering=_bundled(more.get("bundles", {})),
        productOfferingRelationship=_related(more.get("requires", "")),
        channel=_named_refs("Channel", more.get("channel", "online shop")),
        marketSegment=_named_refs("MarketSegment", more.get("segment", "residential")),
        place=_named_refs("Place", more.get("place", "coastal region"), referred="GeographicArea"),
        serviceLevelAgreement=next(iter(_named_refs("SLA", more.get("sla", "best effort"))), None),
        attachment=[_leaflet(id_, name)],
    )  # fmt: skip


def _named_refs(type_name: str, names: str, referred: str = "") -> list[Document]:
    """References to what other systems keep, from their names, separated by commas."""
    return [
        {"id": name.replace(" ", "-"), "name": name.capitalize()}
        | {"@referredType": referred or type_name, "@type": f"{type_name}Ref"}
        for name in (part.strip() for part in names.split(","))
    ]


def _use(spec: str, name: str, value: Value, unit: str | None) -> Document:
    return {
        "id": name,
        "name": name,
        "description": f"The {name} of this offering.",
        "valueType": "string" if isinstance(value, str) else "number",
        "minCardinality": 1,
        "maxCardinality": 1,
        "validFor": VALID,
        "productSpecCharacteristicValue": values([value], unit),
        "productSpecification": ref("ProductSpecification", spec),
        "@type": "ProductSpecificationCharacteristicValueUse",
    }


def _bundled(counts: Mapping[str, tuple[int, int, int]]) -> list[Document]:
    """Bundled offerings with how many are taken at least, at most and by default."""
    names = ("numberRelOfferLowerLimit", "numberRelOfferUpperLimit", "numberRelOfferDefault")
    kind = {"@type": "BundledProductOfferingOption"}
    return [
        {
            "id": id_,
            "name": "",
            "bundledProductOfferingOption": dict(zip(names, count, strict=True)) | kind,
            "@referredType": "ProductOffering",
            "@type": "BundledProductOffering",
        }
        for id_, count in counts.items()
    ]


def _related(ids: str) -> list[Document]:
    how = {"relationshipType": "requires", "role": "base", "version": VERSION, "validFor": VALID}
    kind = {"@referredType": "ProductOffering", "@type": "ProductOfferingRelationship"}
    return [{"id": id_, "name": "", **how, **kind} for id_ in ids.split()]


def _leaflet(id_: str, name: str) -> Document:
    return {
        "id": f"leaflet-{id_}",
        "name": f"{name}: leaflet",
        "description": "What the customer gets, on one page.",
        "attachmentType": "leaflet",
        "mimeType": "application/pdf",
        "url": f"https://www.quillnet.example/leaflets/{id_}.pdf",
        "size": {"amount": 180, "units": "kB"},
        "validFor": VALID,
        "@type": "Attachment",
    }


def with_names(documents: Iterable[Document]) -> list[Document]:
    """The documents, each reference to one of them with its name and version."""
    found = list(documents)
    names = {document["id"]: document["name"] for document in found}
    return [_named(document, names, top=True) for document in found]


def _named(node: Any, names: Mapping[str, str], *, top: bool = False) -> Any:
    if isinstance(node, list):
        return [_named(element, names) for element in node]
    if not isinstance(node, dict):
        return node
    copy = {key: _named(value, names) for key, value in node.items()}
    if not top and copy.get("id") in names and copy.get("@type", "").endswith(NAMED_BY_ID):
        first = {"id": copy["id"], "name": names[copy["id"]]}
        if copy["@type"].endswith("Ref"):
            first["version"] = VERSION
        return first | {key: value for key, value in copy.items() if key not in first}
    return copy


NAMED_BY_ID = ("Ref", "Relationship", "BundledProductOffering", "BundledProductSpecification")
