"""Crashes and stale holders: nothing is lost, and nobody writes who no longer may."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from tests.support.events import World, change, wait, world
from tests.support.servers.receiver import Receiver, deduplicated, eventually, records
from tmf_server.events import relay
from tmf_server.events.delivery import queue
from tmf_server.events.delivery.queue import Progress
from tmf_server.events.delivery.retry import SubscriberState
from tmf_server.model.events import subscription
from tmf_server.rules.instants import now
from tmf_server.worker.leases import LeaseLost

HERE = Path(__file__).resolve().parents[3]


def claimed(events: World, id_: str, holder: str, seconds: float = 30.0) -> queue.SubscriptionLease:
    found = events.database.transact(lambda connection: queue.claim(connection, id_, holder, seconds))
    assert found is not None
    return found


def test_a_stale_holder_neither_reads_nor_writes(events: World) -> None:
    made = events.subscribe("http://127.0.0.1:1/")
    events.write(change())
    relay.Relay(events.database, "r", 10).drain()
    stale = claimed(events, made.id, "one", seconds=0.05)
    assert events.database.transact(lambda connection: queue.claim(connection, made.id, "two", 10)) is None
    wait(0.1)
    fresh = claimed(events, made.id, "two")
    item = queue.QueuedEvent(1, 1, replay=False)
    progress = Progress(1, SubscriberState(), parked={item: "x"}, delivered=True)
    with pytest.raises(LeaseLost):
        events.database.transact(lambda connection: queue.save_progress(connection, stale, progress, 10))
    with pytest.raises(LeaseLost):
        events.read(lambda connection: queue.fetch(connection, stale, [item]))
    assert (events.row(made.id)["position"], events.parked(made.id)) == (0, [])
    events.database.transact(lambda connection: queue.save_progress(connection, fresh, progress, 0))
    assert (events.row(made.id)["position"], events.parked(made.id)) == (1, [1])


def test_what_is_settled_is_settled_whole_or_not_at_all(events: World) -> None:
    made = events.subscribe("http://127.0.0.1:1/")
    mine = claimed(events, made.id, "one")
    progress = Progress(9, SubscriberState(), parked={queue.QueuedEvent(number=404, position=9, replay=False): "x"})
    with pytest.raises(IntegrityError):
        events.database.transact(lambda connection: queue.save_progress(connection, mine, progress, 10))
    assert events.row(made.id)["position"] == 0


KILLED = """
    import sys
    from tests.support.events import world
    with world(sys.argv[1], lease_seconds=0.5, delivery_seconds=0.25) as events:
        events.worker()
        print("ready", flush=True)
        sys.stdin.read()
"""


def test_a_killed_worker_loses_nothing_and_another_goes_on(events_url: str, receiver: Receiver) -> None:
    receiver.delay("/", 0.005)
    with world(events_url, lease_seconds=0.5, delivery_seconds=0.25) as events:
        made = events.subscribe(receiver.url("/"))
        names = [str(number) for number in range(300)]
        command = [sys.executable, "-c", textwrap.dedent(KILLED), events_url]
        with subprocess.Popen(command, cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as victim:
            assert victim.stdout is not None
            assert victim.stdout.readline() == b"ready\n"
            events.write(*(change(name) for name in names))
            assert eventually(lambda: len(receiver.calls) >= 40)
            os.kill(victim.pid, signal.SIGKILL)
        assert len(receiver.calls) < 300
        events.worker()
        assert eventually(lambda: events.settled(made.id, 300), 30)
        got = records(receiver.calls)
        assert deduplicated(got) == names
        assert len(got) > len(set(got)), "a worker that is killed before it settles delivers again: at least once"


def test_a_worker_that_loses_its_lease_in_mid_turn_stops_there(events_url: str, receiver: Receiver) -> None:
    receiver.delay("/", 0.02)
    with world(events_url, lease_seconds=600.0) as events:
        worker = events.worker()
        made = events.subscribe(receiver.url("/"))
        events.write(*(change() for _ in range(200)))
        assert eventually(lambda: len(receiver.calls) >= 5)
        others = {"token": 99, "leased_until": now() + 590_000_000}
        events.database.transact(lambda connection: connection.execute(update(subscription).values(others)))
        wait(0.2)
        sent = len(receiver.calls)
        wait(0.3)
        assert len(receiver.calls) == sent
        assert worker.stop(10)
        assert events.row(made.id)["token"] == 99


def test_many_events_are_delivered_without_holding_them_all(
    events: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "QUEUE", 5)
    monkeypatch.setattr(queue, "WINDOW", 7)
    made = events.subscribe(receiver.url("/"))
    names = [str(number) for number in range(23)]
    events.write(*(change(name) for name in names))
    events.write(*(change(kind="alarm") for _ in range(30)), change("last"))
    events.worker()
    assert eventually(lambda: events.settled(made.id, 54))
    assert records(receiver.calls) == [*names, "last"]
