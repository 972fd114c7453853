"""Uploads to listed hosts: checked URLs, pinned addresses, a bound of time."""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import httpcore

from tmf_server.errors import InvalidInput
from tmf_server.events.outbound.pinned import FAILURES, PinnedSyncBackend, tls_context
from tmf_server.events.outbound.url_policy import OutboundUrl, UrlPolicy

POINTER = "/url"
ANSWER_SECONDS = 30.0


def upload_target(guard: UrlPolicy, url: str) -> OutboundUrl:
    """Parse the URL and check its host against the list: records leave for listed hosts only.

    Raises InvalidInput. The check is the one for unencrypted calls, permitted for listed hosts alone.
    """
    target = guard.target(url, POINTER)
    guard.check(str(target.url.copy_with(scheme="http")), POINTER)
    return target


def upload(
    guard: UrlPolicy,
    target: OutboundUrl,
    chunks: Iterable[bytes],
    headers: dict[str, str],
    *,
    seconds: float,
    ca_file: Path | None,
) -> None:
    """PUT the chunks to the target; `headers` give length and type.

    Raises InvalidInput for network faults, for an answer but 2xx, and after `seconds`.
    """
    url = target.url
    fixed = {"Host": url.netloc.decode("ascii"), "User-Agent": "tmf-server", **headers}
    request = httpcore.Request(
        "PUT",
        httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
        headers=[(name.encode("ascii"), value.encode("ascii")) for name, value in fixed.items()],
        content=_until(chunks, time.monotonic() + seconds),
        extensions={"timeout": {"connect": 10.0, "read": ANSWER_SECONDS, "write": 30.0, "pool": 10.0}},
    )
    backend = PinnedSyncBackend(guard, encrypted=False)
    try:
        with httpcore.ConnectionPool(ssl_context=tls_context(ca_file), network_backend=backend) as pool:
            response = pool.handle_request(request)
            response.close()
    except FAILURES as error:
        raise InvalidInput(f"{url} could not be written: {type(error).__name__} {error}".rstrip()) from error
    if not 200 <= response.status < 300:
        raise InvalidInput(f"{url} answered {response.status} to PUT; redirects are not followed.")


def _until(chunks: Iterable[bytes], deadline: float) -> Iterator[bytes]:
    for chunk in chunks:
        if time.monotonic() > deadline:
            raise TimeoutError("the transfer took too long")
        yield chunk
