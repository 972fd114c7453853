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

    A late commit gets a later position, so that readers by position never step over an event.
    """

    def __init__(self, database: Database, holder: str, lease_seconds: float) -> None:
        self.database = database
        self.holder = holder
        self.lease_seconds = lease_seconds

    def drain(self) -> int:
        """Stamp every visible event; return the number, 0 while another relay holds the lease."""
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
    """Return true when an event has no position yet."""
    return connection.execute(_WAITING).first() is not None


def head(connection: Connection) -> int:
    """Return the last stamped position."""
    return connection.execute(_HEAD).scalar() or 0


def stamp(connection: Connection) -> int:
    """Give positions to the next visible events, at most a batch; return the number.

    The lock on the relay's row comes first, so that two relays follow one another: the second reads after the lock, and
    so reads the positions of the first.
    """
    last = connection.execute(_HEAD.with_for_update()).scalar() or 0
    count = connection.execute(_STAMP, {"b_last": last, "b_batch": BATCH}).rowcount
    if count:
        connection.execute(update(lease).where(lease.c.name == NAME).values(position=last + count))
    return count


def stamp_all(connection: Connection) -> int:
    """Stamp every visible event in the caller's transaction; return the last position."""
    leases.ensure(connection, NAME, position=0)
    while stamp(connection):
        pass
    return head(connection)
