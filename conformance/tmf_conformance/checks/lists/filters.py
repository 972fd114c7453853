"""Filters by operator and type, one check per operator. TMF630 P1 4.4."""

# ruff: noqa: D103  the title in the table says what a check holds a server to

import datetime as dt
import operator
import re
from collections.abc import Callable
from typing import Any

from tmf_conformance.checks.lists.asking import (
    Predicate,
    absent,
    chosen,
    escaped,
    expect_rows,
    first_value,
    has,
    middle,
    none_of,
    nothing,
    ordered,
    some,
)  # fmt: skip
from tmf_conformance.running.registry import check
from tmf_conformance.running.stock import values
from tmf_conformance.running.trial import Trial

CLAUSE = "TMF630 P1 4.4"


async def _equal(t: Trial, kind: str) -> None:
    stock = await t.stock()
    for attribute in some(t, stock, kind, most=12 if kind == "string" else 6):
        wanted = first_value(stock, attribute)
        await expect_rows(
            t, stock, f"{attribute.path}={escaped(wanted)}", has(attribute, wanted), f"{attribute.path}={wanted}"
        )


@check("filter.string", "A text filter answers the records with that value", CLAUSE, tasks=True)
async def string(t: Trial) -> None:
    await _equal(t, "string")


@check("filter.boolean", "A boolean filter answers the records with that value", CLAUSE, tasks=True)
async def boolean(t: Trial) -> None:
    await _equal(t, "boolean")


@check("filter.number", "A number filter compares as a number", CLAUSE, tasks=True)
async def number(t: Trial) -> None:
    stock = await t.stock()
    for attribute in some(t, stock, "integer", "number"):
        wanted = first_value(stock, attribute)
        await expect_rows(
            t, stock, f"{attribute.path}={escaped(wanted)}", has(attribute, wanted), f"{attribute.path}={wanted}"
        )
        await expect_rows(
            t,
            stock,
            f"{attribute.path}={float(wanted):.2f}",
            has(attribute, wanted),
            f"{attribute.path}={float(wanted):.2f}",
        )


@check("filter.enum", "A filter on an enumerated attribute answers the records with that value", CLAUSE, tasks=True)
async def enum(t: Trial) -> None:
    await _equal(t, "enum")


@check("filter.instant", "An instant filter answers the records of that instant", CLAUSE, tasks=True)
async def moment(t: Trial) -> None:
    await _equal(t, "instant")


@check("filter.instant-offset", "Instants compare as instants, whatever their offset", CLAUSE, tasks=True)
async def instant_offset(t: Trial) -> None:
    stock = await t.stock()
    for attribute in some(t, stock, "instant", most=2):
        wanted = str(middle(stock, attribute))
        if not wanted.endswith("Z"):
            continue
        shifted = shift(wanted)
        await expect_rows(
            t, stock, f"{attribute.path}={escaped(shifted)}", has(attribute, wanted), f"{attribute.path}={shifted}"
        )
        test = ordered(attribute, operator.ge, wanted)
        await expect_rows(t, stock, f"{attribute.path}.gte={escaped(shifted)}", test, f"{attribute.path}.gte={shifted}")


def shift(text: str) -> str:
    """The same instant, written two hours east."""
    there = dt.datetime.fromisoformat(text).astimezone(dt.timezone(dt.timedelta(hours=2)))
    return there.isoformat()


@check("filter.eq", "`.eq` answers the records with that value", CLAUSE, tasks=True)
async def eq(t: Trial) -> None:
    stock = await t.stock()
    for attribute in some(t, stock, "string", "enum", "integer", "boolean", most=3):
        wanted = first_value(stock, attribute)
        await expect_rows(
            t, stock, f"{attribute.path}.eq={escaped(wanted)}", has(attribute, wanted), f"{attribute.path}.eq={wanted}"
        )


@check("filter.ne", "`.ne` answers the records with another value", CLAUSE, tasks=True)
async def ne(t: Trial) -> None:
    stock = await t.stock()
    found = [
        a
        for kind in ("string", "enum", "boolean", "integer", "number", "instant")
        for a in some(t, stock, kind, most=2)
    ]
    t.note = ""
    for attribute in found:
        wanted = first_value(stock, attribute)
        await expect_rows(
            t, stock, f"{attribute.path}.ne={escaped(wanted)}", none_of(has(attribute, wanted)),
            f"{attribute.path}.ne={wanted}", unclear=absent(attribute),
        )  # fmt: skip


async def _order(t: Trial, word: str, test: Callable[[Any, Any], bool]) -> None:
    stock = await t.stock()
    numbers, moments = some(t, stock, "integer", "number", most=3), some(t, stock, "instant", most=3)
    t.note = "" if numbers or moments else "the records have no number and no instant"
    for attribute in [*numbers, *moments]:
        wanted = middle(stock, attribute)
        holds = ordered(attribute, test, wanted)
        await expect_rows(
            t, stock, f"{attribute.path}.{word}={escaped(wanted)}", holds, f"{attribute.path}.{word}={wanted}"
        )


@check("filter.gt", "`.gt` is greater than, by the attribute's type", CLAUSE, tasks=True)
async def gt(t: Trial) -> None:
    await _order(t, "gt", operator.gt)


@check("filter.gte", "`.gte` is greater than or equal", CLAUSE, tasks=True)
async def gte(t: Trial) -> None:
    await _order(t, "gte", operator.ge)


@check("filter.lt", "`.lt` is less than, by the attribute's type", CLAUSE, tasks=True)
async def lt(t: Trial) -> None:
    await _order(t, "lt", operator.lt)


@check("filter.lte", "`.lte` is less than or equal", CLAUSE, tasks=True)
async def lte(t: Trial) -> None:
    await _order(t, "lte", operator.le)


@check("filter.numeric-order", "9 is less than 10: numbers do not compare as text", CLAUSE, tasks=True)
async def numeric_order(t: Trial) -> None:
    stock = await t.stock()
    for attribute in some(t, stock, "integer", "number", most=2):
        lowest = min(float(v) for r in stock.records for v in values(r, attribute.path))
        text = f"0{lowest:g}"
        await expect_rows(
            t,
            stock,
            f"{attribute.path}.gte={text}",
            ordered(attribute, operator.ge, lowest),
            f"{attribute.path}.gte={text}",
        )
        text = "1000000"
        await expect_rows(
            t, stock, f"{attribute.path}.lt={text}", ordered(attribute, operator.lt, 1e6), f"{attribute.path}.lt={text}"
        )


@check("filter.regex", "`.regex` searches for a pattern", CLAUSE, tasks=True)
async def regex(t: Trial) -> None:
    stock = await t.stock()
    for attribute in some(t, stock, "string", most=3):
        wanted = str(first_value(stock, attribute))
        tail = "".join(c if c.isalnum() else "." for c in wanted)
        holds = _ends_like(attribute.path, wanted)
        await expect_rows(
            t, stock, f"{attribute.path}.regex={escaped('^' + tail + '$')}", holds, f"{attribute.path}.regex=^{tail}$"
        )


def _ends_like(path: str, wanted: str) -> Predicate:
    pattern = re.compile("^" + "".join(c if c.isalnum() else "." for c in wanted) + "$")
    return lambda record: any(isinstance(v, str) and pattern.search(v) for v in values(record, path))


@check("filter.dotted", "A dotted path filters on an inner attribute", CLAUSE)
async def dotted(t: Trial) -> None:
    stock = await t.stock()
    inner = [
        a for a in stock.of_kind("string", "enum", "instant", "number", "integer") if "." in a.path and a.leaf != "href"
    ]
    if not inner:
        t.note = "the records have no inner attribute"
    for attribute in chosen(t, inner, 4):
        wanted = first_value(stock, attribute)
        await expect_rows(
            t, stock, f"{attribute.path}={escaped(wanted)}", has(attribute, wanted), f"{attribute.path}={wanted}"
        )


@check("filter.array", "A path through an array means some element", CLAUSE)
async def array(t: Trial) -> None:
    stock = await t.stock()
    inner = [a for a in stock.of_kind("string", arrays=True) if a.leaf != "href"]
    if not inner:
        t.note = "the records have no array of objects"
    for attribute in chosen(t, inner, 5):
        # The last element: a server that looks at the first one only is seen.
        found = values(stock.records[0], attribute.path)
        wanted = found[-1]
        await expect_rows(
            t, stock, f"{attribute.path}={escaped(wanted)}", has(attribute, wanted), f"{attribute.path}={wanted}"
        )


@check("filter.type", "`@type=X` answers X and its subtypes", "TMF630 P3", needs=("list", "create"), writes=True)
async def by_type(t: Trial) -> None:
    stock = await t.stock()
    own = stock.records[0].get("@type")
    if not isinstance(own, str) or not stock.mark:
        t.note = "the records have no @type"
        return
    await expect_rows(t, stock, f"%40type={escaped(own)}", lambda r: r.get("@type") == own, f"@type={own}")
    await expect_rows(t, stock, "%40type=ConformanceNoSuchType", nothing, "@type=ConformanceNoSuchType")


@check("filter.none-match", "A filter that nothing fits answers 200 and an empty array", CLAUSE, tasks=True)
async def none_match(t: Trial) -> None:
    stock = await t.stock()
    for attribute in some(t, stock, "string", most=1):
        await expect_rows(
            t,
            stock,
            f"{attribute.path}=conformance-nothing-has-this",
            nothing,
            f"{attribute.path}=<unused value>",
        )
