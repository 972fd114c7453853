"""Writes records into a file: an array or a record a line, plain or gzip. Knows no noun."""

import gzip
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Protocol, Self

from tmf_server.processes.jobs.formats import Format

LEVEL = 6


class Target(Protocol):
    """A stream of bytes, such as a file."""

    def write(self, data: bytes, /) -> int:
        """Append the bytes."""

    def flush(self) -> object:
        """Hand buffered bytes on to the system."""


class RecordWriter:
    """Writes records one batch after another; complete when the `with` block ends without an error."""

    def __init__(self, target: Target, chosen: Format) -> None:
        self._gzip: Any = gzip.GzipFile("", "wb", LEVEL, target, mtime=0) if chosen.gzip else None
        self._write = (self._gzip or target).write
        self._lines = chosen.lines
        self._count = 0

    def write(self, records: Sequence[bytes]) -> None:
        """Append records, given as JSON texts."""
        if not records:
            return
        if self._lines:
            self._write(b"\n".join(records) + b"\n")
        else:
            self._write((b",\n" if self._count else b"[\n") + b",\n".join(records))
        self._count += len(records)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            if self._gzip is not None:
                self._gzip.fileobj = None  # an abandoned file gets no closing bytes
            return
        if not self._lines:
            self._write(b"\n]\n" if self._count else b"[]\n")
        if self._gzip is not None:
            self._gzip.close()
