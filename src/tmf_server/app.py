"""The composition root: read it and you know the architecture."""

import time
from collections.abc import Callable, Mapping
from functools import partial

from connexion import ConnexionMiddleware
from connexion.middleware.security import SecurityMiddleware
from starlette.types import ASGIApp

from tmf_server.apis.alarm.intake import AlarmIntake
from tmf_server.apis.alarm.tasks import ACTS, AlarmTasks
from tmf_server.apis.billing.bills_on_demand import BILL_ON_DEMAND, BillsOnDemand
from tmf_server.apis.ordering.cancellation import CANCEL_ORDER, CancelOrder
from tmf_server.apis.registration import create_registry
from tmf_server.config import Settings, environment
from tmf_server.contracts.loading import ALIASES, BASE_PATHS
from tmf_server.contracts.operations import outline
from tmf_server.events import outbox
from tmf_server.events.delivery.context import Office, holder_name
from tmf_server.events.delivery.payload import Composer, Forms
from tmf_server.events.delivery.queue import Topics
from tmf_server.events.delivery.signing import signer
from tmf_server.events.outbound.client import Outbound
from tmf_server.events.outbound.url_policy import Guard
from tmf_server.events.retention import retention_duty
from tmf_server.events.subscriptions import Subscriptions
from tmf_server.observability import logs
from tmf_server.observability.metrics import FIGURES, Shared, shared_figures
from tmf_server.processes.jobs.context import Desk
from tmf_server.processes.jobs.handlers import WORKS
from tmf_server.processes.jobs.runner import Jobs, start_job
from tmf_server.rest.http.files import Files
from tmf_server.rest.http.front import Front
from tmf_server.rest.http.requests import RequestCheckMiddleware, validator_map
from tmf_server.rest.http.resolver import VerbResolver
from tmf_server.rest.http.routing import RoutingMiddleware
from tmf_server.rest.query.event_filter import event_matcher
from tmf_server.rest.representation.cache import Shown
from tmf_server.rest.representation.codec import Wording
from tmf_server.rest.representation.links import Links
from tmf_server.rest.representation.representation import rendered
from tmf_server.rest.schema.validation import Validators
from tmf_server.rest.verbs.dispatch import Dispatcher
from tmf_server.rest.verbs.services import Services
from tmf_server.rest.verbs.table import INLINE, VERBS
from tmf_server.storage.connection.database import Database
from tmf_server.storage.files import FileStore
from tmf_server.storage.idempotency import forget_answers
from tmf_server.storage.jobs import waiting
from tmf_server.storage.query.select import Selector
from tmf_server.storage.statistics import known_records
from tmf_server.storage.write.bulk import BulkRecords
from tmf_server.storage.write.records import Records
from tmf_server.web import SEGMENTS, create_pages
from tmf_server.web.monitoring import Health, Scrape
from tmf_server.worker.loop import Worker
from tmf_server.worker.periodic import Duty


def from_environment() -> Front:
    """The application as the environment sets it, for servers that take a factory."""
    settings = Settings.from_environment(environment())
    logs.configure(settings)
    return create_app(settings)


def create_app(settings: Settings) -> Front:
    """Everything wired, eagerly: what is missing fails now and not at the first request."""
    return compose(create_services(settings))


def compose(
    services: Services, outbound: Callable[..., Outbound] = Outbound, mounts: Mapping[str, ASGIApp] | None = None
) -> Front:
    """The application on these parts; notifications leave it by `outbound`, `mounts` are served besides its own."""
    settings = services.settings
    worker = create_worker(services, outbound) if settings.events.worker else None
    dispatcher = Dispatcher(services, VERBS, INLINE[services.database.dialect], wake=worker.wake if worker else None)
    api = create_api(dispatcher, services)
    shared = shared_figures(settings.observability.metrics_dir if settings.observability.metrics else None)
    life = Life(services, dispatcher, worker, shared)
    return Front(
        api,
        routing=_routing(api),
        aliases=_aliases(services),
        settings=settings,
        life=life,
        mounts={**_mounts(services, shared), **(mounts or {})},
    )


def _mounts(services: Services, shared: Shared | None) -> Mapping[str, ASGIApp]:
    """What is served besides the documents, by the first segment of the path."""
    settings, registry, database = services.settings, services.registry, services.database
    pages = create_pages(registry, settings, partial(known_records, database))
    mounts: dict[str, ASGIApp] = dict.fromkeys(SEGMENTS, pages) | {"health": Health(database, settings)}
    mounts["files"] = Files(FileStore(settings.jobs.storage_dir, settings.jobs.max_file_bytes))
    if settings.observability.metrics:
        total = shared.total if shared else lambda: FIGURES
        mounts["metrics"] = Scrape(registry, database, settings, total)
    return mounts


def create_services(settings: Settings) -> Services:
    """The parts that verbs, processes and commands share."""
    registry = create_registry(settings)
    database = Database(settings)
    records = Records(registry, settings, database.dialect, outbox.record)
    selector = Selector(registry, database.dialect)
    links = Links(registry)
    return Services(
        settings=settings,
        registry=registry,
        database=database,
        records=records,
        selector=selector,
        validators=Validators(
            registry.contracts, strict=settings.contracts.strict_subtypes, subclasses=settings.contracts.schema_dir
        ),
        links=links,
        shown=Shown(links, settings.limits.shown_bytes),
        subscriptions=Subscriptions(database, Guard(settings.outbound.outbound_allow)),
        tasks=dict.fromkeys(WORKS, start_job)
        | dict.fromkeys(ACTS, AlarmTasks(records, selector, settings).start)
        | {CANCEL_ORDER: CancelOrder(records).start}
        | {BILL_ON_DEMAND: BillsOnDemand(records, selector, settings).start},
        intakes={"alarm": AlarmIntake(database, records, settings)},
    )


def create_desk(services: Services) -> Desk:
    """What imports and exports work with."""
    settings, registry, dialect = services.settings, services.registry, services.database.dialect
    return Desk(
        settings=settings,
        registry=registry,
        database=services.database,
        records=BulkRecords(registry, settings, dialect, outbox.record),
        quiet=BulkRecords(registry, settings, dialect),
        files=FileStore(settings.jobs.storage_dir, settings.jobs.max_file_bytes),
        selector=services.selector,
        guard=Guard(settings.outbound.outbound_allow),
        language=Wording(settings, services.validators, services.links),
    )


def create_worker(services: Services, outbound: Callable[..., Outbound] = Outbound) -> Worker:
    """The worker that delivers events and does the periodic duties."""
    settings, database = services.settings, services.database
    forms = Forms(services.registry)
    office = Office(
        database=database,
        settings=settings,
        topics=forms.topics,
        composer=Composer(forms, partial(rendered, services.links)),
        matcher=partial(event_matcher, services.registry, settings),
        guard=Guard(settings.outbound.outbound_allow),
        signer=database.transact(partial(signer, settings=settings)),
        outbound=outbound,
    )
    return Worker(office, duties(services, forms.topics))


def duties(services: Services, topics: Topics) -> list[Duty]:
    """What the worker does again and again besides deliveries."""
    database, settings = services.database, services.settings
    forget = partial(forget_answers, seconds=settings.limits.idempotency_seconds)
    desk = create_desk(services)
    jobs = Jobs(desk, WORKS, holder_name())
    waiting_jobs = partial(waiting, lease_seconds=settings.events.lease_seconds, limit=1)
    return [
        retention_duty(database, settings, topics),
        Duty("forget answers", 600, lambda _stop: database.transact(forget)),
        Duty("remove partial files", 3_600, lambda _stop: desk.files.clean(time.time() - 86_400)),
        *(
            Duty(f"jobs {slot}", settings.events.poll_seconds, jobs.run_waiting, waiting_jobs)
            for slot in range(settings.jobs.job_slots)
        ),
    ]


class Life:
    """What starts and stops with the process."""

    def __init__(
        self, services: Services, dispatcher: Dispatcher, worker: Worker | None, shared: Shared | None
    ) -> None:
        self.services = services
        self._dispatcher = dispatcher
        self._worker = worker
        self._shared = shared

    def start(self) -> None:
        """Start the worker, and the sharing of figures."""
        if self._shared is not None:
            self._shared.start()
        if self._worker is not None:
            self._worker.start()

    def stop(self) -> None:
        """Finish what is under way; the next start goes on with the rest."""
        self._dispatcher.close()
        for intake in self.services.intakes.values():
            intake.close()
        if self._worker is not None:
            self._worker.stop(self.services.settings.server.graceful_seconds)
        if self._shared is not None:
            self._shared.stop()
        self.services.database.close()


def create_api(dispatcher: Dispatcher, services: Services) -> ConnexionMiddleware:
    """Connexion's middleware around our endpoint, its stack built."""
    verbs = {endpoint.operation.id: VERBS[endpoint.operation.verb] for endpoint in services.registry.endpoints.values()}
    api = ConnexionMiddleware(
        dispatcher,
        import_name=__name__,
        middlewares=[RoutingMiddleware, SecurityMiddleware, RequestCheckMiddleware],
        resolver=VerbResolver(verbs),
        validator_map=validator_map(services.registry, services.validators, services.settings),
    )
    for contract in services.registry.contracts:
        api.add_api(outline(contract.document), base_path=contract.base_path)
    _build(api)
    return api


def _build(api: ConnexionMiddleware) -> None:
    """Connexion builds its stack at the first scope it is called with: here, not at the first request."""
    step = api({"type": "build"}, None, None)
    try:
        step.send(None)
    except StopIteration:
        return


def _routing(api: ConnexionMiddleware) -> RoutingMiddleware:
    return next(layer for layer in api.middleware_stack or () if isinstance(layer, RoutingMiddleware))


def _aliases(services: Services) -> Mapping[str, str]:
    if not services.settings.server.aliases:
        return {}
    served = {contract.name for contract in services.registry.contracts}
    return {
        alias: f"{BASE_PATHS[api]}/{alias[-2:]}"
        for api, aliases in ALIASES.items()
        for alias in aliases
        if f"{api}/{alias[-2:]}" in served
    }
