"""States of the product order, of items and of cancellations (TMF622). No HTTP, no SQL."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from tmf_server.rules.canonical import attribute
from tmf_server.rules.instants import format_instant
from tmf_server.rules.lifecycle import Lifecycle, moves

Document = dict[str, Any]
Target = tuple[str, str]
"""Kind and id of a record of the catalog."""
Known = Mapping[Target, Document | None]
"""Catalog records by kind and id; None for an absent record."""
ITEMS, RELATIONSHIPS = "productOrderItem", "productOrderItemRelationship"
DRAFT, ACKNOWLEDGED, REJECTED, CANCELLED = "draft", "acknowledged", "rejected", "cancelled"

ITEM_STATES = moves(
    [
        ("acknowledged", "rejected pending held inProgress assessingCancellation"),
        ("inProgress", "pending held completed failed partial assessingCancellation"),
        ("pending", "inProgress assessingCancellation held cancelled"),
        ("held", "inProgress assessingCancellation pending cancelled"),
        ("assessingCancellation", "pendingCancellation acknowledged inProgress pending held"),
        ("pendingCancellation", "cancelled failed"),
        ("rejected", ""),
        ("cancelled", ""),
        ("completed", ""),
        ("failed", ""),
        ("partial", ""),
    ]
)
ORDER_STATES = ITEM_STATES | moves(
    [
        ("draft", "acknowledged cancelled"),
        (
            "acknowledged",
            "rejected pending held inProgress inProgress.accepted assessingCancellation",
        ),
        (
            "inProgress.accepted",
            "inProgress pending held completed failed partial assessingCancellation",
        ),
        ("assessingCancellation", "pendingCancellation acknowledged inProgress inProgress.accepted pending held"),
    ]
)
ORDER_LIFECYCLE = Lifecycle("state", ORDER_STATES, initial="acknowledged")
ITEM_LIFECYCLE = Lifecycle("state", ITEM_STATES, initial="acknowledged")
ENDED = frozenset(state for state, following in ORDER_STATES.items() if not following)

# States of orders unknown to items, and the state of an item in place of each.
AS_ITEM = {DRAFT: ACKNOWLEDGED, "inProgress.accepted": "inProgress"}
CANCELLING = ("assessingCancellation", "pendingCancellation")
DELIVERED = frozenset({"completed", "partial"})
# State of an order with open items: the first state present among the items.
LEADING = ("inProgress", "held", "pending")
# State of an order whose items ended differently, none delivered: the first state present among the items.
ENDINGS = ("failed", CANCELLED)
# The attribute with the end date of an order in each final state.
DATES = {"completed": "completionDate", "partial": "completionDate", CANCELLED: "cancellationDate"}

CANCEL_LIFECYCLE = Lifecycle(
    "state",
    moves(
        [
            ("acknowledged", "inProgress rejected"),
            ("inProgress", "done terminatedWithError rejected cancelled"),
            ("rejected", ""),
            ("done", ""),
            ("terminatedWithError", ""),
            ("cancelled", ""),
        ]
    ),
    initial="acknowledged",
)


def items(holder: Mapping[str, Any], pointer: str = "") -> Iterator[tuple[str, Document]]:
    """Yield every item of an order, nested items after the outer item, with the JSON pointer."""
    for place, item in enumerate(holder.get(ITEMS, ())):
        at = f"{pointer}/{ITEMS}/{place}"
        yield at, item
        yield from items(item, at)


def with_items(holder: Document, change: Callable[[Document], Document]) -> Document:
    """Return the order with every item changed, nested items after the outer item."""
    if ITEMS not in holder:
        return holder
    return {**holder, ITEMS: [with_items(change(item), change) for item in holder[ITEMS]]}


def order_state(states: Collection[str]) -> str:
    """Return the state of an order from the states of its items."""
    still = {state for state in states if not ITEM_LIFECYCLE.final(state)}
    ended = set(states) - still
    delivered = bool(ended & DELIVERED)
    if not still:
        return _ending(ended, delivered=delivered)
    if still <= set(CANCELLING) and not delivered:
        return next(state for state in CANCELLING if state in still)
    begun = "inProgress" if delivered or "failed" in ended else ACKNOWLEDGED
    return next((state for state in LEADING if state in still), begun)


def _ending(ended: Collection[str], *, delivered: bool) -> str:
    if len(ended) == 1:
        return next(iter(ended))
    if delivered:
        return "partial"
    return next((state for state in ENDINGS if state in ended), ACKNOWLEDGED)


def states_together(order: Document, before: Document | None, _moment: int) -> Document:
    """Keep the states in step: the order follows its items; after a change of the order the items follow."""
    if before is None:
        return _first_states(order)
    former = {item.get("id"): item.get("state") for _, item in items(before)}
    old, new = before.get("state", ACKNOWLEDGED), order.get("state")
    missing = AS_ITEM.get(old, old) if old in ENDED else ACKNOWLEDGED
    order = with_items(order, lambda item: {"state": former.get(item.get("id")) or missing} | item)
    if new is not None and new != old:
        moved = with_items(order, lambda item: _following(item, former.get(item.get("id")), new))
        return {ITEMS: moved[ITEMS]} if moved != order else _items_of(order)
    states = {item.get("id"): item["state"] for _, item in items(order)}
    rolled = order_state(set(states.values())) if states and states != former else old
    accepted = old == "inProgress.accepted" and rolled == "inProgress"
    ends = (
        rolled in ENDED and old not in ENDED
    )  # the last open item may end in a single move even where the order may not
    follows = (ends or rolled in ORDER_LIFECYCLE.next(old)) and old != DRAFT and not accepted
    return {"state": rolled if follows else old} | _items_of(order)


def _items_of(order: Document) -> Document:
    return {ITEMS: order[ITEMS]} if ITEMS in order else {}


def _first_states(order: Document) -> Document:
    said = attribute(order, "state")
    if said is None and order.get("requestedInitialState") == DRAFT:
        said = DRAFT
    first = ACKNOWLEDGED if said is None else AS_ITEM.get(said, said)
    order = with_items(order, lambda item: item if item.get("state") else {**item, "state": first})
    states = {item["state"] for _, item in items(order)}
    return {"state": said or (order_state(states) if states else ACKNOWLEDGED)} | _items_of(order)


def _following(item: Document, former: str | None, state: str) -> Document:
    """Move an item with its order; ended items and items moved by the client keep their states."""
    mine, wanted = item["state"], AS_ITEM.get(state, state)
    if ITEM_LIFECYCLE.final(mine):
        return item
    if state in ENDED or (mine == former and wanted in ITEM_LIFECYCLE.next(mine)):
        return {**item, "state": wanted}
    return item


def dated(order: Document, before: Document | None, moment: int) -> Document:
    """Fill in the end date of an order, unless given by the client."""
    name = DATES.get(order.get("state", ""), "")
    if before is None or not name or order["state"] == before.get("state") or name in order:
        return {}
    return {name: format_instant(moment)}


def task_state(task: Document, before: Document | None, _moment: int) -> Document:
    """Fill in the first state of a new cancellation, in the spelling of its version."""
    said = attribute(task, "state") if before is None else task.get("state")
    return {"state": said or ACKNOWLEDGED}


def cancelled_step(order: Document, step: str) -> Document:
    """Return the order after a step of its cancellation, taken by every item able to; the order's state follows.

    Without an item left to cancel the order itself takes the step; a draft is cancelled at once.
    """
    if order.get("state") == DRAFT:
        return {**order, "state": CANCELLED}
    after = with_items(
        order, lambda item: {**item, "state": step} if step in ITEM_LIFECYCLE.next(item["state"]) else item
    )
    if after == order and step in ORDER_LIFECYCLE.next(order["state"]):
        return {**order, "state": step}
    return after


CANCEL_STEPS = (*CANCELLING, CANCELLED)
