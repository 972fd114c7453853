"""Mounts pages, health checks, metrics and files besides the documents. Composes; serves nothing itself."""

from collections.abc import Mapping
from functools import partial

from starlette.types import ASGIApp

from tmf_server.observability.metrics import METRICS, SharedMetrics
from tmf_server.rest.http.files import Files
from tmf_server.rest.verbs.services import Services
from tmf_server.storage.files import FileStore
from tmf_server.storage.statistics import known_records
from tmf_server.web import SEGMENTS, create_pages
from tmf_server.web.monitoring import Health, Scrape


def create_mounts(services: Services, shared: SharedMetrics | None) -> Mapping[str, ASGIApp]:
    """The applications besides the documents', by the first segment of the path."""
    settings, registry, database = services.settings, services.registry, services.database
    pages = create_pages(registry, settings, partial(known_records, database))
    mounts: dict[str, ASGIApp] = dict.fromkeys(SEGMENTS, pages) | {"health": Health(database, settings)}
    mounts["files"] = Files(FileStore(settings.jobs.storage_dir, settings.jobs.max_file_bytes), settings)
    if settings.observability.metrics:
        total = shared.total if shared else lambda: METRICS
        mounts["metrics"] = Scrape(registry, database, settings, total)
    return mounts
