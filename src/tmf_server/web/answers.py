"""How pages answer: tagged and compressed, as HTML for people and as JSON for programs. Flask; knows no page."""

from flask import Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from tmf_server import errors
from tmf_server.observability.logs import REQUEST_ID
from tmf_server.rest.http.asgi import ORIGIN
from tmf_server.rest.http.failures import failure
from tmf_server.web.prepared import Prepared

FOREVER = "public, max-age=31536000, immutable"
REVALIDATED = "no-cache"


def origin() -> str:
    """Return scheme and host for absolute links, as found by the front layer."""
    found: str = request.environ["asgi.scope"][ORIGIN]
    return found


def wants_json() -> bool:
    """True when the client asks for JSON rather than for a page."""
    accepted = request.accept_mimetypes
    return accepted.quality("application/json") > accepted.quality("text/html")


def wants_page() -> bool:
    """True when the client names HTML, as browsers do."""
    return "text/html" in request.headers.get("Accept", "")


def page(template: str, status: int = 200, **values: object) -> Response:
    """Return an HTML page, not cached by browsers since the content may change."""
    response = make_response(render_template(template, **values), status)
    response.headers["Cache-Control"] = REVALIDATED
    response.vary.add("Accept")
    return response


def prepared(content: Prepared, keeping: str) -> Response:
    """Return prepared bytes: compressed for clients accepting gzip, 304 for a client with a valid copy."""
    response = Response(mimetype=content.media_type)
    response.headers["Cache-Control"] = keeping
    response.vary.add("Accept-Encoding")
    if content.compressible and request.accept_encodings.quality("gzip") > 0:
        response.data, response.content_encoding = content.compressed, "gzip"
        response.set_etag(f"{content.digest}-gzip")
    else:
        response.data = content.content
        response.set_etag(content.digest)
    response.make_conditional(request)
    return response


def refusal(error: Exception) -> Response:
    """Return an error as a page for people, or as TM Forum's Error for programs."""
    request_id = REQUEST_ID.get()
    problem = _meaning(error)
    told = failure(problem, "v5", request_id)
    if wants_page():
        response = page("refusal.html", told.status, problem=problem, code=told.status, request_id=request_id)
    else:
        response = Response(told.body, told.status, mimetype=told.media_type)
    response.headers.extend(told.headers)
    return response


def _meaning(error: Exception) -> errors.Problem:
    if isinstance(error, errors.Problem):
        return error
    if isinstance(error, MethodNotAllowed):
        return errors.MethodNotAllowed("Pages are only read here.", allow=sorted(error.valid_methods or ()))
    if isinstance(error, HTTPException) and error.code == 404:
        return errors.NotFound(f"Nothing is at {request.path[:200]!r}. The page at / lists what is served.")
    return errors.InvalidInput("The request cannot be understood.")
