"""Filters: SQLite, PostgreSQL and memory give the same answer to every condition on every document."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from tests.support.filters import BOUNDS, CONDITIONS, DEEP, NUMBERS, OFFERINGS, ORDERED
from tests.support.nouns.every import registry
from tmf_server.config import Settings
from tmf_server.errors import InvalidInput
from tmf_server.registry.entity import Entity
from tmf_server.storage.connection import migrate
from tmf_server.storage.connection.database import Database
from tmf_server.storage.connection.driver import fetch_all
from tmf_server.storage.query import nesting, planner
from tmf_server.storage.query.conditions import (
    And,
    Compare,
    Condition,
    Exists,
    Not,
    Or,
    Selection,
    Some,
    TypeIs,
    matches,
)
from tmf_server.storage.query.select import Selector
from tmf_server.storage.write.records import Records

OFFERING = registry().entities["productOffering"]
PRICE = registry().entities["productOfferingPrice"]
SLOW = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('filters') / 'tmf.db'}"
    else:
        url = request.getfixturevalue("postgres").create_database()
    database = Database(Settings.of(database_url=url))
    migrate.upgrade(database)
    yield database
    database.close()


def store(
    connection: Connection, dialect: str, documents: list[dict[str, Any]], entity: Entity = OFFERING
) -> list[dict[str, Any]]:
    records = Records(registry(), Settings(), dialect, lambda *_: None)
    for number, document in enumerate(documents):
        document["id"] = f"o{number:03}"
    return [orjson.loads(one.document) for one in records.create(connection, entity, documents)]


@SLOW
@given(st.data())
def test_every_condition_selects_what_it_means(database: Database, data: st.DataObject) -> None:
    documents = data.draw(st.lists(OFFERINGS, min_size=1, max_size=6))
    conditions = data.draw(st.lists(CONDITIONS, min_size=1, max_size=6))
    with database.engine.connect() as connection, connection.begin() as transaction:
        stored = store(connection, database.dialect, documents)
        selector = Selector(registry(), database.dialect)
        for condition in conditions:
            check(connection, selector, stored, condition)
        transaction.rollback()


def check(
    connection: Connection,
    selector: Selector,
    stored: list[dict[str, Any]],
    condition: Condition,
    entity: Entity = OFFERING,
) -> None:
    expected = [document["id"] for document in stored if matches(condition, document)]
    query = selector.query(connection, entity, condition)
    page = query.page(Selection(where=condition, limit=100))
    assert [row.id for row in page.rows] == expected, condition
    assert fetch_all(connection, *query.count_statement()) == [(len(expected),)], condition


def test_a_page_is_of_the_condition_of_its_query_whatever_was_asked_before(database: Database) -> None:
    with database.engine.connect() as connection, connection.begin() as transaction:
        store(connection, database.dialect, [{"name": "a"}, {"name": "b"}])
        selector = Selector(registry(), database.dialect)
        for name, id_ in (("a", "o000"), ("b", "o001"), ("a", "o000")):
            query = selector.query(connection, OFFERING, Compare(("name",), "eq", name, "text"))
            assert [row.id for row in query.page(Selection(limit=10)).rows] == [id_]
        transaction.rollback()


def a_hundred(shape: str) -> Condition:
    """A hundred comparisons of every sort of place, one inside the other or side by side."""
    leaves: list[Condition] = [
        Compare(("name",), "eq", "a", "text"),
        Compare(("category", "id"), "eq", "1", "text"),
        Compare(("agreement", "count"), "gte", 1, "number"),
        Compare(("prodSpecCharValueUse", "productSpecCharacteristicValue", "value"), "regex", "^a", "text"),
        Some(("category",), And((Compare(("id",), "eq", "2", "text"), Exists(("name",))))),
    ]
    made: Condition = leaves[0]
    if shape == "side by side":
        return Or(tuple(leaves * 20))
    for number in range(99):
        joined = And if number % 2 else Or
        made = joined((leaves[number % 5], Not(made) if shape == "denied" else made))
    return made


@pytest.mark.parametrize("shape", ["side by side", "nested", "denied"])
def test_a_hundred_conditions_select_what_they_mean(database: Database, shape: str) -> None:
    documents: list[dict[str, Any]] = [
        {"name": "a", "agreement": [{"count": 1}]},
        {"name": "b", "category": [{"id": "1"}, {"id": "2", "name": "c"}]},
        {"agreement": [{"count": 0}], "category": [{"id": "2"}]},
        {"prodSpecCharValueUse": [{"name": "x", "productSpecCharacteristicValue": [{"value": "ab"}]}]},
    ]
    with database.engine.connect() as connection, connection.begin() as transaction:
        stored = store(connection, database.dialect, documents)
        selector = Selector(registry(), database.dialect)
        for condition in (a_hundred(shape), Not(a_hundred(shape)), And((Not(TypeIs(frozenset())), a_hundred(shape)))):
            check(connection, selector, stored, condition)
        transaction.rollback()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_more_conditions_than_a_statement_joins_at_once_are_taken_apart(database: Database) -> None:
    ids = [Compare(path, "eq", str(one), "text") for path in (("id",), ("category", "id")) for one in range(700)]
    with database.engine.connect() as connection, connection.begin() as transaction:
        stored = store(connection, database.dialect, [{"category": [{"id": "1"}]}, {}])
        selector = Selector(registry(), database.dialect)
        for some in (ids[:700], ids[700:], ids):
            check(connection, selector, stored, Or(tuple(some)))
            check(connection, selector, stored, And(tuple(some)))
        transaction.rollback()


def test_what_is_nested_more_deeply_than_databases_read_is_refused(database: Database) -> None:
    inner: Condition = Exists(("id",))
    for _ in range(7):
        inner = Some(("category",), inner)
    with database.engine.connect() as connection, pytest.raises(InvalidInput, match="nested too deeply"):
        Selector(registry(), database.dialect).query(connection, OFFERING, inner).page(Selection(limit=1))


@given(OFFERINGS, DEEP)
def test_a_condition_that_is_flattened_means_the_same(document: dict[str, Any], condition: Condition) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nesting, "SHALLOW", 0)
        patch.setattr(nesting, "DEEPEST", 1000)
        assert matches(nesting.flattened(condition), document) == matches(condition, document)


@pytest.mark.parametrize("operator", ["eq", "ne"])
def test_the_id_of_a_reference_is_one_or_another(database: Database, operator: str) -> None:
    with database.engine.connect() as connection, connection.begin() as transaction:
        stored = store(connection, database.dialect, [{"productSpecification": {"id": one}} for one in "12"])
        selector = Selector(registry(), database.dialect)
        for id_ in "123":
            check(connection, selector, stored, Compare(("productSpecification", "id"), operator, id_, "text"))
        transaction.rollback()


@pytest.mark.parametrize("dense", [0, 1])
@SLOW
@given(st.data())
def test_a_dense_condition_selects_the_same(database: Database, dense: int, data: st.DataObject) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planner, "DENSE", dense)
        test_every_condition_selects_what_it_means.hypothesis.inner_test(database, data)  # type: ignore[attr-defined]


@SLOW
@given(st.data())
def test_amounts_in_columns_are_compared_as_they_are_written(database: Database, data: st.DataObject) -> None:
    amounts = data.draw(st.lists(st.one_of(NUMBERS, st.floats(allow_nan=False, allow_infinity=False)), min_size=1))
    bounds = data.draw(st.lists(st.tuples(ORDERED, BOUNDS), min_size=1))
    path = ("price", "value")
    with database.engine.connect() as connection, connection.begin() as transaction:
        stored = store(connection, database.dialect, [{"price": {"value": one}} for one in amounts], PRICE)
        selector = Selector(registry(), database.dialect)
        for operator, bound in bounds:
            check(connection, selector, stored, Compare(path, operator, bound, "number"), PRICE)
        transaction.rollback()
