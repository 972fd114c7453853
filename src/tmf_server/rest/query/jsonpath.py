"""JSONPath filters as conditions (TMF630 part 6): `$[?(@.state=='active')]`, `note[?(@.author=='x')].text`. Pure.

`$` before a filter is the collection, before a name the record. All conditions of a filter must hold for the same
element, and two bounds of an attribute for the same value. A path without a comparison asks for the presence of a
value.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from jsonpath import filter as nodes
from jsonpath.segments import JSONPathChildSegment, JSONPathSegment
from jsonpath.selectors import Filter, JSONPathSelector, NameSelector, WildcardSelector

from tmf_server.errors import InvalidInput
from tmf_server.registry.entity import Path
from tmf_server.rest.query.attributes import Attributes, PathScope, ResolvedAttribute
from tmf_server.rest.query.comparisons import (
    ConditionBudget,
    any_attribute,
    check_regex,
    comparison,
    literal_comparison,
)
from tmf_server.rest.query.jsonpathsyntax import NumberLiteral, PatternLiteral, parse_jsonpath, unsupported
from tmf_server.storage.query.conditions import (
    ORDERINGS,
    And,
    Compare,
    Condition,
    Exists,
    Or,
    Some,
    alternatives,
    conjuncts,
    denial,
    disjuncts,
)

OPERATORS = {"==": "eq", "!=": "ne", ">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}
TURNED = {"gt": "lt", "gte": "lte", "lt": "gt", "lte": "gte"}
LOGICAL: Mapping[str, Callable[[tuple[Condition, ...]], Condition]] = {"&&": And, "||": Or}
Leaf = Callable[[Sequence[ResolvedAttribute]], Condition]


def filter_condition(text: str, attributes: Attributes, longest_regex: int, budget: ConditionBudget) -> Condition:
    """Return the condition on records in which the query finds something.

    Raises InvalidInput for bad syntax, unknown attributes and wrong types, NotSupported for further JSONPath.
    """
    if not text.strip():
        raise InvalidInput("filter is empty. Write JSONPath such as $[?(@.name=='x')], or leave it out.")
    reader = _Reader(attributes, longest_regex, budget)
    try:
        return reader.along(parse_jsonpath(text, budget.most).segments, PathScope(), None)
    except RecursionError as error:
        raise InvalidInput("The filter is nested too deeply.", code="invalidFilter") from error


class _Reader:
    def __init__(self, attributes: Attributes, longest_regex: int, budget: ConditionBudget) -> None:
        self.attributes = attributes
        self.longest_regex = longest_regex
        self.budget = budget
        self.several: set[Path] = set()  # paths, from the scope on, to possibly several values
        self._counted: set[int] = set()  # ids of the nodes counted as conditions

    def along(self, segments: Sequence[JSONPathSegment], scope: PathScope, leaf: Leaf | None) -> Condition:
        """Return the condition at the end of the segments: the leaf, or the presence of a value."""
        names: list[str] = []
        for number, segment in enumerate(segments):
            selector = _selector(segment)
            if isinstance(selector, NameSelector):
                names.append(selector.name)
            elif isinstance(selector, Filter):
                rest = segments[number + 1 :]
                return self._some(tuple(names), scope, selector, rest, leaf)
            elif not isinstance(selector, WildcardSelector):
                raise unsupported("indexes and slices")
            elif names and not any(known.attribute.repeated for known in self._find(tuple(names), scope)):
                raise unsupported("wildcards over the attributes of an object")
        if not names and not scope.stored:
            return And(())
        return (leaf or _present)(self._find(tuple(names), scope))

    def _some(
        self, names: Path, scope: PathScope, selector: Filter, rest: Sequence[JSONPathSegment], leaf: Leaf | None
    ) -> Condition:
        if not names:
            return self._element(scope, selector, rest, leaf)

        def written(known: ResolvedAttribute) -> Condition:
            inner = [(path, PathScope(known.shown, (*scope.stored, *path))) for path in known.stored]
            return alternatives([Some(path, self._element(one, selector, rest, leaf)) for path, one in inner])

        return any_attribute(self._find(names, scope), written)

    def _element(
        self, scope: PathScope, selector: Filter, rest: Sequence[JSONPathSegment], leaf: Leaf | None
    ) -> Condition:
        condition = self._write(selector.expression, scope)
        return And((condition, self.along(rest, scope, leaf))) if rest or leaf else condition

    def _write(self, node: nodes.BaseExpression, scope: PathScope) -> Condition:
        match node:
            case nodes.FilterExpression():
                return self._write(node.expression, scope)
            case nodes.PrefixExpression(operator="!"):
                return denial(self._write(node.right, scope))
            case nodes.InfixExpression() if node.operator in LOGICAL:
                parts = (self._write(node.left, scope), self._write(node.right, scope))
                return Or(disjuncts(Or(parts))) if node.operator == "||" else And(self._with_ranges(parts))
            case nodes.InfixExpression():
                return self._comparison(node, scope)
            case nodes.RelativeFilterQuery():
                segments = node.path.segments
                if not segments or not isinstance(_selector(segments[-1]), Filter):
                    self._count(node)
                return self.along(segments, scope, None)
        raise unsupported("functions and queries from the root inside of filters")

    def _with_ranges(self, both: tuple[Condition, ...]) -> tuple[Condition, ...]:
        """Join the bounds of an attribute with several values to a range of a single value; keep all further parts."""
        parts = conjuncts(And(both))
        ranges: dict[Path, list[Compare]] = {}
        for part in parts:
            if isinstance(part, Compare | Some) and part.path in self.several:
                ranges.setdefault(part.path, []).extend(_bounds(part))
        joined = {path: bounds for path, bounds in ranges.items() if len(bounds) > 1}
        others = [part for part in parts if not (_bounds(part) and getattr(part, "path", None) in joined)]
        return (*others, *(Some(path, And(tuple(bounds))) for path, bounds in joined.items()))

    def _comparison(self, node: nodes.InfixExpression, scope: PathScope) -> Condition:
        self._count(node)
        query, literal, operator = node.left, node.right, OPERATORS.get(node.operator, node.operator)
        if not isinstance(query, nodes.RelativeFilterQuery):
            query, literal, operator = literal, query, TURNED.get(operator, operator)
        if not isinstance(query, nodes.RelativeFilterQuery) or isinstance(literal, nodes.FilterQuery):
            raise unsupported("comparisons other than of @ with a literal")
        return self.along(query.path.segments, scope, self._leaf(operator, literal))

    def _leaf(self, operator: str, literal: Any) -> Leaf:
        if operator == "ne":
            equal = self._leaf("eq", literal)
            return lambda attributes: denial(equal(attributes))
        if isinstance(literal, nodes.Nil) and operator == "eq":
            return lambda attributes: denial(_present(attributes))
        compare = self._compare(operator, literal)
        return lambda attributes: any_attribute(attributes, compare)

    def _compare(self, operator: str, literal: Any) -> Callable[[ResolvedAttribute], Condition]:
        view = self.attributes.view
        if operator == "=~" and isinstance(literal, PatternLiteral | nodes.StringLiteral):
            check_regex(literal.value, self.longest_regex)
            return lambda known: comparison(known, "regex", literal.value, view)
        if operator not in OPERATORS.values():
            raise unsupported(f"operator {operator!r} here")
        if isinstance(literal, NumberLiteral | nodes.StringLiteral | nodes.BooleanLiteral):
            return lambda known: literal_comparison(known, operator, literal.value, view)
        raise unsupported("comparisons other than of @ with a literal")

    def _find(self, names: Path, scope: PathScope) -> tuple[ResolvedAttribute, ...]:
        found = self.attributes.resolve(names, scope)
        for known in found:
            if known.attribute.repeated or known.attribute.kind == "any":
                self.several.update(known.stored)
        return found

    def _count(self, node: nodes.BaseExpression) -> None:
        """Count a condition once, however many attributes the names mean."""
        if id(node) not in self._counted:
            self._counted.add(id(node))
            self.budget.take()


def _present(attributes: Iterable[ResolvedAttribute]) -> Condition:
    return alternatives([Exists(path) for known in attributes for path in known.stored])


def _bounds(part: Condition) -> tuple[Compare, ...]:
    """Return the bounds of a value in the part, with paths from the value on; nothing for a part of another kind."""
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
