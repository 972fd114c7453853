"""Access paths as SQL: FROM and WHERE of a statement. Runs no SQL."""

from dataclasses import dataclass

from tmf_server.storage.query.bind_parameters import BindParameters
from tmf_server.storage.query.conditions import Condition
from tmf_server.storage.query.index_predicates import Indexes, owners
from tmf_server.storage.query.planner import Access, AccessPath
from tmf_server.storage.query.predicates import ConditionWriter


@dataclass(frozen=True, slots=True)
class Source:
    """FROM and WHERE of a statement, the column of the record's key, and the GROUP BY to make keys unique."""

    source: str
    where: str
    key: str = "t.key"
    group: str = ""


def write_source(path: AccessPath, indexes: Indexes, parts: tuple[Condition, ...], binds: BindParameters) -> Source:
    """Write the source of the records that fulfil all parts, by the access path."""
    writer = ConditionWriter(indexes, binds, path.probed)
    table = indexes.column_map.table
    if path.lead is None:
        return Source(f"{table} AS t", writer.where(parts))
    predicate = path.predicates[0]
    if path.access is Access.ROWS_ALONE:
        if predicate.table == table:
            return Source(f"{table} AS r", predicate.where(binds))
        listed, kind = predicate.owners(binds, distinct=True), binds.add(indexes.column_map.entity.name)
        return Source(f"({listed}) AS l CROSS JOIN entity AS e ON e.key = l.owner", f"e.kind = {kind}")
    others = [part for part in parts if part is not path.lead]
    inexact = [] if all(one.exact for one in path.predicates) else [path.lead]
    if path.access is Access.LIST:
        listed = owners(path.predicates, binds)
        return Source(f"{table} AS t", f"t.key IN ({listed}) AND {writer.where(others, inexact)}")
    if writer.sqlite:
        # SQLite's planner keeps the order of a CROSS JOIN, and groups as the index comes.
        key = f"r.{predicate.owner}"
        source = f"{predicate.table} AS r CROSS JOIN {table} AS t ON t.key = {key}"
        return Source(source, f"{predicate.where(binds)} AND {writer.where(others, inexact)}", key, f" GROUP BY {key}")
    listed = predicate.owners(binds, distinct=True)
    return Source(f"({listed}) AS l JOIN {table} AS t ON t.key = l.owner", writer.where(others, inexact), "l.owner")
