"""Conditions as SQL over a record's table: typed columns and rows where they answer, the document's JSON otherwise.

The record's table has the alias t. What is written here means exactly what conditions.matches means.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Numeric

from tmf_server.storage.query.bind_parameters import BindParameters
from tmf_server.storage.query.conditions import And, Compare, Condition, Exists, Not, Or, Some, TypeIs
from tmf_server.storage.query.dialects.jsonpostgresql import PostgresqlJson
from tmf_server.storage.query.dialects.jsonsql import FALSE, SQL_OPERATORS, JsonSql, Node
from tmf_server.storage.query.dialects.jsonsqlite import SqliteJson
from tmf_server.storage.query.index_predicates import IndexPredicate, Targets, row_tests
from tmf_server.storage.values.column_map import INDEXED_CHARACTERS, NUMBERS, ColumnMap, column_kind
from tmf_server.storage.values.numbers import EXACT, Bound, double_bound, integer_bound

JSON: Mapping[str, JsonSql] = {"sqlite": SqliteJson(), "postgresql": PostgresqlJson()}
TRUE = "(1 = 1)"
LONGEST_CHAIN = 200
ROOT = Node("d.v")


class Predicates:
    """Writes the conditions of one statement.

    On SQLite a column or a row never chooses the plan from here: what leads is written apart (see planner), and the
    sign + hides the rest from the planner, who knows no statistics. `asked` tells which rows are asked for record by
    record; those of other conditions are listed once.
    """

    def __init__(self, column_map: ColumnMap, dialect: str, binds: BindParameters, targets: Targets) -> None:
        self.column_map = column_map
        self.sqlite = dialect == "sqlite"
        self.json = JSON[dialect]
        self.binds = binds
        self.targets = targets
        self.asked: Callable[[Condition], bool] = lambda _: False
        self.sign = "+" if self.sqlite else ""
        self._root = Node("t.document") if self.sqlite else ROOT
        self._read_document = False

    def where(self, parts: Iterable[Condition], rest: Iterable[Condition] = ()) -> str:
        """All of the parts, and what rows leave open of the rest.

        PostgreSQL parses a document once for all conditions that need it.
        """
        plain: list[str] = []
        parsed: list[str] = []
        tasks = [*((self.write, part) for part in parts), *((self.rest, part) for part in rest)]
        for write, part in tasks:
            self._read_document = False
            written = write(part)
            (parsed if self._read_document and not self.sqlite else plain).append(written)
        if parsed:
            # OFFSET 0 keeps the planner from writing the cast into each place where it is used.
            document = "SELECT CAST(t.document AS jsonb) AS v OFFSET 0"
            plain.append(f"EXISTS (SELECT 1 FROM ({document}) AS d WHERE {_joined(parsed, ' AND ')})")
        return _joined(plain, " AND ") or TRUE

    def write(self, condition: Condition, node: Node | None = None) -> str:
        """One condition about the record, or about the element that `node` is."""
        writer: Callable[[Any, Node | None], str] = getattr(self, WRITERS[type(condition)])
        return writer(condition, node)

    def _and(self, condition: And, node: Node | None) -> str:
        return f"({self._all(condition, node)})"

    def _all(self, condition: And, node: Node | None) -> str:
        return _joined([self.write(part, node) for part in condition.parts], " AND ") or TRUE

    def _or(self, condition: Or, node: Node | None) -> str:
        listed = self._by_rows(condition) if node is None else None
        if listed is not None or not condition.parts:
            return listed or FALSE
        # AND binds tighter than OR: without parentheses of its own it leaves room for others.
        parts = [self._all(part, node) if isinstance(part, And) else self.write(part, node) for part in condition.parts]
        return f"({_joined(parts, ' OR ')})"

    def _not(self, condition: Not, node: Node | None) -> str:
        return _denied(self.write(condition.part, node))

    def _exists(self, condition: Exists, node: Node | None) -> str:
        return self.json.exists(node or self.document, condition.path, self.binds)

    def _types(self, condition: TypeIs, _node: Node | None) -> str:
        names = [self.binds.add(name) for name in sorted(condition.names)]
        if len(names) == 1:
            return f"{self.sign}t.type = {names[0]}"
        return f"{self.sign}t.type IN ({', '.join(names)})" if names else FALSE

    @property
    def document(self) -> Node:
        """The parsed document."""
        self._read_document = True
        return self._root

    def _compare(self, condition: Compare, node: Node | None) -> str:
        if condition.operator == "ne":
            equal = Compare(condition.path, "eq", condition.value, condition.kind)
            return _denied(self._compare(equal, node))
        if node is None:
            written = self.by_column(condition) or self._by_rows(condition)
            if written is not None:
                return written
        return self.json.compare(node or self.document, condition, self.binds)

    def _some(self, condition: Some, node: Node | None) -> str:
        if node is None:
            written = self._by_rows(condition)
            if written is not None:
                return written
        return self._some_in_document(condition, node)

    def _some_in_document(self, condition: Some, node: Node | None) -> str:
        return self.json.some(
            node or self.document, condition.path, lambda inner: self.write(condition.condition, inner), self.binds
        )

    # -- rows -----------------------------------------------------------------------------------
    def _by_rows(self, condition: Condition) -> str | None:
        tests = row_tests(self.column_map, condition, self.targets, self.binds)
        if tests is None:
            return None
        if self.asked(condition):
            # OFFSET 0 keeps PostgreSQL from listing all owners after all.
            written = " OR ".join(self._owned(test, " OFFSET 0") for test in tests)
        elif len(tests) == 1 and not self.sqlite:
            written = self._owned(tests[0], "")
        else:
            written = f"{self.sign}t.key IN ({' UNION ALL '.join(test.owners for test in tests)})"
        if all(test.exact for test in tests):
            return written if len(tests) == 1 else f"({written})"
        return f"({written} AND {self.rest(condition)})"

    def _owned(self, test: IndexPredicate, ending: str) -> str:
        rows = f"SELECT 1 FROM {test.table} AS r WHERE r.owner = t.key AND {test.where(self.sign)}"
        return f"EXISTS ({rows}{'' if self.sqlite else ending})"

    def rest(self, condition: Condition) -> str:
        """What rows leave open of a condition on characteristics, by the document."""
        return self._some_in_document(condition, None) if isinstance(condition, Some) else TRUE

    # -- columns --------------------------------------------------------------------------------
    def by_column(self, condition: Compare | TypeIs) -> str | None:
        """The condition on the record's own columns; None where no column answers it."""
        if isinstance(condition, TypeIs):
            return self._types(condition, None)
        column = self.column_map.column(condition.path, condition.kind)
        if column is None:
            return None
        name = f"{self.sign}t.{column.name}"
        if column_kind(column) == "text":
            return self._by_text(name, condition)
        if column_kind(column) in NUMBERS:
            return self._by_number(name, column, condition)
        return f"{name} {SQL_OPERATORS[condition.operator]} {self.binds.add(condition.value)}"

    def _by_text(self, name: str, condition: Compare) -> str | None:
        if condition.operator != "regex":
            short = len(str(condition.value)) < INDEXED_CHARACTERS
            return f"{name} {SQL_OPERATORS[condition.operator]} {self.binds.add(condition.value)}" if short else None
        kept = self.json.regex(name, str(condition.value), self.binds)
        whole = self.json.compare(self.document, condition, self.binds)
        return f"CASE WHEN length({name}) < {INDEXED_CHARACTERS} THEN {kept} ELSE {whole} END"

    def _by_number(self, name: str, column: Column[Any], condition: Compare) -> str | None:
        operator, number = condition.operator, condition.number
        if not isinstance(column.type, Numeric):
            return self._bounded(name, integer_bound(operator, number))
        if not self.sqlite:
            return f"{name} {SQL_OPERATORS[operator]} {self.binds.add(Decimal(number))}"
        # Beyond it SQLite keeps some of a document's numbers as others.
        return self._bounded(name, double_bound(operator, number)) if -EXACT < number < EXACT else None

    def _bounded(self, name: str, bound: Bound | None) -> str:
        if bound is None:
            return FALSE
        return f"{name} {SQL_OPERATORS[bound.operator]} {self.binds.add(bound.value)}"


def _joined(written: Sequence[str], sign: str) -> str:
    """One chain, of chains where it is long: SQLite takes one of a thousand links at most."""
    if len(written) <= LONGEST_CHAIN:
        return sign.join(written)
    chains = (written[at : at + LONGEST_CHAIN] for at in range(0, len(written), LONGEST_CHAIN))
    return _joined([f"({sign.join(chain)})" for chain in chains], sign)


def _denied(written: str) -> str:
    # A column that is NULL compares to NULL: what is not true is false here.
    return f"NOT {written}" if written.startswith("EXISTS (") else f"({written}) IS NOT TRUE"


WRITERS: Mapping[type, str] = {
    Compare: "_compare",
    Some: "_some",
    And: "_and",
    Or: "_or",
    Not: "_not",
    TypeIs: "_types",
    Exists: "_exists",
}
