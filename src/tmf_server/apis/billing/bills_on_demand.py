"""The work of a bill on demand (TMF678): an account's unbilled rates become a bill, in the request's transaction."""

from collections.abc import Iterator

from tmf_server.apis.billing.rules.bills import BILL_ON_DEMAND_LIFECYCLE
from tmf_server.apis.billing.rules.making import Occasion, bill_of, charge_of
from tmf_server.config import Settings
from tmf_server.errors import TooCostly
from tmf_server.registry.entity import Document, Entity, Path
from tmf_server.rules.ids import fresh_uuid
from tmf_server.storage.connection.database import Connection
from tmf_server.storage.query.conditions import And, Compare, Condition, Selection
from tmf_server.storage.query.select import Selector
from tmf_server.storage.write.locked import locked
from tmf_server.storage.write.records import Records, Stored

BILL_ON_DEMAND = "customerBillOnDemand"
BILL, RATE, CUSTOMER = "customerBill", "appliedCustomerBillingRate", "customer"
# The places of references to billing accounts; an account without any such reference is unknown.
NAMED: tuple[tuple[str, Path], ...] = (
    (RATE, ("billingAccount", "id")),
    (BILL, ("billingAccount", "id")),
    (CUSTOMER, ("account", "id")),
)
MOST_PARTIES = 20


class BillsOnDemand:
    """The handler of bills on demand."""

    def __init__(self, records: Records, selector: Selector, settings: Settings) -> None:
        self._records = records
        self._selector = selector
        self._settings = settings

    def start(self, connection: Connection, entity: Entity, stored: Stored, _contract: str, _origin: str) -> Stored:
        """Make the bill and return the changed request; a request created in a final state stays unchanged."""
        request = stored.parsed()
        if BILL_ON_DEMAND_LIFECYCLE.of(request) != BILL_ON_DEMAND_LIFECYCLE.initial:
            return stored
        outcome = self._outcome(connection, request, stored.updated)
        request.pop("customerBill", None)  # the outcome names the bill
        return self._records.update(connection, entity, stored, request | outcome)

    def _outcome(self, connection: Connection, request: Document, moment: int) -> Document:
        """Return the final state of the request, with the bill or the reason of a rejection."""
        account = (request.get("billingAccount") or {}).get("id")
        if account is None:
            return _rejected("The request names no billing account.")
        # of two requests for an account, the second sees the work of the first
        self._records.rows.lock_names(connection, [f"bills of {account}"])
        rates = self._unbilled(connection, account)
        if not rates:
            return _rejected(self._why_not(connection, account))
        parties = tuple(self._parties(connection, account, request))
        try:
            bills = [self._bill(connection, each, moment, parties) for each in _by_currency(rates)]
        except OverflowError as error:
            return {"state": "terminatedWithError", "reason": f"The sum of the rates cannot be written down: {error}."}
        return {"state": "done", "customerBill": _reference(bills[0])}

    def _unbilled(self, connection: Connection, account: str) -> list[Stored]:
        """Return the unbilled rates of the account with costs, locked, in the order of creation."""
        entity, most = self._entity(RATE), self._settings.billing.max_bill_rates
        condition = And((_is(("billingAccount", "id"), account), Compare(("isBilled",), "eq", False, "boolean")))
        page = self._selector.query(connection, entity, condition).page(Selection(limit=most + 1))
        if len(page.rows) > most:
            raise TooCostly(
                f"The account {account!r} has more than {most} rates that are not billed; a request takes no more.",
                message="/billingAccount",
            )
        found = locked(connection, entity, [one.id for one in page.rows])
        return [one for one in found if _is_due(one.parsed(), account)]

    def _why_not(self, connection: Connection, account: str) -> str:
        if any(self._named(connection, kind, path, account, 1) for kind, path in NAMED):
            return f"The billing account {account!r} has no rate that is not billed."
        return f"The billing account {account!r} is unknown: no rate, bill or customer here names it."

    def _named(self, connection: Connection, kind: str, path: Path, id_: str, most: int) -> list[Document]:
        """Return records of the kind with a reference to the id at the path; none of an unserved kind."""
        entity = self._records.registry.entities.get(kind)
        if entity is None:
            return []
        page = self._selector.query(connection, entity, _is(path, id_)).page(Selection(limit=most))
        return [one.parsed() for one in page.rows]

    def _parties(self, connection: Connection, account: str, request: Document) -> Iterator[Document]:
        """Yield the customers of the account, and the requesting parties."""
        customers = self._named(connection, CUSTOMER, ("account", "id"), account, MOST_PARTIES)
        for one in customers:
            reference = {"@type": "PartyRoleRef", "id": one["id"], "@referredType": "Customer"}
            named = {"name": one["name"]} if "name" in one else {}
            party = {"@type": "RelatedPartyRefOrPartyRoleRef", "role": "customer"}
            yield party | {"partyOrPartyRole": reference | named}
        asking = request.get("relatedParty")
        if isinstance(asking, dict):
            yield asking

    def _bill(self, connection: Connection, rates: list[Stored], moment: int, parties: tuple[Document, ...]) -> Stored:
        occasion = Occasion(fresh_uuid(), moment, self._settings.billing.payment_days, parties)
        documents = [one.parsed() for one in rates]
        [bill] = self._records.create(connection, self._entity(BILL), [bill_of(documents, occasion)])
        billed = {"isBilled": True, "bill": _reference(bill)}
        for one, document in zip(rates, documents, strict=True):
            self._records.update(connection, self._entity(RATE), one, document | billed)
        return bill

    def _entity(self, kind: str) -> Entity:
        return self._records.registry.entities[kind]


def _is(path: Path, id_: str) -> Condition:
    return Compare(path, "eq", id_, "text")


def _is_due(rate: Document, account: str) -> bool:
    named = (rate.get("billingAccount") or {}).get("id")
    return named == account and rate.get("isBilled") is False and charge_of(rate) is not None


def _by_currency(rates: list[Stored]) -> list[list[Stored]]:
    """Group the rates by currency, in the order of the first rate of each currency."""
    found: dict[str, list[Stored]] = {}
    for one in rates:
        charge = charge_of(one.parsed())
        if charge is not None:
            found.setdefault(charge.currency, []).append(one)
    return list(found.values())


def _reference(bill: Stored) -> Document:
    return {"@type": "CustomerBillRef", "id": bill.id, "@referredType": "CustomerBill"}


def _rejected(reason: str) -> Document:
    return {"state": "rejected", "reason": reason}
