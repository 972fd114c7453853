"""Content codings: bodies of requests unpacked piece by piece, answers packed. Bounds no body as a whole."""

import zlib
from collections.abc import Iterator

from starlette.types import Scope

from tmf_server.errors import InvalidInput, UnsupportedCoding

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
    """A body in gzip (RFC 1952), which may be several files one behind the other."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(GZIP)
        self._inside = False

    def unpacked(self, piece: bytes) -> Iterator[bytes]:
        """Yield what the piece holds, in bounded parts. Raises InvalidInput."""
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
    """Return what unpacks the body of the request. Raises UnsupportedCoding."""
    values = b",".join(value for name, value in scope["headers"] if name == b"content-encoding")
    codings = [one for one in values.decode("latin-1").lower().replace(" ", "").split(",") if one]
    if not codings or codings == ["identity"]:
        return Plain()
    if codings in (["gzip"], ["x-gzip"]):
        return Gunzip()
    raise UnsupportedCoding(
        f"Content-Encoding {', '.join(codings)[:100]!r} is not taken. Send gzip, or no coding.", TAKEN
    )


def _broken(why: str) -> InvalidInput:
    return InvalidInput("The body is not the gzip that Content-Encoding says.", message=why, code="brokenCoding")
