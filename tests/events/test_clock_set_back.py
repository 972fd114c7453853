"""The clock goes back: what was written before lies ahead, and neither leases nor pauses may last that long."""

from typing import Any

import pytest
from sqlalchemy import Table, update

from tests.support.events import World, change, make_relay, world
from tests.support.servers.receiver import Receiver, eventually
from tmf_server.events import health, relay, retention
from tmf_server.events.delivery import queue
from tmf_server.model.events import lease, subscription
from tmf_server.rules.instants import now
from tmf_server.worker import leases
from tmf_server.worker.periodic import PeriodicJob

HOUR, DAY = 3_600, 86_400


def set_ahead(events: World, table: Table, seconds: float, *names: str) -> None:
    """Let the instants of every row lie some seconds ahead of the clock."""
    ahead = dict.fromkeys(names, now() + int(seconds * 1_000_000))
    events.database.transact(lambda connection: connection.execute(update(table).values(ahead)))


@pytest.mark.parametrize("seconds", [HOUR, 400 * DAY])
def test_a_worker_goes_on_when_everything_lies_ahead(events: World, receiver: Receiver, seconds: int) -> None:
    runs: list[int] = []
    events.database.transact(lambda connection: leases.ensure(connection, relay.NAME, position=0))
    events.database.transact(lambda connection: leases.ensure(connection, "duty:count"))
    events.subscribe(receiver.url("/"))
    set_ahead(events, lease, seconds, "leased_until")
    set_ahead(events, subscription, seconds, "leased_until", "due", "created")
    events.write(change())
    events.worker(PeriodicJob("count", 0.02, lambda _stop: runs.append(1)))
    assert eventually(lambda: len(receiver.calls) == 1)
    assert eventually(lambda: len(runs) > 1)
    assert events.read(health.lag).waiting == 0


@pytest.mark.parametrize("name", ["leased_until", "due"])
def test_each_instant_alone_keeps_nobody_waiting(events: World, receiver: Receiver, name: str) -> None:
    events.subscribe(receiver.url("/"))
    set_ahead(events, subscription, DAY, name)
    events.write(change())
    events.worker()
    assert eventually(lambda: len(receiver.calls) == 1)


def test_a_relay_takes_a_lease_that_lies_ahead_and_leaves_one_that_is_held(events: World) -> None:
    events.write(change())
    events.database.transact(lambda connection: leases.ensure(connection, relay.NAME, position=0))
    set_ahead(events, lease, 30 - 1, "leased_until")
    assert make_relay(events, "two", seconds=30.0).drain() == 0
    set_ahead(events, lease, HOUR, "leased_until")
    assert make_relay(events, "two", seconds=30.0).drain() == 1


def test_a_duty_that_was_done_just_now_is_not_done_again(events: World) -> None:
    def acquired(every: float) -> Any:
        return events.database.transact(
            lambda connection: leases.acquire(connection, lease, "duty:seldom", "two", 30.0, longest=every)
        )

    events.database.transact(lambda connection: leases.ensure(connection, "duty:seldom"))
    set_ahead(events, lease, HOUR - 1, "leased_until")
    assert acquired(every=HOUR) is None
    assert acquired(every=HOUR / 2) is not None


def test_a_pause_after_a_failure_is_kept(events_url: str) -> None:
    with world(events_url, delivery_pauses=(1.0, 600.0)) as events:
        made = events.subscribe("http://127.0.0.1:1/")
        events.write(change())
        make_relay(events).drain()
        statement = queue.due_statement(events.forms.topics, events.settings.events)
        for seconds, found in ((599, []), (HOUR, [made.id])):
            set_ahead(events, subscription, seconds, "due")
            assert events.read(lambda connection: queue.due(connection, statement, 0, 10)) == found


def test_events_that_a_hub_does_not_send_expire_all_the_same(events: World) -> None:
    events.subscribe("http://127.0.0.1:1/")
    events.database.transact(lambda connection: connection.execute(update(subscription).values(api="TMF638")))
    events.write(change())
    make_relay(events).drain()
    set_ahead(events, subscription, DAY, "leased_until")
    retention.prune(events.database, events.settings, events.forms.topics)
    assert events.read(lambda connection: connection.execute(subscription.select()).mappings().one()["position"]) == 1
