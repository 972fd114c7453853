"""The database's clock, shared by all machines. Knows no table."""

from sqlalchemy import BigInteger, ColumnElement, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

MICROSECONDS = 1_000_000
SLACK = MICROSECONDS
"""Correction of a clock up to which living workers keep their leases."""


class clock(FunctionElement[int]):  # noqa: N801 - reads as a function of SQL
    """The present instant in microseconds, by the clock of the database, shared by all workers."""

    type = BigInteger()
    inherit_cache = True


def span(seconds: float) -> int:
    """Return seconds as microseconds, the unit of instants."""
    return int(seconds * MICROSECONDS)


def has_come(instant: ColumnElement[int], longest: ColumnElement[int] | int) -> ColumnElement[bool]:
    """Return the condition for instants behind the clock, or further ahead than `longest` (microseconds).

    Leases and pauses are never longer: a later end was written before the clock was set back.
    """
    return or_(instant <= clock(), instant > clock() + longest + SLACK)


@compiles(clock, "postgresql")
def _clock_postgresql(*_: object, **__: object) -> str:
    return "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)"


@compiles(clock, "sqlite")
def _clock_sqlite(*_: object, **__: object) -> str:
    return "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000"
