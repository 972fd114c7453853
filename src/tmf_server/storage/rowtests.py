"""Conditions that the rows of `reference` and `characteristic` answer, as tests on such rows. Runs no SQL."""

from collections.abc import Mapping
from dataclasses import dataclass

from tmf_server.storage.binds import Binds
from tmf_server.storage.conditions import Compare, Condition, Or, Path, Some, conjuncts
from tmf_server.storage.jsonsql import SQL_OPERATORS
from tmf_server.storage.numbers import EXACT, double_bound
from tmf_server.storage.shapes import NUMBERS, TEXT_KEPT, Shape

Targets = Mapping[tuple[str, str], tuple[int, ...]]
"""Keys of the records that references at a dotted path may mean by an id."""

AMBIGUOUS = frozenset({"true", "false"})  # a characteristic's row has a boolean as this text


@dataclass(frozen=True, slots=True)
class RowTest:
    """Rows whose owners fulfil a condition.

    `tests` are comparisons that start with a column; `further` the same for other rows of the same element.
    `streams` says that an index has the rows in the order of their owners, `exact` that no owner is too many;
    `owner` is the column of the owner's key.
    """

    table: str
    tests: tuple[str, ...]
    streams: bool
    exact: bool = True
    further: tuple[str, ...] = ()
    owner: str = "owner"

    @property
    def owners(self) -> str:
        """The statement that lists the keys of the owners, some more than once."""
        return f"SELECT r.{self.owner} FROM {self.table} AS r WHERE {self.where()}"

    def where(self, sign: str = "") -> str:
        """The tests on the alias r; the sign `+` keeps SQLite from choosing an index by them."""
        others = (
            f"EXISTS (SELECT 1 FROM {self.table} AS s WHERE s.owner = r.owner "
            f"AND {sign}s.path = r.path AND {sign}s.position = r.position AND {sign}s.{test})"
            for test in self.further
        )
        return " AND ".join([*(f"{sign}r.{test}" for test in self.tests), *others])


def row_test(shape: Shape, condition: Condition, targets: Targets, binds: Binds) -> RowTest | None:
    """The test that answers the condition, None where rows cannot."""
    if isinstance(condition, Compare):
        return _reference_test(shape, condition, targets, binds)
    if isinstance(condition, Some) and condition.path in shape.values:
        return _characteristic_test(shape, condition, binds)
    return None


def row_tests(shape: Shape, condition: Condition, targets: Targets, binds: Binds) -> tuple[RowTest, ...] | None:
    """Tests of which rows pass at least one when the condition holds, and no other rows; None where rows cannot."""
    if not isinstance(condition, Or):
        test = row_test(shape, condition, targets, binds)
        return None if test is None else (test,)
    found = [row_test(shape, part, targets, binds) for part in condition.parts]
    tests = tuple(test for test in found if test is not None and test.exact)
    return tests if tests and len(tests) == len(found) else None


def referred(shape: Shape, condition: Condition) -> tuple[str, str] | None:
    """The dotted path and the id of a condition on the id of a reference."""
    if not isinstance(condition, Compare) or condition.path[-1:] != ("id",) or condition.operator != "eq":
        return None
    path = condition.path[:-1]
    return (".".join(path), str(condition.value)) if path and shape.refers(path) else None


def _reference_test(shape: Shape, condition: Compare, targets: Targets, binds: Binds) -> RowTest | None:
    wanted = referred(shape, condition)
    if wanted is None:
        return None
    keys = [binds.add(key) for key in targets.get(wanted, ())] or ["NULL"]
    chosen = f"target = {keys[0]}" if len(keys) == 1 else f"target IN ({', '.join(keys)})"
    return RowTest("reference", (f"path = {binds.add(wanted[0])}", chosen), streams=len(keys) == 1)


def _characteristic_test(shape: Shape, condition: Some, binds: Binds) -> RowTest | None:
    names, values, others = _parts(condition, shape.values[condition.path])
    if len(names) != 1 or len(str(names[0].value)) >= TEXT_KEPT:
        return None
    written = [(value, _value_test(value, binds)) for value in values]
    answered = [(value, test) for value, test in written if test is not None]
    tests = [f"path = {binds.add('.'.join(condition.path))}", f"name = {binds.add(names[0].value)}"]
    return RowTest(
        "characteristic",
        (*tests, *(test for _, test in answered[:1])),
        streams=bool(answered) and answered[0][0].operator == "eq" and answered[0][0].kind != "instant",
        exact=not others and len(answered) == len(written) and not any(_ambiguous(value) for value in values),
        further=tuple(test for _, test in answered[1:]),
    )


def _parts(condition: Some, value_path: Path) -> tuple[list[Compare], list[Compare], bool]:
    """Conditions on an element's name, those on its value (equality first), and whether there are others."""
    names, values, others = [], [], False
    for part in conjuncts(condition.condition):
        if isinstance(part, Compare) and part.path == ("name",) and (part.operator, part.kind) == ("eq", "text"):
            names.append(part)
        elif isinstance(part, Compare) and part.path == value_path and part.operator in SQL_OPERATORS:
            values.append(part)
        else:
            others = True
    return names, sorted(values, key=lambda part: part.operator != "eq"), others


def _value_test(condition: Compare, binds: Binds) -> str | None:
    value = condition.value
    if condition.kind in NUMBERS:
        return _number_test(condition, binds)
    if condition.kind == "instant":
        return f"instant {SQL_OPERATORS[condition.operator]} {binds.add(value)}"
    text = ("true" if value else "false") if condition.kind == "boolean" else str(value)
    if len(text) >= TEXT_KEPT:
        return None
    return f"text {SQL_OPERATORS[condition.operator]} {binds.add(text)}"


def _number_test(condition: Compare, binds: Binds) -> str | None:
    # The column is a double, which has lost nothing of numbers this small.
    if not -EXACT < condition.number < EXACT:
        return None
    bound = double_bound(condition.operator, condition.number)
    return "number = NULL" if bound is None else f"number {SQL_OPERATORS[bound.operator]} {binds.add(bound.value)}"


def _ambiguous(condition: Compare) -> bool:
    if condition.kind == "boolean":
        return True
    return condition.kind == "text" and (condition.operator != "eq" or condition.value in AMBIGUOUS)
