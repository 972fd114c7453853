"""Rules of a product order in itself: states together, items and their ties, amounts. Pure."""

from typing import Any

import pytest

from tests.support.nouns.order_parts import NOW, Body, amount, item, order
from tmf_server.apis.ordering.rules import content as order_content
from tmf_server.apis.ordering.rules import states as rules


def tie(id_: str, kind: str) -> Body:
    return {"id": id_, "relationshipType": kind}


# -- states -----------------------------------------------------------------------------------------
ROLLED = [
    ("acknowledged", "acknowledged"),
    ("acknowledged inProgress", "inProgress"),
    ("acknowledged completed", "inProgress"),
    ("acknowledged failed", "inProgress"),
    ("acknowledged rejected", "acknowledged"),
    ("acknowledged assessingCancellation", "acknowledged"),
    ("held pending", "held"),
    ("pending completed", "pending"),
    ("inProgress held pending", "inProgress"),
    ("assessingCancellation pendingCancellation", "assessingCancellation"),
    ("pendingCancellation cancelled", "pendingCancellation"),
    ("pendingCancellation completed", "inProgress"),
    ("completed", "completed"),
    ("completed failed", "partial"),
    ("completed cancelled", "partial"),
    ("partial cancelled", "partial"),
    ("failed cancelled", "failed"),
    ("cancelled rejected", "cancelled"),
    ("rejected", "rejected"),
]


@pytest.mark.parametrize(("states", "expected"), ROLLED)
def test_the_order_s_state_follows_its_items(states: str, expected: str) -> None:
    assert rules.order_state(set(states.split())) == expected


def test_every_single_move_of_an_item_is_one_that_an_order_of_one_item_may_make() -> None:
    for old, following in rules.ITEM_STATES.items():
        for new in following:
            assert rules.order_state({new}) in rules.ORDER_LIFECYCLE.next(rules.order_state({old})), (old, new)


FIRST = [
    (order(item("a")), "acknowledged", ["acknowledged"]),
    (order({"id": "a"}), "acknowledged", ["acknowledged"]),
    (order({"id": "a"}, state="held"), "held", ["held"]),
    (order({"id": "a"}, state="inProgress.accepted"), "inProgress.accepted", ["inProgress"]),
    (order({"id": "a"}, requestedInitialState="draft"), "draft", ["acknowledged"]),
    (order(item("a", "completed"), item("b", "failed")), "partial", ["completed", "failed"]),
    (order({"id": "a"}, item("b", "completed"), state="completed"), "completed", ["completed", "completed"]),
]


@pytest.mark.parametrize(("new", "state", "items"), FIRST)
def test_a_new_order_and_its_items_have_states(new: Body, state: str, items: list[str]) -> None:
    found = rules.states_together(new, None, NOW)
    assert (found["state"], [one["state"] for one in found["productOrderItem"]]) == (state, items)


# what the order and its items are, what a patch makes of them, and what follows
MOVED = [
    ("acknowledged: acknowledged", "held: acknowledged", "held: held"),
    ("inProgress: inProgress completed", "failed: inProgress completed", "failed: failed completed"),
    ("inProgress: inProgress acknowledged", "partial: inProgress acknowledged", "partial: partial partial"),
    ("inProgress: inProgress acknowledged", "pending: inProgress acknowledged", "pending: pending pending"),
    ("pending: pending acknowledged", "held: pending acknowledged", "held: held held"),
    ("acknowledged: acknowledged", "inProgress.accepted: acknowledged", "inProgress.accepted: inProgress"),
    ("draft: acknowledged", "cancelled: acknowledged", "cancelled: cancelled"),
    ("draft: acknowledged", "acknowledged: acknowledged", "acknowledged: acknowledged"),
    ("draft: acknowledged", "draft: inProgress", "draft: inProgress"),
    ("draft: acknowledged acknowledged", "draft: acknowledged", "draft: acknowledged"),
    ("acknowledged: acknowledged acknowledged", "acknowledged: inProgress acknowledged",
     "inProgress: inProgress acknowledged"),
    ("inProgress.accepted: inProgress inProgress", "inProgress.accepted: completed inProgress",
     "inProgress.accepted: completed inProgress"),
    ("inProgress: inProgress completed", "inProgress: completed completed", "completed: completed completed"),
    ("inProgress: inProgress failed", "inProgress: completed failed", "partial: completed failed"),
    ("inProgress: inProgress inProgress", "held: completed inProgress", "held: completed held"),
    ("pending: pending pending", "pending: cancelled pending", "pending: cancelled pending"),
    ("pending: pending cancelled", "pending: cancelled cancelled", "cancelled: cancelled cancelled"),
    ("pending: pending completed", "pending: cancelled completed", "partial: cancelled completed"),
    ("held: held failed", "held: cancelled failed", "failed: cancelled failed"),
    ("held: held acknowledged", "cancelled: held acknowledged", "cancelled: cancelled cancelled"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "patched", "expected"), MOVED)
def test_states_move_together(before: str, patched: str, expected: str) -> None:
    old, new = _order(before), _order(patched)
    found = new | rules.states_together(new, old, NOW)
    assert found == _order(expected)


def _order(text: str) -> Body:
    state, _, states = text.partition(": ")
    return order(*(item(str(number), one) for number, one in enumerate(states.split())), state=state)


def test_items_that_say_no_state_keep_theirs_and_new_ones_are_acknowledged() -> None:
    before = order(item("a", "held"), state="held")
    found = rules.states_together(order({"id": "a"}, {"id": "b"}, state="held"), before, NOW)
    assert [one["state"] for one in found["productOrderItem"]] == ["held", "acknowledged"]


def test_nested_items_move_too() -> None:
    before = order(item("a", productOrderItem=[item("b")]), state="acknowledged")
    found = rules.states_together(before | {"state": "held"}, before, NOW)
    assert found["productOrderItem"][0]["productOrderItem"][0]["state"] == "held"


def test_the_end_of_an_order_is_dated_once() -> None:
    before = order(state="inProgress")
    assert rules.dated(before | {"state": "completed"}, before, 0) == {"completionDate": "1970-01-01T00:00:00.000Z"}
    assert rules.dated(before | {"state": "completed", "completionDate": "x"}, before, 0) == {}
    assert rules.dated(before | {"state": "failed"}, before, 0) == {}
    assert rules.dated(order(state="completed"), None, 0) == {}


# -- content ----------------------------------------------------------------------------------------
def pointers(found: Any) -> list[str]:
    return [fault.pointer for fault in found]


IDS = [
    (order(item("a"), item("b")), []),
    (order(item("a"), item("a")), ["/productOrderItem/1/id"]),
    (order(item("a", productOrderItem=[item("a")])), ["/productOrderItem/0/productOrderItem/0/id"]),
    (order({"action": "add"}), ["/productOrderItem/0"]),
]


@pytest.mark.parametrize(("document", "expected"), IDS)
def test_item_ids(document: Body, expected: list[str]) -> None:
    assert pointers(order_content.item_ids(document)) == expected


def tied(**ties: str) -> Body:
    """Items a, b and c, each with relationships: `a="reliesOn b"`."""
    pairs = {id_: text.split(", ") for id_, text in ties.items()}
    return order(
        *(
            item(id_, productOrderItemRelationship=[tie(*reversed(one.split())) for one in pairs.get(id_, ())])
            for id_ in "abc"
        )
    )


FIRST_TIE = "/productOrderItem/0/productOrderItemRelationship/0/id"
TIES = [
    (tied(a="bundles b, bundles c", b="bundledBy a"), []),
    (tied(a="bundles b", b="reliesOn a"), []),
    (tied(a="reliesOn b", b="enables a"), []),
    (tied(a="reliesOn x"), [FIRST_TIE]),
    (tied(a="reliesOn a"), [FIRST_TIE]),
    (tied(a="reliesOn b", b="requires c", c="dependsOn a"), [FIRST_TIE]),
    (tied(a="bundles b", b="bundles a"), [FIRST_TIE]),
    (tied(a="bundledBy b", b="bundledBy a"), [FIRST_TIE]),
    (tied(a="replaces b", b="replaces a"), [FIRST_TIE]),
    (order(item("a", productOrderItem=[item("b", productOrderItemRelationship=[tie("a", "bundles")])])),
     ["/productOrderItem/0/productOrderItem"]),
    (order(item("a", productOrderItem=[item("b", productOrderItemRelationship=[tie("a", "bundledBy")])])), []),
]  # fmt: skip


@pytest.mark.parametrize(("document", "expected"), TIES)
def test_item_relationships(document: Body, expected: list[str]) -> None:
    assert pointers(order_content.item_relationships(document)) == expected


def test_ten_thousand_items_in_a_row_are_no_loop() -> None:
    row = [item(str(n), productOrderItemRelationship=[tie(str(n + 1), "reliesOn")]) for n in range(10_000)]
    assert pointers(order_content.item_relationships(order(*row, item("10000")))) == []


AMOUNTS = [
    (amount(20, 20, 0), []),
    (amount(10, 12.2, 22), []),
    (amount(10, 12.2, 0.22), []),
    (amount(39.9, 47.88, 20), []),
    (amount(9.99, 12.19, 22), []),
    (amount(10, 15, None), []),
    (amount(10, 12.5, 22), ["/price/taxIncludedAmount/value"]),
    (amount(10, 12.2, 22, other="USD"), ["/price/taxIncludedAmount/unit"]),
    (amount(100, 122, 22, unit="JPY"), []),
    (amount(0.1, 0.3, 200), []),
]


@pytest.mark.parametrize(("price", "expected"), AMOUNTS)
def test_amounts_add_up(price: Body, expected: list[str]) -> None:
    at_item = order(item("a", itemPrice=[price]))
    assert pointers(order_content.amounts(at_item)) == [f"/productOrderItem/0/itemPrice/0{one}" for one in expected]
    in_total = order(orderTotalPrice=[price])
    assert pointers(order_content.amounts(in_total)) == [f"/orderTotalPrice/0{one}" for one in expected]


def test_currencies_are_those_of_iso_4217() -> None:
    document = order(item("a", itemPrice=[amount(1, 1, unit="EURO")]))
    found = pointers(order_content.currencies(document))
    assert found == [f"/productOrderItem/0/itemPrice/0/price/{one}/unit" for one in
                     ("dutyFreeAmount", "taxIncludedAmount")]  # fmt: skip
