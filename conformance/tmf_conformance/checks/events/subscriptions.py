"""How events reach a subscriber: filtered, in order, once, again after a failure. TMF630 P1 7."""

# ruff: noqa: D103  the title in the table says what a check holds a server to

import asyncio
from typing import Any

from tmf_conformance.checks.events.deliveries import CLAUSE, MADE, PATCHED, arrival, declared, kind, payload
from tmf_conformance.checks.events.hubs import subscribe
from tmf_conformance.checks.writing.changeable import text
from tmf_conformance.http.listener import ids
from tmf_conformance.running.registry import RECOMMENDED, check
from tmf_conformance.running.trial import Trial

_GRACE = 0.4


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
