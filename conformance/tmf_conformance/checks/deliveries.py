"""What a subscriber receives: which events, with what in them, in which order, how often. TMF630 P1 7."""

# ruff: noqa: D103  the title in the table says what a check holds a server to

import asyncio
from typing import Any

from tmf_conformance.checks.changeable import text
from tmf_conformance.checks.creating import settles
from tmf_conformance.checks.hubs import subscribe
from tmf_conformance.compare import difference, instant
from tmf_conformance.listener import Mailbox, Notification, ids
from tmf_conformance.registry import RECOMMENDED, check
from tmf_conformance.schemas import Node
from tmf_conformance.trial import Trial

CLAUSE = "TMF630 P1 7"
MADE = ("create", "retrieve", "delete")
PATCHED = (*MADE, "patch")
_GRACE = 0.4


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


@check("event.filter-type", "`eventType` in the query lets only these events through", CLAUSE, needs=MADE, writes=True)
async def filter_type(t: Trial) -> None:
    created, deleted = declared(t, "Create"), declared(t, "Delete")
    if not created or not deleted:
        return
    box, _ = await subscribe(t, f"eventType={deleted}")
    both, _ = await subscribe(t, f"eventType={created},{deleted}")
    record = await t.create()
    await t.send("DELETE", t.at(record))
    await arrival(t, box, record, deleted)
    await arrival(t, both, record, deleted)
    unwanted = {kind(note) for note in box.received} - {deleted}
    t.expect(not unwanted, f"the subscription to {deleted} also receives {', '.join(sorted(unwanted))}", deleted)
    t.expect(
        {kind(n) for n in both.about(str(record["id"]))} == {created, deleted},
        "a comma list of types lets not both through",
        f"{created} and {deleted}",
    )


@check(
    "event.filter-attribute",
    "A query on the payload lets only matching events through",
    CLAUSE,
    needs=MADE,
    level=RECOMMENDED,
    writes=True,
)
async def filter_attribute(t: Trial) -> None:
    name = declared(t, "Create")
    if not name:
        return
    record = await t.create()
    attribute = next(
        (
            n
            for n, v in record.items()
            if isinstance(v, str) and n in ("name", "description", "externalAlarmId", "statusReason")
        ),
        "",
    )
    if not attribute:
        t.note = "the records have no text to filter on"
        return
    mark = f"conformance-{t.session.options.seed}-{t.session.number()}"
    box, _ = await subscribe(t, f"event.{t.noun.name}.{attribute}={mark}")
    other, wanted = await t.create(), await t.create({attribute: mark})
    await arrival(t, box, wanted)
    t.expect(not box.about(str(other["id"])), "an event that does not match arrived too", "matching events only")


@check("event.order", "The events of a record arrive in the order of its changes", CLAUSE, needs=PATCHED, writes=True)
async def order(t: Trial) -> None:
    names = [declared(t, change) for change in ("Create", "AttributeValueChange", "Delete")]
    if not all(names):
        return
    box, _ = await subscribe(t)
    record = await t.create()
    attribute = text(t, record)
    for number in range(4 if attribute else 0):
        t.status(await t.patch(record, {attribute: f"step {number}"}), 200, what="PATCH")
    await t.send("DELETE", t.at(record))
    await arrival(t, box, record, names[2])
    notes = box.about(str(record["id"]))
    t.expect(
        [kind(n) for n in notes][:1] == names[:1] and kind(notes[-1]) == names[2],
        f"they came as {[kind(n) for n in notes]}",
        "create first, delete last",
    )
    steps = [str(payload(t, n).get(attribute)) for n in notes if kind(n) == names[1]]
    t.expect(
        steps == [f"step {n}" for n in range(len(steps))], f"the changes came as {steps}", "the order of the changes"
    )
    t.expect(len(steps) == 4 or not attribute, f"{len(steps)} of 4 change events came", "one per change")


@check("event.once", "One change sends one event", CLAUSE, needs=MADE, writes=True)
async def once(t: Trial) -> None:
    name = declared(t, "Create")
    if not name:
        return
    box, _ = await subscribe(t, f"eventType={name}")
    records = [await t.create() for _ in range(3)]
    for record in records:
        await arrival(t, box, record, name)
    await asyncio.sleep(_GRACE)
    for record in records:
        count = len(box.about(str(record["id"])))
        t.expect(count == 1, f"one creation sent {count} events", "1")


@check("event.all", "Every creation sends its event, also under load", CLAUSE, needs=MADE, writes=True)
async def every(t: Trial) -> None:
    name = declared(t, "Create")
    if not name:
        return
    box, _ = await subscribe(t, f"eventType={name}")
    records = await asyncio.gather(*(t.create() for _ in range(8)))
    wanted = {str(record["id"]) for record in records}
    await box.wait(lambda b: all(b.about(record_id) for record_id in wanted), t.session.options.event_timeout)
    missing = [record_id for record_id in wanted if not box.about(record_id)]
    t.expect(not missing, f"{len(missing)} of {len(wanted)} create events never came", "one per creation")


@check("event.no-op", "A patch that changes nothing sends no event", CLAUSE, needs=PATCHED, writes=True)
async def no_op(t: Trial) -> None:
    name = declared(t, "AttributeValueChange")
    record = await t.read(await t.create()) if name else {}
    attribute = text(t, record) if name else ""
    if not attribute or attribute not in record:
        return
    box, _ = await subscribe(t)
    await t.patch(record, {attribute: record[attribute]})
    await t.patch(record, {attribute: "changed"})
    await box.wait(
        lambda b: any(payload(t, n).get(attribute) == "changed" for n in b.about(str(record["id"]))),
        t.session.options.event_timeout,
    )
    idle = [n for n in box.about(str(record["id"])) if payload(t, n).get(attribute) != "changed"]
    t.expect(not idle, f"{len(idle)} events told of a patch without effect", "none")


@check("event.refused", "A refused request sends no event", CLAUSE, needs=PATCHED, writes=True)
async def refused(t: Trial) -> None:
    name = declared(t, "AttributeValueChange")
    record = await t.read(await t.create()) if name else {}
    attribute = text(t, record) if name else ""
    if not attribute:
        return
    box, _ = await subscribe(t)
    await t.patch(record, {attribute: "refused", "id": "conformance-other-id"})
    await t.patch(record, {attribute: "changed"})
    await box.wait(
        lambda b: any(payload(t, n).get(attribute) == "changed" for n in b.about(str(record["id"]))),
        t.session.options.event_timeout,
    )
    told: list[Any] = [n for n in box.about(str(record["id"])) if payload(t, n).get(attribute) == "refused"]
    t.expect(not told, "an event tells of a change that was refused", "none")


@check("event.unsubscribed", "After DELETE of the hub nothing more arrives", CLAUSE, needs=MADE, writes=True)
async def unsubscribed(t: Trial) -> None:
    if not declared(t, "Create"):
        return
    box, path = await subscribe(t)
    control, _ = await subscribe(t)
    t.status(await t.send("DELETE", path), 204, what="DELETE of the subscription")
    record = await t.create()
    await arrival(t, control, record)
    await asyncio.sleep(_GRACE)
    t.expect(not box.about(str(record["id"])), "an event arrived after the subscription was deleted", "none")


@check("event.retry", "A delivery that fails is tried again", CLAUSE, needs=MADE, writes=True)
async def retry(t: Trial) -> None:
    name = declared(t, "Create")
    if not name:
        return
    box, _ = await subscribe(t, f"eventType={name}", refuse=1)
    record = await t.create()
    await arrival(t, box, record, name, t.session.options.retry_timeout)
    refused = [note for note in box.refused if str(record["id"]) in ids(note.event)]
    t.expect(bool(refused), "the event arrived without the delivery that was refused", "the same event again")


@check("event.independent", "A subscriber that fails delays no other", CLAUSE, needs=MADE, writes=True)
async def independent(t: Trial) -> None:
    name = declared(t, "Create")
    if not name:
        return
    await subscribe(t, f"eventType={name}", refuse=1000)
    box, _ = await subscribe(t, f"eventType={name}")
    for _ in range(2):
        await arrival(t, box, await t.create(), name)
