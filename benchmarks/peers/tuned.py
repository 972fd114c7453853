"""(c) FastAPI tuned: an async driver, stored text passed through, pydantic only for what comes in."""

import os
from contextlib import asynccontextmanager
from typing import Any

import aiosqlite
import asyncpg
from fastapi import FastAPI, Request, Response

from benchmarks.peers.orm import OfferingModel
from benchmarks.peers.rows import RECORD, Rows, rows_of

URL = os.environ["BENCH_DATABASE_URL"]
SQLITE = URL.startswith("sqlite")
JSON = "application/json"
TABLE = "product_offering"
SLOT = "0" if SQLITE else "pg_backend_pid() % 64"


def _sql(text: str) -> str:
    if SQLITE:
        return text
    parts = text.split("?")
    return parts[0] + "".join(f"${number}{part}" for number, part in enumerate(parts[1:], 1))


GET = _sql(f"SELECT document FROM {TABLE} WHERE id = ?")
LIST = _sql(f"SELECT document FROM {TABLE} ORDER BY key LIMIT 20")
FILTER = _sql(f"SELECT document FROM {TABLE} WHERE lifecycle_status = ? ORDER BY key LIMIT 20")
ENTITY = _sql("INSERT INTO entity (kind, id, here) VALUES (?, ?, true) RETURNING key")
FIND = _sql("SELECT key FROM entity WHERE kind = ? AND id = ?")
INSERT = _sql(f"INSERT INTO {TABLE} {RECORD} VALUES ({', '.join('?' * 14)})")
REFER = _sql("INSERT INTO reference (owner, path, position, role, target) VALUES (?, ?, ?, ?, ?)")
VALUE = _sql("INSERT INTO characteristic (owner, path, position, name, text, number) VALUES (?, ?, ?, ?, ?, ?)")
TALLY = f"""INSERT INTO tally (kind, slot, number) VALUES ('productOffering', {SLOT}, 1)
            ON CONFLICT (kind, slot) DO UPDATE SET number = tally.number + 1"""
EVENT = _sql(
    "INSERT INTO outbox (event_id, kind, record_id, event, time, paths, document) VALUES (?, ?, ?, ?, ?, ?, ?)"
)


class Sqlite:
    """One connection for reads and one for writes, each on a thread of its own."""

    async def open(self) -> None:
        """Connect."""
        import asyncio

        self.lock = asyncio.Lock()
        path = URL.removeprefix("sqlite:///")
        self.reader, self.writer = [await aiosqlite.connect(path, timeout=10, isolation_level=None) for _ in range(2)]
        for one in (self.reader, self.writer):
            await one.execute("PRAGMA journal_mode=WAL")
            await one.execute("PRAGMA synchronous=NORMAL")

    async def fetch(self, sql: str, *values: Any) -> list[Any]:
        """All rows."""
        return list(await self.reader.execute_fetchall(sql, values))

    async def write(self, rows: Rows) -> None:
        """One transaction; only one at a time can have the writer."""
        async with self.lock:
            await self.writer.execute("BEGIN IMMEDIATE")
            await _insert(_SqliteWriter(self.writer), rows)
            await self.writer.execute("COMMIT")


class _SqliteWriter:
    def __init__(self, connection: aiosqlite.Connection) -> None:
        self.connection = connection

    async def fetchval(self, sql: str, *values: Any) -> Any:
        async with self.connection.execute(sql, values) as cursor:
            row = await cursor.fetchone()
            return row[0] if row else None

    async def execute(self, sql: str, *values: Any) -> None:
        await self.connection.execute(sql, values)

    async def executemany(self, sql: str, values: Any) -> None:
        await self.connection.executemany(sql, values)


class Postgresql:
    """A pool of asyncpg."""

    async def open(self) -> None:
        """Connect."""
        self.pool = await asyncpg.create_pool(URL.replace("+psycopg", ""), min_size=16, max_size=16)

    async def fetch(self, sql: str, *values: Any) -> list[Any]:
        """All rows."""
        return list(await self.pool.fetch(sql, *values))

    async def write(self, rows: Rows) -> None:
        """One transaction."""
        async with self.pool.acquire() as connection, connection.transaction():
            await _insert(connection, rows)


async def _insert(connection: Any, rows: Rows) -> None:
    key = await connection.fetchval(ENTITY, "productOffering", rows.id)
    targets: dict[tuple[str, str], int] = {}
    for *_, kind, id_ in rows.references:
        if (kind, id_) not in targets:
            targets[kind, id_] = await connection.fetchval(FIND, kind, id_)
    await connection.execute(INSERT, key, *rows.record)
    references = [(key, path, at, role, targets[kind, i]) for path, at, role, kind, i in rows.references]
    await connection.executemany(REFER, references)
    await connection.executemany(VALUE, [(key, *one) for one in rows.characteristics])
    await connection.execute(TALLY)
    await connection.execute(EVENT, *rows.event)


database = Sqlite() if SQLITE else Postgresql()


@asynccontextmanager
async def lifespan(_app: FastAPI) -> Any:
    """Connect before the first request."""
    await database.open()
    yield


app = FastAPI(lifespan=lifespan)


@app.get("/productOffering/{id}")
async def retrieve(id: str) -> Response:  # noqa: A002 - the path's name
    """One offering."""
    rows = await database.fetch(GET, id)
    return Response(rows[0][0] if rows else "{}", 200 if rows else 404, media_type=JSON)


@app.get("/productOffering")
async def list_offerings(lifecycleStatus: str | None = None) -> Response:  # noqa: N803
    """Twenty offerings."""
    rows = await (database.fetch(FILTER, lifecycleStatus) if lifecycleStatus else database.fetch(LIST))
    return Response("[" + ",".join(row[0] for row in rows) + "]", media_type=JSON)


@app.post("/productOffering")
async def create(request: Request) -> Response:
    """Store one offering with the rows that belong to it."""
    body = await request.body()
    OfferingModel.model_validate_json(body)
    rows = rows_of(body)
    await database.write(rows)
    return Response(rows.document, 201, media_type=JSON)
