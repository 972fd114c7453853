"""Which condition leads a statement: the one whose index is read, the others being asked about what it finds.

A filter that an index answers must be slow neither because many records fulfil it nor because few do. Rows of one
reference, one characteristic value or one column value lie in their index in the order of their owners' keys: such a
condition *streams*, a page is read off it and stops when it is full. Where nothing streams, PostgreSQL chooses by its
statistics; SQLite has none, so a bounded count of each condition's rows tells which one leads, and if any is worth it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from tmf_server.storage.connection.driver import fetch_all
from tmf_server.storage.query.bind_parameters import BindParameters
from tmf_server.storage.query.conditions import And, Compare, Condition, Not, Or, TypeIs
from tmf_server.storage.query.dialects.jsonsql import FALSE, SQL_OPERATORS
from tmf_server.storage.query.index_predicates import MOST_LISTS, IndexPredicate, Targets, row_tests
from tmf_server.storage.query.predicates import TRUE, Predicates
from tmf_server.storage.values.column_map import ColumnMap

DENSE = 5_000
"""Rows from which on a condition is not worth listing: a page is found sooner among the records as they lie."""

ALONE = "t.key"


@dataclass(frozen=True, slots=True)
class Body:
    """FROM and WHERE of a statement, the column that has the record's key, and the GROUP BY that makes keys unique."""

    source: str
    where: str
    key: str = ALONE
    group: str = ""


class QueryPlanner:
    """How the records that fulfil all `parts` are found."""

    def __init__(
        self,
        connection: Connection,
        column_map: ColumnMap,
        dialect: str,
        parts: tuple[Condition, ...],
        targets: Targets | None,
    ) -> None:
        self.connection = connection
        self.column_map = column_map
        self.dialect = dialect
        self.parts = parts
        self.targets = targets or {}
        self._resolved = targets is not None
        self._counted: dict[Condition, int] | None = None
        self._seen: dict[int, tuple[IndexPredicate, ...]] = {}

    @property
    def settled(self) -> bool:
        """True when nothing that the database has just now has been looked at."""
        return self._counted is None and not self._resolved

    def for_page(self, binds: BindParameters, *, by_key: bool) -> Body:
        """To read records in the order of their keys, or in another order."""
        if not self.parts:
            return Body(f"{self.column_map.table} AS t", TRUE)
        predicates = Predicates(self.column_map, self.dialect, binds, self.targets)
        chosen = self._sqlite_lead(by_key=by_key) if predicates.sqlite else self._postgresql_lead(by_key=by_key)
        if chosen is None:
            return self._alone(predicates)
        tests = self._tests(chosen, binds)
        if by_key and len(tests) == 1 and tests[0].streams:
            return self._streamed(predicates, chosen, tests[0])
        return self._listed(predicates, chosen, tests)

    def for_count(self, binds: BindParameters) -> Body:
        """To count records."""
        predicates = Predicates(self.column_map, self.dialect, binds, self.targets)
        tops = self._tops() if predicates.sqlite else []
        if not tops:
            return Body(f"{self.column_map.table} AS t", predicates.where(self.parts))
        chosen = tops[0] if len(tops) == 1 else min(tops, key=self._counts().__getitem__)
        tests = self._tests(chosen, binds)
        if len(self.parts) == len(tests) == 1 and tests[0].exact:
            return self._told(tests[0], binds)
        return self._listed(predicates, chosen, tests)

    # -- the forms ------------------------------------------------------------------------------
    def _alone(self, predicates: Predicates) -> Body:
        # PostgreSQL joins rows of one kind by its statistics, but lists those of several to the last.
        if any(predicates.sqlite or len(self._rows(part)) > 1 for part in self._candidates()):
            counts = self._counts()
            predicates.asked = lambda part: counts.get(part, 0) >= DENSE
        return Body(f"{self.column_map.table} AS t", predicates.where(self.parts))

    def _told(self, test: IndexPredicate, binds: BindParameters) -> Body:
        """The rows tell all: the records, which are long, are not looked at."""
        if test.table == self.column_map.table:
            return Body(f"{test.table} AS r", test.where())
        kind = binds.add(self.column_map.entity.name)
        return Body(f"({test.each_owner}) AS l CROSS JOIN entity AS e ON e.key = l.owner", f"e.kind = {kind}")

    def _listed(self, predicates: Predicates, lead: Condition, tests: tuple[IndexPredicate, ...]) -> Body:
        where = f"t.key IN ({_owners(tests)}) AND {self._rest(predicates, lead, tests)}"
        return Body(f"{self.column_map.table} AS t", where)

    def _streamed(self, predicates: Predicates, lead: Condition, test: IndexPredicate) -> Body:
        rest = self._rest(predicates, lead, (test,))
        if predicates.sqlite:
            # The planner keeps the order of a CROSS JOIN, and groups as the index comes.
            source = f"{test.table} AS r CROSS JOIN {self.column_map.table} AS t ON t.key = r.{test.owner}"
            return Body(source, f"{test.where()} AND {rest}", f"r.{test.owner}", f" GROUP BY r.{test.owner}")
        return Body(f"({test.each_owner}) AS l JOIN {self.column_map.table} AS t ON t.key = l.owner", rest, "l.owner")

    def _rest(self, predicates: Predicates, lead: Condition, tests: tuple[IndexPredicate, ...]) -> str:
        predicates.asked = lambda _: True
        others = (part for part in self.parts if part is not lead)
        return predicates.where(others, () if all(test.exact for test in tests) else (lead,))

    # -- the choice -----------------------------------------------------------------------------
    def _sqlite_lead(self, *, by_key: bool) -> Condition | None:
        tops = self._tops()
        streaming = [part for part in tops if by_key and self._streams(part)]
        if len(list(self._candidates())) <= 1 and streaming:
            return streaming[0]
        if not tops:
            return None
        counts = self._counts()
        fewest = min(tops, key=counts.__getitem__)
        if counts[fewest] < DENSE:
            return fewest
        return min(streaming, key=counts.__getitem__, default=None)

    def _postgresql_lead(self, *, by_key: bool) -> Condition | None:
        # Two filters, or another order: a join that the statistics choose.
        answered = [part for part in self.parts if self._rows(part) or self._column_test(part, BindParameters())]
        return answered[0] if by_key and len(answered) == 1 and self._streams(answered[0]) else None

    def _tops(self) -> list[Condition]:
        return [part for part in self.parts if self._rows(part)]

    def _streams(self, part: Condition) -> bool:
        tests = self._rows(part)
        return len(tests) == 1 and tests[0].streams

    def _rows(self, part: Condition) -> tuple[IndexPredicate, ...]:
        """What finds the records of a condition, to choose by."""
        if id(part) not in self._seen:
            self._seen[id(part)] = self._tests(part, BindParameters())
        return self._seen[id(part)]

    def _tests(self, part: Condition, binds: BindParameters) -> tuple[IndexPredicate, ...]:
        """Rows that find the records of a condition; on SQLite also those of the records' own table."""
        found = row_tests(self.column_map, part, self.targets, binds)
        if found is not None or self.dialect != "sqlite" or (isinstance(part, Or) and len(part.parts) > MOST_LISTS):
            return found or ()
        own = [self._column_test(one, binds) for one in (part.parts if isinstance(part, Or) else (part,))]
        tests = tuple(test for test in own if test is not None)
        return tests if len(tests) == len(own) else ()

    def _column_test(self, part: Condition, binds: BindParameters) -> IndexPredicate | None:
        predicates = Predicates(self.column_map, self.dialect, binds, self.targets)
        predicates.sign = ""
        if isinstance(part, TypeIs):
            name, streams = "type", len(part.names) == 1
        elif isinstance(part, Compare) and part.operator in SQL_OPERATORS:
            column = self.column_map.column(part.path, part.kind)
            name, streams = column.name if column is not None else "", part.operator == "eq"
        else:
            return None
        written = predicates.by_column(part) if name in self.column_map.indexed else None
        if written is None:
            return None
        test = "key IS NULL" if written == FALSE else written.removeprefix("t.")
        return IndexPredicate(self.column_map.table, (test,), streams=streams, owner="key")

    # -- the counts -----------------------------------------------------------------------------
    def _candidates(self) -> Iterator[Condition]:
        for part in self.parts:
            yield from (part,) if self._rows(part) else self._inner(part)

    def _inner(self, condition: Condition) -> Iterator[Condition]:
        """Conditions on rows below a condition that rows do not answer as a whole."""
        inner: tuple[Condition, ...] = condition.parts if isinstance(condition, And | Or) else ()
        for part in (condition.part,) if isinstance(condition, Not) else inner:
            if row_tests(self.column_map, part, self.targets, BindParameters()) is not None:
                yield part
            else:
                yield from self._inner(part)

    def _counts(self) -> dict[Condition, int]:
        if self._counted is None:
            binds = BindParameters()
            most = binds.add(DENSE)
            candidates = list(dict.fromkeys(self._candidates()))
            lists = [_owners(self._tests(one, binds)) for one in candidates]
            counts = ", ".join(f"(SELECT count(*) FROM ({owners} LIMIT {most}) AS c)" for owners in lists)
            row = fetch_all(self.connection, f"SELECT {counts}", binds.values)[0]
            self._counted = dict(zip(candidates, row, strict=True))
        return self._counted


def _owners(tests: tuple[IndexPredicate, ...]) -> str:
    return " UNION ALL ".join(test.owners for test in tests)
