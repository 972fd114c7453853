"""A throw-away PostgreSQL server for one test run, and fresh databases on it. Knows nothing of the product."""

import contextlib
import ctypes
import os
import pwd
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from tests.support.servers.postgres_binaries import copy_wheel, find_binaries

START_SECONDS = 60
STOP_SECONDS = 30

_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "200",
    "listen_addresses": "",
    # Containers often give /dev/shm no more than 64 MB.
    "dynamic_shared_memory_type": "mmap",
    # Far from UTC and off the full hour: an instant that loses its offset on the way shows.
    "timezone": "Asia/Kolkata",
}
_PR_SET_PDEATHSIG = 1


class PostgresServer:
    """Databases on one server. `url` is SQLAlchemy's URL of a database to connect to for administration."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._templates: dict[str, str] = {}

    def create_database(self, template: str = "template0") -> str:
        """Create a copy of the database `template` and return its SQLAlchemy URL."""
        name = f"tmf_test_{secrets.token_hex(8)}"
        # Copying files is several times faster here than logging every page, PostgreSQL's default.
        self._administer("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)
        return _text(make_url(self.url).set(database=name))

    def drop_database(self, url: str) -> None:
        """Drop the database at `url`, ending the connections that are still open to it."""
        self._administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", str(make_url(url).database))

    def template(self, key: str, prepare: Callable[[str], None]) -> str:
        """Return the name of a database that `prepare(url)` filled once under `key`, to copy with `create_database`.

        `prepare` must leave no connection open: PostgreSQL copies only a database that nobody uses.
        """
        if key not in self._templates:
            url = self.create_database()
            prepare(url)
            self._templates[key] = str(make_url(url).database)
        return self._templates[key]

    def drop_templates(self) -> None:
        """Drop what `template` created, for a server that outlives the test run."""
        while self._templates:
            _, name = self._templates.popitem()
            self._administer("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _administer(self, statement: str, *names: str) -> None:
        with psycopg.connect(conninfo(self.url), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def conninfo(url: str) -> str:
    """Return a SQLAlchemy URL as libpq's connection URL, for psycopg without SQLAlchemy."""
    return _text(make_url(url).set(drivername="postgresql"))


@contextlib.contextmanager
def serving(url: str | None = None) -> Iterator[PostgresServer]:
    """Use the server at the SQLAlchemy URL `url`, or else start one that ends with the context."""
    if url:
        server = PostgresServer(url)
        try:
            yield server
        finally:
            server.drop_templates()
    else:
        with started(find_binaries()) as server:
            yield server


@contextlib.contextmanager
def started(binaries: Path) -> Iterator[PostgresServer]:
    """Run the server programs in the folder `binaries` on an empty cluster; stop them and remove it at the end."""
    with tempfile.TemporaryDirectory(prefix="tmf-pg-", ignore_cleanup_errors=True) as name:
        home = Path(name)
        account = _account(home)
        programs = _runnable(binaries, home, account)
        _create_cluster(programs, home, account)
        with (home / "server.log").open("wb") as log, _running(programs, home, account, log) as process:
            query = {"host": str(home)}
            server = PostgresServer(
                _text(URL.create("postgresql+psycopg", "postgres", database="postgres", query=query))
            )
            _wait_until_ready(server, process, home)
            yield server


def _account(home: Path) -> dict[str, Any]:
    """Return the arguments that make subprocess run a program as an account that PostgreSQL accepts: not as root."""
    if os.geteuid() != 0:
        return {"cwd": home}
    names = {entry.pw_name for entry in pwd.getpwall()}
    entry = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    os.chown(home, entry.pw_uid, entry.pw_gid)
    return {"cwd": home, "user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _runnable(binaries: Path, home: Path, account: dict[str, Any]) -> Path:
    """Return a folder of the programs which the account may run: a copy if root alone can reach `binaries`."""
    try:
        subprocess.run([binaries / "postgres", "--version"], check=True, capture_output=True, **account)
    except PermissionError:
        copied = copy_wheel(binaries, home / "install")
        subprocess.run(["chmod", "-R", "go+rX", home / "install"], check=True)
        return copied
    return binaries


def _create_cluster(programs: Path, home: Path, account: dict[str, Any]) -> None:
    command: list[str | Path] = [
        programs / "initdb",
        "-D",
        home / "data",
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-sync",
    ]
    # An ICU default that sorts 'a' before 'B' shows each column that forgot COLLATE "C". Not every build has ICU.
    with_icu = [*command, "--locale=C", "--locale-provider=icu", "--icu-locale=en-US"]
    answer = subprocess.run(with_icu, check=False, capture_output=True, text=True, **account)
    if "ICU is not supported" in answer.stderr:
        answer = subprocess.run([*command, "--locale=C"], check=False, capture_output=True, text=True, **account)
    if answer.returncode:
        message = f"initdb of {programs} failed:\n{answer.stderr}"
        raise RuntimeError(message)


@contextlib.contextmanager
def _running(programs: Path, home: Path, account: dict[str, Any], log: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    settings = [f"--{name}={value}" for name, value in _SETTINGS.items()]
    command: list[str | Path] = [programs / "postgres", "-D", home / "data", "-k", home, *settings]
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # Ctrl-C ends the tests first, then the server
        preexec_fn=_end_with_parent,  # noqa: PLW1509 - one prctl call, made while the process has one thread
        **account,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _end_with_parent() -> None:
    """Let Linux stop the server when the test run is killed and cannot."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)


def _wait_until_ready(server: PostgresServer, process: subprocess.Popen[bytes], home: Path) -> None:
    attempts = Retrying(
        stop=stop_after_delay(START_SECONDS),
        wait=wait_fixed(0.05),
        retry=retry_if_exception_type(psycopg.OperationalError),
        reraise=True,
    )
    for attempt in attempts:
        with attempt:
            if process.poll() is not None:
                message = f"PostgreSQL ended at its start:\n{(home / 'server.log').read_text(errors='replace')}"
                raise RuntimeError(message)
            psycopg.connect(conninfo(server.url)).close()


def _text(url: URL) -> str:
    return url.render_as_string(hide_password=False)
