"""Reads the records of a file: array or lines, plain or gzip, detected from the bytes. Knows no noun."""

import gzip
import json
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from tmf_server.errors import InvalidInput

CHUNK = 1 << 20
GZIP_MAGIC = b"\x1f\x8b"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
BLANK = b" \t\r\n"
NUMBER_PARTS = frozenset(["", *"0123456789.eE+-"])
VALUE_STARTS = frozenset('{["-0123456789tfn')  # of JSON values, RFC 8259 section 3
NOT_BLANK = re.compile(r"[^ \t\r\n]")
# Finds the end of a value quickly; the strict parser judges the value later.
SCANNER = json.JSONDecoder(strict=False, parse_int=str, parse_float=str, parse_constant=str)
MOST_UNPACKED = 250  # times the packed size; JSON seldom shrinks to a fiftieth, a bomb to a thousandth
MOST_BLANK = 1 << 20  # bytes without a record
# Up to the next bracket outside of a string. Possessive throughout: no bytes make the expression backtrack.
STRUCTURE = re.compile(r'[^"{}\[\]]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^"{}\[\]]*+)*+([{}\[\]])', re.DOTALL)


@dataclass(frozen=True, slots=True)
class FilePosition:
    """A place between two records: `position` in the unpacked bytes, and the numbers of records and lines before."""

    position: int = 0
    number: int = 0
    line: int = 0


START = FilePosition()


@dataclass(frozen=True, slots=True)
class RawRecord:
    """The bytes of a record, the position behind the record, and its first line, counted from 1."""

    data: bytes
    line: int
    after: FilePosition


def read_records(path: Path, max_bytes: int, start: FilePosition = START) -> Iterator[RawRecord]:
    """Yield the records of the file from a position on, each of at most `max_bytes`.

    A broken line of a file of lines is yielded unchanged, for the parser to refuse. A fault that makes the rest of
    the file unreadable (a cut file, an array ending in the middle) raises InvalidInput.
    """
    try:
        with _unpacked(path) as stream:
            head = stream.read(4096)
            blank = BYTE_ORDER_MARK if head.startswith(BYTE_ORDER_MARK) else b""
            is_array = head.removeprefix(blank).lstrip(BLANK)[:1] == b"["
            stream.seek(start.position or len(blank))
            begin = start if start.position else FilePosition(len(blank))
            yield from _Array(stream, begin, max_bytes) if is_array else _lines(stream, begin, max_bytes)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise broken("It is compressed, and damaged or cut off") from error


@contextmanager
def _unpacked(path: Path) -> Iterator[IO[bytes]]:
    with path.open("rb") as raw:
        packed = raw.read(2) == GZIP_MAGIC
        raw.seek(0)
        if packed:
            with gzip.GzipFile(fileobj=raw) as unpacked:
                yield cast("IO[bytes]", _Watched(unpacked, MOST_UNPACKED * path.stat().st_size + CHUNK))
        else:
            yield raw


class _Watched:
    """An unpacked stream with a limit: InvalidInput when the content is far larger than the packed file."""

    def __init__(self, stream: gzip.GzipFile, most: int) -> None:
        self._stream = stream
        self._most = most

    def seek(self, position: int) -> int:
        return self._stream.seek(position)

    def read(self, size: int) -> bytes:
        return self._checked(self._stream.read(size))

    def readline(self, size: int) -> bytes:
        return self._checked(self._stream.readline(size))

    def _checked(self, data: bytes) -> bytes:
        if self._stream.tell() > self._most:
            raise broken(f"It unpacks to more than {MOST_UNPACKED} times its size")
        return data


def _lines(stream: IO[bytes], mark: FilePosition, max_bytes: int) -> Iterator[RawRecord]:
    position, number, line, filled = mark.position, mark.number, mark.line, mark.position
    while data := stream.readline(max_bytes + 2):
        position += len(data)
        line += 1
        text = data.strip(BLANK)
        if len(text) > max_bytes:
            raise broken(f"Line {line} is longer than {max_bytes} bytes")
        if text:
            number += 1
            filled = position
            yield RawRecord(text, line, FilePosition(position, number, line))
        elif position - filled > MOST_BLANK:
            raise broken(f"More than {MOST_BLANK} bytes up to line {line} are blank")


class _Array:
    """Splits a JSON array into the bytes of its elements, unjudged. Holds an element and a chunk at most."""

    def __init__(self, stream: IO[bytes], mark: FilePosition, max_bytes: int) -> None:
        self._stream = stream
        self._max_bytes = max_bytes
        # Latin-1 makes a character of each byte: a place in the text is the same place in the bytes
        self._buffer = ""
        self._at = 0  # the next place in the buffer to read
        self._base = mark.position  # of the buffer in the unpacked bytes
        self._number = mark.number
        self._line = mark.line
        self._fresh = mark.number == 0

    def __iter__(self) -> Iterator[RawRecord]:
        if self._fresh:
            self._take("[")
        while self._begin():
            first = self._line + 1
            data = self._element()
            self._number += 1
            yield RawRecord(data, first, FilePosition(self._base + self._at, self._number, self._line))
        if self._peek():
            raise broken("Something follows the end of the array")

    def _begin(self) -> bool:
        """Go to the next element; False at the end of the array."""
        found = self._peek()
        if found == "]":
            self._at += 1
            return False
        if self._number:
            self._take(",")
            found = self._peek()
        if not found or found not in VALUE_STARTS:
            raise broken(f"Record {self._number + 1} on line {self._line + 1} is no JSON value")
        return True

    def _peek(self) -> str:
        """Return the next byte besides blanks, without consuming the byte; empty at the end of the file."""
        start = self._base + self._at
        while True:
            found = NOT_BLANK.search(self._buffer, self._at)
            self._go(found.start() if found else len(self._buffer))
            if found is not None:
                return found[0]
            if self._base + self._at - start > MOST_BLANK:
                raise broken(f"More than {MOST_BLANK} bytes up to line {self._line + 1} are blank")
            if not self._more():
                return ""

    def _take(self, expected: str) -> None:
        found = self._peek()
        if found != expected:
            what = repr(found) if found else "the end of the file"
            raise broken(f"Line {self._line + 1}, after record {self._number}: {expected!r} is expected, not {what}")
        self._go(self._at + 1)

    def _go(self, to: int) -> None:
        self._line += self._buffer.count("\n", self._at, to)
        self._at = to

    def _element(self) -> bytes:
        # A number may go on in the next chunk, at its last digit, its point or its exponent.
        while (end := self._end()) is None or self._buffer[end : end + 1] in NUMBER_PARTS:
            self._check_size(len(self._buffer))
            if not self._more():
                end = self._end()
                break
        if end is None:
            raise broken(f"It ends in the middle of record {self._number + 1}, which begins on line {self._line + 1}")
        self._check_size(end)
        data = self._buffer[self._at : end].encode("latin-1")
        self._go(end)
        return data

    def _check_size(self, end: int) -> None:
        if end - self._at > self._max_bytes:
            raise broken(f"Record {self._number + 1} on line {self._line + 1} is larger than {self._max_bytes} bytes")

    def _end(self) -> int | None:
        """Return the end of the element beginning at the current place; None when the buffer has only a part."""
        try:
            return SCANNER.raw_decode(self._buffer, self._at)[1]
        except (ValueError, RecursionError):
            return self._closing_bracket() if self._buffer[self._at] in "{[" else None

    def _closing_bracket(self) -> int | None:
        """Return the end of an object that is no JSON, by its brackets; the parser names the fault later."""
        depth, scan = 0, self._at
        while found := STRUCTURE.match(self._buffer, scan):
            scan = found.end()
            depth += 1 if found[1] in "{[" else -1
            if depth == 0:
                return scan
        return None

    def _more(self) -> bool:
        chunk = self._stream.read(CHUNK)
        self._buffer = self._buffer[self._at :] + chunk.decode("latin-1")
        self._base += self._at
        self._at = 0
        return bool(chunk)


def broken(what: str) -> InvalidInput:
    """Return the error for a file with an unreadable rest."""
    return InvalidInput(f"The file cannot be read on. {what}.", code="brokenFile")
