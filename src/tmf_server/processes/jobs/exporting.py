"""Export: writes the selected records into a file, page by page; the file appears whole or not at all."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tmf_server.processes.jobs.context import ProgressSink, TransferContext
from tmf_server.processes.jobs.formats import Format
from tmf_server.processes.jobs.progress import Progress
from tmf_server.processes.jobs.reading import FilePosition
from tmf_server.processes.jobs.selection import RecordSelection
from tmf_server.processes.jobs.writing import RecordWriter, Target
from tmf_server.registry.exposure import Exposure
from tmf_server.storage.query.conditions import Condition, Selection, conjunction
from tmf_server.storage.query.type_scope import narrowing
from tmf_server.storage.write.records import Stored

PAGE = 500


@dataclass(frozen=True)
class Exporter:
    """Writes the selected records as JSON texts, with links below `origin`."""

    context: TransferContext
    selection: RecordSelection
    origin: str

    def check(self) -> None:
        """Raise InvalidInput when the query does not fit the selected nouns."""
        for exposure in self.selection.exposures:
            self._condition(exposure)

    def to_file(self, path: Path, chosen: Format, sink: ProgressSink) -> Progress:
        """Write the file and publish the complete file; return the progress with the number of records."""
        with self.context.files.publish(path) as stream:
            return self.to_stream(stream, chosen, sink)

    def to_stream(self, stream: Target, chosen: Format, sink: ProgressSink) -> Progress:
        """Write the records to an open stream; return the progress with the number of records."""
        number = 0
        show = self.context.codec.shown
        with RecordWriter(stream, chosen) as writer:
            for exposure in self.selection.exposures:
                for rows in self._pages(exposure):
                    writer.write([show(exposure, one.document, self.origin) for one in rows])
                    number += len(rows)
                    sink.beat(Progress(FilePosition(number=number)))
        return Progress(FilePosition(number=number))

    def _pages(self, exposure: Exposure) -> Iterator[tuple[Stored, ...]]:
        where = self._condition(exposure)
        after: str | None = None
        while True:
            page_selection = Selection(where=where, limit=PAGE, after=after)
            with self.context.database.read(self.context.settings.jobs.job_statement_seconds) as connection:
                page = self.context.selector.query(connection, exposure.entity, where).page(page_selection)
            yield page.rows
            after = page.next
            if after is None:
                return

    def _condition(self, exposure: Exposure) -> Condition | None:
        where = self.context.codec.condition(exposure, self.selection.query) if self.selection.query else None
        return conjunction([one for one in (narrowing(exposure), where) if one is not None])
