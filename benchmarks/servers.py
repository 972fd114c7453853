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

APPS = {
    "this server": "tmf_server.app:from_environment",
    "bare": "benchmarks.peers.bare:app",
    "orm": "benchmarks.peers.orm:app",
    "tuned": "benchmarks.peers.tuned:app",
}
CATALOG = {"TMF_APIS": "TMF620"}
BASE = {"v5": "/tmf-api/productCatalogManagement/v5", "v4": "/tmf-api/productCatalogManagement/v4"}


@dataclass
class Server:
    """One running server; `collection` is the path of the offerings."""

    name: str
    process: subprocess.Popen[bytes]
    url: str
    collections: dict[str, str]
    started_in: float

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


def start(name: str, database_url: str, processes: int, settings: Mapping[str, str] = CATALOG) -> Server:
    """Start a server and wait until it answers; `settings` are further ones of ours."""
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
    if name == "this server":
        command.append("--factory")
    begun = time.perf_counter()
    process = subprocess.Popen(command, env=environment)
    own = name == "this server"
    collections = (
        {version: f"{base}/productOffering" for version, base in BASE.items()} if own else {"v5": "/productOffering"}
    )
    url = f"http://127.0.0.1:{port}"
    _wait(url + collections["v5"] + "?" if own else url + collections["v5"], process)
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
