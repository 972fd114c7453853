"""Hubs and events of the double: subscriptions, filters, delivery in order with retries."""

import asyncio
import copy
import json
import uuid
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from tmf_conformance.documents.document import Noun
from tmf_double import query
from tmf_double.base import Base, Record
from tmf_double.messages import Answer, Request
from tmf_double.refusal import Refused

_PAUSES = (0.05, 0.1, 0.2, 0.4)
Event = dict[str, Any]


class Notifying(Base):
    """Subscriptions and what they are sent."""

    def __init__(self, *given: Any) -> None:
        self.hubs: dict[str, Record] = {}
        self.queues: dict[str, asyncio.Queue[Event]] = {}
        self.senders: dict[str, asyncio.Task[None]] = {}
        self.answered: dict[tuple[str, str], tuple[bytes, Answer]] = {}
        super().__init__(*given)

    def subscribe(self, request: Request) -> Answer:
        body = request.json()
        callback = body.get("callback") if isinstance(body, dict) else None
        if not isinstance(callback, str) or not self.good_callback(callback):
            raise Refused(400, "`callback` must be an http or https URL", "send {callback, query}")
        hub_id = str(uuid.uuid4())
        hub = {"id": hub_id, "callback": callback}
        if body.get("query"):
            self.wants({**hub, "query": str(body["query"])}, {"eventType": "", "event": {}})
            hub["query"] = str(body["query"])
        if self.v5:
            hub["@type"] = "Hub"
        self.hubs[hub_id] = hub
        self.queues[hub_id] = asyncio.Queue()
        self.senders[hub_id] = asyncio.create_task(self.serve(hub_id))
        return Answer(201, hub, {"Location": f"{request.base}/hub/{hub_id}"})

    def good_callback(self, callback: str) -> bool:
        try:
            parts = urlsplit(callback)
        except ValueError:
            return False
        return parts.scheme in ("http", "https") and bool(parts.hostname)

    def hub(self, hub_id: str) -> Record:
        if hub_id not in self.hubs:
            raise Refused(404, f"there is no hub {hub_id!r}")
        return self.hubs[hub_id]

    def unsubscribe(self, hub_id: str) -> Answer:
        self.hub(hub_id)
        del self.hubs[hub_id]
        self.senders.pop(hub_id).cancel()
        return Answer(204)

    # --- events

    def notify(self, noun: Noun, change: str, record: Record, request: Request) -> None:
        """Queue the declared event of a change for every hub that wants it."""
        kind = self.document.event_type(noun, change)
        if kind is None:
            return
        event = self.event(kind, noun, self.show(noun, copy.deepcopy(record), request))
        for hub_id, hub in self.hubs.items():
            if self.wants(hub, event):
                self.queues[hub_id].put_nowait(event)

    def event(self, kind: str, noun: Noun, shown: Record) -> Event:
        now, event_id = self.now(), str(uuid.uuid4())
        occurred = "timeOccurred" if self.v5 else "timeOcurred"
        event = {"eventId": event_id, "eventTime": now, "eventType": kind, occurred: now, "event": {noun.name: shown}}
        return {"@type": kind, **event} if self.v5 else event

    def wants(self, hub: Record, event: Event) -> bool:
        """Whether an event passes a subscription's query."""
        groups = query.conditions(hub.get("query", ""), {"fields"})
        return all(any(_passes(event, condition) for condition in group) for group in groups)

    # --- delivery

    async def serve(self, hub_id: str) -> None:
        """Send a hub's events one after the other, each until it is taken or given up."""
        while hub_id in self.hubs:
            await self.deliver(hub_id, await self.queues[hub_id].get())

    async def deliver(self, hub_id: str, event: Event) -> None:
        for pause in (*_PAUSES, 0):
            if await self.post(self.hubs[hub_id]["callback"], event):
                return
            await asyncio.sleep(pause)

    async def post(self, callback: str, event: Event) -> bool:
        """One delivery; whether the subscriber took it."""
        with suppress(OSError, ValueError, asyncio.IncompleteReadError):
            return 200 <= await post(callback, event) < 300
        return False

    async def close(self) -> None:
        """Stop every sender."""
        for sender in self.senders.values():
            sender.cancel()
        await asyncio.gather(*self.senders.values(), return_exceptions=True)


def _passes(event: Event, condition: query.Condition) -> bool:
    found = query.values(event, condition.path) or query.values(event, f"event.{condition.path}")
    payload = event.get("event")
    if not found and isinstance(payload, dict):
        found = [value for record in payload.values() for value in query.values(record, condition.path)]
    return any(query.compare(condition.op, str(value), wanted) for value in found for wanted in condition.values)


async def post(url: str, event: Event) -> int:
    """POST one event over a connection of its own; the answer's status. A client library costs five times more."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
    try:
        body = json.dumps(event).encode()
        lines = [f"POST {parts.path} HTTP/1.1", f"Host: {parts.netloc}", "Connection: close"]
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}", "", ""]
        writer.write("\r\n".join(lines).encode() + body)
        await writer.drain()
        return int((await reader.readuntil(b"\r\n")).split()[1])
    finally:
        writer.close()
