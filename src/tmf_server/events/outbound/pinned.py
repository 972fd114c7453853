"""Connections from threads to addresses checked by the URL policy. Sends nothing."""

import ssl
from functools import lru_cache
from pathlib import Path
from typing import Any

import httpcore

from tmf_server.events.outbound.url_policy import OutboundUrl, UrlPolicy

ADDRESSES = 3  # tries per name, one address each
FAILURES = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError)
_UNREACHED = (httpcore.ConnectError, httpcore.ConnectTimeout)


class PinnedSyncBackend(httpcore.SyncBackend):
    """Connects to an address just resolved and permitted by the policy."""

    def __init__(self, guard: UrlPolicy, encrypted: bool) -> None:
        self._guard = guard
        self._encrypted = encrypted

    def connect_tcp(self, host: str, port: int, *args: Any, **options: Any) -> httpcore.NetworkStream:
        """Resolve, check and connect; a certificate must still match the name."""
        failure: Exception = httpcore.ConnectError(f"no address for {host}")
        for address in self._guard.addresses(host, port, self._encrypted)[:ADDRESSES]:
            try:
                return super().connect_tcp(address, port, *args, **options)
            except _UNREACHED as error:
                failure = error
        raise failure


@lru_cache(maxsize=4)
def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """Return the usual authorities plus the authorities of a PEM file; cached, since reading takes tens of ms."""
    context = httpcore.default_ssl_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


def url_of(target: OutboundUrl) -> httpcore.URL:
    """Return the checked URL in httpcore's form."""
    url = target.url
    return httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
