"""Calls to the outside: guarded, to pinned addresses, bounded in time and size. Follows no redirect; stores nothing."""

import asyncio
import contextlib
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpcore

from tmf_server.errors import InvalidInput
from tmf_server.events.guard import Guard, Target

ANSWER_BYTES = 65_536
ANSWER_SECONDS = 2.0
NOTE_LENGTH = 300
ADDRESSES = 3
FAILURES = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError, TimeoutError)
_UNREACHED = (httpcore.ConnectError, httpcore.ConnectTimeout)


@dataclass(frozen=True, slots=True)
class Answer:
    """How a call ended: `status` is None when there was no answer; `note` says why it failed; `seconds` it took."""

    status: int | None
    note: str
    seconds: float

    @property
    def ok(self) -> bool:
        """True for any 2xx."""
        return self.status is not None and 200 <= self.status < 300


class Outbound:
    """Posts to subscribers from one event loop, at most `slots` at once."""

    def __init__(
        self, guard: Guard, *, slots: int, connect_seconds: float, seconds: float, ca_file: Path | None = None
    ) -> None:
        self.seconds = seconds
        self._timeouts = {"connect": connect_seconds, "read": seconds, "write": seconds, "pool": seconds}
        tls = tls_context(ca_file)
        # one pool for https and one for http, since the guard's answer depends on the scheme
        self._pools = {
            encrypted: httpcore.AsyncConnectionPool(
                ssl_context=tls,
                max_connections=slots,
                keepalive_expiry=30.0,
                network_backend=PinnedBackend(guard, encrypted),
            )
            for encrypted in (True, False)
        }

    async def post(self, target: Target, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Post a JSON body to the target; raises nothing that a subscriber can cause."""
        started = time.monotonic()
        content = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        request = httpcore.Request(
            "POST",
            _url(target),
            headers=_headers(target, content | dict(headers)),
            content=body,
            extensions={"timeout": self._timeouts},
        )
        status, note = None, ""
        try:
            async with asyncio.timeout(self.seconds):
                response = await self._pools[target.encrypted].handle_async_request(request)
            status = response.status
            text = await _read(response)
            note = "" if 200 <= status < 300 else f"HTTP {status} {text}".rstrip()
        except InvalidInput as refused:
            note = refused.message
        except FAILURES as error:
            note = f"{type(error).__name__} {error}".rstrip()
        return Answer(status, note[:NOTE_LENGTH], time.monotonic() - started)

    async def close(self) -> None:
        """Close every connection."""
        for pool in self._pools.values():
            await pool.aclose()


async def _read(response: httpcore.Response) -> str:
    """What the answer says, as far as the bounds go; the status alone decides, so a broken body is no failure."""
    kept = bytearray()
    try:
        with contextlib.suppress(*FAILURES):
            async with asyncio.timeout(ANSWER_SECONDS):
                async for chunk in response.aiter_stream():
                    kept += chunk
                    if len(kept) > ANSWER_BYTES:
                        break
    finally:
        await response.aclose()
    text = kept[:NOTE_LENGTH].decode("utf-8", "replace")
    return "".join(character if character.isprintable() else " " for character in text)


class PinnedBackend(httpcore.AnyIOBackend):
    """Connects to an address that the guard has just resolved and permitted."""

    def __init__(self, guard: Guard, encrypted: bool) -> None:
        self._guard = guard
        self._encrypted = encrypted

    async def connect_tcp(self, host: str, port: int, *args: Any, **options: Any) -> httpcore.AsyncNetworkStream:
        """Resolve, check and connect; the certificate is checked against the name all the same."""
        failure: Exception = httpcore.ConnectError(f"no address for {host}")
        for address in (await self._guard.resolve(host, port, self._encrypted))[:ADDRESSES]:
            try:
                return await super().connect_tcp(address, port, *args, **options)
            except _UNREACHED as error:
                failure = error
        raise failure


class PinnedSyncBackend(httpcore.SyncBackend):
    """The same for a thread."""

    def __init__(self, guard: Guard, encrypted: bool) -> None:
        self._guard = guard
        self._encrypted = encrypted

    def connect_tcp(self, host: str, port: int, *args: Any, **options: Any) -> httpcore.NetworkStream:
        """Resolve, check and connect."""
        failure: Exception = httpcore.ConnectError(f"no address for {host}")
        for address in self._guard.addresses(host, port, self._encrypted)[:ADDRESSES]:
            try:
                return super().connect_tcp(address, port, *args, **options)
            except _UNREACHED as error:
                failure = error
        raise failure


@contextlib.contextmanager
def download(
    guard: Guard, target: Target, *, seconds: float, max_bytes: int, ca_file: Path | None = None
) -> Iterator[Iterator[bytes]]:
    """Give the chunks of what the target answers to a GET, for a thread.

    Raises InvalidInput when the guard refuses the address, when the answer is anything but 200 or over a bound
    (`seconds` for all of it, `max_bytes`), and for what goes wrong on the way.
    """
    timeouts = {"connect": min(seconds, 10.0), "read": min(seconds, 30.0), "write": 10.0, "pool": 10.0}
    request = httpcore.Request("GET", _url(target), headers=_headers(target, {}), extensions={"timeout": timeouts})
    backend = PinnedSyncBackend(guard, target.encrypted)
    with httpcore.ConnectionPool(ssl_context=tls_context(ca_file), network_backend=backend) as pool:
        with _told(target):
            response = pool.handle_request(request)
        try:
            if response.status != 200:
                raise InvalidInput(f"{target.url} answered {response.status}, not 200; redirects are not followed.")
            yield _bounded(target, response.iter_stream(), time.monotonic() + seconds, max_bytes)
        finally:
            response.close()


def _bounded(target: Target, chunks: Iterable[bytes], deadline: float, max_bytes: int) -> Iterator[bytes]:
    left = max_bytes
    with _told(target):
        for chunk in chunks:
            left -= len(chunk)
            if left < 0:
                raise InvalidInput(f"{target.url} is larger than {max_bytes} bytes.")
            if time.monotonic() > deadline:
                raise InvalidInput(f"{target.url} took too long.")
            yield chunk


@contextlib.contextmanager
def _told(target: Target) -> Iterator[None]:
    try:
        yield
    except FAILURES as error:
        raise InvalidInput(f"{target.url} could not be read: {type(error).__name__} {error}".rstrip()) from error


def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """The usual authorities, and those of a PEM file besides."""
    context = httpcore.default_ssl_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


def _url(target: Target) -> httpcore.URL:
    url = target.url
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)


def _headers(target: Target, more: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    fixed = [(b"Host", target.url.netloc), (b"User-Agent", b"tmf-server"), (b"Accept", b"*/*")]
    return fixed + [(name.encode("ascii"), value.encode("ascii")) for name, value in more.items()]
