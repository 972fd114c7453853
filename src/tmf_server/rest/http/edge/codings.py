"""Content codings: bodies of requests unpacked piece by piece, answers packed. Bounds no body as a whole."""

import zlib
from collections.abc import Iterator
from functools import lru_cache

from starlette.types import Scope
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

from tmf_server.errors import InvalidInput, UnsupportedCoding
from tmf_server.rest.http.messages import Response

TAKEN = ("gzip",)
GZIP = 16 + zlib.MAX_WBITS
PART = 65_536
"""Bytes of an unpacked part: a small piece must not grow without being looked at."""


class Plain:
    """A body without a coding."""

    def unpacked(self, piece: bytes) -> Iterator[bytes]:
        """Yield the piece."""
        yield piece

    def finish(self) -> None:
        """Have nothing against the end."""


class Gunzip:
    """A body in gzip (RFC 1952), possibly several files one behind the next."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(GZIP)
        self._inside = False

    def unpacked(self, piece: bytes) -> Iterator[bytes]:
        """Yield the content of the piece, in bounded parts. Raises InvalidInput."""
        more = bool(piece)
        while more:
            try:
                part = self._member.decompress(piece, PART)
            except zlib.error as error:
                raise _broken(str(error)) from error
            yield part
            self._inside = not self._member.eof
            piece = self._member.unconsumed_tail or self._member.unused_data
            more = bool(piece) or (self._inside and len(part) == PART)
            if not self._inside:
                self._member = zlib.decompressobj(GZIP)

    def finish(self) -> None:
        """Raise InvalidInput when the body ends too early."""
        if self._inside:
            raise _broken("it ends too early")


def decoder(scope: Scope) -> Plain | Gunzip:
    """Return the decoder for the body of the request. Raises UnsupportedCoding."""
    values = b",".join(value for name, value in scope["headers"] if name == b"content-encoding")
    codings = [one for one in values.decode("latin-1").lower().replace(" ", "").split(",") if one]
    if not codings or codings == ["identity"]:
        return Plain()
    if codings in (["gzip"], ["x-gzip"]):
        return Gunzip()
    raise UnsupportedCoding(
        f"Content-Encoding {', '.join(codings)[:100]!r} is not taken. Send gzip, or no coding.", TAKEN
    )


@lru_cache(maxsize=64)
def takes_gzip(accept_encoding: str) -> bool:
    """Return True when the client asks for gzip (RFC 9110, 12.5.3)."""
    return bool(accept_encoding) and parse_accept_header(accept_encoding, Accept).quality("gzip") > 0


def may_be_packed(response: Response) -> bool:
    """Return True for an answer of plain data.

    A record is sent unpacked: its entity tag is strong, so each coding would need a tag of its own, and `If-Match`
    would know a single tag only.
    """
    return response.status == 200 and all(name != "ETag" for name, _ in response.headers)


def packed(response: Response) -> Response:
    """Return the response in gzip, by the quickest level: a better level costs more time than the transfer saves."""
    packer = zlib.compressobj(1, zlib.DEFLATED, GZIP)
    body = packer.compress(response.body) + packer.flush()
    return Response(response.status, body, [*response.headers, ("Content-Encoding", "gzip")], response.media_type)


def _broken(why: str) -> InvalidInput:
    return InvalidInput("The body is not the gzip that Content-Encoding says.", message=why, code="brokenCoding")
