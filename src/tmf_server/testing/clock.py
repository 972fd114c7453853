"""The clock of a test server: set, moved, released. Governs the times of records and events, nothing else."""

from datetime import UTC, datetime, timedelta

from tmf_server.rules.instants import drive, format_instant, machine_now, parse_instant

MICROSECONDS = 1_000_000


class Clock:
    """The present instant of the servers in a process: the machine's, until set.

    Comparisons with clocks of further machines use the machine's clock: time limits, pauses before a retry, leases, the
    signatures of notifications.
    """

    def __init__(self) -> None:
        self._base = 0
        self._since: int | None = None  # the machine's instant of the last setting; None for a stopped clock
        self._set = False

    def set(self, instant: str | datetime, *, running: bool = False) -> None:
        """Set the clock to an instant (ISO 8601; UTC without an offset); a `running` clock goes on from the instant.

        Raises ValueError.
        """
        self._begin(_micros(instant), running=running)

    def advance(self, seconds: float | timedelta) -> None:
        """Move the clock by seconds, negative for backward; running or stopped as before. Raises ValueError.

        A clock never set goes on from the moved instant.
        """
        span = seconds if isinstance(seconds, timedelta) else timedelta(seconds=seconds)
        running = not self._set or self._since is not None
        self._begin(self._read() + span // timedelta(microseconds=1), running=running)

    def release(self) -> None:
        """Go by the machine's clock again."""
        self._set = False
        drive(None)

    @property
    def now(self) -> str:
        """The present instant: 2026-01-01T00:00:00.000Z."""
        return format_instant(self._read())

    def shown(self) -> dict[str, object]:
        """Return the clock as JSON: `now`; `source`, machine or test; whether the clock is `running`."""
        source = "test" if self._set else "machine"
        return {"now": self.now, "source": source, "running": not self._set or self._since is not None}

    def _begin(self, base: int, *, running: bool) -> None:
        try:
            format_instant(base)
        except OverflowError as error:
            raise ValueError("the clock knows the years 1 to 9999") from error
        self._base, self._since, self._set = base, machine_now() if running else None, True
        drive(self._read)

    def _read(self) -> int:
        if not self._set:
            return machine_now()
        return self._base if self._since is None else self._base + machine_now() - self._since


def _micros(instant: str | datetime) -> int:
    if isinstance(instant, datetime):
        instant = (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).isoformat()
    return parse_instant(instant)
