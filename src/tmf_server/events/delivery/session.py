"""Deliveries to one subscriber: at least once, in order, signed. The queue module has the SQL."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import orjson
import structlog

from tmf_server.errors import Problem
from tmf_server.events import relay
from tmf_server.events.delivery import queue
from tmf_server.events.delivery.context import DeliveryContext, Predicate
from tmf_server.events.delivery.queue import Progress, QueuedEvent, SubscriptionLease
from tmf_server.events.delivery.retry import after_failure, after_success
from tmf_server.events.outbound.client import CallOutcome, Outbound
from tmf_server.observability.metrics import METRICS
from tmf_server.rules.instants import machine_now
from tmf_server.worker.leases import LeaseLost

TURN_SECONDS = 5.0  # after this time a busy subscriber makes room for the next
LINGER_SECONDS = 0.5  # an idle session waits as long for more events before its end
SETTLE_SECONDS = 1.0  # deliveries of the last second may be repeated after a crash
SETTLE_EVENTS = 100
READ_EVENTS = 16
READ_BYTES = 1_000_000
FRESH_SECONDS = 0.1  # a removed subscription may get events read before for as long
SLOW_SECONDS = 1.0  # a subscriber with slower answers is served apart from the prompt subscribers
More = Callable[[int, float], Awaitable[bool]]
"""Waits some seconds for events after a position; true when some came."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Delivery:
    """The signed message of one event: id, body."""

    event_id: str
    body: bytes


async def serve(
    context: DeliveryContext, outbound: Outbound, id_: str, more: More, stopping: Callable[[], bool]
) -> None:
    """Run a delivery session unless another worker has one; `stopping` ends the session between two events."""
    claimed = await context.transact(queue.claim, id_, context.holder, context.lease_seconds)
    if claimed is None:
        return
    try:
        await DeliverySession(context, outbound, claimed, stopping).run(more)
    except LeaseLost:
        log.info("subscription is served elsewhere or gone", subscription=id_)


class DeliverySession:
    """A few seconds of deliveries to one subscriber, under the lease on its subscription."""

    def __init__(
        self, context: DeliveryContext, outbound: Outbound, claimed: SubscriptionLease, stopping: Callable[[], bool]
    ) -> None:
        self.context = context
        self.outbound = outbound
        self.claimed = claimed
        self.progress = Progress(claimed.position, claimed.state)
        self._stopping = stopping
        self._started = self._settled = time.monotonic()
        self._unsettled = 0
        self._delivered = False
        self._batch = 1

    async def run(self, more: More) -> None:
        """Deliver until the queue is empty, the time is over or the subscriber fails. Raises LeaseLost."""
        try:
            claimed, matcher = self.claimed, self.context.matcher
            predicate = matcher(claimed.api, claimed.version, claimed.query) if claimed.query else None
        except Problem as problem:  # a query of an earlier release, valid at its registration
            self.progress.error = f"query: {problem.reason}"
            self.progress.pause = self.context.settings.events.longest_pause
            log.warning("subscription cannot be served", subscription=self.claimed.id, code=problem.code)
        else:
            await self._deliver(predicate, more)
        await self.settle(last=True)

    async def _deliver(self, predicate: Predicate | None, more: More) -> None:
        kinds = self.context.topics.get((self.claimed.api, self.claimed.version), frozenset())
        busy = True
        while busy and not self._over():
            waiting = await self.context.read(queue.next_events, self.claimed, self.progress.position, kinds)
            await self._handle(waiting.items, predicate)
            if self._over():
                return
            self.progress.position = waiting.position
            if any(item.replay for item in waiting.items):
                await self.settle()
            busy = waiting.more or (self._delivered and await more(self.progress.position, LINGER_SECONDS))

    def _over(self) -> bool:
        spent = time.monotonic() - self._started > TURN_SECONDS
        return spent or self.progress.pause > 0 or self._stopping()

    async def _handle(self, items: list[QueuedEvent], predicate: Predicate | None) -> None:
        """Send the events in order until the session is over; each few events are read just before the sending."""
        deliveries: dict[int, Delivery] = {}
        read_until, read_at = 0, 0.0
        for index, item in enumerate(items):
            if self._over():
                return
            if self._unsettled >= SETTLE_EVENTS or time.monotonic() - self._settled > SETTLE_SECONDS:
                await self.settle()
            if index >= read_until or time.monotonic() - read_at > FRESH_SECONDS:
                read_until, read_at = index + self._batch, time.monotonic()
                deliveries = await self.context.run(self._prepare, items[index:read_until], predicate)
            await self._deal_with(item, deliveries.pop(item.position, None))

    async def _deal_with(self, item: QueuedEvent, delivery: Delivery | None) -> None:
        if delivery is None:
            self._pass(item)
        elif not item.replay and item.position <= self.progress.state.park_until:
            self._park(item, queue.UNTRIED)
        else:
            await self._send(item, delivery)

    def _prepare(self, items: list[QueuedEvent], predicate: Predicate | None) -> dict[int, Delivery]:
        """Return the messages for the subscriber by position, without events outside its query. Raises LeaseLost."""
        claimed, compose = self.claimed, self.context.composer.compose
        with self.context.database.read() as connection:
            events = queue.fetch(connection, claimed, items)
        deliveries = {}
        for position, event in events.items():
            body = compose(claimed.api, claimed.version, claimed.origin, event)
            if body is not None and (predicate is None or predicate(body)):
                deliveries[position] = Delivery(event.event_id, orjson.dumps(body))
        largest = max((len(event.document) for event in events.values()), default=0)
        self._batch = max(1, min(READ_EVENTS, READ_BYTES // (largest + 1)))
        return deliveries

    async def _send(self, item: QueuedEvent, delivery: Delivery) -> None:
        answer = await self._call(delivery)
        METRICS.delivery("delivered" if answer.ok else "failed")
        if answer.ok:
            self.progress.slow = answer.seconds > SLOW_SECONDS
            self.progress.state = after_success(self.progress.state)
            self.progress.delivered, self.progress.error = True, None
            self._delivered = True
            self._unsettled += 1
            self._pass(item)
        else:
            self._fail(answer, item, await self.context.read(relay.head))

    async def _call(self, delivery: Delivery) -> CallOutcome:
        try:
            target = self.context.guard.target(self.claimed.callback)
        except Problem as refused:  # the URL policy has changed since the registration
            return CallOutcome(None, refused.message, 0.0)
        headers = self.context.signer.headers(self.claimed.id, delivery.event_id, delivery.body, machine_now())
        return await self.outbound.post(target, delivery.body, headers)

    def _fail(self, answer: CallOutcome, item: QueuedEvent, head: int) -> None:
        progress = self.progress
        decision = after_failure(progress.state, self.context.settings.events.delivery_pauses, head)
        progress.state, progress.pause, progress.dead = decision.state, decision.pause, decision.dead
        progress.error = answer.note or "no answer"
        if decision.parks:
            self._park(item, progress.error)
        log.warning(
            "delivery failed",
            subscription=self.claimed.id,
            position=item.position,
            status=answer.status,
            note=progress.error if answer.status is None else None,  # an answer may repeat the event
            tries=progress.state.tries,
            parked=decision.parks,
            pause=progress.pause,
        )

    def _pass(self, item: QueuedEvent) -> None:
        if item.replay:
            self.progress.replayed.append(item.position)
        else:
            self.progress.position = item.position

    def _park(self, item: QueuedEvent, error: str) -> None:
        METRICS.delivery("parked")
        if item.replay:
            self.progress.unplayed[item.position] = error
        else:
            self.progress.parked[item] = error
            self.progress.position = item.position

    async def settle(self, *, last: bool = False) -> None:
        """Write the progress, and hold the subscription on unless `last`."""
        seconds = 0.0 if last else self.context.lease_seconds
        await self.context.transact(queue.save_progress, self.claimed, self.progress, seconds)
        done = self.progress
        self.progress = Progress(done.position, done.state, slow=done.slow, pause=done.pause)
        self._settled, self._unsettled = time.monotonic(), 0
