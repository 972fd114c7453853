"""The worker: quick when it is woken, steady when things fail, one at a time where that is promised."""

import threading
import time
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

import pytest
import structlog
from sqlalchemy import delete, select
from sqlalchemy.exc import OperationalError

from tests.support.events import World, change, wait, world
from tests.support.servers.receiver import Receiver, eventually
from tmf_server.errors import Unavailable
from tmf_server.events.delivery import queue
from tmf_server.events.delivery.payload import Composer
from tmf_server.events.retention import retention_job
from tmf_server.model.events import lease, outbox
from tmf_server.worker.loop import Worker
from tmf_server.worker.periodic import PeriodicJob

Logged = list[MutableMapping[str, Any]]


@pytest.fixture
def logged() -> Iterator[Logged]:
    with structlog.testing.capture_logs() as entries:
        yield entries


def test_a_woken_worker_delivers_long_before_it_would_look_by_itself(events_url: str, receiver: Receiver) -> None:
    with world(events_url, poll_seconds=60.0) as events:
        events.worker()
        events.subscribe(receiver.url("/"))
        wait(0.2)
        started = time.monotonic()
        events.write(change())
        assert eventually(lambda: len(receiver.calls) == 1, 10)
        assert time.monotonic() - started < 5


def test_what_another_process_writes_is_found_by_looking(events: World, receiver: Receiver) -> None:
    events.worker()
    events.subscribe(receiver.url("/"))
    with world(events.settings.database.database_url) as other:
        other.write(change())
    assert eventually(lambda: len(receiver.calls) == 1)


def test_waking_and_stopping_a_worker_that_never_ran_or_has_ended_is_harmless(events: World) -> None:
    idle = Worker(events.context())
    idle.wake()
    assert not idle.stop(0.1)
    ran = events.worker()
    assert ran.stop(10)
    ran.wake()
    assert ran.stop(10)


def test_a_worker_goes_on_when_the_database_is_back(
    events: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, logged: Logged
) -> None:
    real, gone = queue.due, threading.Event()
    gone.set()

    def fail_at_first(*args: Any) -> list[str]:
        if gone.is_set():
            raise OperationalError("SELECT", {}, OSError("connection refused"))
        return real(*args)

    monkeypatch.setattr(queue, "due", fail_at_first)
    events.worker()
    events.subscribe(receiver.url("/"))
    events.write(change())
    assert eventually(lambda: any("connection refused" in entry.get("error", "") for entry in logged))
    assert receiver.calls == []
    gone.clear()
    assert eventually(lambda: len(receiver.calls) == 1)


def test_a_fault_in_one_turn_is_logged_and_keeps_nobody_else_waiting(
    events: World, receiver: Receiver, logged: Logged
) -> None:
    class Broken(Composer):
        def compose(self, api: str, version: str, origin: str, event: Any) -> Any:
            if version == "v4":
                raise KeyError("a fault of ours")
            return super().compose(api, version, origin, event)

    context = events.context()
    events.worker(composer=Broken(events.forms, context.composer._render))
    bad = events.subscribe(receiver.url("/v4"), version="v4")
    events.subscribe(receiver.url("/v5"))
    events.write(change("1"), change("2"))
    assert eventually(lambda: len(receiver.at("/v5")) == 2)
    assert eventually(lambda: any(entry["event"] == "turn of a subscription failed" for entry in logged))
    events.write(change("3"))
    assert eventually(lambda: len(receiver.at("/v5")) == 3)
    assert receiver.at("/v4") == []
    assert events.row(bad.id)["position"] == 0


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_worker_that_cannot_begin_keeps_nobody_waiting(events: World) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise OSError("no certificates")

    worker = Worker(events.context(outbound=broken))
    with pytest.raises(RuntimeError, match="the worker ended when it began"):
        worker.start()


# -- duties -----------------------------------------------------------------------------------------


def counting(every: float = 0.02) -> tuple[list[int], PeriodicJob]:
    runs: list[int] = []
    return runs, PeriodicJob("count", every, lambda _: runs.append(threading.get_ident()))


def test_a_duty_is_done_again_and_again(events: World) -> None:
    runs, job = counting()
    events.worker(job)
    assert eventually(lambda: len(runs) >= 3)


def test_a_duty_is_done_by_one_worker_at_a_time(events: World) -> None:
    inside, most, runs = [0], [0], [0]
    lock = threading.Lock()

    def run(_: threading.Event) -> None:
        with lock:
            inside[0] += 1
            runs[0] += 1
            most[0] = max(most[0], inside[0])
        wait(0.05)
        with lock:
            inside[0] -= 1

    job = PeriodicJob("alone", 0.01, run)
    for _ in range(3):
        events.worker(job)
    assert eventually(lambda: runs[0] >= 5)
    assert most == [1]


def test_many_workers_do_not_do_a_duty_more_often(events_url: str) -> None:
    with world(events_url, lease_seconds=0.2, delivery_seconds=0.1) as events:
        runs, job = counting(every=1.5)
        for _ in range(4):
            events.worker(job)
            wait(0.35)
        wait(3.0)
        assert 2 <= len(runs) <= 5


def test_a_duty_that_is_not_wanted_is_not_run_and_writes_nothing(events: World) -> None:
    wanted = threading.Event()
    runs: list[int] = []
    events.worker(PeriodicJob("seldom", 0.02, lambda _: runs.append(1), wanted=lambda _: wanted.is_set()))
    wait(0.3)
    names = select(lease.c.name)
    assert runs == []
    assert "duty:seldom" not in events.read(lambda connection: list(connection.execute(names).scalars()))
    wanted.set()
    assert eventually(lambda: len(runs) >= 1)


@pytest.mark.parametrize("error", [Unavailable("busy"), ZeroDivisionError("a fault")])
def test_a_duty_that_fails_is_logged_and_done_again(error: Exception, events: World, logged: Logged) -> None:
    runs: list[int] = []

    def run(_: threading.Event) -> None:
        runs.append(1)
        if len(runs) == 1:
            raise error

    events.worker(PeriodicJob("shaky", 0.02, run))
    assert eventually(lambda: len(runs) >= 2)
    assert any(entry.get("job") == "shaky" for entry in logged)


def waits_for_end(ended: list[float]) -> Callable[[threading.Event], None]:
    def run(end_early: threading.Event) -> None:
        end_early.wait(20)
        ended.append(time.monotonic())

    return run


def test_a_long_duty_is_told_when_the_worker_stops(events: World) -> None:
    ended: list[float] = []
    worker = events.worker(PeriodicJob("long", 60.0, waits_for_end(ended)))
    wait(0.2)
    started = time.monotonic()
    assert worker.stop(10)
    assert len(ended) == 1
    assert ended[0] - started < 5


def test_a_long_duty_keeps_its_lease_and_is_told_when_it_is_lost(events_url: str) -> None:
    with world(events_url, lease_seconds=0.6, delivery_seconds=0.3) as events:
        ended: list[float] = []
        events.worker(PeriodicJob("long", 60.0, waits_for_end(ended)))
        wait(1.5)
        assert ended == [], "a lease that is renewed does not run out"
        events.database.transact(lambda connection: connection.execute(delete(lease)))
        assert eventually(lambda: len(ended) == 1)


def test_retention_is_such_a_duty(events_url: str) -> None:
    with world(events_url, event_days=0.0) as events:
        job = retention_job(events.database, events.settings, events.forms.topics)
        assert job.every >= 10
        events.write(change(), change())
        events.worker(PeriodicJob("soon", 0.05, job.run))
        statement = select(outbox.c.number)
        assert eventually(lambda: events.read(lambda connection: connection.execute(statement).first()) is None)
