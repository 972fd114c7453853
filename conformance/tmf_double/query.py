"""The query language of the double: conditions, operators, JSONPath, sort keys. No HTTP, no storage."""

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

import re2

from tmf_double.refusal import Refused

Record = dict[str, Any]
_WORDS = ("eq", "ne", "gte", "gt", "lte", "lt", "regex")
_SIGNS = (
    ("==", "eq"),
    ("!=", "ne"),
    (">=", "gte"),
    ("<=", "lte"),
    ("=~", "regex"),
    ("*=", "regex"),
    (">", "gt"),
    ("<", "lt"),
)


@dataclass(frozen=True)
class Condition:
    """`path op value`, true when any of the values fits."""

    path: str
    op: str
    values: tuple[str, ...]


def conditions(raw: str, reserved: set[str]) -> list[list[Condition]]:
    """The conditions of a raw query string: all of the outer list must hold, one of each inner list."""
    groups: dict[tuple[str, str], list[Condition]] = {}
    for number, part in enumerate(part for part in raw.split("&") if part):
        branches = [condition(piece) for piece in part.split(";")]
        if branches[0].path in reserved:
            continue
        key = (branches[0].path, branches[0].op) if len(branches) == 1 else ("", str(number))
        groups.setdefault(key, []).extend(branches)
    return list(groups.values())


def condition(part: str) -> Condition:
    """One condition in any of its written forms: `a=1`, `a.gt=1`, `a>1` (encoded), `a>=1`."""
    name, equals, value = part.partition("=")
    decoded = unquote_plus(name)
    if equals and decoded[-1:] in "><!*" and decoded[-1:]:
        signs = {">": "gte", "<": "lte", "!": "ne", "*": "regex"}
        return Condition(decoded[:-1], signs[decoded[-1]], _split(value))
    if not equals:
        return _signed(unquote_plus(part))
    path, _, word = decoded.rpartition(".")
    if word in _WORDS and path:
        return Condition(path, word, _split(value) if word != "regex" else (unquote_plus(value),))
    return Condition(decoded, "eq", _split(value))


def _signed(text: str) -> Condition:
    for sign, op in _SIGNS:
        if sign in text:
            path, _, value = text.partition(sign)
            return Condition(path, op, (value,))
    raise Refused(400, f"the query part {text!r} is no condition", "write attribute=value")


def _split(value: str) -> tuple[str, ...]:
    return tuple(_unquote(unquote_plus(piece)) for piece in value.split(","))


def _unquote(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == "'" else value


def values(record: Any, path: str) -> list[Any]:
    """The values at a dotted path, through arrays."""
    found = [record]
    for part in path.split("."):
        found = [item[part] for value in found for item in _each(value) if isinstance(item, dict) and part in item]
    return [item for value in found for item in _each(value)]


def _each(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def typed(kind: str, text: str) -> Any:
    """A value of a query as its attribute's type; Refused when it is none."""
    reader = _READERS.get(kind)
    if reader is None:
        return text
    try:
        return reader(text)
    except (ValueError, KeyError) as error:
        raise Refused(400, f"{text!r} is not of type {kind}", f"give a value of type {kind}") from error


def instant(text: str) -> dt.datetime:
    """An ISO 8601 instant; ValueError when it is none."""
    found = dt.datetime.fromisoformat(text.replace(" ", "+"))
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


_READERS: dict[str, Callable[[str], Any]] = {
    "boolean": lambda text: {"true": True, "false": False}[text.lower()],
    "integer": float,
    "number": float,
    "instant": instant,
}


def same_type(kind: str, value: Any) -> Any:
    """A stored value in the form that `typed` gives; None when it cannot be compared."""
    if kind == "instant" and isinstance(value, str):
        return instant(value)
    if kind in ("integer", "number", "boolean"):
        return value
    return value if isinstance(value, str) else str(value)


def compare(op: str, value: Any, wanted: Any) -> bool:
    """`value op wanted`, both of one type."""
    if op == "regex":
        return search(str(wanted), str(value))
    return bool(_COMPARE[op](value, wanted))


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "gt": lambda a, b: a > b,
    "gte": lambda a, b: a >= b,
    "lt": lambda a, b: a < b,
    "lte": lambda a, b: a <= b,
}


def search(pattern: str, text: str) -> bool:
    """A bounded regular expression search."""
    if len(pattern) > 500:
        raise Refused(400, "the regular expression is too long", "use at most 500 characters")
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options).search(text) is not None
    except re2.error as error:
        raise Refused(400, f"the regular expression is wrong: {error}", "use RE2 syntax") from error


def sort_keys(text: str) -> list[tuple[str, bool]]:
    """`-a,b.c` as (path, descending) pairs."""
    found = []
    for part in text.split(","):
        name = part.strip().lstrip("+")
        found.append((name.removeprefix("-"), name.startswith("-")))
    return found


NAME = re.compile(r"[@A-Za-z_][\w@]*")
