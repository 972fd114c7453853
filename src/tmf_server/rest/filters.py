"""The plain filters of a query as a condition (TMF630 part 1, 4.4). Pure; names no noun.

Different attributes or operators are ANDed; the same attribute and operator again, a comma list and `;` are ORed.
Under `ne` a list means none of its values.
"""

from collections.abc import Iterable

from tmf_server.config import Settings
from tmf_server.errors import InvalidInput
from tmf_server.rest.arguments import Argument
from tmf_server.rest.attributes import Attributes, Known
from tmf_server.rest.comparisons import check_regex, comparison
from tmf_server.storage.conditions import OPERATORS, Condition, Not, Or, TypeIs, alternatives


def plain_conditions(groups: Iterable[list[Argument]], attributes: Attributes, settings: Settings) -> list[Condition]:
    """What must hold; of each inner list one part. Raises InvalidInput, NotSupported."""
    reader = _Reader(attributes, settings)
    merged: dict[tuple[tuple[str, ...], str], list[str]] = {}
    known: dict[tuple[str, ...], Known] = {}
    conditions: list[Condition] = []
    for group in groups:
        if len(group) > 1:
            conditions.append(Or(tuple(reader.one(argument) for argument in group)))
            continue
        attribute, operator = reader.target(group[0])
        known[attribute.shown] = attribute
        merged.setdefault((attribute.shown, operator), []).extend(reader.values(group[0], operator))
    for (path, operator), values in merged.items():
        conditions.append(reader.compared(known[path], operator, values))
    return conditions


class _Reader:
    def __init__(self, attributes: Attributes, settings: Settings) -> None:
        self.attributes = attributes
        self.settings = settings

    def one(self, argument: Argument) -> Condition:
        """The condition of one argument."""
        known, operator = self.target(argument)
        return self.compared(known, operator, self.values(argument, operator))

    def target(self, argument: Argument) -> tuple[Known, str]:
        """The attribute and the operator; `.gt` at the end is an operator unless an attribute has that name."""
        path = tuple(argument.name.split("."))
        if path[-1] in OPERATORS and len(path) > 1 and not self.attributes.has(path):
            if argument.operator:
                raise InvalidInput(f"{argument.name[:80]!r} has two operators. Write one of them.")
            return self.attributes.find(path[:-1]), path[-1]
        return self.attributes.find(path), argument.operator or "eq"

    def values(self, argument: Argument, operator: str) -> list[str]:
        """The values of one argument, checked as far as the operator goes."""
        values = argument.values(regex=operator == "regex")
        if len(values) > self.settings.limits.max_conditions:
            raise too_many(self.settings)
        if operator == "regex":
            for value in values:
                check_regex(value, self.settings.limits.max_regex_length)
        return values

    def compared(self, known: Known, operator: str, values: list[str]) -> Condition:
        """The attribute compared with any of the values; under ne with none of them."""
        if operator == "ne":
            return Not(self.compared(known, "eq", values))
        if known.shown == ("@type",) and operator == "eq":
            return TypeIs(self._types(values))
        view = self.attributes.view
        return alternatives([comparison(known, operator, value, view) for value in dict.fromkeys(values)])

    def _types(self, names: list[str]) -> frozenset[str]:
        """What a type is called in stored records, with every type below it, registered ones included."""
        known = {inner for name in names for inner in self.attributes.contract.types_under(name)}
        stored = (self.attributes.view.stored_values(("@type",), name) for name in known)
        return frozenset(str(name) for found in stored for name in found)


def too_many(settings: Settings) -> InvalidInput:
    """The refusal of a query with too many conditions."""
    return InvalidInput(
        f"A query has at most {settings.limits.max_conditions} conditions and values. Ask in several queries.",
        code="tooManyConditions",
    )
