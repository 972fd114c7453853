"""The statements of the peers that write SQL themselves, with `?` for values. Runs nothing."""

from benchmarks.nouns import Target
from benchmarks.peers.rows import NOUN, Rows

TABLE = NOUN.table


def _insert(table: str, columns: tuple[str, ...]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


GET = f"SELECT document FROM {TABLE} WHERE id = ?"
LIST = f"SELECT document FROM {TABLE} ORDER BY key LIMIT 20"
FILTER = f"SELECT document FROM {TABLE} WHERE {NOUN.filter.column} = ? ORDER BY key LIMIT 20"
ENTITY = "INSERT INTO entity (kind, id, here) VALUES (?, ?, true) RETURNING key"
INSERT = _insert(TABLE, ("key", *NOUN.columns))
REFER = _insert("reference", ("owner", "path", "position", "role", "target"))
VALUE = _insert("characteristic", ("owner", "path", "position", "name", "text", "number"))
CHILDREN = [_insert(child.table, ("owner", *child.columns)) for child in NOUN.children]
EVENT_COLUMNS = ("event_id", "kind", "record_id", "event", "time", "paths", "document")
EVENT = _insert("outbox", EVENT_COLUMNS)


def find(number: int) -> str:
    """Kind, id and key of that many targets, by their ids."""
    return f"SELECT kind, id, key FROM entity WHERE id IN ({', '.join('?' * number)})"


def tally(*, sqlite: bool) -> str:
    """Counts the record, in a slot of the connection where there are several writers."""
    slot = "0" if sqlite else "pg_backend_pid() % 64"
    return f"""INSERT INTO tally (kind, slot, number) VALUES ('{NOUN.name}', {slot}, 1)
               ON CONFLICT (kind, slot) DO UPDATE SET number = tally.number + 1"""


Keys = dict[Target, int]


def references(key: int, rows: Rows, keys: Keys) -> list[tuple[object, ...]]:
    """The values of REFER."""
    return [(key, path, position, role, keys[target]) for path, position, role, target in rows.references]


def children(key: int, rows: Rows, keys: Keys) -> list[tuple[str, list[tuple[object, ...]]]]:
    """Statements of CHILDREN, each with its values."""
    return [
        (sql, [(key, *(keys[one] if isinstance(one, Target) else one for one in row)) for row in found])
        for sql, found in zip(CHILDREN, rows.children, strict=True)
    ]
