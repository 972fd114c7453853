"""What carries a run's requests: bounded HTTP/1.1 over the network, or whatever takes its place. Judges nothing.

A general HTTP client costs several times as much per request as the server that is checked. This one leaves out what a
run has no use for: redirects, cookies, compression, HTTP/2.
"""

import asyncio
import base64
import re
import ssl
from collections import defaultdict
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from tmf_conformance.http.connection import Answer, Broken, Connection

_UNSAFE = re.compile(r"[^!#$%&'()*+,\-./0-9:;=?@A-Z_a-z~\[\]]")
_BREAK = re.compile(r"[\r\n\x00]")
_KEPT = 1.0  # seconds that a connection may have been idle
_REPEATABLE = ("GET", "HEAD")
_EMPTY_BODY = ("POST", "PUT", "PATCH")
_PORTS = {"http": 80, "https": 443}


class Wire(Protocol):
    """What carries requests."""

    async def exchange(self, method: str, url: str, headers: dict[str, str], content: bytes | None) -> Answer:
        """One request and its whole answer. Raises Broken."""
        ...

    async def aclose(self) -> None:
        """Give up all connections."""
        ...


@dataclass(frozen=True)
class Proxy:
    """A proxy of the environment; `login` is its header line, or empty."""

    host: str
    port: int
    login: str


@dataclass(frozen=True)
class Origin:
    """Where a request leads, and over which proxy."""

    scheme: str
    host: str
    port: int
    proxy: Proxy | None

    @property
    def authority(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Network:
    """Connections to servers, kept for the next request. Proxies of the environment are used, never for this machine.

    `connect` are the seconds that a connection may take, `most` the bytes of an answer, `connections` how many there
    are at a time.
    """

    def __init__(self, connect: float, most: int, connections: int) -> None:
        self._connect, self._most = connect, most
        self._gate = asyncio.Semaphore(connections)
        self._idle: defaultdict[Origin, list[Connection]] = defaultdict(list)
        self._origins: dict[str, Origin] = {}
        self._tls: ssl.SSLContext | None = None

    async def exchange(self, method: str, url: str, headers: dict[str, str], content: bytes | None) -> Answer:
        """One request and its whole answer. A read that dies on a kept connection is asked once more on a new one."""
        origin = self._origin(url)
        head = _head(method, url, origin, headers, content)
        async with self._gate:
            kept = self._kept(origin)
            if kept is not None:
                try:
                    return await self._ask(origin, kept, method, head, content)
                except Broken:
                    if kept.parsed or method not in _REPEATABLE:
                        raise
            return await self._ask(origin, await self._connected(origin), method, head, content)

    async def aclose(self) -> None:
        """Give up all connections."""
        for connection in (c for connections in self._idle.values() for c in connections):
            connection.abort()
        self._idle.clear()
        await asyncio.sleep(0)  # the event loop closes the sockets on its next turn

    async def _ask(
        self, origin: Origin, connection: Connection, method: str, head: bytes, content: bytes | None
    ) -> Answer:
        try:
            answer = await connection.ask(head, content or b"", bodiless=method == "HEAD")
        except BaseException:
            connection.abort()
            raise
        if connection.reusable:
            self._idle[origin].append(connection)
        else:
            connection.abort()
        return answer

    def _origin(self, url: str) -> Origin:
        root = "/".join(url.split("/", 3)[:3])
        if root not in self._origins:
            self._origins[root] = origin_of(root)
        return self._origins[root]

    def _kept(self, origin: Origin) -> Connection | None:
        idle, now = self._idle[origin], asyncio.get_running_loop().time()
        while idle:
            connection = idle.pop()
            # A server may close an idle connection just when a request is on its way.
            if connection.reusable and now - connection.since < _KEPT:
                return connection
            connection.abort()
        return None

    async def _connected(self, origin: Origin) -> Connection:
        host, port = (origin.proxy.host, origin.proxy.port) if origin.proxy else (origin.host, origin.port)
        where = f"{host}:{port}"
        try:
            async with asyncio.timeout(self._connect):
                return await self._opened(origin, host, port)
        except TimeoutError as error:
            raise Broken(f"no connection to {where} within {self._connect:g} s") from error
        except OSError as error:
            raise Broken(f"no connection to {where}: {error.strerror or error}") from error

    async def _opened(self, origin: Origin, host: str, port: int) -> Connection:
        encrypted = origin.scheme == "https"
        context = self._context() if encrypted and not origin.proxy else None
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(lambda: Connection(self._most), host, port, ssl=context)
        if encrypted and origin.proxy:
            lines = [f"CONNECT {origin.authority} HTTP/1.1", f"Host: {origin.authority}", origin.proxy.login]
            answer = await connection.ask(_lines(lines), bodiless=True)
            if answer.status != 200:
                connection.abort()
                raise Broken(f"the proxy {host}:{port} answers {answer.status} to CONNECT {origin.authority}")
            await connection.encrypt(self._context(), origin.host)
        return connection

    def _context(self) -> ssl.SSLContext:
        self._tls = self._tls or ssl.create_default_context()
        return self._tls


def origin_of(url: str) -> Origin:
    """Where a URL leads. Raises Broken for what is no URL of http or https."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Broken(f"no URL: {error}") from error
    if parts.scheme not in _PORTS or not parts.hostname:
        raise Broken("no URL of http or https")
    return Origin(parts.scheme, parts.hostname, port or _PORTS[parts.scheme], _proxy(parts.scheme, parts.hostname))


def _proxy(scheme: str, host: str) -> Proxy | None:
    proxies = getproxies()
    found = proxies.get(scheme) or proxies.get("all")
    # A proxy is for the outside; a server under test on this machine is reached directly.
    if not found or host in ("localhost", "::1") or host.startswith("127.") or proxy_bypass(host):
        return None
    parts = urlsplit(found if "://" in found else f"http://{found}")
    if parts.scheme != "http" or not parts.hostname:
        raise Broken(f"the proxy {found} of the environment is no URL of http")
    login = base64.b64encode(f"{unquote(parts.username or '')}:{unquote(parts.password or '')}".encode()).decode()
    return Proxy(parts.hostname, parts.port or 80, f"Proxy-Authorization: Basic {login}" if parts.username else "")


def _head(method: str, url: str, origin: Origin, headers: dict[str, str], content: bytes | None) -> bytes:
    """The request line and the headers."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    target = _UNSAFE.sub(lambda found: quote(found.group(), safe=""), target)
    over_proxy = origin.proxy is not None and origin.scheme == "http"
    fields = {
        "Host": host if host.isascii() else host.encode("idna").decode(),
        "Accept-Encoding": "identity",
        **headers,
    }
    if content is not None or method in _EMPTY_BODY:
        fields["Content-Length"] = str(len(content or b""))
    lines = [f"{method} {f'http://{host}{target}' if over_proxy else target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in fields.items()]
    if over_proxy and origin.proxy:
        lines.append(origin.proxy.login)
    return _lines(lines)


def _lines(lines: list[str]) -> bytes:
    if any(_BREAK.search(line) for line in lines):
        raise Broken("the URL or a header has a line break in it")
    return ("\r\n".join(line for line in lines if line) + "\r\n\r\n").encode("utf-8")
