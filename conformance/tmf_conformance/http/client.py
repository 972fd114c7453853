"""HTTP with bounds: every request has a deadline, a size limit and a record of what was said. Names no noun."""

import asyncio
import json
import shlex
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode

from tmf_conformance.errors import NoAnswer
from tmf_conformance.http.connection import Broken
from tmf_conformance.http.wire import Network, Wire

_SHOWN = 4000
_USUAL = {"Accept": "application/json", "User-Agent": "tmf-conformance"}
_SECRET = ("authorization", "cookie", "x-api-key", "apikey", "x-auth-token")


@dataclass(frozen=True)
class Limits:
    """Bounds of a run. Seconds, bytes, requests."""

    connect: float = 5.0
    request: float = 20.0
    body: int = 20_000_000
    requests: int = 200_000
    silence: int = 6  # so many requests without an answer, one after the other, and the server counts as gone


@dataclass
class Exchange:
    """One request and its answer. The names of `answer_headers` are in lower case."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes | None
    status: int
    answer_headers: dict[str, str]
    content: bytes
    seconds: float

    @cached_property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")

    @cached_property
    def json(self) -> Any:
        """The answer as JSON; None when it is none (see `is_json`)."""
        try:
            return json.loads(self.content)
        except ValueError:
            return None

    @property
    def is_json(self) -> bool:
        return "json" in self.answer_headers.get("content-type", "")

    def header(self, name: str) -> str:
        return self.answer_headers.get(name.lower(), "")

    @property
    def curl(self) -> str:
        """The request as a command line to repeat it; secrets are left out."""
        parts = ["curl", "-i"] + ([] if self.method == "GET" else ["-X", self.method])
        parts += [shlex.quote(self.url)]
        for name, value in self.headers.items():
            shown = "…" if name.lower() in _SECRET else value
            parts += ["-H", shlex.quote(f"{name}: {shown}")]
        if self.body is not None:
            shown = self.body[:_SHOWN].decode("utf-8", "backslashreplace")
            parts += ["--data-binary", shlex.quote(shown)]
        return " ".join(parts)

    @property
    def shown(self) -> str:
        """The answer, shortened for a report."""
        kept = ("content-type", "location", "etag", "allow", "link", "x-total-count", "x-result-count", "retry-after")
        lines = [f"HTTP {self.status}"]
        lines += [f"{name}: {value}" for name, value in self.answer_headers.items() if name in kept]
        text = self.text if len(self.text) <= _SHOWN else self.text[:_SHOWN] + " …"
        return "\n".join(lines) + ("\n\n" + text if text else "")


@dataclass
class Meter:
    """What a run has asked so far, shared by its clients."""

    requests: int = 0
    silent: int = 0
    last_silence: str = ""
    slowest: float = 0.0
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    heavy: asyncio.Lock = field(default_factory=asyncio.Lock)  # one at a time of what takes tens of megabytes


class Client:
    """Asks one API. `base` is its URL without a trailing slash, `headers` go with every request."""

    def __init__(self, wire: Wire, base: str, limits: Limits, meter: Meter, headers: dict[str, str]) -> None:
        self._wire, self.base, self._limits, self.meter = wire, base.rstrip("/"), limits, meter
        self._headers = headers

    def url(self, path: str, params: dict[str, str] | None = None, query: str = "") -> str:
        """An absolute URL: `path` under the base or absolute itself; `query` is appended as it is."""
        url = path if path.startswith(("http://", "https://")) else self.base + path
        encoded = "&".join(part for part in (urlencode(params or {}, quote_via=quote), query) if part)
        return f"{url}?{encoded}" if encoded else url

    async def send(
        self,
        method: str,
        path: str,
        *,
        params: dict[str, str] | None = None,
        query: str = "",
        body: Any = None,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Exchange:
        """One request. `body` is sent as JSON, `content` as it is. Raises NoAnswer."""
        sent = dict(headers or {})
        if body is not None:
            content = json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
        if content is not None:
            sent.setdefault("Content-Type", "application/json")
        url = self.url(path, params, query)
        return await self._ask(method, url, sent, content)

    async def _ask(self, method: str, url: str, headers: dict[str, str], content: bytes | None) -> Exchange:
        if self.meter.requests >= self._limits.requests:
            raise NoAnswer(f"the run's limit of {self._limits.requests} requests is used up")
        self.meter.requests += 1
        sent = _over(self._headers, headers)
        started = time.perf_counter()
        try:
            async with asyncio.timeout(self._limits.request):
                answer = await self._wire.exchange(method, url, _over(_USUAL, sent), content)
        except TimeoutError as error:
            raise self._silence(f"{method} {url}: no complete answer within {self._limits.request:g} s") from error
        except Broken as error:
            raise self._silence(f"{method} {url}: {error}") from error
        self.meter.silent = 0
        seconds = time.perf_counter() - started
        self.meter.slowest = max(self.meter.slowest, seconds)
        return Exchange(method, url, sent, content, answer.status, answer.headers, answer.content, seconds)

    def _silence(self, text: str) -> NoAnswer:
        self.meter.silent += 1
        self.meter.last_silence = text
        if self.meter.silent >= self._limits.silence:
            self.meter.gone.set()
        return NoAnswer(text)


def _over(headers: dict[str, str], others: dict[str, str]) -> dict[str, str]:
    """`headers`, and over them `others`: the case of names does not count."""
    named = {name.lower() for name in others}
    return {**{name: value for name, value in headers.items() if name.lower() not in named}, **others}


def open_network(limits: Limits, connections: int = 16) -> Network:
    """The connections of a run."""
    return Network(limits.connect, limits.body, connections)
