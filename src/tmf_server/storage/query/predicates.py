"""Conditions as SQL over a record's table: typed columns and rows where possible, the document's JSON otherwise.

The record's table has the alias t. The SQL means exactly the same as conditions.matches.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from tmf_server.storage.query.bind_parameters import BindParameters
from tmf_server.storage.query.conditions import And, Compare, Condition, ConditionVisitor, Exists, Not, Or, Some, TypeIs
from tmf_server.storage.query.dialects.jsonpostgresql import PostgresqlJson
from tmf_server.storage.query.dialects.jsonsql import FALSE, JsonSql, Node
from tmf_server.storage.query.dialects.jsonsqlite import SqliteJson
from tmf_server.storage.query.index_predicates import NEVER, Indexes, owners
from tmf_server.storage.values.column_map import INDEXED_CHARACTERS

JSON: Mapping[str, JsonSql] = {"sqlite": SqliteJson(), "postgresql": PostgresqlJson()}
TRUE = "(1 = 1)"
LONGEST_CHAIN = 200
ROOT = Node("d.v")


class ConditionWriter(ConditionVisitor[Node | None, str]):
    """Writes the conditions of a statement.

    On SQLite neither a column nor a row chooses the plan from inside a condition: the access path of the statement
    does, and the sign + hides the rest from SQLite's planner and lack of statistics.
    """

    def __init__(self, indexes: Indexes, binds: BindParameters, probed: Collection[Condition] | None = ()) -> None:
        """Take the conditions with rows to be probed record by record, None for all; further rows are listed once."""
        self.indexes = indexes
        self.sqlite = indexes.dialect == "sqlite"
        self.json = JSON[indexes.dialect]
        self.binds = binds
        self.probed = probed
        self.sign = "+" if self.sqlite else ""
        self._root = Node("t.document") if self.sqlite else ROOT
        self._read_document = False

    def where(self, parts: Iterable[Condition], rest: Iterable[Condition] = ()) -> str:
        """Write all of the parts, and of the rest only the share left open by rows.

        PostgreSQL parses a document once for all conditions on the document.
        """
        plain: list[str] = []
        parsed: list[str] = []
        tasks = [*((self.write, part) for part in parts), *((self._open_share, part) for part in rest)]
        for write, part in tasks:
            self._read_document = False
            written = write(part)
            (parsed if self._read_document and not self.sqlite else plain).append(written)
        if parsed:
            # OFFSET 0 keeps the planner from repeating the cast at each use.
            document = "SELECT CAST(t.document AS jsonb) AS v OFFSET 0"
            plain.append(f"EXISTS (SELECT 1 FROM ({document}) AS d WHERE {_joined(parsed, ' AND ')})")
        return _joined(plain, " AND ") or TRUE

    def write(self, condition: Condition) -> str:
        """Write a condition on the record."""
        return self.visit(condition, None)

    def compare(self, condition: Compare, context: Node | None) -> str:
        """Write a comparison; `ne` denies `eq`."""
        if condition.operator == "ne":
            return _denied(self.compare(replace(condition, operator="eq"), context))
        written = (self._by_column(condition) or self._by_rows(condition)) if context is None else None
        return written or self.json.compare(context or self.document, condition, self.binds)

    def some(self, condition: Some, context: Node | None) -> str:
        """Write a condition on some element of an array."""
        written = self._by_rows(condition) if context is None else None
        return written or self._in_document(condition, context)

    def conjunction(self, condition: And, context: Node | None) -> str:
        """Write a conjunction in parentheses."""
        return f"({self._all(condition, context)})"

    def disjunction(self, condition: Or, context: Node | None) -> str:
        """Write a disjunction in parentheses."""
        written = self._by_rows(condition) if context is None else None
        if written is not None or not condition.parts:
            return written or FALSE
        # AND binds tighter than OR: leaving out the parentheses saves a level.
        parts = (
            self._all(one, context) if isinstance(one, And) else self.visit(one, context) for one in condition.parts
        )
        return f"({_joined(list(parts), ' OR ')})"

    def negation(self, condition: Not, context: Node | None) -> str:
        """Write a denial."""
        return _denied(self.visit(condition.part, context))

    def type_is(self, condition: TypeIs, context: Node | None) -> str:  # noqa: ARG002 - a record's type alone
        """Write a condition on the type of the record."""
        return self._by_column(condition) or FALSE

    def exists(self, condition: Exists, context: Node | None) -> str:
        """Write a condition on the presence of an attribute."""
        return self.json.exists(context or self.document, condition.path, self.binds)

    @property
    def document(self) -> Node:
        """The parsed document."""
        self._read_document = True
        return self._root

    def _all(self, condition: And, node: Node | None) -> str:
        return _joined([self.visit(part, node) for part in condition.parts], " AND ") or TRUE

    def _in_document(self, condition: Some, node: Node | None) -> str:
        def of_element(element: Node) -> str:
            return self.visit(condition.condition, element)

        return self.json.some(node or self.document, condition.path, of_element, self.binds)

    def _open_share(self, condition: Condition) -> str:
        """Write, on the document, the share of a condition on characteristics left open by rows."""
        return self._in_document(condition, None) if isinstance(condition, Some) else TRUE

    def _by_rows(self, condition: Condition) -> str | None:
        predicates = self.indexes.rows(condition)
        if predicates is None:
            return None
        probed = self.probed is None or (bool(self.probed) and condition in self.probed)
        if probed or (len(predicates) == 1 and not self.sqlite):
            # OFFSET 0 keeps PostgreSQL from listing all owners after all.
            ending = " OFFSET 0" if probed and not self.sqlite else ""
            rows = [
                f"{one.table} AS r WHERE r.owner = t.key AND {one.where(self.binds, self.sign)}" for one in predicates
            ]
            written = " OR ".join(f"EXISTS (SELECT 1 FROM {row}{ending})" for row in rows)
        else:
            written = f"{self.sign}t.key IN ({owners(predicates, self.binds)})"
        if all(predicate.exact for predicate in predicates):
            return written if len(predicates) == 1 else f"({written})"
        return f"({written} AND {self._open_share(condition)})"

    def _by_column(self, condition: Compare | TypeIs) -> str | None:
        test = self.indexes.column_test(condition)
        if test is not None:
            return FALSE if test is NEVER else test.sql(f"{self.sign}t.", self.binds)
        if not isinstance(condition, Compare) or condition.operator != "regex":
            return None
        column = self.indexes.column_map.column(condition.path, condition.kind)
        if column is None:
            return None
        name = f"{self.sign}t.{column.name}"
        beginning = self.json.regex(name, str(condition.value), self.binds)
        whole = self.json.compare(self.document, condition, self.binds)
        return f"CASE WHEN length({name}) < {INDEXED_CHARACTERS} THEN {beginning} ELSE {whole} END"


def _joined(written: Sequence[str], sign: str) -> str:
    """Join the terms, in chains of chains where long: SQLite takes a chain of a thousand links at most."""
    if len(written) <= LONGEST_CHAIN:
        return sign.join(written)
    chains = (written[at : at + LONGEST_CHAIN] for at in range(0, len(written), LONGEST_CHAIN))
    return _joined([f"({sign.join(chain)})" for chain in chains], sign)


def _denied(written: str) -> str:
    # A comparison with a NULL column is NULL: everything but true has to count as false.
    return f"NOT {written}" if written.startswith("EXISTS (") else f"({written}) IS NOT TRUE"
