"""Comparisons of an attribute with a value of a query, typed by the attribute, on the stored paths. Pure."""

import re
from collections.abc import Callable, Iterable
from decimal import Decimal

from tmf_server.errors import InvalidInput
from tmf_server.rest.query.attributes import UNKNOWN, PathMapping, ResolvedAttribute
from tmf_server.rules.instants import parse_instant
from tmf_server.storage.query.conditions import ORDERINGS, Compare, Condition, Not, Scalar, alternatives
from tmf_server.storage.values.numbers import bounded
from tmf_server.storage.values.regexes import postgresql_pattern

INVALID_VALUE = "invalidValue"
NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,6})?", re.ASCII)
LONGEST_NUMBER = 100
# A `+` in a URL decodes to a space.
LOST_PLUS = re.compile(r" (?=\d\d(?::?\d\d)?$)")
FLAGS = {"true": True, "false": False}


def read_number(text: str) -> Decimal:
    """Parse a number. Raises ValueError."""
    if len(text) > LONGEST_NUMBER or NUMBER.fullmatch(text) is None:
        raise ValueError("not a number")
    return bounded(Decimal(text))


def read_instant(text: str) -> int:
    """Parse an instant as microseconds since 1970 UTC, restoring a `+` lost in a URL. Raises ValueError."""
    try:
        return parse_instant(LOST_PLUS.sub("+", text))
    except OverflowError as error:
        raise ValueError("not an instant") from error


def read_flag(text: str) -> bool:
    """Parse a truth value. Raises ValueError."""
    if text not in FLAGS:
        raise ValueError("neither true nor false")
    return FLAGS[text]


READERS: dict[str, Callable[[str], Scalar]] = {
    "text": str,
    "number": read_number,
    "integer": read_number,
    "boolean": read_flag,
    "instant": read_instant,
}
EXPECTED = {
    "number": f"a number of at most {LONGEST_NUMBER} characters, such as 12.5",
    "integer": f"a number of at most {LONGEST_NUMBER} characters, such as 12",
    "boolean": "true or false",
    "instant": "an instant such as 2026-01-31T12:00:00Z",
}


def any_attribute(
    attributes: Iterable[ResolvedAttribute], write: Callable[[ResolvedAttribute], Condition]
) -> Condition:
    """Return the condition that some attribute fulfils, written for each attribute by `write`.

    An attribute of a type that cannot be compared, or without the attributes inside, is passed over. Raises
    InvalidInput when every attribute is passed over.
    """
    found: list[Condition] = []
    refusal: InvalidInput | None = None
    for known in attributes:
        try:
            found.append(write(known))
        except InvalidInput as error:
            if error.code not in (INVALID_VALUE, UNKNOWN):
                raise
            refusal = refusal or error
    if refusal is not None and not found:
        raise refusal
    return alternatives(found)


def comparison(known: ResolvedAttribute, operator: str, text: str, view: PathMapping) -> Condition:
    """Return the comparison of the attribute with a text. Raises InvalidInput."""
    if operator == "ne":
        return Not(comparison(known, "eq", text, view))
    kind = known.attribute.kind
    _check(known, operator, kind)
    if operator == "regex":
        return _placed(known, operator, [("text", text)], view)
    if kind == "any":
        return _placed(known, operator, _of_any_kind(operator, text), view)
    try:
        return _placed(known, operator, [(kind, READERS[kind](text))], view)
    except ValueError as error:
        raise _mismatch(known, f"{EXPECTED[kind]}, not {text[:80]!r}") from error


def literal_comparison(known: ResolvedAttribute, operator: str, literal: Scalar, view: PathMapping) -> Condition:
    """Return the comparison with a literal of JSONPath; the literal's type counts for an attribute without a type."""
    if operator == "ne":
        return Not(literal_comparison(known, "eq", literal, view))
    if isinstance(literal, str):
        if known.attribute.kind != "any":
            return comparison(known, operator, literal, view)
        # Quotes exclude numbers and truth values; instants are texts.
        values = [one for one in _of_any_kind(operator, literal) if one[0] in ("text", "instant")]
        return _placed(known, operator, values or [("text", literal)], view)
    kind = "boolean" if isinstance(literal, bool) else "number"
    wanted = known.attribute.kind
    _check(known, operator, kind if wanted == "any" else wanted)
    if wanted not in ("any", kind) and {wanted, kind} != {"integer", "number"}:
        raise _mismatch(known, EXPECTED.get(wanted, "a text in quotes"))
    return _placed(known, operator, [(kind, literal)], view)


def check_regex(pattern: str, longest: int) -> None:
    """Raise InvalidInput for a pattern too long, wrong or not supported."""
    if len(pattern) > longest:
        raise InvalidInput(f"A regular expression has at most {longest} characters, this one {len(pattern)}.")
    postgresql_pattern(pattern)


class ConditionBudget:
    """Counts the conditions left to a query."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._left = most

    def take(self, number: int = 1) -> None:
        """Count conditions as written by the client. Raises InvalidInput beyond the limit."""
        self._left -= number
        if self._left < 0:
            raise too_many_conditions(self.most)


def too_many_conditions(most: int) -> InvalidInput:
    """Return the refusal of a query with too many conditions."""
    return InvalidInput(
        f"A query has at most {most} conditions and values. Ask in several queries.", code="tooManyConditions"
    )


def _of_any_kind(operator: str, text: str) -> list[tuple[str, Scalar]]:
    """Return the typed readings of a text, for an attribute without a declared type."""
    found: list[tuple[str, Scalar]] = []
    for kind in ("number", "instant", "boolean"):
        try:
            found.append((kind, READERS[kind](text)))
        except ValueError:
            continue
    if operator in ORDERINGS:
        found = [one for one in found if one[0] != "boolean"]
        return found or [("text", text)]
    return [("text", text), *found]


def _check(known: ResolvedAttribute, operator: str, kind: str) -> None:
    """Raise InvalidInput where values of the kind cannot be compared by the operator."""
    if kind not in READERS and kind != "any":
        raise _mismatch(known, "one of its attributes, being an object")
    if operator == "regex" and kind not in ("text", "instant", "any"):
        raise _mismatch(known, f"another operator than a regular expression, being {EXPECTED[kind]}")
    if operator in ORDERINGS and kind == "boolean":
        raise _mismatch(known, "eq or ne, being true or false")
    if operator != "eq" and known.shown[-1:] == ("href",):
        raise _mismatch(known, "eq or ne with the whole of it")


def _mismatch(known: ResolvedAttribute, expected: str) -> InvalidInput:
    name = ".".join(known.shown)
    return InvalidInput(
        f"{name} cannot be compared like this: expected {expected}.",
        message=f"{name}: expected {expected}",
        code=INVALID_VALUE,
    )


def _placed(known: ResolvedAttribute, operator: str, values: list[tuple[str, Scalar]], view: PathMapping) -> Condition:
    """Return the comparison at every stored path of the attribute, with every stored form of the value."""
    found: list[Condition] = []
    for kind, value in values:
        paths = known.stored[:1] if operator == "eq" and view.settled(known.shown, value) else known.stored
        shown_as = view.stored_values(known.shown, value) if operator == "eq" else ()
        for stored in [one for one in shown_as if isinstance(one, str | bool | int | Decimal)] or [value]:
            found += [Compare(path, operator, stored, kind) for path in paths]
    return alternatives(found)
