"""The clock that all machines on one database share. Knows no table."""

from sqlalchemy import BigInteger
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class clock(FunctionElement[int]):  # noqa: N801 - reads as a function of SQL
    """The present instant in microseconds, by the clock that all workers share: the database's."""

    type = BigInteger()
    inherit_cache = True


@compiles(clock, "postgresql")
def _clock_postgresql(*_: object, **__: object) -> str:
    return "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)"


@compiles(clock, "sqlite")
def _clock_sqlite(*_: object, **__: object) -> str:
    return "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) * 1000"
