"""The query planner: chooses the leading condition, whose index is read; all further conditions filter the records.

An indexed filter must be slow neither for many records nor for few. The rows of a reference, of a characteristic value
or of a column value lie in an index in the order of the owners' keys: the condition *streams*, and reading stops as
soon as the page is full. Where nothing streams, PostgreSQL chooses by statistics. SQLite has no statistics, so a
bounded count of each condition's rows decides on the lead, and on whether to have a lead at all.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from sqlalchemy import Connection

from tmf_server.storage.connection.driver import fetch_all
from tmf_server.storage.query.bind_parameters import BindParameters
from tmf_server.storage.query.conditions import Condition, operands
from tmf_server.storage.query.index_predicates import Indexes, IndexPredicates, owners

DENSE = 5_000
"""Rows from which on listing a condition costs more than reading the records in the order of the table."""


class Access(Enum):
    """Ways of a statement to find the records."""

    SCAN = auto()
    """The records' table is read, by whichever index the database chooses."""
    LIST = auto()
    """The keys of the lead's owners are listed first."""
    STREAM = auto()
    """The rows of the lead are read in the order of the owners."""
    ROWS_ALONE = auto()
    """The rows of the lead tell all: the long records are not read."""


@dataclass(frozen=True, slots=True)
class AccessPath:
    """The plan of a statement.

    The `predicates` read the index of the `lead` first; all further conditions filter the records found. `probed`
    holds the conditions with rows to be probed record by record, None for all.
    """

    access: Access
    lead: Condition | None = None
    predicates: IndexPredicates = ()
    probed: frozenset[Condition] | None = None


class QueryPlanner:
    """Chooses the access path to the records that fulfil all `parts`."""

    def __init__(self, connection: Connection, indexes: Indexes, parts: tuple[Condition, ...]) -> None:
        self.connection = connection
        self.indexes = indexes
        self.parts = parts
        self._sqlite = indexes.dialect == "sqlite"
        self._counted: dict[Condition, int] | None = None

    @property
    def reusable(self) -> bool:
        """True while the choices hold whatever the database contains: neither rows nor ids have been looked up."""
        return self._counted is None and not self.indexes.targets

    def for_page(self, *, by_key: bool) -> AccessPath:
        """Plan a page of records in the order of the keys, or in another order."""
        lead = self._sqlite_lead(by_key=by_key) if self._sqlite else self._postgresql_lead(by_key=by_key)
        if lead is not None:
            streams = by_key and self._streams(lead)
            return AccessPath(Access.STREAM if streams else Access.LIST, lead, self.indexes.leading(lead))
        # PostgreSQL joins rows of a single predicate by statistics, but lists the rows of several to the last.
        if any(self._sqlite or len(self.indexes.leading(part)) > 1 for part in self._candidates()):
            dense = frozenset(part for part, rows in self._counts().items() if rows >= DENSE)
            return AccessPath(Access.SCAN, probed=dense)
        return AccessPath(Access.SCAN, probed=frozenset())

    def for_count(self) -> AccessPath:
        """Plan a count of records."""
        leads = self._leads() if self._sqlite else []
        if not leads:
            return AccessPath(Access.SCAN, probed=frozenset())
        lead = leads[0] if len(leads) == 1 else min(leads, key=self._counts().__getitem__)
        predicates = self.indexes.leading(lead)
        alone = len(self.parts) == len(predicates) == 1 and predicates[0].exact
        return AccessPath(Access.ROWS_ALONE if alone else Access.LIST, lead, predicates)

    def _sqlite_lead(self, *, by_key: bool) -> Condition | None:
        leads = self._leads()
        streaming = [part for part in leads if by_key and self._streams(part)]
        if streaming and len(list(self._candidates())) <= 1:
            return streaming[0]
        if not leads:
            return None
        counts = self._counts()
        fewest = min(leads, key=counts.__getitem__)
        if counts[fewest] < DENSE:
            return fewest
        return min(streaming, key=counts.__getitem__, default=None)

    def _postgresql_lead(self, *, by_key: bool) -> Condition | None:
        # Two filters, or another order: the statistics choose a join.
        answered = [part for part in self.parts if self.indexes.leading(part) or self.indexes.own(part)]
        return answered[0] if by_key and len(answered) == 1 and self._streams(answered[0]) else None

    def _leads(self) -> list[Condition]:
        return [part for part in self.parts if self.indexes.leading(part)]

    def _streams(self, part: Condition) -> bool:
        predicates = self.indexes.leading(part)
        return len(predicates) == 1 and predicates[0].streams

    def _candidates(self) -> Iterator[Condition]:
        """Yield the conditions able to lead, and the conditions on rows below the remaining parts."""
        for part in self.parts:
            yield from (part,) if self.indexes.leading(part) else self._answered_below(part)

    def _answered_below(self, condition: Condition) -> Iterator[Condition]:
        for part in operands(condition):
            yield from (part,) if self.indexes.rows(part) is not None else self._answered_below(part)

    def _counts(self) -> dict[Condition, int]:
        """Return how many rows each candidate has, counted up to DENSE."""
        if self._counted is None:
            binds = BindParameters()
            most = binds.add(DENSE)
            candidates = list(dict.fromkeys(self._candidates()))
            lists = [owners(self.indexes.leading(part), binds) for part in candidates]
            counts = ", ".join(f"(SELECT count(*) FROM ({listed} LIMIT {most}) AS c)" for listed in lists)
            row = fetch_all(self.connection, f"SELECT {counts}", binds.values)[0]
            self._counted = dict(zip(candidates, row, strict=True))
        return self._counted
