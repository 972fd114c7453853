"""Bytes that are sent again and again: their digest, and their compressed form made once. No HTTP."""

import gzip
import hashlib
from functools import cached_property

LEAST_COMPRESSED = 1_000  # bytes; compressing less gains nothing


class Prepared:
    """Content that never changes, with its media type."""

    def __init__(self, content: bytes, media_type: str) -> None:
        self.content = content
        self.media_type = media_type
        self.digest = hashlib.sha256(content).hexdigest()[:16]

    @property
    def compressible(self) -> bool:
        """True when it is worth compressing."""
        return len(self.content) >= LEAST_COMPRESSED

    @cached_property
    def compressed(self) -> bytes:
        """The content as gzip writes it, the same bytes each time."""
        return gzip.compress(self.content, 6, mtime=0)
