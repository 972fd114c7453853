"""All tables at once, for migrations and their check. No queries."""

from tmf_server.model import alarm, billing, catalog, core, customer, events, idempotency, inventory, jobs, ordering
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
