"""Short names for what several values are together. No HTTP, no SQL."""

import hashlib
from collections.abc import Sequence
from typing import Any


def digest(parts: Sequence[Any]) -> str:
    """32 hexadecimal digits that are the same for the same values in the same order, whatever they hold."""
    return hashlib.blake2b(repr(list(parts)).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
