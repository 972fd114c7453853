"""Fresh ids of the system's own randomness. No HTTP, no SQL."""

import os
from uuid import UUID

SIZE = 16
TOGETHER = 256
_left: list[bytes] = []
# A forked process must not give the ids of the parent.
os.register_at_fork(after_in_child=_left.clear)


def fresh_uuid() -> str:
    """A random UUID (RFC 9562, version 4)."""
    return str(UUID(bytes=_random(), version=4))


def fresh_token() -> str:
    """32 random hexadecimal digits."""
    return _random().hex()


def _random() -> bytes:
    """Return 16 random bytes, each given once; fetched for many ids at a time.

    A call of the system lets other threads run, and may come back only after milliseconds.
    """
    while True:
        try:
            return _left.pop()
        except IndexError:
            fetched = os.urandom(SIZE * TOGETHER)
            _left.extend(fetched[start : start + SIZE] for start in range(0, len(fetched), SIZE))
