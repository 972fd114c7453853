"""Customer bill management as an API (TMF678)."""

from tmf_server.apis.api import Api, Handlers
from tmf_server.apis.billing.bills_on_demand import BILL_ON_DEMAND, BillsOnDemand
from tmf_server.apis.billing.entities import NOUNS
from tmf_server.apis.billing.v4 import BILLING_RULES
from tmf_server.rest.verbs.services import Services


def handlers(services: Services) -> Handlers:
    """Return the handler of bills on demand; the requesting transaction makes the bill."""
    bills = BillsOnDemand(services.records, services.selector, services.settings)
    return Handlers(tasks={BILL_ON_DEMAND: bills.start})


APIS = (
    Api(
        number="TMF678",
        base_path="/tmf-api/customerBillManagement",
        aliases=("/tmf-api/customerBill/v5",),
        nouns=NOUNS,
        v4=BILLING_RULES,
        handlers=handlers,
    ),
)
