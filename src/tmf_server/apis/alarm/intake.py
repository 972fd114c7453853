"""The intake of alarms (TMF642): reports of the same fault become an alarm; a transaction stores many reports."""

from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Self

from tmf_server.apis.alarm import rules
from tmf_server.config import Settings
from tmf_server.processes.group_commit import GroupCommit
from tmf_server.registry.entity import Document, Entity
from tmf_server.registry.exposure import Exposure
from tmf_server.rules.instants import format_instant, now
from tmf_server.storage.connection.database import Connection, Database
from tmf_server.storage.write.newest import newest, previous
from tmf_server.storage.write.records import Records, Stored

ALARM = "alarm"
# Columns for the search of known alarms, the identifier of the source first.
COLUMNS = ("external_identity", "identity")
UNSURE = 60_000_000  # microseconds: the possible delay of a clearing without a time of its own
Known = dict[str, Stored]


@dataclass(frozen=True, slots=True)
class Report:
    """A report in its version, and as a new alarm.

    `identities` are digests by column, to find a known alarm of the same fault.
    """

    exposure: Exposure
    shown: Document
    alarm: Document
    policy: str
    identities: dict[str, str]


@dataclass(frozen=True, slots=True)
class Held:
    """A stored alarm; `stamp` is the instant of the last write, in the server's format."""

    stored: Stored
    alarm: Document
    stamp: str

    @classmethod
    def of(cls, stored: Stored) -> Self:
        """The alarm of a record."""
        return cls(stored, stored.parsed(), format_instant(stored.updated))


@dataclass(frozen=True, slots=True)
class Match:
    """The known alarm of a report; `late` for a report older than the newest known event of the alarm."""

    held: Held
    late: bool


class AlarmIntake:
    """Takes in the reports of a server."""

    def __init__(self, database: Database, records: Records, settings: Settings) -> None:
        self._records = records
        self._window = int(settings.alarms.flapping_seconds * 1_000_000)
        self._grouped: GroupCommit[Report, Stored] = GroupCommit(
            lambda reports: database.transact(partial(self._store, reports)), "alarm-intake"
        )

    def submit(self, exposure: Exposure, shown: Document, policy: str) -> Future[Stored]:
        """Return the future of the created or changed alarm, set after the commit."""
        return self._grouped.submit(self._report(exposure, shown, policy))

    def take(self, connection: Connection, exposure: Exposure, shown: Document, policy: str) -> Stored:
        """Return the created or changed alarm, in the transaction of the caller."""
        return self._store([self._report(exposure, shown, policy)], connection)[0]

    def close(self) -> None:
        """Finish the running work."""
        self._grouped.close()

    @property
    def _alarm(self) -> Entity:
        return self._records.registry.entities[ALARM]

    def _report(self, exposure: Exposure, shown: Document, policy: str) -> Report:
        self._records.extractor(self._alarm).normalize_instants(shown)
        shown = rules.with_clearing(shown)
        alarm = exposure.view.accept(shown)
        return Report(exposure, shown, alarm, policy, _identities(alarm))

    def _store(self, reports: Sequence[Report], connection: Connection) -> list[Stored]:
        self._records.rows.lock_names(connection, {digest for one in reports for digest in one.identities.values()})
        stored: dict[int, Stored] = {}
        for places in _rounds(reports):
            stored |= self._store_round(connection, {place: reports[place] for place in places})
        return [stored[place] for place in range(len(reports))]

    def _store_round(self, connection: Connection, reports: dict[int, Report]) -> dict[int, Stored]:
        """Store reports of different faults; return the resulting alarms."""
        known = self._known(connection, reports.values())
        found = {place: self._match(connection, known, report) for place, report in reports.items()}
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

    def _match(self, connection: Connection, known: Known, report: Report) -> Match | None:
        """Find the known alarm of the report: an alarm to continue, or an alarm with a late report."""
        for column in COLUMNS:
            stored = known.get(report.identities.get(column, ""))
            held = Held.of(stored) if stored is not None else None
            if held is None or rules.told_apart(held.alarm, report.alarm):
                continue
            if _is_late(held, report.alarm):
                return Match(self._owner(connection, column, held, report), late=True)
            if self._goes_on(held, report.alarm):
                return Match(held, late=False)
        return None

    def _owner(self, connection: Connection, column: str, held: Held, report: Report) -> Held:
        """Return the alarm of a late report: the newest of its fault, or an earlier alarm that lasted long enough."""
        heard, digest = rules.event_time(report.alarm) or 0, report.identities[column]
        while heard < (rules.instant(held.alarm, rules.RAISED_AT) or 0):
            former = previous(connection, self._alarm, column, digest, held.stored.key)
            if former is None:
                break
            before = Held.of(former)
            if rules.told_apart(before.alarm, report.alarm) or not rules.lasted_until(before.alarm, heard):
                break
            held = before
        return held

    def _goes_on(self, held: Held, report: Document) -> bool:
        """Tell whether the report continues the alarm: False for a raise too long after the clearing."""
        if not rules.is_cleared(held.alarm) or rules.is_cleared(report):
            return True
        cleared, heard = rules.instant(held.alarm, rules.CLEARED_AT), rules.event_time(report)
        if cleared is None:
            return False
        moment = now() if heard is None or _is_unsure(held) else heard
        return moment - cleared < self._window

    def _repeat(self, connection: Connection, match: Match, report: Report) -> Stored:
        held, view = match.held, report.exposure.view
        shown = view.show(held.alarm)
        after = (rules.late if match.late else rules.repeated)(shown, report.shown, held.stamp)
        if after is shown:
            return held.stored
        return self._records.update(
            connection,
            self._alarm,
            held.stored,
            view.accept(after, held.alarm),
            policy=report.policy,
            concluded=rules.is_cleared(shown) and not rules.is_cleared(after),
            dated=match.late or rules.dates_itself(shown, report.shown, held.stamp),
        )


def _is_late(held: Held, report: Document) -> bool:
    """Tell whether the report is older than the newest known event of the alarm, with both times known."""
    heard, since = rules.event_time(report), rules.known_time(held.alarm, held.stamp)
    return heard is not None and since is not None and heard < since and not _is_unsure(held)


def _is_unsure(held: Held) -> bool:
    """Tell whether a clearing has no time of its own and arrived just now: later events may have arrived before."""
    stamped = rules.is_cleared(held.alarm) and held.alarm.get(rules.CLEARED_AT) == held.stamp
    return stamped and held.stored.revision > 1 and now() - held.stored.updated < UNSURE


def _identities(alarm: Document) -> dict[str, str]:
    if "id" in alarm:
        return {}  # a report with an id is a record of its own
    found = {"external_identity": rules.external_identity(alarm), "identity": rules.identity(alarm)}
    return {column: digest for column, digest in found.items() if digest is not None}


def _rounds(reports: Sequence[Report]) -> Iterator[list[int]]:
    """Yield groups of positions of reports, each group without two reports of the same fault."""
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
