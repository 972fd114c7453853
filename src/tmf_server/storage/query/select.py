"""Pages and counts of an entity's records by a condition. Knows no noun and nothing of HTTP."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from functools import cached_property

from sqlalchemy import Connection

from tmf_server.registry.entity import Entity
from tmf_server.registry.registry import Registry
from tmf_server.storage.connection.driver import Statement, fetch_all
from tmf_server.storage.query.bind_parameters import BindParameters
from tmf_server.storage.query.conditions import Condition, Selection, Sort, conjuncts, logical_leaves
from tmf_server.storage.query.dialects.jsonsql import Node
from tmf_server.storage.query.index_predicates import MOST_LISTS, Indexes, Targets, referred
from tmf_server.storage.query.keyset import Cursors, SortKey, following
from tmf_server.storage.query.nesting import flattened
from tmf_server.storage.query.planner import QueryPlanner
from tmf_server.storage.query.predicates import JSON
from tmf_server.storage.query.sources import write_source
from tmf_server.storage.values.column_map import ColumnMap
from tmf_server.storage.values.row_limits import row_id
from tmf_server.storage.write.records import Stored

MOST_STATEMENTS = 1_000
"""Statements kept for the next request with the same question."""
FIELDS = "{key} AS key, t.id AS id, t.revision AS revision, t.updated AS updated, t.{document} AS document"


@dataclass(frozen=True, slots=True)
class Page:
    """Records in the order asked for, and the cursors of the next and the previous page, None without a page."""

    rows: tuple[Stored, ...]
    next: str | None = None
    previous: str | None = None


class Selector:
    """Reads the collections of a database."""

    def __init__(self, registry: Registry, dialect: str) -> None:
        self.registry = registry
        self.dialect = dialect
        self._column_maps: dict[str, ColumnMap] = {}
        self.statements: dict[Hashable, Statement] = {}

    def query(self, connection: Connection, entity: Entity, where: Condition | None) -> "RecordQuery":
        """Return the query for the records of the entity by the condition, to be read on the connection."""
        column_map = self._column_maps.get(entity.name)
        if column_map is None:
            column_map = self._column_maps[entity.name] = ColumnMap(self.registry, entity)
        return RecordQuery(self, connection, column_map, where)


class RecordQuery:
    """Reads the pages and the count of an entity's records by a condition."""

    def __init__(
        self, selector: Selector, connection: Connection, column_map: ColumnMap, where: Condition | None
    ) -> None:
        self.connection = connection
        self.column_map = column_map
        self.dialect = selector.dialect
        self.where = where
        self._statements = selector.statements

    @cached_property
    def planner(self) -> QueryPlanner:
        """The choice of access paths for the pages and the count."""
        parts = tuple(map(flattened, conjuncts(self.where)))
        targets = _resolve(self.connection, self.column_map, parts)
        return QueryPlanner(self.connection, Indexes(self.column_map, self.dialect, targets), parts)

    def count_statement(self) -> Statement:
        """Return the statement for the number of all records that fulfil the condition."""

        def write() -> Statement:
            binds = BindParameters()
            source = write_source(self.planner.for_count(), self.planner.indexes, self.planner.parts, binds)
            return Statement(f"SELECT count(*) FROM {source.source} WHERE {source.where}", binds.values)

        return self._written(self.where, write)

    def _written(self, asked: Condition | Selection | None, write: Callable[[], Statement]) -> Statement:
        """Return the statement for the question, kept unless chosen by the present content of the database."""
        question = (self.column_map.entity.name, asked)
        written = self._statements.get(question)
        if written is None:
            written = write()
            if self.planner.reusable:
                if len(self._statements) >= MOST_STATEMENTS:
                    self._statements.clear()
                self._statements[question] = written
        return written

    def page(self, selection: Selection) -> Page:
        """Read a page. Raises InvalidInput for a cursor of another collection or of another order."""
        if selection.limit == 0:
            return Page(())
        if selection.where is not self.where:  # the whole selection is the key of the statements kept
            selection = replace(selection, where=self.where)
        cursors = Cursors(self.column_map.entity.name, selection.sort)
        backwards = selection.before is not None
        rows = fetch_all(
            self.connection, *self._written(selection, lambda: _PageStatement(self, selection, cursors).written)
        )
        more = len(rows) > selection.limit
        rows = rows[: selection.limit]
        if backwards:
            rows.reverse()
        started = more if backwards else selection.after is not None or selection.offset > 0
        return Page(
            tuple([Stored._make(row[:5]) for row in rows]),
            next=cursors.of(rows[-1]) if rows and (more or backwards) else None,
            previous=cursors.of(rows[0]) if rows and started else None,
        )


class _PageStatement:
    """The statement of a page."""

    def __init__(self, query: RecordQuery, selection: Selection, cursors: Cursors) -> None:
        self.query = query
        self.selection = selection
        self.cursors = cursors
        self.binds = BindParameters()
        backwards = selection.before is not None
        planner = query.planner
        self.body = write_source(
            planner.for_page(by_key=not selection.sort), planner.indexes, planner.parts, self.binds
        )
        keys = [self._sort_key(sort) for sort in selection.sort]
        falls = bool(keys) and keys[0].descending
        keys.append(SortKey(self.body.key, falls, nullable=False, indexed=True))
        self.keys = [key.reversed() for key in keys] if backwards else keys

    @property
    def written(self) -> Statement:
        """The statement for the rows of the page and a further row: the fields of Stored, then the sort values."""
        cursor = self.selection.after if self.selection.before is None else self.selection.before
        position = None if cursor is None else self.cursors.decode(cursor)
        limit, offset = self.binds.add(self.selection.limit + 1), self.binds.add(self.selection.offset)
        order = [key.named(f"s{number}") for number, key in enumerate(self.keys[:-1])]
        ending = f" ORDER BY {', '.join([*order, self.keys[-1].named('key')])} LIMIT {limit}"
        if position is None:
            return self._statement(f"{self._select()}{self.body.group}{ending} OFFSET {offset}")
        choices = following(self.keys, [*position[0], position[1]], self.binds)
        if len(choices) == 1 or not self.keys[0].indexed:
            return self._statement(f"{self._select()} AND ({' OR '.join(choices)}){self.body.group}{ending}")
        # Each choice is read off the index from the start of the choice; the union is sorted once more.
        arms = (f"SELECT * FROM ({self._select()} AND {choice}{self.body.group}{ending}) AS u" for choice in choices)
        return self._statement(f"SELECT * FROM ({' UNION ALL '.join(arms)}) AS v{ending}")

    def _statement(self, sql: str) -> Statement:
        return Statement(sql, self.binds.values)

    def _select(self) -> str:
        sorts = "".join(f", {key.sql} AS s{number}" for number, key in enumerate(self.keys[:-1]))
        fields = FIELDS.format(key=self.body.key, document="type" if self.selection.brief else "document")
        return f"SELECT {fields}{sorts} FROM {self.body.source} WHERE {self.body.where}"

    def _sort_key(self, sort: Sort) -> SortKey:
        column = self.query.column_map.column(sort.path, sort.kind)
        if column is not None:
            indexed = column.name in self.query.column_map.indexed
            return SortKey(f"t.{column.name}", sort.descending, bool(column.nullable), indexed)
        root = "t.document" if self.query.dialect == "sqlite" else "CAST(t.document AS jsonb)"
        json = JSON[self.query.dialect]
        return SortKey(json.first(Node(root), sort.path, sort.kind, self.binds), sort.descending)


def _resolve(connection: Connection, column_map: ColumnMap, parts: tuple[Condition, ...]) -> Targets:
    """Look up the records meant by the ids of references in the conditions: an id can name records of many kinds.

    Each id of a condition has an entry, which is empty where no record has the id.
    """
    leaves = (leaf for part in parts for leaf in logical_leaves(part))
    wanted = list(dict.fromkeys(one for leaf in leaves if (one := referred(column_map, leaf)) is not None))
    found: dict[tuple[str, str], tuple[int, ...]] = dict.fromkeys(wanted, ())
    for first in range(0, len(wanted), MOST_LISTS):
        some = wanted[first : first + MOST_LISTS]
        binds, arms = BindParameters(), []
        for number, (path, id_) in enumerate(some):
            used = f"SELECT 1 FROM reference AS r WHERE r.target = e.key AND r.path = {binds.add(path)}"
            meant = f"e.id = {binds.add(row_id(id_))} AND EXISTS ({used})"
            arms.append(f"SELECT {number}, e.key FROM entity AS e WHERE {meant}")
        for number, key in fetch_all(connection, " UNION ALL ".join(arms), binds.values):
            found[some[number]] = (*found[some[number]], key)
    return found
