"""Leases: who may do what only one worker at a time may do. Runs SQL on the connection it is given."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    RowMapping,
    Table,
    cast,
    extract,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from tmf_server.domain.instants import now
from tmf_server.model.events import lease

MICROSECONDS = 1_000_000
UNHELD: dict[str, Any] = {"holder": "", "token": 0, "leased_until": 0}


class LeaseLost(Exception):  # noqa: N818 - an outcome to act on, not a fault
    """Somebody else holds the lease by now, or the row is gone: what was to be written must not be."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A row held by this worker: `token` is higher than that of any holder before."""

    table: Table
    name: str
    token: int

    @property
    def held(self) -> ColumnElement[bool]:
        """True for the row as long as nobody else took the lease: the fence of every write under it."""
        return (_key(self.table) == self.name) & (self.table.c.token == self.token)


def clock(connection: Connection) -> ColumnElement[int]:
    """The present instant in microseconds, by the clock that all workers share: the database's."""
    if connection.dialect.name == "postgresql":
        return cast(extract("epoch", func.clock_timestamp()) * MICROSECONDS, BigInteger)
    return literal(now(), BigInteger)


def ensure(connection: Connection, name: str, position: int | None = None) -> None:
    """Create the row of a named lease unless it is there."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = {"name": name, "position": position, **UNHELD}
    connection.execute(insert(lease).values(row).on_conflict_do_nothing())


def acquire(
    connection: Connection, table: Table, name: str, holder: str, seconds: float
) -> tuple[Lease, RowMapping] | None:
    """Take the lease on a row for some seconds; None when somebody holds it or there is no such row."""
    instant = clock(connection)
    taken = (
        update(table)
        .where(_key(table) == name, table.c.leased_until <= instant)
        .values(holder=holder, token=table.c.token + 1, leased_until=instant + int(seconds * MICROSECONDS))
        .returning(*table.c)
    )
    row = connection.execute(taken).mappings().one_or_none()
    return None if row is None else (Lease(table, name, row["token"]), row)


def write(connection: Connection, held: Lease, seconds: float, **values: Any) -> RowMapping:
    """Change the row and hold it for some seconds more. Raises LeaseLost instead of writing for a former holder."""
    until = clock(connection) + int(seconds * MICROSECONDS)
    changed = update(held.table).where(held.held).values(leased_until=until, **values).returning(*held.table.c)
    row = connection.execute(changed).mappings().one_or_none()
    if row is None:
        raise LeaseLost(held.name)
    return row


def release(connection: Connection, held: Lease) -> None:
    """Let others take the row at once; nothing happens when they already did."""
    connection.execute(update(held.table).where(held.held).values(leased_until=clock(connection)))


def position(connection: Connection, name: str, *, lock: bool = False) -> int | None:
    """How far the named reader is; with `lock` nobody else moves it before this transaction ends."""
    statement = select(lease.c.position).where(lease.c.name == name)
    return connection.execute(statement.with_for_update() if lock else statement).scalar()


def _key(table: Table) -> Column[Any]:
    return next(iter(table.primary_key))
