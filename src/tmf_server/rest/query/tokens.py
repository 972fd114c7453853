"""Splits the raw query string into names, operators and values. Pure.

Only literal characters separate: a percent-encoded `&`, `;`, `,` or `=` is part of a name, an operator or a value. So
the string is split first and decoded piece by piece.
"""

import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from tmf_server.errors import InvalidInput

PARAMETERS = frozenset({"fields", "filter", "sort", "offset", "limit", "after", "before", "depth", "expand"})
"""Parameters for selection, order and representation, besides attributes."""

# The operators between a name and a value. Leftmost wins, then the first listed: longer operators first. A bare `=~` is
# no operator, since ids may begin with `~`; the standard's form with `%3D` is an operator.
OPERATORS = {
    "regex": r"%3[Dd](?:~|%7[Ee])|(?:\*|%2[Aa])(?:=|%3[Dd])",
    "ne": r"(?:!|%21)(?:=|%3[Dd])",
    "eq": r"==|%3[Dd]%3[Dd]",
    "gte": r"(?:>|%3[Ee])(?:=|%3[Dd])",
    "lte": r"(?:<|%3[Cc])(?:=|%3[Dd])",
    "gt": r">|%3[Ee]",
    "lt": r"<|%3[Cc]",
    "": r"=|%3[Dd]",
}
OPERATOR = re.compile("|".join(f"(?P<{name or 'plain'}>{form})" for name, form in OPERATORS.items()))
# A quantifier like {1,3} keeps the comma.
REGEX_COMMA = re.compile(r",(?!\d*(?:\}|%7[Dd]))")


@dataclass(frozen=True, slots=True)
class Argument:
    """A condition or a parameter: a decoded name, an operator ("" for a bare `=`), and the value as sent."""

    name: str
    operator: str
    raw: str

    @property
    def value(self) -> str:
        """The whole value, decoded."""
        return decoded(self.raw)

    def values(self, *, regex: bool = False) -> list[str]:
        """Return the alternatives between literal commas, decoded, without single quotes around a value."""
        parts = REGEX_COMMA.split(self.raw) if regex else self.raw.split(",")
        values = [decoded(part) for part in parts]
        return [value[1:-1] if len(value) > 1 and value[0] == value[-1] == "'" else value for value in values]


def split_query(query: str, most_bytes: int) -> list[list[Argument]]:
    """Split a raw query string: the outer list is joined by AND, each inner list (`a=1;b=2`) by OR.

    Raises InvalidInput for a query too long, not UTF-8 or without a value.
    """
    if len(query) > most_bytes:
        raise InvalidInput(f"The query is longer than {most_bytes} characters. Ask for less at once.")
    groups: list[list[Argument]] = []
    for part in filter(None, query.split("&")):
        first = _argument(part)
        alone = ";" not in part or first.name in WHOLE
        groups.append([first] if alone else [_argument(one) for one in part.split(";") if one])
    return groups


WHOLE = frozenset({"filter", "fields", "sort"})
"""Parameters with semicolons allowed in the value."""


def _argument(part: str) -> Argument:
    found = OPERATOR.search(part)
    if found is None or found.start() == 0:
        shown = decoded(part)[:80]
        raise InvalidInput(
            f"{shown!r} in the query has no name and value. Write name=value, and a semicolon inside a value as %3B."
        )
    operator = "" if found.lastgroup == "plain" else str(found.lastgroup)
    return Argument(decoded(part[: found.start()]).strip(), operator, part[found.end() :])


def decoded(raw: str) -> str:
    """Decode percent-encoding and `+`. Raises InvalidInput for bytes other than UTF-8 and for NUL."""
    try:
        text = unquote_to_bytes(raw.replace("+", " ")).decode()
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{raw[:80]!r} in the query is not UTF-8. Percent-encode the bytes of UTF-8.") from error
    if "\0" in text:
        raise InvalidInput("The query has a NUL in it, which no attribute can hold.")
    return text
