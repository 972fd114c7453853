"""All tables at once, for migrations and their check. No queries."""

from tmf_server.apis.alarm import tables as alarm
from tmf_server.apis.billing import tables as billing
from tmf_server.apis.catalog import tables as catalog
from tmf_server.apis.customer import tables as customer
from tmf_server.apis.inventory import tables as inventory
from tmf_server.apis.ordering import tables as ordering
from tmf_server.model import core, events, idempotency, jobs
from tmf_server.model.base import metadata

__all__ = [
    "alarm",
    "billing",
    "catalog",
    "core",
    "customer",
    "events",
    "idempotency",
    "inventory",
    "jobs",
    "metadata",
    "ordering",
]
