"""Many records at once: the same rows as one by one, on each database, whatever the documents hold."""

import copy
import re
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from tests.support.servers.served import Served
from tmf_server.apis.tables import metadata
from tmf_server.demo.operator.catalog import DOCUMENTS
from tmf_server.demo.operator.network import RESOURCES, SERVICES
from tmf_server.errors import Duplicate
from tmf_server.events import outbox
from tmf_server.model import core
from tmf_server.registry.entity import Document, Entity
from tmf_server.storage.cloning import Cluster, enter_copies, write_copies
from tmf_server.storage.contents import emptied, is_empty
from tmf_server.storage.write.bulk import BulkRecords
from tmf_server.storage.write.records import Records

SHARED = (core.entity, core.reference, core.characteristic)
MOMENTS = ("created", "updated", "last_update")
QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def entities(served: Served) -> dict[str, Entity]:
    return {entity.type_name: entity for entity in served.services.registry.entities.values()}


def bulk(served: Served) -> BulkRecords:
    return BulkRecords(
        served.services.registry, served.services.settings, served.services.database.dialect, outbox.record
    )


def create(served: Served, records: Records, documents: list[Document]) -> None:
    entity = entities(served)[documents[0]["@type"]]
    served.services.database.transact(lambda connection: records.create(connection, entity, copy.deepcopy(documents)))


def contents(served: Served) -> dict[str, Any]:
    """Every row of the tables that records are in, by their ids and without what the clock decides."""
    with served.services.database.read() as connection:
        found = {}
        names = {row.key: (row.kind, row.id) for row in connection.execute(core.entity.select())}
        for table in (*SHARED, *(entity.storage.table for entity in entities(served).values())):
            rows = [_named(row._asdict(), names) for row in connection.execute(table.select())]
            found[table.name] = sorted(rows, key=repr)
        totals: dict[str, int] = {}
        for row in connection.execute(core.tally.select()):
            totals[row.kind] = totals.get(row.kind, 0) + row.number
        return found | {"totals": totals}


def _named(row: dict[str, Any], names: dict[int, Any]) -> dict[str, Any]:
    for name in ("key", "owner", "target"):
        if name in row:
            row[name] = names[row[name]]
    for name in MOMENTS:
        row.pop(name, None)
    if "document" in row:
        row["document"] = re.sub('"(lastUpdate|creationDate)":"[^"]*"', "", row["document"])
    return row


def test_the_demo_is_stored_the_same_way_one_by_one_and_at_once(served: Served) -> None:
    for type_name in dict.fromkeys(document["@type"] for document in DOCUMENTS):
        create(served, bulk(served), [one for one in DOCUMENTS if one["@type"] == type_name])
    at_once = contents(served)
    served.empty()
    for type_name in dict.fromkeys(document["@type"] for document in DOCUMENTS):
        create(served, served.services.records, [one for one in DOCUMENTS if one["@type"] == type_name])
    assert contents(served) == at_once
    assert at_once["totals"]["productOffering"] == 16
    assert len(at_once["reference"]) > 100
    assert len(at_once["characteristic"]) > 50


@pytest.mark.parametrize("at_once", [True, False])
def test_a_batch_is_listed_in_its_own_order(served: Served, at_once: bool) -> None:
    ids = ["m", "B", "z", "a", "10", "9", "é", "A"]
    documents: list[Document] = [{"@type": "Category", "id": one, "name": one} for one in ids]
    documents[1]["parent"] = {"@type": "CategoryRef", "id": "stub-of-none"}
    create(served, bulk(served) if at_once else served.services.records, documents)
    create(served, bulk(served), [{"@type": "Category", "id": "after", "name": "after"}])
    listed = served.client.get("/tmf-api/productCatalogManagement/v5/category?fields=none").json()
    assert [one["id"] for one in listed] == [*ids, "after"]


# what the text form of COPY writes specially, and what looks like it
texts = st.text(st.sampled_from("a\\\t\n\r\b\f\v\"'N.,;é😀\u2028\x7f\x01"), min_size=1, max_size=8) | st.sampled_from(
    ["\\N", "\\.", "\\\\N", "NULL", "\\x41", "2026-01-31T12:00:00Z", "1e400", "true"]
)
scalars = texts | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)


@st.composite
def offerings(draw: st.DrawFn) -> list[Document]:
    def offering(number: int) -> Document:
        uses = [
            {"name": draw(texts), "productSpecCharacteristicValue": [{"value": draw(scalars)}]}
            for _ in range(draw(st.integers(0, 3)))
        ]
        return {
            "id": f"o-{number}",
            "name": draw(texts),
            "description": draw(texts),
            "isBundle": draw(st.sampled_from([True, False, None])),
            "validFor": {"startDateTime": draw(texts)},
            "category": [{"id": f"c-{draw(st.integers(0, 2))}", "@type": "CategoryRef"}],
            "prodSpecCharValueUse": uses,
            "@type": "ProductOffering",
        }

    return [offering(number) for number in range(draw(st.integers(1, 4)))]


@QUICK
@given(documents=offerings())
def test_no_text_is_changed_on_the_way(served: Served, documents: list[Document]) -> None:
    served.empty()
    create(served, bulk(served), documents)
    at_once = contents(served)
    served.empty()
    create(served, served.services.records, documents)
    assert contents(served) == at_once


def test_events_are_sent_with_the_records_and_none_by_the_quiet_way(served: Served) -> None:
    def count() -> int:
        with served.services.database.read() as connection:
            return len(connection.execute(metadata.tables["outbox"].select()).all())

    create(served, bulk(served), DOCUMENTS[:3])
    assert count() == 3
    services = served.services
    create(served, BulkRecords(services.registry, services.settings, services.database.dialect), DOCUMENTS[3:7])
    assert count() == 3


def test_one_that_is_here_already_undoes_all(served: Served) -> None:
    create(served, bulk(served), DOCUMENTS[2:3])
    before = contents(served)
    with pytest.raises(Duplicate, match=DOCUMENTS[2]["id"]):
        create(served, bulk(served), DOCUMENTS[:5])
    assert contents(served) == before


def test_what_is_here_is_known(served: Served) -> None:
    create(served, bulk(served), DOCUMENTS[:3])
    entity = entities(served)["ProductSpecification"]
    ids = [document["id"] for document in DOCUMENTS[:5]]
    with served.services.database.read() as connection:
        found = bulk(served).known(connection, entity, ids)
    assert sorted(found) == sorted(ids[:3])
    assert found[ids[0]].parsed()["name"] == DOCUMENTS[0]["name"]


# -- copies ---------------------------------------------------------------------------------------
def copy_records(served: Served, cluster: Cluster, serials: list[str]) -> int:
    records = bulk(served)

    def work(connection: Connection) -> int:
        copies = enter_copies(connection, records, [cluster], serial="0001-000", serials=serials)
        return write_copies(connection, records, copies)

    return served.services.database.transact(work)


def original(serial: str) -> Document:
    made = copy.deepcopy(next(one for one in DOCUMENTS if one["id"] == "fibre-500"))
    made["prodSpecCharValueUse"][0]["productSpecCharacteristicValue"][0] = {"value": f"line {serial}"}
    return made | {"id": f"fibre-{serial}", "name": f"Fibre {serial}"}


def test_a_copy_is_what_creating_it_would_give(served: Served) -> None:
    entity, records = entities(served)["ProductOffering"], bulk(served)
    serials = ["0001-001", "0001-002", "0001-003"]
    create(served, records, [original(one) for one in ("0001-000", *serials)])
    created = contents(served)
    served.empty()
    create(served, records, [original("0001-000")])
    assert copy_records(served, [(entity, "fibre-0001-000")], serials) == 3
    assert contents(served) == created


def household(serial: str) -> list[Document]:
    """A resource, and the service on it."""
    router = next(one for one in RESOURCES if one["id"] == "cpe-okafor")
    line = next(one for one in SERVICES if one["id"] == "line-okafor")
    on = [part | {"id": f"cpe-{serial}"} for part in line["supportingResource"] if part["id"] == router["id"]]
    pool = [part for part in line["supportingResource"] if part["id"] != router["id"]]
    return [router | {"id": f"cpe-{serial}"}, line | {"id": f"line-{serial}", "supportingResource": [*pool, *on]}]


def test_copies_that_belong_together_refer_to_each_other(served: Served) -> None:
    records, serials = bulk(served), ["0001-001", "0001-002", "0001-003"]
    resource, service = (served.services.registry.entities[name] for name in ("resource", "service"))

    def make(wanted: list[str]) -> None:
        for entity, documents in zip((resource, service), zip(*map(household, wanted), strict=True), strict=True):
            made = copy.deepcopy(list(documents))
            served.services.database.transact(partial(records.create, entity=entity, documents=made))

    make(["0001-000", *serials])
    created = contents(served)
    served.empty()
    make(["0001-000"])
    cluster = [(resource, "cpe-0001-000"), (service, "line-0001-000")]
    assert copy_records(served, cluster, serials) == 6
    found = contents(served)
    assert {row["document"].partition('"usageState":')[2][:6] for row in found["resource"]} == {'"busy"'}
    for rows in (*found.values(), *created.values()):
        for row in rows if isinstance(rows, list) else ():
            row.pop("revision", None)  # a resource that is taken one by one is changed each time
    assert found == created


def test_a_copy_of_what_is_here_is_refused(served: Served) -> None:
    entity, records = entities(served)["ProductOffering"], bulk(served)
    create(served, records, [original("0001-000"), original("0001-002")])
    before = contents(served)
    with pytest.raises(Duplicate, match="are here already"):
        copy_records(served, [(entity, "fibre-0001-000")], ["0001-001", "0001-002"])
    assert contents(served) == before


# -- contents as a whole --------------------------------------------------------------------------
def test_a_database_is_emptied_of_all_but_its_keys(served: Served) -> None:
    database = served.services.database
    create(served, bulk(served), DOCUMENTS[:7])
    with database.engine.begin() as connection:
        connection.execute(metadata.tables["server_key"].insert().values(name="kept", value="x"))
        assert not is_empty(connection)
    with emptied(database) as connection:
        assert is_empty(connection)
    with database.read() as connection:
        counts = {name: len(connection.execute(table.select()).all()) for name, table in metadata.tables.items()}
    assert counts.pop("server_key") > 0
    assert set(counts.values()) == {0}
    database.transact(lambda one: one.execute(metadata.tables["server_key"].delete().where(
        metadata.tables["server_key"].c.name == "kept")))  # fmt: skip


def test_emptying_that_fails_changes_nothing(served: Served) -> None:
    create(served, bulk(served), DOCUMENTS[:7])
    before = contents(served)
    with pytest.raises(ZeroDivisionError), emptied(served.services.database):
        _ = 1 // 0
    assert contents(served) == before


def test_foreign_keys_are_looked_after_again(served: Served) -> None:
    database = served.services.database
    with emptied(database):
        pass
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        database.transact(
            lambda one: one.execute(
                core.reference.insert().values(owner=1, path="x", position=0, role="keep", target=999)
            )
        )
