"""The folder of files that jobs read and write: safe names, atomic publishing, a bound on size. No SQL, no HTTP."""

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
    """The files of one server. Several machines that share a database share this folder too."""

    def __init__(self, folder: Path, max_bytes: int) -> None:
        self.folder = folder
        self.max_bytes = max_bytes

    def path(self, name: str) -> Path:
        """Where the file of that name lies; InvalidInput for a name that is none."""
        return self.folder / check_name(name)

    def existing(self, name: str) -> Path:
        """Where the file of that name lies; NotFound when it does not."""
        path = self.path(name)
        if not path.is_file():
            raise NotFound(f"There is no file {name!r}. Upload it first with PUT /files/{name}.")
        return path

    def spool(self, job: str) -> Path:
        """Where the copy of a file from elsewhere lies while its job works on it."""
        return self.folder / SPOOL / job.replace("/", "-")

    @contextlib.contextmanager
    def publish(self, path: Path) -> "Iterator[Draft]":
        """Write a file that appears under its name complete and on disk, or not at all; TooLarge over the bound."""
        draft = self.draft(path)
        try:
            yield draft
            draft.publish()
        finally:
            draft.discard()

    def draft(self, path: Path) -> "Draft":
        """Begin a file that is to appear under the name."""
        path.parent.mkdir(parents=True, exist_ok=True)
        return Draft(path, self.max_bytes)

    def remove(self, name: str) -> None:
        """Remove the file; NotFound when there is none."""
        self.existing(name).unlink()

    def clean(self, older_than: float) -> int:
        """Remove what writers that were killed left behind before the instant (seconds since 1970); how many."""
        stale = [path for path in self.folder.rglob(f".*{PARTIAL}") if _modified(path) < older_than]
        for path in stale:
            path.unlink(missing_ok=True)
        return len(stale)


class Draft:
    """A file of `size` bytes that is being written beside its place, and refuses to grow beyond its bound."""

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
        """Bring the bytes to disk and give the file its name."""
        self._raw.flush()
        os.fsync(self._raw.fileno())
        self._raw.close()
        self._partial.replace(self._path)
        _sync_folder(self._path.parent)

    def discard(self) -> None:
        """Remove what was written, unless it was published."""
        try:
            self._raw.close()
        finally:
            self._partial.unlink(missing_ok=True)


def check_name(name: str) -> str:
    """The name, if it is one that a file can have; InvalidInput otherwise."""
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
