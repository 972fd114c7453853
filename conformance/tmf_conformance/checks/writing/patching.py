"""PATCH as merge patch, and what no patch may do. TMF630 P1 5.3, RFC 7396."""

# ruff: noqa: D103  the title in the table says what a check holds a server to

import asyncio

from tmf_conformance.checks.writing.changeable import arrays, objects, optional, plain, same, text, texts
from tmf_conformance.checks.writing.creating import settles
from tmf_conformance.documents.compare import difference
from tmf_conformance.documents.schemas import Node
from tmf_conformance.running.registry import RECOMMENDED, check
from tmf_conformance.running.trial import Trial

CLAUSE = "TMF630 P1 5.3, RFC 7396"
PATCH = ("create", "retrieve", "patch")
MOVES = frozenset({"lastUpdate", "alarmChangedTime", "alarmReportingTime"})


async def unchanged(t: Trial, record: Node, why: str) -> None:
    """The record must still be what it was."""
    different = difference(record, await t.read(record), ignore=MOVES | settles(t))
    t.expect(not different, f"{why}, and yet the record changed at {different}", "nothing changed")


@check("patch.merge", "A merge patch changes what it names", CLAUSE, needs=PATCH, writes=True)
async def merge(t: Trial) -> None:
    record = await t.read(await t.create())
    name = text(t, record)
    if not name:
        return
    t.status(await t.patch(record, {name: "changed"}), 200, what="PATCH")
    found = await t.read(record)
    t.expect(
        found.get(name) == "changed", f"{name} is {found.get(name)!r} after the patch: it changed nothing", "changed"
    )


@check("patch.keeps-others", "A merge patch leaves the rest as it was", CLAUSE, needs=PATCH, writes=True)
async def keeps_others(t: Trial) -> None:
    record = await t.read(await t.create({"conformanceNote": "kept"}))
    name = text(t, record)
    if not name:
        return
    t.status(await t.patch(record, {name: "changed"}), 200, what="PATCH")
    different = difference(record, await t.read(record), ignore=MOVES | {name} | settles(t))
    t.expect(not different, f"the patch also changed {different}", f"only {name}")


@check("patch.plain-json", "PATCH with application/json is a merge patch", CLAUSE, needs=PATCH, writes=True)
async def plain_json(t: Trial) -> None:
    record = await t.read(await t.create())
    name = text(t, record)
    if not name:
        return
    t.status(await t.patch(record, {name: "changed"}, "application/json"), 200, what="PATCH")
    different = difference({**record, name: "changed"}, await t.read(record), ignore=MOVES | settles(t))
    t.expect(not different, f"the record differs at {different}", "only the patched attribute changed")


@check("patch.answer", "PATCH answers the record as GET shows it then", CLAUSE, needs=PATCH, writes=True)
async def answer(t: Trial) -> None:
    record = await t.read(await t.create())
    name = text(t, record)
    if not name:
        return
    exchange = await t.patch(record, {name: "changed"})
    t.require(exchange.status == 200, f"PATCH answers {exchange.status}", "200")
    different = difference(exchange.json, await t.read(record), ignore=settles(t))
    t.expect(not different, f"PATCH and GET differ at {different}", "the same representation", exchange)


@check("patch.merge-null", "`null` in a merge patch removes the attribute", CLAUSE, needs=PATCH, writes=True)
async def merge_null(t: Trial) -> None:
    record = await t.read(await t.create())
    name = optional(t, record)
    if not name:
        t.note = "no text attribute of this noun may be taken away"
        return
    t.status(await t.patch(record, {name: None}), 200, what="PATCH with null")
    found = await t.read(record)
    t.expect(name not in found, f"{name} is still {found.get(name)!r}", "the attribute is gone, and not null")


@check("patch.merge-array", "An array in a merge patch replaces the whole array", CLAUSE, needs=PATCH, writes=True)
async def merge_array(t: Trial) -> None:
    record = await t.read(await t.create())
    found = arrays(t, record)
    if not found:
        t.note = "the records have no array of two objects that can be patched"
        return
    kept = [record[found[0]][-1]]
    t.status(await t.patch(record, {found[0]: kept}), 200, what="PATCH with an array")
    now = (await t.read(record)).get(found[0])
    t.expect(
        isinstance(now, list) and len(now) == 1,
        f"{found[0]} has {len(now or [])} elements after the patch: it was merged",
        "1: arrays are replaced",
    )
    t.expect(
        not difference(kept, now) or not isinstance(now, list) or len(now) != 1,
        f"{found[0]} holds another element",
        "the one sent",
    )


@check("patch.merge-object", "An object in a merge patch is merged, not replaced", CLAUSE, needs=PATCH, writes=True)
async def merge_object(t: Trial) -> None:
    record = await t.read(await t.create())
    candidates = [name for name in objects(t, record) if "validFor" in name or "startDateTime" in record[name]]
    if not candidates:
        t.note = "the records have no period that can be patched"
        return
    name = candidates[0]
    first, *others = sorted(plain(record[name]), reverse=True)
    value = "2029-12-31T00:00:00Z" if first == "startDateTime" else record[name][first]
    t.status(await t.patch(record, {name: {first: value}}), 200, what="PATCH with an object")
    now = (await t.read(record)).get(name)
    if not isinstance(now, dict):
        t.fail(f"{name} is {now!r}", "the merged object")
        return
    t.expect(
        all(other in now for other in others),
        f"{name} has lost {', '.join(o for o in others if o not in now)}",
        "objects are merged",
    )
    t.expect(now.get(first) == value, f"{name}.{first} is {now.get(first)!r}", value)


@check("patch.no-op", "A patch that changes nothing answers 200 and changes nothing", CLAUSE, needs=PATCH, writes=True)
async def no_op(t: Trial) -> None:
    record = await t.read(await t.create())
    name = text(t, record)
    if not name or name not in record:
        return
    t.status(await t.patch(record, {name: record[name]}), 200, what="PATCH with the value that is there")
    different = difference(record, await t.read(record), ignore=settles(t))
    t.expect(
        not different, f"a patch without effect changed {different}", "nothing, not even the time of the last change"
    )


@check(
    "patch.read-only", "An attribute that the patch schema leaves out cannot change", CLAUSE, needs=PATCH, writes=True
)
async def read_only(t: Trial) -> None:
    record = await t.read(await t.create())
    schemas = t.document.schemas
    declared = schemas.properties(schemas.dispatch(t.noun.body_schema("patch"), record))
    whole = schemas.properties(schemas.dispatch(t.noun.schema, record))
    fixed = [
        n
        for n in whole.keys() - declared.keys()
        if schemas.kind(whole[n]) == "string" and n not in ("id", "href") and n[0] != "@"
    ]
    if not fixed:
        t.note = "the patch schema has every text attribute"
    for name in sorted(fixed)[:2]:
        t.is_error(await t.patch(record, {name: "conformance"}), 400, 409, what=f"PATCH of {name}")
        await unchanged(t, record, f"{name} is read-only")


@check("patch.id", "The id of a record cannot be patched", CLAUSE, needs=PATCH, writes=True)
async def fixed_id(t: Trial) -> None:
    record = await t.read(await t.create())
    t.is_error(await t.patch(record, {"id": "conformance-other-id"}), 400, 409, what="PATCH of the id")
    await unchanged(t, record, "the id is read-only")


@check("patch.atomic", "A patch that is partly wrong changes nothing", CLAUSE, needs=PATCH, writes=True)
async def atomic(t: Trial) -> None:
    record = await t.read(await t.create())
    name = text(t, record)
    if not name:
        return
    exchange = await t.patch(record, {name: "changed", "validFor": "no period", "id": "conformance-other-id"})
    t.is_error(exchange, 400, 409, 422, what="PATCH with a good and a bad attribute")
    await unchanged(t, record, "the patch was refused")


@check("patch.wrong-type", "A patch with a value of the wrong type answers 400", CLAUSE, needs=PATCH, writes=True)
async def wrong_type(t: Trial) -> None:
    record = await t.read(await t.create())
    name = text(t, record)
    if not name:
        return
    t.is_error(await t.patch(record, {name: {"not": ["a text"]}}), 400, what=f"PATCH with an object as {name}")
    await unchanged(t, record, "the patch was refused")


@check("patch.media-type", "PATCH with an unknown media type answers 415", CLAUSE, needs=PATCH, writes=True)
async def media_type(t: Trial) -> None:
    record = await t.read(await t.create())
    exchange = await t.send(
        "PATCH", t.at(record), content=b"name=x", headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    t.is_error(exchange, 415, what="PATCH with a form")
    await unchanged(t, record, "the patch was refused")


@check("patch.unknown", "PATCH of an unknown id answers 404", CLAUSE, needs=("patch",), writes=True)
async def unknown(t: Trial) -> None:
    t.is_error(await t.patch("conformance-no-such-id", {"description": "x"}), 404, what="PATCH of an unknown id")


@check("patch.extension", "A patch adds an attribute beyond the schema", "TMF630 P3", needs=PATCH, writes=True)
async def extension(t: Trial) -> None:
    record = await t.read(await t.create())
    t.status(await t.patch(record, {"conformanceNote": {"a": 1}}), 200, what="PATCH with an extension attribute")
    t.expect(
        same((await t.read(record)).get("conformanceNote"), {"a": 1}), "the extension attribute is not there", "kept"
    )


@check(
    "patch.last-update",
    "A change moves the time of the last change",
    CLAUSE,
    needs=PATCH,
    level=RECOMMENDED,
    writes=True,
)
async def last_update(t: Trial) -> None:
    record = await t.read(await t.create())
    name = text(t, record)
    if not name or "lastUpdate" not in record:
        t.note = t.note or "the noun has no lastUpdate"
        return
    await t.patch(record, {name: "changed"})
    found = await t.read(record)
    t.expect(found.get("lastUpdate") != record["lastUpdate"], "lastUpdate stays as it was", "the time of the change")


@check("patch.lost-update", "Two patches at the same time both take effect", CLAUSE, needs=PATCH, writes=True)
async def lost_update(t: Trial) -> None:
    record = await t.read(await t.create())
    names = texts(t, record)[:2] if len(texts(t, record)) > 1 else []
    if not names:
        t.note = "fewer than two text attributes can be patched"
        return
    for number in range(4):
        value = f"changed {number}"
        answers = await asyncio.gather(*(t.patch(record, {name: value}) for name in names))
        for exchange in answers:
            t.status(exchange, 200, 409, 412, 503, what="one of two patches at once")
        found = await t.read(record)
        lost = [
            n for n, exchange in zip(names, answers, strict=True) if exchange.status == 200 and found.get(n) != value
        ]
        t.expect(not lost, f"the change of {', '.join(lost)} was acknowledged and is lost", "both changes")
