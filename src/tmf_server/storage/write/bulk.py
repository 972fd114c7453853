"""The write path for many records at once: the same derivations, rows by COPY or by a prepared statement a table."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Table, select

from tmf_server.config import Settings
from tmf_server.registry.entity import Entity
from tmf_server.registry.registry import Registry
from tmf_server.storage.values.changes import Change
from tmf_server.storage.values.extract import CharacteristicValue
from tmf_server.storage.write.records import Outbox, Records, Stored
from tmf_server.storage.write.rows import Rows

Row = Sequence[Any]
Write = Callable[[Connection, str, Sequence[str], Iterable[Row]], None]

REFERENCE = ("owner", "path", "position", "role", "target")
CHARACTERISTIC = ("owner", "path", "position", "name", "text", "number", "instant")
# Characters escaped in COPY's text form; the backslash first.
ESCAPES = (("\\", r"\\"), ("\t", r"\t"), ("\n", r"\n"), ("\r", r"\r"))


def silent(_connection: Connection, _changes: Sequence[Change]) -> None:
    """An outbox without events: for seeds, and for silent imports."""


class BulkRecords(Records):
    """Records with a `create` for lists of hundreds of documents; every further method is inherited."""

    def __init__(self, registry: Registry, settings: Settings, dialect: str, outbox: Outbox = silent) -> None:
        super().__init__(registry, settings, dialect, outbox)
        self.write: Write = copy if self.postgresql else executemany
        self.rows = BulkRows(dialect, self.write)

    def known(self, connection: Connection, entity: Entity, ids: Sequence[str]) -> dict[str, Stored]:
        """Return the stored records of the ids, by id."""
        c = entity.storage.table.c
        wanted = select(c.key, c.id, c.revision, c.updated, c.document).where(c.id.in_(ids))
        return {row.id: Stored(*row) for row in connection.execute(wanted)}

    def _store(self, connection: Connection, entity: Entity, values: Sequence[dict[str, Any]]) -> None:
        columns = list(values[0])
        self.write(connection, entity.storage.table.name, columns, [[row[name] for name in columns] for row in values])


class BulkRows(Rows):
    """Rows of the shared tables, written by the hundred."""

    def __init__(self, dialect: str, write: Write) -> None:
        super().__init__(dialect)
        self.write = write

    def refer(self, connection: Connection, rows: Sequence[tuple[int, str, int, str, int]]) -> None:
        """Write references: owner, path, position, role, target."""
        if rows:
            self.write(connection, "reference", REFERENCE, rows)

    def fill(self, connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Write rows of a child table."""
        if rows:
            self.write(connection, table.name, columns, rows)

    def characterise(self, connection: Connection, values: Sequence[tuple[int, CharacteristicValue]]) -> None:
        """Write the characteristic values, each with its owner."""
        if values:
            rows = [(owner, v.path, v.position, v.name, v.text, v.number, v.instant) for owner, v in values]
            self.write(connection, "characteristic", CHARACTERISTIC, rows)


def copy(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Write rows with PostgreSQL's COPY, in the connection's transaction."""
    lines = ["\t".join([_field(value) for value in row]) for row in rows]
    cursor: Any = connection.connection.cursor()
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    with cursor, cursor.copy(statement) as stream:
        stream.write("\n".join(lines) + "\n")


def _field(value: Any) -> str:
    if isinstance(value, str):
        text = value
        for plain, escaped in ESCAPES:
            text = text.replace(plain, escaped)
        return text
    if value is None:
        return r"\N"
    return str(value)


def executemany(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Write rows with a single statement of SQLite."""
    marks = ", ".join("?" * len(columns))
    statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"
    connection.connection.cursor().executemany(statement, list(rows))
