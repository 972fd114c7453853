"""Export: the records that a choice names into a file, page by page; the file appears whole or not at all."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tmf_server.processes.jobs.context import Desk, Keeper
from tmf_server.processes.jobs.formats import Format
from tmf_server.processes.jobs.progress import Progress
from tmf_server.processes.jobs.reading import Mark
from tmf_server.processes.jobs.selection import Choice
from tmf_server.processes.jobs.writing import RecordWriter, Target
from tmf_server.registry.exposure import Exposure
from tmf_server.storage.query.conditions import Condition, Selection, conjunction
from tmf_server.storage.query.type_scope import narrowing
from tmf_server.storage.write.records import Stored

PAGE = 500


@dataclass(frozen=True)
class Exporter:
    """Writes records as readers at `origin` see them."""

    desk: Desk
    choice: Choice
    origin: str

    def check(self) -> None:
        """Raise InvalidInput when the query does not fit the chosen nouns."""
        for exposure in self.choice.exposures:
            self._condition(exposure)

    def to_file(self, path: Path, chosen: Format, keeper: Keeper) -> Progress:
        """Write the file, and publish it when it is complete; how many records it holds."""
        with self.desk.files.publish(path) as sink:
            return self.to_stream(sink, chosen, keeper)

    def to_stream(self, stream: Target, chosen: Format, keeper: Keeper) -> Progress:
        """Write to an open stream."""
        number = 0
        show = self.desk.language.shown
        with RecordWriter(stream, chosen) as writer:
            for exposure in self.choice.exposures:
                for rows in self._pages(exposure):
                    writer.write([show(exposure, one.document, self.origin) for one in rows])
                    number += len(rows)
                    keeper.beat(Progress(Mark(number=number)))
        return replace(Progress(), mark=Mark(number=number))

    def _pages(self, exposure: Exposure) -> Iterator[tuple[Stored, ...]]:
        where = self._condition(exposure)
        after: str | None = None
        while True:
            selection = Selection(where=where, limit=PAGE, after=after)
            with self.desk.database.read(self.desk.settings.jobs.job_statement_seconds) as connection:
                page = self.desk.selector.query(connection, exposure.entity, where).page(selection)
            yield page.rows
            after = page.next
            if after is None:
                return

    def _condition(self, exposure: Exposure) -> Condition | None:
        where = self.desk.language.condition(exposure, self.choice.query) if self.choice.query else None
        return conjunction([one for one in (narrowing(exposure), where) if one is not None])
