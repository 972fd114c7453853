"""Requests and answers as the double sees them, and the ASGI wrapper around a function between them."""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from tmf_double.refusal import Refused

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
_MAX_BODY = 2_000_000
_MAX_DEPTH = 60


@dataclass
class Request:
    """One request. `query` is raw, `base` is the URL of the API as the client wrote it."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    base: str

    @property
    def media(self) -> str:
        return self.headers.get("content-type", "").split(";")[0].strip().lower()

    def json(self) -> Any:
        """The body, read strictly: duplicate keys, lone surrogates, NUL and endless numbers are refused."""
        return strict(self.body)


@dataclass
class Answer:
    """One answer; `body` None sends none."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        return b"" if self.body is None else json.dumps(self.body).encode()


def strict(body: bytes) -> Any:
    """JSON as RFC 8259 means it; Refused(400) else, 413 when too large."""
    if len(body) > _MAX_BODY:
        raise Refused(413, "the body is too large", f"send at most {_MAX_BODY} bytes")
    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_constant=_constant,
            parse_float=_number,
            parse_int=_integer,
        )
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise Refused(400, "the body is no valid JSON", str(error)[:200]) from error
    _check_depth(value, 0)
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name occurs twice in one object")
    return found


def _constant(text: str) -> Any:
    raise ValueError(f"{text} is no JSON number")


def _number(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"the number {text[:20]} is too large")
    return value


def _integer(text: str) -> int:
    if len(text) > 20 or not -(2**63) <= int(text) < 2**63:
        raise ValueError(f"the number {text[:20]}… is too large")
    return int(text)


def _check_depth(value: Any, depth: int) -> None:
    if depth > _MAX_DEPTH:
        raise Refused(400, "the body is nested too deeply", f"nest at most {_MAX_DEPTH} levels")
    if isinstance(value, str) and "\x00" in value:
        raise Refused(400, "a text contains the character NUL")
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _check_depth(inner, depth + 1)


Handler = Callable[[Request], Awaitable[Answer]]


def asgi(handler: Handler, prefix: str) -> Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]:
    """An ASGI application that hands every request under `prefix` to `handler`."""

    async def application(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        answer = await handler(await _request(scope, receive, prefix))
        content = answer.encoded()
        headers = {"content-length": str(len(content)), **answer.headers}
        if answer.body is not None:
            headers.setdefault("content-type", "application/json")
        raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": raw})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else content})

    return application


async def _request(scope: MutableMapping[str, Any], receive: Receive, prefix: str) -> Request:
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = bool(message.get("more_body"))
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    base = f"{scope.get('scheme', 'http')}://{headers.get('host', 'localhost')}{prefix}"
    path = scope["path"].removeprefix(prefix) or "/"
    return Request(scope["method"], path, scope["query_string"].decode("latin-1"), headers, b"".join(parts), base)


async def _lifespan(receive: Receive, send: Send) -> None:
    while (message := await receive())["type"] != "lifespan.shutdown":
        await send({"type": message["type"] + ".complete"})
    await send({"type": "lifespan.shutdown.complete"})
