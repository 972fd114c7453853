"""Offset, limit, counts and links. TMF630 P1 4.5."""

# ruff: noqa: D103  the title in the table says what a check holds a server to

import asyncio
import re
from urllib.parse import parse_qs, urlsplit

from tmf_conformance.documents.schemas import Node
from tmf_conformance.errors import Blocked
from tmf_conformance.running.registry import RECOMMENDED, check
from tmf_conformance.running.stock import Stock
from tmf_conformance.running.trial import Trial

CLAUSE = "TMF630 P1 4.5"
MOST_TRIES = 5
_LINK = re.compile(r'<([^>]*)>\s*;\s*rel="?([\w-]+)"?')


async def page(t: Trial, stock: Stock, offset: int, limit: int) -> list[Node]:
    return await t.rows(**{**stock.mark, "offset": str(offset), "limit": str(limit)})


@check("paging.limit", "`limit` bounds the page", CLAUSE, tasks=True)
async def limit(t: Trial) -> None:
    stock = await t.stock()
    for size in (1, 2):
        rows = await page(t, stock, 0, size)
        t.expect(len(rows) == min(size, len(stock.records)), f"limit={size} answers {len(rows)} records", str(size))


@check("paging.offset", "`offset` skips so many records", CLAUSE, tasks=True)
async def offset(t: Trial) -> None:
    stock = await t.stock()
    for skip in (1, 2):
        everything, rows = await steady(t, stock, skip)
        wanted = everything[skip:] if len(everything) < 100 else rows
        t.expect(
            rows == wanted,
            f"offset={skip} answers {len(rows)} records, not the {len(wanted)} after the first {skip}",
            "the rest, in order",
        )


async def steady(t: Trial, stock: Stock, skip: int) -> tuple[list[str], list[str]]:
    """The ids of the list, and of what it has after `skip` records; both of a moment in which no other check wrote."""

    async def ids(offset: int) -> list[str]:
        return [str(row["id"]) for row in await page(t, stock, offset, 100)]

    everything = await ids(0)
    for _ in range(MOST_TRIES):
        rows, before = await ids(skip), everything
        everything = everything if stock.mark else await ids(0)
        if everything == before:
            return everything, rows
    raise Blocked("other checks wrote all the time")


@check("paging.walk", "Walking the pages shows every record once", CLAUSE, tasks=True)
async def walk(t: Trial) -> None:
    stock = await t.stock()
    seen: list[str] = []
    for at in range(0, len(stock.records) + 3, 3):
        seen += [str(row["id"]) for row in await page(t, stock, at, 3)]
    t.expect(len(seen) == len(set(seen)), "a record stands on two pages", "every record once")
    t.expect(set(seen) >= set(stock.ids) or not stock.mark, "a record stands on no page", "every record once")


@check(
    "paging.walk-links",
    "Following `Link: next` shows every record once, also while others write",
    CLAUSE,
    needs=("list", "create"),
    writes=True,
)
async def walk_links(t: Trial) -> None:
    stock = await t.stock()
    if not stock.mark:
        t.note = "only records of the suite's own are known"
        return
    seen: list[str] = []
    query = "&".join(f"{name}={value}" for name, value in {**stock.mark, "limit": "3"}.items())
    at = t.session.client.url(t.noun.path, query=query.replace(" ", "%20"))
    for _ in range(len(stock.records)):
        exchange, _written = await asyncio.gather(t.send("GET", at), t.create())
        t.require(exchange.status == 200, f"a page answers {exchange.status}", "200")
        seen += [str(row["id"]) for row in exchange.json]
        following = links(exchange.header("link")).get("next")
        if not following:
            break
        at = following
    t.expect(len(seen) == len(set(seen)), "a record stands on two pages", "every record once")
    t.expect(
        set(seen) >= set(stock.ids), f"{len(set(stock.ids) - set(seen))} records stand on no page", "every record once"
    )


def links(header: str) -> dict[str, str]:
    """rel → URL of a Link header."""
    return {rel: url for url, rel in _LINK.findall(header)}


@check("paging.total-count", "X-Total-Count is the number of all matching records", CLAUSE, tasks=True)
async def total_count(t: Trial) -> None:
    stock = await t.stock()
    everything = await page(t, stock, 0, 100)
    for size in (100, 2):
        await page(t, stock, 0, size)
        text = t.last.header("x-total-count") if t.last else ""
        t.require(text.isdigit(), "the answer has no X-Total-Count", "X-Total-Count")
        if stock.mark:
            t.expect(
                int(text) == len(everything),
                f"limit={size}: X-Total-Count is {text}",
                f"{len(everything)}, whatever the page",
            )
        else:
            t.expect(
                int(text) >= len(everything),
                f"X-Total-Count is {text} for {len(everything)} records",
                "the number of all records",
            )


@check("paging.result-count", "X-Result-Count is the number of records in the answer", CLAUSE, tasks=True)
async def result_count(t: Trial) -> None:
    stock = await t.stock()
    for size in (100, 2):
        rows = await page(t, stock, 0, size)
        text = t.last.header("x-result-count") if t.last else ""
        t.expect(
            text == str(len(rows)), f"X-Result-Count is {text or 'missing'} for {len(rows)} records", str(len(rows))
        )


@check("paging.links", "Links lead where they say", CLAUSE, tasks=True)
async def true_links(t: Trial) -> None:
    stock = await t.stock()
    rows = await page(t, stock, 1, 1)
    if len(stock.records) < 3:
        t.note = "there are too few records"
        return
    found = links(t.last.header("link") if t.last else "")
    t.require("next" in found, "the answer has no Link with rel=next", "Link: next")
    following = await t.send("GET", found["next"])
    wanted = await page(t, stock, 2, 1)
    shown = [row.get("id") for row in following.json or []] if following.status == 200 else []
    t.expect(
        shown == [row["id"] for row in wanted],
        f"next leads to {shown} (status {following.status})",
        "the following page",
        following,
    )
    for rel, at in (("prev", 0), ("first", 0), ("self", 1)):
        if rel in found:
            other = await t.send("GET", found[rel])
            there = [row["id"] for row in await page(t, stock, at, 1)]
            t.expect(
                other.status == 200 and [row["id"] for row in other.json] == there,
                f"{rel} leads to another page",
                f"offset {at}",
                other,
            )
    t.expect(bool(rows), "the page is empty", "a record")


@check("paging.links-keep-query", "Links keep the filters of the request", CLAUSE, tasks=True)
async def links_keep_query(t: Trial) -> None:
    stock = await t.stock()
    if not stock.mark or len(stock.records) < 2:
        t.note = "there are too few records"
        return
    await page(t, stock, 0, 1)
    found = links(t.last.header("link") if t.last else "")
    t.require("next" in found, "the answer has no Link with rel=next", "Link: next")
    (name, value), *_ = stock.mark.items()
    kept = parse_qs(urlsplit(found["next"]).query).get(name, [])
    cursor = name not in found["next"] and ("after=" in found["next"] or "cursor" in found["next"])
    t.expect(kept == [value] or cursor, f"next has lost the filter {name}", "the same request, another page")


@check("paging.last-page", "The last page has no next", CLAUSE, tasks=True)
async def last_page(t: Trial) -> None:
    stock = await t.stock()
    if not stock.mark:
        t.note = "only records of the suite's own are counted"
        return
    await page(t, stock, 0, 100)
    found = links(t.last.header("link") if t.last else "")
    t.expect("next" not in found, "a list that is shown whole has a next page", "no rel=next")


@check("paging.past-end", "A page past the end answers 200 and an empty array", CLAUSE, tasks=True)
async def past_end(t: Trial) -> None:
    stock = await t.stock()
    exchange = await t.get(t.noun.path, **{**stock.mark, "offset": "1000000000", "limit": "5"})
    t.require(exchange.status == 200, f"a page past the end answers {exchange.status}", "200")
    t.expect(exchange.json == [], "the page past the end is not empty", "[]")


@check("paging.zero", "`limit=0` answers no record and the true total", CLAUSE, level=RECOMMENDED, tasks=True)
async def zero(t: Trial) -> None:
    stock = await t.stock()
    rows = await page(t, stock, 0, 0)
    t.expect(rows == [], f"limit=0 answers {len(rows)} records", "none")
    total = t.last.header("x-total-count") if t.last else ""
    t.expect(
        not stock.mark or total == str(len(stock.records)),
        f"X-Total-Count is {total or 'missing'}",
        str(len(stock.records)),
    )


@check("paging.bad-values", "A negative or non-numeric offset or limit answers 400", CLAUSE, tasks=True)
async def bad_values(t: Trial) -> None:
    for name, value in (("limit", "-1"), ("offset", "-1"), ("limit", "many"), ("offset", "1.5")):
        t.is_error(await t.get(t.noun.path, **{name: value}), 400, what=f"{name}={value}")


@check("paging.filter-first", "Filters are applied before paging", CLAUSE)
async def filter_first(t: Trial) -> None:
    stock = await t.stock()
    if not stock.mark:
        t.note = "only records of the suite's own are known"
        return
    last = (await page(t, stock, 0, 100))[-1]
    rows = await t.rows(**{**stock.mark, "id": str(last["id"]), "limit": "1"})
    total = t.last.header("x-total-count") if t.last else ""
    t.expect(
        [row.get("id") for row in rows] == [last["id"]],
        "a filter with limit=1 does not find the last record: it was applied to the page",
        "the record",
    )
    t.expect(total in ("1", ""), f"X-Total-Count is {total} for one matching record", "1: the matching records")
