"""Commands as processes: they serve, stop, survive a kill, and wait for each other."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.support.commands import Command, good
from tests.support.servers.receiver import eventually
from tmf_server.config import Settings
from tmf_server.model.jobs import transfer_job
from tmf_server.storage.connection.database import Database

API = "/tmf-api/productCatalogManagement/v5"
ALL = {"TMF_APIS": ""}


@contextmanager
def running(*words: str, **variables: str) -> Iterator[subprocess.Popen[str]]:
    """A command in a process of its own."""
    start = [sys.executable, "-c", "from tmf_server.cli import main; main()", *words]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TMF_")} | variables
    process = subprocess.Popen(start, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def stopped(process: subprocess.Popen[str]) -> int:
    process.send_signal(signal.SIGTERM)
    return process.wait(30)


def test_serve_migrates_loads_the_demo_serves_and_stops(variables: dict[str, str]) -> None:
    port = free_port()
    with running("serve", "--port", str(port), **variables) as process:
        offerings = f"http://127.0.0.1:{port}{API}/productOffering"
        assert eventually(lambda: answers(offerings), 60), process.poll()
        assert httpx.get(offerings).headers["x-total-count"] == "16"
        body = {"@type": "ExportJob", "url": "/files/out.json", "path": "/category"}
        job = httpx.post(f"http://127.0.0.1:{port}{API}/exportJob", json=body).json()
        assert eventually(lambda: httpx.get(job["href"]).json()["status"] == "Succeeded", 30)
        assert len(httpx.get(f"http://127.0.0.1:{port}/files/out.json").json()) == 7
        assert stopped(process) in (0, -signal.SIGTERM)


def test_several_processes_serve_one_database(variables: dict[str, str]) -> None:
    port = free_port()
    with running("serve", "--port", str(port), "--workers", "2", **variables, TMF_DEMO="0") as process:
        categories = f"http://127.0.0.1:{port}{API}/category"
        assert eventually(lambda: answers(categories), 90), process.poll()
        for number in range(20):
            body = {"@type": "Category", "name": str(number)}
            assert httpx.post(categories, json=body).status_code == 201
        assert httpx.get(categories).headers["x-total-count"] == "20"
        stopped(process)


def test_an_ephemeral_server_leaves_nothing(tmp_path: Path) -> None:
    port = free_port()
    settings = {"TMF_LOG_LEVEL": "warning", "TMPDIR": str(tmp_path), "TMF_CACHE_DIR": ""}
    with running("serve", "--ephemeral", "--apis", "TMF620/v5", "--port", str(port), **settings) as process:
        assert eventually(lambda: answers(f"http://127.0.0.1:{port}{API}/category"), 60), process.poll()
        assert [path.name for path in tmp_path.glob("tmf-server-*/*.db")] == ["tmf.db"]
        stopped(process)
    assert list(tmp_path.glob("tmf-server-*")) == []


def test_a_killed_worker_loses_nothing_of_its_job(command: Command, variables: dict[str, str], tmp_path: Path) -> None:
    count = 6_000
    (tmp_path / "files").mkdir()
    with (tmp_path / "files" / "many.ndjson").open("w") as file:
        file.writelines(json.dumps({"@type": "Category", "name": f"C{number}"}) + "\n" for number in range(count))
    port = free_port()
    quick = variables | {"TMF_LEASE_SECONDS": "2", "TMF_DELIVERY_SECONDS": "0.5"}
    with running("serve", "--port", str(port), **quick, TMF_DEMO="0", TMF_WORKER="0") as server:
        assert eventually(lambda: answers(f"http://127.0.0.1:{port}{API}/category"), 60), server.poll()
        body = {"@type": "ImportJob", "url": "/files/many.ndjson"}
        job = httpx.post(f"http://127.0.0.1:{port}{API}/importJob", json=body).json()
        database = Database(Settings.of(database_url=variables["TMF_DATABASE_URL"]))

        def done() -> int:
            with database.read() as connection:
                return int(connection.execute(transfer_job.select()).mappings().one()["imported"])

        with running("worker", **quick) as worker:
            assert eventually(lambda: done() > 0, 60), worker.poll()
            worker.kill()
            worker.wait(10)
        assert 0 < done() < count
        with running("worker", **quick) as worker:
            assert eventually(lambda: httpx.get(job["href"]).json()["status"] == "Succeeded", 120), worker.poll()
            assert stopped(worker) == 0
        database.close()
    names = [json.loads(line)["name"] for line in good(command("dump", "category")).splitlines()]
    assert sorted(names) == sorted(f"C{number}" for number in range(count))


def test_two_commands_at_once_wait_for_each_other(variables: dict[str, str]) -> None:
    started = time.monotonic()
    with running("db", "upgrade", **variables) as one, running("db", "upgrade", **variables) as other:
        assert [one.wait(60), other.wait(60)] == [0, 0], one.stdout
    assert time.monotonic() - started < 60
