"""The clock that all machines on one database share. Knows no table."""

from sqlalchemy import BigInteger, ColumnElement, or_
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

MICROSECONDS = 1_000_000
SLACK = MICROSECONDS
"""By how much a clock may be corrected without taking leases from workers that live."""


class clock(FunctionElement[int]):  # noqa: N801 - reads as a function of SQL
    """The present instant in microseconds, by the clock that all workers share: the database's."""

    type = BigInteger()
    inherit_cache = True


def span(seconds: float) -> int:
    """Return seconds as the microseconds that instants are counted in."""
    return int(seconds * MICROSECONDS)


def has_come(instant: ColumnElement[int], longest: ColumnElement[int] | int) -> ColumnElement[bool]:
    """Return the condition that an instant lies behind the clock, or further ahead than `longest` (microseconds).

    Leases and pauses are never longer. One that ends later was written before the clock was set back.
    """
    return or_(instant <= clock(), instant > clock() + longest + SLACK)


@compiles(clock, "postgresql")
def _clock_postgresql(*_: object, **__: object) -> str:
    return "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)"


@compiles(clock, "sqlite")
def _clock_sqlite(*_: object, **__: object) -> str:
    return "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000"
