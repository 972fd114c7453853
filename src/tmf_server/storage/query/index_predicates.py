"""Conditions that the rows of `reference` and `characteristic` answer, as tests on such rows. Runs no SQL."""

from collections.abc import Mapping
from dataclasses import dataclass

from tmf_server.storage.query.bind_parameters import BindParameters
from tmf_server.storage.query.conditions import Compare, Condition, Or, Path, Some, conjuncts
from tmf_server.storage.query.dialects.jsonsql import SQL_OPERATORS
from tmf_server.storage.values.column_map import INDEXED_CHARACTERS, NUMBERS, ColumnMap
from tmf_server.storage.values.numbers import EXACT, double_bound

Targets = Mapping[tuple[str, str], tuple[int, ...]]
"""Keys of the records that references at a dotted path may mean by an id."""

MOST_LISTS = 400
"""How many lists of owners one condition unites; SQLite unites 500 at most."""

AMBIGUOUS = frozenset({"true", "false"})  # a characteristic's row has a boolean as this text


@dataclass(frozen=True, slots=True)
class IndexPredicate:
    """Rows whose owners fulfil a condition.

    `tests` are comparisons that start with a column; `further` the same for other rows of the same element.
    `streams` says that an index has the rows in the order of their owners, `exact` that no owner is too many;
    `owner` is the column of the owner's key.
    """

    table: str
    tests: tuple[str, ...]
    streams: bool
    exact: bool = True
    further: tuple[tuple[str, ...], ...] = ()
    owner: str = "owner"

    @property
    def owners(self) -> str:
        """The statement that lists the keys of the owners, some more than once."""
        return f"SELECT r.{self.owner} FROM {self.table} AS r WHERE {self.where()}"

    @property
    def each_owner(self) -> str:
        """The statement that lists the key of each owner once."""
        return self.owners.replace("SELECT", "SELECT DISTINCT", 1)

    def where(self, sign: str = "") -> str:
        """The tests on the alias r; the sign `+` keeps SQLite from choosing an index by them."""
        return " AND ".join([*(f"{sign}r.{test}" for test in self.tests), *map(self._other, self.further)])

    def _other(self, tests: tuple[str, ...]) -> str:
        """There is a row of the same element that passes these tests."""
        same = "s.owner = r.owner AND s.path = r.path AND s.position = r.position"
        return (
            f"EXISTS (SELECT 1 FROM {self.table} AS s WHERE {same} AND {' AND '.join(f's.{test}' for test in tests)})"
        )


def row_test(
    column_map: ColumnMap, condition: Condition, targets: Targets, binds: BindParameters
) -> IndexPredicate | None:
    """The test that answers the condition, None where rows cannot."""
    if isinstance(condition, Compare):
        return _reference_test(column_map, condition, targets, binds)
    if isinstance(condition, Some) and condition.path in column_map.values:
        return _characteristic_test(column_map, condition, binds)
    return None


def row_tests(
    column_map: ColumnMap, condition: Condition, targets: Targets, binds: BindParameters
) -> tuple[IndexPredicate, ...] | None:
    """Tests of which rows pass at least one when the condition holds, and no other rows; None where rows cannot."""
    if not isinstance(condition, Or):
        test = row_test(column_map, condition, targets, binds)
        return None if test is None else (test,)
    if len(condition.parts) > MOST_LISTS:
        return None
    found = [row_test(column_map, part, targets, binds) for part in condition.parts]
    tests = tuple(test for test in found if test is not None and test.exact)
    return tests if tests and len(tests) == len(found) else None


def referred(column_map: ColumnMap, condition: Condition) -> tuple[str, str] | None:
    """The dotted path and the id of a condition on the id of a reference, which is to have it or to have another."""
    if not isinstance(condition, Compare) or condition.path[-1:] != ("id",) or condition.operator not in ("eq", "ne"):
        return None
    path = condition.path[:-1]
    return (".".join(path), str(condition.value)) if path and column_map.refers(path) else None


def _reference_test(
    column_map: ColumnMap, condition: Compare, targets: Targets, binds: BindParameters
) -> IndexPredicate | None:
    wanted = referred(column_map, condition) if condition.operator == "eq" else None
    if wanted is None:
        return None
    keys = [binds.add(key) for key in targets.get(wanted, ())] or ["NULL"]
    chosen = f"target = {keys[0]}" if len(keys) == 1 else f"target IN ({', '.join(keys)})"
    return IndexPredicate("reference", (f"path = {binds.add(wanted[0])}", chosen), streams=len(keys) == 1)


def _characteristic_test(column_map: ColumnMap, condition: Some, binds: BindParameters) -> IndexPredicate | None:
    names, values, others = _parts(condition, column_map.values[condition.path])
    if len(names) != 1 or len(str(names[0].value)) >= INDEXED_CHARACTERS:
        return None
    written = [tuple(_value_test(one, binds) for one in value) for value in values]
    answered = [tuple(test for test in tests if test is not None) for tests in written]
    tests = (f"path = {binds.add('.'.join(condition.path))}", f"name = {binds.add(names[0].value)}")
    return IndexPredicate(
        "characteristic",
        (*tests, *(answered[0] if answered else ())),
        streams=bool(answered and answered[0]) and all(_streams(one) for one in values[0]),
        exact=not others and written == answered and not any(_ambiguous(one) for value in values for one in value),
        further=tuple(tests for tests in answered[1:] if tests),
    )


def _parts(condition: Some, value_path: Path) -> tuple[list[Compare], list[tuple[Compare, ...]], bool]:
    """Conditions on an element's name, those on one of its values (equality first), and whether there are others."""
    names: list[Compare] = []
    values: list[tuple[Compare, ...]] = []
    others = False
    for part in conjuncts(condition.condition):
        one_value = _of_one_value(part, value_path)
        if isinstance(part, Compare) and part.path == ("name",) and (part.operator, part.kind) == ("eq", "text"):
            names.append(part)
        elif one_value:
            values.append(one_value)
        else:
            others = True
    return names, sorted(values, key=lambda value: not all(map(_streams, value))), others


def _of_one_value(part: Condition, path: Path) -> tuple[Compare, ...]:
    """What the condition says of one value at the path; nothing where it says something else."""
    inside = conjuncts(part.condition) if isinstance(part, Some) and part.path == path else ()
    parts = inside or (part,)
    wanted = () if inside else path
    comparisons = tuple(one for one in parts if isinstance(one, Compare) and one.operator in SQL_OPERATORS)
    return comparisons if len(comparisons) == len(parts) and all(one.path == wanted for one in comparisons) else ()


def _streams(condition: Compare) -> bool:
    """True when an index has the rows with the value in the order of their owners."""
    return condition.operator == "eq" and condition.kind != "instant"


def _value_test(condition: Compare, binds: BindParameters) -> str | None:
    value = condition.value
    if condition.kind in NUMBERS:
        return _number_test(condition, binds)
    if condition.kind == "instant":
        return f"instant {SQL_OPERATORS[condition.operator]} {binds.add(value)}"
    text = ("true" if value else "false") if condition.kind == "boolean" else str(value)
    if len(text) >= INDEXED_CHARACTERS:
        return None
    return f"text {SQL_OPERATORS[condition.operator]} {binds.add(text)}"


def _number_test(condition: Compare, binds: BindParameters) -> str | None:
    # The column is a double, which has lost nothing of numbers this small.
    if not -EXACT < condition.number < EXACT:
        return None
    bound = double_bound(condition.operator, condition.number)
    return "number = NULL" if bound is None else f"number {SQL_OPERATORS[bound.operator]} {binds.add(bound.value)}"


def _ambiguous(condition: Compare) -> bool:
    if condition.kind == "boolean":
        return True
    return condition.kind == "text" and (condition.operator != "eq" or condition.value in AMBIGUOUS)
