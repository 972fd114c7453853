"""A double of the made-up API, examined in this process or served on loopback."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from tmf_conformance import lifecycles
from tmf_conformance.documents.document import Document, load
from tmf_conformance.running.results import Outcome, Report
from tmf_conformance.running.session import Options
from tmf_conformance.running.suite import Suite, Target
from tmf_double.app import Double
from tmf_double.inside import Inside

ROOT = Path(__file__).resolve().parents[2]
WIDGET = ROOT / "conformance" / "tmf_double" / "widget.yaml"
WIDGET_LIFECYCLES = ROOT / "conformance" / "tmf_double" / "widget-lifecycles.yaml"

Examine = Callable[..., Report]


@pytest.fixture(scope="session")
def widget() -> Document:
    """The document of the made-up API."""
    return load(WIDGET)


@pytest.fixture
def examine(widget: Document) -> Examine:
    """The suite's report of a double in this process: `examine("filter.ne", double=Broken, read_only=True)`."""

    def run(*only: str, double: type[Double] = Double, **options: object) -> Report:
        machines = lifecycles.read(WIDGET_LIFECYCLES)

        async def whole() -> Report:
            server = double(widget, machines)
            chosen = Options(only=only, seed="test", event_timeout=60, retry_timeout=60, **options)  # type: ignore[arg-type]
            try:
                suite = Suite([Target(widget, "http://double/api")], machines, chosen, wire=Inside(server.asgi))
                return await suite.run()
            finally:
                await server.close()

        return asyncio.run(whole())

    return run


def outcomes(report: Report) -> dict[str, Outcome]:
    """Outcome by `subject: check`."""
    return {f"{result.subject}: {result.check.id}": result.outcome for result in report.results}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(*options: str) -> Iterator[str]:
    """The base URL of a double on a real port."""
    port = free_port()
    command = [sys.executable, "-m", "tmf_double", str(WIDGET), "--port", str(port), *options]
    process = subprocess.Popen(command, cwd=ROOT / "conformance")
    base = f"http://127.0.0.1:{port}/api"
    try:
        _wait(base, process)
        yield base
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    """The base URL of the whole double on a real port."""
    with serving() as base:
        yield base


def _wait(base: str, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(200):
        assert process.poll() is None, "the double ended at once"
        with suppress(httpx.TransportError):
            httpx.get(f"{base}/widget", trust_env=False)
            return
        time.sleep(0.1)
    raise AssertionError("the double does not answer")


class Command:
    """tmf-conformance run as its users run it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        program = "import sys; from tmf_conformance.cli import main; sys.argv[0] = 'tmf-conformance'; main()"
        command = [sys.executable, "-c", program, *arguments]
        environment = {**os.environ, "COLUMNS": "200", "PYTHONPATH": str(ROOT / "conformance")}
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, cwd=self.folder, env=environment, text=True, **streams)  # type: ignore[call-overload,no-any-return]

    def run(self, *arguments: str, seconds: float = 90) -> tuple[int, str, str]:
        """Exit status, standard output and standard error."""
        process = self.start(*arguments)
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            raise
        return process.returncode, out, err


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path)
