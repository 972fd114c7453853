"""Settings of the HTTP server and of its connections."""

from dataclasses import dataclass

from tmf_server.config.declaring import (
    DAY,
    YEAR,
    at_least,
    between,
    host_pattern,
    ip_address,
    setting,
    span,
    web_address,
    web_origin,
)


@dataclass(frozen=True, kw_only=True)
class ServerSettings:
    """Where it listens and what it is called from outside."""

    host: str = setting("127.0.0.1", "any but a loopback address needs authentication")
    port: int = setting(8080, "port to listen on", between(0, 65_535))
    workers: int = setting(1, "processes that serve", between(1, 64))
    public_url: str = setting(
        "", 'absolute URL in front of every path; "" takes scheme and host from the request', web_address
    )
    allowed_hosts: tuple[str, ...] = setting(
        (), "names to answer to on loopback besides its own; *.example.com, * is every one", host_pattern
    )
    trusted_proxies: tuple[str, ...] = setting((), "addresses whose X-Forwarded-* headers are believed", ip_address)
    aliases: bool = setting(True, "answer at the other mount paths that integrators use, too")
    proxy_authenticates: bool = setting(
        False, "a proxy in front authenticates every call, and nobody else reaches the server"
    )
    cors_origins: tuple[str, ...] = setting((), "origins whose pages may call the APIs; * is every one", web_origin)
    graceful_seconds: float = setting(20.0, "how long a stop waits for what is under way", between(0, YEAR))


@dataclass(frozen=True, kw_only=True)
class ConnectionsSettings:
    """Connections and bodies, in each process."""

    max_connections: int = setting(
        1_000, "at once, and at most half of the file handles; then one that waits is closed, or 503", at_least(1)
    )
    keep_alive_seconds: int = setting(5, "that a connection stays open after an answer", between(0, 86_400))
    head_seconds: float = setting(10.0, "for the request line and the headers, from connecting on", span(DAY))
    max_head_bytes: int = setting(65_536, "of the request line and the headers; then 431", at_least(1))
    body_seconds: float = setting(60.0, "for the body of a request; a file has TMF_TRANSFER_SECONDS", span(DAY))
    stall_seconds: float = setting(30.0, "that a client may pause within a body or an answer", span(DAY))
    bodies_bytes: int = setting(16_000_000, "of all bodies that are read and worked on at once; then 503", at_least(1))
    packed_bytes: int = setting(
        1_000, "from which on a list is sent in gzip to clients that ask; 0 sends none so", at_least(0)
    )
