"""Jobs created over HTTP and worked on at once, in the test's own thread. Checks only that requests are taken."""

import gzip
import io
import json
import threading
from pathlib import Path
from typing import Any

from tests.support.servers.served import Served
from tmf_server.background import create_transfer_context
from tmf_server.cli.records import choose_noun
from tmf_server.model.events import outbox
from tmf_server.model.jobs import transfer_job
from tmf_server.processes.jobs.context import TransferContext
from tmf_server.processes.jobs.exporting import Exporter
from tmf_server.processes.jobs.formats import Format
from tmf_server.processes.jobs.handlers import JOB_HANDLERS
from tmf_server.processes.jobs.importing import Importer
from tmf_server.processes.jobs.progress import Progress
from tmf_server.processes.jobs.runner import Jobs
from tmf_server.storage.connection.database import Connection

API = "/tmf-api/productCatalogManagement"
Document = dict[str, Any]


def transfer_context_of(served: Served) -> TransferContext:
    """What the server's worker works with."""
    return create_transfer_context(served.services)


def work(served: Served, holder: str = "one") -> int:
    """Do what a worker does until no job waits; how many there were."""
    return Jobs(transfer_context_of(served), JOB_HANDLERS, holder).run_waiting(threading.Event())


def post(served: Served, kind: str, version: str = "v5", **attributes: Any) -> Document:
    """Create a job."""
    body = {"@type": kind[0].upper() + kind[1:], **attributes}
    answer = served.client.post(f"{API}/{version}/{kind}", json=body)
    assert answer.status_code == 201, answer.text
    document: Document = answer.json()
    return document


def run(served: Served, kind: str, version: str = "v5", **attributes: Any) -> Document:
    """Create a job, let the worker do it, and read it again."""
    made = post(served, kind, version, **attributes)
    assert made["status"] == "Not Started"
    assert work(served) == 1
    return read(served, made)


def read(served: Served, made: Document) -> Document:
    """A job as it is now."""
    answer = served.client.get(made["href"])
    assert answer.status_code == 200
    document: Document = answer.json()
    return document


def listed(served: Served, noun: str, version: str = "v5", query: str = "") -> list[Document]:
    """All records of a noun."""
    answer = served.client.get(f"{API}/{version}/{noun}?limit=1000{query}")
    assert answer.status_code == 200, answer.text
    documents: list[Document] = answer.json()
    return documents


def upload(served: Served, name: str, records: Any) -> str:
    """Put a file on the server; its path."""
    content = records if isinstance(records, bytes) else json.dumps(records).encode()
    assert served.client.put(f"/files/{name}", content=content).status_code in (200, 201)
    return f"/files/{name}"


def categories(count: int, **more: Any) -> list[Document]:
    """Records to import."""
    return [{"@type": "Category", "id": f"c-{number}", "name": f"Category {number}"} | more for number in range(count)]


def expire(served: Served) -> None:
    """Let the time of every lease run out."""
    served.services.database.transact(lambda one: one.execute(transfer_job.update().values(leased_until=0)))


def rows(served: Served) -> list[Any]:
    """The jobs under way."""
    with served.services.database.read() as connection:
        return list(connection.execute(transfer_job.select()))


def events(served: Served, kind: str) -> list[tuple[str, str]]:
    """Record and name of the events of a kind, in order."""
    with served.services.database.read() as connection:
        found = connection.execute(outbox.select().where(outbox.c.kind == kind).order_by(outbox.c.number))
        return [(row.record_id, row.event) for row in found]


def exported(content: bytes) -> list[Document]:
    """The records of an export, whatever its format."""
    text = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    if text.startswith(b"["):
        documents: list[Document] = json.loads(text)
        return documents
    return [json.loads(line) for line in text.splitlines()]


class Nobody:
    """Watches no transfer."""

    def save(self, connection: Connection, progress: Progress) -> None:
        """Keep nothing."""

    def beat(self, progress: Progress) -> None:
        """Tell nobody."""


def dump(served: Served, noun: str, version: str) -> list[Any]:
    """What `tmf-server dump` writes: all records of a noun."""
    context, stream = transfer_context_of(served), io.BytesIO()
    exporter = Exporter(context, choose_noun(served.services.registry, noun, version), "http://host")
    exporter.check()
    exporter.to_stream(stream, Format(lines=True), Nobody())
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def load(served: Served, noun: str, version: str, file: Path) -> Progress:
    """What `tmf-server load` makes of a file."""
    importer = Importer(transfer_context_of(served), choose_noun(served.services.registry, noun, version), silent=True)
    return importer.run(file, Progress(), Nobody())
