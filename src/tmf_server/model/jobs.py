"""The table of jobs under way: what is needed to go on with one after a crash. No queries."""

from sqlalchemy import BigInteger, Column, Integer, Table

from tmf_server.model.base import Instant, Text, metadata

# One row for each import or export that is not finished. The client's view of the job is its record; this is the
# worker's. `position` (bytes of the unpacked file), `number` (records) and `line` say how far an import has been
# committed, `source` which file that was; `attempts` counts starts without any progress.
transfer_job = Table(
    "transfer_job",
    metadata,
    Column("name", Text, primary_key=True),  # kind/id
    Column("kind", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("contract", Text, nullable=False),  # TMF620/v5: the document that the job was created through
    Column("origin", Text, nullable=False),  # scheme and host that it was created through
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
