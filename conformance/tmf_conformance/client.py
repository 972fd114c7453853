"""HTTP with bounds: every request has a deadline, a size limit and a record of what was said. Names no noun."""

import asyncio
import json
import shlex
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from tmf_conformance.errors import NoAnswer

_SHOWN = 4000
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
    """One request and its answer. `params` is kept as sent, `body` as bytes."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes | None
    status: int
    answer_headers: httpx.Headers
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
        return str(self.answer_headers.get(name, ""))

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
        lines += [f"{name}: {value}" for name, value in self.answer_headers.items() if name.lower() in kept]
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


class Client:
    """Asks one API. `base` is its URL without a trailing slash."""

    def __init__(self, http: httpx.AsyncClient, base: str, limits: Limits, meter: Meter) -> None:
        self._http, self.base, self._limits, self.meter = http, base.rstrip("/"), limits, meter

    def at(self, base: str) -> "Client":
        """The same client for another API."""
        return Client(self._http, base, self._limits, self.meter)

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
        started = time.perf_counter()
        try:
            async with asyncio.timeout(self._limits.request):
                answer, received = await self._exchange(method, url, headers, content)
        except TimeoutError as error:
            raise self._silence(f"{method} {url}: no complete answer within {self._limits.request:g} s") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._silence(f"{method} {url}: {type(error).__name__} {error}".rstrip()) from error
        self.meter.silent = 0
        seconds = time.perf_counter() - started
        self.meter.slowest = max(self.meter.slowest, seconds)
        sent = {**{k: v for k, v in self._http.headers.items() if k not in _PLAIN}, **headers}
        return Exchange(method, url, sent, content, answer.status_code, answer.headers, received, seconds)

    async def _exchange(
        self, method: str, url: str, headers: dict[str, str], content: bytes | None
    ) -> tuple[httpx.Response, bytes]:
        """One exchange; a read is asked once more where the server closed an idle connection just then."""
        try:
            return await self._once(method, url, headers, content)
        except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
            if method not in ("GET", "HEAD"):
                raise
            return await self._once(method, url, headers, content)

    async def _once(
        self, method: str, url: str, headers: dict[str, str], content: bytes | None
    ) -> tuple[httpx.Response, bytes]:
        async with self._http.stream(method, url, headers=headers, content=content) as answer:
            return answer, await self._read(answer)

    async def _read(self, answer: httpx.Response) -> bytes:
        parts, size = [], 0
        async for part in answer.aiter_bytes():
            size += len(part)
            if size > self._limits.body:
                raise self._silence(f"{answer.request.url}: the answer is larger than {self._limits.body} bytes")
            parts.append(part)
        return b"".join(parts)

    def _silence(self, text: str) -> NoAnswer:
        self.meter.silent += 1
        self.meter.last_silence = text
        if self.meter.silent >= self._limits.silence:
            self.meter.gone.set()
        return NoAnswer(text)


_PLAIN = {"accept-encoding", "connection", "user-agent", "accept", "host"}


def open_http(
    headers: dict[str, str], limits: Limits, transport: httpx.AsyncBaseTransport | None = None, connections: int = 16
) -> httpx.AsyncClient:
    """The connection pool of a run. Redirects are not followed: an API that needs them is to be seen."""
    return httpx.AsyncClient(
        transport=transport,
        headers={"Accept": "application/json", "User-Agent": "tmf-conformance", **headers},
        timeout=httpx.Timeout(limits.request, connect=limits.connect),
        limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
        follow_redirects=False,
        # A proxy of the environment is for the outside; a server under test on this machine is reached directly.
        mounts={} if transport else {f"all://{host}": None for host in ("127.0.0.1", "localhost", "[::1]")},
    )
