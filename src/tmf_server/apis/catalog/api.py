"""Product catalog management as an API (TMF620)."""

from tmf_server.apis.api import Api, Handlers
from tmf_server.apis.catalog.entities import NOUNS
from tmf_server.apis.catalog.v4 import CATALOG_RULES
from tmf_server.processes.jobs.handlers import JOB_HANDLERS
from tmf_server.processes.jobs.runner import start_job
from tmf_server.rest.verbs.services import Services


def handlers(_services: Services) -> Handlers:
    """Jobs wait for a worker."""
    return Handlers(tasks=dict.fromkeys(JOB_HANDLERS, start_job))


APIS = (
    Api(
        number="TMF620",
        base_path="/tmf-api/productCatalogManagement",
        aliases=("/productCatalogManagement/v5",),
        nouns=NOUNS,
        v4=CATALOG_RULES,
        kinds_by_schema={
            "BundledProductOffering": "productOffering",
            "BundledProductOfferingPriceRelationship": "productOfferingPrice",
            "BundledProductSpecification": "productSpecification",
            "ProductOfferingRelationship": "productOffering",
            "ProductOfferingPriceRelationship": "productOfferingPrice",
            "ProductSpecificationRelationship": "productSpecification",
        },
        handlers=handlers,
    ),
)
