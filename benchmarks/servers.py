"""The servers under test: started on loopback, each with its own processes, ended by id."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.nouns import Noun
from tmf_server.apis.families import APIS

LIVE = "/health/live"
OURS = "this server"
PLAIN = "this server, nothing kept"
OTHER = "another checkout"
FACTORY = "tmf_server.app:from_environment"
APPS = {
    OURS: FACTORY,
    PLAIN: FACTORY,
    OTHER: FACTORY,
    "bare": "benchmarks.peers.bare:app",
    "orm": "benchmarks.peers.orm:app",
    "tuned": "benchmarks.peers.tuned:app",
}
VARIANTS: Mapping[str, Mapping[str, str]] = {PLAIN: {"TMF_SHOWN_BYTES": "0"}}
"""Settings that make a server of ours another one to compare."""


@dataclass
class Server:
    """One running server; `collections` are the paths of the records in each version that it has."""

    name: str
    process: subprocess.Popen[bytes]
    url: str
    collections: dict[str, str]
    started_in: float

    def line(self, version: str) -> str:
        """What it is called in a table: "this server v4"; a peer has no versions."""
        return f"{self.name} {version}" if len(self.collections) > 1 else self.name

    def memory(self) -> list[float]:
        """Resident megabytes of each process that serves."""
        found = []
        for pid in [self.process.pid, *_children(self.process.pid)]:
            pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
            found.append(pages * os.sysconf("SC_PAGESIZE") / 1e6)
        return found

    def stop(self) -> None:
        """End it and wait."""
        self.process.terminate()
        self.process.wait(30)


def serve(name: str, noun: Noun, database_url: str, processes: int, checkout: Path | None = None) -> Server:
    """Start one of the APPS for one noun, by the code of a checkout if one is named, and wait until it answers."""
    settings = {"BENCH_NOUN": noun.name, "TMF_APIS": noun.api, **VARIANTS.get(name, {})}
    if checkout is not None:
        settings["PYTHONPATH"] = code_of(checkout)
    if APPS[name] == FACTORY:
        base = APIS[noun.api].base_path
        collections = {version: f"{base}/{version}/{noun.name}" for version in ("v5", "v4")}
    else:
        collections = {"v5": f"/{noun.name}"}
    return start(name, database_url, processes, settings, collections)


def code_of(checkout: Path) -> str:
    """The PYTHONPATH that puts the code of a checkout before what is installed."""
    return os.pathsep.join(str(checkout / folder) for folder in ("src", "."))


def start(
    name: str,
    database_url: str,
    processes: int,
    settings: Mapping[str, str],
    collections: dict[str, str] | None = None,
) -> Server:
    """Start one of the APPS with further settings and wait until it answers at the first of the collections."""
    port = _free_port()
    environment = os.environ | {
        "BENCH_DATABASE_URL": database_url,
        "TMF_DATABASE_URL": database_url,
        "TMF_DEMO": "0",
        "TMF_WORKER": "0",
        "TMF_PORT": str(port),
        **settings,
    }
    command = [sys.executable, "-m", "uvicorn", APPS[name], "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", str(processes), "--no-access-log", "--log-level", "error"]
    collections = collections or {"v5": LIVE}
    if APPS[name] == FACTORY:
        command.append("--factory")
    begun = time.perf_counter()
    process = subprocess.Popen(command, env=environment)
    url = f"http://127.0.0.1:{port}"
    _wait(url + next(iter(collections.values())), process)
    return Server(name, process, url, collections, time.perf_counter() - begun)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise SystemExit(f"{url}: the server ended with {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                answer.read()
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    process.terminate()
    raise SystemExit(f"{url}: no answer within 30 s")


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
