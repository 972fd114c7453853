"""Connections, transactions and time limits on SQLite and PostgreSQL. Knows no table."""

import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import QueuePool
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from tmf_server.config import Settings
from tmf_server.errors import TooCostly, Unavailable
from tmf_server.storage.connection.driver import Statement, fetch_all, fetch_one_within, written_so_far
from tmf_server.storage.connection.space import Space, lacks_space
from tmf_server.storage.connection.sqlite_functions import register_functions

__all__ = ["Connection", "Database"]

T = TypeVar("T")
DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}
DEADLOCK_STATES = frozenset({"40P01", "40001"})
LOCKED_STATE, TIMEOUT_STATE = "55P03", "57014"
LOCK_SECONDS = 10.0
LOCK_SHARE = 0.8
"""Share of a time limit for PostgreSQL's wait for a lock, shorter than the limit to tell the wait from a slow query."""
AWAY_STATES = ("08", "57", "53")  # classes: connection lost, operator intervention, no resources
EVERY_THREAD = -1  # each reading thread keeps a connection; the settings bound the threads
WRITE_SECONDS = 60.0
SPARE = 4  # writing connections over the pool's size, for work other than requests
NEVER = 1_000_000_000  # psycopg prepares the statements of driver.run, and no statement by counting
PROGRESS_OPERATIONS = 20_000
# A server gone without a word is noticed within half a minute; the system itself would wait for hours.
KEPT_ALIVE = {"keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 30_000}
ABANDONED_SECONDS = 10.0
"""Pause before an abandoned count is tried again."""
MOST_COUNTS = 10_000
SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "foreign_keys=ON",
    "cache_size=-8192",
    "temp_store=MEMORY",
    "mmap_size=268435456",
)


def database_url(text: str) -> URL:
    """Parse the URL of a database. Raises ValueError for an unknown kind, without repeating a password."""
    expected = "TMF_DATABASE_URL: expected sqlite:///FILE or postgresql://USER:PASSWORD@HOST:PORT/NAME"
    try:
        url = make_url(text)
    except ArgumentError as error:
        raise ValueError(expected) from error
    if url.get_backend_name() not in DRIVERS:
        raise ValueError(expected)
    return url.set(drivername=DRIVERS[url.get_backend_name()])


def missing_file(text: str) -> Path | None:
    """Return the file of a SQLite database's URL while missing, since connecting would make the file; else None."""
    url = database_url(text)
    if url.get_backend_name() != "sqlite" or not url.database or ":memory:" in url.database:
        return None
    file = Path(urlsplit(url.database).path if url.database.startswith("file:") else url.database)
    return None if url.query.get("mode") == "memory" or file.exists() else file


class Database:
    """A database: `read()` gives autocommit connections, `transact()` runs a unit of work.

    Reads and writes have separate pools, as large as the worker threads, so reads never starve writes or the reverse.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.url = database_url(settings.database.database_url)
        self.dialect = self.url.get_backend_name()
        self.space = Space()
        self._local = threading.local()
        self._abandoned: dict[tuple[Any, ...], float] = {}  # abandoned counts, and the end of the pause
        self._readers: weakref.WeakSet[Connection] = weakref.WeakSet()
        if self.dialect == "sqlite":
            self._reader = self._sqlite_engine(begin=None)
            self.engine = self._sqlite_engine(begin="BEGIN IMMEDIATE")
        else:
            self._reader = self._postgresql_engine(autocommit=True)
            self.engine = self._postgresql_engine(autocommit=False)
        driver: Any = self.engine.dialect.dbapi
        self._errors: tuple[type[Exception], ...] = (DBAPIError, driver.Error)
        self._away: tuple[type[Exception], ...] = (driver.OperationalError,) if self.dialect == "postgresql" else ()

    def _sqlite_engine(self, begin: str | None) -> Engine:
        settings = self.settings
        file = self.url.database
        if file and not file.startswith((":memory:", "file:")):  # a URI says itself whether a file may be made
            try:
                Path(file).parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                folder = Path(file).parent
                raise ValueError(f"TMF_DATABASE_URL: the folder {folder} cannot be made: {error.strerror}") from error
        engine = create_engine(
            self.url,
            poolclass=QueuePool,
            pool_size=settings.database.pool_size,
            max_overflow=EVERY_THREAD if begin is None else SPARE,
            pool_reset_on_return=None if begin is None else "rollback",
            connect_args={
                "timeout": settings.database.busy_seconds,
                "isolation_level": None,
                "check_same_thread": False,
            },
        )
        event.listen(engine, "connect", self._prepare_sqlite)
        if begin is not None:
            event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
        return engine

    def _prepare_sqlite(self, connection: Any, _record: Any) -> None:
        for pragma in (*SQLITE_PRAGMAS, f"synchronous={self.settings.database.sqlite_synchronous}"):
            connection.execute(f"PRAGMA {pragma}")
        register_functions(connection)
        connection.set_progress_handler(self._overdue, PROGRESS_OPERATIONS)

    def _overdue(self) -> bool:
        deadline = getattr(self._local, "deadline", None)
        return deadline is not None and time.monotonic() > deadline

    def _postgresql_engine(self, *, autocommit: bool) -> Engine:
        settings = self.settings
        limits = _limits(settings.database.statement_seconds if autocommit else WRITE_SECONDS)
        options = " ".join(f"-c {name}={value}" for name, value in limits.items())
        return create_engine(
            self.url,
            pool_size=settings.database.pool_size,
            max_overflow=EVERY_THREAD if autocommit else SPARE,
            isolation_level="AUTOCOMMIT" if autocommit else "READ COMMITTED",
            pool_reset_on_return=None if autocommit else "rollback",
            connect_args={
                "options": f"{options} -c timezone=UTC -c jit=off",
                "prepare_threshold": NEVER,
                "connect_timeout": max(
                    2, round(settings.database.connect_seconds)
                ),  # whole seconds, two at least: libpq
                **KEPT_ALIVE,
            },
        )

    @contextmanager
    def read(self, seconds: float | None = None) -> Iterator[Connection]:
        """Give a connection in autocommit with a time limit for statements, the usual limit or `seconds`.

        Raises TooCostly at the time limit, Unavailable after too long a wait for a lock.
        """
        usual = self.settings.database.statement_seconds
        connection = self._own_reader()
        limited = seconds is not None and self.dialect == "postgresql"
        try:
            with self._limited(seconds or usual):
                if limited:
                    self._allow(connection, seconds or usual)
                yield connection
        except self._errors as error:
            self._drop_reader(connection)
            raise self._translated(error) from error
        finally:
            if limited and not connection.closed:
                self._allow(connection, usual)

    def _own_reader(self) -> Connection:
        """Return the thread's own reading connection: a pool's check-out would cost as much as a key read."""
        connection: Connection | None = getattr(self._local, "reader", None)
        if connection is None or connection.closed:
            try:
                connection = self._local.reader = self._reader.connect()
            except self._errors as error:
                raise self._translated(error) from error
            self._readers.add(connection)
        return connection

    def _drop_reader(self, connection: Connection) -> None:
        """Close a failed connection, so the next read opens another connection."""
        self._local.reader = None
        self._readers.discard(connection)
        connection.invalidate()
        connection.close()

    def _allow(self, connection: Connection, seconds: float) -> None:
        connection.execute(text("; ".join(f"SET {name} = {value}" for name, value in _limits(seconds).items())))

    @contextmanager
    def hurried(self, seconds: float) -> Iterator[None]:
        """Limit the thread's reads from SQLite inside the block to `seconds` in total; later reads raise TooCostly."""
        self._local.hurry = time.monotonic() + seconds
        try:
            yield
        finally:
            self._local.hurry = None

    def _deadline(self, seconds: float) -> float:
        hurry: float | None = getattr(self._local, "hurry", None)
        usual = time.monotonic() + seconds
        return usual if hurry is None else min(usual, hurry)

    @contextmanager
    def _limited(self, seconds: float) -> Iterator[None]:
        self._local.deadline = self._deadline(seconds)
        try:
            yield
        except self._errors as error:
            if not _timed_out(error):
                raise
            raise TooCostly(
                f"The query took longer than {seconds:g} s. Narrow it with a filter on an indexed attribute."
            ) from error
        finally:
            self._local.deadline = None

    def transact(self, work: Callable[[Connection], T]) -> T:
        """Run the work in a transaction, again a few times after deadlocks. Raises Unavailable when retries fail."""
        return self.retried(partial(self._transact_once, work))

    def retried(self, work: Callable[[], T]) -> T:
        """Run work with a transaction inside, again a few times after deadlocks. Raises Unavailable as `transact`."""
        try:
            return work()
        except self._errors as error:
            if not _deadlocked(error):
                raise self._translated(error) from error
        retrying = Retrying(
            stop=stop_after_attempt(self.settings.database.transaction_tries),
            wait=wait_random_exponential(multiplier=0.01, max=0.5),
            retry=retry_if_exception(_deadlocked),
            retry_error_callback=_give_up,
        )
        try:
            result: T = retrying(work)
        except self._errors as error:
            raise self._translated(error) from error
        return result

    def _transact_once(self, work: Callable[[Connection], T]) -> T:
        with self.engine.begin() as connection:
            if not self.space.short:
                return work(connection)
            before = written_so_far(connection)
            result = work(connection)
            wrote = written_so_far(connection) != before
        if wrote:
            self.space.note_success()
        return result

    def count_within(self, written: Statement, seconds: float) -> int | None:
        """Return the number selected by the statement, None when the count takes longer than `seconds`.

        A count over the time is not tried again for a while.
        """
        question = (written.sql, *written.values.values())
        if self._abandoned.get(question, 0) > time.monotonic():
            return None
        connection = self._own_reader()
        try:
            if self.dialect == "postgresql":
                return int(fetch_one_within(connection, written, seconds)[0])
            return self._count(connection, written, question, seconds)
        except self._errors as error:
            if _timed_out(error):
                if getattr(self._local, "hurry", None) is not None:
                    raise TooCostly("The count takes longer than there is time for here.") from error
                if len(self._abandoned) >= MOST_COUNTS:
                    self._abandoned.clear()
                self._abandoned[question] = time.monotonic() + ABANDONED_SECONDS
                return None
            self._drop_reader(connection)
            raise self._translated(error) from error

    def _count(self, connection: Connection, written: Statement, question: tuple[Any, ...], seconds: float) -> int:
        """Count in SQLite, keeping the thread's counts until a commit, which the data version tells at no cost."""
        version = fetch_all(connection, "PRAGMA data_version", {})[0][0]
        if getattr(self._local, "counted_at", None) != (connection, version):
            self._local.counted_at, self._local.counts = (connection, version), {}
        counts: dict[tuple[Any, ...], int] = self._local.counts
        if question not in counts:
            if len(counts) >= MOST_COUNTS:
                counts.clear()
            self._local.deadline = self._deadline(seconds)
            try:
                counts[question] = int(fetch_all(connection, *written)[0][0])
            finally:
                self._local.deadline = None
        return counts[question]

    def _translated(self, error: Exception) -> Exception:
        """Return the error for the client: Unavailable for a busy, full or absent database; else the error itself."""
        cause = _driver_error(error)
        if lacks_space(cause):
            self.space.note_failure()
            return Unavailable("The database has no room for what is written just now.", retry_after=10)
        if "database is locked" in str(cause) or _state(error) == LOCKED_STATE:
            return Unavailable("The database is busy with other writers. Send the request again in a moment.")
        if isinstance(cause, self._away) and (_state(error) or AWAY_STATES[0])[:2] in AWAY_STATES:
            return Unavailable("The database cannot be reached just now.", retry_after=5)
        return error

    def is_passing(self, error: Exception) -> bool:
        """Return whether a second try may succeed: after a busy or absent database, or a time limit."""
        return isinstance(self._translated(error), Unavailable) or _deadlocked(error) or _timed_out(error)

    def close(self) -> None:
        """Close every pooled connection."""
        for connection in list(self._readers):
            connection.close()
        self._readers.clear()
        self._reader.dispose()
        self.engine.dispose()


def _driver_error(error: BaseException) -> BaseException:
    """Return the driver's error, unwrapped from SQLAlchemy's."""
    return error.orig if isinstance(error, DBAPIError) and error.orig is not None else error


def _state(error: BaseException) -> str | None:
    state: str | None = getattr(_driver_error(error), "sqlstate", None)
    return state


def _limits(seconds: float) -> dict[str, int]:
    """Return PostgreSQL's settings, in milliseconds, to limit statements to the seconds."""
    statement = max(1, int(seconds * 1000))
    return {
        "statement_timeout": statement,
        "lock_timeout": max(1, int(min(LOCK_SECONDS * 1000, statement * LOCK_SHARE))),
    }


def _deadlocked(error: BaseException) -> bool:
    return _state(error) in DEADLOCK_STATES


def _timed_out(error: BaseException) -> bool:
    return _state(error) == TIMEOUT_STATE or str(_driver_error(error)) == "interrupted"


def _give_up(state: RetryCallState) -> Any:
    error = state.outcome.exception() if state.outcome else None
    raise Unavailable("Other writers kept getting in the way. Send the request again in a moment.") from error
