"""(c) FastAPI tuned: an async driver, stored text passed through, pydantic only for what comes in."""

import asyncio
import os
import sqlite3
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Annotated, Any

import aiosqlite
import asyncpg
from fastapi import FastAPI, Query, Request, Response

from benchmarks.nouns import Target
from benchmarks.peers import sql
from benchmarks.peers.models import MODELS
from benchmarks.peers.pragmas import PRAGMAS
from benchmarks.peers.rows import NOUN, Rows, rows_of

URL = os.environ["BENCH_DATABASE_URL"]
SQLITE = URL.startswith("sqlite")
JSON = "application/json"
MODEL = MODELS[NOUN.name]


def _sql(text: str) -> str:
    if SQLITE:
        return text
    parts = text.split("?")
    return parts[0] + "".join(f"${number}{part}" for number, part in enumerate(parts[1:], 1))


GET, LIST, FILTER = _sql(sql.GET), _sql(sql.LIST), _sql(sql.FILTER)
ENTITY, INSERT, REFER, VALUE, EVENT = map(_sql, (sql.ENTITY, sql.INSERT, sql.REFER, sql.VALUE, sql.EVENT))
TALLY = sql.tally(sqlite=SQLITE)
sqlite3.register_adapter(Decimal, str)


class Sqlite:
    """One connection for reads and one for writes, each on a thread of its own."""

    async def open(self) -> None:
        """Connect."""
        self.lock = asyncio.Lock()
        path = URL.removeprefix("sqlite:///")
        self.reader, self.writer = [await aiosqlite.connect(path, timeout=10, isolation_level=None) for _ in range(2)]
        for one in (self.reader, self.writer):
            for pragma in PRAGMAS:
                await one.execute(pragma)

    async def fetch(self, text: str, *values: Any) -> list[Any]:
        """All rows."""
        return list(await self.reader.execute_fetchall(text, values))

    async def write(self, rows: Rows) -> None:
        """One transaction; only one at a time can have the writer."""
        async with self.lock:
            await self.writer.execute("BEGIN IMMEDIATE")
            try:
                await _insert(_SqliteWriter(self.writer), rows)
            except BaseException:
                await self.writer.rollback()
                raise
            await self.writer.execute("COMMIT")


class _SqliteWriter:
    def __init__(self, connection: aiosqlite.Connection) -> None:
        self.connection = connection

    async def fetchval(self, text: str, *values: Any) -> Any:
        async with self.connection.execute(text, values) as cursor:
            row = await cursor.fetchone()
            return row[0] if row else None

    async def execute(self, text: str, *values: Any) -> None:
        await self.connection.execute(text, values)

    async def executemany(self, text: str, values: Any) -> None:
        await self.connection.executemany(text, values)

    async def fetch(self, text: str, *values: Any) -> list[Any]:
        return list(await self.connection.execute_fetchall(text, values))


class Postgresql:
    """A pool of asyncpg."""

    async def open(self) -> None:
        """Connect."""
        self.pool = await asyncpg.create_pool(URL.replace("+psycopg", ""), min_size=16, max_size=16)

    async def fetch(self, text: str, *values: Any) -> list[Any]:
        """All rows."""
        return list(await self.pool.fetch(text, *values))

    async def write(self, rows: Rows) -> None:
        """One transaction."""
        async with self.pool.acquire() as connection, connection.transaction():
            await _insert(connection, rows)


async def _insert(connection: Any, rows: Rows) -> None:
    key = await connection.fetchval(ENTITY, NOUN.name, rows.id)
    targets = rows.targets()
    found = await connection.fetch(_sql(sql.find(len(targets))), *(one.id for one in targets))
    keys = {Target(kind, id_): target for kind, id_, target in found}
    await connection.execute(INSERT, key, *rows.record)
    await connection.executemany(REFER, sql.references(key, rows, keys))
    if rows.characteristics:
        await connection.executemany(VALUE, [(key, *one) for one in rows.characteristics])
    for statement, values in sql.children(key, rows, keys):
        await connection.executemany(_sql(statement), values)
    await connection.execute(TALLY)
    await connection.execute(EVENT, *rows.event)


database = Sqlite() if SQLITE else Postgresql()


@asynccontextmanager
async def lifespan(_app: FastAPI) -> Any:
    """Connect before the first request."""
    await database.open()
    yield


app = FastAPI(lifespan=lifespan)


@app.get(f"/{NOUN.name}/{{id}}")
async def retrieve(id: str) -> Response:  # noqa: A002 - the path's name
    """One record."""
    rows = await database.fetch(GET, id)
    return Response(rows[0][0] if rows else "{}", 200 if rows else 404, media_type=JSON)


@app.get(f"/{NOUN.name}")
async def list_records(wanted: Annotated[str | None, Query(alias=NOUN.filter.parameter)] = None) -> Response:
    """Twenty records."""
    rows = await (database.fetch(FILTER, wanted) if wanted else database.fetch(LIST))
    return Response("[" + ",".join(row[0] for row in rows) + "]", media_type=JSON)


@app.post(f"/{NOUN.name}")
async def create(request: Request) -> Response:
    """Store one record with the rows that belong to it."""
    body = await request.body()
    MODEL.model_validate_json(body)
    rows = rows_of(body)
    await database.write(rows)
    return Response(rows.document, 201, media_type=JSON)
