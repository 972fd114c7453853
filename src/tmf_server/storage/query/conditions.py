"""Conditions on documents, sorting and paging as values, and the meaning of conditions in memory. No SQL, no HTTP.

A path reads through arrays and leads to every element within reach; a comparison holds when at least one element
fulfils the comparison. Each step looks into one level of array, as in `note.author`; the last step looks into an array
of scalars. The exception is `ne`, the denial of `eq`: nothing at the path has the value, and perhaps nothing is at the
path. So `eq` and `ne` divide the records: a record in categories A and B is no record "not in A".
"""

import operator
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar, Generic, TypeVar, cast

from tmf_server.storage.values.regexes import found
from tmf_server.storage.values.scalars import boolean_of, instant_of

Path = tuple[str, ...]
Charge = Callable[[int], None]
Scalar = str | bool | int | Decimal

SEARCHED = 100
"""Characters that a regular expression searches in the time of a look at one value."""

ORDERINGS: dict[str, Callable[[Any, Any], bool]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
OPERATORS = ("eq", "ne", *ORDERINGS, "regex")


@dataclass(frozen=True, slots=True)
class Compare:
    """Some value at the path, as `kind`, stands in the relation to `value`.

    `operator` is one of OPERATORS; `kind` is text, number, integer, boolean or instant, and `value` a str, a Decimal
    or an int, a bool, or microseconds since 1970 UTC. A value of another JSON type never compares.
    """

    path: Path
    operator: str
    value: Scalar
    kind: str

    @property
    def number(self) -> int | Decimal:
        """The value of a comparison of numbers."""
        return cast("int | Decimal", self.value)


@dataclass(frozen=True, slots=True)
class Some:
    """Some object at the path fulfils the whole condition; the paths inside start from the object."""

    path: Path
    condition: "Condition"


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold; of no parts: true."""

    parts: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """Some part holds; of no parts: false."""

    parts: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Condition"


@dataclass(frozen=True, slots=True)
class TypeIs:
    """The `@type` of the record is among the names."""

    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Exists:
    """The path leads to something: a value, an object, an element of an array."""

    path: Path


Condition = Compare | Some | And | Or | Not | TypeIs | Exists

Context = TypeVar("Context")
Result = TypeVar("Result")


METHODS: dict[type, str] = {
    Compare: "compare",
    Some: "some",
    And: "conjunction",
    Or: "disjunction",
    Not: "negation",
    TypeIs: "type_is",
    Exists: "exists",
}


class ConditionVisitor(ABC, Generic[Context, Result]):
    """A meaning of conditions, with a method for each kind; the paths of a condition start from the context."""

    _methods: ClassVar[dict[type, Callable[..., Any]]]

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls._methods = {kind: getattr(cls, name) for kind, name in METHODS.items()}

    def visit(self, condition: Condition, context: Context) -> Result:
        """Call the method for the kind of the condition."""
        result: Result = self._methods[type(condition)](self, condition, context)
        return result

    @abstractmethod
    def compare(self, condition: Compare, context: Context) -> Result:
        """Interpret a comparison."""

    @abstractmethod
    def some(self, condition: Some, context: Context) -> Result:
        """Interpret a condition on some element of an array."""

    @abstractmethod
    def conjunction(self, condition: And, context: Context) -> Result:
        """Interpret a conjunction."""

    @abstractmethod
    def disjunction(self, condition: Or, context: Context) -> Result:
        """Interpret a disjunction."""

    @abstractmethod
    def negation(self, condition: Not, context: Context) -> Result:
        """Interpret a negation."""

    @abstractmethod
    def type_is(self, condition: TypeIs, context: Context) -> Result:
        """Interpret a condition on the type of the record."""

    @abstractmethod
    def exists(self, condition: Exists, context: Context) -> Result:
        """Interpret a condition on the presence of an attribute."""


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort key. An absent value counts as greater than all others: last ascending, first descending."""

    path: Path
    descending: bool
    kind: str


@dataclass(frozen=True, slots=True)
class Selection:
    """A page of the records of a collection that fulfil a condition, in an order.

    `after` and `before` are cursors of an earlier page; `limit` 0 asks for the counts only. `brief` asks for the
    `@type` of each record in the place of the document, so the document stays unread.
    """

    where: Condition | None = None
    sort: tuple[Sort, ...] = ()
    offset: int = 0
    limit: int = 20
    after: str | None = None
    before: str | None = None
    brief: bool = False


def conjunction(parts: "list[Condition]") -> Condition | None:
    """Return the conjunction of the parts, None for no part at all."""
    if len(parts) <= 1:
        return parts[0] if parts else None
    return And(tuple(parts))


def alternatives(parts: "list[Condition]") -> Condition:
    """Return the condition that at least a single part holds."""
    return parts[0] if len(parts) == 1 else Or(tuple(parts))


def conjuncts(condition: Condition | None) -> tuple[Condition, ...]:
    """Return the conditions joined by AND, nested conjunctions taken apart."""
    if condition is None:
        return ()
    if isinstance(condition, And):
        return tuple(inner for part in condition.parts for inner in conjuncts(part))
    return (condition,)


def disjuncts(condition: Condition) -> tuple[Condition, ...]:
    """Return the conditions joined by OR, nested disjunctions taken apart."""
    if isinstance(condition, Or):
        return tuple(inner for part in condition.parts for inner in disjuncts(part))
    return (condition,)


def operands(condition: Condition) -> tuple[Condition, ...]:
    """Return the operands of a logical operator; nothing for comparisons and the like."""
    match condition:
        case And(parts) | Or(parts):
            return parts
        case Not(part):
            return (part,)
    return ()


def logical_leaves(condition: Condition) -> Iterator[Condition]:
    """Yield, in order, the conditions below all logical operators, at any depth."""
    if isinstance(condition, And | Or | Not):
        for part in operands(condition):
            yield from logical_leaves(part)
    else:
        yield condition


def denial(condition: Condition) -> Condition:
    """Return the negation of a condition."""
    return condition.part if isinstance(condition, Not) else Not(condition)


def matches(condition: Condition | None, document: Any, charge: Charge | None = None) -> bool:
    """True when the document fulfils the condition; the same answer as the database gives.

    `charge` is called with the number of values looked at, and may raise an error to end the search.
    """
    evaluator = WITHOUT_CHARGE if charge is None else _Evaluator(charge)
    return condition is None or evaluator.visit(condition, document)


def values_at(node: Any, path: Path, charge: Charge | None = None) -> Iterator[Any]:
    """Yield every value at the path below the node, the elements of a last array separately."""
    for item in node if isinstance(node, list) else (node,):
        if charge is not None:
            charge(1)
        if not path:
            yield item
        elif isinstance(item, dict) and path[0] in item:
            yield from values_at(item[path[0]], path[1:], charge)


def elements_at(node: Any, path: Path, charge: Charge | None = None) -> Iterator[Any]:
    """Yield the values at the path except nulls and arrays in arrays."""
    return (value for value in values_at(node, path, charge) if value is not None and not isinstance(value, list))


class _Evaluator(ConditionVisitor[Any, bool]):
    """Decides whether a value of JSON fulfils a condition."""

    def __init__(self, charge: Charge | None) -> None:
        self._charge = charge

    def compare(self, condition: Compare, context: Any) -> bool:
        found_values = map(READERS[condition.kind], values_at(context, condition.path, self._charge))
        values, expected = (value for value in found_values if value is not None), condition.value
        if condition.operator == "ne":
            return not any(value == expected for value in values)
        if condition.operator == "eq":
            return any(value == expected for value in values)
        if condition.operator == "regex":
            return any(self._finds(str(expected), value) for value in values)
        holds = ORDERINGS[condition.operator]
        return any(holds(value, expected) for value in values)

    def some(self, condition: Some, context: Any) -> bool:
        elements = elements_at(context, condition.path, self._charge)
        return any(self.visit(condition.condition, element) for element in elements)

    def conjunction(self, condition: And, context: Any) -> bool:
        return all(self.visit(part, context) for part in condition.parts)

    def disjunction(self, condition: Or, context: Any) -> bool:
        return any(self.visit(part, context) for part in condition.parts)

    def negation(self, condition: Not, context: Any) -> bool:
        return not self.visit(condition.part, context)

    def type_is(self, condition: TypeIs, context: Any) -> bool:
        return isinstance(context, dict) and context.get("@type") in condition.names

    def exists(self, condition: Exists, context: Any) -> bool:
        return any(value is not None for value in values_at(context, condition.path, self._charge))

    def _finds(self, pattern: str, text: str) -> bool:
        if self._charge is not None:
            self._charge(len(text) // SEARCHED)
        return found(pattern, text)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: Any) -> int | Decimal | None:
    if isinstance(value, float):
        # The decimal digits as written count, 0.1, not the binary fraction nearby.
        return Decimal(repr(value))
    return value if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


READERS: dict[str, Callable[[Any], Any]] = {
    "text": _text,
    "number": _number,
    "integer": _number,
    "boolean": boolean_of,
    "instant": instant_of,
}

WITHOUT_CHARGE = _Evaluator(None)
