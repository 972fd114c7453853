"""`filter=` with JSONPath. TMF630 P6."""

# ruff: noqa: D103  the title in the table says what a check holds a server to

import operator
from urllib.parse import quote

from tmf_conformance.checks.lists.asking import (
    absent,
    all_of,
    any_of,
    expect_rows,
    first_value,
    has,
    middle,
    none_of,
    ordered,
    some,
    with_id,
)  # fmt: skip
from tmf_conformance.checks.lists.filter_forms import telling
from tmf_conformance.documents.schemas import Node
from tmf_conformance.errors import Inapplicable
from tmf_conformance.running.registry import RECOMMENDED, check
from tmf_conformance.running.stock import Stock
from tmf_conformance.running.trial import Trial

CLAUSE = "TMF630 P6"


def asked(text: str) -> str:
    return "filter=" + quote(text, safe="")


@check("jsonpath.equals", "`filter=$[?(@.a=='x')]` selects records", CLAUSE)
async def equals(t: Trial) -> None:
    stock, attribute, one, _ = await telling(t)
    text = f"$[?(@.{attribute.path}=='{one}')]"
    await expect_rows(t, stock, asked(text), has(attribute, one), text)


@check("jsonpath.operators", "JSONPath compares with != > >= < <=", CLAUSE)
async def operators(t: Trial) -> None:
    stock, attribute, one, _ = await telling(t)
    await expect_rows(
        t,
        stock,
        asked(f"$[?(@.{attribute.path}!='{one}')]"),
        none_of(has(attribute, one)),
        "!=",
        unclear=absent(attribute),
    )
    signs = ((">", operator.gt), (">=", operator.ge), ("<", operator.lt), ("<=", operator.le))
    for other in some(t, stock, "integer", "number", most=1):
        wanted = middle(stock, other)
        for sign, test in signs:
            text = f"$[?(@.{other.path}{sign}{wanted})]"
            await expect_rows(t, stock, asked(text), ordered(other, test, wanted), text)


@check("jsonpath.logic", "JSONPath combines with && and ||", CLAUSE)
async def logic(t: Trial) -> None:
    stock, attribute, one, other = await telling(t)
    path = attribute.path
    text = f"$[?(@.{path}=='{one}' || @.{path}=='{other}')]"
    await expect_rows(t, stock, asked(text), any_of(has(attribute, one), has(attribute, other)), text)
    text = f"$[?(@.{path}=='{one}' && @.{path}=='{other}')]"
    await expect_rows(t, stock, asked(text), all_of(has(attribute, one), has(attribute, other)), text)


@check("jsonpath.not", "JSONPath negates with !", CLAUSE, level=RECOMMENDED)
async def negated(t: Trial) -> None:
    stock, attribute, one, _ = await telling(t)
    text = f"$[?(!(@.{attribute.path}=='{one}'))]"
    await expect_rows(t, stock, asked(text), none_of(has(attribute, one)), text, unclear=absent(attribute))


@check("jsonpath.array", "`filter=note[?(@.a=='x')]` selects records with such an element", CLAUSE)
async def array(t: Trial) -> None:
    stock = await t.stock()
    inner = [a for a in stock.of_kind("string", arrays=True) if a.path.count(".") == 1 and a.leaf not in ("href", "id")]
    if not inner:
        t.note = "the records have no array of objects"
        return
    outer, leaf = inner[0].path.split(".")
    wanted = first_value(stock, inner[0])
    for text in (f"{outer}[?(@.{leaf}=='{wanted}')]", f"$.{outer}[?(@.{leaf}=='{wanted}')]"):
        await expect_rows(t, stock, asked(text), has(inner[0], wanted), text)


def crossed(stock: Stock) -> tuple[str, dict[str, str]] | None:
    """An array and two texts of different elements of it, so that no element has both."""
    inner = [a for a in stock.of_kind("string", arrays=True) if a.path.count(".") == 1 and a.leaf != "href"]
    for one, other in ((a, b) for a in inner for b in inner if a.path != b.path):
        outer = one.path.split(".")[0]
        elements = stock.records[0].get(outer)
        if not other.path.startswith(outer + ".") or not isinstance(elements, list) or len(elements) < 2:
            continue
        first, second = elements[0].get(one.leaf), elements[1].get(other.leaf)
        texts = isinstance(first, str) and isinstance(second, str) and "'" not in first + second
        if texts and not any(e.get(one.leaf) == first and e.get(other.leaf) == second for e in elements):
            return outer, {one.leaf: first, other.leaf: second}
    return None


@check("jsonpath.same-element", "Conditions in one JSONPath filter hold for the same element", CLAUSE)
async def same_element(t: Trial) -> None:
    stock = await t.stock()
    found = crossed(stock)
    if found is None:
        raise Inapplicable("the records have no array whose elements have two texts")
    outer, wanted = found

    def holds(record: Node) -> bool:
        elements = [e for e in record.get(outer, []) if isinstance(e, dict)]
        return any(all(e.get(name) == text for name, text in wanted.items()) for e in elements)

    conditions = [f"@.{name}=='{value}'" for name, value in wanted.items()]
    text = f"{outer}[?({' && '.join(conditions)})]"
    await expect_rows(t, stock, asked(text), holds, text)


@check("jsonpath.and-plain", "`filter` and a plain filter must both hold", CLAUSE)
async def with_plain(t: Trial) -> None:
    stock, attribute, one, other = await telling(t)
    text = f"$[?(@.{attribute.path}=='{one}')]"
    record = next(r for r in stock.records if has(attribute, other)(r))
    await expect_rows(
        t,
        stock,
        f"{asked(text)}&id={quote(str(record['id']), safe='')}",
        all_of(has(attribute, one), with_id(str(record["id"]))),
        f"{text} and id",
    )


@check("jsonpath.bad-syntax", "A filter that is no JSONPath answers 400", CLAUSE)
async def bad_syntax(t: Trial) -> None:
    for text in t.share(("$[?(@.name==", "$[?(@.name=='x'", "][", "$[?(==)]")):
        t.is_error(await t.send("GET", t.noun.path, query=asked(text)), 400, what=f"filter={text}")
