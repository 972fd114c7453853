"""Figures about the whole database, cheap at any size. Decides nothing."""

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError

from tmf_server.errors import Problem
from tmf_server.model.core import tally
from tmf_server.model.jobs import transfer_job
from tmf_server.storage.connection.database import Database


def records(connection: Connection) -> dict[str, int]:
    """Return the number of records of each kind."""
    statement = select(tally.c.kind, func.sum(tally.c.number)).group_by(tally.c.kind)
    return {kind: int(number) for kind, number in connection.execute(statement)}


def known_records(database: Database) -> dict[str, int]:
    """As `records`, and nothing when the database does not answer."""
    try:
        with database.read() as connection:
            return records(connection)
    except (SQLAlchemyError, Problem):
        return {}


def unfinished_jobs(connection: Connection) -> dict[str, int]:
    """How many imports and exports are under way or wait for a worker, by kind."""
    statement = select(transfer_job.c.kind, func.count().label("number")).group_by(transfer_job.c.kind)
    return {row.kind: row.number for row in connection.execute(statement)}
