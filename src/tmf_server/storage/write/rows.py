"""The statements of the write path: a set-based statement for each table. Decides nothing."""

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Integer, Numeric, Table

from tmf_server.registry.entity import Target
from tmf_server.storage.connection.driver import Sql, run
from tmf_server.storage.values.extract import CharacteristicValue
from tmf_server.storage.values.row_limits import row_id

SLOTS = 64

SOURCE = {"sqlite": "json_each(:rows) AS j", "postgresql": "jsonb_array_elements(CAST(:rows AS jsonb)) AS j(value)"}
# The keys of a batch in its order. PostgreSQL locks the rows in the order of ids, so that two batches never cross.
ENTERED = {
    "sqlite": "SELECT NULL AS key, j.value ->> 0 AS id FROM {source} ORDER BY j.key",
    "postgresql": """
        SELECT n.key, n.id FROM (
        SELECT nextval('entity_key_seq') AS key, j.value ->> 0 AS id
        FROM jsonb_array_elements(CAST(:rows AS jsonb)) WITH ORDINALITY AS j(value, place) ORDER BY place) AS n
        ORDER BY n.id""",
}
SLOT = {"sqlite": "0", "postgresql": f"pg_backend_pid() % {SLOTS}"}
# The lock of a foreign key on a target, taken before the target is read, so that a found target stays.
SHARE = {"sqlite": "", "postgresql": "FOR KEY SHARE OF e"}

STATEMENTS = {
    "enter": """
        INSERT INTO entity (key, kind, id, here)
        SELECT m.key, :kind, m.id, true FROM ({entered}) AS m WHERE true
        ON CONFLICT (id, kind) DO UPDATE SET here = true WHERE NOT entity.here
        RETURNING id, key""",
    "find": """
        SELECT e.kind, e.id, e.key, e.here FROM {source}
        JOIN entity AS e ON e.id = j.value ->> 1 AND e.kind = j.value ->> 0""",
    "hold": """
        SELECT e.kind, e.id, e.key, e.here FROM {source}
        JOIN entity AS e ON e.id = j.value ->> 1 AND e.kind = j.value ->> 0 {share}""",
    "stub": """
        INSERT INTO entity (kind, id, here)
        SELECT j.value ->> 0, j.value ->> 1, false FROM {source} WHERE true ORDER BY 2, 1
        ON CONFLICT (id, kind) DO NOTHING""",
    "refer": """
        INSERT INTO reference (owner, path, position, role, target)
        SELECT CAST(j.value ->> 0 AS BIGINT), j.value ->> 1, CAST(j.value ->> 2 AS SMALLINT), j.value ->> 3,
               CAST(j.value ->> 4 AS BIGINT)
        FROM {source}""",
    "unrefer": """
        DELETE FROM reference WHERE owner = :owner AND (path, position, target) IN (
        SELECT j.value ->> 0, CAST(j.value ->> 1 AS SMALLINT), CAST(j.value ->> 2 AS BIGINT) FROM {source})""",
    "retire": "UPDATE reference SET role = :role WHERE owner = :owner AND role = :former",
    "users": """
        SELECT r.target, count(DISTINCT r.owner) FROM {source}
        JOIN reference AS r ON r.target = CAST(j.value ->> 0 AS BIGINT) JOIN entity AS e ON e.key = r.owner
        WHERE r.path = :path AND r.role = :role AND e.kind = :kind GROUP BY r.target""",
    "characterise": """
        INSERT INTO characteristic (owner, path, position, name, text, number, instant)
        SELECT CAST(j.value ->> 0 AS BIGINT), j.value ->> 1, CAST(j.value ->> 2 AS SMALLINT), j.value ->> 3,
               j.value ->> 4, CAST(j.value ->> 5 AS DOUBLE PRECISION), CAST(j.value ->> 6 AS BIGINT)
        FROM {source}""",
    "uncharacterise": "DELETE FROM characteristic WHERE owner = :owner",
    "count": """
        INSERT INTO tally (kind, slot, number) VALUES (:kind, {slot}, :number)
        ON CONFLICT (kind, slot) DO UPDATE SET number = tally.number + excluded.number""",
    "documents": "SELECT t.id, t.document FROM {source} JOIN {table} AS t ON t.id = j.value ->> 0",
    "fill": "INSERT INTO {table} ({names}) SELECT {values} FROM {source}",
    "clear": """
        DELETE FROM {table} WHERE owner = :owner AND ({names}) IN (SELECT {values} FROM {source})""",
    "empty": "DELETE FROM {table} WHERE owner = :owner",
    "total": "SELECT coalesce(sum(number), 0) FROM tally WHERE kind = :kind",
    "forget": "DELETE FROM reference WHERE owner = :owner",
    "lock": "SELECT 1 FROM entity WHERE key = :key FOR UPDATE",
    "lock_names": """
        SELECT pg_advisory_xact_lock(hashtextextended(n.name, 0))
        FROM (SELECT j.value ->> 0 AS name FROM {source} ORDER BY 1) AS n""",
    "leave": "UPDATE entity SET here = false WHERE key = :key",
    "needed_by": """
        SELECT e.kind, e.id, r.path FROM reference AS r JOIN entity AS e ON e.key = r.owner
        WHERE r.target = :key AND r.role = :role AND r.owner <> :key ORDER BY r.owner LIMIT :most""",
    "reaches": """
        WITH RECURSIVE way(key) AS (
            SELECT target FROM reference WHERE owner = :key AND path IN (SELECT j.value ->> 0 FROM {source})
            UNION
            SELECT r.target FROM reference AS r JOIN way ON r.owner = way.key
            WHERE r.path IN (SELECT j.value ->> 0 FROM {source}))
        SELECT 1 FROM way WHERE key = :key LIMIT 1""",
}


@lru_cache(maxsize=64)
def _statement(name: str, dialect: str) -> Sql:
    source = SOURCE[dialect]
    entered = ENTERED[dialect].format(source=source)
    return Sql(STATEMENTS[name].format(source=source, slot=SLOT[dialect], share=SHARE[dialect], entered=entered))


@lru_cache(maxsize=128)
def _table_statement(name: str, dialect: str, table: Table, names: tuple[str, ...] = ()) -> Sql:
    values = [_value(table.c[column], place) for place, column in enumerate(names)]
    text = STATEMENTS[name].format(
        source=SOURCE[dialect], table=table.name, names=", ".join(names), values=", ".join(values)
    )
    return Sql(text)


def _value(column: Column[Any], place: int) -> str:
    value = f"j.value ->> {place}"
    kinds: tuple[tuple[type, str], ...] = ((Boolean, "BOOLEAN"), (Integer, "BIGINT"), (Numeric, "NUMERIC"))
    cast = next((name for kind, name in kinds if isinstance(column.type, kind)), None)
    return value if cast is None else f"CAST({value} AS {cast})"


def _encode(rows: Iterable[Sequence[Any]]) -> str:
    return json.dumps(list(rows), ensure_ascii=False, default=str)  # a decimal as its digits


class Rows:
    """The shared tables of a dialect, written and read set by set."""

    def __init__(self, dialect: str) -> None:
        self.dialect = dialect

    def _run(self, connection: Connection, name: str, **values: Any) -> Any:
        return run(connection, _statement(name, self.dialect), values)

    def enter(self, connection: Connection, kind: str, ids: Sequence[str]) -> dict[str, int]:
        """Mark records as present, stubs too; return the keys by id, without records present before.

        New keys grow in the order given.
        """
        found = self._run(connection, "enter", kind=kind, rows=_encode([one] for one in ids))
        return {row[0]: row[1] for row in found.fetchall()}

    def targets(self, connection: Connection, wanted: Sequence[Target]) -> dict[Target, tuple[int, bool]]:
        """Return key and presence of every wanted target, locked against deletion; an unknown target gets a stub."""
        found = self._find(connection, wanted, "hold")
        missing = [one for one in wanted if one not in found]
        if missing:
            self._run(connection, "stub", rows=_encode((kind, row_id(id_)) for kind, id_ in missing))
            found |= self._find(connection, missing, "hold")
        return found

    def _find(
        self, connection: Connection, wanted: Sequence[Target], how: str = "find"
    ) -> dict[Target, tuple[int, bool]]:
        named = {(kind, row_id(id_)): (kind, id_) for kind, id_ in wanted}
        rows = self._run(connection, how, rows=_encode(named))
        return {named[kind, id_]: (key, bool(here)) for kind, id_, key, here in rows}

    def present(self, connection: Connection, wanted: Sequence[Target]) -> set[Target]:
        """Return the present targets among the wanted; makes no stubs."""
        return {target for target, (_, here) in self._find(connection, wanted).items() if here}

    def documents(self, connection: Connection, table: Table, ids: Sequence[str]) -> dict[str, str]:
        """Return the canonical texts of the present records of a table, by id."""
        statement = _table_statement("documents", self.dialect, table)
        return dict(run(connection, statement, {"rows": _encode([id_] for id_ in ids)}).fetchall())

    def fill(self, connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Write rows of a child table."""
        if rows:
            run(connection, _table_statement("fill", self.dialect, table, tuple(columns)), {"rows": _encode(rows)})

    def clear(
        self, connection: Connection, table: Table, columns: Sequence[str], owner: int, keys: Sequence[Sequence[Any]]
    ) -> None:
        """Remove rows of the owner from a child table, by keys in the columns."""
        if keys:
            statement = _table_statement("clear", self.dialect, table, tuple(columns))
            run(connection, statement, {"owner": owner, "rows": _encode(keys)})

    def empty(self, connection: Connection, table: Table, owner: int) -> None:
        """Remove every row of the owner from a child table."""
        run(connection, _table_statement("empty", self.dialect, table), {"owner": owner})

    def refer(self, connection: Connection, rows: Sequence[tuple[int, str, int, str, int]]) -> None:
        """Write references: owner, path, position, role, target."""
        if rows:
            self._run(connection, "refer", rows=_encode(rows))

    def unrefer(self, connection: Connection, owner: int, rows: Sequence[tuple[str, int, int]]) -> None:
        """Remove references of the owner: path, position, target."""
        if rows:
            self._run(connection, "unrefer", owner=owner, rows=_encode(rows))

    def retire(self, connection: Connection, owner: int, former: str, role: str) -> None:
        """Give the owner's references of a role a new role."""
        self._run(connection, "retire", owner=owner, former=former, role=role)

    def users(self, connection: Connection, keys: Sequence[int], kind: str, path: str, role: str) -> dict[int, int]:
        """How many records of the kind refer to each of the keys at the path in the role; none has no entry."""
        rows = _encode([key] for key in keys)
        found = self._run(connection, "users", kind=kind, path=path, role=role, rows=rows)
        return {row[0]: row[1] for row in found.fetchall()}

    def characterise(self, connection: Connection, values: Sequence[tuple[int, CharacteristicValue]]) -> None:
        """Write the characteristic values, each with its owner."""
        if values:
            rows = [(owner, v.path, v.position, v.name, v.text, v.number, v.instant) for owner, v in values]
            self._run(connection, "characterise", rows=_encode(rows))

    def uncharacterise(self, connection: Connection, owner: int) -> None:
        """Remove all characteristic values of the owner."""
        self._run(connection, "uncharacterise", owner=owner)

    def count(self, connection: Connection, kind: str, number: int) -> None:
        """Add to the number of records of the kind."""
        self._run(connection, "count", kind=kind, number=number)

    def total(self, connection: Connection, kind: str) -> int:
        """Return the number of records of the kind."""
        return int(self._run(connection, "total", kind=kind).fetchone()[0])

    def forget(self, connection: Connection, owner: int) -> None:
        """Remove all references of the owner."""
        self._run(connection, "forget", owner=owner)

    def lock(self, connection: Connection, key: int) -> None:
        """Let nobody refer to the record until the transaction ends; SQLite's writer is alone anyway."""
        if self.dialect == "postgresql":
            self._run(connection, "lock", key=key)

    def lock_loops(self, connection: Connection, kind: str) -> None:
        """Lock relations of a kind against further writers, so that two writers cannot close a loop together."""
        self.lock_names(connection, [f"loops of {kind}"])

    def lock_names(self, connection: Connection, names: Iterable[str]) -> None:
        """Lock names, whatever their meaning, for the transaction; the writer of SQLite is alone anyway."""
        if self.dialect == "postgresql":
            self._run(connection, "lock_names", rows=_encode([name] for name in names))

    def leave(self, connection: Connection, key: int) -> None:
        """Turn a record back into a stub."""
        self._run(connection, "leave", key=key)

    def needed_by(self, connection: Connection, key: int, role: str, most: int) -> list[tuple[str, str, str]]:
        """Return kind, id and path of records with a reference to the key in the role."""
        return [(row[0], row[1], row[2]) for row in self._run(connection, "needed_by", key=key, role=role, most=most)]

    def reaches_itself(self, connection: Connection, key: int, paths: Sequence[str]) -> bool:
        """Tell whether following the paths from the key leads back to the key."""
        rows = _encode([path] for path in paths)
        return self._run(connection, "reaches", key=key, rows=rows).fetchone() is not None
