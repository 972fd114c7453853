"""A server for tests: on a free port of the machine, with a database of its own."""

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
    """Return the folder for cached documents, outside of the tests' folders. None for a user without a home."""
    try:
        return Path.home() / ".cache" / "tmf-server"
    except RuntimeError:
        return None


# Defaults of test servers in place of the defaults of a deployment.
DEFAULTS: dict[str, Any] = {
    "cache_dir": _cache_dir(),
    "outbound_allow": LOOPBACK,
    "delivery_pauses": (0.1, 0.2, 0.5, 1.0, 2.0),
    "poll_seconds": 0.1,
    "graceful_seconds": 1.0,
    "sqlite_synchronous": "off",  # test data need not outlast the machine
    # under a set clock two states of a record may have the same instant, the key of the cache
    "shown_bytes": 0,
    # instants set by a test must not expire events
    "event_days": 36_500.0,
    "ready_lag_seconds": 1e12,
}


class EphemeralServer:
    """A server in threads of the current process, removed without a trace at its stop; a context manager.

    All settings apply, save database and files: both belong to the server alone. Tests change `clock` and `faults`.
    Servers of a process share a clock. Raises ValueError for an unknown API.
    """

    def __init__(self, settings: Settings) -> None:
        check_names(settings.contracts.apis, APIS)
        if settings.server.workers > 1:
            raise ValueError("an ephemeral server is one process: its clock and its faults are in memory")
        self._settings = settings
        self._held = ExitStack()

    @classmethod
    def serving(cls, *apis: str, seed: str = "none", **settings: Any) -> Self:
        """Return a server of the APIs (TMF620, TMF638/v5; none named: all) on a free port, not yet started.

        `seed` is the content at the start and after each reset (none or demo); further settings have the names of
        `Settings`. Raises ValueError and TypeError for unknown arguments.
        """
        if seed not in SEEDS:
            raise ValueError(f"seed must be one of {', '.join(SEEDS)}, not {seed!r}")
        return cls(Settings.of(apis=apis, demo=seed == "demo", **{"port": 0, **settings}))

    # -- life ---------------------------------------------------------------------------------------
    def start(self) -> Self:
        """Start the server; return once requests are served. OSError for a taken port; errors of the start."""
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
        # an interrupted join takes the thread for ended
        self._ended.wait()

    def stop(self) -> None:
        """Stop the server and remove its database and files."""
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
        """Return the base URL of an API in a version, or of the server. LookupError for an unserved document."""
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
        """Return the base URL of every served document: TMF620/v5 → http://127.0.0.1:…"""
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
        """Bring records, events, subscriptions, files, clock and faults back to the state at the start."""
        self._stage.reset()


def _isolated(settings: Settings, folder: Path) -> Settings:
    usual = Settings()
    chosen = {name: value for name, value in DEFAULTS.items() if settings.get(name) == usual.get(name)}
    return settings.having(**chosen, database_url=f"sqlite:///{folder / 'tmf.db'}", storage_dir=folder / "files")


def _prepared(settings: Settings) -> Settings:
    """Return the settings with a new database: a copy of a migrated database, since migrating takes longest."""
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
