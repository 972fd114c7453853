"""DELETE: 204, then 404, and gone from every list. TMF630 P1 5.4."""

# ruff: noqa: D103  the title in the table says what a check holds a server to

from tmf_conformance.running.registry import check
from tmf_conformance.running.trial import Trial

CLAUSE = "TMF630 P1 5.4"
NEEDS = ("create", "retrieve", "delete")


@check("delete.status", "DELETE answers 204 without a body", CLAUSE, needs=NEEDS, writes=True, tasks=True)
async def status(t: Trial) -> None:
    exchange = await t.send("DELETE", t.at(await t.create()))
    t.status(exchange, 204, what="DELETE")
    t.expect(not exchange.content, "the 204 has a body", "no body")


@check(
    "delete.then-404",
    "A deleted record answers 404 to GET, PATCH and DELETE",
    CLAUSE,
    needs=NEEDS,
    writes=True,
    tasks=True,
)
async def then_404(t: Trial) -> None:
    record = await t.create()
    await t.send("DELETE", t.at(record))
    t.is_error(await t.send("GET", t.at(record)), 404, what="GET after DELETE")
    t.is_error(await t.send("DELETE", t.at(record)), 404, what="the second DELETE")
    if t.noun.has("patch"):
        t.is_error(await t.patch(record, {"description": "x"}), 404, what="PATCH after DELETE")


@check("delete.gone-from-list", "A deleted record is in no list", CLAUSE, needs=(*NEEDS, "list"), writes=True)
async def gone_from_list(t: Trial) -> None:
    record = await t.create()
    before = await t.rows(id=str(record["id"]))
    t.require(
        [row["id"] for row in before] == [record["id"]], "the list does not find the record by id before", "the record"
    )
    await t.send("DELETE", t.at(record))
    after = await t.rows(id=str(record["id"]))
    t.expect(after == [], "the list still shows the deleted record", "nothing")


@check("delete.others-stay", "DELETE takes away one record only", CLAUSE, needs=NEEDS, writes=True)
async def others_stay(t: Trial) -> None:
    one, other = await t.create(), await t.create()
    await t.send("DELETE", t.at(one))
    await t.read(other)


@check("delete.unknown", "DELETE of an unknown id answers 404", CLAUSE, needs=("delete",), writes=True, tasks=True)
async def unknown(t: Trial) -> None:
    t.is_error(await t.send("DELETE", t.at("conformance-no-such-id")), 404, what="DELETE of an unknown id")
