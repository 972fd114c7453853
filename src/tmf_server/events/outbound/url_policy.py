"""The policy for calls to the outside: permitted URLs and addresses (against SSRF). Resolves names; calls nobody."""

import asyncio
import re
import socket
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import httpx

from tmf_server.errors import Fault, InvalidInput

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
POINTER = "/callback"
MAX_URL_LENGTH = 2_048
RESOLVE_SECONDS = 5.0
RESOLVERS = 16
_HOST = re.compile(r"(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*", re.ASCII | re.IGNORECASE)
_SPECIAL = ("multicast", "reserved", "unspecified", "loopback", "link_local")
_NAT64 = IPv6Network("64:ff9b::/96")
# From IANA's registries of special-purpose addresses: networks taken for global by some release of Python.
_NOT_PUBLIC: tuple[Network, ...] = (
    IPv4Network("192.0.0.0/24"),  # IETF protocol assignments
    IPv4Network("192.88.99.0/24"),  # relays to 6to4, withdrawn (RFC 7526)
    IPv6Network("64:ff9b:1::/48"),  # local translation to IPv4 (RFC 8215)
    IPv6Network("100:0:0:1::/64"),  # dummy prefix (RFC 9780)
    IPv6Network("2001::/32"),  # Teredo
    IPv6Network("2002::/16"),  # 6to4
    IPv6Network("3fff::/20"),  # documentation (RFC 9637)
    IPv6Network("5f00::/16"),  # segment routing (RFC 9602)
    IPv6Network("fec0::/10"),  # site-local, withdrawn (RFC 3879)
)


@dataclass(frozen=True, slots=True)
class OutboundUrl:
    """A URL parsed by the policy, so that the call goes to the checked URL and the text is never parsed again."""

    url: httpx.URL

    @property
    def host(self) -> str:
        """The host in the form for the resolver."""
        return self.url.raw_host.decode("ascii")

    @property
    def port(self) -> int:
        """The port, by default that of the scheme."""
        return self.url.port or (443 if self.encrypted else 80)

    @property
    def encrypted(self) -> bool:
        """True for https."""
        return self.url.scheme == "https"


class UrlPolicy:
    """Decides by the setting `outbound_allow`: hosts, suffixes (`*.crm.example`) and networks (`10.0.0.0/8`).

    Hosts outside the list are called by https at public addresses only. A name is resolved at each connection, and the
    connection goes to the checked address without a second resolution. Raises ValueError for any other entry.
    """

    def __init__(self, allowed: Sequence[str] = ()) -> None:
        networks = {entry: _network(entry) for entry in allowed}
        names = [entry.lower() for entry, network in networks.items() if network is None]
        self._networks = tuple(network for network in networks.values() if network is not None)
        self._hosts = frozenset(name for name in names if not name.startswith("*."))
        self._suffixes = tuple(name[1:] for name in names if name.startswith("*."))
        self._resolvers = ThreadPoolExecutor(RESOLVERS, "resolve")

    def target(self, url: str, pointer: str = POINTER) -> OutboundUrl:
        """Parse a URL and check everything short of a name's addresses. Raises InvalidInput with the pointer."""
        target = OutboundUrl(_parse(url, pointer))
        literal = _literal(target.host)
        if literal is not None:
            self._permitted(target.host, target.encrypted, [literal], pointer)
        elif not (target.encrypted or self._networks or self._trusts(target.host)):
            raise _refused(pointer, "an https URL, or a host that TMF_OUTBOUND_ALLOW lists")
        return target

    def check(self, url: str, pointer: str = POINTER) -> OutboundUrl:
        """Parse a URL like `target`, and refuse a name with forbidden addresses; an https name may have none yet."""
        target = self.target(url, pointer)
        try:
            found = self._resolvers.submit(_resolve, target.host, target.port).result(RESOLVE_SECONDS)
        except (OSError, TimeoutError):
            found = []
        if found or not (target.encrypted or self._trusts(target.host)):
            self._permitted(target.host, target.encrypted, found, pointer)
        return target

    def addresses(self, host: str, port: int, encrypted: bool) -> list[str]:
        """Resolve the host and return the permitted addresses, at least one.

        Blocks as long as the resolver. Raises InvalidInput without a permitted address, OSError for a name without
        addresses.
        """
        return [str(address) for address in self._permitted(host, encrypted, _resolve(host, port), POINTER)]

    async def resolve(self, host: str, port: int, encrypted: bool) -> list[str]:
        """Return the permitted addresses without blocking the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._resolvers, self.addresses, host, port, encrypted)

    def _permitted(self, host: str, encrypted: bool, addresses: Iterable[Address], pointer: str) -> list[Address]:
        trusted = self._trusts(host)
        allowed = [
            address
            for address in addresses
            if trusted
            or any(_inner(address) in network for network in self._networks)
            or (encrypted and is_public(address))
        ]
        if not allowed:
            expected = "an https URL at a public address, or a host or network that TMF_OUTBOUND_ALLOW lists"
            raise _refused(pointer, expected)
        return allowed

    def _trusts(self, host: str) -> bool:
        return host in self._hosts or host.endswith(self._suffixes)

    def close(self) -> None:
        """End the resolver threads without waiting for a hanging thread."""
        self._resolvers.shutdown(wait=False, cancel_futures=True)


def is_public(address: Address) -> bool:
    """Return true for public internet addresses, false for private, reserved, tunnelled and multicast addresses."""
    inner = _inner(address)
    if any(inner in network for network in _NOT_PUBLIC):
        return False
    return inner.is_global and not any(getattr(inner, f"is_{kind}") for kind in _SPECIAL)


def _inner(address: Address) -> Address:
    """Return the IPv4 address inside a mapped or NAT64 address, else the address."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _parse(url: str, pointer: str) -> httpx.URL:
    if len(url) > MAX_URL_LENGTH:
        raise _refused(pointer, f"a URL of at most {MAX_URL_LENGTH} characters")
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise _refused(pointer, "an absolute https URL") from error
    if parsed.scheme not in ("https", "http") or not parsed.host:
        raise _refused(pointer, "an absolute https URL")
    if parsed.port is not None and not 0 < parsed.port < 65_536:
        raise _refused(pointer, "a port from 1 to 65535")
    if parsed.userinfo or parsed.fragment or "%" in parsed.host:
        raise _refused(pointer, "a URL without user name, password, fragment and zone, and a host without blanks")
    return parsed


def _refused(pointer: str, expected: str) -> InvalidInput:
    return InvalidInput(
        "The server does not call this URL.", code="urlRefused", faults=[Fault(pointer, f"expected {expected}")]
    )


def _network(entry: str) -> Network | None:
    try:
        return ip_network(entry, strict=False)
    except ValueError:
        if _HOST.fullmatch(entry):
            return None
        forms = "a host (crm.example), a suffix (*.crm.example) or a network (10.1.0.0/16)"
        raise ValueError(f"expected {forms}, not {entry!r}") from None


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _resolve(host: str, port: int) -> list[Address]:
    # bytes skip Python's own IDNA codec with its UnicodeError on a long label
    found = socket.getaddrinfo(host.encode("ascii"), port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(str(entry[4][0]).partition("%")[0]) for entry in found))
