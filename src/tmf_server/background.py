"""Composes the background work: the worker with deliveries, jobs and clean-ups."""

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
from tmf_server.processes.jobs.context import TransferContext
from tmf_server.processes.jobs.handlers import JOB_HANDLERS
from tmf_server.processes.jobs.runner import Jobs
from tmf_server.rest.query.event_filter import event_matcher
from tmf_server.rest.representation.codec import JsonRecordCodec
from tmf_server.rest.representation.representation import rendered
from tmf_server.rest.verbs.services import Services
from tmf_server.storage.files import FileStore
from tmf_server.storage.idempotency import forget_answers
from tmf_server.storage.jobs import waiting
from tmf_server.storage.write.bulk import BulkRecords
from tmf_server.worker.loop import Worker
from tmf_server.worker.periodic import PeriodicJob


def create_transfer_context(services: Services) -> TransferContext:
    """Create the services of imports and exports."""
    settings, registry, dialect = services.settings, services.registry, services.database.dialect
    return TransferContext(
        settings=settings,
        registry=registry,
        database=services.database,
        records=BulkRecords(registry, settings, dialect, outbox.record),
        silent_records=BulkRecords(registry, settings, dialect),
        files=FileStore(settings.jobs.storage_dir, settings.jobs.max_file_bytes),
        selector=services.selector,
        url_policy=UrlPolicy(settings.outbound.outbound_allow),
        codec=JsonRecordCodec(settings, services.validators, services.links),
    )


def create_worker(services: Services, outbound: Callable[..., Outbound] = Outbound) -> Worker:
    """Create the worker for deliveries and periodic jobs."""
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
    """Return the periodic jobs of the worker: retention, clean-ups, import and export jobs."""
    database, settings = services.database, services.settings
    forget = partial(forget_answers, seconds=settings.limits.idempotency_seconds)
    context = create_transfer_context(services)
    jobs = Jobs(context, JOB_HANDLERS, holder_name())
    waiting_jobs = partial(waiting, lease_seconds=settings.events.lease_seconds, limit=1)
    return [
        retention_job(database, settings, topics),
        PeriodicJob("forget answers", 600, lambda _stop: database.transact(forget)),
        PeriodicJob("remove partial files", 3_600, lambda _stop: context.files.clean(time.time() - 86_400)),
        *(
            PeriodicJob(f"jobs {slot}", settings.events.poll_seconds, jobs.run_waiting, waiting_jobs)
            for slot in range(settings.jobs.job_slots)
        ),
    ]
