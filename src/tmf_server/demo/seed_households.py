"""The demo's customers at any size: 250 a block, on ports of their own, with orders and bills. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tmf_server.demo import seed
from tmf_server.demo.builders.bills import bill, rate
from tmf_server.demo.builders.customers import customer
from tmf_server.demo.builders.network import alarm, resource, service
from tmf_server.demo.builders.orders import charge, item, offering_ref, order
from tmf_server.demo.operator.bills import MONTHS, OPEN
from tmf_server.registry.entity import Document

PER_BLOCK = 250
ORDERED, DONE, RAISED = "2025-02-14T08:12:00.000Z", "2025-03-03T09:00:00.000Z", "2026-06-02T03:15:00.000Z"
SITE = "site-hill"


@dataclass(frozen=True)
class Kind:
    """A kind of household: offerings, speed of the line, and states of the bills by month."""

    name: str
    offerings: tuple[str, ...]
    speed: int
    bills: tuple[str, ...]
    company: bool = False

    @property
    def is_new(self) -> bool:
        """Tell whether the first order is still open."""
        return not self.bills

    def __str__(self) -> str:
        return self.name


KINDS = (
    Kind("flat", ("fibre-200", "tv-start"), 200, ("settled", "settled", "sent")),
    Kind("family", ("fibre-500", "home-router", "tv-family"), 500, ("settled", "settled", "new")),
    Kind("loft", ("fibre-1000",), 1000, ("settled", "partiallyPaid", "validated")),
    Kind("shop", ("fibre-500", "static-address"), 500, ("settled", "sent", "onHold"), company=True),
    Kind("newcomer", ("fibre-500",), 500, ()),
)


@dataclass(frozen=True)
class Household:
    """A household of a block by its serial; all ids of the household have the serial."""

    kind: Kind
    block: int
    serial: str

    def id(self, noun: str) -> str:
        """customer-family-0001-000"""
        return f"{noun}-{self.kind}-{self.serial}"

    @property
    def owner(self) -> str:
        """The name of the customer."""
        return f"{self.kind.name.capitalize()} {self.serial}"


def access(block: int) -> list[Document]:
    """Return the access node of a block with a card; lines of the households share the ports of the card."""
    more = {"vendor": "Northlight", "ports": len(KINDS)}
    ports = [f"port-{block:04}-{place}" for place, _ in enumerate(KINDS, start=1)]
    parts = [(_card(block), "line card", " ".join(ports)), (f"access-{block:04}", "access node", _card(block))]
    return [
        *(
            resource("PhysicalResource", id_, "line port", SITE, values={"capacity": 64, "technology": "XGS-PON"})
            for id_ in ports
        ),
        *(
            resource("PhysicalResource", id_, kind, SITE, values=more, contains=inner, states={"usageState": "active"})
            for id_, kind, inner in parts
        ),
    ]


def _card(block: int) -> str:
    return f"card-{block:04}"


def originals(block: int, serial: str) -> list[list[Document]]:
    """Return the records of a household of each kind, referenced records first; templates of the rest."""
    return [
        [*_network(one, f"port-{block:04}-{place}"), _order(one), *_bills(one)]
        for place, one in enumerate(_households(block, serial), start=1)
    ]


def serials(block: int) -> Iterator[str]:
    """Yield the serials of all copies: 250 households together with the originals."""
    for place in range(len(KINDS), PER_BLOCK):
        yield seed.serial(block, place)


def _households(block: int, serial: str) -> list[Household]:
    return [Household(kind, block, serial) for kind in KINDS]


def _network(one: Household, port: str) -> Iterator[Document]:
    """Yield the customer, the router and the two services on the router."""
    whose, router = one.id("customer"), one.id("router")
    yield customer(whose, since=ORDERED, street="1 Hill Lane", score=690, company=one.kind.company, owner=one.owner)
    yield resource(
        "PhysicalResource", router, "home router", SITE, values={"capacity": 1, "model": "HR-70"},
        own={"serialNumber": f"NL-{router}", "powerState": "fullPower"},
    )  # fmt: skip
    line, speed = one.id("line"), one.kind.speed
    states = {"state": "reserved", "status": "pending"} if one.kind.is_new else {"state": "active", "status": "running"}
    yield service(
        line, "RFS", whose, SITE, **states, kind="access line", owner=one.owner, on=f"{port} {router}",
        values={"technology": "XGS-PON", "profile": f"{speed}/{speed // 2}"},
    )  # fmt: skip
    values = {"downloadSpeed": speed, "uploadSpeed": speed // 2}
    yield service(one.id("internet"), "CFS", whose, SITE, **states, owner=one.owner, over=line, values=values)


def _product(one: Household, offering: str) -> str:
    return one.id(f"product-{offering}")


def _order(one: Household) -> Document:
    state = "inProgress" if one.kind.is_new else "completed"
    items = [
        item(
            str(place), offering, state, product=_product(one, offering), time=ORDERED,
            service=one.id("internet") if offering.startswith("fibre") else "",
        )
        for place, offering in enumerate(one.kind.offerings, start=1)
    ]  # fmt: skip
    ended: Mapping[str, str] = {} if one.kind.is_new else {"completed": DONE}
    return order(
        one.id("order"), one.id("customer"), state, items, created=ORDERED, wanted=DONE, owner=one.owner,
        business=one.kind.company, **ended,
    )  # fmt: skip


def _bills(one: Household) -> Iterator[Document]:
    for month, state in zip(MONTHS, one.kind.bills, strict=False):
        id_ = one.id(f"bill-{_short(month)}")
        rates = list(_rates(one, month, id_))
        yield bill(id_, one.id("customer"), month, state, rates, owner=one.owner)
        yield from rates
    if not one.kind.is_new:
        yield from _rates(one, OPEN, "")


def _short(month: str) -> str:
    return month[2:].replace("-", "")


def _rates(one: Household, month: str, bill_id: str) -> Iterator[Document]:
    for offering in one.kind.offerings:
        yield rate(
            one.id(f"rate-{_short(month)}-{offering}"), one.id("customer"), month, "recurringCharge",
            charge(offering, "recurring"), bill=bill_id, owner=one.owner, name=offering_ref(offering)["name"],
            product=_product(one, offering), offering=offering,
        )  # fmt: skip


def alarms(block: int, serial: str) -> list[Document]:
    """Return an alarm on the router of a household of each connected kind."""
    connected = [one for one in _households(block, serial) if not one.kind.is_new]
    return [
        alarm(
            one.id("alarm"), one.id("router"), "communicationsAlarm", "communicationsSubsystemFailure", "minor",
            raised=RAISED, place=SITE, services=f"{one.id('line')} {one.id('internet')}",
            details="The router reconnects every few minutes.", repair="Start the router again.",
        )
        for one in connected
    ]  # fmt: skip
