"""Log lines of structlog and the standard library through one formatter, without secrets. Logs nothing."""

import logging
import re
import sys
import traceback
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any, TextIO

import orjson
import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, ExcInfo, Processor

from tmf_server.config import Settings

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the present request: in every line, in every error and in the events of the request."""

LONGEST_MESSAGE = 300

# A URL: scheme, user, host, path and query. User and query do not belong into a log.
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://)([^\s/'\"]*@)?([^\s?#'\"]*)([?#][^\s'\"]*)?")

# Loggers with customers' data (URLs with queries, statements with values) or with a line for each small step.
_QUIET = ("alembic", "asyncio", "connexion", "httpcore", "httpx", "sqlalchemy", "uvicorn.access")
_SERVERS = ("uvicorn", "uvicorn.error", "uvicorn.access")


class _Handler(logging.StreamHandler[TextIO]):
    """A handler of this module, replaced by the next configuration."""


def configure(settings: Settings, stream: TextIO | None = None) -> None:
    """Send every log line of this process to the stream (standard error), in the format of the settings."""
    level = getattr(logging, settings.observability.log_level.upper())
    unite(level)
    handler = _Handler(stream or sys.stderr)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=_shared(),
            processors=[ProcessorFormatter.remove_processors_meta, _renderer(settings, handler.stream)],
        )
    )
    _install(handler, level)


def unite(level: int) -> None:
    """Let structlog log through the standard library, without a change of its handlers."""
    structlog.configure(
        processors=[*_shared(), ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def _install(handler: logging.Handler, level: int) -> None:
    root = logging.getLogger()
    for other in [one for one in root.handlers if isinstance(one, _Handler)]:
        root.removeHandler(other)
    root.addHandler(handler)
    root.setLevel(level)
    for name in _SERVERS:
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))
    logging.captureWarnings(capture=True)


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        _add_request_id,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(_told),
        _discreet,
    ]


def _renderer(settings: Settings, stream: TextIO) -> Processor:
    if settings.observability.log_format == "json":
        return structlog.processors.JSONRenderer(serializer=_json)
    return structlog.dev.ConsoleRenderer(colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback)


def _json(line: EventDict, **_options: Any) -> str:
    return orjson.dumps(line, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def _add_request_id(_logger: Any, _method: str, line: EventDict) -> EventDict:
    request_id = REQUEST_ID.get()
    if request_id:
        line.setdefault("request_id", request_id)
    return line


def _discreet(_logger: Any, _method: str, line: EventDict) -> EventDict:
    for name, value in line.items():
        if isinstance(value, str):
            line[name] = discreet(value if name == "exception" else _first_line(value))
    return line


def _first_line(text: str) -> str:
    first, more, _ = text.partition("\n")  # databases add the values below the message
    return f"{first} …" if more else text


def discreet(text: str) -> str:
    """Return the text with every URL stripped of user, password, query and fragment."""
    return _URL.sub(_bare, text) if "://" in text else text


def _bare(found: re.Match[str]) -> str:
    scheme, user, place, query = found.groups(default="")
    return f"{scheme}{'***@' if user else ''}{place}{'?***' if query else ''}"


def _told(exc_info: ExcInfo) -> str:
    """Render the traceback in full and the first line of each message, since databases add values below."""
    return "".join(_told_of(exc_info[1], set()))


def _told_of(error: BaseException, seen: set[int]) -> Iterator[str]:
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in seen:
        yield from _told_of(before, seen)
        yield "\nled to\n"
    yield from traceback.format_tb(error.__traceback__)
    message = str(error).strip().partition("\n")[0][:LONGEST_MESSAGE]
    yield f"{type(error).__module__}.{type(error).__qualname__}: {message}".removesuffix(": ")
    for number, inner in enumerate(getattr(error, "exceptions", ()), 1):
        if isinstance(inner, BaseException) and id(inner) not in seen:
            yield f"\n  exception {number} of the group\n"
            yield from _told_of(inner, seen)
