"""Requests to an ASGI application in this process, in place of the network."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from tmf_conformance.http.connection import Answer

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Inside:
    """A wire to one application."""

    def __init__(self, application: Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]) -> None:
        self._application = application

    async def exchange(self, method: str, url: str, headers: dict[str, str], content: bytes | None) -> Answer:
        """One request and its whole answer."""
        parts = urlsplit(url)
        fields = {"Host": parts.netloc, **headers, **({} if content is None else {"Content-Length": str(len(content))})}
        scope = {
            "type": "http",
            "method": method,
            "scheme": parts.scheme,
            "path": unquote_to_bytes(parts.path).decode("utf-8", "replace"),
            "query_string": parts.query.encode(),
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in fields.items()],
        }
        sent: list[MutableMapping[str, Any]] = []

        async def receive() -> MutableMapping[str, Any]:
            return {"type": "http.request", "body": content or b""}

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        await self._application(scope, receive, send)
        start, *bodies = sent
        answered = {name.decode().lower(): value.decode("latin-1") for name, value in start["headers"]}
        return Answer(start["status"], answered, b"".join(message.get("body", b"") for message in bodies))

    async def aclose(self) -> None:
        """There is nothing to give up."""
