"""Jobs created over HTTP and worked on at once, in the test's own thread. Checks only that requests are taken."""

import gzip
import json
import threading
from typing import Any

from tests.support.servers.served import Served
from tmf_server.background import create_desk
from tmf_server.model.events import outbox
from tmf_server.model.jobs import transfer_job
from tmf_server.processes.jobs.context import Desk
from tmf_server.processes.jobs.handlers import WORKS
from tmf_server.processes.jobs.runner import Jobs

API = "/tmf-api/productCatalogManagement"
Document = dict[str, Any]


def desk_of(served: Served) -> Desk:
    """What the server's worker works with."""
    return create_desk(served.services)


def work(served: Served, holder: str = "one") -> int:
    """Do what a worker does until no job waits; how many there were."""
    return Jobs(desk_of(served), WORKS, holder).run_waiting(threading.Event())


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
