"""What can go wrong, by meaning. No HTTP: rest/http/failures.py alone knows status codes."""

from collections.abc import Sequence
from dataclasses import dataclass

MOST_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a document: where (a JSON pointer, "" for the whole) and what was expected there."""

    pointer: str
    expected: str


class Problem(Exception):  # noqa: N818 - it is TM Forum's Error before it has a status
    """A refusal that the client is told of.

    `code` names the kind of problem for programs, `reason` says in one sentence what is wrong and how to mend it,
    `message` adds where and what was expected.
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
    """A body or a query that cannot be taken as it is; at most twenty faults are told."""

    code = "invalidInput"

    def __init__(
        self, reason: str, *, faults: Sequence[Fault] = (), code: str | None = None, message: str = ""
    ) -> None:
        self.faults = tuple(faults[:MOST_FAULTS])
        told = "; ".join(f"{fault.pointer or '/'}: {fault.expected}" for fault in self.faults)
        super().__init__(reason, code=code, message=message or told)


class TooCostly(InvalidInput):
    """A query that did not finish within its time limit."""

    code = "tooCostly"


class Unjudged(Problem):
    """A record among many that the server failed to judge, by a fault of its own."""

    code = "internalError"


class CrossSite(Problem):
    """The page of another site writes."""

    code = "crossSite"


class NotFound(Problem):
    """No record, path or operation of that name."""

    code = "notFound"


class MethodNotAllowed(Problem):
    """The path exists, the method does not; `allow` lists those that do."""

    code = "methodNotAllowed"

    def __init__(self, reason: str, allow: Sequence[str]) -> None:
        super().__init__(reason)
        self.allow = tuple(allow)


class NotAcceptable(Problem):
    """The client accepts no media type that can be produced."""

    code = "notAcceptable"


class TimedOut(Problem):
    """The request did not arrive in time."""

    code = "requestTimeout"


class Conflict(Problem):
    """The request and the state of the records do not fit together."""

    code = "conflict"


class IllegalTransition(Conflict):
    """A lifecycle has no such move."""

    code = "illegalTransition"


class Duplicate(Conflict):
    """The id is taken."""

    code = "duplicate"


class InUse(Conflict):
    """Other records still need this one."""

    code = "inUse"


class PreconditionFailed(Problem):
    """If-Match names a version that is not the present one."""

    code = "preconditionFailed"


class TooLarge(Problem):
    """The body is over the limit."""

    code = "tooLarge"


class Misdirected(Problem):
    """The request calls the server by a name that is not one of its own."""

    code = "misdirected"


class UnsupportedMedia(Problem):
    """The body's media type is none of those that the operation takes."""

    code = "unsupportedMediaType"


class UnsupportedCoding(Problem):
    """The body is packed in a way that is not taken; `taken` are the codings that are."""

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
