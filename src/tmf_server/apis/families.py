"""The nouns: declarations only, one module per family. This is their index, by API and path segment."""

from collections.abc import Mapping

from tmf_server.apis.alarm import entities as alarm
from tmf_server.apis.alarm.v4 import ALARM_RULES
from tmf_server.apis.billing import entities as billing
from tmf_server.apis.billing.v4 import BILLING_RULES
from tmf_server.apis.catalog import entities as catalog
from tmf_server.apis.catalog.v4 import CATALOG_RULES
from tmf_server.apis.customer import entities as customer
from tmf_server.apis.customer.v4 import CUSTOMER_RULES
from tmf_server.apis.inventory import entities as inventory
from tmf_server.apis.inventory.v4.resource import RESOURCE_RULES
from tmf_server.apis.inventory.v4.service import SERVICE_RULES
from tmf_server.apis.ordering import entities as ordering
from tmf_server.apis.ordering.v4 import ORDERING_RULES
from tmf_server.registry.entity import Entity
from tmf_server.rest.versions.rules import Rules

NOUNS: Mapping[str, Mapping[str, Entity]] = {
    "TMF620": catalog.NOUNS,
    "TMF622": ordering.NOUNS,
    "TMF629": customer.NOUNS,
    "TMF638": inventory.SERVICE_NOUNS,
    "TMF639": inventory.RESOURCE_NOUNS,
    "TMF642": alarm.NOUNS,
    "TMF678": billing.NOUNS,
}
V4_RULES: Mapping[str, Rules] = {
    "TMF620": CATALOG_RULES,
    "TMF622": ORDERING_RULES,
    "TMF629": CUSTOMER_RULES,
    "TMF638": SERVICE_RULES,
    "TMF639": RESOURCE_RULES,
    "TMF642": ALARM_RULES,
    "TMF678": BILLING_RULES,
}
# Path segments that show only one type of their entity, with all below it.
TYPES: Mapping[str, Mapping[str, str]] = {"TMF639": inventory.RESOURCE_TYPES}
