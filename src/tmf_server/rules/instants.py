"""Instants as integer microseconds since 1970 UTC, and the text forms. No HTTP, no SQL."""

import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
FORM = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?([Zz]|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII,
)


def parse_instant(text: str) -> int:
    """Microseconds since 1970 UTC of an ISO 8601 instant; a missing time is midnight, a missing offset is UTC.

    Digits below the microsecond are cut. Raises ValueError for anything else.
    """
    match = FORM.fullmatch(text)
    if match is None:
        raise ValueError(f"not an ISO 8601 instant: {text[:40]!r}")
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    moment = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), 0, tzinfo=UTC)
    seconds = int(second or 0)
    if seconds > 60:
        raise ValueError(f"no such second: {text[:40]!r}")
    micros = (moment - EPOCH) // MICROSECOND + seconds * 1_000_000 + int((fraction or "0")[:6].ljust(6, "0"))
    return micros - _offset_seconds(offset) * 1_000_000


def _offset_seconds(offset: str | None) -> int:
    if offset is None or offset in "Zz":
        return 0
    digits = offset[1:].replace(":", "")
    seconds = int(digits[:2]) * 3600 + int(digits[2:] or 0) * 60
    return -seconds if offset[0] == "-" else seconds


def to_utc(text: str) -> str:
    """Return the instant in UTC with `Z` and unchanged sub-second digits; any other text comes back unchanged.

    A date without a time stays a date, an instant without an offset is taken as UTC.
    """
    match = FORM.fullmatch(text)
    if match is None or match[4] is None or text[-1] == "Z":
        return text
    offset = _offset_seconds(match[8])
    fraction = f".{match[7]}" if match[7] else ""
    try:
        moment = datetime.fromisoformat(f"{match[1]}-{match[2]}-{match[3]}T{match[4]}:{match[5]}:{match[6] or '00'}")
        moment -= timedelta(seconds=offset)
    except (ValueError, OverflowError):
        return text
    return f"{moment.isoformat()}{fraction}Z"


def format_instant(micros: int) -> str:
    """Return the instant in UTC with `Z` and 3 digits, 6 where needed: 2026-01-01T00:00:00.000Z."""
    moment = EPOCH + micros * MICROSECOND
    precision = "microseconds" if micros % 1000 else "milliseconds"
    return moment.isoformat(timespec=precision).replace("+00:00", "Z")


def within(period: Mapping[str, Any] | None, moment: int) -> bool:
    """Return true for an instant inside `startDateTime` and `endDateTime`; a missing end does not bound."""
    said = period or {}
    start, end = said.get("startDateTime"), said.get("endDateTime")
    return (start is None or parse_instant(start) <= moment) and (end is None or moment < parse_instant(end))


def machine_now() -> int:
    """Return the present instant in microseconds by the machine's clock, for comparison with other clocks."""
    return time.time_ns() // 1000


class _Present:
    read: Callable[[], int] = staticmethod(machine_now)


def now() -> int:
    """Return the present instant in microseconds for records and events."""
    return _Present.read()


def drive(source: Callable[[], int] | None) -> None:
    """Let `now` of this process read the source, or the machine's clock for None. For servers in tests."""
    _Present.read = staticmethod(source or machine_now)
