"""Whether writes find room: noticed when one finds none, and again when one works. Knows no table."""

import errno
import time

PAUSE_SECONDS = 1.0
"""How long after a write that found no room none is tried only to see whether there is some again."""

# SQLite tells a quota or a limit on files by the codes of input and output; a full disk by SQLITE_FULL.
SQLITE_CODES = frozenset({"SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_FSYNC"})
POSTGRESQL_STATE = "53100"
SYSTEM_CODES = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def lacks_space(error: BaseException) -> bool:
    """Tell whether a driver's or the system's error says that there is no room for what is written."""
    if isinstance(error, OSError):
        return error.errno in SYSTEM_CODES
    code = getattr(error, "sqlite_errorname", None)
    return code in SQLITE_CODES or getattr(error, "sqlstate", None) == POSTGRESQL_STATE


class Space:
    """What this process knows of the room that its database has for writes."""

    def __init__(self) -> None:
        self.short = False  # since a write that found no room, until one works
        self._tried = 0.0

    def note_failure(self) -> None:
        """Remember that a write found no room."""
        self.short = True
        self._tried = time.monotonic()

    def note_success(self) -> None:
        """Remember that a write found room."""
        self.short = False

    def may_try(self) -> bool:
        """Tell whether it is time to see by a write whether there is room again."""
        return time.monotonic() - self._tried >= PAUSE_SECONDS
