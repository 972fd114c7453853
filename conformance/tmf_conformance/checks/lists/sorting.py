"""`sort=`: order by type, both directions, several keys, ties. TMF630 P1 4.7."""

# ruff: noqa: D103  the title in the table says what a check holds a server to

from itertools import pairwise
from typing import Any

from tmf_conformance.checks.lists.asking import measure, some
from tmf_conformance.documents.schemas import Attribute, Node
from tmf_conformance.running.registry import check
from tmf_conformance.running.stock import Stock, values
from tmf_conformance.running.trial import Trial

CLAUSE = "TMF630 P1 4.7"


def _keys(attribute: Attribute, rows: list[Node]) -> list[Any]:
    found = [values(row, attribute.path) for row in rows]
    return [measure(attribute, value[0]) for value in found if value]


async def _ordered(t: Trial, stock: Stock, attribute: Attribute, sign: str) -> None:
    rows = await t.rows(**{**stock.mark, "sort": f"{sign}{attribute.path}", "limit": "100"})
    keys = _keys(attribute, rows)
    t.require(
        not stock.mark or len(rows) == len(stock.records),
        f"sort={sign}{attribute.path} answers {len(rows)} records",
        str(len(stock.records)),
    )
    wrong = [(a, b) for a, b in pairwise(keys) if (a < b if sign == "-" else b < a)]
    if wrong:
        t.fail(
            f"sort={sign}{attribute.path}: {wrong[0][0]!r} comes before {wrong[0][1]!r}",
            "descending order" if sign == "-" else "ascending order",
        )


@check("sort.ascending", "`sort=a` orders ascending by the attribute's type", CLAUSE)
async def ascending(t: Trial) -> None:
    stock = await t.stock()
    for kind in ("string", "integer", "number", "instant"):
        for attribute in [a for a in some(t, stock, kind, most=2) if a.first_level]:
            await _ordered(t, stock, attribute, "")
    t.note = ""


@check("sort.descending", "`sort=-a` orders descending", CLAUSE)
async def descending(t: Trial) -> None:
    stock = await t.stock()
    for kind in ("string", "integer", "number", "instant"):
        for attribute in [a for a in some(t, stock, kind, most=2) if a.first_level]:
            await _ordered(t, stock, attribute, "-")
    t.note = ""


@check("sort.plus", "`sort=+a` orders ascending, also when the + arrives as a space", CLAUSE)
async def plus(t: Trial) -> None:
    stock = await t.stock()
    for attribute in [a for a in some(t, stock, "string", most=3) if a.first_level][:1]:
        await _ordered(t, stock, attribute, "+")
        await _ordered(t, stock, attribute, " ")


@check("sort.dotted", "`sort=a.b` orders by an inner attribute", CLAUSE)
async def dotted(t: Trial) -> None:
    stock = await t.stock()
    inner = [a for a in stock.of_kind("string", "instant", "number", "integer") if "." in a.path and a.leaf != "href"]
    t.note = "" if inner else "the records have no inner attribute"
    for attribute in inner[:2]:
        await _ordered(t, stock, attribute, "-")


@check("sort.several", "`sort=a,-b` orders by the second key within the first", CLAUSE)
async def several(t: Trial) -> None:
    stock = await t.stock()
    coarse = [a for a in stock.of_kind("boolean", "enum") if a.first_level]
    fine = [
        a
        for a in stock.of_kind("string", "instant", "integer")
        if a.first_level and a.leaf not in ("href", "lastUpdate")
    ]
    if not coarse or not fine:
        t.note = "the records have no attribute with few values"
        return
    first, second = coarse[0], fine[0]
    rows = await t.rows(**{**stock.mark, "sort": f"{first.path},-{second.path}", "limit": "100"})
    blocks: dict[str, list[Any]] = {}
    for row in rows:
        key = str(row.get(first.path))
        t.expect(
            key not in blocks or key == list(blocks)[-1],
            f"sort={first.path}: {key} stands in two places",
            "equal values together",
        )
        blocks.setdefault(key, []).append(measure(second, row.get(second.path)))
    for key, found in blocks.items():
        t.expect(
            found == sorted(found, reverse=True),
            f"-{second.path} is not kept within {first.path}={key}",
            "the second key decides",
        )


@check("sort.stable", "Pages of a sorted list neither repeat nor drop records with equal keys", CLAUSE)
async def stable(t: Trial) -> None:
    stock = await t.stock()
    if not stock.mark:
        t.note = "only records of the suite's own are known to be equal"
        return
    (name,) = stock.mark
    for sort in (name, f"-{name}"):
        seen: list[str] = []
        for offset in range(0, len(stock.records) + 1, 2):
            rows = await t.rows(**{**stock.mark, "sort": sort, "offset": str(offset), "limit": "2"})
            seen += [str(row["id"]) for row in rows]
        t.expect(
            len(seen) == len(set(seen)),
            f"sort={sort}: a record stands on two pages",
            "the id decides between equal keys",
        )
        t.expect(set(seen) >= set(stock.ids), f"sort={sort}: a record stands on no page", "every record once")
    again = [[str(r["id"]) for r in await t.rows(**{**stock.mark, "sort": name, "limit": "100"})] for _ in range(2)]
    t.expect(again[0] == again[1], "two equal requests come in different order", "one order")


@check("sort.unknown", "`sort` by an unknown attribute answers 400", CLAUSE, tasks=True)
async def unknown(t: Trial) -> None:
    t.is_error(await t.get(t.noun.path, sort="conformanceNoSuchAttribute"), 400, what="sort by an unknown attribute")
