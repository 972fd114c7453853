"""How filters are written and combined: AND, OR, encoded operators, quoting, and what is refused. TMF630 P1 4.4."""

# ruff: noqa: D103  the title in the table says what a check holds a server to

import operator

from tmf_conformance.checks.lists.asking import (
    all_of,
    any_of,
    escaped,
    expect_rows,
    first_value,
    has,
    middle,
    nothing,
    ordered,
    some,
    with_id,
)  # fmt: skip
from tmf_conformance.documents.schemas import Attribute
from tmf_conformance.errors import Blocked, Inapplicable
from tmf_conformance.running.registry import check
from tmf_conformance.running.stock import Stock, values
from tmf_conformance.running.trial import Trial

CLAUSE = "TMF630 P1 4.4"


async def telling(t: Trial) -> tuple[Stock, Attribute, str, str]:
    """The shared records, a text attribute that differs between them, and two of its values."""
    stock = await t.stock()
    for attribute in stock.of_kind("string"):
        found = [
            v
            for r in stock.records
            for v in values(r, attribute.path)
            if isinstance(v, str) and "," not in v and ";" not in v
        ]
        distinct = list(dict.fromkeys(found))
        if len(distinct) > 1 and attribute.leaf not in ("href", "id"):
            return stock, attribute, distinct[0], distinct[-1]
    missing = "the records have no text that differs between them"
    raise Blocked(missing) if stock.mark else Inapplicable(missing)


@check("filter.and", "Two filters must both hold", CLAUSE)
async def both(t: Trial) -> None:
    stock, attribute, one, _ = await telling(t)
    flags = [a for a in stock.of_kind("boolean", "enum", "integer", "instant") if a.first_level]
    name = attribute.path
    for flag in flags[:2]:
        wanted = first_value(stock, flag)
        await expect_rows(
            t,
            stock,
            f"{flag.path}={escaped(wanted)}&{name}={escaped(one)}",
            all_of(has(flag, wanted), has(attribute, one)),
            f"{flag.path}={wanted} and {name}={one}",
        )
    await expect_rows(
        t,
        stock,
        f"{name}={escaped(one)}&id={escaped(stock.ids[0])}",
        all_of(has(attribute, one), with_id(stock.ids[0])),
        "a text and an id",
    )


@check("filter.or-comma", "A comma list means any of its values", CLAUSE)
async def or_comma(t: Trial) -> None:
    stock, attribute, one, other = await telling(t)
    query = f"{attribute.path}={escaped(one)},{escaped(other)}"
    await expect_rows(
        t, stock, query, any_of(has(attribute, one), has(attribute, other)), f"{attribute.path}={one},{other}"
    )


@check("filter.or-repeated", "A repeated name means any of its values", CLAUSE)
async def or_repeated(t: Trial) -> None:
    stock, attribute, one, other = await telling(t)
    query = f"{attribute.path}={escaped(one)}&{attribute.path}={escaped(other)}"
    await expect_rows(
        t,
        stock,
        query,
        any_of(has(attribute, one), has(attribute, other)),
        f"{attribute.path}={one}&{attribute.path}={other}",
    )


@check("filter.or-semicolon", "`;` between whole conditions means any of them", CLAUSE)
async def or_semicolon(t: Trial) -> None:
    stock, attribute, one, other = await telling(t)
    query = f"{attribute.path}={escaped(one)};{attribute.path}={escaped(other)}"
    await expect_rows(
        t,
        stock,
        query,
        any_of(has(attribute, one), has(attribute, other)),
        f"{attribute.path}={one};{attribute.path}={other}",
    )


@check("filter.encoded", "Operators may be written as encoded signs", CLAUSE)
async def encoded(t: Trial) -> None:
    stock, attribute, one, _ = await telling(t)
    await expect_rows(
        t, stock, f"{attribute.path}%3D%3D{escaped(one)}", has(attribute, one), f"{attribute.path}=={one}"
    )
    forms = (("%3E", operator.gt), ("%3E%3D", operator.ge), ("%3C", operator.lt), ("%3C%3D", operator.le))
    for other in some(t, stock, "integer", "number", "instant", most=1):
        wanted = middle(stock, other)
        for sign, test in forms:
            await expect_rows(
                t,
                stock,
                f"{other.path}{sign}{escaped(wanted)}",
                ordered(other, test, wanted),
                f"{other.path}{sign}{wanted}",
            )


@check("filter.encoded-mixed", "Encoded signs may also close with the plain =", CLAUSE)
async def encoded_mixed(t: Trial) -> None:
    stock = await t.stock()
    for attribute in some(t, stock, "integer", "number", "instant", most=1):
        wanted = middle(stock, attribute)
        query = f"{attribute.path}%3E={escaped(wanted)}"
        await expect_rows(t, stock, query, ordered(attribute, operator.ge, wanted), f"{attribute.path}>={wanted}")


@check("filter.encoded-regex", "`*=` and `=~` search for a pattern", CLAUSE)
async def encoded_regex(t: Trial) -> None:
    stock, attribute, one, _ = await telling(t)
    pattern = "%5E" + "".join(c if c.isalnum() else "." for c in one) + "%24"
    for form in (f"{attribute.path}*={pattern}", f"{attribute.path}%3D~{pattern}"):
        await expect_rows(t, stock, form, has(attribute, one), form)


@check("filter.quoted", "A value in single quotes is the value without them", CLAUSE)
async def quoted(t: Trial) -> None:
    stock, attribute, one, _ = await telling(t)
    await expect_rows(
        t, stock, f"{attribute.path}=%27{escaped(one)}%27", has(attribute, one), f"{attribute.path}='{one}'"
    )


@check(
    "filter.escaped-comma",
    "A comma in a value is written %2C and is no OR",
    CLAUSE,
    needs=("list", "create"),
    writes=True,
)
async def escaped_comma(t: Trial) -> None:
    stock, attribute, one, _ = await telling(t)
    query = f"{attribute.path}={escaped(one + ',x')}"
    await expect_rows(t, stock, query, nothing, f"{attribute.path}={one}%2Cx")


@check("filter.case", "Text compares with its case", CLAUSE)
async def case(t: Trial) -> None:
    stock, attribute, one, _ = await telling(t)
    turned = one.swapcase()
    await expect_rows(
        t, stock, f"{attribute.path}={escaped(turned)}", has(attribute, turned), f"{attribute.path}={turned}"
    )


@check("filter.with-fields", "A filter and `fields` work together", CLAUSE)
async def with_fields(t: Trial) -> None:
    stock, attribute, one, _ = await telling(t)
    marked = {**stock.mark, attribute.path: one, "fields": "id"}
    rows = await t.rows(**{**marked, "limit": "50"})
    wanted = {r["id"] for r in stock.records if has(attribute, one)(r)}
    shown = {row.get("id") for row in rows} & set(stock.ids)
    t.expect(
        shown == wanted,
        f"with fields=id the filter answers {len(shown)} records instead of {len(wanted)}",
        "the filter sees the whole record",
    )


@check("filter.unknown-parameter", "An unknown query parameter answers 400 and is never ignored", CLAUSE, tasks=True)
async def unknown_parameter(t: Trial) -> None:
    t.is_error(await t.get(t.noun.path, conformanceNoSuchAttribute="x"), 400, what="the list with an unknown parameter")


@check("filter.wrong-type", "A value of the wrong type answers 400", CLAUSE, tasks=True)
async def wrong_type(t: Trial) -> None:
    stock = await t.stock()
    found = [a for kind in ("boolean", "integer", "number", "instant") for a in some(t, stock, kind, most=1)]
    t.note = "" if found else "the records have no typed attribute"
    for attribute in found:
        t.is_error(
            await t.get(t.noun.path, **{attribute.path: "conformance"}), 400, what=f"{attribute.path}=conformance"
        )


@check("filter.by-id", "`id` filters like any attribute", CLAUSE, tasks=True)
async def by_id(t: Trial) -> None:
    stock = await t.stock()
    await expect_rows(t, stock, f"id={escaped(stock.ids[0])}", with_id(stock.ids[0]), f"id={stock.ids[0]}")
