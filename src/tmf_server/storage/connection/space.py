"""Room for writes in the database: short after a failed write, found again by a write that works. Knows no table."""

import errno
import time

PAUSE_SECONDS = 1.0
"""Pause after a write without room, before a trial write looks for room again."""

# SQLite tells a quota or a limit on files by the codes of input and output; a full disk by SQLITE_FULL.
SQLITE_CODES = frozenset({"SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_FSYNC"})
POSTGRESQL_STATE = "53100"
SYSTEM_CODES = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def lacks_space(error: BaseException) -> bool:
    """Tell whether an error of the driver or of the system means a lack of room for a write."""
    if isinstance(error, OSError):
        return error.errno in SYSTEM_CODES
    code = getattr(error, "sqlite_errorname", None)
    return code in SQLITE_CODES or getattr(error, "sqlstate", None) == POSTGRESQL_STATE


class Space:
    """Remembers, for the process, whether the database has room for writes."""

    def __init__(self) -> None:
        self.short = False  # from a write without room until a write works
        self._tried = 0.0

    def note_failure(self) -> None:
        """Remember a write without room."""
        self.short = True
        self._tried = time.monotonic()

    def note_success(self) -> None:
        """Remember a write with room."""
        self.short = False

    def may_try(self) -> bool:
        """Tell whether the pause before a trial write is over."""
        return time.monotonic() - self._tried >= PAUSE_SECONDS
