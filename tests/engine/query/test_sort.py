"""Sorting and cursors on both databases: any order can be walked in both directions (TMF630 part 1, 4.5 and 4.7)."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cmp_to_key
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from tests.support.filters import INSTANTS, NUMBERS, TEXTS
from tests.support.nouns.every import registry
from tmf_server.config import Settings
from tmf_server.errors import InvalidInput
from tmf_server.rules.instants import parse_instant
from tmf_server.storage.connection import migrate
from tmf_server.storage.connection.database import Database
from tmf_server.storage.query.conditions import Compare, Selection, Sort
from tmf_server.storage.query.select import RecordQuery, Selector
from tmf_server.storage.write.records import Records

OFFERING = registry().entities["productOffering"]
WHERE = Compare(("lifecycleStatus",), "eq", "Active", "text")

DOCUMENTS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "name": TEXTS,
            "description": TEXTS,
            "version": st.one_of(TEXTS, NUMBERS),
            "isBundle": st.booleans(),
            "isSellable": st.booleans(),
            "lifecycleStatus": st.sampled_from(["Active", "Launched"]),
            "validFor": st.fixed_dictionaries({}, optional={"startDateTime": INSTANTS, "endDateTime": INSTANTS}),
            "agreement": st.lists(st.fixed_dictionaries({}, optional={"count": NUMBERS, "at": INSTANTS}), max_size=2),
        },
    ),
    min_size=1,
    max_size=8,
)
KEYS = st.sampled_from(
    [
        (("name",), "text"),
        (("description",), "text"),
        (("lifecycleStatus",), "text"),
        (("id",), "text"),
        (("version",), "number"),
        (("version",), "text"),
        (("isBundle",), "boolean"),
        (("isSellable",), "boolean"),
        (("validFor", "startDateTime"), "instant"),
        (("validFor", "endDateTime"), "instant"),
        (("agreement", "count"), "number"),
        (("agreement", "at"), "instant"),
    ]
)
SORTS = st.lists(st.builds(lambda key, down: Sort(key[0], down, key[1]), KEYS, st.booleans()), max_size=3)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('sorts') / 'tmf.db'}"
    else:
        url = request.getfixturevalue("postgres").create_database()
    database = Database(Settings.of(database_url=url))
    migrate.upgrade(database)
    yield database
    database.close()


def store(connection: Connection, dialect: str, documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    records = Records(registry(), Settings(), dialect, lambda *_: None)
    for number, document in enumerate(documents):
        document["id"] = f"o{number:03}"
    return [orjson.loads(one.document) for one in records.create(connection, OFFERING, documents)]


def sorted_ids(documents: list[dict[str, Any]], sorts: list[Sort]) -> list[str]:
    """What the order should be, without a database."""
    falls = -1 if sorts and sorts[0].descending else 1

    def compare(one: tuple[int, dict[str, Any]], other: tuple[int, dict[str, Any]]) -> int:
        for sort in sorts:
            a, b = value_of(one[1], sort), value_of(other[1], sort)
            if a != b:
                greater = b is not None and (a is None or a > b)
                return (1 if greater else -1) * (-1 if sort.descending else 1)
        return (one[0] - other[0]) * falls

    return [document["id"] for _, document in sorted(enumerate(documents), key=cmp_to_key(compare))]


def value_of(document: dict[str, Any], sort: Sort) -> Any:
    values: list[Any] = [document]
    for name in sort.path:
        values = [one for value in values for one in (value if isinstance(value, list) else [value])]
        values = [value[name] for value in values if name in value]
    return next((one for one in (typed(value, sort.kind) for value in values) if one is not None), None)


def typed(value: Any, kind: str) -> Any:
    if kind == "instant":
        try:
            return parse_instant(value)
        except ValueError:
            return None
    if kind == "number":
        return Decimal(str(value)) if not isinstance(value, str) else None
    if kind == "text":
        return value[:256] if isinstance(value, str) else None
    return value


def walk(query: RecordQuery, selection: Selection) -> list[str]:
    """Ids page by page along `next`."""
    ids = []
    while True:
        page = query.page(selection)
        ids += [row.id for row in page.rows]
        if page.next is None:
            return ids
        assert len(page.rows) == selection.limit
        selection = replace(selection, after=page.next, before=None)


def walk_back(query: RecordQuery, selection: Selection) -> list[str]:
    """Ids page by page along `previous`, in the order of the collection."""
    ids: list[str] = []
    while True:
        page = query.page(selection)
        ids = [row.id for row in page.rows] + ids
        if page.previous is None:
            return ids
        selection = replace(selection, before=page.previous, after=None)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents=DOCUMENTS, sorts=SORTS, limit=st.integers(1, 4), filtered=st.booleans())
@example(
    documents=[{}, {"agreement": [{"at": "soon"}, {"at": "2026-01-01T00:00:00Z"}]}],
    sorts=[Sort(("agreement", "at"), descending=False, kind="instant")],
    limit=1,
    filtered=False,
)
def test_every_order_is_walked_without_a_gap_in_both_directions(
    database: Database, documents: list[dict[str, Any]], sorts: list[Sort], limit: int, filtered: bool
) -> None:
    where = WHERE if filtered else None
    with database.engine.connect() as connection, connection.begin() as transaction:
        stored = store(connection, database.dialect, documents)
        wanted = [one for one in stored if not filtered or one["lifecycleStatus"] == "Active"]
        expected = sorted_ids(wanted, sorts)
        query = Selector(registry(), database.dialect).query(connection, OFFERING, where)
        selection = Selection(where=where, sort=tuple(sorts), limit=limit)
        assert walk(query, selection) == expected
        whole = query.page(replace(selection, limit=100))
        assert [row.id for row in whole.rows] == expected
        check_backwards(query, selection, expected)
        transaction.rollback()


def check_backwards(query: RecordQuery, selection: Selection, expected: list[str]) -> None:
    """From the last page back to the first, and the middle page by offset and by cursor."""
    last = query.page(replace(selection, limit=max(1, len(expected) - 1)))
    if last.next is not None:
        end = query.page(replace(selection, after=last.next))
        assert [row.id for row in end.rows] == expected[-1:]
        assert end.previous is not None
        assert walk_back(query, replace(selection, before=end.previous)) == expected[:-1]
    by_offset = query.page(replace(selection, offset=1))
    assert [row.id for row in by_offset.rows] == expected[1 : 1 + selection.limit]


def test_cursors_of_other_collections_orders_and_hands_are_refused(database: Database) -> None:
    with database.engine.connect() as connection, connection.begin() as transaction:
        store(connection, database.dialect, [{"name": "a"}, {"name": "b"}])
        selector = Selector(registry(), database.dialect)
        query = selector.query(connection, OFFERING, None)
        by_name = Selection(sort=(Sort(("name",), False, "text"),), limit=1)
        cursor = query.page(by_name).next
        assert cursor is not None
        other = selector.query(connection, registry().entities["category"], None)
        for asked, selection in (
            (other, replace(by_name, after=cursor)),
            (query, Selection(limit=1, after=cursor)),
            (query, Selection(sort=(Sort(("name",), True, "text"),), limit=1, before=cursor)),
            *(
                (query, replace(by_name, after=changed))
                for changed in ("", "x", "ä", cursor[:-1], cursor + "AAAA", cursor[::-1], "A" * 5000, "!" + cursor[1:])
            ),
        ):
            with pytest.raises(InvalidInput) as caught:
                asked.page(selection)
            assert caught.value.code == "invalidCursor"
        transaction.rollback()


def test_a_cursor_holds_while_others_write(database: Database) -> None:
    with database.engine.connect() as connection, connection.begin() as transaction:
        stored = store(connection, database.dialect, [{"name": name} for name in "aabbcc"])
        query = Selector(registry(), database.dialect).query(connection, OFFERING, None)
        selection = Selection(sort=(Sort(("name",), False, "text"),), limit=3)
        first = query.page(selection)
        Records(registry(), Settings(), database.dialect, lambda *_: None).create(
            connection, OFFERING, [{"id": "early", "name": "a"}, {"id": "late", "name": "d"}]
        )
        rest = walk(query, replace(selection, after=first.next))
        assert [row.id for row in first.rows] + rest == [*(one["id"] for one in stored), "late"]
        transaction.rollback()
