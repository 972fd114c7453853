"""Downloads for threads: checked URLs, pinned addresses, bounds of time and size. Stores nothing."""

import contextlib
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import httpcore

from tmf_server.errors import InvalidInput
from tmf_server.events.outbound.pinned import FAILURES, PinnedSyncBackend, tls_context, url_of
from tmf_server.events.outbound.url_policy import OutboundUrl, UrlPolicy


@contextlib.contextmanager
def download(
    guard: UrlPolicy, target: OutboundUrl, *, seconds: float, max_bytes: int, ca_file: Path | None = None
) -> Iterator[Iterator[bytes]]:
    """Yield the chunks of the target's answer to a GET, for a thread.

    Raises InvalidInput for a refused address, an answer but 200, an answer over a bound (`seconds` in all,
    `max_bytes`), and network faults.
    """
    timeouts = {"connect": min(seconds, 10.0), "read": min(seconds, 30.0), "write": 10.0, "pool": 10.0}
    headers = [(b"Host", target.url.netloc), (b"User-Agent", b"tmf-server"), (b"Accept", b"*/*")]
    request = httpcore.Request("GET", url_of(target), headers=headers, extensions={"timeout": timeouts})
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


def _bounded(target: OutboundUrl, chunks: Iterable[bytes], deadline: float, max_bytes: int) -> Iterator[bytes]:
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
def _told(target: OutboundUrl) -> Iterator[None]:
    try:
        yield
    except FAILURES as error:
        raise InvalidInput(f"{target.url} could not be read: {type(error).__name__} {error}".rstrip()) from error
