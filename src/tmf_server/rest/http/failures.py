"""Problems as TM Forum's Error (TMF630 part 1, 3.4). The only module that knows status codes of problems."""

import orjson

from tmf_server import errors
from tmf_server.errors import Problem
from tmf_server.rest.http.messages import Response

STATUS: dict[type[Problem], int] = {
    errors.InvalidInput: 400,
    errors.TooCostly: 400,
    errors.CrossSite: 403,
    errors.NotFound: 404,
    errors.MethodNotAllowed: 405,
    errors.NotAcceptable: 406,
    errors.TimedOut: 408,
    errors.Conflict: 409,
    errors.IllegalTransition: 409,
    errors.Duplicate: 409,
    errors.InUse: 409,
    errors.PreconditionFailed: 412,
    errors.TooLarge: 413,
    errors.UnsupportedMedia: 415,
    errors.UnsupportedCoding: 415,
    errors.Misdirected: 421,
    errors.HeadTooLarge: 431,
    errors.Unjudged: 500,
    errors.NotSupported: 501,
    errors.Unavailable: 503,
}


def failure(problem: Problem, version: str, request_id: str = "") -> Response:
    """The answer that tells of a problem; v5 names its type."""
    status = STATUS[type(problem)]
    body = {"code": problem.code, "reason": problem.reason, "message": problem.message, "status": str(status)}
    return _response(status, body, version, request_id, _headers(problem))


def crash(version: str, request_id: str) -> Response:
    """The answer to a fault of ours: nothing of its inside, and the id under which the log has it."""
    body = {
        "code": "internalError",
        "reason": "The server failed to handle this request. It is logged under the request id.",
        "status": "500",
    }
    return _response(500, body, version, request_id, [])


def _response(
    status: int, body: dict[str, str], version: str, request_id: str, headers: list[tuple[str, str]]
) -> Response:
    told = {name: value for name, value in body.items() if value}
    if request_id:
        told["requestId"] = request_id
    if version != "v4":
        told["@type"] = "Error"
    return Response(status, orjson.dumps(told), headers)


def _headers(problem: Problem) -> list[tuple[str, str]]:
    if isinstance(problem, errors.MethodNotAllowed):
        return [("Allow", ", ".join(problem.allow))]
    if isinstance(problem, errors.TimedOut):
        return [("Connection", "close")]
    if isinstance(problem, errors.UnsupportedCoding):
        return [("Accept-Encoding", ", ".join(problem.taken))]
    if isinstance(problem, errors.Unavailable):
        return [("Retry-After", str(problem.retry_after))]
    return []
