"""(a) The limit: a bare ASGI endpoint with the raw driver on the same rows. No validation, no framework."""

import os
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg

from benchmarks.peers.rows import RECORD, Rows, rows_of

URL = os.environ["BENCH_DATABASE_URL"]
SQLITE = URL.startswith("sqlite")
MARK = "?" if SQLITE else "%s"
TABLE = "product_offering"


def _sql(text: str) -> str:
    return text.replace("?", MARK)


GET = _sql(f"SELECT document FROM {TABLE} WHERE id = ?")
LIST = _sql(f"SELECT document FROM {TABLE} ORDER BY key LIMIT 20")
FILTER = _sql(f"SELECT document FROM {TABLE} WHERE lifecycle_status = ? ORDER BY key LIMIT 20")
ENTITY = _sql("INSERT INTO entity (kind, id, here) VALUES (?, ?, true) RETURNING key")
FIND = _sql("SELECT key FROM entity WHERE kind = ? AND id = ?")
INSERT = _sql(f"INSERT INTO {TABLE} {RECORD} VALUES ({', '.join('?' * 14)})")
REFER = _sql("INSERT INTO reference (owner, path, position, role, target) VALUES (?, ?, ?, ?, ?)")
VALUE = _sql("INSERT INTO characteristic (owner, path, position, name, text, number) VALUES (?, ?, ?, ?, ?, ?)")
SLOT = "0" if SQLITE else "pg_backend_pid() % 64"
TALLY = f"""INSERT INTO tally (kind, slot, number) VALUES ('productOffering', {SLOT}, 1)
            ON CONFLICT (kind, slot) DO UPDATE SET number = tally.number + 1"""
EVENT = _sql(
    "INSERT INTO outbox (event_id, kind, record_id, event, time, paths, document) VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_local = threading.local()
_pool = ThreadPoolExecutor(16)


def _connection() -> Any:
    if not hasattr(_local, "connection"):
        if SQLITE:
            _local.connection = sqlite3.connect(URL.removeprefix("sqlite:///"), timeout=10, isolation_level=None)
            _local.connection.execute("PRAGMA journal_mode=WAL")
            _local.connection.execute("PRAGMA synchronous=NORMAL")
        else:
            _local.connection = psycopg.connect(URL.replace("+psycopg", ""), autocommit=True)
    return _local.connection


def _read(path: str, query: bytes) -> bytes | None:
    connection = _connection()
    if path.startswith("/productOffering/"):
        row = connection.execute(GET, (path.rsplit("/", 1)[1],)).fetchone()
        return row[0].encode() if row else None
    rows = connection.execute(FILTER, (query.decode().split("=")[1],)) if query else connection.execute(LIST)
    return b"[" + ",".join(row[0] for row in rows).encode() + b"]"


def _write(rows: Rows) -> bytes:
    connection = _connection()
    if SQLITE:
        connection.execute("BEGIN IMMEDIATE")
        _insert(connection, connection, rows)
        connection.execute("COMMIT")
    else:
        with connection.transaction(), connection.cursor() as cursor:
            _insert(connection, cursor, rows)
    return rows.document.encode()


def _insert(connection: Any, cursor: Any, rows: Rows) -> None:
    key = connection.execute(ENTITY, ("productOffering", rows.id)).fetchone()[0]
    targets = {}
    for *_, kind, id_ in rows.references:
        if (kind, id_) not in targets:
            targets[kind, id_] = connection.execute(FIND, (kind, id_)).fetchone()[0]
    connection.execute(INSERT, (key, *rows.record))
    cursor.executemany(REFER, [(key, path, at, role, targets[kind, i]) for path, at, role, kind, i in rows.references])
    cursor.executemany(VALUE, [(key, *one) for one in rows.characteristics])
    connection.execute(TALLY)
    connection.execute(EVENT, rows.event)


async def app(scope: Any, receive: Any, send: Any) -> None:
    """The whole server."""
    if scope["type"] != "http":
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
    import asyncio

    return await asyncio.get_running_loop().run_in_executor(_pool, work, *args)
