"""`tmf-server` as a process of its own, as a user starts it. Checks nothing."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

START_SECONDS = 90
CACHE = Path(__file__).resolve().parents[3] / "var" / "cache"
COMMAND = (sys.executable, "-c", "from tmf_server.cli import main; main()")


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class ServerProcess:
    """`tmf-server serve` in a folder, with TMF_* variables; waits until it is ready, ends it at the end."""

    def __init__(self, folder: Path, variables: Mapping[str, str] | None = None, *options: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / f"serve-{self.port}.log"
        own = {"TMF_PORT": str(self.port), "TMF_APIS": "TMF620", "TMF_DEMO": "0", "TMF_LOG_FORMAT": "json"}
        own["TMF_CACHE_DIR"] = str(CACHE)  # a server that has to read YAML first starts seconds later
        own["TMF_SQLITE_SYNCHRONOUS"] = "off"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TMF_")}
        environment = {**kept, **own, **(variables or {})}
        with self.log.open("wb") as log:
            command = [*COMMAND, "serve", *options]
            self.process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)

    def __enter__(self) -> Self:
        """Wait until it is ready."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{self.url}/health/ready", trust_env=False).status_code == 200:
                    return self
            time.sleep(0.05)
        self.kill()
        raise AssertionError(f"the server did not get ready:\n{self.log.read_text()}")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End it, by force where it does not end by itself."""
        self.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()

    def terminate(self) -> None:
        """Ask it to stop."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.wait()
