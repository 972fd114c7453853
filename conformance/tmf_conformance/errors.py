"""What can stop a run or a check, named for what it says. No HTTP library, no printing."""


class CannotRun(Exception):  # noqa: N818
    """The run cannot say anything about the server (exit 2). The message is one line that says how to mend it."""


class NoAnswer(Exception):  # noqa: N818
    """One request got no usable answer: refused, timed out, broken off or larger than the limit."""


class Unsupported(Exception):  # noqa: N818
    """The server says that it does not implement this (501, or 405 where the feature is optional)."""


class Inapplicable(Exception):  # noqa: N818
    """There is nothing here that the check could be made on; the message says what is not there."""


class Blocked(Exception):  # noqa: N818
    """A check cannot be made because something that it needs does not work; the message names what."""
