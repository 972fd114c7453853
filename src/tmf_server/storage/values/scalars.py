"""Typed readings of JSON values; None for a value of another type. Pure."""

from decimal import Decimal
from typing import Any

from tmf_server.rules.instants import parse_instant
from tmf_server.storage.values.column_map import INDEXED_CHARACTERS
from tmf_server.storage.values.numbers import GREATEST


def instant_of(value: Any) -> int | None:
    """Return microseconds since 1970 UTC."""
    if not isinstance(value, str):
        return None
    try:
        return parse_instant(value)
    except (ValueError, OverflowError):
        return None


def boolean_of(value: Any) -> bool | None:
    """Return a truth value."""
    return value if isinstance(value, bool) else None


def decimal_of(value: Any) -> Decimal | None:
    """Return a number by the digits as written."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    return Decimal(str(value))


def integer_of(value: Any) -> int | None:
    """Return an integer, also of a double without a fraction."""
    if isinstance(value, float) and value.is_integer() and abs(value) < GREATEST:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def indexed_text_of(value: Any) -> str | None:
    """Return the beginning of a text, as long as an index takes."""
    return value[:INDEXED_CHARACTERS] if isinstance(value, str) else None
