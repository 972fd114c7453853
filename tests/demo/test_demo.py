"""The demo operator: complete and valid in both versions, loaded once, reset at will, and multiplied at any scale."""

import copy
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.support.jobs import listed
from tests.support.nouns.demo import demo_size
from tests.support.nouns.every import registry
from tests.support.servers.served import Served
from tmf_server.apis.registration import create_registry
from tmf_server.config import Settings
from tmf_server.demo import seed, seed_households
from tmf_server.demo.documents import DOCUMENTS as EVERYTHING
from tmf_server.demo.loading import load_demo_once, reset, seed_blocks
from tmf_server.demo.operator.catalog import DOCUMENTS
from tmf_server.model.events import outbox
from tmf_server.registry.entity import Document
from tmf_server.registry.exposure import Exposure, create_schema
from tmf_server.rest.schema.validation import Validators
from tmf_server.rules.canonical import MARK
from tmf_server.storage.connection import migrate
from tmf_server.storage.connection.database import Database
from tmf_server.storage.write.bulk import BulkRecords

VALIDATORS = Validators(registry().contracts, strict=True)
NOUNS = [one for one in registry().exposures if one.contract.api == "TMF620" and one.entity.task is None]
ALL = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document["id"])
EVERYWHERE = ("id", "href", "name", "description", "version", "lifecycleStatus", "lastUpdate", "validFor", "@type")
# What the documents or TM Forum's conformance kits want besides, by noun.
MANDATORY = {
    "productCatalog": ("catalogType", "category", "relatedParty"),
    "category": ("isRoot",),
    "productOffering": (
        *("isBundle", "isSellable", "statusReason", "category", "productSpecification", "productOfferingPrice"),
        *("productOfferingTerm", "channel", "marketSegment", "place", "attachment", "serviceLevelAgreement"),
    ),
    "productOfferingPrice": ("isBundle", "priceType", "unitOfMeasure", "tax"),
    "productSpecification": ("brand", "isBundle", "productNumber", "relatedParty", "productSpecCharacteristic"),
}


def quiet(served: Served) -> BulkRecords:
    services = served.services
    return BulkRecords(services.registry, services.settings, services.database.dialect)


def exposures(document: Document) -> list[Exposure]:
    return [one for one in NOUNS if one.entity.type_name == document["@type"]]


# -- the records ----------------------------------------------------------------------------------
@ALL
def test_a_record_is_valid_as_an_answer_and_as_a_request_in_both_versions(document: Document) -> None:
    found = exposures(document)
    assert [one.contract.version for one in found] == ["v4", "v5"]
    stored = document | {"href": "https://host/x", "lastUpdate": "2026-01-01T00:00:00.000Z"}
    for exposure in found:
        shown = exposure.view.show(copy.deepcopy(stored))
        VALIDATORS.check(exposure.contract, exposure.schema, shown)
        VALIDATORS.check(exposure.contract, create_schema(exposure), shown)


@ALL
def test_nothing_is_lost_on_the_way_through_v4(document: Document) -> None:
    v4 = exposures(document)[0]
    assert v4.view.accept(v4.view.show(document), document) == document


def test_every_record_has_what_is_mandatory(filled: Served) -> None:
    for exposure in NOUNS:
        for record in listed(filled, exposure.noun, exposure.contract.version):
            wanted = {*EVERYWHERE, *MANDATORY[exposure.entity.name]}
            assert wanted <= record.keys(), (exposure.contract.name, record["id"], wanted - record.keys())
            assert all(record[name] not in (None, "", [], {}) for name in wanted), record["id"]


def test_the_states_and_kinds_that_a_visitor_looks_for_are_there() -> None:
    states = {document["lifecycleStatus"] for document in DOCUMENTS}
    assert {"Launched", "In test", "Retired"} <= states
    kinds = {document["priceType"] for document in DOCUMENTS if document["@type"] == "ProductOfferingPrice"}
    assert kinds == {"recurring", "oneTime", "usage", "discount"}
    assert any(document.get("isBundle") for document in DOCUMENTS if document["@type"] == "ProductOffering")


def references(node: Any, path: str = "") -> Iterator[tuple[str, Document]]:
    if isinstance(node, list):
        for element in node:
            yield from references(element, path)
    elif isinstance(node, dict):
        if "@referredType" in node:
            yield path, node
        for name, value in node.items():
            yield from references(value, name)


def test_references_within_the_catalog_lead_to_its_records_by_their_names() -> None:
    by_type = {(document["@type"], document["id"]): document["name"] for document in DOCUMENTS}
    kinds = {type_name for type_name, _ in by_type}
    count = 0
    for document in DOCUMENTS:
        for _, node in references(document):
            if node["@referredType"] in kinds:
                assert node["name"] == by_type[node["@referredType"], node["id"]]
                count += 1
    assert count > 100


def test_both_ends_of_a_relation_agree() -> None:
    by_id = {document["id"]: document for document in DOCUMENTS}
    for category in (one for one in DOCUMENTS if one["@type"] == "Category"):
        assert category["isRoot"] is ("parent" not in category)
        for child in category.get("subCategory", ()):
            assert by_id[child["id"]]["parent"]["id"] == category["id"]
        for offering in category.get("productOffering", ()):
            assert category["id"] in {one["id"] for one in by_id[offering["id"]]["category"]}
    for offering in (one for one in DOCUMENTS if one["@type"] == "ProductOffering"):
        for category in offering["category"]:
            assert offering["id"] in {one["id"] for one in by_id[category["id"]]["productOffering"]}


def test_an_offering_uses_values_that_its_specification_allows() -> None:
    by_id = {document["id"]: document for document in DOCUMENTS}
    for offering in (one for one in DOCUMENTS if one["@type"] == "ProductOffering"):
        specification = by_id[offering["productSpecification"]["id"]]
        allowed = {
            one["name"]: {value["value"] for value in one["characteristicValueSpecification"]}
            for one in specification["productSpecCharacteristic"]
        }
        for use in offering["prodSpecCharValueUse"]:
            for value in use["productSpecCharacteristicValue"]:
                assert value["value"] in allowed[use["name"]], (offering["id"], use["name"])


def test_a_tax_is_its_rate_of_the_price() -> None:
    for price in (one for one in DOCUMENTS if one["@type"] == "ProductOfferingPrice" and "price" in one):
        [tax] = price["tax"]
        assert tax["taxAmount"]["value"] == pytest.approx(price["price"]["value"] * tax["taxRate"] / 100, abs=0.005)


def test_the_bundle_costs_its_parts_less_the_discount() -> None:
    prices = {one["id"]: one for one in DOCUMENTS if one["@type"] == "ProductOfferingPrice"}
    bundle = prices["price-home-complete"]
    parts = sum(prices[one["id"]]["price"]["value"] for one in bundle["bundledPopRelationship"])
    [discount] = (prices[one["id"]]["percentage"] for one in bundle["popRelationship"])
    assert bundle["price"]["value"] == pytest.approx(parts * (100 - discount) / 100, abs=0.05)


# -- loading --------------------------------------------------------------------------------------
def test_the_demo_is_loaded_once_without_events(served: Served) -> None:
    database = served.services.database
    assert load_demo_once(database, quiet(served)) == demo_size(registry())
    assert load_demo_once(database, quiet(served)) == 0
    with database.read() as connection:
        assert connection.execute(outbox.select()).all() == []
    assert served.client.get("/tmf-api/productCatalogManagement/v4/catalog").headers["x-total-count"] == "2"


def test_what_is_stored_is_what_the_demo_says(filled: Served) -> None:
    kinds = filled.services.registry
    with filled.services.database.read() as connection:
        for document in EVERYTHING:
            table = kinds.entities[kinds.kind_of(document["@type"], None)].storage.table
            text = connection.execute(table.select().where(table.c.id == document["id"])).one().document
            assert said(json.loads(text)) == said(document), document["id"]


def said(node: Any) -> Any:
    """The document without what the server sets: hrefs of what is here, the last update, what is in use."""
    if isinstance(node, list):
        return [said(element) for element in node]
    if not isinstance(node, dict):
        return node
    return {
        name: said(value)
        for name, value in node.items()
        if name not in ("lastUpdate", "usageState") and not str(value).startswith(MARK)
    }


def test_processes_that_start_together_load_it_once(served: Served) -> None:
    counts: list[int] = []
    work = [
        threading.Thread(target=lambda: counts.append(load_demo_once(served.services.database, quiet(served))))
        for _ in range(4)
    ]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    assert sorted(counts) == [0, 0, 0, demo_size(registry())]


def test_a_database_with_records_gets_no_demo(served: Served) -> None:
    body = {"@type": "Category", "name": "mine"}
    assert served.client.post("/tmf-api/productCatalogManagement/v5/category", json=body).status_code == 201
    assert load_demo_once(served.services.database, quiet(served)) == 0
    assert [one["name"] for one in listed(served, "category")] == ["mine"]


def test_a_reset_brings_the_demo_back_and_nothing_else(filled: Served) -> None:
    before = {exposure: ids(filled, exposure) for exposure in NOUNS}
    client = filled.client
    api = "/tmf-api/productCatalogManagement/v5"
    assert client.post(f"{api}/category", json={"@type": "Category", "name": "mine"}).status_code == 201
    assert client.post(f"{api}/hub", json={"callback": "http://127.0.0.1:9/x"}).status_code == 201
    assert client.patch(f"{api}/productOffering/fibre-500", json={"name": "changed"}).status_code == 200
    assert reset(filled.services.database, quiet(filled)) == demo_size(registry())
    assert {exposure: ids(filled, exposure) for exposure in NOUNS} == before
    assert client.get(f"{api}/productOffering/fibre-500").json()["name"] == "Fibre 500"
    with filled.services.database.read() as connection:
        assert connection.execute(outbox.select()).all() == []


def ids(served: Served, exposure: Exposure) -> list[str]:
    return [one["id"] for one in listed(served, exposure.noun, exposure.contract.version)]


# -- seeding --------------------------------------------------------------------------------------
PER_BLOCK = {
    "productOffering": 1000,
    "customer": 250,
    "productOrder": 250,
    "service": 500,
    "customerBill": 600,
    "appliedCustomerBillingRate": 1600,
    "alarm": 4,
}


def test_a_seed_makes_thousands_of_offerings_in_the_shape_of_the_demo(served: Served) -> None:
    database, records = served.services.database, quiet(served)
    [first, second] = seed_blocks(database, records, range(1, 3))
    assert first == second > sum(PER_BLOCK.values())
    assert list(seed_blocks(database, records, range(1, 4))) == [0, 0, first]
    with database.read() as connection:
        found = {kind: records.rows.total(connection, kind) for kind in PER_BLOCK}
    assert found == {kind: 3 * number for kind, number in PER_BLOCK.items()}
    answer = served.client.get("/tmf-api/productCatalogManagement/v5/productOffering?limit=1000&offset=1000")
    assert answer.headers["x-total-count"] == "3000"
    page = answer.json()
    shape = {one["id"].rpartition("-")[0].rpartition("-")[0] for one in page}
    assert shape == set(seed._PLAIN)
    for offering in page[:50]:
        again = served.client.get(offering["href"])
        assert again.json() == offering
        assert re.fullmatch(r".+ 0002-\d{3}", offering["name"])
        for exposure in exposures(offering):
            shown = exposure.view.show(offering)
            VALIDATORS.check(exposure.contract, exposure.schema, shown)
    with database.read() as connection:
        assert connection.execute(outbox.select()).all() == []


def test_offerings_are_created_in_the_order_of_their_blocks(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = seed.shared

    def late(block: int) -> list[Document]:
        time.sleep(0.5 if block == 1 else 0)
        return shared(block)

    monkeypatch.setattr(seed, "shared", late)
    list(seed_blocks(served.services.database, quiet(served), range(1, 3)))
    for offset, block in ((0, "0001"), (1000, "0002")):
        query = f"&offset={offset}&fields=name"
        names = [one["name"] for one in listed(served, "productOffering", query=query)]
        assert {name.rpartition(" ")[2][:4] for name in names} == {block}


def test_what_a_seed_refers_to_is_here(served: Served) -> None:
    list(seed_blocks(served.services.database, quiet(served), [7]))
    copies = listed(served, "productOffering")
    kinds = {"Category", "ProductSpecification", "ProductOfferingPrice"}
    for offering in (copies[20], copies[-1]):
        named = [node for _, node in references(offering) if node["@referredType"] in kinds]
        assert {node["@referredType"] for node in named} == kinds
        for node in named:
            assert served.client.get(node["href"]).json()["name"].startswith(node["name"])
    for path in ("category.id=cat-block-0007", "prodSpecCharValueUse.name=downloadSpeed"):
        assert len(listed(served, "productOffering", query=f"&{path}")) > 100, path


def found_ids(served: Served, path: str) -> list[str]:
    answer = served.client.get(f"/tmf-api/{path}")
    assert answer.status_code == 200, answer.text
    return sorted(one["id"] for one in answer.json())


def test_the_records_of_a_household_lead_to_each_other_and_to_no_other(served: Served) -> None:
    list(seed_blocks(served.services.database, quiet(served), [1]))
    for own in ("family-0001-000", "family-0001-101"):
        billing = "customerBillManagement/v5"
        bills = found_ids(served, f"{billing}/customerBill?billingAccount.id=account-{own}")
        assert bills == [f"bill-{month}-{own}" for month in ("2603", "2604", "2605")]
        assert found_ids(served, f"customerManagement/v4/customer?account.id=account-{own}") == [f"customer-{own}"]
        for ordering, party in (("v4", "relatedParty.id"), ("v5", "relatedParty.partyOrPartyRole.id")):
            orders = f"productOrderingManagement/{ordering}/productOrder?{party}=customer-{own}"
            assert found_ids(served, orders) == [f"order-{own}"]
        services = f"serviceInventory/v4/service?relatedParty.id=customer-{own}"
        assert found_ids(served, services) == [f"internet-{own}", f"line-{own}"]
        lines = f"serviceInventory/v5/service?supportingResource.id=router-{own}"
        assert found_ids(served, lines) == [f"line-{own}"]
        rates = f"{billing}/appliedCustomerBillingRate?bill.id=bill-2604-{own}"
        assert len(found_ids(served, rates)) == 3
        waiting = f"{billing}/appliedCustomerBillingRate?billingAccount.id=account-{own}&isBilled=false"
        assert len(found_ids(served, waiting)) == 3
    assert found_ids(served, "alarmManagement/v5/alarm?affectedService.id=line-family-0001-000") == [
        "alarm-family-0001-000"
    ]


def test_the_records_of_a_household_are_valid_in_both_versions() -> None:
    serial = seed.serial(1, seed.FIRST)
    household = [one for records in seed_households.originals(1, serial) for one in records]
    for document in (*seed_households.access(1), *household, *seed_households.alarms(1, serial)):
        shown_in = [one for one in registry().exposures if one.entity.name == registry().kind_of(document["@type"], "")]
        assert {one.contract.version for one in shown_in} == {"v4", "v5"}
        for exposure in shown_in:
            if not exposure.types or document["@type"] in exposure.types:
                shown = exposure.view.show(copy.deepcopy(document) | {"href": "https://host/x"})
                VALIDATORS.check(exposure.contract, exposure.schema, shown)
                VALIDATORS.check(exposure.contract, create_schema(exposure), shown)


def test_a_server_of_one_document_is_seeded_with_its_nouns(tmp_path: Path) -> None:
    made = Settings.of(database_url=f"sqlite:///{tmp_path / 'tmf.db'}", apis=("TMF620", "TMF638/v5"))
    records = BulkRecords(create_registry(made), made, "sqlite")
    with closing(Database(made)) as database:
        migrate.upgrade(database)
        [count] = seed_blocks(database, records, [1])
        with database.read() as connection:
            assert records.rows.total(connection, "service") == PER_BLOCK["service"]
            assert records.rows.total(connection, "customer") == 0
    assert PER_BLOCK["productOffering"] + PER_BLOCK["service"] < count < 2 * PER_BLOCK["productOffering"]


def test_a_seed_is_the_same_on_every_machine() -> None:
    assert seed.originals(3) == seed.originals(3)
    assert len({*seed.serials(1)}) == seed.PER_BLOCK - len(seed.originals(1))
