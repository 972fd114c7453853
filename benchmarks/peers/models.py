"""The nouns as pydantic sees them: what a FastAPI project would declare, references and nested lists typed."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

# ruff: noqa: N815 - the attributes are called as in the documents


class Object(BaseModel):
    """Anything; what is not declared is kept."""

    model_config = ConfigDict(extra="allow", populate_by_name=True)
    type: str | None = Field(None, alias="@type")


class Reference(Object):
    """A reference."""

    id: str
    href: str | None = None
    name: str | None = None
    type: str = Field(alias="@type")


class Characteristic(Object):
    """A characteristic."""

    name: str
    valueType: str | None = None
    value: Any = None


class Party(Object):
    """A related party."""

    role: str
    partyOrPartyRole: Reference | None = None


class RelatedPlace(Object):
    """A place with its role."""

    role: str
    place: Reference | None = None


class Note(Object):
    """A remark."""

    id: str | None = None
    author: str | None = None
    date: str | None = None
    text: str | None = None


class Money(Object):
    """An amount."""

    unit: str | None = None
    value: float | None = None


class Record(Object):
    """What every noun has."""

    id: str | None = None
    type: str = Field(alias="@type")
    description: str | None = None


class CharacteristicUse(Object):
    """A characteristic with its values."""

    name: str
    description: str | None = None
    valueType: str | None = None
    productSpecCharacteristicValue: list[dict[str, Any]] = []


class Offering(Record):
    """A product offering."""

    name: str
    isBundle: bool | None = None
    isSellable: bool | None = None
    lifecycleStatus: str | None = None
    category: list[Reference] = []
    productOfferingPrice: list[Reference] = []
    channel: list[Reference] = []
    prodSpecCharValueUse: list[CharacteristicUse] = []


class ServiceRelationship(Object):
    """A service that this one has to do with."""

    relationshipType: str
    service: Reference | None = None


class Service(Record):
    """A service."""

    name: str | None = None
    state: str | None = None
    category: str | None = None
    isServiceEnabled: bool | None = None
    serviceSpecification: Reference | None = None
    supportingService: list[Reference] = []
    supportingResource: list[Reference] = []
    serviceCharacteristic: list[Characteristic] = []
    serviceRelationship: list[ServiceRelationship] = []
    relatedParty: list[Party] = []
    place: list[RelatedPlace] = []
    note: list[Note] = []


class ResourceRelationship(Object):
    """A resource that this one has to do with."""

    relationshipType: str
    resource: Reference | None = None


class Resource(Record):
    """A resource."""

    name: str | None = None
    category: str | None = None
    administrativeState: str | None = None
    operationalState: str | None = None
    usageState: str | None = None
    serialNumber: str | None = None
    resourceSpecification: Reference | None = None
    resourceCharacteristic: list[Characteristic] = []
    resourceRelationship: list[ResourceRelationship] = []
    relatedParty: list[Party] = []
    place: list[RelatedPlace] = []
    note: list[Note] = []


class Comment(Object):
    """What somebody wrote about an alarm."""

    comment: str | None = None
    systemId: str | None = None
    userId: str | None = None
    time: str | None = None


class Alarm(Record):
    """An alarm."""

    externalAlarmId: str | None = None
    alarmType: str
    perceivedSeverity: str
    probableCause: str
    specificProblem: str | None = None
    sourceSystemId: str
    state: str | None = None
    alarmRaisedTime: str
    isRootCause: bool | None = None
    alarmedObject: Reference | None = None
    affectedService: list[Reference] = []
    comment: list[Comment] = []
    place: list[dict[str, Any]] = []


class Period(Object):
    """From when and until when."""

    startDateTime: str | None = None
    endDateTime: str | None = None


class Medium(Object):
    """How somebody is reached."""

    id: str | None = None
    contactType: str | None = None
    preferred: bool | None = None
    validFor: Period | None = None


class Customer(Record):
    """A customer."""

    name: str
    status: str | None = None
    role: str | None = None
    engagedParty: Reference
    account: list[Reference] = []
    agreement: list[Reference] = []
    paymentMethod: list[Reference] = []
    contactMedium: list[Medium] = []
    characteristic: list[Characteristic] = []
    relatedParty: list[Party] = []


class Price(Object):
    """An amount without and with tax."""

    dutyFreeAmount: Money | None = None
    taxIncludedAmount: Money | None = None
    taxRate: float | None = None


class ItemPrice(Object):
    """A price of an item."""

    name: str | None = None
    priceType: str | None = None
    price: Price | None = None
    productOfferingPrice: Reference | None = None


class Product(Object):
    """What is ordered."""

    name: str | None = None
    isBundle: bool | None = None
    productCharacteristic: list[Characteristic] = []


class Item(Object):
    """An item of an order, with those inside it."""

    id: str
    action: str
    quantity: int | None = None
    state: str | None = None
    productOffering: Reference | None = None
    product: Product | None = None
    itemPrice: list[ItemPrice] = []
    productOrderItem: list["Item"] = []


class Order(Record):
    """A product order."""

    state: str | None = None
    category: str | None = None
    priority: str | None = None
    billingAccount: Reference | None = None
    agreement: list[Reference] = []
    relatedParty: list[Party] = []
    note: list[Note] = []
    productOrderItem: list[Item]


class Tax(Object):
    """A tax on a bill."""

    taxCategory: str | None = None
    taxRate: float | None = None
    taxAmount: Money | None = None


class Payment(Object):
    """What was paid of a bill."""

    appliedAmount: Money | None = None
    payment: Reference | None = None


class Attachment(Object):
    """A document of a bill."""

    id: str | None = None
    name: str | None = None
    mimeType: str | None = None
    url: str | None = None


class Bill(Record):
    """A customer bill."""

    billNo: str | None = None
    state: str | None = None
    billDate: str | None = None
    billingPeriod: Period | None = None
    billingAccount: Reference | None = None
    relatedParty: list[Party] = []
    taxIncludedAmount: Money | None = None
    remainingAmount: Money | None = None
    taxItem: list[Tax] = []
    appliedPayment: list[Payment] = []
    billDocument: list[Attachment] = []


MODELS: Mapping[str, type[Record]] = {
    "productOffering": Offering,
    "service": Service,
    "resource": Resource,
    "alarm": Alarm,
    "customer": Customer,
    "productOrder": Order,
    "customerBill": Bill,
}
