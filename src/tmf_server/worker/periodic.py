"""Periodic jobs of the worker, such as clean-ups. Runs each job in a thread; knows no job by name."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from tmf_server.errors import Problem
from tmf_server.events.delivery.context import DeliveryContext
from tmf_server.model.events import lease
from tmf_server.worker import leases
from tmf_server.worker.leases import Lease, LeaseLost

FAULTS = (Problem, SQLAlchemyError, OSError)
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PeriodicJob:
    """Work repeated by one worker at a time of all workers on the database.

    `run` may take any time. Its event is set to end the run early, when the worker stops or another worker takes over.
    `every`: seconds from the end of one run to the start of the next. `wanted` is an optional question before each run:
    a frequent job then costs a read, where taking the lease would cost a write.
    """

    name: str
    every: float
    run: Callable[[threading.Event], object]
    wanted: Callable[[Connection], object] | None = None


async def perform(context: DeliveryContext, job: PeriodicJob, stopping: asyncio.Event) -> None:
    """Run the job until the worker stops. A failed run is logged and repeated at the next time."""
    while not stopping.is_set():
        try:
            wanted: object = job.wanted is None or await context.read(job.wanted)
            if wanted:
                await _run_once(context, job, stopping)
        except (*FAULTS, LeaseLost) as error:
            log.warning("periodic job interrupted", job=job.name, error=f"{type(error).__name__}: {error}")
        await pause(stopping, job.every)


async def _run_once(context: DeliveryContext, job: PeriodicJob, stopping: asyncio.Event) -> None:
    name = f"duty:{job.name}"  # the name in the databases of earlier releases

    def take(connection: Connection) -> Lease | None:
        leases.ensure(connection, name)
        taken = leases.acquire(connection, lease, name, context.holder, context.lease_seconds, longest=job.every)
        return taken and taken[0]

    held = await context.transact(take)
    if held is not None:
        await _run(context, job, held, stopping)
        # a lease up to the next run keeps many workers from running the job many times as often
        await context.transact(leases.write, held, job.every)


async def _run(context: DeliveryContext, job: PeriodicJob, held: Lease, stopping: asyncio.Event) -> None:
    """Run the job in a thread under the lease, and end the run early when the worker stops or the lease is lost."""
    end_early = threading.Event()
    run = asyncio.create_task(asyncio.to_thread(job.run, end_early))
    stop = asyncio.create_task(stopping.wait())
    try:
        while not run.done():
            awaited = {run} if stop.done() else {run, stop}
            await asyncio.wait(awaited, timeout=context.lease_seconds / 3, return_when=asyncio.FIRST_COMPLETED)
            if stop.done():
                end_early.set()
            await context.transact(leases.write, held, context.lease_seconds)
    finally:
        stop.cancel()
        end_early.set()
        await asyncio.wait({run})
    error = run.exception()
    if error is not None:
        log.error("periodic job failed", job=job.name, exc_info=error)


async def pause(event: asyncio.Event, seconds: float) -> None:
    """Wait some seconds, or until the event is set."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
