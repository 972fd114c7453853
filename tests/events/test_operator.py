"""What the operator can do about events: see, replay, park, hand over keys."""

import pytest

from tests.support.events import World, change, wait, world
from tests.support.servers.receiver import Receiver, eventually, records
from tmf_server.errors import NotFound
from tmf_server.events import admin
from tmf_server.events.delivery import queue


def test_parked_deliveries_are_replayed_in_order_before_newer_ones(events: World, receiver: Receiver) -> None:
    receiver.answer("/", 500)
    events.worker()
    made = events.subscribe(receiver.url("/"))
    events.write(change("1"), change("2"), change("3"))
    assert eventually(lambda: events.parked(made.id) == [1, 2, 3])
    receiver.answer("/", 200)
    receiver.calls.clear()
    topics = events.forms.topics
    assert events.database.transact(lambda connection: admin.replay(connection, topics, made.id)) == 3
    events.write(change("4"))
    assert eventually(lambda: len(receiver.calls) == 4)
    assert records(receiver.calls) == ["1", "2", "3", "4"]
    assert eventually(lambda: events.parked(made.id) == [])
    assert events.database.transact(lambda connection: admin.replay(connection, topics)) == 0


def test_a_replay_that_fails_again_is_parked_again(events: World, receiver: Receiver) -> None:
    receiver.answer("/", 500)
    events.worker()
    made = events.subscribe(receiver.url("/"))
    events.write(*(change(str(number)) for number in range(5)))
    assert eventually(lambda: events.parked(made.id) == [1, 2, 3, 4, 5])
    receiver.calls.clear()
    events.database.transact(lambda connection: admin.replay(connection, events.forms.topics))

    def given_up() -> bool:
        rows = events.read(admin.list_parked)
        return len(rows) == 5 and not any(row["replay"] for row in rows)

    assert eventually(given_up)
    assert events.parked(made.id) == [1, 2, 3, 4, 5]
    assert records(receiver.calls) == ["0", "0", "0", "1"]
    assert [row["error"] for row in events.read(admin.list_parked)] == ["HTTP 500"] * 2 + [queue.UNTRIED] * 3


def test_past_events_are_sent_again_from_an_instant_on(events: World, receiver: Receiver) -> None:
    events.worker()
    made = events.subscribe(receiver.url("/"), "event.productOffering.name=yes")
    events.write(change("old", name="yes"))
    wait(0.01)
    since = change()
    events.write(change("1", name="yes"), change("2", name="no"), change("3", name="yes"))
    assert eventually(lambda: events.settled(made.id, 4))
    receiver.calls.clear()
    count = events.database.transact(
        lambda connection: admin.replay(connection, events.forms.topics, made.id, since.time)
    )
    assert count == 3
    assert eventually(lambda: events.parked(made.id) == [])
    assert records(receiver.calls) == ["1", "3"]


def test_parking_by_hand_gives_up_what_waits_and_goes_on(events_url: str, receiver: Receiver) -> None:
    with world(events_url, delivery_pauses=(60.0,)) as events:
        receiver.answer("/", 500)
        events.worker()
        made = events.subscribe(receiver.url("/"))
        events.write(change("1"), change("2"))
        assert eventually(lambda: events.row(made.id)["tries"] == 1)
        receiver.answer("/", 200)
        assert events.database.transact(lambda connection: admin.park(connection, made.id)) == 2
        assert eventually(lambda: events.parked(made.id) == [1, 2])
        events.write(change("3"))
        assert eventually(lambda: len(receiver.calls) == 2)
        assert records(receiver.calls) == ["1", "3"]


def test_the_operator_sees_how_subscribers_are_doing(events: World, receiver: Receiver) -> None:
    receiver.answer("/dead", 500)
    events.worker()
    events.subscribe(receiver.url("/well"))
    dead = events.subscribe(receiver.url("/dead"))
    events.write(change("1"), change("2"))
    assert eventually(lambda: events.parked(dead.id) == [1, 2])
    assert eventually(lambda: len(receiver.at("/well")) == 2)
    assert eventually(lambda: events.read(admin.list_subscriptions)[0]["behind"] == 0)
    well_row, dead_row = events.read(admin.list_subscriptions)
    assert (well_row["parked"], well_row["error"], well_row["failing"]) == (0, None, False)
    assert (dead_row["parked"], dead_row["failing"], dead_row["callback"]) == (2, True, receiver.url("/dead"))
    assert "500" in dead_row["error"]
    listed = events.read(admin.list_events)
    assert [(row["position"], row["record_id"], row["event"]) for row in listed] == [
        (1, "1", "Create"),
        (2, "2", "Create"),
    ]
    assert all("document" not in row for row in listed)
    assert not any("whsec" in str(value) for row in (well_row, dead_row) for value in row.values())


def test_an_unknown_subscription_is_told(events: World) -> None:
    with pytest.raises(NotFound, match="no subscription 'nobody'"):
        events.database.transact(lambda connection: admin.park(connection, "nobody"))
    with pytest.raises(NotFound, match="no subscription 'nobody'"):
        events.database.transact(lambda connection: admin.replay(connection, {}, "nobody"))
    with pytest.raises(NotFound, match="no subscription 'nobody'"):
        events.database.transact(lambda connection: admin.signing_key(connection, events.settings, "nobody"))


def test_the_operator_can_hand_over_the_key_of_a_subscription(events: World) -> None:
    made = events.subscribe("http://127.0.0.1:1/")
    key = events.database.transact(lambda connection: admin.signing_key(connection, events.settings, made.id))
    assert key == events.context().signer.key(made.id)
