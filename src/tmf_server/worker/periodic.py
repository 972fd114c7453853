"""Periodic duties of the worker, as clean-ups and jobs. Runs each in a thread; knows none of them."""

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
    """Something to do again and again.

    `run` gets an event that is set when it should end early, because the worker stops or another one took over, and
    may take as long as it needs; `every` are the seconds from the end of one run to the start of the next. Of all
    workers on the database one at a time runs it. `wanted` is asked first where it is given: a duty that is looked at
    often costs a read then and no write, as taking the lease would.
    """

    name: str
    every: float
    run: Callable[[threading.Event], object]
    wanted: Callable[[Connection], object] | None = None


async def perform(context: DeliveryContext, job: PeriodicJob, stopping: asyncio.Event) -> None:
    """Run the duty until the worker stops. A run that fails is logged and repeated at its next time."""
    while not stopping.is_set():
        try:
            await _turn(context, job, stopping)
        except (*FAULTS, LeaseLost) as error:
            log.warning("duty interrupted", job=job.name, error=f"{type(error).__name__}: {error}")
        await pause(stopping, job.every)


async def _turn(context: DeliveryContext, job: PeriodicJob, stopping: asyncio.Event) -> None:
    if job.wanted is not None and not await context.read(job.wanted):
        return
    held = await context.transact(_take, job, context.holder, context.lease_seconds)
    if held is not None:
        await _run(context, job, held, stopping)
        # held until it is due again, so that many workers do not run it many times as often
        await context.transact(leases.write, held, job.every)


def _take(connection: Connection, job: PeriodicJob, holder: str, seconds: float) -> Lease | None:
    name = f"duty:{job.name}"
    leases.ensure(connection, name)
    taken = leases.acquire(connection, lease, name, holder, seconds, longest=job.every)
    return taken and taken[0]


async def _run(context: DeliveryContext, job: PeriodicJob, held: Lease, stopping: asyncio.Event) -> None:
    """Run it in a thread and keep the lease meanwhile; the run is told when the worker stops or the lease is lost."""
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
        log.error("duty failed", job=job.name, exc_info=error)


async def pause(event: asyncio.Event, seconds: float) -> None:
    """Wait some seconds, or until the event is set."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
