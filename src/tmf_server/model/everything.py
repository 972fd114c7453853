"""All tables at once, for migrations and their check. No queries."""

from tmf_server.model import catalog, core, events, idempotency
from tmf_server.model.base import metadata

__all__ = ["catalog", "core", "events", "idempotency", "metadata"]
