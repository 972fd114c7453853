"""Answers kept for an Idempotency-Key, so that a repeated request gets the first answer. Decides nothing."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import IntegrityError

from tmf_server.model.idempotency import kept_answer
from tmf_server.rules.instants import now


class AlreadyKeptError(Exception):
    """Another request with the same key and scope committed first."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A kept answer: `digest` of the request's body, and the answer's parts ("" for an absent header)."""

    digest: str
    status: int
    location: str
    etag: str
    body: str


def find_answer(connection: Connection, key: str, scope: str) -> Answer | None:
    """The answer kept for the key in the scope."""
    c = kept_answer.c
    query = select(c.digest, c.status, c.location, c.etag, c.body).where(c.key == key, c.scope == scope)
    row = connection.execute(query).first()
    return None if row is None else Answer(*row)


def keep_answer(connection: Connection, key: str, scope: str, answer: Answer) -> None:
    """Keep the answer; AlreadyKeptError after another request with the key, to end the transaction."""
    values = {
        "key": key,
        "scope": scope,
        "digest": answer.digest,
        "created": now(),
        "status": answer.status,
        "location": answer.location,
        "etag": answer.etag,
        "body": answer.body,
    }
    try:
        connection.execute(insert(kept_answer), values)
    except IntegrityError as error:
        raise AlreadyKeptError(key) from error


def forget_answers(connection: Connection, seconds: int) -> int:
    """Remove the answers older than `seconds`; return the number."""
    oldest = now() - seconds * 1_000_000
    return connection.execute(delete(kept_answer).where(kept_answer.c.created < oldest)).rowcount
