"""The intake of alarms (TMF642): reports of one fault are one alarm, and many are stored in one transaction."""

from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial

from tmf_server.apis.alarm import rules
from tmf_server.config import Settings
from tmf_server.processes.group_commit import Grouped
from tmf_server.registry.entity import Document, Entity
from tmf_server.registry.exposure import Exposure
from tmf_server.rules.instants import now, parse_instant
from tmf_server.storage.connection.database import Connection, Database
from tmf_server.storage.write.newest import newest
from tmf_server.storage.write.records import Records, Stored

ALARM = "alarm"
# Columns that reports are looked up by, what the source itself calls the alarm first.
COLUMNS = ("external_identity", "identity")
Known = dict[str, Stored]


@dataclass(frozen=True, slots=True)
class Report:
    """A report as its version has it, and as the alarm that it makes if the fault is a new one.

    `identities` are the digests by column by which a known alarm of the same fault can be found.
    """

    exposure: Exposure
    shown: Document
    alarm: Document
    policy: str
    identities: dict[str, str]


class AlarmIntake:
    """Takes in the reports of one server."""

    def __init__(self, database: Database, records: Records, settings: Settings) -> None:
        self._records = records
        self._window = int(settings.alarms.flapping_seconds * 1_000_000)
        self._grouped: Grouped[Report, Stored] = Grouped(
            lambda reports: database.transact(partial(self._store, reports)), "alarm-intake"
        )

    def submit(self, exposure: Exposure, shown: Document, policy: str) -> Future[Stored]:
        """The alarm that the report made or changed, once that is committed."""
        return self._grouped.submit(self._report(exposure, shown, policy))

    def take(self, connection: Connection, exposure: Exposure, shown: Document, policy: str) -> Stored:
        """The alarm that the report makes or changes in the caller's transaction."""
        return self._store([self._report(exposure, shown, policy)], connection)[0]

    def close(self) -> None:
        """Finish what is under way."""
        self._grouped.close()

    @property
    def _alarm(self) -> Entity:
        return self._records.registry.entities[ALARM]

    def _report(self, exposure: Exposure, shown: Document, policy: str) -> Report:
        self._records.extractor(self._alarm).settle(shown)
        alarm = exposure.view.accept(shown)
        return Report(exposure, shown, alarm, policy, _identities(alarm))

    def _store(self, reports: Sequence[Report], connection: Connection) -> list[Stored]:
        self._records.rows.lock_names(connection, {digest for one in reports for digest in one.identities.values()})
        stored: dict[int, Stored] = {}
        for places in _rounds(reports):
            stored |= self._store_round(connection, {place: reports[place] for place in places})
        return [stored[place] for place in range(len(reports))]

    def _store_round(self, connection: Connection, reports: dict[int, Report]) -> dict[int, Stored]:
        """What becomes of reports of as many different faults."""
        known = self._known(connection, reports.values())
        found = {place: self._match(known, report) for place, report in reports.items()}
        new = [place for place, match in found.items() if match is None]
        stored = {
            place: self._repeat(connection, match, reports[place])
            for place, match in found.items()
            if match is not None
        }
        if new:
            alarms = [reports[place].alarm for place in new]
            made = self._records.create(connection, self._alarm, alarms, policy=reports[new[0]].policy)
            stored |= zip(new, made, strict=True)
        return stored

    def _known(self, connection: Connection, reports: Collection[Report]) -> Known:
        """The newest alarm for each digest of the reports, locked."""
        known: Known = {}
        for column in COLUMNS:
            wanted = {one.identities[column] for one in reports if column in one.identities}
            if wanted:
                known |= newest(connection, self._alarm, column, wanted)
        return known

    def _match(self, known: Known, report: Report) -> Stored | None:
        """The alarm that the report is about: one of the same fault that is open, or was cleared just now."""
        for column in COLUMNS:
            stored = known.get(report.identities.get(column, ""))
            if stored is not None:
                alarm = stored.parsed()
                if not rules.told_apart(alarm, report.alarm) and self._goes_on(alarm, report.alarm):
                    return stored
        return None

    def _goes_on(self, alarm: Document, report: Document) -> bool:
        if not rules.is_cleared(alarm) or rules.is_cleared(report):
            return True
        cleared = alarm.get("alarmClearedTime")
        return cleared is not None and now() - parse_instant(cleared) < self._window

    def _repeat(self, connection: Connection, stored: Stored, report: Report) -> Stored:
        before = stored.parsed()
        view = report.exposure.view
        shown = view.show(before)
        after = rules.repeated(shown, report.shown)
        if after is shown:
            return stored
        reopened = rules.is_cleared(shown) and not rules.is_cleared(after)
        return self._records.update(
            connection,
            self._alarm,
            stored,
            view.accept(after, before),
            policy=report.policy,
            concluded=reopened,
        )


def _identities(alarm: Document) -> dict[str, str]:
    if "id" in alarm:
        return {}  # a report that brings an id is a record of its own
    found = {"external_identity": rules.external_identity(alarm), "identity": rules.identity(alarm)}
    return {column: digest for column, digest in found.items() if digest is not None}


def _rounds(reports: Sequence[Report]) -> Iterator[list[int]]:
    """The places of the reports in turns, in each of which no fault is reported twice."""
    left = list(range(len(reports)))
    while left:
        seen: set[str] = set()
        first: list[int] = []
        again: list[int] = []
        for place in left:
            identities = reports[place].identities.values()
            (again if seen.intersection(identities) else first).append(place)
            seen.update(identities)
        yield first
        left = again
