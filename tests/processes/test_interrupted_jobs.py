"""Jobs that are killed, overtaken, cancelled and put off: nothing is lost, nothing is done twice."""

import gzip
import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import structlog

from tests.support.jobs import (
    Document,
    categories,
    events,
    expire,
    listed,
    post,
    read,
    rows,
    transfer_context_of,
    upload,
    work,
)
from tests.support.servers.served import Served
from tmf_server.model.jobs import transfer_job
from tmf_server.processes.jobs import runner as jobs
from tmf_server.processes.jobs.handlers import JOB_HANDLERS
from tmf_server.processes.jobs.progress import Progress
from tmf_server.processes.jobs.runner import MOST_ATTEMPTS, Jobs, RunningJob
from tmf_server.rules.instants import now
from tmf_server.storage.connection.database import Connection
from tmf_server.storage.jobs import waiting
from tmf_server.worker.leases import LeaseLost

Killing = Callable[[int, bool], None]


class Killed(BaseException):
    """A process that ends at some point, as by kill -9."""


@pytest.fixture
def killing(monkeypatch: pytest.MonkeyPatch) -> Killing:
    """Die in the given batch, before or after its commit."""

    def arm(batch: int, after: bool) -> None:
        calls = {"save": 0, "beat": 0}

        def dying(name: str, original: Callable[..., None]) -> Callable[..., None]:
            def call(self: RunningJob, *args: Any) -> None:
                original(self, *args)
                calls[name] += 1
                if calls[name] == batch:
                    raise Killed

            return call

        name = "beat" if after else "save"
        monkeypatch.setattr(RunningJob, name, dying(name, getattr(RunningJob, name)))

    return arm


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("as_lines", [False, True])
def test_a_killed_import_goes_on_where_it_was(
    served: Served, killing: Killing, after: bool, packed: bool, as_lines: bool
) -> None:
    records: list[Document] = [{"@type": "Category", "name": f"Category {number}"} for number in range(45)]
    records[17].pop("name")
    content = b"\n".join(json.dumps(one).encode() for one in records) if as_lines else json.dumps(records).encode()
    made = post(served, "importJob", url=upload(served, "a", gzip.compress(content) if packed else content))
    killing(3, after)
    with pytest.raises(Killed):
        work(served)
    done = 29 if after else 19
    assert len(listed(served, "category")) == done
    assert read(served, made)["status"] == "Running"
    assert work(served, "two") == 0  # the lease of the dead one still holds
    expire(served)
    assert work(served, "two") == 1
    job = read(served, made)
    assert job["status"] == "Succeeded"
    assert job["errorLog"].startswith(
        "45 records read: 44 created, 0 changed, 0 here already, 1 refused.\nrecord 18, line"
    )
    names = [one["name"] for one in listed(served, "category")]
    assert sorted(names) == sorted(one["name"] for one in records if "name" in one)
    assert [event for _, event in events(served, "category")] == ["Create"] * 44


@pytest.mark.usefixtures("small_batches")
def test_a_worker_that_lost_its_lease_writes_nothing_more(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    made = post(served, "importJob", url=upload(served, "a.json", categories(35)))
    save = RunningJob.save
    others: list[bool] = []

    def overtaken(self: RunningJob, connection: Connection, progress: Progress) -> None:
        if progress.mark.number == 20 and not others:
            others.append(True)
            # what another worker does when this one seems dead
            connection.execute(transfer_job.update().values(token=transfer_job.c.token + 1))
        save(self, connection, progress)

    monkeypatch.setattr(RunningJob, "save", overtaken)
    work(served, "slow")
    assert len(listed(served, "category")) == 10
    assert read(served, made)["status"] == "Running"
    expire(served)
    work(served, "other")
    assert read(served, made)["status"] == "Succeeded"
    assert len(listed(served, "category")) == 35
    assert len(events(served, "category")) == 35


def test_a_file_replaced_in_the_middle_is_noticed(served: Served, killing: Killing, small_batches: None) -> None:
    url = upload(served, "a.json", categories(35))
    made = post(served, "importJob", url=url)
    killing(1, True)
    with pytest.raises(Killed):
        work(served)
    upload(served, "a.json", categories(36))
    expire(served)
    work(served)
    job = read(served, made)
    assert job["status"] == "Failed"
    assert "was replaced while it was being imported. 10 records read: 10 created" in job["errorLog"]


@pytest.mark.usefixtures("small_batches")
def test_deleting_a_running_job_cancels_it(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    made = post(served, "importJob", url=upload(served, "a.json", categories(35)))
    beat = RunningJob.beat

    def deleted(self: RunningJob, progress: Progress) -> None:
        if progress.mark.number == 20:
            assert served.client.delete(made["href"]).status_code == 204
            self._due = 0
        beat(self, progress)

    monkeypatch.setattr(RunningJob, "beat", deleted)
    work(served)
    assert len(listed(served, "category")) == 20
    assert rows(served) == []
    assert served.client.get(made["href"]).status_code == 404


def test_deleting_a_job_that_waits_cancels_it(served: Served) -> None:
    made = post(served, "importJob", url=upload(served, "a.json", categories(1)))
    assert served.client.delete(made["href"]).status_code == 204
    assert work(served) == 0
    assert rows(served) == []
    assert listed(served, "category") == []


@pytest.mark.usefixtures("small_batches")
def test_a_worker_that_stops_puts_its_job_back(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    made = post(served, "importJob", url=upload(served, "a.json", categories(35)))
    stop = threading.Event()
    beat = RunningJob.beat

    def stopping(self: RunningJob, progress: Progress) -> None:
        stop.set()
        beat(self, progress)

    monkeypatch.setattr(RunningJob, "beat", stopping)
    Jobs(transfer_context_of(served), JOB_HANDLERS, "one").run_waiting(stop)
    monkeypatch.setattr(RunningJob, "beat", beat)
    assert len(listed(served, "category")) == 10
    assert [row.attempts for row in rows(served)] == [0]
    assert work(served, "two") == 1  # at once: the lease was given back
    assert read(served, made)["status"] == "Succeeded"
    assert len(listed(served, "category")) == 35


def test_a_job_that_kills_every_worker_is_given_up(served: Served) -> None:
    made = post(served, "importJob", url=upload(served, "a.json", categories(3)))

    def dying(_task: RunningJob) -> Progress:
        raise Killed

    context = transfer_context_of(served)
    for _ in range(MOST_ATTEMPTS):
        with pytest.raises(Killed):
            Jobs(context, {"import": dying}, "one").run_waiting(threading.Event())
        expire(served)
    assert work(served) == 1
    job = read(served, made)
    assert job["status"] == "Failed"
    assert f"interrupted {MOST_ATTEMPTS} times" in job["errorLog"]


def test_two_workers_never_take_the_same_job(served: Served) -> None:
    for number in range(6):
        post(served, "importJob", url=upload(served, f"{number}.json", [{"@type": "Category", "name": str(number)}]))
    counts: list[int] = []
    threads = [threading.Thread(target=lambda: counts.append(work(served, "any"))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 6
    assert sorted(one["name"] for one in listed(served, "category")) == [str(number) for number in range(6)]


def test_a_job_of_a_document_that_is_not_served_any_more_fails(served: Served) -> None:
    made = post(served, "exportJob", url="x.json")
    served.services.database.transact(lambda one: one.execute(transfer_job.update().values(contract="TMF999/v1")))
    work(served)
    assert "TMF999/v1" in read(served, made)["errorLog"]


@pytest.mark.usefixtures("small_batches")
def test_a_long_job_tells_how_far_it_is(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "LOG_SECONDS", 0.0)
    post(served, "importJob", url=upload(served, "a.json", categories(25)))
    with structlog.testing.capture_logs() as lines:
        work(served)
    told = [line["records"] for line in lines if line["event"] == "job goes on"]
    assert told == [10, 20, 25]
    assert lines[-1]["event"] == "job ends"
    assert lines[-1]["created"] == 25


def test_a_lease_is_fenced(served: Served) -> None:
    post(served, "exportJob", url="x.json")
    task = Jobs(transfer_context_of(served), JOB_HANDLERS, "one")._take(threading.Event())
    assert task is not None
    expire(served)
    other = Jobs(transfer_context_of(served), JOB_HANDLERS, "two")._take(threading.Event())
    assert other is not None
    with pytest.raises(LeaseLost):
        task.note_source("x")
    other.note_source("x")


@pytest.mark.parametrize(("ahead", "waits"), [(-3_600, True), (3_600, False)])
def test_a_machine_whose_clock_is_wrong_knows_which_jobs_wait(
    served: Served, monkeypatch: pytest.MonkeyPatch, ahead: int, waits: bool
) -> None:
    post(served, "importJob", url=upload(served, "a", categories(1)))
    until = now() + (-1_000_000 if waits else 60_000_000)
    database = served.services.database
    database.transact(lambda one: one.execute(transfer_job.update().values(leased_until=until)))
    wrong = time.time_ns() + ahead * 1_000_000_000
    monkeypatch.setattr(time, "time_ns", lambda: wrong)
    monkeypatch.setattr(time, "time", lambda: wrong / 1e9)
    assert abs(now() - until) > 3_000_000_000, "the clock of this machine is wrong, or this test would prove nothing"
    with database.read() as connection:
        assert len(waiting(connection, 120.0)) == int(waits)


@pytest.mark.parametrize(("ahead", "waits"), [(29, False), (3_600, True), (10 * 86_400, True)])
def test_a_lease_that_ends_too_far_ahead_was_written_before_the_clock_was_set_back(
    served: Served, ahead: int, waits: bool
) -> None:
    post(served, "importJob", url=upload(served, "a", categories(1)))
    until = now() + ahead * 1_000_000
    database = served.services.database
    database.transact(lambda one: one.execute(transfer_job.update().values(leased_until=until)))
    taken = Jobs(transfer_context_of(served), JOB_HANDLERS, "two")._take(threading.Event())
    assert (taken is not None) is waits
