"""Leases: the right of one worker at a time to do a piece of work. Runs SQL on a given connection."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, Connection, RowMapping, Table, bindparam, update
from sqlalchemy.dialects import postgresql, sqlite

from tmf_server.model.events import lease
from tmf_server.storage.connection.clock import clock, has_come, span

UNHELD: dict[str, Any] = {"holder": "", "token": 0, "leased_until": 0}


class LeaseLost(Exception):  # noqa: N818 - an outcome to act on, not a fault
    """Another worker holds the lease by now, or the row is gone: the write must not happen."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A row held by this worker; `token` is higher than the token of any earlier holder."""

    table: Table
    name: str
    token: int

    @property
    def held(self) -> ColumnElement[bool]:
        """The condition of the row while this worker holds the lease: the fence of every write under the lease."""
        return (_key(self.table) == self.name) & (self.table.c.token == self.token)


def ensure(connection: Connection, name: str, position: int | None = None) -> None:
    """Create the row of a named lease unless present."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = {"name": name, "position": position, **UNHELD}
    connection.execute(insert(lease).values(row).on_conflict_do_nothing())


def acquire(
    connection: Connection, table: Table, name: str, holder: str, seconds: float, *, longest: float = 0.0
) -> tuple[Lease, RowMapping] | None:
    """Take the lease on a row for some seconds; None for a held or missing row.

    `longest` is the longest time of any holder in seconds, where longer than `seconds`.
    """
    values = {"b_name": name, "b_holder": holder, "b_span": span(seconds), "b_longest": span(max(seconds, longest))}
    row = connection.execute(_acquire(table), values).mappings().one_or_none()
    return None if row is None else (Lease(table, name, row["token"]), row)


@cache
def _acquire(table: Table) -> Any:
    return (
        update(table)
        .where(
            _key(table) == bindparam("b_name"), has_come(table.c.leased_until, bindparam("b_longest", type_=BigInteger))
        )
        .values(holder=bindparam("b_holder"), token=table.c.token + 1, leased_until=clock() + bindparam("b_span"))
        .returning(*table.c)
    )


def write(connection: Connection, held: Lease, seconds: float, **values: Any) -> None:
    """Change the row and hold the lease for some seconds more. Raises LeaseLost for a former holder."""
    until = clock() + span(seconds)
    changed = update(held.table).where(held.held).values(leased_until=until, **values)
    if not connection.execute(changed).rowcount:
        raise LeaseLost(held.name)


def release(connection: Connection, held: Lease) -> None:
    """Free the row at once; without effect once another worker holds the row."""
    connection.execute(update(held.table).where(held.held).values(leased_until=clock()))


def _key(table: Table) -> Column[Any]:
    return next(iter(table.primary_key))
