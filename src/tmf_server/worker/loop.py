"""The worker: stamps, deliveries, periodic jobs, in a thread of `serve` or as a process. Runs no SQL itself."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Sequence
from functools import partial

import structlog

from tmf_server.events import relay
from tmf_server.events.delivery import queue
from tmf_server.events.delivery.context import DeliveryContext
from tmf_server.events.delivery.session import serve
from tmf_server.events.outbound.client import Outbound
from tmf_server.worker.periodic import FAULTS, PeriodicJob, pause, perform

GATHER_SECONDS = 0.02  # events of this time are stamped together
LANES = (0, 1)  # prompt subscribers; slow and failing subscribers
log = structlog.get_logger(__name__)
Tasks = dict[str, asyncio.Task[None]]


class Worker:
    """One of any number of workers on a database, in any number of processes.

    A worker without a database connection waits, and goes on with the next connection. A worker runs once.
    """

    def __init__(self, context: DeliveryContext, jobs: Sequence[PeriodicJob] = ()) -> None:
        self._context = context
        self._jobs = tuple(jobs)
        self._relay = relay.Relay(context.database, context.holder, context.lease_seconds)
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready = threading.Event()
        self._failed = False
        self._stopping = asyncio.Event()
        self._woken = asyncio.Event()
        self._news = asyncio.Event()
        self._head = 0
        self._due = queue.due_statement(context.topics, context.settings.events)
        self._active: tuple[Tasks, ...] = tuple({} for _ in LANES)

    # -- called from other threads ----------------------------------------------------------------
    def start(self) -> None:
        """Run in a new thread; return once `wake` works. Raises RuntimeError for a worker that ended instead."""
        self._thread = threading.Thread(target=self.run, name="worker", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._failed:
            raise RuntimeError("the worker ended when it began; the log says why")

    def run(self) -> None:
        """Run in the present thread until a call of `stop`."""
        try:
            asyncio.run(self._main())
        except BaseException:
            self._failed = True
            raise
        finally:
            self._ready.set()

    def wake(self) -> None:
        """Look for new events at once. Cheap; meant for a call after each commit."""
        if not self._woken.is_set():
            self._call(self._woken.set)

    def stop(self, seconds: float | None = None) -> bool:
        """Begin no more deliveries and finish the running ones within some seconds. True when done."""
        self._call(self._stopping.set)
        self._call(self._woken.set)
        if self._thread is None:
            return False
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _call(self, function: Callable[[], None]) -> None:
        if self._loop is not None:
            # the loop may close between any check and the call, and then has nobody to tell
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(function)

    # -- in its own thread ------------------------------------------------------------------------
    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        settings = self._context.settings
        outbound = self._context.outbound(
            self._context.guard,
            slots=len(LANES) * settings.events.delivery_slots,
            connect_seconds=settings.events.delivery_connect_seconds,
            seconds=settings.events.delivery_seconds,
            ca_file=settings.outbound.outbound_ca_file,
        )
        jobs = [asyncio.create_task(perform(self._context, job, self._stopping)) for job in self._jobs]
        self._ready.set()
        while not self._stopping.is_set():
            await self._look(outbound)
            await pause(self._woken, settings.events.poll_seconds)
            await pause(self._stopping, GATHER_SECONDS)
            self._woken.clear()
        self._tell()
        under_way = [task for active in self._active for task in active.values()]
        await asyncio.gather(*under_way, *jobs, return_exceptions=True)
        await outbound.close()

    async def _look(self, outbound: Outbound) -> None:
        """Stamp new events and start a session for each subscription with due events."""
        context = self._context
        try:
            await context.run(self._relay.drain)
            head = await context.read(relay.head)
            if head != self._head:
                self._head = head
                self._tell()
            for lane in LANES:
                free = context.settings.events.delivery_slots - len(self._active[lane])
                for id_ in await context.read(queue.due, self._due, lane, free) if free else ():
                    self._serve(outbound, id_, lane)
        except FAULTS as error:
            log.warning("worker cannot read the events just now", error=f"{type(error).__name__}: {error}")

    def _serve(self, outbound: Outbound, id_: str, lane: int) -> None:
        if any(id_ in active for active in self._active):
            return
        turn = serve(self._context, outbound, id_, partial(self._more, lane), self._stopping.is_set)
        task = asyncio.create_task(turn)
        self._active[lane][id_] = task
        task.add_done_callback(partial(self._served, id_, lane))

    def _served(self, id_: str, lane: int, task: asyncio.Task[None]) -> None:
        del self._active[lane][id_]
        self._woken.set()
        error = task.exception()
        if error is not None:
            # the lease runs out before the next try
            log.error("turn of a subscription failed", subscription=id_, exc_info=error)

    async def _more(self, lane: int, position: int, seconds: float) -> bool:
        """Wait for events after the position; False without events, or when other subscriptions wait for the slot."""
        if len(self._active[lane]) >= self._context.settings.events.delivery_slots:
            return False
        if self._head <= position:
            await pause(self._news, seconds)
        return self._head > position and not self._stopping.is_set()

    def _tell(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()
