"""Product ordering as an API (TMF622)."""

from tmf_server.apis.api import Api, Handlers
from tmf_server.apis.ordering.cancellation import CANCEL_ORDER, CancelOrder
from tmf_server.apis.ordering.entities import NOUNS
from tmf_server.apis.ordering.v4 import ORDERING_RULES
from tmf_server.rest.verbs.services import Services


def handlers(services: Services) -> Handlers:
    """Cancellations are assessed at once."""
    return Handlers(tasks={CANCEL_ORDER: CancelOrder(services.records).start})


APIS = (
    Api(
        number="TMF622",
        base_path="/tmf-api/productOrderingManagement",
        aliases=("/tmf-api/productOrdering/v5", "/productOrderingManagement/v5"),
        nouns=NOUNS,
        v4=ORDERING_RULES,
        handlers=handlers,
    ),
)
