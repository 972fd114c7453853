"""JSONPath filters as conditions (TMF630 part 6): `$[?(@.state=='active')]`, `note[?(@.author=='x')].text`. Pure.

`$` before a filter is the collection, before a name it is the record. What a filter says about an element must hold
for that one element, and two bounds of one attribute for one value of it. A path that is not compared asks whether
there is anything.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from jsonpath import filter as nodes
from jsonpath.segments import JSONPathChildSegment, JSONPathSegment
from jsonpath.selectors import Filter, JSONPathSelector, NameSelector, WildcardSelector

from tmf_server.errors import InvalidInput
from tmf_server.registry import Path
from tmf_server.rest.attributes import Attributes, Known, Scope
from tmf_server.rest.comparisons import check_regex, comparison, literal_comparison
from tmf_server.rest.jsonpathsyntax import NumberLiteral, PatternLiteral, parse_jsonpath, unsupported
from tmf_server.storage.conditions import (
    ORDERINGS,
    And,
    Compare,
    Condition,
    Exists,
    Not,
    Or,
    Some,
    alternatives,
    conjuncts,
)

OPERATORS = {"==": "eq", "!=": "ne", ">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}
TURNED = {"gt": "lt", "gte": "lte", "lt": "gt", "lte": "gte"}
LOGICAL: Mapping[str, Callable[[tuple[Condition, ...]], Condition]] = {"&&": And, "||": Or}
Leaf = Callable[[Known], Condition]


def filter_condition(text: str, attributes: Attributes, longest_regex: int) -> Condition:
    """The condition that a record fulfils when the query finds something in it.

    Raises InvalidInput for bad syntax, unknown attributes and wrong types, NotSupported for what is not built.
    """
    if not text.strip():
        raise InvalidInput("filter is empty. Write JSONPath such as $[?(@.name=='x')], or leave it out.")
    reader = _Reader(attributes, longest_regex)
    try:
        return reader.along(parse_jsonpath(text).segments, Scope(), None)
    except RecursionError as error:
        raise InvalidInput("The filter is nested too deeply.", code="invalidFilter") from error


class _Reader:
    def __init__(self, attributes: Attributes, longest_regex: int) -> None:
        self.attributes = attributes
        self.longest_regex = longest_regex
        self.several: set[Path] = set()  # paths from their scope that can lead to more than one value

    def along(self, segments: Sequence[JSONPathSegment], scope: Scope, leaf: Leaf | None) -> Condition:
        """What the segments lead to from the scope: the leaf, or that there is anything."""
        names: list[str] = []
        for number, segment in enumerate(segments):
            selector = _selector(segment)
            if isinstance(selector, NameSelector):
                names.append(selector.name)
            elif isinstance(selector, Filter):
                rest = segments[number + 1 :]
                return self._some(tuple(names), scope, selector, rest, leaf)
            elif not isinstance(selector, WildcardSelector):
                raise unsupported("indexes, slices and keys")
            elif names and not self._find(tuple(names), scope).attribute.repeated:
                raise unsupported("wildcards over the attributes of an object")
        if not names and not scope.stored:
            return And(())
        known = self._find(tuple(names), scope)
        return leaf(known) if leaf else alternatives([Exists(path) for path in known.stored])

    def _some(
        self, names: Path, scope: Scope, selector: Filter, rest: Sequence[JSONPathSegment], leaf: Leaf | None
    ) -> Condition:
        if not names:
            return self._element(scope, selector, rest, leaf)
        known = self._find(names, scope)
        inner = [(path, Scope(known.shown, (*scope.stored, *path))) for path in known.stored]
        return alternatives([Some(path, self._element(one, selector, rest, leaf)) for path, one in inner])

    def _element(self, scope: Scope, selector: Filter, rest: Sequence[JSONPathSegment], leaf: Leaf | None) -> Condition:
        condition = self._write(selector.expression, scope)
        return And((condition, self.along(rest, scope, leaf))) if rest or leaf else condition

    def _write(self, node: nodes.BaseExpression, scope: Scope) -> Condition:
        match node:
            case nodes.FilterExpression():
                return self._write(node.expression, scope)
            case nodes.PrefixExpression(operator="!"):
                return Not(self._write(node.right, scope))
            case nodes.InfixExpression() if node.operator in LOGICAL:
                parts = (self._write(node.left, scope), self._write(node.right, scope))
                return LOGICAL[node.operator](parts if node.operator == "||" else self._with_ranges(parts))
            case nodes.InfixExpression():
                return self._comparison(node, scope)
            case nodes.RelativeFilterQuery():
                return self.along(node.path.segments, scope, None)
        raise unsupported("functions and queries from the root inside of filters")

    def _with_ranges(self, both: tuple[Condition, ...]) -> tuple[Condition, ...]:
        """All of the conditions, the bounds of an attribute that can have several values as one range of one value."""
        parts = conjuncts(And(both))
        ranges: dict[Path, list[Compare]] = {}
        for part in parts:
            if isinstance(part, Compare | Some) and part.path in self.several:
                ranges.setdefault(part.path, []).extend(_bounds(part))
        joined = {path: bounds for path, bounds in ranges.items() if len(bounds) > 1}
        others = [part for part in parts if not (_bounds(part) and getattr(part, "path", None) in joined)]
        return (*others, *(Some(path, And(tuple(bounds))) for path, bounds in joined.items()))

    def _comparison(self, node: nodes.InfixExpression, scope: Scope) -> Condition:
        query, literal, operator = node.left, node.right, OPERATORS.get(node.operator, node.operator)
        if not isinstance(query, nodes.RelativeFilterQuery):
            query, literal, operator = literal, query, TURNED.get(operator, operator)
        if not isinstance(query, nodes.RelativeFilterQuery) or isinstance(literal, nodes.FilterQuery):
            raise unsupported("comparisons other than of @ with a literal")
        return self.along(query.path.segments, scope, self._leaf(operator, literal))

    def _leaf(self, operator: str, literal: Any) -> Leaf:
        view = self.attributes.view
        if operator == "=~" and isinstance(literal, PatternLiteral | nodes.StringLiteral):
            check_regex(literal.value, self.longest_regex)
            return lambda known: comparison(known, "regex", literal.value, view)
        if operator not in OPERATORS.values():
            raise unsupported(f"operator {operator!r} here")
        if isinstance(literal, nodes.Nil) and operator in ("eq", "ne"):
            present: Leaf = lambda known: alternatives([Exists(path) for path in known.stored])  # noqa: E731
            return present if operator == "ne" else lambda known: Not(present(known))
        if isinstance(literal, NumberLiteral):
            return lambda known: literal_comparison(known, operator, literal.value, view)
        if isinstance(literal, nodes.StringLiteral | nodes.BooleanLiteral):
            return lambda known: literal_comparison(known, operator, literal.value, view)
        raise unsupported("comparisons other than of @ with a literal")

    def _find(self, names: Path, scope: Scope) -> Known:
        known = self.attributes.find(names, scope)
        if known.attribute.repeated or known.attribute.kind == "any":
            self.several.update(known.stored)
        return known


def _bounds(part: Condition) -> tuple[Compare, ...]:
    """The bounds of one value that a part is, their paths starting from the value; nothing for any other part."""
    inside: tuple[Condition, ...] = conjuncts(part.condition) if isinstance(part, Some) else ()
    if isinstance(part, Compare):
        inside = (Compare((), part.operator, part.value, part.kind),)
    bounds = tuple(one for one in inside if isinstance(one, Compare) and one.operator in ORDERINGS and not one.path)
    return bounds if len(bounds) == len(inside) else ()


def _selector(segment: JSONPathSegment) -> JSONPathSelector:
    if not isinstance(segment, JSONPathChildSegment):
        raise unsupported("descendants (..)")
    if len(segment.selectors) != 1:
        raise unsupported("several selectors in one bracket")
    return segment.selectors[0]
