"""What import and export jobs do, from the attributes of their records. No SQL."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from tmf_server.contracts.contract import Contract
from tmf_server.errors import InvalidInput
from tmf_server.events.outbound.download import download
from tmf_server.events.outbound.upload import upload, upload_target
from tmf_server.processes.jobs.exporting import Exporter
from tmf_server.processes.jobs.formats import JSON, LINES, Format, asked_format
from tmf_server.processes.jobs.importing import Importer
from tmf_server.processes.jobs.locations import Elsewhere, Kept, place_of
from tmf_server.processes.jobs.progress import Progress
from tmf_server.processes.jobs.runner import Task
from tmf_server.processes.jobs.selection import choose

CHUNK = 1 << 16
BEAT_CHUNKS = 16


def import_job(task: Task) -> Progress:
    """Import the file at the job's `url`; `upsert` and `silent` in the record are true or left out."""
    place = place_of(task.document["url"], task.row["origin"])
    choice = choose(task.desk.registry, _contract(task), task.document.get("path", ""))
    switches = {name: task.document.get(name) is True for name in ("upsert", "silent")}
    importer = Importer(task.desk, choice, **switches)
    if isinstance(place, Kept):
        path = task.desk.files.existing(place.name)
        return _import_from(task, importer, path, _fingerprint(path))
    spool = task.desk.files.spool(task.name)
    if task.row["source"] is None or not spool.is_file():
        _fetch(task, place, spool)
    progress = _import_from(task, importer, spool, str(spool.stat().st_size))
    spool.unlink(missing_ok=True)
    return progress


def _import_from(task: Task, importer: Importer, path: Path, source: str) -> Progress:
    progress = task.progress()
    if task.row["source"] not in (None, source) and progress.mark.number:
        raise InvalidInput(
            f"The file was replaced while it was being imported. {progress.summary()} Start a new job for the rest."
        )
    task.note_source(source)
    return importer.run(path, progress, task)


def _fingerprint(path: Path) -> str:
    state = path.stat()
    return f"{state.st_size}-{state.st_mtime_ns}"


def _fetch(task: Task, place: Elsewhere, spool: Path) -> None:
    """Copy the file from elsewhere first, so that an import that goes on reads the same bytes."""
    desk = task.desk
    settings = desk.settings
    target = desk.guard.target(place.url, "/url")
    seconds, ca_file = settings.jobs.transfer_seconds, settings.outbound.outbound_ca_file
    with (
        download(
            desk.guard, target, seconds=seconds, max_bytes=settings.jobs.max_file_bytes, ca_file=ca_file
        ) as chunks,
        desk.files.publish(spool) as sink,
    ):
        for count, chunk in enumerate(chunks):
            sink.write(chunk)
            if count % BEAT_CHUNKS == 0:
                task.beat(task.progress())


def export_job(task: Task) -> Progress:
    """Write the records that `path` and `query` choose to the job's `url`, in the format of its `contentType`."""
    document, desk = task.document, task.desk
    place = place_of(document["url"], task.row["origin"])
    name = place.name if isinstance(place, Kept) else place.url.partition("?")[0].rpartition("/")[2]
    chosen = asked_format(document.get("contentType", ""), name)
    choice = choose(desk.registry, _contract(task), document.get("path", ""), document.get("query", ""))
    exporter = Exporter(desk, choice, task.row["origin"])
    exporter.check()
    if isinstance(place, Kept):
        return exporter.to_file(desk.files.path(place.name), chosen, task)
    target = upload_target(desk.guard, place.url)
    spool = desk.files.spool(task.name)
    try:
        progress = exporter.to_file(spool, chosen, task)
        headers = {"Content-Length": str(spool.stat().st_size), **_content_headers(chosen)}
        with spool.open("rb") as stream:
            chunks = _chunks(task, stream, progress)
            seconds, ca_file = desk.settings.jobs.transfer_seconds, desk.settings.outbound.outbound_ca_file
            upload(desk.guard, target, chunks, headers, seconds=seconds, ca_file=ca_file)
        return progress
    finally:
        spool.unlink(missing_ok=True)


def _chunks(task: Task, stream: IO[bytes], progress: Progress) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        task.beat(progress)
        yield chunk


def _content_headers(chosen: Format) -> dict[str, str]:
    if chosen.gzip:
        return {"Content-Type": "application/gzip"}
    return {"Content-Type": LINES if chosen.lines else JSON}


def _contract(task: Task) -> Contract:
    for contract in task.desk.registry.contracts:
        if contract.name == task.row["contract"]:
            return contract
    raise InvalidInput(f"The job was created through {task.row['contract']}, which is not served any more.")


WORKS = {"import": import_job, "export": export_job}
