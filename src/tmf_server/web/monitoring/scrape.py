"""/metrics in Prometheus' text format: counters of the processes, and figures of the database. Changes nothing."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate

import structlog
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import Receive, Scope, Send

from tmf_server.config import Settings
from tmf_server.errors import MethodNotAllowed, NotFound, Problem
from tmf_server.events.health import Lag, lag
from tmf_server.observability.metrics import BOUNDS, Histogram, Metrics
from tmf_server.registry.registry import Registry
from tmf_server.rest.http.asgi import send_response
from tmf_server.rest.http.messages import Response
from tmf_server.storage.connection.database import Database
from tmf_server.storage.statistics import records, unfinished_jobs
from tmf_server.web.monitoring.bounded import Bounded

BUCKETS = (*map(str, BOUNDS), "+Inf")
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Stored:
    """Figures of the database about all processes."""

    lag: Lag
    records: Mapping[str, int]
    jobs: Mapping[str, int]


class Scrape:
    """The ASGI application of /metrics; `total` gives the counters of this process and of processes beside."""

    def __init__(
        self, registry: Registry, database: Database, settings: Settings, total: Callable[[], Metrics]
    ) -> None:
        self._names = {one.base_path: (one.api, one.version) for one in registry.contracts}
        self._database = database
        self._total = total
        self._stored = Bounded(self._look, settings.observability.ready_seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        """Answer a scrape."""
        if scope["method"] not in ("GET", "HEAD"):
            raise MethodNotAllowed("Metrics are only read.", allow=("GET", "HEAD"))
        if scope["path"].rstrip("/") != "/metrics":
            raise NotFound("Nothing is served here. The metrics are at /metrics.")
        stored = await self._stored.result()
        response = Response(200, self._text(stored), [("Cache-Control", "no-store")], CONTENT_TYPE_PLAIN_0_0_4)
        await send_response(send, response)

    def _look(self) -> Stored | None:
        try:
            with self._database.read() as connection:
                return Stored(lag(connection), records(connection), unfinished_jobs(connection))
        except (SQLAlchemyError, Problem, OSError) as error:
            log.warning("metrics of the database cannot be read", exc_info=error)
            return None

    def _text(self, stored: Stored | None) -> bytes:
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Families([*requests(self._total(), self._names), *database(stored)]))
        ProcessCollector(registry=registry)
        text: bytes = generate_latest(registry)
        return text


class _Families(Collector):
    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        """Return the gathered metrics."""
        return self._families


def requests(figures: Metrics, names: Mapping[str, tuple[str, str]]) -> Iterator[Metric]:
    """Requests and deliveries; `names` gives API and version of a base path."""
    labels = ("api", "version", "operation")
    counted = CounterMetricFamily("tmf_requests", "Requests answered, by class of status.", labels=(*labels, "status"))
    timed = HistogramMetricFamily("tmf_request_seconds", "Seconds from request to answer.", labels=labels)
    by_operation: dict[tuple[str, str, str], Histogram] = {}
    for (base, operation, status), cell in sorted(figures.requests.items()):
        key = (*names.get(base, ("", "")), operation)
        counted.add_metric((*key, f"{status}xx"), sum(cell.counts))
        by_operation.setdefault(key, Histogram()).add(cell)
    for key, cell in by_operation.items():
        buckets = list(zip(BUCKETS, accumulate(cell.counts), strict=True))
        timed.add_metric(key, buckets, sum_value=cell.seconds)
    delivered = CounterMetricFamily("tmf_deliveries", "Notifications sent, by outcome.", labels=("outcome",))
    for outcome, number in sorted(figures.deliveries.items()):
        delivered.add_metric((outcome,), number)
    yield from (counted, timed, delivered)


def database(stored: Stored | None) -> Iterator[Metric]:
    """Yield the metrics of the database; for an unreadable database only the failure."""
    yield GaugeMetricFamily("tmf_database_up", "1 when the database answered this scrape.", value=stored is not None)
    if stored is None:
        return
    of = stored.lag
    yield GaugeMetricFamily("tmf_events_waiting", "Events that no worker has taken up yet.", value=of.waiting)
    yield GaugeMetricFamily("tmf_events_lag_seconds", "Age of the oldest of them.", value=of.seconds)
    yield GaugeMetricFamily("tmf_subscriptions", "Registered callbacks.", value=of.subscriptions)
    yield GaugeMetricFamily("tmf_subscriptions_troubled", "Callbacks that are slow or failing.", value=of.troubled)
    yield GaugeMetricFamily("tmf_deliveries_parked", "Deliveries given up, for a replay.", value=of.parked)
    yield _by_kind("tmf_records", "Records stored.", stored.records)
    yield _by_kind("tmf_jobs_unfinished", "Imports and exports not finished.", stored.jobs)


def _by_kind(name: str, help_text: str, numbers: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, help_text, labels=("kind",))
    for kind, number in sorted(numbers.items()):
        family.add_metric((kind,), number)
    return family
