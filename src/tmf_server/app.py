"""The composition root: the quickest way to the architecture."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from starlette.types import ASGIApp

from tmf_server.apis.families import all_handlers
from tmf_server.apis.registration import create_registry
from tmf_server.background import create_worker
from tmf_server.config import Settings, environment
from tmf_server.events import outbox
from tmf_server.events.outbound.client import Outbound
from tmf_server.events.outbound.url_policy import UrlPolicy
from tmf_server.events.subscriptions import Subscriptions
from tmf_server.observability import logs
from tmf_server.observability.metrics import SharedMetrics, shared_metrics
from tmf_server.rest.http.front import Front
from tmf_server.rest.http.lifespan import Lifespan, Step
from tmf_server.rest.http.stack import create_api, routing_of
from tmf_server.rest.representation.cache import Shown
from tmf_server.rest.representation.links import Links
from tmf_server.rest.schema.validation import Validators
from tmf_server.rest.schema.vocabulary import Vocabulary
from tmf_server.rest.verbs.dispatch import Dispatcher
from tmf_server.rest.verbs.services import Services
from tmf_server.rest.verbs.table import INLINE, VERBS
from tmf_server.storage.connection.database import Database
from tmf_server.storage.query.select import Selector
from tmf_server.storage.write.records import Records
from tmf_server.web.mounts import create_mounts
from tmf_server.worker.loop import Worker


def from_environment() -> Front:
    """Create the application from the environment, for servers with a factory option."""
    settings = Settings.from_environment(environment())
    logs.configure(settings)
    return create_app(settings)


def create_app(settings: Settings) -> Front:
    """Create the application with everything wired eagerly: a missing part fails at start, not at the first request."""
    return compose(create_services(settings))


def compose(
    services: Services, outbound: Callable[..., Outbound] = Outbound, mounts: Mapping[str, ASGIApp] | None = None
) -> Front:
    """Compose the application; notifications leave by `outbound`, `mounts` are served besides the application's own."""
    settings, registry = services.settings, services.registry
    worker = create_worker(services, outbound) if settings.events.worker else None
    dispatcher = Dispatcher(services, VERBS, INLINE[services.database.dialect], wake=worker.wake if worker else None)
    api = create_api(dispatcher, VERBS, registry, services.validators, settings)
    shared = shared_metrics(settings.observability.metrics_dir if settings.observability.metrics else None)
    aliases = {alias: contract.base_path for contract in registry.contracts for alias in contract.aliases}
    return Front(
        api,
        routing=routing_of(api),
        aliases=aliases if settings.server.aliases else {},
        settings=settings,
        life=_lifespan(services, dispatcher, worker, shared),
        mounts={**create_mounts(services, shared), **(mounts or {})},
    )


def _lifespan(
    services: Services, dispatcher: Dispatcher, worker: Worker | None, shared: SharedMetrics | None
) -> Lifespan:
    """Start and stop the parts with the process: at the end verbs first, the database last."""
    starting: list[Step] = []
    stopping: list[Step] = [dispatcher.close, *(intake.close for intake in services.intakes.values())]
    if shared is not None:
        starting.append(shared.start)
    if worker is not None:
        starting.append(worker.start)
        stopping.append(partial(worker.stop, services.settings.server.graceful_seconds))
    if shared is not None:
        stopping.append(shared.stop)
    return Lifespan(starting, [*stopping, services.database.close])


def create_services(settings: Settings) -> Services:
    """Create the services shared by verbs, processes and commands."""
    registry = create_registry(settings)
    database = Database(settings)
    records = Records(registry, settings, database.dialect, outbox.record)
    selector = Selector(registry, database.dialect)
    links = Links(registry)
    services = Services(
        settings=settings,
        registry=registry,
        database=database,
        records=records,
        selector=selector,
        validators=Validators(
            registry.contracts,
            strict=settings.contracts.strict_subtypes,
            subclasses=settings.contracts.schema_dir,
            beside=registry.documents,
            vocabulary=Vocabulary(settings.contracts.unknown_attributes, registry.exposures),
        ),
        links=links,
        shown=Shown(links, settings.limits.shown_bytes),
        subscriptions=Subscriptions(database, UrlPolicy(settings.outbound.outbound_allow)),
    )
    handlers = all_handlers(services)
    return replace(services, tasks=handlers.tasks, intakes=handlers.intakes)
