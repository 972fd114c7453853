"""All tables at once, for migrations and their check. No queries."""

from tmf_server.model import alarm, catalog, core, events, idempotency, inventory, jobs
from tmf_server.model.base import metadata

__all__ = ["alarm", "catalog", "core", "events", "idempotency", "inventory", "jobs", "metadata"]
