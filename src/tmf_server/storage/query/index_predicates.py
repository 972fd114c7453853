"""Conditions as tests on indexed rows of `reference`, of `characteristic` or of the records' own table.

A test is a value until a statement binds parameters to the values. Runs no SQL.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Numeric

from tmf_server.storage.query.bind_parameters import BindParameters
from tmf_server.storage.query.conditions import Compare, Condition, Or, Path, Some, TypeIs, conjuncts
from tmf_server.storage.query.dialects.jsonsql import SQL_OPERATORS
from tmf_server.storage.values.column_map import INDEXED_CHARACTERS, NUMBERS, ColumnMap, column_kind
from tmf_server.storage.values.numbers import EXACT, Bound, double_bound, integer_bound

Targets = Mapping[tuple[str, str], tuple[int, ...]]
"""Keys of the records meant by an id in references at a dotted path."""

MOST_LISTS = 400
"""Lists of owners united by a condition; SQLite unites 500 at most."""

AMBIGUOUS = frozenset({"true", "false"})
"""Texts in the row of a characteristic by which a boolean may be meant."""


@dataclass(frozen=True, slots=True)
class ColumnTest:
    """A comparison of a column with bound values: several values mean an IN list, no value means NULL."""

    column: str
    operator: str
    values: tuple[Any, ...]

    def sql(self, prefix: str, binds: BindParameters) -> str:
        """Write the test; the prefix is the alias with a dot, and may begin with the sign `+`."""
        written = [binds.add(value) for value in self.values] or ["NULL"]
        if len(written) == 1:
            return f"{prefix}{self.column} {self.operator} {written[0]}"
        return f"{prefix}{self.column} IN ({', '.join(written)})"


NEVER = ColumnTest("key", "IS", ())
"""The test on a record's own table passed by no record."""


@dataclass(frozen=True, slots=True)
class IndexPredicate:
    """Rows whose owners fulfil a condition.

    A row passes all `tests`; each entry of `further` is passed by another row of the same element. `streams`: an index
    has the rows in the order of the owners; `exact`: every owner fulfils the condition. `owner` is the key's column.
    """

    table: str
    tests: tuple[ColumnTest, ...]
    streams: bool
    exact: bool = True
    further: tuple[tuple[ColumnTest, ...], ...] = ()
    owner: str = "owner"

    def owners(self, binds: BindParameters, *, distinct: bool = False) -> str:
        """Write the statement to list the keys of the owners, each once where `distinct`."""
        return f"SELECT {'DISTINCT ' * distinct}r.{self.owner} FROM {self.table} AS r WHERE {self.where(binds)}"

    def where(self, binds: BindParameters, sign: str = "") -> str:
        """Write the tests on the alias r; the sign `+` keeps SQLite from choosing an index for a test."""
        written = [test.sql(f"{sign}r.", binds) for test in self.tests]
        for tests in self.further:
            same = "s.owner = r.owner AND s.path = r.path AND s.position = r.position"
            passed = " AND ".join([test.sql("s.", binds) for test in tests])
            written.append(f"EXISTS (SELECT 1 FROM {self.table} AS s WHERE {same} AND {passed})")
        return " AND ".join(written)


IndexPredicates = tuple[IndexPredicate, ...]


def owners(predicates: IndexPredicates, binds: BindParameters) -> str:
    """Write the statement to list the keys of the owners of all predicates."""
    return " UNION ALL ".join([predicate.owners(binds) for predicate in predicates])


class Indexes:
    """Finds the index predicates for the conditions of a statement."""

    def __init__(self, column_map: ColumnMap, dialect: str, targets: Targets) -> None:
        self.column_map = column_map
        self.dialect = dialect
        self.targets = targets
        # By identity, since to hash a condition is to hash all inside; an entry holds on to the condition.
        self._rows: dict[int, tuple[Condition, IndexPredicates | None]] = {}
        self._leading: dict[int, tuple[Condition, IndexPredicates]] = {}

    def rows(self, condition: Condition) -> IndexPredicates | None:
        """Return predicates on child rows that together find the records of the condition, or None.

        Rows of an inexact predicate also find further records, to be sorted out by the document.
        """
        if id(condition) not in self._rows:
            self._rows[id(condition)] = (condition, self._find_rows(condition))
        return self._rows[id(condition)][1]

    def leading(self, condition: Condition) -> IndexPredicates:
        """Return predicates for a statement to begin with; on SQLite also predicates on the records' own table."""
        if id(condition) not in self._leading:
            found = self.rows(condition)
            parts = condition.parts if isinstance(condition, Or) else (condition,)
            if found is None and self.dialect == "sqlite" and len(parts) <= MOST_LISTS:
                found = _all_of(map(self.own, parts))
            self._leading[id(condition)] = (condition, found or ())
        return self._leading[id(condition)][1]

    def own(self, condition: Condition) -> IndexPredicate | None:
        """Return the predicate on an indexed column of the records' own table, or None."""
        test = self.column_test(condition)
        if isinstance(condition, TypeIs):
            column, streams = "type", len(condition.names) == 1
        elif test is not None and isinstance(condition, Compare):
            column, streams = self.column_map.columns[condition.path].name, condition.operator == "eq"
        else:
            return None
        if test is None or column not in self.column_map.indexed:
            return None
        return IndexPredicate(self.column_map.table, (test,), streams=streams, owner="key")

    def column_test(self, condition: Condition) -> ColumnTest | None:
        """Return the test on a column of the records' table, NEVER where no value can pass, None without a column."""
        if isinstance(condition, TypeIs):
            return ColumnTest("type", "=", tuple(sorted(condition.names))) if condition.names else NEVER
        if not isinstance(condition, Compare) or condition.operator not in SQL_OPERATORS:
            return None
        column = self.column_map.column(condition.path, condition.kind)
        if column is None:
            return None
        if column_kind(column) in NUMBERS:
            return self._number_test(column, condition.operator, condition.number)
        if column_kind(column) == "text" and len(str(condition.value)) >= INDEXED_CHARACTERS:
            return None
        return ColumnTest(column.name, SQL_OPERATORS[condition.operator], (condition.value,))

    def _number_test(self, column: Column[Any], operator: str, number: int | Decimal) -> ColumnTest | None:
        if not isinstance(column.type, Numeric):
            return _bounded(column.name, integer_bound(operator, number)) or NEVER
        if self.dialect != "sqlite":
            return ColumnTest(column.name, SQL_OPERATORS[operator], (Decimal(number),))
        if not -EXACT < number < EXACT:
            return None  # SQLite does not keep every larger number exactly
        return _bounded(column.name, double_bound(operator, number)) or NEVER

    def _find_rows(self, condition: Condition) -> IndexPredicates | None:
        if not isinstance(condition, Or):
            found = self._child_rows(condition)
            return None if found is None else (found,)
        if len(condition.parts) > MOST_LISTS:
            return None
        alternatives = _all_of(map(self._child_rows, condition.parts))
        return alternatives if alternatives and all(one.exact for one in alternatives) else None

    def _child_rows(self, condition: Condition) -> IndexPredicate | None:
        if isinstance(condition, Some) and condition.path in self.column_map.values:
            return _characteristic(condition, self.column_map.values[condition.path])
        reference = referred(self.column_map, condition)
        if reference is None or not isinstance(condition, Compare) or condition.operator != "eq":
            return None
        keys = self.targets.get(reference, ())
        tests = (ColumnTest("path", "=", (reference[0],)), ColumnTest("target", "=", keys))
        return IndexPredicate("reference", tests, streams=len(keys) <= 1)


def referred(column_map: ColumnMap, condition: Condition) -> tuple[str, str] | None:
    """Return the dotted path and the id where a condition demands, or denies, the id of a reference; else None."""
    if not isinstance(condition, Compare) or condition.path[-1:] != ("id",) or condition.operator not in ("eq", "ne"):
        return None
    path = condition.path[:-1]
    return (".".join(path), str(condition.value)) if path and column_map.refers(path) else None


def _all_of(predicates: Iterable[IndexPredicate | None]) -> IndexPredicates | None:
    """Return the predicates, None where a condition has no predicate."""
    found: list[IndexPredicate] = []
    for predicate in predicates:
        if predicate is None:
            return None
        found.append(predicate)
    return tuple(found)


def _characteristic(condition: Some, value_path: Path) -> IndexPredicate | None:
    """Return the predicate of a condition on an element by exactly one name, None without the name.

    An element has conditions on the name, on the values, and on further attributes; the last are beyond the predicate,
    so the predicate is not exact.
    """
    names: list[Compare] = []
    values: list[tuple[Compare, ...]] = []
    exact = True
    for part in conjuncts(condition.condition):
        of_value = _of_one_value(part, value_path)
        if isinstance(part, Compare) and part.path == ("name",) and (part.operator, part.kind) == ("eq", "text"):
            names.append(part)
        elif of_value:
            values.append(of_value)
        else:
            exact = False
    if len(names) != 1 or len(str(names[0].value)) >= INDEXED_CHARACTERS:
        return None
    values.sort(key=lambda value: not all(map(_streams, value)))  # equality first: an index has such rows in order
    tests = [tuple(test for one in value if (test := _value_test(one)) is not None) for value in values]
    first = tests[0] if tests else ()
    comparisons = [one for value in values for one in value]
    return IndexPredicate(
        "characteristic",
        (ColumnTest("path", "=", (".".join(condition.path),)), ColumnTest("name", "=", (names[0].value,)), *first),
        streams=bool(first) and all(map(_streams, values[0])),
        exact=exact and sum(map(len, tests)) == len(comparisons) and not any(map(_ambiguous, comparisons)),
        further=tuple(filter(None, tests[1:])),
    )


def _of_one_value(part: Condition, path: Path) -> tuple[Compare, ...]:
    """Return the comparisons with a single value at the path, nothing for a condition on anything else."""
    inside = conjuncts(part.condition) if isinstance(part, Some) and part.path == path else ()
    parts, expected = (inside, ()) if inside else ((part,), path)
    comparisons = tuple(one for one in parts if isinstance(one, Compare) and one.operator in SQL_OPERATORS)
    return comparisons if len(comparisons) == len(parts) and all(one.path == expected for one in comparisons) else ()


def _streams(condition: Compare) -> bool:
    """Return whether an index has the rows with the value in the order of the owners."""
    return condition.operator == "eq" and condition.kind != "instant"


def _value_test(condition: Compare) -> ColumnTest | None:
    """Return the test on a characteristic's row, None for a value too large for a row."""
    sign, value = SQL_OPERATORS[condition.operator], condition.value
    if condition.kind in NUMBERS:
        # The column is a double, and a double has lost nothing of small numbers.
        if not -EXACT < condition.number < EXACT:
            return None
        return _bounded("number", double_bound(condition.operator, condition.number)) or ColumnTest("number", "=", ())
    if condition.kind == "instant":
        return ColumnTest("instant", sign, (value,))
    text = ("true" if value else "false") if condition.kind == "boolean" else str(value)
    return ColumnTest("text", sign, (text,)) if len(text) < INDEXED_CHARACTERS else None


def _bounded(column: str, bound: Bound | None) -> ColumnTest | None:
    return None if bound is None else ColumnTest(column, SQL_OPERATORS[bound.operator], (bound.value,))


def _ambiguous(condition: Compare) -> bool:
    """Return whether a characteristic's row may pass the comparison although the value in the document fails."""
    if condition.kind == "boolean":
        return True
    return condition.kind == "text" and (condition.operator != "eq" or condition.value in AMBIGUOUS)
