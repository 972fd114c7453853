"""What the url of a job names: a file of this server, or a place elsewhere that may be called. Opens nothing."""

from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from tmf_server.errors import Fault, InvalidInput
from tmf_server.storage.files import check_name

FILES = "/files/"
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of this server."""

    name: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """An http or https URL of another server; the guard decides whether it may be called."""

    url: str


def place_of(url: str, origin: str) -> Kept | Elsewhere:
    """Read a job's url for a server that is called `origin` (scheme and host).

    `offers.json`, `/files/offers.json` and the same behind the origin are files of this server. InvalidInput for
    other paths of this server and for schemes but http and https.
    """
    try:
        parts = urlsplit(url)
        own = _own(parts, urlsplit(origin))
    except ValueError as error:
        raise _refused(url) from error
    if own:
        if parts.query or parts.fragment:
            raise _refused(url)
        return Kept(_file_name(parts.path, url))
    if parts.scheme in PORTS and parts.hostname:
        return Elsewhere(url)
    raise _refused(url)


def _own(parts: SplitResult, origin: SplitResult) -> bool:
    if not parts.scheme and not parts.netloc:
        return True
    return _authority(parts) == _authority(origin) and not parts.username


def _authority(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or PORTS.get(parts.scheme)


def _file_name(path: str, url: str) -> str:
    name = path.removeprefix(FILES)
    if "/" in name:
        raise _refused(url)
    return check_name(name)


def _refused(url: str) -> InvalidInput:
    expected = f"expected {FILES}NAME on this server, or an http or https URL of an allowed host, not {url[:200]!r}"
    return InvalidInput("The url names no file that this server can read or write.", faults=[Fault("/url", expected)])
