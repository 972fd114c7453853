"""Runs import and export jobs: a worker takes a lease on a job, resumes after a crash, and sets the final state.

Clients see the job record; the worker keeps its state in the row of `transfer_job`. Removing the record cancels the job
at its next step.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

from tmf_server.errors import InvalidInput, Problem, Unavailable
from tmf_server.model.jobs import transfer_job
from tmf_server.processes.jobs.context import TransferContext
from tmf_server.processes.jobs.progress import NOTHING, Progress, told
from tmf_server.processes.jobs.reading import FilePosition
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
    """The job record was removed."""


class Stopped(Exception):  # noqa: N818 - an outcome, not a fault
    """The worker stops; the next worker resumes the job."""


@dataclass
class RunningJob:
    """A running job: its record, its row and its lease. Also the progress sink of its transfer."""

    context: TransferContext
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
        """Kind and id of the job record."""
        return self.lease.name

    @property
    def seconds(self) -> float:
        """Length of the lease after each sign of life, in seconds."""
        return self.context.settings.events.lease_seconds

    def progress(self) -> Progress:
        """Return the progress committed by earlier runs of the job."""
        row = self.row
        mark = FilePosition(row["position"], row["number"], row["line"])
        return Progress(mark, row["imported"], row["updated"], row["present"], row["refused"], row["log"])

    def note_source(self, source: str) -> None:
        """Store the identity of the file in the row of the job."""
        if self.row["source"] != source:
            self.context.database.transact(lambda one: leases.write(one, self.lease, self.seconds, source=source))

    def save(self, connection: Connection, progress: Progress) -> None:
        """Store the progress in the transaction of its batch. LeaseLost undoes the batch of a former lease holder."""
        mark = progress.mark
        counts = {"imported": progress.imported, "updated": progress.updated, "present": progress.present}
        more = {"refused": progress.refused, "log": progress.log, "attempts": 0}
        place = {"position": mark.position, "number": mark.number, "line": mark.line}
        leases.write(connection, self.lease, self.seconds, **place, **counts, **more)

    def beat(self, progress: Progress) -> None:
        """Renew the lease between two steps. Raises Stopped, Cancelled or LeaseLost."""
        self.done = progress
        if self.stop.is_set():
            raise Stopped
        moment = time.monotonic()
        if moment >= self._due:
            self._due = moment + self.seconds / 3
            self.context.database.transact(self._renew)
        if moment >= self._told + LOG_SECONDS:
            self._told = moment
            log.info("job goes on", job=self.name, **progress.counts())

    def _renew(self, connection: Connection) -> None:
        leases.write(connection, self.lease, self.seconds)
        if self.context.records.load(connection, self.entity, self.row["id"]) is None:
            raise Cancelled


JobHandler = Callable[[RunningJob], Progress]


def start_job(connection: Connection, entity: Entity, stored: Stored, contract: str, origin: str) -> Stored:
    """Queue a job created in the current transaction for the workers, unless created in a final state."""
    if not _ended(entity, stored):
        enqueue(connection, entity.name, stored.id, contract, origin)
    return stored


class Jobs:
    """Runs the jobs of a database. `handlers` maps the task name of an entity to the handler."""

    def __init__(self, context: TransferContext, handlers: Mapping[str, JobHandler], holder: str) -> None:
        self.context = context
        self.handlers = handlers
        self.holder = holder

    def run_waiting(self, stop: threading.Event) -> int:
        """Run the waiting jobs until none is left or the worker stops; return the number of jobs."""
        count = 0
        while not stop.is_set() and (job := self._take(stop)) is not None:
            self._run(job)
            count += 1
        return count

    # -- taking -----------------------------------------------------------------------------------
    def _take(self, stop: threading.Event) -> RunningJob | None:
        with self.context.database.read() as connection:
            names = waiting(connection, self.context.settings.events.lease_seconds)
        for name in names:
            job = self.context.database.transact(lambda connection: self._acquire(connection, name, stop))  # noqa: B023 - runs at once
            if job is not None:
                return job
        return None

    def _acquire(self, connection: Connection, name: str, stop: threading.Event) -> RunningJob | None:
        taken = leases.acquire(connection, transfer_job, name, self.holder, self.context.settings.events.lease_seconds)
        if taken is None:
            return None
        held, row = taken
        entity = self.context.registry.entities.get(row["kind"])
        stored = self.context.records.load(connection, entity, row["id"], lock=True) if entity is not None else None
        if entity is None or stored is None or _ended(entity, stored):
            forget(connection, name)
            return None
        leases.write(connection, held, self.context.settings.events.lease_seconds, attempts=row["attempts"] + 1)
        begun = stored.parsed() | {"status": RUNNING}
        self.context.records.update(connection, entity, stored, begun)
        job = RunningJob(self.context, entity, begun, dict(row), held, stop)
        job.done = job.progress()
        return job

    # -- working ----------------------------------------------------------------------------------
    def _run(self, job: RunningJob) -> None:
        log.info("job begins", job=job.name, attempt=job.row["attempts"] + 1, done=job.row["number"])
        try:
            progress = self._work(job)
        except Cancelled:
            self._finish(job, lambda connection: forget(connection, job.name))
            log.info("job cancelled", job=job.name)
        except Stopped:
            self._finish(job, lambda connection: self._put_back(connection, job))
            log.info("job put off", job=job.name)
        except LeaseLost:
            log.warning("job taken over by another worker", job=job.name)
        except Unavailable:
            raise
        except Problem as problem:
            self._end(job, FAILED, job.done.error_log(told(problem)))
        except OSError as error:
            reason = f"The file cannot be read or written: {error.strerror or error}"
            self._end(job, FAILED, job.done.error_log(reason))
        except Exception as error:
            if self.context.database.is_passing(error):
                raise
            log.exception("job failed", job=job.name)
            self._end(job, FAILED, job.done.error_log("internalError: The server failed; its log has the cause."))
        else:
            job.done = progress
            nothing_stored = not (progress.imported or progress.updated or progress.present)
            self._end(job, FAILED if progress.refused and nothing_stored else SUCCEEDED, progress.error_log())

    def _work(self, job: RunningJob) -> Progress:
        if job.row["attempts"] >= MOST_ATTEMPTS:
            raise InvalidInput(f"The job was interrupted {MOST_ATTEMPTS} times at the same place and is given up.")
        work = self.handlers.get(job.entity.task or "")
        if work is None:
            raise InvalidInput("This server does not run jobs of this kind.")
        return work(job)

    @staticmethod
    def _put_back(connection: Connection, job: RunningJob) -> None:
        leases.write(connection, job.lease, 0, attempts=job.row["attempts"])
        leases.release(connection, job.lease)

    def _end(self, job: RunningJob, status: str, error_log: str) -> None:
        def work(connection: Connection) -> None:
            leases.write(connection, job.lease, job.seconds)
            stored = self.context.records.load(connection, job.entity, job.row["id"], lock=True)
            if stored is not None:
                after = stored.parsed() | {"status": status, "completionDate": format_instant(now())}
                after |= {"errorLog": error_log} if error_log else {}
                self.context.records.update(connection, job.entity, stored, after)
            forget(connection, job.name)

        self._finish(job, work)
        log.info("job ends", job=job.name, status=status, error=error_log.partition("\n")[0], **job.done.counts())

    def _finish(self, job: RunningJob, work: Callable[[Connection], None]) -> None:
        try:
            self.context.database.transact(work)
        except LeaseLost:
            log.warning("job taken over by another worker", job=job.name)


def _ended(entity: Entity, stored: Stored) -> bool:
    document = stored.parsed()
    return any(one.final(one.of(document) or "") for one in entity.lifecycles)
