"""Bills, rates and bill cycles as test input: loaded, since the documents have no POST for them."""

import json
import tempfile
from pathlib import Path
from typing import Any

import httpx

from tests.support.servers.served import Served
from tmf_server.background import create_transfer_context
from tmf_server.processes.jobs.importing import Importer
from tmf_server.processes.jobs.progress import Progress
from tmf_server.processes.jobs.selection import RecordSelection
from tmf_server.storage.connection.database import Connection

V4 = "/tmf-api/customerBillManagement/v4"
V5 = "/tmf-api/customerBillManagement/v5"
Document = dict[str, Any]


def money(value: float, unit: str = "EUR") -> Document:
    """An amount."""
    return {"unit": unit, "value": value}


def account(id_: str = "A-1", **attributes: Any) -> Document:
    """A reference to a billing account."""
    return {"@type": "BillingAccountRef", "id": id_, "@referredType": "BillingAccount"} | attributes


def customer(id_: str, role: str = "customer") -> Document:
    """A related party that is a customer."""
    reference = {"@type": "PartyRoleRef", "id": id_, "@referredType": "Customer"}
    return {"@type": "RelatedPartyRefOrPartyRoleRef", "role": role, "partyOrPartyRole": reference}


def rate(
    id_: str, excluded: float = 10, tax: float = 2, included: float = 12, unit: str = "EUR", **more: Any
) -> Document:
    """A rate of the account A-1 that is not billed."""
    return {
        "@type": "AppliedCustomerBillingRate",
        "id": id_,
        "name": "voice usage",
        "appliedBillingRateType": "usage",
        "date": "2026-11-03T10:00:00.000Z",
        "isBilled": False,
        "billingAccount": account(),
        "taxExcludedAmount": money(excluded, unit),
        "taxIncludedAmount": money(included, unit),
        "appliedTax": [
            {"@type": "AppliedBillingTaxRate", "taxCategory": "VAT", "taxRate": 0.2, "taxAmount": money(tax, unit)}
        ],
    } | more


def bill(
    id_: str, excluded: float = 40, tax: float = 10, included: float = 50, unit: str = "EUR", **more: Any
) -> Document:
    """A bill of the account A-1."""
    return {
        "@type": "CustomerBill",
        "id": id_,
        "category": "normal",
        "runType": "onCycle",
        "billingAccount": account(),
        "taxExcludedAmount": money(excluded, unit),
        "taxIncludedAmount": money(included, unit),
        "taxItem": [{"@type": "TaxItem", "taxCategory": "VAT", "taxRate": 0.25, "taxAmount": money(tax, unit)}],
        "amountDue": money(included, unit),
        "remainingAmount": money(included, unit),
    } | more


class _Nobody:
    """The keeper of a load that nobody watches."""

    def save(self, connection: Connection, progress: Progress) -> None:
        """Nothing to keep."""

    def beat(self, progress: Progress) -> None:
        """Nothing to tell."""


def tried(served: Served, noun: str, *documents: Document, version: str = "v5", upsert: bool = False) -> Progress:
    """What became of the records as `tmf-server load` takes them."""
    exposure = served.services.registry.exposure(f"TMF678/{version}", noun)
    assert exposure is not None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "records.json"
        path.write_text(json.dumps(documents))
        importer = Importer(
            create_transfer_context(served.services), RecordSelection((exposure,), (exposure,)), upsert=upsert
        )
        return importer.run(path, Progress(), _Nobody())


def load(served: Served, noun: str, *documents: Document, version: str = "v5", upsert: bool = False) -> None:
    """Load the records; all of them are taken."""
    done = tried(served, noun, *documents, version=version, upsert=upsert)
    assert done.refused == 0, done.log


def read(client: httpx.Client, noun: str, id_: str, base: str = V5) -> Document:
    """A record."""
    answer = client.get(f"{base}/{noun}/{id_}")
    assert answer.status_code == 200, answer.text
    document: Document = answer.json()
    return document


def ids(client: httpx.Client, noun: str, query: str, base: str = V5) -> list[str]:
    """The ids that a query finds; the counts in the headers agree."""
    answer = client.get(f"{base}/{noun}?{query}")
    assert answer.status_code == 200, answer.text
    found = [one["id"] for one in answer.json()]
    assert answer.headers["x-total-count"] == str(len(found))
    return found


def request(client: httpx.Client, id_: str = "A-1", base: str = V5, **attributes: Any) -> Document:
    """Ask for a bill on demand; the request as it ended."""
    body = (
        {"@type": "CustomerBillOnDemand", "billingAccount": account(id_)}
        if base == V5
        else {"billingAccount": {"id": id_}}
    )
    answer = client.post(f"{base}/customerBillOnDemand", json=body | attributes)
    assert answer.status_code == 201, answer.text
    document: Document = answer.json()
    return document
