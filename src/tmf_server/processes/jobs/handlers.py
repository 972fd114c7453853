"""Handlers of import and export jobs, driven by the attributes of the job records. No SQL."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from tmf_server.contracts.contract import Contract
from tmf_server.errors import InvalidInput
from tmf_server.events.outbound.download import download
from tmf_server.events.outbound.upload import upload, upload_target
from tmf_server.processes.jobs.exporting import Exporter
from tmf_server.processes.jobs.formats import JSON, LINES, asked_format
from tmf_server.processes.jobs.importing import Importer
from tmf_server.processes.jobs.locations import LocalFile, RemoteUrl, location_of
from tmf_server.processes.jobs.progress import Progress
from tmf_server.processes.jobs.runner import RunningJob
from tmf_server.processes.jobs.selection import choose

CHUNK = 1 << 16
BEAT_CHUNKS = 16


def import_job(job: RunningJob) -> Progress:
    """Import the file at the job's `url`; `upsert` and `silent` of the record are true or absent."""
    place = location_of(job.document["url"], job.row["origin"])
    choice = choose(job.context.registry, _contract(job), job.document.get("path", ""))
    switches = {name: job.document.get(name) is True for name in ("upsert", "silent")}
    importer = Importer(job.context, choice, **switches)
    if isinstance(place, LocalFile):
        path = job.context.files.existing(place.name)
        state = path.stat()
        return _import_from(job, importer, path, f"{state.st_size}-{state.st_mtime_ns}")
    spool = job.context.files.spool(job.name)
    if job.row["source"] is None or not spool.is_file():
        _fetch(job, place, spool)
    progress = _import_from(job, importer, spool, str(spool.stat().st_size))
    spool.unlink(missing_ok=True)
    return progress


def _import_from(job: RunningJob, importer: Importer, path: Path, source: str) -> Progress:
    progress = job.progress()
    if job.row["source"] not in (None, source) and progress.mark.number:
        raise InvalidInput(
            f"The file was replaced while it was being imported. {progress.summary()} Start a new job for the rest."
        )
    job.note_source(source)
    return importer.run(path, progress, job)


def _fetch(job: RunningJob, place: RemoteUrl, spool: Path) -> None:
    """Copy a remote file into a local spool file, so that a resumed import reads the same bytes."""
    context = job.context
    settings = context.settings
    target = context.url_policy.target(place.url, "/url")
    seconds, ca_file = settings.jobs.transfer_seconds, settings.outbound.outbound_ca_file
    with (
        download(
            context.url_policy, target, seconds=seconds, max_bytes=settings.jobs.max_file_bytes, ca_file=ca_file
        ) as chunks,
        context.files.publish(spool) as sink,
    ):
        for count, chunk in enumerate(chunks):
            sink.write(chunk)
            if count % BEAT_CHUNKS == 0:
                job.beat(job.progress())


def export_job(job: RunningJob) -> Progress:
    """Write the records selected by `path` and `query` to the job's `url`, in the format of its `contentType`."""
    document, context = job.document, job.context
    place = location_of(document["url"], job.row["origin"])
    name = place.name if isinstance(place, LocalFile) else place.url.partition("?")[0].rpartition("/")[2]
    chosen = asked_format(document.get("contentType", ""), name)
    choice = choose(context.registry, _contract(job), document.get("path", ""), document.get("query", ""))
    exporter = Exporter(context, choice, job.row["origin"])
    exporter.check()
    if isinstance(place, LocalFile):
        return exporter.to_file(context.files.path(place.name), chosen, job)
    target = upload_target(context.url_policy, place.url)
    spool = context.files.spool(job.name)
    try:
        progress = exporter.to_file(spool, chosen, job)
        media_type = "application/gzip" if chosen.gzip else LINES if chosen.lines else JSON
        headers = {"Content-Length": str(spool.stat().st_size), "Content-Type": media_type}
        with spool.open("rb") as stream:
            chunks = _chunks(job, stream, progress)
            seconds, ca_file = context.settings.jobs.transfer_seconds, context.settings.outbound.outbound_ca_file
            upload(context.url_policy, target, chunks, headers, seconds=seconds, ca_file=ca_file)
        return progress
    finally:
        spool.unlink(missing_ok=True)


def _chunks(job: RunningJob, stream: IO[bytes], progress: Progress) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        job.beat(progress)
        yield chunk


def _contract(job: RunningJob) -> Contract:
    for contract in job.context.registry.contracts:
        if contract.name == job.row["contract"]:
            return contract
    raise InvalidInput(f"The job was created through {job.row['contract']}, which is not served any more.")


JOB_HANDLERS = {"import": import_job, "export": export_job}
