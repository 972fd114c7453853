"""A server of one's own for tests: on a free port of this machine, with a database that nobody else has."""

import logging
import socket
import threading
import time
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import structlog
import uvicorn

from tmf_server.apis.families import APIS
from tmf_server.config import Settings
from tmf_server.contracts.loading import check_names
from tmf_server.observability import logs
from tmf_server.rest.http.edge.listening import server_options, warn_of_others
from tmf_server.storage.connection import migrate
from tmf_server.storage.connection.database import Database
from tmf_server.storage.connection.snapshot import Snapshot
from tmf_server.testing.clock import Clock
from tmf_server.testing.faults import Faults
from tmf_server.testing.stage import Stage

SEEDS = ("none", "demo")
START_SECONDS = 60.0
STOP_SECONDS = 15.0
LOOPBACK = ("127.0.0.0/8", "::1/128", "localhost")


def _cache_dir() -> Path | None:
    """Where the documents are kept that are quick to read: not where the tests run. None for a user without a home."""
    try:
        return Path.home() / ".cache" / "tmf-server"
    except RuntimeError:
        return None


# What a test wants otherwise than a deployment does, unless it says so itself.
DEFAULTS: dict[str, Any] = {
    "cache_dir": _cache_dir(),
    "outbound_allow": LOOPBACK,
    "delivery_pauses": (0.1, 0.2, 0.5, 1.0, 2.0),
    "poll_seconds": 0.1,
    "graceful_seconds": 1.0,
    "sqlite_synchronous": "off",  # nothing of it is to outlast the machine
    # two states of a record may have the same instant here, which else tells them apart in memory
    "shown_bytes": 0,
    # instants that a test sets are no sign of events that lie about
    "event_days": 36_500.0,
    "ready_lag_seconds": 1e12,
}


class EphemeralServer:
    """A server in threads of this process, gone without a trace when it is stopped; a context manager.

    It has the settings, but always a database and files of its own. `clock` and `faults` are what tests change.
    Servers of one process share one clock. Raises ValueError for an API that there is not.
    """

    def __init__(self, settings: Settings) -> None:
        check_names(settings.contracts.apis, APIS)
        if settings.server.workers > 1:
            raise ValueError("an ephemeral server is one process: its clock and its faults are in memory")
        self._settings = settings
        self._held = ExitStack()

    @classmethod
    def serving(cls, *apis: str, seed: str = "none", **settings: Any) -> Self:
        """A server of these APIs (TMF620, TMF638/v5; none named: all) on a free port, not started yet.

        `seed` is what is in it at the start and after each reset (none or demo); further settings go by the names that
        `Settings` has. Raises ValueError and TypeError for what it does not know.
        """
        if seed not in SEEDS:
            raise ValueError(f"seed must be one of {', '.join(SEEDS)}, not {seed!r}")
        return cls(Settings.of(apis=apis, demo=seed == "demo", **{"port": 0, **settings}))

    # -- life ---------------------------------------------------------------------------------------
    def start(self) -> Self:
        """Serve; returns when it does. Raises OSError when the port is taken, and what keeps it from starting."""
        if not structlog.is_configured():
            logs.unite(logging.WARNING)
        warn_of_others(self._settings)
        with ExitStack() as stack:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="tmf-server-", ignore_cleanup_errors=True)))
            self._socket = stack.enter_context(_listening(self._settings.server.host, self._settings.server.port))
            settings = _isolated(self._settings, folder)
            self._stage = Stage(_prepared(settings))
            stack.callback(self._stage.close)
            self._server = _server(self._stage, settings)
            self._ended = threading.Event()
            self._thread = threading.Thread(target=self._run, name="tmf-server", daemon=True)
            self._thread.start()
            stack.callback(self._end)
            self._await_start()
            self._held = stack.pop_all()
        return self

    def _await_start(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError("the server did not start; the log says why")
            time.sleep(0.002)

    def wait(self) -> None:
        """Come back when the server has ended."""
        # a join that a signal interrupts takes the thread for one that has ended
        self._ended.wait()

    def stop(self) -> None:
        """End it and remove what it had."""
        self._held.close()

    def _run(self) -> None:
        try:
            self._server.run([self._socket])
        finally:
            self._ended.set()

    def _end(self) -> None:
        self._server.should_exit = True
        self._thread.join(STOP_SECONDS)

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    # -- for tests ----------------------------------------------------------------------------------
    def url(self, api: str = "", version: str = "v5") -> str:
        """The base URL of an API in a version, or of the server. LookupError for a document that it does not serve."""
        host, port = self._socket.getsockname()[:2]
        root = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        if not api:
            return root
        name = f"{api}/{version}"
        if name not in self._stage.bases:
            raise LookupError(f"this server does not serve {name}, but {', '.join(self._stage.bases)}")
        return root + self._stage.bases[name]

    @property
    def urls(self) -> dict[str, str]:
        """The base URL of every document that is served: TMF620/v5 → http://127.0.0.1:…"""
        return {name: self.url(*name.split("/")) for name in self._stage.bases}

    @property
    def clock(self) -> Clock:
        """The clock, to set."""
        return self._stage.clock

    @property
    def faults(self) -> Faults:
        """The faults, to inject."""
        return self._stage.faults

    def reset(self) -> None:
        """Bring everything back to where it was at the start: records, events, subscriptions, files, clock, faults."""
        self._stage.reset()


def _isolated(settings: Settings, folder: Path) -> Settings:
    usual = Settings()
    chosen = {name: value for name, value in DEFAULTS.items() if settings.get(name) == usual.get(name)}
    return settings.having(**chosen, database_url=f"sqlite:///{folder / 'tmf.db'}", storage_dir=folder / "files")


def _prepared(settings: Settings) -> Settings:
    """The settings, with their database made: a copy, since migrating one takes longer than all the rest."""
    database = Database(settings)
    _migrated().restore(database)
    database.close()
    return settings


@cache
def _migrated() -> Snapshot:
    with TemporaryDirectory(prefix="tmf-server-") as folder:
        database = Database(Settings.of(database_url=f"sqlite:///{folder}/tmf.db"))
        try:
            migrate.upgrade(database)
            return Snapshot(database)
        finally:
            database.close()


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=2048)


def _server(stage: Stage, settings: Settings) -> uvicorn.Server:
    return uvicorn.Server(uvicorn.Config(stage, **server_options(settings)))
