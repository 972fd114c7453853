"""Starts the server that comes in the same distribution, for a run against it: by its command, never by its code."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory

from tmf_conformance.errors import CannotRun

_STARTUP = 60.0
# Processes would move orders while they are looked at; the listener of the hub checks is on loopback.
_SETTINGS = {
    "TMF_OUTBOUND_ALLOW": "127.0.0.0/8",
    # The run loads the machine on which the server counts; a total that takes too long would be left out.
    "TMF_COUNT_SECONDS": "5",
    "TMF_SQLITE_SYNCHRONOUS": "off",  # the database goes with the run
    "TMF_HOST": "127.0.0.1",
    "TMF_LOG_LEVEL": "warning",
}


@dataclass(frozen=True)
class Server:
    """A server that runs: what it stands on, its root URL and its process id."""

    name: str
    root: str
    process: int


@contextmanager
def serving(database_url: str, demo: bool) -> Iterator[Server]:
    """A fresh server, gone afterwards; on an SQLite file of its own unless a database is named."""
    with TemporaryDirectory(prefix="tmf-conformance-") as folder:
        port = _free_port()
        environment = {**os.environ, **_SETTINGS, "TMF_PORT": str(port), "TMF_DEMO": "1" if demo else "0"}
        environment["TMF_DATABASE_URL"] = database_url or f"sqlite:///{folder}/tmf.db"
        environment["TMF_STORAGE_DIR"] = f"{folder}/files"
        kind = "PostgreSQL" if database_url.startswith("postgresql") else "SQLite"
        log = Path(folder) / "server.log"
        with log.open("wb") as output:
            process = _start(folder, environment, output.fileno())
            try:
                _wait(port, process, log)
                name = f"{'populated' if demo else 'empty'} {kind}"
                yield Server(name, f"http://127.0.0.1:{port}", process.pid)
            finally:
                _end(process)


def _start(folder: str, environment: dict[str, str], output: int) -> "subprocess.Popen[bytes]":
    command = Path(sys.executable).with_name("tmf-server")
    if not command.exists():
        raise CannotRun(f"{command} is not there: install the distribution with its server, or use `run --url`")
    # A session of its own: Ctrl-C is for the run, which still has records to remove.
    return subprocess.Popen(  # noqa: S603
        [str(command), "serve"], cwd=folder, env=environment, stdout=output, stderr=output, start_new_session=True
    )


def _wait(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _STARTUP
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise CannotRun(f"the server ended at once: {_last_line(log)}")
        if _ready(port):
            return
        time.sleep(0.2)
    raise CannotRun(f"the server is not ready after {_STARTUP:g} s: {_last_line(log)}")


def _ready(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False  # not yet
    finally:
        connection.close()


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else "it said nothing"


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
