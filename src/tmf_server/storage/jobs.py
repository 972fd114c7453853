"""The rows of running jobs. Decides nothing; the lease of a row says who works on the job."""

from sqlalchemy import Connection, delete, insert, select

from tmf_server.model.jobs import transfer_job
from tmf_server.rules.instants import now
from tmf_server.storage.connection.clock import has_come, span

COUNTS = ("attempts", "position", "number", "line", "imported", "updated", "present", "refused")


def enqueue(connection: Connection, kind: str, id_: str, contract: str, origin: str) -> None:
    """Let a worker begin the job after the commit of the transaction."""
    row = {"name": f"{kind}/{id_}", "kind": kind, "id": id_, "contract": contract, "origin": origin, "created": now()}
    rest = dict.fromkeys(COUNTS, 0) | {"log": "", "holder": "", "token": 0, "leased_until": 0}
    connection.execute(insert(transfer_job).values(row | rest))


def waiting(connection: Connection, lease_seconds: float, limit: int = 20) -> list[str]:
    """Return the names of jobs without a worker by the database's clock, oldest first.

    `lease_seconds` is the time for which a worker holds a job from one sign of life to the next.
    """
    c = transfer_job.c
    idle = has_come(c.leased_until, span(lease_seconds))
    free = select(c.name).where(idle).order_by(c.created, c.name).limit(limit)
    return list(connection.execute(free).scalars())


def forget(connection: Connection, name: str) -> None:
    """The job is done with."""
    connection.execute(delete(transfer_job).where(transfer_job.c.name == name))
