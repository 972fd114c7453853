"""The relay: gives every visible event its position, one relay at a time. Runs SQL; calls nothing outside."""

from sqlalchemy import Connection, bindparam, func, select, update

from tmf_server.model.events import lease, outbox
from tmf_server.storage.connection.database import Database
from tmf_server.worker import leases

NAME = "relay"
BATCH = 1_000
_HEAD = select(lease.c.position).where(lease.c.name == NAME)
_WAITING = select(outbox.c.number).where(outbox.c.position.is_(None)).limit(1)
_NEXT = (
    select(outbox.c.number, func.row_number().over(order_by=outbox.c.number).label("rank"))
    .where(outbox.c.position.is_(None))
    .order_by(outbox.c.number)
    .limit(bindparam("b_batch"))
    .subquery()
)
_STAMP = update(outbox).where(outbox.c.number == _NEXT.c.number).values(position=_NEXT.c.rank + bindparam("b_last"))


class Relay:
    """Stamps positions on behalf of one worker.

    An event that commits late gets a later position: nobody who reads by position can step over it.
    """

    def __init__(self, database: Database, holder: str, lease_seconds: float) -> None:
        self.database = database
        self.holder = holder
        self.lease_seconds = lease_seconds

    def drain(self) -> int:
        """Stamp everything that is visible now; return how many. 0 too when another relay is at it."""
        with self.database.read() as connection:
            if not waiting(connection):
                return 0
        held = self.database.transact(self._acquire)
        if held is None:
            return 0
        total = 0
        try:
            while count := self.database.transact(lambda connection: self._stamp(connection, held)):
                total += count
        except leases.LeaseLost:
            return total
        self.database.transact(lambda connection: leases.release(connection, held))
        return total

    def _acquire(self, connection: Connection) -> leases.Lease | None:
        leases.ensure(connection, NAME, position=0)
        taken = leases.acquire(connection, lease, NAME, self.holder, self.lease_seconds)
        return taken and taken[0]

    def _stamp(self, connection: Connection, held: leases.Lease) -> int:
        leases.write(connection, held, self.lease_seconds)
        return stamp(connection)


def waiting(connection: Connection) -> bool:
    """True when an event has no position yet."""
    return connection.execute(_WAITING).first() is not None


def head(connection: Connection) -> int:
    """The last position given."""
    return connection.execute(_HEAD).scalar() or 0


def stamp(connection: Connection) -> int:
    """Give positions to the next visible events, at most a batch; return how many.

    The row of the relay is locked first, so that two who stamp follow one another; what the second sees is read after
    the lock, and so holds what the first wrote.
    """
    last = connection.execute(_HEAD.with_for_update()).scalar() or 0
    count = connection.execute(_STAMP, {"b_last": last, "b_batch": BATCH}).rowcount
    if count:
        connection.execute(update(lease).where(lease.c.name == NAME).values(position=last + count))
    return count


def stamp_all(connection: Connection) -> int:
    """Give positions to everything visible, in the caller's transaction, and return the last position."""
    leases.ensure(connection, NAME, position=0)
    while stamp(connection):
        pass
    return head(connection)
