"""Import and export jobs: found, worked on by one worker at a time, gone on with after a crash, ended with their state.

The record is what clients see; the row of `transfer_job` is what the worker needs. A job whose record is removed is
cancelled at its next step.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

from tmf_server.errors import InvalidInput, Problem, Unavailable
from tmf_server.model.jobs import transfer_job
from tmf_server.processes.jobs.context import Desk
from tmf_server.processes.jobs.progress import NOTHING, Progress, told
from tmf_server.processes.jobs.reading import Mark
from tmf_server.registry.entity import Document, Entity
from tmf_server.rules.instants import format_instant, now
from tmf_server.storage.connection.database import Connection
from tmf_server.storage.jobs import enqueue, forget, waiting
from tmf_server.storage.write.records import Stored
from tmf_server.worker import leases
from tmf_server.worker.leases import Lease, LeaseLost

MOST_ATTEMPTS = 5
RUNNING, SUCCEEDED, FAILED = "Running", "Succeeded", "Failed"
LOG_SECONDS = 5.0
log = structlog.get_logger(__name__)


class Cancelled(Exception):  # noqa: N818 - an outcome, not a fault
    """The job's record is gone."""


class Stopped(Exception):  # noqa: N818 - an outcome, not a fault
    """The worker stops; the next one goes on."""


@dataclass
class Task:
    """One job under way: what its record and its row say, and its lease. Also its transfer's keeper."""

    desk: Desk
    entity: Entity
    document: Document
    row: Mapping[str, Any]
    lease: Lease
    stop: threading.Event
    done: Progress = NOTHING
    _due: float = 0.0
    _told: float = field(default_factory=time.monotonic)

    @property
    def name(self) -> str:
        """Kind and id."""
        return self.lease.name

    @property
    def seconds(self) -> float:
        """How long the job is held from one sign of life to the next."""
        return self.desk.settings.events.lease_seconds

    def progress(self) -> Progress:
        """What an earlier run of the job has committed."""
        row = self.row
        mark = Mark(row["position"], row["number"], row["line"])
        return Progress(mark, row["imported"], row["updated"], row["present"], row["refused"], row["log"])

    def note_source(self, source: str) -> None:
        """Remember which file the progress is about."""
        if self.row["source"] != source:
            self.desk.database.transact(lambda one: leases.write(one, self.lease, self.seconds, source=source))

    def save(self, connection: Connection, progress: Progress) -> None:
        """Keep the progress with the batch that it reports. Raises LeaseLost, and so undoes it for a former holder."""
        mark = progress.mark
        counts = {"imported": progress.imported, "updated": progress.updated, "present": progress.present}
        more = {"refused": progress.refused, "log": progress.log, "attempts": 0}
        place = {"position": mark.position, "number": mark.number, "line": mark.line}
        leases.write(connection, self.lease, self.seconds, **place, **counts, **more)

    def beat(self, progress: Progress) -> None:
        """A sign of life between two steps. Raises Stopped, Cancelled or LeaseLost."""
        self.done = progress
        if self.stop.is_set():
            raise Stopped
        moment = time.monotonic()
        if moment >= self._due:
            self._due = moment + self.seconds / 3
            self.desk.database.transact(self._renew)
        if moment >= self._told + LOG_SECONDS:
            self._told = moment
            log.info("job goes on", job=self.name, **progress.counts())

    def _renew(self, connection: Connection) -> None:
        leases.write(connection, self.lease, self.seconds)
        if self.desk.records.load(connection, self.entity, self.row["id"]) is None:
            raise Cancelled


Work = Callable[[Task], Progress]


def start_job(connection: Connection, entity: Entity, stored: Stored, contract: str, origin: str) -> Stored:
    """Let a worker begin a job that was created in this transaction, unless it was created in a final state."""
    if not _ended(entity, stored):
        enqueue(connection, entity.name, stored.id, contract, origin)
    return stored


class Jobs:
    """Runs the jobs of one database. `works` maps what an entity calls its task to the work itself."""

    def __init__(self, desk: Desk, works: Mapping[str, Work], holder: str) -> None:
        self.desk = desk
        self.works = works
        self.holder = holder

    def run_waiting(self, stop: threading.Event) -> int:
        """Work on every job that waits, until there is none or the worker stops; how many."""
        count = 0
        while not stop.is_set() and (task := self._take(stop)) is not None:
            self._run(task)
            count += 1
        return count

    # -- taking -----------------------------------------------------------------------------------
    def _take(self, stop: threading.Event) -> Task | None:
        with self.desk.database.read() as connection:
            names = waiting(connection, self.desk.settings.events.lease_seconds)
        for name in names:
            task = self.desk.database.transact(lambda connection: self._acquire(connection, name, stop))  # noqa: B023 - runs at once
            if task is not None:
                return task
        return None

    def _acquire(self, connection: Connection, name: str, stop: threading.Event) -> Task | None:
        taken = leases.acquire(connection, transfer_job, name, self.holder, self.desk.settings.events.lease_seconds)
        if taken is None:
            return None
        held, row = taken
        entity = self.desk.registry.entities.get(row["kind"])
        stored = self.desk.records.load(connection, entity, row["id"], lock=True) if entity is not None else None
        if entity is None or stored is None or _ended(entity, stored):
            forget(connection, name)
            return None
        leases.write(connection, held, self.desk.settings.events.lease_seconds, attempts=row["attempts"] + 1)
        begun = stored.parsed() | {"status": RUNNING}
        self.desk.records.update(connection, entity, stored, begun)
        task = Task(self.desk, entity, begun, dict(row), held, stop)
        task.done = task.progress()
        return task

    # -- working ----------------------------------------------------------------------------------
    def _run(self, task: Task) -> None:
        log.info("job begins", job=task.name, attempt=task.row["attempts"] + 1, done=task.row["number"])
        try:
            progress = self._work(task)
        except Cancelled:
            self._finish(task, lambda connection: forget(connection, task.name))
            log.info("job cancelled", job=task.name)
        except Stopped:
            attempts = {"attempts": task.row["attempts"]}
            self._finish(task, lambda connection: self._put_back(connection, task, attempts))
            log.info("job put off", job=task.name)
        except LeaseLost:
            log.warning("job taken over by another worker", job=task.name)
        except Unavailable:
            raise
        except (Problem, OSError) as error:
            self._end(task, FAILED, task.done.error_log(_reason(error)))
        except Exception as error:
            if self.desk.database.is_passing(error):
                raise
            log.exception("job failed", job=task.name)
            self._end(task, FAILED, task.done.error_log("internalError: The server failed; its log has the cause."))
        else:
            task.done = progress
            self._end(task, FAILED if _nothing_taken(progress) else SUCCEEDED, progress.error_log())

    def _work(self, task: Task) -> Progress:
        if task.row["attempts"] >= MOST_ATTEMPTS:
            raise InvalidInput(f"The job was interrupted {MOST_ATTEMPTS} times at the same place and is given up.")
        work = self.works.get(task.entity.task or "")
        if work is None:
            raise InvalidInput("This server does not run jobs of this kind.")
        return work(task)

    def _put_back(self, connection: Connection, task: Task, attempts: Mapping[str, int]) -> None:
        leases.write(connection, task.lease, 0, **attempts)
        leases.release(connection, task.lease)

    def _end(self, task: Task, status: str, error_log: str) -> None:
        def work(connection: Connection) -> None:
            leases.write(connection, task.lease, task.seconds)
            stored = self.desk.records.load(connection, task.entity, task.row["id"], lock=True)
            if stored is not None:
                after = stored.parsed() | {"status": status, "completionDate": format_instant(now())}
                after |= {"errorLog": error_log} if error_log else {}
                self.desk.records.update(connection, task.entity, stored, after)
            forget(connection, task.name)

        self._finish(task, work)
        log.info("job ends", job=task.name, status=status, error=error_log.partition("\n")[0], **task.done.counts())

    def _finish(self, task: Task, work: Callable[[Connection], None]) -> None:
        try:
            self.desk.database.transact(work)
        except LeaseLost:
            log.warning("job taken over by another worker", job=task.name)


def _ended(entity: Entity, stored: Stored) -> bool:
    document = stored.parsed()
    return any(one.final(one.of(document) or "") for one in entity.lifecycles)


def _nothing_taken(progress: Progress) -> bool:
    return progress.refused > 0 and not (progress.imported or progress.updated or progress.present)


def _reason(error: Problem | OSError) -> str:
    if isinstance(error, Problem):
        return told(error)
    return f"The file cannot be read or written: {error.strerror or error}"
