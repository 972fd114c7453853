"""Settings of the HTTP server."""

from dataclasses import dataclass

from tmf_server.config.declaring import YEAR, between, host_pattern, ip_address, setting, web_address, web_origin


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
