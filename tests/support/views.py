"""The views of every noun in both versions, for the tests that look through them. No rule of the product."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from jsonschema_rs import Validator, validator_for

from tmf_server.apis.alarm.v4 import ALARM_RULES
from tmf_server.apis.billing.v4 import BILLING_RULES
from tmf_server.apis.catalog.v4 import CATALOG_RULES
from tmf_server.apis.customer.v4 import CUSTOMER_RULES
from tmf_server.apis.families import APIS
from tmf_server.apis.inventory.v4.resource import RESOURCE_RULES
from tmf_server.apis.inventory.v4.service import SERVICE_RULES
from tmf_server.apis.ordering.v4 import ORDERING_RULES
from tmf_server.apis.registration import as_served
from tmf_server.contracts.contract import Contract
from tmf_server.contracts.loading import load_contracts
from tmf_server.resources import openapi_dir
from tmf_server.rest.schema.schemas import Definitions
from tmf_server.rest.versions.views import V4View

RULES = {
    "TMF620": CATALOG_RULES,
    "TMF622": ORDERING_RULES,
    "TMF629": CUSTOMER_RULES,
    "TMF638": SERVICE_RULES,
    "TMF639": RESOURCE_RULES,
    "TMF642": ALARM_RULES,
    "TMF678": BILLING_RULES,
}


@dataclass(frozen=True)
class Record:
    """A noun of one API by the schemas of its records in both versions."""

    api: str
    v4: str
    v5: str

    def __str__(self) -> str:
        return f"{self.api}-{self.v4}"


TASKS = ("Ack", "UnAck", "Clear", "Comment", "Group", "UnGroup")
RECORDS = [
    Record("TMF620", "Catalog", "ProductCatalog"),
    *(Record("TMF620", name, name) for name in ("Category", "ProductOffering", "ProductOfferingPrice")),
    *(Record("TMF620", name, name) for name in ("ProductSpecification", "ImportJob", "ExportJob")),
    *(Record("TMF622", name, name) for name in ("ProductOrder", "CancelProductOrder")),
    Record("TMF629", "Customer", "Customer"),
    Record("TMF638", "Service", "Service"),
    *(Record("TMF639", name, "Resource") for name in ("Resource", "PhysicalResource", "LogicalResource")),
    Record("TMF642", "Alarm", "Alarm"),
    *(Record("TMF642", f"{task}Alarms", f"{task}Alarm") for task in TASKS),
    *(Record("TMF678", name, name) for name in ("CustomerBill", "AppliedCustomerBillingRate", "CustomerBillOnDemand")),
]


# By API: what v4 demands of objects inside a record and v5 does not.
DEMANDED: dict[str, set[str]] = {
    "TMF620": {"id"},
    "TMF622": {"id", "product", "text", "value"},
    "TMF629": {"id", "name", "value", "creditProfileDate", "validFor"},
    "TMF638": {"id", "value", "service", "featureCharacteristic", "author", "date", "text", "itemId", "serviceOrderId"},
    "TMF639": {"id", "value"},
    "TMF642": {"role"},
    "TMF678": {"id", "name", "value"},
}


@cache
def contract(api: str, version: str) -> Contract:
    return as_served(load_contracts(openapi_dir(), APIS, (f"{api}/{version}",))[0])


@cache
def view(record: Record) -> V4View:
    return V4View(RULES[record.api], contract(record.api, "v4"), contract(record.api, "v5"), record.v4, record.v5)


@cache
def validator(api: str, version: str, schema: str) -> Validator:
    return validator_for(Definitions(contract(api, version).schemas).root(schema), validate_formats=True)


def faults(record: Record, version: str, schema: str, document: dict[str, Any]) -> list[str]:
    errors = validator(record.api, version, schema).iter_errors(document)
    return [f"/{'/'.join(map(str, error.instance_path))}: {error.message}" for error in errors]


def v5_lacks(record: Record, document: dict[str, Any], fault: str) -> bool:
    """True when v4 demands what v5 does not, which a record that came through v5 may be without."""
    name = re.search('"([^"]+)" is a required property$', fault)
    if name is None:
        return "featureCharacteristic: [] has less than 1 item" in fault
    if name[1] == "@referredType":
        return "id" not in reached(document, fault.partition(":")[0])  # there is nobody to refer to
    return name[1] in DEMANDED[record.api]


def reached(document: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        document = document[int(step) if isinstance(document, list) else step]
    return document


def without_added_types(shown: Any, given: Any) -> Any:
    """The shown value without the `@type`s that the given one does not have."""
    if isinstance(shown, dict) and isinstance(given, dict):
        return {
            name: without_added_types(value, given.get(name))
            for name, value in shown.items()
            if name != "@type" or "@type" in given
        }
    if isinstance(shown, list) and isinstance(given, list) and len(shown) == len(given):
        return [without_added_types(new, old) for new, old in zip(shown, given, strict=True)]
    return shown


def assert_pair(record: Record, shown: dict[str, Any], canonical: dict[str, Any]) -> None:
    """Check that v4's and v5's attributes say the same, both ways; `canonical` may do without the root's `@type`."""
    stored = {"@type": record.v5, **canonical}
    assert view(record).accept(shown) == stored
    back = view(record).show(stored)
    assert without_added_types(back, shown) == shown
    assert view(record).accept(back) == stored
