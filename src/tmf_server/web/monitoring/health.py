"""/health/live and /health/ready: whether the process lives, and whether the process can work."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import orjson
import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import Receive, Scope, Send

from tmf_server.config import Settings
from tmf_server.errors import MethodNotAllowed, NotFound, Problem
from tmf_server.events.health import lag
from tmf_server.rest.http.asgi import send_response
from tmf_server.rest.http.messages import Response
from tmf_server.storage.connection import migrate
from tmf_server.storage.connection.database import Database
from tmf_server.storage.room import has_room
from tmf_server.web.monitoring.bounded import Bounded

RETRY_AFTER = "5"
UP, DOWN = "up", "down"
Check = dict[str, Any]
log = structlog.get_logger(__name__)


class Health:
    """The ASGI application of the health checks."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._head = migrate.head()
        self._checks = Bounded(self._look, settings.observability.ready_seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        """Answer a health check."""
        if scope["method"] not in ("GET", "HEAD"):
            raise MethodNotAllowed("Health is only read.", allow=("GET", "HEAD"))
        path = scope["path"].rstrip("/")
        if path == "/health/live":
            response = _response({"status": "alive"}, ready=True)
        elif path == "/health/ready":
            response = await self._ready()
        else:
            raise NotFound("Nothing is served here. The checks are /health/live and /health/ready.")
        await send_response(send, response)

    async def _ready(self) -> Response:
        checks = await self._checks.result(self._database.space.short)
        if checks is None:
            checks = {"database": _down(f"no answer within {self._settings.observability.ready_seconds:g} s")}
        ready = all(check["status"] == UP for check in checks.values())
        return _response({"status": "ready" if ready else "notReady", "checks": checks}, ready=ready)

    def _look(self) -> dict[str, Check]:
        """Run every check in turn; a check resting on a failed check is not run."""
        looks: Mapping[str, Callable[[], Check]] = {
            "database": self._database_check,
            "migrations": self._migrations_check,
            "events": self._events_check,
        }
        found: dict[str, Check] = {}
        for name, look in looks.items():
            found[name] = _tried(name, look)
            if found[name]["status"] != UP:
                break
        return found

    def _database_check(self) -> Check:
        started = time.perf_counter()
        with self._database.read() as connection:
            connection.exec_driver_sql("SELECT 1")
        figures = {"kind": self._database.dialect, "seconds": round(time.perf_counter() - started, 6)}
        if not has_room(self._database):
            return _down("a write found no room: free space on the disk of the database", **figures)
        return {"status": UP, **figures}

    def _migrations_check(self) -> Check:
        present = migrate.current(self._database)
        if present == self._head:
            return {"status": UP, "present": present}
        return _down("run `tmf-server db upgrade`", present=present, needed=self._head)

    def _events_check(self) -> Check:
        with self._database.read() as connection:
            found = lag(connection)
        figures = asdict(found)
        if found.seconds <= self._settings.observability.ready_lag_seconds:
            return {"status": UP, **figures}
        return _down("no worker takes up the events: is one running?", **figures)


def _tried(name: str, look: Callable[[], Check]) -> Check:
    try:
        return look()
    except (SQLAlchemyError, Problem, OSError) as error:
        # messages of the driver may name hosts and users: for the log alone
        log.warning("health check failed", check=name, exc_info=error)
        return _down("cannot be reached or read; the log says why")


def _down(reason: str, **figures: object) -> Check:
    return {"status": DOWN, "reason": reason, **figures}


def _response(body: dict[str, Any], *, ready: bool) -> Response:
    headers = [("Cache-Control", "no-store")]
    if not ready:
        headers.append(("Retry-After", RETRY_AFTER))
    return Response(200 if ready else 503, orjson.dumps(body), headers)
