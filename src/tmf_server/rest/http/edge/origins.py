"""Requests of other sites' pages: which may read (CORS), and which may write. Pure; knows no path."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from tmf_server.errors import CrossSite

Headers = Mapping[bytes, bytes]
Pairs = list[tuple[bytes, bytes]]
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITES = frozenset({b"same-origin", b"none"})
EXPOSED = (
    b"Location, Link, ETag, X-Total-Count, X-Result-Count, X-Request-Id, Retry-After, Allow, Accept-Patch, Warning, "
    b"Idempotency-Replayed"
)
PREFLIGHT_SECONDS = b"600"


class Origins:
    """Answers the questions of browsers by the setting `cors_origins`.

    Starlette's CORS middleware is not used: it leaves out `Vary` where a request has no origin, answers a preflight
    without knowing the methods of the path, and refuses without TM Forum's Error.
    """

    def __init__(self, allowed: Sequence[str]) -> None:
        self._allowed = frozenset(origin.encode() for origin in allowed)
        self._every = b"*" in self._allowed

    def headers(self, headers: Headers) -> Pairs:
        """The headers of every answer; a cache must not give one origin's answer to another."""
        origin = headers.get(b"origin")
        if origin is None or not self._allows(origin):
            return [(b"vary", b"Origin")]
        return [
            (b"access-control-allow-origin", origin),
            (b"access-control-expose-headers", EXPOSED),
            (b"vary", b"Origin"),
        ]

    def preflight(self, headers: Headers, methods: bytes) -> Pairs:
        """The headers with which OPTIONS allows the methods to the page that asks; none where it may not call."""
        origin = headers.get(b"origin")
        if origin is None or b"access-control-request-method" not in headers or not self._allows(origin):
            return []
        return [
            (b"access-control-allow-methods", methods),
            (b"access-control-allow-headers", headers.get(b"access-control-request-headers", b"*")),
            (b"access-control-max-age", PREFLIGHT_SECONDS),
        ]

    def check(self, method: str, headers: Headers, own: str) -> None:
        """Raise CrossSite when the page of another site writes; `own` is the origin of this server's pages.

        Browsers tell: pages can set neither `Origin` nor `Sec-Fetch-Site`. Programs send none of them and pass.
        """
        if method in SAFE:
            return
        origin, site = headers.get(b"origin"), headers.get(b"sec-fetch-site")
        if origin is not None and self._allows(origin):
            return
        if site is not None:
            foreign = site not in OWN_SITES and not self._every
        else:
            foreign = origin is not None and not _same_host(origin, own, headers)
        if foreign:
            raise CrossSite(
                "A page of another site must not write here. List its origin in TMF_CORS_ORIGINS to allow it."
            )

    def _allows(self, origin: bytes) -> bool:
        return self._every or origin in self._allowed


def _same_host(origin: bytes, own: str, headers: Headers) -> bool:
    """True when the origin is this server, as it is called or as it calls itself; a proxy may have ended TLS."""
    host = origin.lower().partition(b"://")[2]
    return host != b"" and host in (urlsplit(own.lower()).netloc.encode(), headers.get(b"host", b"").lower())
