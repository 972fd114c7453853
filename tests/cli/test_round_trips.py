"""`dump` and `load` of every noun: what is written out of one database makes the same records in an empty one."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.jobs import dump, load
from tests.support.nouns.demo import demo_size
from tests.support.nouns.every import registry
from tests.support.servers.served import Served
from tmf_server.cli.base import Failure
from tmf_server.cli.records import choose_noun
from tmf_server.model.core import entity, reference

# The nouns of each version, what is referred to first.
NOUNS = {
    "v5": (
        *("productSpecification", "productOfferingPrice", "productOffering", "category", "productCatalog"),
        *("customer", "resource", "service", "alarm", "productOrder"),
        *("billCycle", "customerBill", "appliedCustomerBillingRate"),
    ),
    "v4": (
        *("productSpecification", "productOfferingPrice", "productOffering", "category", "catalog"),
        *("customer", "logicalResource", "physicalResource", "service", "alarm", "productOrder"),
        *("customerBill", "appliedCustomerBillingRate"),
    ),
}
TASKS = {"cancelProductOrder", "customerBillOnDemand"}


def lasting(node: Any) -> Any:
    """The record without the instants that the server sets at each write."""
    if isinstance(node, list):
        return [lasting(element) for element in node]
    if isinstance(node, dict):
        return {name: lasting(value) for name, value in node.items() if name != "lastUpdate"}
    return node


def links(served: Served) -> list[Any]:
    """Every reference, by the kinds and ids of its ends."""
    with served.services.database.read() as connection:
        ends = {row.key: (row.kind, row.id) for row in connection.execute(entity.select())}
        rows = [
            (ends[row.owner], row.path, row.position, row.role, ends[row.target])
            for row in connection.execute(reference.select())
        ]
    return sorted(row for row in rows if row[0][0] not in TASKS)


@pytest.mark.parametrize(
    ("noun", "version", "chosen"),
    [
        ("productCatalog", "v5", "productCatalog"),
        ("catalog", "v5", "productCatalog"),
        ("PRODUCTCATALOG", "v4", "catalog"),
        ("resource", "v4", "resource"),
        ("physicalresource", "v4", "physicalResource"),
        ("customerbill", "v4", "customerBill"),
        ("billCycle", "v5", "billCycle"),
    ],
)
def test_a_noun_goes_by_its_word_in_either_version(noun: str, version: str, chosen: str) -> None:
    [exposure] = choose_noun(registry(), noun, version).exposures
    assert (exposure.noun, exposure.contract.version) == (chosen, version)


@pytest.mark.parametrize(
    ("noun", "version"), [("billCycle", "v4"), ("physicalResource", "v5"), ("ackAlarm", "v5"), ("importJob", "v4")]
)
def test_a_noun_that_a_version_does_not_have_is_refused(noun: str, version: str) -> None:
    with pytest.raises(Failure, match=f"{version} has no noun '{noun}'. There are: "):
        choose_noun(registry(), noun, version)


@pytest.mark.parametrize("version", ["v5", "v4"])
def test_what_is_dumped_makes_the_same_records_in_an_empty_database(
    filled: Served, version: str, tmp_path: Path
) -> None:
    dumped = {noun: dump(filled, noun, version) for noun in NOUNS[version]}
    assert all(dumped.values())
    filled.empty()
    for noun, records in dumped.items():
        file = tmp_path / f"{noun}.ndjson"
        file.write_text("".join(f"{json.dumps(record)}\n" for record in records))
        done = load(filled, noun, version, file)
        assert (done.imported, done.refused) == (len(records), 0), (noun, done.log)
    for noun, records in dumped.items():
        assert lasting(dump(filled, noun, version)) == lasting(records), noun
        again = load(filled, noun, version, tmp_path / f"{noun}.ndjson")
        assert (again.present, again.imported, again.refused) == (len(records), 0, 0), (noun, again.log)


def test_a_path_loads_every_type_that_it_dumps(filled: Served, tmp_path: Path) -> None:
    records = dump(filled, "resource", "v4")
    assert len({record["@type"] for record in records}) > 1
    filled.empty()
    file = tmp_path / "resources.ndjson"
    file.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    done = load(filled, "resource", "v4", file)
    assert (done.imported, done.refused) == (len(records), 0), done.log
    assert dump(filled, "resource", "v4") == records


def test_the_dumps_of_all_nouns_are_the_whole_demo(filled: Served) -> None:
    shown = {one.entity.name for one in registry().exposures if one.entity.task is None}
    assert {choose_noun(registry(), noun, "v5").exposures[0].entity.name for noun in NOUNS["v5"]} == shown
    count = sum(len(dump(filled, noun, "v5")) for noun in NOUNS["v5"])
    assert count == demo_size(registry()) - len(TASKS)


def test_the_references_between_loaded_records_are_rows_again(filled: Served, tmp_path: Path) -> None:
    before = links(filled)
    dumped = {noun: dump(filled, noun, "v5") for noun in NOUNS["v5"]}
    filled.empty()
    for noun, records in dumped.items():
        file = tmp_path / f"{noun}.ndjson"
        file.write_text("".join(f"{json.dumps(record)}\n" for record in records))
        load(filled, noun, "v5", file)
    assert links(filled) == before
