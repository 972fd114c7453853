"""The service inventory (TMF638) and the resource inventory (TMF639) as APIs."""

from tmf_server.apis.api import Api
from tmf_server.apis.inventory.entities import RESOURCE_NOUNS, RESOURCE_TYPES, SERVICE_NOUNS
from tmf_server.apis.inventory.v4.older import OLDER_RESOURCE
from tmf_server.apis.inventory.v4.resource import RESOURCE_RULES
from tmf_server.apis.inventory.v4.service import SERVICE_RULES

APIS = (
    Api(
        number="TMF638",
        base_path="/tmf-api/serviceInventory",
        aliases=(
            "/tmf-api/serviceInventoryManagement/v4",
            "/tmf-api/serviceInventoryManagement/v5",
            "/serviceInventory/v5",
        ),
        nouns=SERVICE_NOUNS,
        v4=SERVICE_RULES,
    ),
    Api(
        number="TMF639",
        base_path="/tmf-api/resourceInventoryManagement",
        aliases=(
            "/tmf-api/resourceInventory/v4",
            "/tmf-api/resourceInventory/v5",
            "/resourceInventory/v5",
            "/resourceInventoryManagement/v5",
        ),
        nouns=RESOURCE_NOUNS,
        types=RESOURCE_TYPES,
        v4=RESOURCE_RULES,
        older=OLDER_RESOURCE,
    ),
)
