"""Counters of this process, and how the processes of one machine add theirs up. No HTTP, no SQL."""

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
"""Upper bounds of the histogram of latencies, in seconds; what took longer is counted after the last."""

WRITE_SECONDS = 2.0
log = structlog.get_logger(__name__)
UNNAMED = ("", "")
Key = tuple[str, str, int]  # base path of the document, operationId, hundreds of the status


class Cell:
    """Requests of one kind: how many took up to each bound, and the sum of their seconds."""

    __slots__ = ("counts", "seconds")

    def __init__(self, counts: Iterable[int] = (), seconds: float = 0.0) -> None:
        self.counts = list(counts) or [0] * (len(BOUNDS) + 1)
        self.seconds = seconds

    def add(self, other: "Cell") -> None:
        """Add what another process counted."""
        self.counts = [mine + theirs for mine, theirs in zip(self.counts, other.counts, strict=True)]
        self.seconds += other.seconds


class Figures:
    """What one process counted: requests on its event loop, deliveries on the worker's, so that no lock is needed."""

    def __init__(self) -> None:
        self.requests: dict[Key, Cell] = {}
        self.deliveries: Counter[str] = Counter()

    def request(self, operation: tuple[str, str], status: int, seconds: float) -> None:
        """Count one request; `operation` is the base path of its document and its operationId, or UNNAMED."""
        key = (*operation, status // 100)
        cell = self.requests.get(key)
        if cell is None:
            cell = self.requests[key] = Cell()
        cell.counts[bisect_left(BOUNDS, seconds)] += 1
        cell.seconds += seconds

    def delivery(self, outcome: str) -> None:
        """Count one delivery: delivered, failed or parked."""
        self.deliveries[outcome] += 1

    def add(self, other: "Figures") -> None:
        """Add what another process counted."""
        for key, cell in other.requests.items():
            self.requests.setdefault(key, Cell()).add(cell)
        self.deliveries.update(other.deliveries)

    def dump(self) -> bytes:
        """As text for another process."""
        cells = [[*key, cell.seconds, *cell.counts] for key, cell in list(self.requests.items())]
        return orjson.dumps([cells, dict(self.deliveries)])

    @classmethod
    def load(cls, text: bytes) -> "Figures":
        """From the text of `dump`."""
        found = cls()
        cells, deliveries = orjson.loads(text)
        for base, operation, status, seconds, *counts in cells:
            found.requests[base, operation, status] = Cell(counts, seconds)
        found.deliveries.update(deliveries)
        return found


FIGURES = Figures()
"""Those of this process."""


class Shared:
    """The figures of all processes that use a folder: each keeps a file there, written every few seconds.

    A process that ended leaves its file behind, so that sums never fall; who starts the processes gives a new folder.
    """

    def __init__(self, folder: Path, own: Figures = FIGURES) -> None:
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
        """Write what this process counted so far, so that no reader sees half of it."""
        draft = self._file.with_suffix(".new")
        draft.write_bytes(self._own.dump())
        draft.replace(self._file)

    def total(self) -> Figures:
        """The sum over this process, up to now, and the others, up to their last writing."""
        found = Figures()
        found.add(self._own)
        for file in self._folder.glob("*.json"):
            if file != self._file:
                found.add(Figures.load(file.read_bytes()))
        return found


def shared_figures(folder: Path | None) -> Shared | None:
    """The figures of this process and of those that use the folder; None where each keeps to its own."""
    return None if folder is None else Shared(folder)
