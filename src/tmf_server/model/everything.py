"""All tables at once, for migrations and their check. No queries."""

from tmf_server.model import catalog, core, events, idempotency, jobs
from tmf_server.model.base import metadata

__all__ = ["catalog", "core", "events", "idempotency", "jobs", "metadata"]
