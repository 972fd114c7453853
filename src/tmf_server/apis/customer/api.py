"""Customer management as an API (TMF629)."""

from tmf_server.apis.api import Api
from tmf_server.apis.customer.entities import NOUNS
from tmf_server.apis.customer.v4 import CUSTOMER_RULES

APIS = (
    Api(
        number="TMF629",
        base_path="/tmf-api/customerManagement",
        aliases=("/tmf-api/customer/v5",),
        nouns=NOUNS,
        v4=CUSTOMER_RULES,
    ),
)
