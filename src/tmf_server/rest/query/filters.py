"""The plain filters of a query as a condition (TMF630 part 1, 4.4). Pure; names no noun.

Different attributes or operators are ANDed; the same attribute and operator again, a comma list and `;` are ORed.
Under `ne` a list means none of the values.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial

from tmf_server.config import Settings
from tmf_server.errors import InvalidInput
from tmf_server.registry.entity import Path
from tmf_server.rest.query.attributes import Attributes, ResolvedAttribute
from tmf_server.rest.query.comparisons import (
    INVALID_VALUE,
    ConditionBudget,
    any_attribute,
    check_regex,
    comparison,
)
from tmf_server.rest.query.tokens import Argument
from tmf_server.storage.query.conditions import OPERATORS, And, Condition, Exists, Not, Or, TypeIs, alternatives

TYPE = ("@type",)


@dataclass(frozen=True, slots=True)
class _Comparison:
    """The left side of a filter: the attributes meant by the name, and the operator.

    `members` are the attributes meant by the name with the suffix, where a free value has a member of the same name.
    """

    name: Path
    attributes: tuple[ResolvedAttribute, ...]
    operator: str
    members: tuple[ResolvedAttribute, ...] = ()


def plain_conditions(
    groups: Iterable[list[Argument]], attributes: Attributes, settings: Settings, budget: ConditionBudget
) -> list[Condition]:
    """Return conditions to be joined by AND; an inner list is joined by OR. Raises InvalidInput, NotSupported."""
    reader = _Reader(attributes, settings, budget)
    merged: dict[_Comparison, list[str]] = {}
    conditions: list[Condition] = []
    for group in groups:
        if len(group) > 1:
            conditions.append(Or(tuple(reader.one(argument) for argument in group)))
            continue
        target = reader.target(group[0])
        merged.setdefault(target, []).extend(reader.values(group[0], target.operator))
    return [*conditions, *(reader.compared(target, values) for target, values in merged.items())]


class _Reader:
    def __init__(self, attributes: Attributes, settings: Settings, budget: ConditionBudget) -> None:
        self.attributes = attributes
        self.settings = settings
        self.budget = budget

    def one(self, argument: Argument) -> Condition:
        """Return the condition of an argument."""
        target = self.target(argument)
        return self.compared(target, self.values(argument, target.operator))

    def target(self, argument: Argument) -> _Comparison:
        """Return the left side of an argument; `.gt` at the end is an operator unless the name of an attribute."""
        path = tuple(argument.name.split("."))
        members = self.attributes.lookup(path) if path[-1] in OPERATORS and len(path) > 1 else ()
        if path[-1] not in OPERATORS or len(path) == 1 or any(known.attribute.declared for known in members):
            return _Comparison(path, self.attributes.resolve(path), argument.operator or "eq")
        if not argument.operator:
            return _Comparison(path[:-1], self.attributes.resolve(path[:-1]), path[-1], members)
        if not members:
            raise InvalidInput(f"{argument.name[:80]!r} has two operators. Write one of them.")
        return _Comparison(path, members, argument.operator)

    def values(self, argument: Argument, operator: str) -> list[str]:
        """Return the values of an argument, checked as far as the operator goes."""
        values = argument.values(regex=operator == "regex")
        self.budget.take(len(values))
        if operator == "regex":
            for value in values:
                check_regex(value, self.settings.limits.max_regex_length)
        return values

    def compared(self, target: _Comparison, values: list[str]) -> Condition:
        """Return the comparison with any of the values; under ne with none of the values."""
        if target.members:
            return self._compared_by_member(target, values)
        if target.operator == "ne":
            return Not(self.compared(replace(target, operator="eq"), values))
        if target.name == TYPE and target.operator == "eq":
            return any_attribute(target.attributes, lambda known: self._typed(known, values))
        return self._any(target.attributes, target.operator, values)

    def _compared_by_member(self, target: _Comparison, values: list[str]) -> Condition:
        """Compare, for `value.gt=1`, the member `gt` where a value has such a member, else the value itself."""
        member = self._any(target.members, "eq", values)
        try:
            value = self.compared(replace(target, members=()), values)
        except InvalidInput as error:
            if error.code != INVALID_VALUE:
                raise
            return member
        if target.operator != "ne":
            return Or((value, member))
        there = alternatives([Exists(path) for known in target.members for path in known.stored])
        return Or((And((Not(there), value)), member))

    def _any(self, attributes: tuple[ResolvedAttribute, ...], operator: str, values: list[str]) -> Condition:
        def compared(known: ResolvedAttribute, value: str) -> Condition:
            return comparison(known, operator, value, self.attributes.view)

        unique = dict.fromkeys(values)
        return alternatives([any_attribute(attributes, partial(compared, value=value)) for value in unique])

    def _typed(self, known: ResolvedAttribute, values: list[str]) -> Condition:
        """Return the condition on the type of a record: any of the types or of the known types below."""
        names = {inner for value in values for inner in self.attributes.contract.types_under(value)}
        stored = (self.attributes.view.stored_values(TYPE, name) for name in names)
        types = frozenset(str(name) for found in stored for name in found)
        if known.shown == TYPE:
            return TypeIs(types)
        return self._any((known,), "eq", sorted(types))
