"""(a) The limit: a bare ASGI endpoint with the raw driver on the same rows. No validation, no framework."""

import asyncio
import os
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

import psycopg

from benchmarks.nouns import Target
from benchmarks.peers import sql
from benchmarks.peers.pragmas import PRAGMAS
from benchmarks.peers.rows import NOUN, Rows, rows_of

URL = os.environ["BENCH_DATABASE_URL"]
SQLITE = URL.startswith("sqlite")
COLLECTION = f"/{NOUN.name}"


def _sql(text: str) -> str:
    return text if SQLITE else text.replace("%", "%%").replace("?", "%s")


GET, LIST, FILTER = _sql(sql.GET), _sql(sql.LIST), _sql(sql.FILTER)
ENTITY, INSERT, REFER, VALUE, EVENT = map(_sql, (sql.ENTITY, sql.INSERT, sql.REFER, sql.VALUE, sql.EVENT))
TALLY = sql.tally(sqlite=SQLITE)
sqlite3.register_adapter(Decimal, str)
_local = threading.local()
_pool = ThreadPoolExecutor(16)


def _connection() -> Any:
    if not hasattr(_local, "connection"):
        if SQLITE:
            _local.connection = sqlite3.connect(URL.removeprefix("sqlite:///"), timeout=10, isolation_level=None)
            for pragma in PRAGMAS:
                _local.connection.execute(pragma)
        else:
            _local.connection = psycopg.connect(URL.replace("+psycopg", ""), autocommit=True)
    return _local.connection


def _read(path: str, query: bytes) -> bytes | None:
    connection = _connection()
    if path != COLLECTION:
        row = connection.execute(GET, (path.rsplit("/", 1)[1],)).fetchone()
        return row[0].encode() if row else None
    rows = connection.execute(FILTER, (unquote(query.decode().split("=")[1]),)) if query else connection.execute(LIST)
    return b"[" + ",".join(row[0] for row in rows).encode() + b"]"


def _write(rows: Rows) -> bytes:
    connection = _connection()
    if SQLITE:
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            _insert(connection, connection, rows)
    else:
        with connection.transaction(), connection.cursor() as cursor:
            _insert(connection, cursor, rows)
    return rows.document.encode()


def _insert(connection: Any, cursor: Any, rows: Rows) -> None:
    key = connection.execute(ENTITY, (NOUN.name, rows.id)).fetchone()[0]
    targets = rows.targets()
    found = connection.execute(_sql(sql.find(len(targets))), [one.id for one in targets])
    keys = {Target(kind, id_): target for kind, id_, target in found}
    connection.execute(INSERT, (key, *rows.record))
    cursor.executemany(REFER, sql.references(key, rows, keys))
    if rows.characteristics:
        cursor.executemany(VALUE, [(key, *one) for one in rows.characteristics])
    for statement, values in sql.children(key, rows, keys):
        cursor.executemany(_sql(statement), values)
    connection.execute(TALLY)
    connection.execute(EVENT, rows.event)


async def app(scope: Any, receive: Any, send: Any) -> None:
    """The whole server."""
    if scope["type"] == "lifespan":
        for event in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{event}.complete"})
        return
    status = 200
    if scope["method"] == "POST":
        body = b""
        while True:
            message = await receive()
            body += message["body"]
            if not message.get("more_body"):
                break
        status, found = 201, await _run(_write, rows_of(body))
    elif SQLITE:
        found = _read(scope["path"], scope["query_string"])
    else:
        found = await _run(_read, scope["path"], scope["query_string"])
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status if found is not None else 404, "headers": headers})
    await send({"type": "http.response.body", "body": found or b"{}"})


async def _run(work: Any, *args: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(_pool, work, *args)
