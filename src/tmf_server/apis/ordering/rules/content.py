"""Checks of a product order by itself (TMF622): items, relationships, amounts. No HTTP, no SQL."""

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from tmf_server.apis.ordering.rules.states import (
    CANCEL_LIFECYCLE,
    ITEM_LIFECYCLE,
    ITEMS,
    ORDER_LIFECYCLE,
    RELATIONSHIPS,
    Document,
    items,
)
from tmf_server.errors import Fault
from tmf_server.rules.money import MOST, currency_faults, exact, is_countable, smallest_unit

PRICES = ("itemPrice", "itemTotalPrice")
# The kind of tie of each relationship, and whether the far end tells the tie; a further name is its own kind.
SORTS = {
    "bundles": ("bundles", False),
    "bundledBy": ("bundles", True),
    "reliesOn": ("needs", False),
    "requires": ("needs", False),
    "dependsOn": ("needs", False),
    "enables": ("needs", True),
}
Edge = tuple[str, str]


def known_states(order: Document) -> Iterator[Fault]:
    """Check that an order and its items are in states of their lifecycles, also where a create schema names none."""
    for pointer, holder in (("", order), *items(order)):
        machine = ITEM_LIFECYCLE if pointer else ORDER_LIFECYCLE
        state = holder.get("state")
        if state not in machine.moves:
            said = "" if state is None else f", not {str(state)[:40]!r}"
            yield Fault(f"{pointer}/state", f"expected one of {', '.join(machine.moves)}{said}")


def known_task_state(task: Document) -> Iterator[Fault]:
    """So is a cancellation."""
    if task.get("state") not in CANCEL_LIFECYCLE.moves:
        yield Fault("/state", f"expected one of {', '.join(CANCEL_LIFECYCLE.moves)}")


def item_ids(order: Document) -> Iterator[Fault]:
    """Check that an order has an item, and every item an id unique in the order."""
    if not order.get(ITEMS):
        yield Fault(f"/{ITEMS}", "expected one item or more")
    seen = set()
    for pointer, item in items(order):
        id_ = item.get("id")
        if id_ is None:
            yield Fault(pointer, "expected an item with an id")
        elif id_ in seen:
            yield Fault(f"{pointer}/id", f"expected an id that no other item of the order has, not {id_[:40]!r}")
        seen.add(id_)


def item_relationships(order: Document) -> Iterator[Fault]:
    """Check that related items exist, and that no kind of tie forms a loop."""
    known = {item.get("id") for _, item in items(order)}
    ties: dict[str, dict[Edge, str]] = {}
    for pointer, item in items(order):
        for place, one in enumerate(item.get(RELATIONSHIPS, ())):
            at, id_ = f"{pointer}/{RELATIONSHIPS}/{place}", one.get("id")
            if id_ not in known:
                said = f", not {id_[:40]!r}" if id_ else ""
                yield Fault(f"{at}/id" if id_ else at, f"expected the id of an item of this order{said}")
                continue
            name = one.get("relationshipType", "")
            sort, reverse = SORTS.get(name, (name, False))
            mine = item.get("id", "")
            ties.setdefault(sort, {}).setdefault((id_, mine) if reverse else (mine, id_), f"{at}/id")
        inside = {(item.get("id", ""), part.get("id", "")): f"{pointer}/{ITEMS}" for part in item.get(ITEMS, ())}
        ties.setdefault("bundles", {}).update({edge: at for edge, at in inside.items() if edge not in ties["bundles"]})
    for edges in ties.values():
        yield from _loop(edges)


def _loop(edges: dict[Edge, str]) -> Iterator[Fault]:
    graph: TopologicalSorter[str] = TopologicalSorter()
    for one, other in edges:
        graph.add(one, other)
    try:
        graph.prepare()
    except CycleError as error:
        way = error.args[1]
        ends = set(pairwise(way)) | set(pairwise(reversed(way)))
        pointer = next(at for edge, at in edges.items() if edge in ends)
        yield Fault(pointer, f"expected no loop of items; this one is {' - '.join(map(str, way))}"[:300])


def currencies(order: Document) -> Iterator[Fault]:
    """Every amount of the order is in a currency of ISO 4217."""
    yield from currency_faults(order.get("orderTotalPrice"), "/orderTotalPrice")
    for pointer, item in items(order):
        for name in PRICES:
            yield from currency_faults(item.get(name), f"{pointer}/{name}")


def amounts(order: Document) -> Iterator[Fault]:
    """Check that amount without tax plus tax is the amount with tax, to the minor unit; a rate is a percentage or part.

    Totals of priced orders are computed by the server: sums of rounded amounts, of any size.
    """
    if not any(item.get("itemPrice") for _, item in items(order)):
        yield from _each(order, "orderTotalPrice", "")
    for pointer, item in items(order):
        yield from _each(item, "itemPrice" if item.get("itemPrice") else "itemTotalPrice", pointer)


def _each(holder: Document, name: str, pointer: str) -> Iterator[Fault]:
    for place, one in enumerate(holder.get(name, ())):
        yield from _sum(one, f"{pointer}/{name}/{place}")


def _sum(one: Document, pointer: str) -> Iterator[Fault]:
    price = one.get("price") or {}
    free, included = price.get("dutyFreeAmount") or {}, price.get("taxIncludedAmount") or {}
    parts = (("/dutyFreeAmount/value", free), ("/taxIncludedAmount/value", included), ("/taxRate", price))
    large = [at for at, part in parts if not is_countable(part.get(at.rpartition("/")[2]))]
    if large:
        yield from (Fault(f"{pointer}/price{at}", f"expected a number below {MOST:,}") for at in large)
        return
    if free.get("value") is None or included.get("value") is None:
        return
    if free.get("unit") != included.get("unit"):
        at = f"{pointer}/price/taxIncludedAmount"
        yield Fault(f"{at}/unit" if "unit" in included else at, f"expected the currency {free.get('unit')}")
        return
    rate = price.get("taxRate")
    if rate is None:
        return
    net, gross, share = exact(free["value"]), exact(included["value"]), exact(rate)
    expected = [net * (1 + share / 100), net * (1 + share)]
    if all(abs(gross - one) > smallest_unit(free.get("unit", "")) for one in expected):
        at = f"{pointer}/price/taxIncludedAmount/value"
        yield Fault(at, f"expected {expected[0].normalize():f}, which is {net} and {share} per cent of tax")
