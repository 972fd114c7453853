"""The nouns that can be measured: their documents, and which rows a POST of one writes. Pure; runs no SQL."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from benchmarks.documents.alarm import SERIAL, alarm
from benchmarks.documents.bill import bill
from benchmarks.documents.customer import customer
from benchmarks.documents.inventory import resource, service
from benchmarks.documents.offering import TARGETS, offering
from benchmarks.documents.order import order, placed
from benchmarks.documents.parts import Document
from tmf_server.apis.alarm.rules import external_identity, identity

RESTRICT, DETACH, KEEP = "restrict", "detach", "keep"
NEWEST = 7  # number of the document that is posted; a usual one, no filter finds it


class Target(NamedTuple):
    """What a reference points at; a row has its key in the table `entity`."""

    kind: str
    id: str


class Place(NamedTuple):
    """References at a dotted path of the document: the kind of the target, and what deleting that does."""

    path: str
    kind: str
    role: str = RESTRICT


class Filter(NamedTuple):
    """The filter of a list, that one record of ten passes: `column` is where peers have the attribute."""

    parameter: str
    value: str
    column: str


@dataclass(frozen=True)
class Child:
    """A table with a row for each element of an array; `rows` gives values, or Target for the key of one."""

    table: str
    columns: tuple[str, ...]
    rows: Callable[[Document], Iterator[tuple[Any, ...]]]


@dataclass(frozen=True, kw_only=True)
class Noun:
    """One noun.

    `made` gives document number N as it is stored, `posted` one that is sent, where that differs; all documents have
    the same references. `plain` and `instants` map columns to attributes, `stamped` are instants that are now, and
    `computed` follow from the document. `here` are targets that are stored before anything is measured; all others
    belong to other APIs. `serial` is text in the posted document that is another one in each request.
    """

    api: str
    name: str
    table: str
    made: Callable[[int], Document]
    posted: Callable[[int], Document] | None = None
    has_post: bool = True
    filter: Filter
    plain: Mapping[str, str] = field(default_factory=dict)
    instants: Mapping[str, str] = field(default_factory=dict)
    stamped: tuple[str, ...] = ()
    computed: Mapping[str, Callable[[Document], Any]] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    places: tuple[Place, ...] = ()
    characteristics: tuple[str, tuple[str, ...]] = ("", ())
    children: tuple[Child, ...] = ()
    here: tuple[tuple[str, str], ...] = ()
    serial: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of a record in the order of its values, without the key."""
        own = (*self.plain, *self.instants, *self.stamped, *self.computed)
        return ("id", "revision", "created", "updated", "type", *own, "document")

    def body(self) -> Document:
        """What is posted: without an id, so that every POST makes a new record."""
        document = (self.posted or self.made)(NEWEST)
        return {name: value for name, value in document.items() if name != "id"}


# -- product orders: items in items, each with prices ---------------------------------------------
def _items(order: Document) -> Iterator[tuple[int, int | None, Document]]:
    """Number, number of the item above, item."""
    number = -1
    waiting: list[tuple[int | None, Document]] = [(None, item) for item in reversed(order["productOrderItem"])]
    while waiting:
        parent, item = waiting.pop()
        number += 1
        yield number, parent, item
        waiting += [(number, part) for part in reversed(item.get("productOrderItem", ()))]


def _item_rows(order: Document) -> Iterator[tuple[Any, ...]]:
    for number, parent, item in _items(order):
        offering = Target("productOffering", item["productOffering"]["id"])
        state = item.get("state", "acknowledged")
        yield number, parent, item["id"], item["action"], state, item["quantity"], offering, None


def _price_rows(order: Document) -> Iterator[tuple[Any, ...]]:
    for number, _, item in _items(order):
        for place, one in enumerate(item["itemPrice"]):
            price = one["price"]
            amounts = [price["dutyFreeAmount"]["value"], price["taxIncludedAmount"]["value"], price["taxRate"]]
            unit = price["taxIncludedAmount"]["unit"]
            target = Target("productOfferingPrice", one["productOfferingPrice"]["id"])
            yield number, place, one["priceType"], one["recurringChargePeriod"], unit, *map(_exact, amounts), target


def _exact(value: float) -> Decimal:
    return Decimal(str(value))


ITEM = ("number", "parent", "id", "action", "state", "quantity", "offering", "product")
PRICE = ("item", "number", "price_type", "period", "currency", "duty_free", "tax_included", "tax_rate")
_PARTY = "relatedParty.partyOrPartyRole"
_VALID = {"valid_from": "validFor.startDateTime", "valid_to": "validFor.endDateTime"}

OFFERING = Noun(
    api="TMF620",
    name="productOffering",
    table="product_offering",
    made=offering,
    filter=Filter("lifecycleStatus", "Launched", "lifecycle_status"),
    plain={
        "name": "name",
        "lifecycle_status": "lifecycleStatus",
        "is_bundle": "isBundle",
        "is_sellable": "isSellable",
    },
    instants=_VALID,
    stamped=("last_update",),
    places=(
        Place("category", "category"),
        Place("productSpecification", "productSpecification"),
        Place("productOfferingPrice", "productOfferingPrice"),
        Place("channel", "channel"),
        Place("marketSegment", "marketSegment"),
        Place("agreement", "organization"),
    ),
    characteristics=("prodSpecCharValueUse", ("productSpecCharacteristicValue", "value")),
    here=TARGETS,
)
SERVICE = Noun(
    api="TMF638",
    name="service",
    table="service",
    made=service,
    filter=Filter("state", "inactive", "state"),
    plain={
        "name": "name",
        "state": "state",
        "category": "category",
        "service_type": "serviceType",
        "is_service_enabled": "isServiceEnabled",
    },
    instants={"start_date": "startDate"},
    places=(
        Place("serviceSpecification", "serviceSpecification"),
        Place("supportingService", "service"),
        Place("supportingResource", "resource"),
        Place("serviceRelationship.service", "service", DETACH),
        Place(_PARTY, "customer"),
        Place("place.place", "geographicSite"),
    ),
    characteristics=("serviceCharacteristic", ("value",)),
)
RESOURCE = Noun(
    api="TMF639",
    name="resource",
    table="resource",
    made=resource,
    filter=Filter("operationalState", "disabled", "operational_state"),
    plain={
        "name": "name",
        "category": "category",
        "administrative_state": "administrativeState",
        "operational_state": "operationalState",
        "usage_state": "usageState",
        "lifecycle_state": "lifecycleState",
        "serial_number": "serialNumber",
    },
    instants={"start_operating_date": "startOperatingDate"},
    places=(
        Place("resourceSpecification", "resourceSpecification"),
        Place("resourceRelationship.resource", "resource", DETACH),
        Place(_PARTY, "organization"),
        Place("place.place", "geographicSite"),
    ),
    characteristics=("resourceCharacteristic", ("value",)),
)
ALARM = Noun(
    api="TMF642",
    name="alarm",
    table="alarm",
    made=alarm,
    posted=lambda number: alarm(number, SERIAL),
    filter=Filter("perceivedSeverity", "critical", "perceived_severity"),
    plain={
        "state": "state",
        "ack_state": "ackState",
        "perceived_severity": "perceivedSeverity",
        "alarm_type": "alarmType",
        "probable_cause": "probableCause",
        "specific_problem": "specificProblem",
        "source_system_id": "sourceSystemId",
        "external_alarm_id": "externalAlarmId",
        "is_root_cause": "isRootCause",
    },
    instants={"raised_time": "alarmRaisedTime", "changed_time": "alarmChangedTime"},
    computed={"identity": identity, "external_identity": external_identity},
    places=(
        Place("alarmedObject", "resource", KEEP),
        Place("affectedService", "service", KEEP),
    ),
    serial=SERIAL,
)
CUSTOMER = Noun(
    api="TMF629",
    name="customer",
    table="customer",
    made=customer,
    filter=Filter("status", "prospect", "status"),
    plain={"name": "name", "status": "status", "role": "role"},
    instants=_VALID,
    places=(
        Place("engagedParty", "individual"),
        Place("partyRoleSpecification", "partyRoleSpecification"),
        Place("account", "billingAccount"),
        Place("agreement", "agreement"),
        Place("paymentMethod", "paymentMethod"),
        Place(_PARTY, "organization", KEEP),
    ),
    characteristics=("characteristic", ("value",)),
)
ORDER = Noun(
    api="TMF622",
    name="productOrder",
    table="product_order",
    made=order,
    posted=placed,
    filter=Filter("state", "held", "state"),
    plain={"state": "state", "category": "category", "priority": "priority"},
    instants={
        "requested_start_date": "requestedStartDate",
        "requested_completion_date": "requestedCompletionDate",
    },
    stamped=("creation_date",),
    defaults={"state": "acknowledged"},
    places=(
        Place("billingAccount", "billingAccount"),
        Place("agreement", "agreement"),
        Place("channel.channel", "channel"),
        Place(_PARTY, "customer"),
        Place("productOrderItem.productOffering", "productOffering"),
        Place("productOrderItem.itemPrice.productOfferingPrice", "productOfferingPrice"),
        Place("productOrderItem.productOrderItem.productOffering", "productOffering"),
        Place("productOrderItem.productOrderItem.itemPrice.productOfferingPrice", "productOfferingPrice"),
    ),
    children=(
        Child("product_order_item", ITEM, _item_rows),
        Child("product_order_price", (*PRICE, "offering_price"), _price_rows),
    ),
)
BILL = Noun(
    api="TMF678",
    name="customerBill",
    table="customer_bill",
    made=bill,
    has_post=False,
    filter=Filter("state", "sent", "state"),
)
NOUNS: Mapping[str, Noun] = {one.name: one for one in (OFFERING, SERVICE, RESOURCE, ALARM, CUSTOMER, ORDER, BILL)}
