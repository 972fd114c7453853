"""What a subscriber receives: which events, and with what in them. TMF630 P1 7."""

# ruff: noqa: D103  the title in the table says what a check holds a server to

import asyncio

from tmf_conformance.checks.events.hubs import subscribe
from tmf_conformance.checks.writing.changeable import text
from tmf_conformance.checks.writing.creating import settles
from tmf_conformance.documents.compare import difference, instant
from tmf_conformance.documents.schemas import Node
from tmf_conformance.http.listener import Mailbox, Notification
from tmf_conformance.running.registry import check
from tmf_conformance.running.trial import Trial

CLAUSE = "TMF630 P1 7"
MADE = ("create", "retrieve", "delete")
PATCHED = (*MADE, "patch")


def declared(t: Trial, change: str) -> str:
    """The event type of a change; empty (with a note) where the document declares none."""
    name = t.document.event_type(t.noun, change)
    if name is None:
        t.note = f"the document declares no {t.noun.type_name}{change}Event"
    return name or ""


def kind(note: Notification) -> str:
    event = note.event
    return str(event.get("eventType", "")) if isinstance(event, dict) else ""


def payload(t: Trial, note: Notification) -> Node:
    """The record that an event carries; {} where there is none."""
    inner = note.event.get("event") if isinstance(note.event, dict) else None
    record = inner.get(t.noun.name) if isinstance(inner, dict) else None
    return record if isinstance(record, dict) else {}


async def arrival(t: Trial, box: Mailbox, record: Node, wanted: str = "", seconds: float = 0) -> Notification:
    """The first delivery about a record (of one event type); ends the check when there is none in time."""

    def fits(note: Notification) -> bool:
        return not wanted or kind(note) == wanted

    limit = seconds or t.session.options.event_timeout
    found = await box.wait(lambda b: any(fits(n) for n in b.about(str(record["id"]))), limit)
    t.require(found, f"no {wanted or 'event'} arrived within {limit:g} s", f"a POST of it to {box.url}")
    return next(note for note in box.about(str(record["id"])) if fits(note))


@check("event.create", "A creation sends the create event with the record", CLAUSE, needs=MADE, writes=True, tasks=True)
async def create(t: Trial) -> None:
    name = declared(t, "Create")
    if not name:
        return
    box, _ = await subscribe(t)
    record = await t.create()
    note = await arrival(t, box, record, name)
    shown = payload(t, note)
    t.expect(bool(shown), f"the event carries no `event.{t.noun.name}`", "the record", t.last)
    different = difference(record, shown, ignore=settles(t) | {"lastUpdate"})
    t.expect(
        not shown or not different,
        f"the event's record differs from the answer at {different}",
        "the record as this version shows it",
    )


@check("event.schema", "A notification is as the document defines it", CLAUSE, needs=MADE, writes=True, tasks=True)
async def schema(t: Trial) -> None:
    name = declared(t, "Create")
    if not name:
        return
    box, _ = await subscribe(t)
    note = await arrival(t, box, await t.create())
    event = note.event
    t.require(isinstance(event, dict), "the notification is no JSON object", "the event")
    for problem in t.session.validator.problems(t.document.events[name], event):
        t.fail(f"the notification does not fit its schema at {problem}", name)
    known = t.document.schemas.properties(t.document.schemas.dispatch(t.document.events[name], event))
    strange = [n for n in event if n not in known and not n.startswith("@") and n not in ("id", "href")]
    t.expect(not strange, f"the notification has {', '.join(strange[:4])}", f"the names of {t.document.title}")
    t.expect(kind(note) == name, f"eventType is {kind(note)!r}", name)
    t.expect(
        "json" in note.headers.get("content-type", ""),
        f"Content-Type is {note.headers.get('content-type')!r}",
        "application/json",
    )


@check(
    "event.identity", "Every event has an id of its own and the instant it happened", CLAUSE, needs=MADE, writes=True
)
async def identity(t: Trial) -> None:
    name = declared(t, "Create")
    if not name:
        return
    box, _ = await subscribe(t, f"eventType={name}")
    notes = [await arrival(t, box, await t.create()) for _ in range(2)]
    seen = [str(note.event.get("eventId") or "") for note in notes]
    t.expect(all(seen) and seen[0] != seen[1], f"the eventIds are {seen}", "two different ids")
    for note in notes:
        moment = note.event.get("eventTime")
        t.expect(
            instant(moment) is not None and str(moment).endswith("Z"), f"eventTime is {moment!r}", "an instant with Z"
        )


@check("event.committed", "When an event arrives, its record can be read", CLAUSE, needs=MADE, writes=True)
async def committed(t: Trial) -> None:
    name = declared(t, "Create")
    if not name:
        return
    box, _ = await subscribe(t, f"eventType={name}")
    body = {**await t.session.body(t), "conformanceMark": f"committed {t.session.number()}"}
    posting = asyncio.ensure_future(t.send("POST", t.noun.path, body=body))
    try:

        def mine(note: Notification) -> bool:
            return bool(payload(t, note).get("conformanceMark") == body["conformanceMark"])

        found = await box.wait(lambda b: any(mine(n) for n in b.received), t.session.options.event_timeout)
        t.require(found, "no create event arrived", "the event")
        record_id = payload(t, next(n for n in box.received if mine(n)))["id"]
        exchange = await t.send("GET", t.at(str(record_id)))
        t.status(exchange, 200, what="GET as soon as the event is there")
    finally:
        await posting


@check(
    "event.change",
    "A change sends the attribute value change event with the new value",
    CLAUSE,
    needs=PATCHED,
    writes=True,
)
async def change(t: Trial) -> None:
    name = declared(t, "AttributeValueChange")
    record = await t.create() if name else {}
    attribute = text(t, record) if name else ""
    if not attribute:
        return
    box, _ = await subscribe(t)
    t.status(await t.patch(record, {attribute: "changed"}), 200, what="PATCH")
    note = await arrival(t, box, record, name)
    shown = payload(t, note).get(attribute)
    t.expect(shown == "changed", f"the event shows {attribute} as {shown!r}", "the new value")


@check("event.state-change", "A move of the state sends the state change event", CLAUSE, needs=PATCHED, writes=True)
async def state_change(t: Trial) -> None:
    name = declared(t, "StateChange")
    machine = t.session.lifecycle(t.noun)
    if not name or machine is None or not machine.tested or not machine.legal():
        t.note = t.note or "no lifecycle is known for this noun"
        return
    old, new = next(((a, b) for a, b in machine.legal() if a in machine.known), machine.legal()[0])
    record = await t.create({machine.attribute: old, **machine.also})
    box, _ = await subscribe(t)
    t.status(await t.patch(record, {machine.attribute: new}), 200, what=f"PATCH from {old} to {new}")
    note = await arrival(t, box, record, name)
    shown = payload(t, note).get(machine.attribute)
    t.expect(shown == new, f"the event shows {machine.attribute} as {shown!r}", new)


@check("event.delete", "A deletion sends the delete event", CLAUSE, needs=MADE, writes=True)
async def delete(t: Trial) -> None:
    name = declared(t, "Delete")
    if not name:
        return
    record = await t.create()
    box, _ = await subscribe(t)
    t.status(await t.send("DELETE", t.at(record)), 204, what="DELETE")
    await arrival(t, box, record, name)
