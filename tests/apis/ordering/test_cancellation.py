"""cancelProductOrder: what can be cancelled is, through its states, with the events of the task and of the order."""

import httpx
import pytest
from orjson import loads

from tests.support.nouns.ordering import V4, V5, cancel, events, item, move, order, patch, states, stored
from tests.support.servers.served import Served
from tmf_server.apis.ordering.rules import states as rules

OPEN = sorted(rules.ORDER_STATES.keys() - rules.ENDED)


@pytest.mark.parametrize("state", OPEN)
def test_an_open_order_is_cancelled(client: httpx.Client, state: str) -> None:
    placed = order(client, item("1", productOrderItem=[item("1.1")]), item("2"), state=state)
    task = cancel(client, placed["id"], cancellationReason="twice", requestedCancellationDate="2026-01-01T00:00:00Z")
    assert (task["state"], task["requestedCancellationDate"]) == ("done", "2026-01-01T00:00:00Z")
    after = stored(client, placed)
    assert (after["state"], states(after)) == ("cancelled", ["cancelled"] * 3)
    assert (after["cancellationReason"], after["cancellationDate"]) == ("twice", task["effectiveCancellationDate"])


@pytest.mark.parametrize("base", [V4, V5])
@pytest.mark.parametrize("state", sorted(rules.ENDED))
def test_an_order_that_has_ended_is_not_cancelled(client: httpx.Client, state: str, base: str) -> None:
    placed = order(client, item("1"), state=state)
    task = cancel(client, placed["id"], base)
    assert task["state"] == ("rejected" if base == V5 else "terminatedWithError")
    assert task["errorMessage"]["code"] == "orderEnded"
    assert state in task["errorMessage"]["reason"]
    assert "effectiveCancellationDate" not in task
    assert stored(client, placed) == placed


@pytest.mark.parametrize("base", [V4, V5])
def test_an_order_that_is_not_here_is_not_cancelled(client: httpx.Client, base: str) -> None:
    task = cancel(client, "nowhere", base)
    assert task["state"] == ("rejected" if base == V5 else "terminatedWithError")
    assert task["errorMessage"] == {
        "@type": "ErrorMessage", "code": "unknownOrder", "reason": "There is no productOrder with the id 'nowhere'."
    }  # fmt: skip


def test_what_is_delivered_stays_and_the_order_is_partial(client: httpx.Client) -> None:
    placed = order(client, item("1", state="completed"), item("2", state="inProgress"), item("3", state="held"))
    task = cancel(client, placed["id"])
    after = stored(client, placed)
    assert (after["state"], states(after)) == ("partial", ["completed", "cancelled", "cancelled"])
    assert task["effectiveCancellationDate"].endswith("Z")


def test_what_failed_stays_failed(client: httpx.Client) -> None:
    placed = order(client, item("1", state="failed"), item("2", state="inProgress"))
    assert cancel(client, placed["id"])["state"] == "done"
    after = stored(client, placed)
    assert (after["state"], states(after)) == ("failed", ["failed", "cancelled"])


def test_the_second_cancellation_is_rejected(client: httpx.Client) -> None:
    placed = order(client, item("1"))
    assert [cancel(client, placed["id"])["state"] for _ in range(2)] == ["done", "rejected"]


@pytest.mark.parametrize("state", ["done", "rejected", "cancelled", "terminatedWithError"])
def test_a_task_that_comes_in_a_final_state_does_nothing(client: httpx.Client, state: str) -> None:
    placed = order(client, item("1"))
    assert cancel(client, placed["id"], state=state)["state"] == state
    assert stored(client, placed) == placed


def test_the_task_and_the_order_send_their_events(served: Served) -> None:
    placed = order(served.client, item("1"))
    cancel(served.client, placed["id"], cancellationReason="twice")
    assert [one for one in events(served) if one[0] == "StateChange"] == [("StateChange", ("state",))] * 3
    assert events(served)[-1] == (
        "AttributeValueChange", ("productOrderItem", "cancellationReason", "cancellationDate")
    )  # fmt: skip
    assert events(served, "cancelProductOrder") == [
        ("Create", ()),
        ("StateChange", ("state",)),
        ("StateChange", ("state",)),
        ("AttributeValueChange", ("effectiveCancellationDate",)),
    ]


def test_the_order_goes_through_the_states_of_a_cancellation(served: Served) -> None:
    placed = order(served.client, item("1"))
    cancel(served.client, placed["id"])
    assert told(served, "StateChange") == ["assessingCancellation", "pendingCancellation", "cancelled"]
    placed = order(served.client, item("1"), requestedInitialState="draft")
    cancel(served.client, placed["id"])
    assert told(served, "StateChange")[3:] == ["cancelled"]
    placed = order(served.client, item("1", state="completed"), item("2", state="held"))
    cancel(served.client, placed["id"])
    assert told(served, "StateChange")[4:] == ["inProgress", "partial"]


def told(served: Served, event: str) -> list[str]:
    """The states that events of one sort tell of orders."""
    query = f"SELECT document FROM outbox WHERE kind = 'productOrder' AND event = '{event}' ORDER BY number"
    with served.services.database.read() as connection:
        return [loads(row[0])["state"] for row in connection.exec_driver_sql(query)]


def test_tasks_are_kept_listed_and_not_edited(client: httpx.Client) -> None:
    placed = order(client, item("1"))
    first, second = cancel(client, placed["id"]), cancel(client, placed["id"])
    for base in (V4, V5):
        url = f"{base}/cancelProductOrder"
        assert {one["id"] for one in client.get(url).json()} == {first["id"], second["id"]}
        assert [one["id"] for one in client.get(f"{url}?state=done").json()] == [first["id"]]
        assert len(client.get(f"{url}?productOrder.id={placed['id']}").json()) == 2
        for method in ("PATCH", "PUT", "DELETE"):
            assert client.request(method, f"{url}/{first['id']}", json={}).status_code == 405
    assert client.delete(placed["href"]).status_code == 204
    assert client.get(first["href"]).json()["productOrder"]["id"] == placed["id"]


def test_an_order_under_assessment_can_go_on(client: httpx.Client) -> None:
    placed = order(client, item("1"))
    assert patch(client, placed, state="assessingCancellation").json()["state"] == "assessingCancellation"
    assert states(stored(client, placed)) == ["assessingCancellation"]
    assert move(client, placed, **{"1": "inProgress"}).json()["state"] == "inProgress"
