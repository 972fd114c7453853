"""Answers kept for an Idempotency-Key. No queries."""

from sqlalchemy import Column, Integer, Table

from tmf_server.model.base import Instant, Text, metadata

kept_answer = Table(
    "kept_answer",
    metadata,
    Column("key", Text, primary_key=True),
    Column("scope", Text, primary_key=True),  # the operation's URL path
    Column("digest", Text, nullable=False),  # of the body
    Column("created", Instant, nullable=False, index=True),
    Column("status", Integer, nullable=False),
    Column("location", Text, nullable=False),
    Column("etag", Text, nullable=False),
    Column("body", Text, nullable=False),
)
