"""ETag, If-None-Match, If-Match. RFC 9110 13."""

# ruff: noqa: D103  the title in the table says what a check holds a server to

from tmf_conformance.checks.writing.changeable import text
from tmf_conformance.checks.writing.patching import PATCH, unchanged
from tmf_conformance.running.registry import RECOMMENDED, check
from tmf_conformance.running.trial import Trial

CLAUSE = "RFC 9110 13"


async def _tag(t: Trial, record_id: str) -> str:
    exchange = await t.send("GET", t.at(record_id))
    return exchange.header("etag")


@check(
    "etag.present",
    "GET by id carries a strong ETag that stays while nothing changes",
    CLAUSE,
    needs=("retrieve", "list"),
    tasks=True,
)
async def present(t: Trial) -> None:
    record_id = (await t.stock()).ids[0]
    tag = await _tag(t, record_id)
    t.require(tag.startswith('"'), f"the ETag is {tag or 'missing'}", 'a strong ETag, "…"')
    t.expect(await _tag(t, record_id) == tag, "two reads give two ETags", "one ETag while nothing changes")


@check("etag.changes", "A change gives a new ETag", CLAUSE, needs=PATCH, writes=True)
async def changes(t: Trial) -> None:
    record = await t.read(await t.create())
    name, tag = text(t, record), await _tag(t, str(record["id"]))
    if not name:
        return
    t.require(bool(tag), "there is no ETag", "an ETag")
    await t.patch(record, {name: "changed"})
    t.expect(await _tag(t, str(record["id"])) != tag, "the ETag is the same after a change", "a new ETag")


@check(
    "etag.if-none-match",
    "If-None-Match with the present ETag answers 304",
    CLAUSE,
    needs=("retrieve", "list"),
    tasks=True,
)
async def if_none_match(t: Trial) -> None:
    record_id = (await t.stock()).ids[0]
    tag = await _tag(t, record_id)
    t.require(bool(tag), "there is no ETag", "an ETag")
    exchange = await t.send("GET", t.at(record_id), headers={"If-None-Match": tag})
    t.status(exchange, 304, what="GET with the present ETag")
    t.expect(not exchange.content, "the 304 has a body", "no body")
    other = await t.send("GET", t.at(record_id), headers={"If-None-Match": '"conformance"'})
    t.status(other, 200, what="GET with another ETag")


@check(
    "etag.if-match-patch",
    "If-Match with a stale ETag answers 412 and changes nothing",
    CLAUSE,
    needs=PATCH,
    writes=True,
)
async def if_match_patch(t: Trial) -> None:
    record = await t.read(await t.create())
    name, stale = text(t, record), await _tag(t, str(record["id"]))
    if not name:
        return
    t.require(bool(stale), "there is no ETag", "an ETag")
    t.status(await t.patch(record, {name: "first"}, If_Match=stale), 200, what="PATCH with the present ETag")
    now = await t.read(record)
    t.is_error(await t.patch(record, {name: "second"}, If_Match=stale), 412, what="PATCH with a stale ETag")
    await unchanged(t, now, "the ETag was stale")


@check(
    "etag.if-match-delete",
    "DELETE with a stale ETag answers 412 and deletes nothing",
    CLAUSE,
    needs=("create", "retrieve", "delete"),
    writes=True,
)
async def if_match_delete(t: Trial) -> None:
    record = await t.create()
    t.is_error(
        await t.send("DELETE", t.at(record), headers={"If-Match": '"conformance-stale"'}),
        412,
        what="DELETE with a stale ETag",
    )
    await t.read(record)


@check("etag.no-op", "A patch without effect leaves the ETag", CLAUSE, needs=PATCH, level=RECOMMENDED, writes=True)
async def no_op(t: Trial) -> None:
    record = await t.read(await t.create())
    name, tag = text(t, record), await _tag(t, str(record["id"]))
    if not name or name not in record:
        return
    await t.patch(record, {name: record[name]})
    t.expect(await _tag(t, str(record["id"])) == tag, "the ETag changed though nothing did", "the same ETag")
