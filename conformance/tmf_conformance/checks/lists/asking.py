"""Asking lists and judging what comes, over records that are known. No check stands here."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from tmf_conformance.documents.compare import equal, instant
from tmf_conformance.documents.schemas import Attribute, Node
from tmf_conformance.errors import Inapplicable
from tmf_conformance.running.stock import Stock, values
from tmf_conformance.running.trial import Trial

Predicate = Callable[[Node], bool]
_PAGE = "100"
_QUICK = 6


def chosen(t: Trial, attributes: list[Attribute], most: int = _QUICK) -> list[Attribute]:
    """All attributes at full depth, the first few at quick depth."""
    return attributes if t.session.options.full else attributes[:most]


def some(t: Trial, stock: Stock, *kinds: str, arrays: bool = False, most: int = _QUICK) -> list[Attribute]:
    """Attributes of these kinds that every record has; Blocked with the reason never: none is a note."""
    found = [
        a for a in stock.of_kind(*kinds, arrays=arrays) if a.leaf not in ("href", "lastUpdate") or kinds == ("instant",)
    ]
    if not found:
        t.note = f"the records have no attribute of type {' or '.join(kinds)}"
    return chosen(t, found, most)


def escaped(value: Any) -> str:
    """A value as it stands in a query string."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return quote(text, safe="")


def plain(value: Any) -> bool:
    """Whether a value survives a query without its own syntax getting in the way."""
    return not isinstance(value, str) or not re.search(r"[,;'\"]", value)


async def expect_rows(
    t: Trial, stock: Stock, query: str, holds: Predicate, what: str, *, unclear: Predicate | None = None
) -> None:
    """The list with `query` must show exactly the known records for which `holds`.

    `unclear` names records about which the standard says nothing. Found records (that nobody marked) are judged by
    what the list shows of them.
    """
    t.judged += 1
    marked = "&".join(f"{name}={escaped(value)}" for name, value in stock.mark.items())
    rows = await t.rows("&".join(part for part in (marked, query, f"limit={_PAGE}") if part))
    open_ids = {r["id"] for r in stock.records if unclear and unclear(r)}
    wanted = {r["id"] for r in stock.records if holds(r)} - open_ids
    shown = {row.get("id") for row in rows}
    known = set(stock.ids)
    wrong = [row for row in rows if not holds(row) and row.get("id") not in open_ids]
    if wrong:
        every = known <= shown and len(wanted) < len(known)
        cause = "the filter is ignored" if every else "records that do not match are shown"
        t.fail(
            f"{what}: {cause} ({len(shown)} records for {len(wanted)}, e.g. {_sample(wrong[0])})",
            f"{len(wanted)} of {len(known)} records",
        )
    missing = wanted - shown
    if missing and (stock.mark or len(rows) < int(_PAGE)):
        lacking = next(r for r in stock.records if r["id"] in missing)
        t.fail(
            f"{what}: {len(missing)} of {len(wanted)} matching records are missing, e.g. {_sample(lacking)}",
            f"{len(wanted)} records",
        )


def _sample(record: Node) -> str:
    return f"id {record.get('id')}"


def all_of(*tests: Predicate) -> Predicate:
    """Every test holds."""
    return lambda record: all(test(record) for test in tests)


def any_of(*tests: Predicate) -> Predicate:
    """Some test holds."""
    return lambda record: any(test(record) for test in tests)


def none_of(*tests: Predicate) -> Predicate:
    """No test holds; without tests, every record."""
    return lambda record: not any(test(record) for test in tests)


def nothing(_: Node) -> bool:
    """No record."""
    return False


def with_id(wanted: str) -> Predicate:
    """The one record with this id."""
    return lambda record: str(record.get("id")) == wanted


def absent(attribute: Attribute) -> Predicate:
    """The record has nothing at the attribute's path."""
    return lambda record: not values(record, attribute.path)


def has(attribute: Attribute, wanted: Any) -> Predicate:
    """Some value at the attribute's path equals `wanted`."""
    return lambda record: any(equal(value, wanted) for value in values(record, attribute.path))


def ordered(attribute: Attribute, test: Callable[[Any, Any], bool], wanted: Any) -> Predicate:
    """Some value at the path stands in this order to `wanted`; instants compare as instants, numbers as numbers."""
    mark = measure(attribute, wanted)

    def holds(record: Node) -> bool:
        found = [measure(attribute, value) for value in values(record, attribute.path)]
        return any(value is not None and mark is not None and test(value, mark) for value in found)

    return holds


def measure(attribute: Attribute, value: Any) -> Any:
    """A value in the form in which it is compared."""
    return instant(value) if attribute.kind == "instant" else value


def middle(stock: Stock, attribute: Attribute) -> Any:
    """The value in the middle of those that the records have, so that an order splits them."""
    found = [value for record in stock.records for value in values(record, attribute.path)]
    comparable = sorted(
        (value for value in found if measure(attribute, value) is not None), key=lambda v: measure(attribute, v)
    )
    if not comparable:
        raise Inapplicable(f"no record has a comparable {attribute.path}")
    return comparable[len(comparable) // 2]


def first_value(stock: Stock, attribute: Attribute) -> Any:
    """A value that is easy to write in a query, of the record in the middle."""
    records = [*stock.records[len(stock.records) // 2 :], *stock.records]
    found = [value for record in records for value in values(record, attribute.path)]
    return next((value for value in found if plain(value)), found[0])
