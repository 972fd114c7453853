"""Reads the url of a job: a file of the server's own store, or a remote URL. Opens nothing."""

from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from tmf_server.errors import Fault, InvalidInput
from tmf_server.storage.files import check_name

FILES = "/files/"
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file of the server's own store."""

    name: str


@dataclass(frozen=True, slots=True)
class RemoteUrl:
    """An http or https URL of a remote server; the URL policy decides whether calls are allowed."""

    url: str


def location_of(url: str, origin: str) -> LocalFile | RemoteUrl:
    """Return the location behind a job's url, for a server at `origin` (scheme and host).

    `offers.json`, `/files/offers.json` and the same behind the origin are files of the server's own store.
    InvalidInput for further paths of the server and for schemes besides http and https.
    """
    try:
        parts = urlsplit(url)
        at_origin = _authority(parts) == _authority(urlsplit(origin)) and not parts.username
    except ValueError as error:
        raise _refused(url) from error
    if at_origin or not (parts.scheme or parts.netloc):
        name = parts.path.removeprefix(FILES)
        if parts.query or parts.fragment or "/" in name:
            raise _refused(url)
        return LocalFile(check_name(name))
    if parts.scheme in PORTS and parts.hostname:
        return RemoteUrl(url)
    raise _refused(url)


def _authority(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or PORTS.get(parts.scheme)


def _refused(url: str) -> InvalidInput:
    expected = f"expected {FILES}NAME on this server, or an http or https URL of an allowed host, not {url[:200]!r}"
    return InvalidInput("The url names no file that this server can read or write.", faults=[Fault("/url", expected)])
