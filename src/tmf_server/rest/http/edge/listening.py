"""Options of uvicorn for the application, made from the settings. Starts nothing."""

import sys
from functools import partial
from typing import Any

import structlog

from tmf_server.config import Settings
from tmf_server.rest.http.edge.connections import Connection, Limits
from tmf_server.rest.http.edge.hosts import is_loopback

log = structlog.get_logger(__name__)


def server_options(settings: Settings) -> dict[str, Any]:
    """Return the options for `uvicorn.run` and `uvicorn.Config`, without the address.

    Uvicorn's own `limit_concurrency` is not used: uvicorn would answer in plain text, and only after a whole request.
    """
    return {
        "http": partial(Connection, limits_of(settings)),
        "ws": "none",
        "timeout_keep_alive": settings.connections.keep_alive_seconds,
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "proxy_headers": False,
        "lifespan": "on",
        "timeout_graceful_shutdown": int(settings.server.graceful_seconds),
    }


def warn_of_others(settings: Settings) -> None:
    """Write to the log who can read and write everything, unless the server listens on loopback."""
    if not is_loopback(settings.server.host):
        log.warning(
            "others can reach this server: let only the proxy that authenticates come through to it",
            host=settings.server.host,
            port=settings.server.port,
        )


def limits_of(settings: Settings) -> Limits:
    """Return the bounds of each connection.

    Connections take half of the file handles at most: databases, deliveries and files need the rest.
    """
    connections, handles = settings.connections.max_connections, _handles()
    return Limits(
        connections=connections if handles is None else max(1, min(connections, handles // 2)),
        head_bytes=settings.connections.max_head_bytes,
        head_seconds=settings.connections.head_seconds,
        stall_seconds=settings.connections.stall_seconds,
        rest_seconds=settings.connections.body_seconds,
    )


def _handles() -> int | None:
    """Return the number of file handles of the process; None without a bound."""
    if sys.platform == "win32":
        return None
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if soft == resource.RLIM_INFINITY else soft
