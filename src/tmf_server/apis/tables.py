"""All tables at once: shared tables and the tables of each family. For migrations and their check; no queries."""

from importlib import import_module

from tmf_server.apis import FAMILIES
from tmf_server.model import core, events, idempotency, jobs
from tmf_server.model.base import metadata

__all__ = ["core", "events", "idempotency", "jobs", "metadata"]

for family in FAMILIES:
    import_module(f"{__package__}.{family}.tables")
