"""JSONPath filters of patch paths, `[?(@.author=='John Doe')]`, as tests of one array element (TMF630 part 6). Pure.

A filter becomes a condition as in queries, so that both mean the same: a name leads through arrays to some element. No
schema is at hand: the literal says what is compared, and a string that is an instant is also compared as one.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from jsonpath import filter as nodes
from jsonpath.segments import JSONPathChildSegment, JSONPathSegment
from jsonpath.selectors import Filter, JSONPathSelector, NameSelector, WildcardSelector

from tmf_server.rest.query.comparisons import check_regex, read_instant
from tmf_server.rest.query.jsonpath import LOGICAL, OPERATORS, TURNED
from tmf_server.rest.query.jsonpathsyntax import NumberLiteral, PatternLiteral, unsupported
from tmf_server.storage.query.conditions import Charge, Compare, Condition, Exists, Not, Or, Some, matches

LONGEST_REGEX = 200

Names = tuple[str, ...]
KINDS: Mapping[type, str] = {nodes.BooleanLiteral: "boolean", NumberLiteral: "number", nodes.StringLiteral: "text"}


def element_test(selector: Filter) -> Callable[[Any, Charge], bool]:
    """Whether an element passes the filter; each value looked at is paid for.

    Raises NotSupported for what is not built, InvalidInput for a pattern.
    """
    condition = _written(selector.expression)
    return lambda element, pay: matches(condition, element, pay)


def only_selector(segment: JSONPathSegment) -> JSONPathSelector:
    """The one selector of a segment. Raises NotSupported for `..` and for several selectors."""
    if not isinstance(segment, JSONPathChildSegment):
        raise unsupported("descendants (..)")
    if len(segment.selectors) != 1:
        raise unsupported("several selectors in one bracket")
    return segment.selectors[0]


def _written(node: nodes.BaseExpression) -> Condition:
    match node:
        case nodes.FilterExpression():
            return _written(node.expression)
        case nodes.PrefixExpression(operator="!"):
            return Not(_written(node.right))
        case nodes.InfixExpression() if node.operator in LOGICAL:
            return LOGICAL[node.operator]((_written(node.left), _written(node.right)))
        case nodes.InfixExpression():
            return _comparison(node)
        case nodes.RelativeFilterQuery():
            return _existence(node.path.segments)
    raise unsupported("functions and queries from the root inside of filters")


def _comparison(node: nodes.InfixExpression) -> Condition:
    query, literal, operator = node.left, node.right, OPERATORS.get(node.operator, node.operator)
    if not isinstance(query, nodes.RelativeFilterQuery):
        query, literal, operator = literal, query, TURNED.get(operator, operator)
    if not isinstance(query, nodes.RelativeFilterQuery) or isinstance(literal, nodes.FilterQuery):
        raise unsupported("comparisons other than of @ with a literal")
    names = _names(query.path.segments)
    if operator == "=~" and isinstance(literal, PatternLiteral | nodes.StringLiteral):
        check_regex(literal.value, LONGEST_REGEX)
        return Compare(names, "regex", literal.value, "text")
    if operator not in OPERATORS.values():
        raise unsupported(f"operator {operator!r} here")
    if operator == "ne":
        return Not(_compared(names, "eq", literal))
    return _compared(names, operator, literal)


def _compared(names: Names, operator: str, literal: Any) -> Condition:
    if isinstance(literal, nodes.Nil) and operator == "eq":
        return Not(Exists(names))
    kind = KINDS.get(type(literal))
    if kind is None:
        raise unsupported("comparisons other than of @ with a literal")
    plain = Compare(names, operator, literal.value, kind)
    if kind != "text":
        return plain
    try:
        return Or((plain, Compare(names, operator, read_instant(literal.value), "instant")))
    except ValueError:
        return plain


def _existence(segments: Sequence[JSONPathSegment]) -> Condition:
    """`@.a`, or `@.a[?(...)]`, which asks for an element of `a` that passes the inner filter."""
    last = only_selector(segments[-1]) if segments else None
    if isinstance(last, Filter):
        return Some(_names(segments[:-1]), _written(last.expression))
    return Exists(_names(segments))


def _names(segments: Sequence[JSONPathSegment]) -> Names:
    names = []
    for segment in segments:
        selector = only_selector(segment)
        if isinstance(selector, NameSelector):
            names.append(selector.name)
        elif not isinstance(selector, WildcardSelector):
            raise unsupported("indexes, slices, keys and filters here")
    return tuple(names)
