"""Events expire when they are old and everybody is past them; what arrives is kept up to a number; the lag is told."""

import pytest
from sqlalchemy import Table, func, select, update

from tests.support.events import World, change, make_relay
from tmf_server.events import health, outbox, received, relay, retention
from tmf_server.model.events import lease, parked, subscription
from tmf_server.model.events import outbox as outbox_table
from tmf_server.rules.instants import now
from tmf_server.worker import leases


def read_all(events: World, after: int = 0) -> list[outbox.StoredEvent]:
    found: list[outbox.StoredEvent] = events.read(lambda connection: outbox.read(connection, after, 100_000))
    return found


def count(events: World, table: Table) -> int:
    statement = select(func.count()).select_from(table)
    return int(events.read(lambda connection: connection.execute(statement).scalar_one()))


# -- what arrives at /listener ----------------------------------------------------------------------


def test_received_events_are_kept_up_to_a_number(events: World) -> None:
    for number in range(12):
        body = {"eventId": f"e{number}", "event": {"alarm": {"id": number}}}
        received.store(events.database, "TMF642", "v5", "AlarmCreateEvent", body)
    received.store(events.database, "TMF642", "v5", "x" * 500, {"eventId": 7})
    assert events.database.transact(lambda connection: received.prune(connection, 5)) == 8
    rows = events.read(received.read)
    assert [row["event_id"] for row in rows] == ["e8", "e9", "e10", "e11", None]
    assert rows[0]["body"] == {"eventId": "e8", "event": {"alarm": {"id": 8}}}
    assert events.read(lambda connection: received.read(connection, rows[2]["number"], 1)) == [rows[3]]
    assert events.database.transact(lambda connection: received.prune(connection, 5)) == 0


# -- retention --------------------------------------------------------------------------------------


def prune(events: World) -> int:
    return retention.prune(events.database, events.settings, events.forms.topics)


def make_old(events: World, days: float) -> None:
    old = now() - int(days * retention.DAY)
    events.database.transact(lambda connection: connection.execute(update(outbox_table).values(time=old)))


def move(events: World, id_: str, position: int) -> None:
    moved = update(subscription).where(subscription.c.id == id_).values(position=position)
    events.database.transact(lambda connection: connection.execute(moved))


def test_events_expire_when_they_are_old_and_everybody_is_past_them(events: World) -> None:
    made = events.subscribe("http://127.0.0.1:1/")
    events.write(*(change() for _ in range(10)))
    make_relay(events).drain()
    assert prune(events) == 0
    make_old(events, 8)
    assert prune(events) == 0
    move(events, made.id, 4)
    assert prune(events) == 4
    move(events, made.id, 10)
    make_old(events, 6)
    assert prune(events) == 0
    make_old(events, 8)
    assert prune(events) == 6
    assert events.read(relay.head) == 10


def test_a_process_that_reads_events_keeps_them(events: World) -> None:
    events.write(*(change() for _ in range(3)))
    make_relay(events).drain()
    make_old(events, 8)
    events.database.transact(lambda connection: leases.ensure(connection, "process", position=1))
    assert prune(events) == 1
    done = update(lease).where(lease.c.name == "process").values(position=3)
    events.database.transact(lambda connection: connection.execute(done))
    assert prune(events) == 2


def test_what_nobody_has_read_yet_never_expires(events: World) -> None:
    events.write(change())
    make_old(events, 400)
    assert prune(events) == 0


def test_a_hub_that_had_nothing_to_send_holds_no_events_back(events: World) -> None:
    events.subscribe("http://127.0.0.1:1/")
    events.database.transact(lambda connection: connection.execute(update(subscription).values(api="TMF638")))
    events.write(*(change() for _ in range(3)))
    make_relay(events).drain()
    make_old(events, 8)
    assert prune(events) == 3


def test_many_expired_events_go_in_batches(events: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 4)
    events.write(*(change() for _ in range(10)))
    make_relay(events).drain()
    make_old(events, 8)
    assert prune(events) == 10


def test_a_parked_delivery_keeps_its_event_until_it_expires_itself(events: World) -> None:
    made = events.subscribe("http://127.0.0.1:1/")
    events.write(change("lost"), change("fine"))
    make_relay(events).drain()
    [lost, _] = read_all(events)
    row = {"subscription": made.id, "position": 1, "number": lost.position, "replay": False, "error": "x"}
    events.database.transact(lambda connection: connection.execute(parked.insert().values(row | {"parked": now()})))
    move(events, made.id, 2)
    make_old(events, 8)
    assert prune(events) == 1
    old = now() - 31 * retention.DAY
    events.database.transact(lambda connection: connection.execute(update(parked).values(parked=old)))
    assert prune(events) == 1
    assert count(events, parked) == 0


# -- health -----------------------------------------------------------------------------------------


def test_the_lag_tells_how_much_waits_and_for_how_long(events: World) -> None:
    assert events.read(health.lag) == health.Lag(0, 0.0, 0, 0, 0)
    events.write(change(), change())
    make_old(events, 1 / 24)
    events.subscribe("http://127.0.0.1:1/")
    events.write(change(), change())
    make_old(events, 1 / 24)
    found = events.read(health.lag)
    assert (found.waiting, found.subscriptions, found.troubled, found.parked) == (2, 1, 0, 0)
    assert 3590 < found.seconds < 3700
