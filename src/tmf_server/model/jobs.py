"""The table of running jobs, with everything needed to go on after a crash. No queries."""

from sqlalchemy import BigInteger, Column, Integer, Table

from tmf_server.model.base import Instant, Text, metadata

# One row for each unfinished import or export. The job's record is the client's view; the row is the worker's.
# `position` (bytes of the unpacked file), `number` (records) and `line` give the committed part of an import, `source`
# the file; `attempts` counts starts without progress.
transfer_job = Table(
    "transfer_job",
    metadata,
    Column("name", Text, primary_key=True),  # kind/id
    Column("kind", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("contract", Text, nullable=False),  # TMF620/v5: the document of the creating request
    Column("origin", Text, nullable=False),  # scheme and host of the creating request
    Column("created", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("source", Text),
    Column("position", BigInteger, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("line", BigInteger, nullable=False),
    Column("imported", BigInteger, nullable=False),
    Column("updated", BigInteger, nullable=False),
    Column("present", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),
    Column("log", Text, nullable=False),
    Column("holder", Text, nullable=False),
    Column("token", BigInteger, nullable=False),
    Column("leased_until", Instant, nullable=False),
)
