"""Delivers to one subscriber what waits for it: at least once, in order, signed. Its SQL is in the ledger."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import orjson
import structlog

from tmf_server.errors import Problem
from tmf_server.events import relay
from tmf_server.events.delivery import queue as ledger
from tmf_server.events.delivery.context import Office, Predicate
from tmf_server.events.delivery.queue import Claim, Item, Progress
from tmf_server.events.delivery.retry import after_failure, after_success
from tmf_server.events.outbound.client import Answer, Outbound
from tmf_server.observability.metrics import FIGURES
from tmf_server.rules.instants import machine_now
from tmf_server.worker.leases import LeaseLost

TURN_SECONDS = 5.0  # after which a busy subscriber makes room for another
LINGER_SECONDS = 0.5  # how long its turn waits for more before it ends
SETTLE_SECONDS = 1.0  # what was delivered in this time may be delivered again after a crash
SETTLE_EVENTS = 100
READ_EVENTS = 16
READ_BYTES = 1_000_000
FRESH_SECONDS = 0.1  # how long after its removal a subscription may still get what was read before
SLOW_SECONDS = 1.0  # whoever takes longer to answer is served apart from the prompt ones
More = Callable[[int, float], Awaitable[bool]]
"""Waits some seconds for events after a position and says whether there are any."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Letter:
    """One event ready to be sent."""

    event_id: str
    body: bytes


async def serve(office: Office, outbound: Outbound, id_: str, more: More, stopping: Callable[[], bool]) -> None:
    """Give the subscription a turn, if nobody else serves it; `stopping` ends it between two events."""
    claimed = await office.transact(ledger.claim, id_, office.holder, office.lease_seconds)
    if claimed is None:
        return
    try:
        await Turn(office, outbound, claimed, stopping).run(more)
    except LeaseLost:
        log.info("subscription is served elsewhere or gone", subscription=id_)


class Turn:
    """One subscriber's turn: some seconds in which it gets what waits for it."""

    def __init__(self, office: Office, outbound: Outbound, claimed: Claim, stopping: Callable[[], bool]) -> None:
        self.office = office
        self.outbound = outbound
        self.claimed = claimed
        self.progress = Progress(claimed.position, claimed.standing)
        self._stopping = stopping
        self._started = self._settled = time.monotonic()
        self._unsettled = 0
        self._delivered = False
        self._batch = 1

    async def run(self, more: More) -> None:
        """Deliver until nothing waits, the time is over or the subscriber fails. Raises LeaseLost."""
        try:
            predicate = self._predicate()
        except Problem as problem:  # the query was valid when it was registered, and no longer is
            self.progress.error = f"query: {problem.reason}"
            self.progress.pause = self.office.settings.events.longest_pause
            log.warning("subscription cannot be served", subscription=self.claimed.id, code=problem.code)
        else:
            await self._deliver(predicate, more)
        await self.settle(last=True)

    def _predicate(self) -> Predicate | None:
        claimed = self.claimed
        return self.office.matcher(claimed.api, claimed.version, claimed.query) if claimed.query else None

    async def _deliver(self, predicate: Predicate | None, more: More) -> None:
        kinds = self.office.topics.get((self.claimed.api, self.claimed.version), frozenset())
        busy = True
        while busy and not self._over():
            waiting = await self.office.read(ledger.queue, self.claimed, self.progress.position, kinds)
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

    async def _handle(self, items: list[Item], predicate: Predicate | None) -> None:
        """Send the items in order, until the turn is over. They are read a few at a time, just before they go out."""
        letters: dict[int, Letter] = {}
        read_until, read_at = 0, 0.0
        for index, item in enumerate(items):
            if self._over():
                return
            await self._settle_in_time()
            if index >= read_until or time.monotonic() - read_at > FRESH_SECONDS:
                read_until, read_at = index + self._batch, time.monotonic()
                letters = await self.office.run(self._prepare, items[index:read_until], predicate)
            await self._deal_with(item, letters.pop(item.position, None))

    async def _settle_in_time(self) -> None:
        if self._unsettled >= SETTLE_EVENTS or time.monotonic() - self._settled > SETTLE_SECONDS:
            await self.settle()

    async def _deal_with(self, item: Item, letter: Letter | None) -> None:
        if letter is None:
            self._pass(item)
        elif not item.replay and item.position <= self.progress.standing.park_until:
            self._park(item, ledger.UNTRIED)
        else:
            await self._send(item, letter)

    def _prepare(self, items: list[Item], predicate: Predicate | None) -> dict[int, Letter]:
        """The letters to send now, by position, of those events that concern the subscriber. Raises LeaseLost."""
        claimed, compose = self.claimed, self.office.composer.compose
        with self.office.database.read() as connection:
            events = ledger.fetch(connection, claimed, items)
        letters = {}
        for position, event in events.items():
            body = compose(claimed.api, claimed.version, claimed.origin, event)
            if body is not None and (predicate is None or predicate(body)):
                letters[position] = Letter(event.event_id, orjson.dumps(body))
        largest = max((len(event.document) for event in events.values()), default=0)
        self._batch = max(1, min(READ_EVENTS, READ_BYTES // (largest + 1)))
        return letters

    async def _send(self, item: Item, letter: Letter) -> None:
        answer = await self._call(letter)
        FIGURES.delivery("delivered" if answer.ok else "failed")
        if answer.ok:
            self.progress.slow = answer.seconds > SLOW_SECONDS
            self.progress.standing = after_success(self.progress.standing)
            self.progress.delivered, self.progress.error = True, None
            self._delivered = True
            self._unsettled += 1
            self._pass(item)
        else:
            self._fail(answer, item, await self.office.read(relay.head))

    async def _call(self, letter: Letter) -> Answer:
        try:
            target = self.office.guard.target(self.claimed.callback)
        except Problem as refused:  # the list of what may be called has changed since
            return Answer(None, refused.message, 0.0)
        headers = self.office.signer.headers(self.claimed.id, letter.event_id, letter.body, machine_now())
        return await self.outbound.post(target, letter.body, headers)

    def _fail(self, answer: Answer, item: Item, head: int) -> None:
        progress = self.progress
        verdict = after_failure(progress.standing, self.office.settings.events.delivery_pauses, head)
        progress.standing, progress.pause, progress.dead = verdict.standing, verdict.pause, verdict.dead
        progress.error = answer.note or "no answer"
        if verdict.parks:
            self._park(item, progress.error)
        log.warning(
            "delivery failed",
            subscription=self.claimed.id,
            position=item.position,
            status=answer.status,
            note=progress.error if answer.status is None else None,  # what a subscriber answers may repeat the event
            tries=progress.standing.tries,
            parked=verdict.parks,
            pause=progress.pause,
        )

    def _pass(self, item: Item) -> None:
        if item.replay:
            self.progress.replayed.append(item.position)
        else:
            self.progress.position = item.position

    def _park(self, item: Item, error: str) -> None:
        FIGURES.delivery("parked")
        if item.replay:
            self.progress.unplayed[item.position] = error
        else:
            self.progress.parked[item] = error
            self.progress.position = item.position

    async def settle(self, *, last: bool = False) -> None:
        """Write down what happened so far, and go on holding the subscription unless it is the last time."""
        seconds = 0.0 if last else self.office.lease_seconds
        await self.office.transact(ledger.settle, self.claimed, self.progress, seconds)
        done = self.progress
        self.progress = Progress(done.position, done.standing, slow=done.slow, pause=done.pause)
        self._settled, self._unsettled = time.monotonic(), 0
