"""What the double refuses, with the status and the reason. No HTTP library."""


class Refused(Exception):  # noqa: N818  a refusal, not an error of the program
    """A request that cannot be served: status, reason, and how to mend it."""

    def __init__(self, status: int, reason: str, message: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(reason)
        self.status, self.reason, self.message, self.headers = status, reason, message, headers or {}
