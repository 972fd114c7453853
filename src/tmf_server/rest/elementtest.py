"""JSONPath filters of patch paths, `[?(@.author=='John Doe')]`, as tests of one array element (TMF630 part 6). Pure.

A filter becomes a condition as in queries, so both mean the same: a name leads through arrays to some element. There is
no schema here: the literal says what is compared, and a string that is an instant is also compared as one.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from jsonpath import JSONPath, JSONPathEnvironment
from jsonpath import filter as nodes
from jsonpath.exceptions import JSONPathError
from jsonpath.segments import JSONPathChildSegment
from jsonpath.selectors import Filter, NameSelector, WildcardSelector

from tmf_server.domain.instants import parse_instant
from tmf_server.errors import InvalidInput
from tmf_server.storage.conditions import And, Compare, Condition, Exists, Not, Or, Some, matches
from tmf_server.storage.regexes import postgresql_pattern

OPERATORS = {"==": "eq", "!=": "ne", ">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}
MIRRORED = {"gt": "lt", "gte": "lte", "lt": "gt", "lte": "gte"}
LONGEST_REGEX = 200
ENVIRONMENT = JSONPathEnvironment(well_typed=False)
ENVIRONMENT.function_extensions.clear()


class BadFilterError(ValueError):
    """The filter cannot be taken; the text says what was expected."""


def element_test(text: str) -> Callable[[Any], bool]:
    """Whether an element passes the filter, what stands between `[?` and `]`. Raises BadFilterError."""
    try:
        path = ENVIRONMENT.compile(f"$[?{text}]")
    except (JSONPathError, RecursionError, re.error, IndexError) as error:
        raise BadFilterError(f"a JSONPath filter such as [?(@.id=='7')]; {str(error).splitlines()[0]}") from error
    selectors = path.segments[0].selectors if isinstance(path, JSONPath) and len(path.segments) == 1 else ()
    if len(selectors) != 1 or not isinstance(selectors[0], Filter):
        raise BadFilterError("one JSONPath filter such as [?(@.id=='7')]")
    condition = _condition(selectors[0].expression)
    return lambda element: matches(condition, element)


def _condition(node: Any) -> Condition:
    match node:
        case nodes.FilterExpression():
            return _condition(node.expression)
        case nodes.PrefixExpression(operator="!"):
            return Not(_condition(node.right))
        case nodes.InfixExpression(operator="&&" | "||"):
            parts = (_condition(node.left), _condition(node.right))
            return And(parts) if node.operator == "&&" else Or(parts)
        case nodes.InfixExpression(operator="=~", right=nodes.RegexLiteral(value=pattern)):
            return _regex(_path(node.left), pattern)
        case nodes.InfixExpression() if node.operator in OPERATORS:
            return _comparison(node)
        case nodes.RelativeFilterQuery():
            return _existence(node)
    raise BadFilterError("a filter of names, literals, == != > >= < <= =~ && || ! and brackets")


def _comparison(node: Any) -> Condition:
    operator = OPERATORS[node.operator]
    if isinstance(node.left, nodes.RelativeFilterQuery):
        return _compared(_path(node.left), operator, node.right)
    return _compared(_path(node.right), MIRRORED.get(operator, operator), node.left)


def _compared(path: tuple[str, ...], operator: str, literal: Any) -> Condition:
    match literal:
        case nodes.BooleanLiteral():
            return Compare(path, operator, literal.value, "boolean")
        case nodes.StringLiteral():
            return _compared_text(path, operator, literal.value)
        case nodes.IntegerLiteral() | nodes.FloatLiteral():
            return Compare(path, operator, Decimal(repr(literal.value)), "number")
        case nodes.Nil() if operator in ("eq", "ne"):
            return Exists(path) if operator == "ne" else Not(Exists(path))
    raise BadFilterError("comparisons of a name with a string, a number, true, false or null")


def _compared_text(path: tuple[str, ...], operator: str, text: str) -> Condition:
    as_text = Compare(path, operator, text, "text")
    try:
        as_instant = Compare(path, operator, parse_instant(text), "instant")
    except (ValueError, OverflowError):
        return as_text
    return And((as_text, as_instant)) if operator == "ne" else Or((as_text, as_instant))


def _regex(path: tuple[str, ...], pattern: "re.Pattern[str]") -> Condition:
    if len(pattern.pattern) > LONGEST_REGEX:
        raise BadFilterError(f"a regular expression of at most {LONGEST_REGEX} characters")
    text = ("(?i)" if pattern.flags & re.IGNORECASE else "") + pattern.pattern
    try:
        postgresql_pattern(text)
    except InvalidInput as error:
        raise BadFilterError(f"another regular expression: {error.reason}") from error
    return Compare(path, "regex", text, "text")


def _existence(node: Any) -> Condition:
    """`@.a`, or `@.a[?(...)]`, which asks for an element of `a` that passes the inner filter."""
    *outer, last = node.path.segments or (None,)
    inner = last.selectors if isinstance(last, JSONPathChildSegment) else ()
    if len(inner) == 1 and isinstance(inner[0], Filter):
        return Some(_names(outer), _condition(inner[0].expression))
    return Exists(_path(node))


def _path(node: Any) -> tuple[str, ...]:
    if not isinstance(node, nodes.RelativeFilterQuery):
        raise BadFilterError("comparisons of a name that starts at the element, such as @.id, with a literal")
    return _names(node.path.segments)


def _names(segments: Any) -> tuple[str, ...]:
    names = []
    for segment in segments:
        selectors = segment.selectors if isinstance(segment, JSONPathChildSegment) else ()
        if len(selectors) == 1 and isinstance(selectors[0], NameSelector):
            names.append(selectors[0].name)
        elif len(selectors) != 1 or not isinstance(selectors[0], WildcardSelector):
            raise BadFilterError("names and [*] behind the @, such as @.relatedParty[*].id")
    return tuple(names)
