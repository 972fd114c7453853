"""How an area declares its settings: default, meaning (for the documentation) and allowed values."""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from marshmallow import ValidationError
from marshmallow.validate import OneOf, Range, Regexp

T = TypeVar("T")
Check = Callable[[Any], Any]

DAY = 86_400.0
YEAR = 366 * DAY
BIGINT = 2**63 - 1
_DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST_PATTERN = re.compile(r"(\*\.)?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*|[0-9A-Fa-f:]+(%\w+)?")


def setting(default: T, meaning: str, *checks: Check, secret: bool = False) -> T:
    """Declare a field of an area; `checks` are marshmallow's validators, applied to each element of a list.

    A secret is left out of the area's `repr`.
    """
    declared: Any = field(default=default, repr=not secret, metadata={"meaning": meaning, "checks": checks})
    standing_in: T = declared
    return standing_in


def shown(number: float) -> str:
    """Return a number as text, whole numbers exactly."""
    return str(int(number)) if number == int(number) else f"{number:.15g}"


def between(low: float, high: float) -> Range:
    """Allow numbers from `low` to `high`."""
    return Range(low, high, error=f"must be from {shown(low)} to {shown(high)}, not {{input}}")


def at_least(low: int) -> Range:
    """Allow whole numbers from `low` on, as far as a database counts."""
    return Range(low, BIGINT, error=f"must be at least {low} and at most {BIGINT}, not {{input}}")


def span(most: float = YEAR) -> Range:
    """Allow a positive number of seconds or days."""
    return Range(0, most, min_inclusive=False, error=f"must be more than 0 and at most {shown(most)}, not {{input}}")


def one_of(*choices: str) -> OneOf:
    """Allow the given words."""
    return OneOf(choices, error=f"must be one of {', '.join(choices)}, not {{input!r}}")


def written_like(example: str, pattern: str) -> Regexp:
    """Allow texts matching the whole pattern."""
    return Regexp(rf"(?:{pattern})\Z", error=f"must be written like {example}, not {{input!r}}")


def web_address(text: str) -> None:
    """Allow an absolute URL without query and fragment, as a prefix of paths, and an empty text."""
    if text and not _is_web_address(text):
        raise ValidationError(f"must be an absolute URL like https://api.example.com/tmf, not {text!r}")


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        complete = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return complete and not any(sign in text for sign in "?#@ ")


def web_origin(text: str) -> None:
    """Allow an origin as sent by browsers, and * for all: an origin with a path or a slash never matches."""
    if text != "*" and not _is_origin(text):
        raise ValidationError(
            f"must be an origin like https://shop.example or http://localhost:3000, without a slash at its end, or *, "
            f"not {text!r}"
        )


def _is_origin(text: str) -> bool:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    usual = port is not None and port == _DEFAULT_PORTS.get(parts.scheme)
    whole = f"{parts.scheme}://{parts.netloc}".lower() == text
    return whole and bool(parts.hostname) and "@" not in text and not usual


def host_pattern(text: str) -> None:
    """Allow a host name or address without port, *.example.com for all hosts below a name, and * for all hosts."""
    if text != "*" and not _HOST_PATTERN.fullmatch(text):
        raise ValidationError(f"must be a host like api.example.com or *.example.com, without a port, not {text!r}")


def folder(path: Path | None) -> None:
    """Allow an existing folder."""
    if path is not None and not path.is_dir():
        raise ValidationError(f"there is no folder {path}")


def place_of_folder(path: Path | None) -> None:
    """Allow an existing folder, and a new folder below an existing folder."""
    above = path and next((one for one in (path, *path.parents) if one.exists()), None)
    if above and not above.is_dir():
        raise ValidationError(f"the folder {path} cannot be made: {above} is no folder")


def authorities(path: Path | None) -> None:
    """Allow a file with certificates of authorities."""
    import ssl

    if path is None:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except OSError as error:  # faults of TLS are a kind of OSError
        raise ValidationError(f"{path} cannot be read as certificates in PEM: {error}") from error


def host_or_network(text: str) -> None:
    """Allow a host, *.example.com for all below a name, and a network."""
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        if not _HOST_PATTERN.fullmatch(text):
            forms = "a host (crm.example), a suffix (*.crm.example) or a network (10.1.0.0/16)"
            raise ValidationError(f"must be {forms}, not {text!r}") from error


def ip_address(text: str) -> None:
    """Allow the address of a machine."""
    try:
        ipaddress.ip_address(text)
    except ValueError as error:
        raise ValidationError(f"must be an IP address like 10.0.0.7, not {text!r}") from error
