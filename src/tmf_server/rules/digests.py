"""Short names for tuples of values. No HTTP, no SQL."""

import hashlib
from collections.abc import Sequence
from typing import Any


def digest(parts: Sequence[Any]) -> str:
    """Return 32 hexadecimal digits, equal for equal values in equal order, whatever the values."""
    return hashlib.blake2b(repr(list(parts)).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
