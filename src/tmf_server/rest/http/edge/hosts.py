"""The names of the server, and the origin of its absolute links. Resolves no name."""

import re
from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from starlette.types import Scope

from tmf_server.config.server import ServerSettings
from tmf_server.errors import InvalidInput, Misdirected

HOST_FORM = re.compile(r"[A-Za-z0-9._-]{1,255}(:\d{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:\d{1,5})?")
EVERY = "*"


class Hosts:
    """Reads the Host header of every request.

    A server on loopback answers to loopback names, to the name of its public URL and to the allowed hosts: a foreign
    page can give loopback a name of its own (DNS rebinding), but cannot choose a different Host header.
    """

    def __init__(self, settings: ServerSettings) -> None:
        self._settings = settings
        self._public = settings.public_url.rstrip("/")
        listed = {name.lower() for name in settings.allowed_hosts}
        self._suffixes = tuple(name[1:] for name in listed if name.startswith("*."))
        self._names = listed | {urlsplit(self._public).hostname or ""}
        self._open = EVERY in listed or not is_loopback(settings.host)
        self._answers_to = lru_cache(maxsize=256)(self._is_own)

    def origin(self, scope: Scope, headers: Mapping[bytes, bytes]) -> str:
        """Return scheme and host for absolute links in the answer.

        Raises InvalidInput for an invalid, missing or repeated Host header, Misdirected for an unknown name.
        """
        host = _host(scope)
        if not self._open and host and not self._answers_to(host):
            raise Misdirected(
                f"This server listens on loopback and does not answer to {host[:100]!r}. "
                "Call it 127.0.0.1 or localhost, or list the name in TMF_ALLOWED_HOSTS."
            )
        return self._public or self._called(scope, headers, host)

    def _is_own(self, host: str) -> bool:
        name = host_name(host)
        return is_loopback(name) or name in self._names or name.endswith(self._suffixes)

    def _called(self, scope: Scope, headers: Mapping[bytes, bytes], host: str) -> str:
        """Return the origin as named by the client or by a trusted proxy."""
        scheme, client = scope["scheme"], scope.get("client")
        if client is not None and client[0] in self._settings.trusted_proxies:
            scheme = _first(headers.get(b"x-forwarded-proto")) or scheme
            host = _first(headers.get(b"x-forwarded-host")) or host
            if scheme not in ("http", "https") or (host and HOST_FORM.fullmatch(host) is None):
                raise InvalidInput("The forwarded headers of the proxy are not a scheme and a host name.")
        if not host:
            server = scope.get("server") or (self._settings.host, self._settings.port)
            host = f"{server[0]}:{server[1]}"
        return f"{scheme}://{host}"


def is_loopback(host: str) -> bool:
    """Tell whether an address or name leads to the own machine everywhere (RFC 6761, 6.3)."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback


def host_name(host: str) -> str:
    """The name or address of a Host header: without port and brackets, in lower case."""
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    return name.lower().rstrip(".")


def _host(scope: Scope) -> str:
    """Return the single Host header; "" for a request of HTTP/1.0 without the header (RFC 9112, 3.2)."""
    found = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
    if len(found) > 1 or (scope.get("http_version") == "1.1" and not any(found)):
        raise InvalidInput("A request names its host once: send one Host header.")
    host = found[0] if found else ""
    if host and HOST_FORM.fullmatch(host) is None:
        raise InvalidInput("The Host header is not a host name.")
    return host


def _first(value: bytes | None) -> str:
    """The entry of the outermost proxy in a forwarded header."""
    return (value or b"").decode("latin-1").split(",")[0].strip()
