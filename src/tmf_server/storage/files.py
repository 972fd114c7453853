"""The folder of files for jobs: safe names, atomic publishing, a bound on size. No SQL, no HTTP."""

import contextlib
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

from tmf_server.errors import Fault, InvalidInput, NotFound, TooLarge

NAME_FORM = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}")
PARTIAL = ".partial"
SPOOL = ".spool"


class FileStore:
    """The files of one server, in a folder shared by all machines on one database."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self.folder = folder
        self.max_bytes = max_bytes

    def path(self, name: str) -> Path:
        """Return the path of the file; InvalidInput for an unsafe name."""
        return self.folder / check_name(name)

    def existing(self, name: str) -> Path:
        """Return the path of the file; NotFound without the file."""
        path = self.path(name)
        if not path.is_file():
            raise NotFound(f"There is no file {name!r}. Upload it first with PUT /files/{name}.")
        return path

    def spool(self, job: str) -> Path:
        """Return the path of a downloaded copy for the time of the job."""
        return self.folder / SPOOL / job.replace("/", "-")

    @contextlib.contextmanager
    def publish(self, path: Path) -> "Iterator[Draft]":
        """Write a file to appear complete and on disk, or not at all; TooLarge over the bound."""
        draft = self.draft(path)
        try:
            yield draft
            draft.publish()
        finally:
            draft.discard()

    def draft(self, path: Path) -> "Draft":
        """Begin a file to appear under the name."""
        path.parent.mkdir(parents=True, exist_ok=True)
        return Draft(path, self.max_bytes)

    def remove(self, name: str) -> None:
        """Remove the file; NotFound without the file."""
        self.existing(name).unlink()

    def clean(self, older_than: float) -> int:
        """Remove the remains of killed writers from before the instant (seconds since 1970); return the number."""
        stale = [path for path in self.folder.rglob(f".*{PARTIAL}") if _modified(path) < older_than]
        for path in stale:
            path.unlink(missing_ok=True)
        return len(stale)


class Draft:
    """An unpublished file of `size` bytes beside its final place, with a bound on size."""

    def __init__(self, path: Path, max_bytes: int) -> None:
        self._path = path
        self._partial = path.with_name(f".{path.name}.{secrets.token_hex(8)}{PARTIAL}")
        self._raw = self._partial.open("xb")
        self._max_bytes = max_bytes
        self.size = 0

    def write(self, data: bytes) -> int:
        """Append the bytes. Raises TooLarge."""
        self.size += len(data)
        if self.size > self._max_bytes:
            raise TooLarge(f"The file is larger than the {self._max_bytes} bytes that are taken.")
        return self._raw.write(data)

    def flush(self) -> None:
        """Hand the bytes to the system."""
        self._raw.flush()

    def publish(self) -> None:
        """Sync the bytes to disk and give the file its name."""
        self._raw.flush()
        os.fsync(self._raw.fileno())
        self._raw.close()
        self._partial.replace(self._path)
        _sync_folder(self._path.parent)

    def discard(self) -> None:
        """Remove the bytes, unless published."""
        try:
            self._raw.close()
        finally:
            self._partial.unlink(missing_ok=True)


def check_name(name: str) -> str:
    """Return the name if safe; InvalidInput otherwise."""
    if NAME_FORM.fullmatch(name) is None:
        expected = "expected 1 to 128 letters, digits and . _ -, not beginning with a dot"
        raise InvalidInput("This is not the name of a file.", faults=[Fault("/url", expected)], code="invalidFileName")
    return name


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
