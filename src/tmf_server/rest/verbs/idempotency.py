"""The same POST twice gives one record: answers kept by Idempotency-Key. Names no noun."""

import hashlib
from collections.abc import Callable

import orjson

from tmf_server.errors import Conflict, InvalidInput
from tmf_server.rest.http.messages import Request, Response
from tmf_server.storage.connection.database import Connection
from tmf_server.storage.idempotency import AlreadyKeptError, Answer, find_answer, keep_answer

IDEMPOTENCY_KEY = "idempotency-key"
MOST_CHARACTERS = 255


def answer_once(request: Request, work: Callable[[Connection], Response]) -> Response:
    """Run the work in one transaction; under an Idempotency-Key, once and then its answer again."""
    database = request.services.database
    key = request.headers.get(IDEMPOTENCY_KEY)
    if key is None:
        return database.transact(work)
    if not 0 < len(key) <= MOST_CHARACTERS or not key.isprintable():
        raise InvalidInput(f"Idempotency-Key takes 1 to {MOST_CHARACTERS} printable characters.")
    scope = f"{request.endpoint.contract.base_path}{request.operation.path}"
    digest = hashlib.sha256(orjson.dumps(request.body, option=orjson.OPT_SORT_KEYS)).hexdigest()

    def once(connection: Connection) -> Response:
        kept = find_answer(connection, key, scope)
        if kept is not None:
            return _again(kept, digest)
        response = work(connection)
        keep_answer(connection, key, scope, _answer(response, digest))
        return response

    try:
        return database.transact(once)
    except AlreadyKeptError:
        # another request with the same key committed between our look and our write
        return database.transact(once)


def _again(kept: Answer, digest: str) -> Response:
    if kept.digest != digest:
        raise Conflict(
            "This Idempotency-Key was used with another body. Use a new key for a new request.",
            code="idempotencyKeyUsed",
        )
    headers = [("Location", kept.location), ("ETag", kept.etag), ("Idempotency-Replayed", "true")]
    return Response(kept.status, kept.body.encode(), [pair for pair in headers if pair[1]])


def _answer(response: Response, digest: str) -> Answer:
    headers = dict(response.headers)
    return Answer(digest, response.status, headers.get("Location", ""), headers.get("ETag", ""), response.body.decode())
