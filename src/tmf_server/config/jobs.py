"""Settings of files, imports and exports."""

from dataclasses import dataclass
from pathlib import Path

from tmf_server.config.declaring import DAY, at_least, between, place_of_folder, setting, span


@dataclass(frozen=True, kw_only=True)
class JobsSettings:
    """Files and jobs."""

    storage_dir: Path = setting(
        Path("var/files"), "files of jobs; one folder for all machines on the database", place_of_folder
    )
    max_file_bytes: int = setting(4_000_000_000, "of one file that is uploaded, exported or fetched", at_least(1))
    transfer_seconds: float = setting(3_600.0, "for fetching or sending a file", span(10 * DAY))
    job_statement_seconds: float = setting(120.0, "instead of TMF_STATEMENT_SECONDS while a job reads", span(DAY))
    job_slots: int = setting(2, "jobs that run at once, over all workers", between(1, 100))
