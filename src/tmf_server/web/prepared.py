"""Bytes sent again and again: the digest, and the compressed form made once. No HTTP."""

import gzip
import hashlib
from functools import cached_property

LEAST_COMPRESSED = 1_000  # bytes; compressing less gains nothing


class Prepared:
    """Content without changes, with its media type."""

    def __init__(self, content: bytes, media_type: str) -> None:
        self.content = content
        self.media_type = media_type
        self.digest = hashlib.sha256(content).hexdigest()[:16]

    @property
    def compressible(self) -> bool:
        """Tell whether compressing saves bytes."""
        return len(self.content) >= LEAST_COMPRESSED

    @cached_property
    def compressed(self) -> bytes:
        """Return the content in gzip, the same bytes each time."""
        return gzip.compress(self.content, 6, mtime=0)
