"""States of the product order, its items and its cancellation (TMF622). No HTTP, no SQL."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from tmf_server.rules.canonical import attribute
from tmf_server.rules.instants import format_instant
from tmf_server.rules.lifecycle import Lifecycle, moves

Document = dict[str, Any]
Target = tuple[str, str]
"""Kind and id of a record of the catalog."""
Known = Mapping[Target, Document | None]
"""What is here of the catalog; None for a record that is not."""
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

# The states that an order has and an item has not, as an item shows them.
AS_ITEM = {DRAFT: ACKNOWLEDGED, "inProgress.accepted": "inProgress"}
CANCELLING = ("assessingCancellation", "pendingCancellation")
DELIVERED = frozenset({"completed", "partial"})
# What an order is while items are open: the first of these that one of them is.
LEADING = ("inProgress", "held", "pending")
# What an order is whose items ended in several ways, none of them delivered: the first of these that one of them is.
ENDINGS = ("failed", CANCELLED)
# The attribute that tells when an order came to an end.
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
    """Every item of an order, nested ones after the one that they are part of, with its JSON pointer."""
    for place, item in enumerate(holder.get(ITEMS, ())):
        at = f"{pointer}/{ITEMS}/{place}"
        yield at, item
        yield from items(item, at)


def with_items(holder: Document, change: Callable[[Document], Document]) -> Document:
    """The order with every item changed, nested ones after the one that they are part of."""
    if ITEMS not in holder:
        return holder
    return {**holder, ITEMS: [with_items(change(item), change) for item in holder[ITEMS]]}


def order_state(states: Collection[str]) -> str:
    """The state of an order whose items are in the states."""
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
    """Items have states, and the order's follows them; where the order's own is changed, the items follow it."""
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
    ends = rolled in ENDED and old not in ENDED  # the last open item may end in one move where the order has none
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
    """The item of an order that moved to the state; what ended stays, and so does what was moved with the order."""
    mine, wanted = item["state"], AS_ITEM.get(state, state)
    if ITEM_LIFECYCLE.final(mine):
        return item
    if state in ENDED or (mine == former and wanted in ITEM_LIFECYCLE.next(mine)):
        return {**item, "state": wanted}
    return item


def dated(order: Document, before: Document | None, moment: int) -> Document:
    """The date on which an order came to its end, unless the client said so."""
    name = DATES.get(order.get("state", ""), "")
    if before is None or not name or order["state"] == before.get("state") or name in order:
        return {}
    return {name: format_instant(moment)}


def task_state(task: Document, before: Document | None, _moment: int) -> Document:
    """The state that a new cancellation is made in, in whatever version it is said."""
    said = attribute(task, "state") if before is None else task.get("state")
    return {"state": said or ACKNOWLEDGED}


def cancelled_step(order: Document, step: str) -> Document:
    """The order after one step of its cancellation, with every item that may take it; the order's state follows.

    The order itself takes the step where no item is left to cancel, and a draft is cancelled at once.
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
