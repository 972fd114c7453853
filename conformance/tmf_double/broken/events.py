"""Doubles whose hub or notifications are wrong, each in one way."""

# ruff: noqa: D101, ARG002  the declared line says what is wrong; what is overridden keeps its parameters

import asyncio

from tmf_conformance.documents.document import Noun
from tmf_double.app import Double
from tmf_double.base import Record
from tmf_double.broken.ways import way
from tmf_double.messages import Answer, Request
from tmf_double.notifying import Event


@way("events-missing", "every third event is not sent", "event.all")
class EventsMissing(Double):
    def notify(self, noun: Noun, change: str, record: Record, request: Request) -> None:
        if change != "Create" or next(self.numbers) % 3:
            super().notify(noun, change, record, request)


@way("events-never", "no event is ever sent", "event.create", "event.change", "event.delete")
class EventsNever(Double):
    def notify(self, noun: Noun, change: str, record: Record, request: Request) -> None:
        return


@way("events-doubled", "every event is sent twice", "event.once")
class EventsDoubled(Double):
    async def deliver(self, hub_id: str, event: Event) -> None:
        await super().deliver(hub_id, event)
        await super().deliver(hub_id, event)


@way("events-unfiltered", "a subscription's query is ignored", "event.filter-type", "event.filter-attribute")
class EventsUnfiltered(Double):
    def wants(self, hub: Record, event: Event) -> bool:
        return True


@way("events-early", "events are sent before the record is stored", "event.committed")
class EventsEarly(Double):
    async def handle(self, request: Request) -> Answer:
        answer = await super().handle(request)
        noun = self.nouns.get(request.path)
        if request.method == "POST" and noun and answer.status == 201:
            record_id = str(answer.body["id"])
            record = self.records[noun.path].pop(record_id)
            await asyncio.sleep(0.3)
            self.records[noun.path][record_id] = record
        return answer


@way("events-unordered", "later events overtake earlier ones", "event.order")
class EventsUnordered(Double):
    async def deliver(self, hub_id: str, event: Event) -> None:
        if event["eventType"].endswith("CreateEvent"):
            self.late = asyncio.ensure_future(self._late(hub_id, event))
            return
        await super().deliver(hub_id, event)

    async def _late(self, hub_id: str, event: Event) -> None:
        callback = self.hubs[hub_id]["callback"]
        await asyncio.sleep(0.3)
        await self.post(callback, event)


@way("no-retry", "a delivery that fails is not tried again", "event.retry")
class NoRetry(Double):
    async def deliver(self, hub_id: str, event: Event) -> None:
        await self.post(self.hubs[hub_id]["callback"], event)


@way("slow-subscriber-blocks", "a subscriber that fails holds up all others", "event.independent")
class SlowSubscriberBlocks(Double):
    async def deliver(self, hub_id: str, event: Event) -> None:
        lock = self.__dict__.setdefault("_lock", asyncio.Lock())
        async with lock:
            for _ in range(1000):
                if hub_id not in self.hubs or await self.post(self.hubs[hub_id]["callback"], event):
                    return
                await asyncio.sleep(0.05)


@way("unsubscribe-ignored", "a deleted subscription goes on receiving", "event.unsubscribed")
class UnsubscribeIgnored(Double):
    def unsubscribe(self, hub_id: str) -> Answer:
        hub = self.hub(hub_id)
        if hub.get("gone"):
            return super().unsubscribe("-")
        hub["gone"] = True
        return Answer(204)


@way("event-v4-names", "v5 events have v4's timeOcurred", "event.schema")
class EventV4Names(Double):
    def event(self, kind: str, noun: Noun, shown: Record) -> Event:
        event = super().event(kind, noun, shown)
        event["timeOcurred"] = event.pop("timeOccurred")
        return event


@way("event-payload-bare", "events carry the record without its noun's name", "event.create", "event.schema")
class EventPayloadBare(Double):
    def event(self, kind: str, noun: Noun, shown: Record) -> Event:
        return {**super().event(kind, noun, shown), "event": {"resource": shown}}


@way("event-payload-old", "change events carry the record as it was", "event.change")
class EventPayloadOld(Double):
    def store_change(self, noun: Noun, old: Record, new: Record, request: Request) -> None:
        self.before: Record = old
        super().store_change(noun, old, new, request)

    def notify(self, noun: Noun, change: str, record: Record, request: Request) -> None:
        stale = change in ("AttributeValueChange", "StateChange")
        super().notify(noun, change, self.before if stale else record, request)


@way("event-wrong-type", "changes of the state are sent as attribute changes", "event.state-change")
class EventWrongType(Double):
    def notify(self, noun: Noun, change: str, record: Record, request: Request) -> None:
        super().notify(noun, "AttributeValueChange" if change == "StateChange" else change, record, request)


@way("event-same-id", "all events have one eventId", "event.identity")
class EventSameId(Double):
    def event(self, kind: str, noun: Noun, shown: Record) -> Event:
        return {**super().event(kind, noun, shown), "eventId": "1"}


@way("event-on-no-op", "a patch without effect sends an event", "event.no-op")
class EventOnNoOp(Double):
    def patch(self, noun: Noun, record_id: str, request: Request) -> Answer:
        before = self.versions.get((noun.path, record_id))
        answer = super().patch(noun, record_id, request)
        if before == self.versions.get((noun.path, record_id)):
            self.notify(noun, "AttributeValueChange", self.find(noun, record_id), request)
        return answer


@way("event-on-refusal", "a refused change sends an event", "event.refused")
class EventOnRefusal(Double):
    def check_change(self, noun: Noun, old: Record, new: Record) -> None:
        if new.get("id") != old["id"]:
            fake = Request("PATCH", noun.path, "", {}, b"", "http://double/api")
            self.notify(noun, "AttributeValueChange", {**new, "id": old["id"]}, fake)
        super().check_change(noun, old, new)


@way("hub-no-location", "POST /hub answers without Location", "hub.register")
class HubNoLocation(Double):
    def subscribe(self, request: Request) -> Answer:
        answer = super().subscribe(request)
        return Answer(answer.status, answer.body)


@way("hub-takes-anything", "any callback is taken", "hub.bad-callback")
class HubTakesAnything(Double):
    def good_callback(self, callback: str) -> bool:
        return True

    async def post(self, callback: str, event: Event) -> bool:
        return callback.startswith("http://1") and await super().post(callback, event)


@way("hub-delete-always-204", "DELETE /hub/{id} answers 204 for every id", "hub.unknown", "hub.unregister")
class HubDeleteAlways204(Double):
    def unsubscribe(self, hub_id: str) -> Answer:
        return super().unsubscribe(hub_id) if hub_id in self.hubs else Answer(204)
