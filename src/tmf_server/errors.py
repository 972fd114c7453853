"""Problems by meaning. No HTTP: rest/http/failures.py alone knows status codes."""

from collections.abc import Sequence
from dataclasses import dataclass

MOST_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault in a document: the place (a JSON pointer, "" for the whole) and the expected value."""

    pointer: str
    expected: str


class Problem(Exception):  # noqa: N818 - TM Forum's Error before the status is known
    """A refusal, told to the client.

    `code` names the kind of problem for programs, `reason` says in one sentence the fault and the way to mend it,
    `message` adds the place and the expected value.
    """

    code = "problem"

    def __init__(self, reason: str, *, code: str | None = None, message: str = "", reference: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.message = message
        self.reference = reference
        if code is not None:
            self.code = code


class InvalidInput(Problem):
    """A body or a query with faults; at most twenty faults are told."""

    code = "invalidInput"

    def __init__(
        self, reason: str, *, faults: Sequence[Fault] = (), code: str | None = None, message: str = ""
    ) -> None:
        self.faults = tuple(faults[:MOST_FAULTS])
        told = "; ".join(f"{fault.pointer or '/'}: {fault.expected}" for fault in self.faults)
        super().__init__(reason, code=code, message=message or told)


class TooCostly(InvalidInput):
    """A query beyond its time limit."""

    code = "tooCostly"


class Unjudged(Problem):
    """A record among many, not judged because of a fault of the server."""

    code = "internalError"


class CrossSite(Problem):
    """The page of another site writes."""

    code = "crossSite"


class NotFound(Problem):
    """No record, path or operation of the name."""

    code = "notFound"


class MethodNotAllowed(Problem):
    """The path exists without the method; `allow` lists the methods of the path."""

    code = "methodNotAllowed"

    def __init__(self, reason: str, allow: Sequence[str]) -> None:
        super().__init__(reason)
        self.allow = tuple(allow)


class NotAcceptable(Problem):
    """The client accepts no media type of the server."""

    code = "notAcceptable"


class TimedOut(Problem):
    """The request did not arrive in time."""

    code = "requestTimeout"


class Conflict(Problem):
    """The request and the state of the records do not fit together."""

    code = "conflict"


class IllegalTransition(Conflict):
    """A move outside the lifecycle's table."""

    code = "illegalTransition"


class Duplicate(Conflict):
    """The id is taken."""

    code = "duplicate"


class InUse(Conflict):
    """Other records still need the record."""

    code = "inUse"


class PreconditionFailed(Problem):
    """If-Match names another version than the present one."""

    code = "preconditionFailed"


class TooLarge(Problem):
    """The body is over the limit."""

    code = "tooLarge"


class HeadTooLarge(Problem):
    """The request line and the headers are over the limit."""

    code = "headTooLarge"


class Misdirected(Problem):
    """The request calls the server by a foreign name."""

    code = "misdirected"


class UnsupportedMedia(Problem):
    """The operation does not take the body's media type."""

    code = "unsupportedMediaType"


class UnsupportedCoding(Problem):
    """The operation does not take the body's coding; `taken` are the accepted codings."""

    code = "unsupportedContentEncoding"

    def __init__(self, reason: str, taken: Sequence[str]) -> None:
        super().__init__(reason)
        self.taken = tuple(taken)


class NotSupported(Problem):
    """Valid by the standard, and not built."""

    code = "notSupported"


class Unavailable(Problem):
    """Too busy just now; `retry_after` says after how many seconds to come again."""

    code = "unavailable"

    def __init__(self, reason: str, *, retry_after: int = 1) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
