"""Counters of this process, and the sums over all processes of a machine. No HTTP, no SQL."""

import os
import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Self

import orjson
import structlog

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the latency histogram in seconds; slower requests are counted after the last bound."""

WRITE_SECONDS = 2.0
log = structlog.get_logger(__name__)
UNNAMED = ("", "")
Key = tuple[str, str, int]  # base path of the document, operationId, hundreds of the status


class Histogram:
    """Latency histogram of one kind of request: the count up to each bound, and the sum of seconds."""

    __slots__ = ("counts", "seconds")

    def __init__(self, counts: Iterable[int] = (), seconds: float = 0.0) -> None:
        self.counts = list(counts) or [0] * (len(BOUNDS) + 1)
        self.seconds = seconds

    def add(self, other: "Histogram") -> None:
        """Add the counts of another process."""
        self.counts = [mine + theirs for mine, theirs in zip(self.counts, other.counts, strict=True)]
        self.seconds += other.seconds


class Metrics:
    """Counters of one process: requests on the event loop, deliveries on the worker's, so that no lock is needed."""

    def __init__(self) -> None:
        self.requests: dict[Key, Histogram] = {}
        self.deliveries: Counter[str] = Counter()

    def request(self, operation: tuple[str, str], status: int, seconds: float) -> None:
        """Count one request; `operation` is the base path of the document with the operationId, or UNNAMED."""
        key = (*operation, status // 100)
        cell = self.requests.get(key)
        if cell is None:
            cell = self.requests[key] = Histogram()
        cell.counts[bisect_left(BOUNDS, seconds)] += 1
        cell.seconds += seconds

    def delivery(self, outcome: str) -> None:
        """Count one delivery: delivered, failed or parked."""
        self.deliveries[outcome] += 1

    def add(self, other: "Metrics") -> None:
        """Add the counts of another process."""
        for key, cell in other.requests.items():
            self.requests.setdefault(key, Histogram()).add(cell)
        self.deliveries.update(other.deliveries)

    def dump(self) -> bytes:
        """As text for another process."""
        cells = [[*key, cell.seconds, *cell.counts] for key, cell in list(self.requests.items())]
        return orjson.dumps([cells, dict(self.deliveries)])

    @classmethod
    def load(cls, text: bytes) -> "Metrics":
        """From the text of `dump`."""
        found = cls()
        cells, deliveries = orjson.loads(text)
        for base, operation, status, seconds, *counts in cells:
            found.requests[base, operation, status] = Histogram(counts, seconds)
        found.deliveries.update(deliveries)
        return found


METRICS = Metrics()
"""The counters of this process."""


class SharedMetrics:
    """Counters of all processes with a common folder: each process keeps a file, written every few seconds.

    The file of an ended process stays, so that sums never fall; each start of the processes gives a new folder.
    """

    def __init__(self, folder: Path, own: Metrics = METRICS) -> None:
        self._folder = folder
        self._own = own
        self._file = folder / f"{os.getpid()}-{time.time_ns()}.json"
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="metrics", daemon=True)

    def __enter__(self) -> Self:
        """Begin to write."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Write for the last time."""
        self.stop()

    def start(self) -> None:
        """Begin to write."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._thread.start()

    def stop(self) -> None:
        """Write for the last time."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(WRITE_SECONDS):
            self._try_to_write()
        self._try_to_write()

    def _try_to_write(self) -> None:
        try:
            self.write()
        except OSError as error:
            log.warning("metrics cannot be shared just now", folder=str(self._folder), error=str(error))

    def write(self) -> None:
        """Write the counters of this process at once, so that no reader sees half a file."""
        draft = self._file.with_suffix(".new")
        draft.write_bytes(self._own.dump())
        draft.replace(self._file)

    def total(self) -> Metrics:
        """Return the sum of this process up to now and of other processes up to the last write of each."""
        found = Metrics()
        found.add(self._own)
        for file in self._folder.glob("*.json"):
            if file != self._file:
                found.add(Metrics.load(file.read_bytes()))
        return found


def shared_metrics(folder: Path | None) -> SharedMetrics | None:
    """Return the counters of this process and of all processes with the folder; None without a folder."""
    return None if folder is None else SharedMetrics(folder)
