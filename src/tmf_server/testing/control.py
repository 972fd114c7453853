"""/testing: reset, clock and faults over HTTP, for tests in any language. Mounted on servers for tests only."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, TypeVar

import orjson
from starlette.types import Receive, Scope, Send

from tmf_server.errors import InvalidInput, MethodNotAllowed, NotFound, TooLarge
from tmf_server.rest.body.strictjson import parse
from tmf_server.rest.http.asgi import send_response
from tmf_server.rest.http.edge.bodies import pieces
from tmf_server.rest.http.messages import Response
from tmf_server.testing.clock import Clock
from tmf_server.testing.faults import Faults

T = TypeVar("T")
SEGMENT = "testing"
MAX_BODY_BYTES = 10_000
BODY_SECONDS = 30.0
Answer = Callable[[bytes], Awaitable[Response]]


class Controlled(Protocol):
    """The server under control."""

    clock: Clock
    faults: Faults

    def reset(self) -> None:
        """Bring everything back to the start."""
        ...


class Control:
    """The ASGI application below /testing."""

    def __init__(self, controlled: Controlled) -> None:
        self._controlled = controlled
        self._answers: Mapping[str, Mapping[str, Answer]] = {
            "/testing/reset": {"POST": self._reset},
            "/testing/clock": {
                "GET": self._show_clock,
                "PUT": self._set_clock,
                "POST": self._advance_clock,
                "DELETE": self._release_clock,
            },
            "/testing/faults": {"GET": self._show_faults, "POST": self._add_fault, "DELETE": self._clear_faults},
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request to the controls. Raises Problem."""
        answer = self._answer(scope["path"].rstrip("/"), scope["method"])
        await send_response(send, await answer(await _body(receive)))

    def _answer(self, path: str, method: str) -> Answer:
        answers = self._answers.get(path)
        if answers is None:
            raise NotFound(f"Nothing is served here. There are {', '.join(self._answers)}.")
        if method not in answers:
            raise MethodNotAllowed(f"{path} takes {', '.join(answers)}.", allow=tuple(answers))
        return answers[method]

    async def _reset(self, _body: bytes) -> Response:
        await asyncio.to_thread(self._controlled.reset)
        return Response(204)

    async def _show_clock(self, _body: bytes) -> Response:
        return _json(self._controlled.clock.shown())

    async def _set_clock(self, body: bytes) -> Response:
        values = _object(body, {"now": str, "running": bool}, needed="now")
        return self._changed(lambda: self._controlled.clock.set(values["now"], running=values.get("running", False)))

    async def _advance_clock(self, body: bytes) -> Response:
        values = _object(body, {"seconds": int | float}, needed="seconds")
        return self._changed(lambda: self._controlled.clock.advance(values["seconds"]))

    async def _release_clock(self, _body: bytes) -> Response:
        self._controlled.clock.release()
        return Response(204)

    def _changed(self, change: Callable[[], None]) -> Response:
        _told(change)
        return _json(self._controlled.clock.shown())

    async def _show_faults(self, _body: bytes) -> Response:
        return _json([fault.shown() for fault in self._controlled.faults.all()])

    async def _add_fault(self, body: bytes) -> Response:
        values = _parsed(body)
        return _json(_told(lambda: self._controlled.faults.add(values)).shown(), status=201)

    async def _clear_faults(self, _body: bytes) -> Response:
        self._controlled.faults.clear()
        return Response(204)


async def _body(receive: Receive) -> bytes:
    body = b""
    async for piece in pieces(receive, BODY_SECONDS, BODY_SECONDS):
        body += piece
        if len(body) > MAX_BODY_BYTES:
            raise TooLarge(f"The body has more than {MAX_BODY_BYTES} bytes.")
    return body


def _parsed(body: bytes) -> dict[str, Any]:
    value = parse(body, max_depth=4)
    if not isinstance(value, dict):
        raise InvalidInput("The body must be a JSON object.")
    return value


def _object(body: bytes, kinds: Mapping[str, Any], needed: str) -> dict[str, Any]:
    """Return the attributes of the body with the given types. InvalidInput."""
    values = _parsed(body)
    fitting = all(name in kinds and _is(value, kinds[name]) for name, value in values.items())
    if needed not in values or not fitting:
        raise InvalidInput(f"The body must have {needed}, and may have {', '.join(kinds)}, each as documented.")
    return values


def _is(value: Any, kind: Any) -> bool:
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _told(change: Callable[[], T]) -> T:
    try:
        return change()
    except (ValueError, OverflowError) as error:
        raise InvalidInput(str(error)) from error


def _json(value: Any, status: int = 200) -> Response:
    return Response(status, orjson.dumps(value), [("Cache-Control", "no-store")])
