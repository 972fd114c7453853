"""What runs beside requests, composed: the worker with its deliveries, jobs and clean-ups."""

import time
from collections.abc import Callable
from functools import partial

from tmf_server.events import outbox
from tmf_server.events.delivery.context import DeliveryContext, holder_name
from tmf_server.events.delivery.payload import Composer, EventFormats
from tmf_server.events.delivery.queue import Topics
from tmf_server.events.delivery.signing import signer
from tmf_server.events.outbound.client import Outbound
from tmf_server.events.outbound.url_policy import UrlPolicy
from tmf_server.events.retention import retention_job
from tmf_server.processes.jobs.context import Desk
from tmf_server.processes.jobs.handlers import WORKS
from tmf_server.processes.jobs.runner import Jobs
from tmf_server.rest.query.event_filter import event_matcher
from tmf_server.rest.representation.codec import Wording
from tmf_server.rest.representation.representation import rendered
from tmf_server.rest.verbs.services import Services
from tmf_server.storage.files import FileStore
from tmf_server.storage.idempotency import forget_answers
from tmf_server.storage.jobs import waiting
from tmf_server.storage.write.bulk import BulkRecords
from tmf_server.worker.loop import Worker
from tmf_server.worker.periodic import PeriodicJob


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
        guard=UrlPolicy(settings.outbound.outbound_allow),
        language=Wording(settings, services.validators, services.links),
    )


def create_worker(services: Services, outbound: Callable[..., Outbound] = Outbound) -> Worker:
    """The worker that delivers events and does the periodic duties."""
    settings, database = services.settings, services.database
    forms = EventFormats(services.registry)
    context = DeliveryContext(
        database=database,
        settings=settings,
        topics=forms.topics,
        composer=Composer(forms, partial(rendered, services.links)),
        matcher=partial(event_matcher, services.registry, settings),
        guard=UrlPolicy(settings.outbound.outbound_allow),
        signer=database.transact(partial(signer, settings=settings)),
        outbound=outbound,
    )
    return Worker(context, periodic_jobs(services, forms.topics))


def periodic_jobs(services: Services, topics: Topics) -> list[PeriodicJob]:
    """What the worker does again and again besides deliveries."""
    database, settings = services.database, services.settings
    forget = partial(forget_answers, seconds=settings.limits.idempotency_seconds)
    desk = create_desk(services)
    jobs = Jobs(desk, WORKS, holder_name())
    waiting_jobs = partial(waiting, lease_seconds=settings.events.lease_seconds, limit=1)
    return [
        retention_job(database, settings, topics),
        PeriodicJob("forget answers", 600, lambda _stop: database.transact(forget)),
        PeriodicJob("remove partial files", 3_600, lambda _stop: desk.files.clean(time.time() - 86_400)),
        *(
            PeriodicJob(f"jobs {slot}", settings.events.poll_seconds, jobs.run_waiting, waiting_jobs)
            for slot in range(settings.jobs.job_slots)
        ),
    ]
